// The container layer against `cp` of the same bytes (with sync, so that the page cache hides nothing), in one run:
// canonical write (against `ffmpeg -c copy`, too), index read, 1 % patched in place and on a clone, and the memory of a
// process that does nothing else. `-- --gb 5` for the size of a feature; default 1. `-- --only clone` measures one part:
// write, index, patch, clone. The last makes a file system that clones (XFS in a file; root and mkfs.xfs), or says why not.
// The pictures are real (x264, 96 x 64) and padded with filler units to 250 kB each, so every file decodes.

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
import { cloningDisk } from './kit/cloning-disk.mjs';
import { option, printConditions, versionOf } from './kit/measure.mjs';

const sampleBytes = 250_000;
const rounds = Number(option('rounds', '5'));
const share = 0.01;
const gigabytes = Number(option('gb', '1'));
const only = option('only', null);
const files = nodeFiles();
const hashing = { sha256, startSha256 };
const never = async () => {};
const folder = await mkdtemp(join(process.env.PW_BENCH_DIR ?? tmpdir(), 'patchwork-bench-splice-'));
const rows = [];

try {
  printConditions();
  await bench();
  console.table(rows);
  console.log(
    `median of ${rounds}, ${gigabytes} GB, node ${process.version}, peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
} finally {
  await rm(folder, { recursive: true });
}

async function bench() {
  const one = await codedChunk('chunk.pack', padded);
  const uses = Math.ceil((gigabytes * 1e9) / bytesOf(one));
  const spec = specOf(Array.from({ length: uses }, () => one));
  const chunk = await withCopies(one, uses);
  if (only === null || only !== 'clone') await benchHere(spec, chunk);
  if (only === null || only === 'clone') await benchClone(spec, chunk);
}

/** On the file system where the bench folder is. */
async function benchHere(spec, chunk) {
  const movie = join(folder, 'film.mp4');
  await writeMovie(files, movie, spec, hashing, { wholeDigest: false });
  const copy = await measured('cp + sync', null, join(folder, 'copy'), (path) => copySynced(movie, path));
  if (only === null || only === 'write') await benchWrites(movie, spec, copy);
  await measured('read the index', copy, null, () => readMovie(files, movie, sha256));
  if (only === null || only === 'patch') await benchPatches(movie, spec, chunk, copy);
  if (only === null || only === 'index') await benchIndex(copy);
}

/** Every byte, also where the file system could clone. */
function copySynced(movie, path) {
  execFileSync('cp', ['--reflink=never', '--', movie, path]);
  execFileSync('sync', [path]);
}

async function benchWrites(movie, spec, copy) {
  const writes = [
    ['canonical write, nothing hashed', { wholeDigest: false, trusted: () => true }],
    ['canonical write, every chunk hashed', { wholeDigest: false }],
    ['canonical write, every chunk and the file hashed', {}],
  ];
  for (const [name, options] of writes) {
    await measured(name, copy, join(folder, 'written.mp4'), (path) => writeMovie(files, path, spec, hashing, options));
  }
  await remuxed(movie, copy);
}

/** Target: 1 % patched on a clone ≤ 0.02 × cp + sync of the same file system. */
async function benchClone(spec, chunk) {
  const disk = cloningDisk(folder, Math.ceil(3 * gigabytes + 2));
  if (disk.missing !== undefined) {
    console.log(`patch on a cloning file system: skipped (${disk.missing})`);
    return;
  }
  try {
    const movie = join(disk.folder, 'film.mp4');
    await writeMovie(files, movie, spec, hashing, { wholeDigest: false });
    const copy = await measured('cp + sync, XFS', null, join(disk.folder, 'copy'), (path) => copySynced(movie, path));
    await measured(`patch ${100 * share} % on a clone, XFS`, copy, join(disk.folder, 'clone.mp4'), (path) =>
      patchClone(movie, path, spec, chunk),
    );
  } finally {
    disk.release();
  }
}

/** Our own file, 1 % of it appended to a clone. */
async function patchClone(movie, path, spec, chunk) {
  const base = await readMovie(files, movie, sha256);
  const pieces = patchedPieces(chunksOf(base, spec.video.pieces), chunk);
  await cloneOwnMovie(files, path, base, { ...spec, video: { ...spec.video, pieces } }, hashing);
}

/** The share of the chunks that is patched, from the middle on. Each stands in a place of its own: one place is appended once. */
function patchedPieces(found, chunk) {
  const pieces = [...found];
  const first = Math.floor(pieces.length / 2);
  for (let i = 0; i < chunk.copies; i += 1) {
    pieces[first + i] = { ...chunk, path: `${chunk.path}.copies`, offset: i * bytesOf(chunk) };
  }
  return pieces;
}

function bytesOf(chunk) {
  return chunk.sizes.reduce((sum, size) => sum + size, 0);
}

/** The chunk with a file of as many copies as a patch takes. */
async function withCopies(chunk, pieces) {
  const copies = Math.max(1, Math.round(pieces * share));
  const bytes = await readFile(chunk.path);
  await writeFile(`${chunk.path}.copies`, Buffer.concat(Array.from({ length: copies }, () => bytes)));
  return { ...chunk, copies };
}

/** The same packets by ffmpeg, on the disk like ours. Target: the canonical write ≤ 1.05 × this. */
async function remuxed(movie, copy) {
  if (versionOf('ffmpeg', ['-version']) === null) return;
  await measured('ffmpeg -c copy + sync', copy, join(folder, 'remuxed.mp4'), (path) => {
    execFileSync('ffmpeg', ['-v', 'error', '-i', movie, '-map', '0:v', '-c', 'copy', path]);
    execFileSync('sync', [path]);
  });
}

/** Targets: index ≤ 60 ms of processor time; a patch in place ≤ 90 MB of memory, whatever the size of the film. */
function alone(movie, chunk, range) {
  const child = fileURLToPath(new URL('kit/patch-in-place.mjs', import.meta.url));
  const job = JSON.stringify({ movie, chunk, range });
  const facts = JSON.parse(execFileSync(process.execPath, [child], { input: job, encoding: 'utf8' }));
  console.log(
    `a process that patches ${facts.samples} samples in place: index ${facts.indexCpuMs} ms of processor time, all ${facts.cpuMs} ms; memory ${facts.peakMb} MB, of which node itself ${facts.nodeMb} MB`,
  );
}

async function benchPatches(movie, spec, chunk, copy) {
  const count = chunk.copies;
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
  let written = 0;
  await measured(
    `patch ${100 * share} % in place, our own file`,
    copy,
    null,
    async () => {
      const base = await readMovie(files, movie, sha256);
      const pieces = patchedPieces(chunksOf(base, spec.video.pieces), chunk);
      const next = { ...spec, video: { ...spec.video, pieces } };
      const { size } = await stat(movie);
      await appendOwnMovie(files, base, next, hashing, never);
      written = (await stat(movie)).size - size;
    },
    () => undo(movie),
  );
  const changed = count * bytesOf(chunk);
  console.log(
    `bytes written in place: ${(written / changed).toFixed(4)} of those changed, the new tables included (target ≤ 1.05 and the tables)`,
  );
  alone(movie, chunk, { in: first * frames, out: (first + count) * frames });
  await undo(movie);
  await measured(`patch ${100 * share} % on a clone, our own file`, copy, join(folder, 'clone.mp4'), (path) =>
    patchClone(movie, path, spec, chunk),
  );
}

/** 170,000 samples: two hours at 24 frames a second, of real pictures as small as they are. */
async function benchIndex(copy) {
  const tiny = await codedChunk('tiny.pack', (coded) => coded);
  const movie = join(folder, 'index.mp4');
  const uses = Math.ceil(170_000 / tiny.sizes.length);
  await writeMovie(files, movie, specOf(Array.from({ length: uses }, () => tiny)), hashing);
  await measured('read the index of 170,000 samples', copy, null, () => readMovie(files, movie, sha256));
  alone(movie, tiny, { in: 80_000, out: 80_000 + 100 * tiny.sizes.length });
}

async function undo(path) {
  await undoAppend(files, await readMovie(files, path, sha256));
}

/** A coded picture with a filler unit (H.264 type 12) behind it. */
function padded(coded) {
  const filler = Buffer.alloc(sampleBytes - coded.length, 0xff);
  filler.writeUInt32BE(filler.length - 4);
  filler[4] = 12;
  filler[filler.length - 1] = 0x80;
  return Buffer.concat([coded, filler]);
}

/** Eight frames of the test stream, each made as large as wanted. */
async function codedChunk(name, sized) {
  const streams = new URL('../../packages/splice/src/testing/streams.json', import.meta.url);
  const { config, samples } = JSON.parse(await readFile(streams, 'utf8')).h264;
  const group = samples.slice(0, 8).map((sample) => ({ ...sample, data: sized(Buffer.from(sample.bytes, 'base64')) }));
  const bytes = Buffer.concat(group.map((sample) => sample.data));
  const path = join(folder, name);
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
