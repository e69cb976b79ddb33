import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page on loopback that holds one video, and grabs pictures from it. */
export interface MediaPage {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * In the page: `grab(seconds, tolerance)` seeks, waits until a picture within that many seconds is shown, and gives its luma, base64;
 * `ready` resolves when the video's data is known.
 */
const page = `<!doctype html><video id="video" muted preload="auto" src="/film"></video><script>
const video = document.getElementById('video');
const failure = () => new Error('video error ' + video.error?.code + ': ' + video.error?.message);
const ready = new Promise((resolve, reject) => {
  video.addEventListener('loadeddata', () => resolve({ width: video.videoWidth, height: video.videoHeight, seconds: video.duration }));
  video.addEventListener('error', () => reject(failure()));
});
async function grab(seconds, tolerance) {
  const shown = new Promise((resolve) => {
    const wait = (now, meta) => Math.abs(meta.mediaTime - seconds) < tolerance ? resolve() : video.requestVideoFrameCallback(wait);
    video.requestVideoFrameCallback(wait);
  });
  const seeked = new Promise((resolve, reject) => {
    video.addEventListener('seeked', resolve, { once: true });
    video.addEventListener('error', () => reject(failure()), { once: true });
  });
  video.currentTime = seconds;
  await seeked;
  await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 1000))]);
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let luma = '';
  for (let i = 0; i < data.length; i += 4) luma += String.fromCharCode((54 * data[i] + 183 * data[i + 1] + 19 * data[i + 2]) >> 8);
  return btoa(luma);
}
</script>`;

/** Serves the page and a file, with byte ranges: a browser seeks by them. */
export async function serveMediaPage(path: string, contentType: string): Promise<MediaPage> {
  const server = createServer((request, response) => {
    if (request.url !== '/film') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
      return;
    }
    const size = statSync(path).size;
    const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = match === null ? 0 : Number(match[1]);
    const end = match === null || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
    response.writeHead(match === null ? 200 : 206, {
      'content-type': contentType,
      'accept-ranges': 'bytes',
      'content-length': String(end - start + 1),
      ...(match === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
    });
    createReadStream(path, { start, end }).pipe(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
