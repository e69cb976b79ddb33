import { readFileSync } from 'node:fs';
import { nodeFiles, sha256 } from '@patchwork/files';
import type { MediaWorkers } from '@patchwork/media';
import { findBoundaries, readMovie, type Movie } from '@patchwork/splice';
import type { BrowserPage } from './chromium.ts';
import { serveMediaPage } from './media-page.ts';
import { output } from './reference-ffmpeg.ts';
import { readTestCode } from '@patchwork/media';

/** Why a browser says nothing of a film. */
export type Unplayed = 'does not play' | 'fails on the untouched film';

/** A cell of the table: what was counted, of a patched file against what it must show. */
export interface Evidence {
  readonly frames: number;
  /** Frames that are not what they were before the patch, outside of it. */
  readonly outside: number;
  /** Frames that are not what the fresh pictures show, inside. */
  readonly inside: number;
  /** Of 60 random seeks, those that show another picture than the straight pass. */
  readonly wrongSeeks: number;
  /** Own reader and libavformat: packets on whose place, time, mark or bytes they disagree. */
  readonly disagreements: number;
  /** Debian's ffmpeg, whole and after `-c copy`: frames that differ from what it shows of the unpatched files. */
  readonly ffmpeg: number;
  /** Debian's Chromium: seeks that show another picture, or why there is nothing to count. */
  readonly chromium: number | Unplayed;
}

/** Digests of all frames as node-av decodes them straight through. */
export async function frameDigests(workers: MediaWorkers, path: string, count: number): Promise<readonly string[]> {
  const { linear } = await workers.decodeDigests({ path, ranges: [{ in: 0, out: count }], seeks: [] });
  return linear.map(({ digest }) => digest ?? 'none');
}

/** Digests of all frames as Debian's ffmpeg decodes them, stopping at the first complaint. */
export async function ffmpegDigests(path: string): Promise<readonly string[]> {
  const strict = ['-v', 'error', '-xerror', '-err_detect', 'explode', '-i', path];
  const { stdout } = await output('ffmpeg', [
    ...strict,
    '-map',
    '0:v',
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  ]);
  return stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)?.trim() ?? '');
}

/** Seeks over a film, and back and forth at every seam: fixed, so that what fails must fail again. */
export function seeksOver(frames: number, seams: readonly number[]): readonly number[] {
  let state = 48271;
  const anywhere = Array.from({ length: 60 }, () => {
    state = (state * 48271) % 0x7fffffff;
    return state % frames;
  });
  const around = seams.flatMap((seam) => [seam + 3, seam - 1, seam, seam - 7, seam + 1]);
  return [...anywhere, ...around].filter((frame) => frame >= 0 && frame < frames);
}

/** Packets on which our own tables and libavformat disagree. */
export async function readerDisagreements(workers: MediaWorkers, path: string): Promise<number> {
  const movie = await readMovie(nodeFiles(), path, sha256);
  const scan = await workers.scanMovie(path);
  const bytes = readFileSync(path);
  const ours = movie.tracks.find((track) => track.handler === 'vide');
  const theirs = scan.streams.find((stream) => stream.kind === 'video');
  if (ours?.samples == null || theirs === undefined) throw new TypeError(`${path}: no pictures`);
  const { samples } = ours;
  const delay = ours.edits.find((edit) => edit.mediaTime >= 0)?.mediaTime ?? 0;
  // Where a picture is shown before its decoding time, libavformat moves all decoding times.
  const early = Math.max(0, ...Array.from(samples.compositionOffsets, (offset) => -offset));
  const wrong = theirs.packets.filter((packet, i) => {
    const at = samples.offsets[i] ?? 0;
    const size = samples.sizes[i] ?? 0;
    const dts = (samples.dts[i] ?? 0) - delay;
    return (
      packet.pts !== dts + (samples.compositionOffsets[i] ?? 0) ||
      packet.dts !== dts - early ||
      packet.key !== (samples.sync[i] === 1) ||
      packet.digest !== sha256(bytes.subarray(at, at + size))
    );
  });
  return wrong.length + Math.abs(theirs.packets.length - samples.count);
}

/**
 * Opens a film in a browser and reads the code after every seek; returns the sought frames that do not show `codes`.
 *
 * @throws TypeError with the browser's words where it stops playing
 */
export async function wrongInBrowser(
  browser: BrowserPage,
  path: string,
  seeks: readonly number[],
  codes: readonly unknown[],
): Promise<readonly number[]> {
  const movie = await readMovie(nodeFiles(), path, sha256);
  const seconds = await showingSeconds(movie);
  const media = await serveMediaPage(path, 'video/mp4');
  try {
    await browser.open(media.url);
    const { width, height } = (await browser.evaluate('ready')) as { readonly width: number; readonly height: number };
    if (width === 0) throw new TypeError(`${path}: no picture`);
    const wrong: number[] = [];
    for (const frame of seeks) {
      const start = seconds[frame] ?? 0;
      const duration = (seconds[frame + 1] ?? start) - start;
      // Nearer to its own beginning than to the next one's, by less than the tolerance: no neighbour passes for it.
      const luma = await browser.evaluate(`grab(${start + 0.4 * duration}, ${0.5 * duration})`);
      const code = readTestCode({ data: Buffer.from(String(luma), 'base64'), stride: width, width, height }, 'top');
      if (JSON.stringify(code) !== JSON.stringify(codes[frame])) wrong.push(frame);
    }
    return wrong;
  } finally {
    await media.close();
  }
}

/**
 * Why a browser says nothing of a film, by the film that nobody has patched: what it cannot do there proves nothing later.
 * Null where it shows every sought frame.
 */
export async function whyUnplayed(
  workers: MediaWorkers,
  browser: BrowserPage,
  path: string,
  frames: number,
): Promise<Unplayed | null> {
  const codes = await workers.readCodes({ path, codeRow: 'top' });
  try {
    const wrong = await wrongInBrowser(browser, path, seeksOver(frames, [25, 50, 75]).slice(40), codes);
    return wrong.length === 0 ? null : 'fails on the untouched film';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // MEDIA_ERR_SRC_NOT_SUPPORTED, or sound without a picture; MEDIA_ERR_DECODE comes of a seek.
    if (error.message.includes('video error 4') || error.message.includes('no picture')) return 'does not play';
    if (error.message.includes('video error 3')) return 'fails on the untouched film';
    throw error;
  }
}

/** When each frame is shown, and when the last one ends: seconds of the edited programme. */
async function showingSeconds(movie: Movie): Promise<readonly number[]> {
  const { times, track } = await findBoundaries(nodeFiles(), movie);
  const delay = track.edits.find((edit) => edit.mediaTime >= 0)?.mediaTime ?? 0;
  const list = Array.from(times, (time) => (time - delay) / track.timescale);
  return [...list, (list.at(-1) ?? 0) + 1 / 25];
}

/** Counts the places in which two lists differ. */
export function differing(
  shown: readonly string[],
  wanted: readonly string[],
  counts: (frame: number) => boolean = () => true,
): number {
  const length = Math.max(shown.length, wanted.length);
  return Array.from({ length }, (_, frame) => frame).filter(
    (frame) => counts(frame) && (shown[frame] === undefined || shown[frame] !== wanted[frame]),
  ).length;
}
