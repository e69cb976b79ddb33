// The container layer against `cp` of the same bytes (with sync, so that the page cache hides nothing), in one run:
// canonical write, index read, 1 % patched in place and on a clone. `-- --gb 5` for the size of a feature; default 1.
// The pictures are real (x264, 96 x 64) and padded with filler units to 250 kB each, so every file decodes.

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import {
  appendOwnMovie,
  chunksOf,
  cloneOwnMovie,
  findBoundaries,
  patchInPlace,
  planPatch,
  readMovie,
  undoAppend,
  widened,
  writeMovie,
} from '@patchwork/splice';

const sampleBytes = 250_000;
const rounds = 5;
const share = 0.01;
const at = process.argv.indexOf('--gb');
const gigabytes = at < 0 ? 1 : Number(process.argv[at + 1]);
const files = nodeFiles();
const hashing = { sha256, startSha256 };
const never = async () => {};
const folder = await mkdtemp(join(process.env.PW_BENCH_DIR ?? tmpdir(), 'patchwork-bench-splice-'));
const rows = [];

try {
  await bench();
  console.table(rows);
  console.log(
    `median of ${rounds}, ${gigabytes} GB, node ${process.version}, peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
} finally {
  await rm(folder, { recursive: true });
}

async function bench() {
  const chunk = await paddedChunk();
  const length = chunk.sizes.reduce((sum, size) => sum + size, 0);
  const spec = specOf(Array.from({ length: Math.ceil((gigabytes * 1e9) / length) }, () => chunk));
  const movie = join(folder, 'film.mp4');
  await writeMovie(files, movie, spec, hashing, { wholeDigest: false });
  const copy = await measured('cp + sync', null, join(folder, 'copy'), (path) => {
    execFileSync('cp', ['--', movie, path]);
    execFileSync('sync', [path]);
  });
  const writes = [
    ['canonical write, nothing hashed', { wholeDigest: false, trusted: () => true }],
    ['canonical write, every chunk hashed', { wholeDigest: false }],
    ['canonical write, every chunk and the file hashed', {}],
  ];
  for (const [name, options] of writes) {
    await measured(name, copy, join(folder, 'written.mp4'), (path) => writeMovie(files, path, spec, hashing, options));
  }
  await measured('read the index', copy, null, () => readMovie(files, movie, sha256));
  await benchPatches(movie, spec, chunk, copy);
  await benchIndex(chunk, copy);
}

async function benchPatches(movie, spec, chunk, copy) {
  const count = Math.max(1, Math.round(spec.video.pieces.length * share));
  const first = Math.floor(spec.video.pieces.length / 2);
  const frames = chunk.sizes.length;
  await measured(
    `patch ${100 * share} % in place, as a foreign file`,
    copy,
    null,
    async () => {
      const base = await findBoundaries(files, await readMovie(files, movie, sha256));
      const range = widened(base, { in: first * frames, out: (first + count) * frames }, 0);
      const pieces = Array.from({ length: count }, () => chunk);
      await patchInPlace(files, planPatch(base, { range, pieces }), hashing, never);
    },
    () => undo(movie),
  );
  const patched = (found) => {
    const pieces = [...found];
    // Appended once for each use: other keys, as other pictures would have.
    for (let i = 0; i < count; i += 1) pieces[first + i] = { ...chunk, offset: chunk.offset };
    return { ...spec, video: { ...spec.video, pieces } };
  };
  await measured(
    `patch ${100 * share} % in place, our own file`,
    copy,
    null,
    async () => {
      const base = await readMovie(files, movie, sha256);
      await appendOwnMovie(files, base, patched(chunksOf(base, spec.video.pieces)), hashing, never);
    },
    () => undo(movie),
  );
  await measured(`patch ${100 * share} % on a clone, our own file`, copy, join(folder, 'clone.mp4'), async (path) => {
    const base = await readMovie(files, movie, sha256);
    await cloneOwnMovie(files, path, base, patched(chunksOf(base, spec.video.pieces)), hashing);
  });
}

/** 170,000 samples: two hours at 24 frames a second. */
async function benchIndex(chunk, copy) {
  const path = join(folder, 'tiny.pack');
  const bytes = new Uint8Array(200);
  await writeFile(path, bytes);
  const sizes = Array.from({ length: 50 }, (_, i) => 2 + (i % 5));
  const digest = sha256(
    bytes.subarray(
      0,
      sizes.reduce((sum, size) => sum + size, 0),
    ),
  );
  const order = sizes.map((_, i) => (i === 0 ? 0 : i % 2 === 1 ? Math.min(i + 1, 49) : i - 1));
  const tiny = { ...chunk, path, sizes, digest, order, sync: sizes.map((_, i) => i === 0) };
  const movie = join(folder, 'index.mp4');
  await writeMovie(files, movie, specOf(Array.from({ length: 3400 }, () => tiny)), hashing);
  await measured('read the index of 170,000 samples', copy, null, () => readMovie(files, movie, sha256));
}

async function undo(path) {
  await undoAppend(files, await readMovie(files, path, sha256));
}

/** Eight frames of the test stream, each with a filler unit (H.264 type 12). */
async function paddedChunk() {
  const streams = new URL('../../packages/splice/src/testing/streams.json', import.meta.url);
  const { config, samples } = JSON.parse(await readFile(streams, 'utf8')).h264;
  const group = samples.slice(0, 8).map((sample) => {
    const coded = Buffer.from(sample.bytes, 'base64');
    const filler = Buffer.alloc(sampleBytes - coded.length, 0xff);
    filler.writeUInt32BE(filler.length - 4);
    filler[4] = 12;
    filler[filler.length - 1] = 0x80;
    return { ...sample, data: Buffer.concat([coded, filler]) };
  });
  const bytes = Buffer.concat(group.map((sample) => sample.data));
  const path = join(folder, 'chunk.pack');
  await writeFile(path, bytes);
  return {
    key: sha256('bench'),
    digest: sha256(bytes),
    sizes: group.map((sample) => sample.data.length),
    order: group.map((sample) => sample.frame),
    sync: group.map((sample) => sample.sync),
    config,
    path,
    offset: 0,
  };
}

function specOf(pieces) {
  const color = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
  const profile = {
    codec: 'h264',
    width: 96,
    height: 64,
    rate: { num: 24, den: 1 },
    pixelFormat: 'yuv420p',
    color,
    gop: 8,
    reorder: 2,
    options: {},
  };
  return { format: 'mp4', video: { profile, pieces }, sound: null, timecode: { frame: 0, dropFrame: false }, tags: {} };
}

/** Median of the rounds. `path` is removed before each; `after` puts things back, untimed. */
async function measured(name, copyMs, path, work, after = never) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    if (path !== null) await rm(path, { force: true });
    const start = performance.now();
    await work(path);
    times.push(performance.now() - start);
    await after();
  }
  if (path !== null) await rm(path, { force: true });
  const median = times.toSorted((a, b) => a - b)[rounds >> 1];
  rows.push({ what: name, ms: Math.round(median), 'of cp': copyMs === null ? '1' : (median / copyMs).toFixed(3) });
  return median;
}
