// The canonical write of a ProRes deliverable, as `render` patches it (the whole file hashed and synced; the chunks of the
// old file, whose facts are those that were recorded, are not hashed one by one) against `cp` and `sync` of the same bytes:
// target ≤ 1.3. Beside it what `--paranoid` costs. The frames are real ones, repeated; the file is made to size.
//
//   npm run bench -- write                          1 GB
//   npm run bench -- write -- --gb 5 --rounds 5

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { startWorkers } from '@patchwork/media';
import { builtInProfile } from '@patchwork/plan';
import { writeMovie } from '@patchwork/splice';
import { inTurns, option, printConditions, printRatio, timeProgram } from './kit/measure.mjs';

const gigabytes = Number(option('gb', '1'));
const rounds = Number(option('rounds', '5'));
const raster = { width: 1920, height: 1080, rate: { num: 24, den: 1 } };
const { video: profile } = builtInProfile('prores-422-hq', raster);
const files = nodeFiles();
const hashing = { sha256, startSha256 };
const folder = await mkdtemp(join(process.env.PW_BENCH_DIR ?? tmpdir(), 'patchwork-bench-write-'));
const [film, copied, written] = ['film.mov', 'copy.mov', 'written.mov'].map((name) => join(folder, name));

try {
  printConditions();
  await bench();
} finally {
  await rm(folder, { recursive: true });
}

async function bench() {
  const spec = specOf(repeated(await encodedFrames(24)));
  const made = await writeMovie(files, film, spec, hashing);
  // From here on every byte comes out of one deliverable, as in a patch that keeps all.
  const pieces = spec.video.pieces.map((piece, at) => ({ ...piece, path: film, offset: made.placed[at] }));
  const kept = specOf(pieces);
  const { size } = await stat(film);
  const write = (name, options) => ({
    name,
    run: () => timed(written, () => writeMovie(files, written, kept, hashing, options)),
  });
  const writes = [
    write('canonical write', { trusted: () => true }),
    write('  … every chunk hashed as well', {}),
    write('  … nothing hashed', { wholeDigest: false, trusted: () => true }),
  ];
  const measured = await inTurns([{ name: 'cp', run: copy }, ...writes], rounds);
  const peer = measured.get('cp');
  console.log(
    `\n${(size / 1e9).toFixed(2)} GB, ${pieces.length} chunks; medians of ${rounds} in turns after a warm-up, cp + sync ${(size / 1e6 / peer.seconds).toFixed(0)} MB/s`,
  );
  for (const { name } of writes)
    printRatio(`${name} : cp + sync`, measured.get(name), peer, name === 'canonical write' ? 1.3 : null);
}

/** `sync` of the copy alone: the page cache hides nothing, and other programs' writes are not waited for. */
async function copy() {
  const ran = await timeProgram('bash', ['-c', 'cp -- "$0" "$1" && sync "$1"', film, copied]);
  await rm(copied);
  return ran;
}

/** Times writing `path`, which is gone before and after. */
async function timed(path, work) {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  await rm(path);
  return { seconds, cpuSeconds: (used.user + used.system) / 1e6 };
}

/** Frames of a test card in ProRes 422 HQ, each a chunk of its own, in one pack. */
async function encodedFrames(count) {
  const card = join(folder, 'card.mov');
  const outPath = join(folder, 'frames.pack');
  const workers = startWorkers({ count: 1 });
  try {
    const video = { codec: 'mjpeg', width: raster.width, height: raster.height, rate: raster.rate, frames: count };
    await workers.writeTestMedia({ path: card, id: 1, container: 'mov', video, sound: null });
    const info = await workers.probe(card);
    const pictures = Array.from({ length: count }, (_, frame) => sourcePicture(info.video, frame));
    const job = {
      media: [{ identity: 'card', path: card, info }],
      pictures,
      lengths: pictures.map(() => 1),
      keys: pictures.map((_, at) => `key ${at}`),
      video: profile,
      outPath,
    };
    const chunks = await workers.encodePictures(job);
    let offset = 0;
    return chunks.map((chunk) => {
      const placed = { ...chunk, path: outPath, offset };
      offset += chunk.sizes[0];
      return placed;
    });
  } finally {
    await workers.close();
  }
}

function sourcePicture(video, frame) {
  const { stream, color, pixelAspect, rotation, firstPts, timeBase } = video;
  const pts = firstPts + Math.round((frame * timeBase.den) / (raster.rate.num * timeBase.num));
  return {
    op: 'source',
    media: 'card',
    stream,
    frame,
    pts,
    color,
    pixelAspect,
    rotation,
    conform: 'fit',
    crop: { left: 0, right: 0, top: 0, bottom: 0 },
  };
}

function repeated(chunks) {
  const pieces = [];
  for (let bytes = 0; bytes < gigabytes * 1e9; bytes += pieces.at(-1).sizes[0])
    pieces.push(chunks[pieces.length % chunks.length]);
  return pieces;
}

function specOf(pieces) {
  return {
    format: 'mov',
    video: { profile, pieces },
    sound: null,
    timecode: { frame: 86_400, dropFrame: false },
    tags: {},
  };
}
