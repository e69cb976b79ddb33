// The container reader against hostile files: `-- --files 160000` mutated ones (the default, by which
// every field is reached), in memory. Two kinds in turns:
// every word of every box of the index set to each hostile value, and random wounds with a cut. Whatever comes is read (and
// then looked through for boundaries) or refused with a code, at once and in bounded memory.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPatchworkError } from '@patchwork/kernel';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { findBoundaries, readMovie, writeMovie } from '@patchwork/splice';
import { option } from './kit/measure.mjs';

const wanted = Number(option('files', '160000'));
const slowestMs = 2000;
const memoryBytes = 300 * 2 ** 20;
const files = nodeFiles();
const hashing = { sha256, startSha256 };
/** Sizes that lie, counts past the end, signs that flip, and loops: 0 is a box that never ends, 1 a 64-bit one. */
const hostile = [0n, 1n, 7n, 8n, 0x7fn, 0xffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_fff8n, 0xffff_ffffn];
const hostileWide = [0x20_0000_0000_0001n, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_fff8n];

const folder = await mkdtemp(join(tmpdir(), 'patchwork-bench-fuzz-'));
try {
  await fuzz(await seeds());
} finally {
  await rm(folder, { recursive: true });
}

async function fuzz(originals) {
  const counts = new Map();
  const fields = originals.map(({ bytes }) => fieldEdits(bytes));
  let state = 48271;
  const random = (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
  let slowest = 0;
  let most = 0;
  const started = process.cpuUsage();
  for (let file = 0; file < wanted; file += 1) {
    // Both kinds for every film.
    const which = Math.floor(file / 2) % originals.length;
    const { bytes, index } = originals[which];
    const copy = Buffer.from(bytes);
    const edit = file % 2 === 0 ? fields[which].next().value : undefined;
    const cut = edit === undefined ? wound(copy, index, random) : apply(copy, edit);
    const begun = performance.now();
    const code = await codeOf(copy.subarray(0, cut));
    slowest = Math.max(slowest, performance.now() - begun);
    counts.set(code, (counts.get(code) ?? 0) + 1);
    if (file % 1000 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  const { user, system } = process.cpuUsage(started);
  console.table([...counts].toSorted((a, b) => b[1] - a[1]).map(([code, count]) => ({ code, files: count })));
  const left = fields.reduce((sum, list) => sum + [...list].length, 0);
  console.log(
    `${wanted} files, ${((user + system) / 1e6).toFixed(0)} s of processor time; slowest ${slowest.toFixed(0)} ms, peak ${Math.round(most / 2 ** 20)} MiB; hostile fields not reached: ${left}`,
  );
  if (slowest > slowestMs || most > memoryBytes) throw new Error('a hostile file cost too much time or memory');
}

/** Reads a file, looks for boundaries, and tells what came of it. @throws what is no coded error: the reader broke */
async function codeOf(bytes) {
  const port = inMemory(bytes);
  try {
    const movie = await readMovie(port, 'film.mov', sha256);
    await findBoundaries(port, movie);
    return 'read';
  } catch (error) {
    if (isPatchworkError(error)) return error.code;
    await writeFile(join(tmpdir(), 'patchwork-fuzz-crash.mov'), bytes);
    throw error;
  }
}

/** Every place of the index, each hostile value, in 32 and 64 bits. */
function* fieldEdits(bytes) {
  const { start, end } = indexOf(bytes);
  for (let at = start; at + 8 <= end; at += 1) {
    for (const value of at % 2 === 0 ? hostile : [hostile[at % hostile.length]]) yield { at, width: 4, value };
    yield { at, width: 8, value: hostileWide[at % hostileWide.length] };
  }
}

function apply(bytes, { at, width, value }) {
  if (width === 8) bytes.writeBigUInt64BE(value, at);
  else bytes.writeUInt32BE(Number(value), at);
  return bytes.length;
}

/** Up to a dozen wounds, most of them in the index, and now and then a cut or a second index. */
function wound(bytes, index, random) {
  for (let left = 1 + random(12); left > 0; left -= 1) {
    const at = index.start + random(Math.max(1, index.end - index.start - 8));
    const value = hostile[random(hostile.length)];
    if (random(2) === 0) bytes[at] = random(256);
    else apply(bytes, { at, width: 4, value });
  }
  if (random(8) === 0) bytes.write('moov', 4 + random(bytes.length - 8), 'latin1');
  return random(6) === 0 ? random(bytes.length) : bytes.length;
}

function indexOf(bytes) {
  const start = bytes.indexOf('moov', 0, 'latin1') - 4;
  return { start, end: start + bytes.readUInt32BE(start) };
}

/** Films of every family that the reader knows, small. */
async function seeds() {
  const path = new URL('../../packages/splice/src/testing/streams.json', import.meta.url);
  const streams = JSON.parse(await readFile(path, 'utf8'));
  const list = [
    ['h264', 'h264', 'mp4', 'aac'],
    ['h264 open gop', 'h264', 'mov', 'pcm_s24le'],
    ['hevc other', 'hevc', 'mp4', 'none'],
    ['av1', 'av1', 'mp4', 'aac'],
  ];
  const made = [];
  for (const [name, codec, format, sound] of list) made.push(await seed(streams[name], codec, format, sound));
  return made;
}

async function seed(stream, codec, format, sound) {
  const parts = stream.samples.map((sample) => Buffer.from(sample.bytes, 'base64'));
  const pack = join(folder, `${codec}-${format}.pack`);
  await writeFile(pack, Buffer.concat(parts));
  const order = stream.samples.map((sample) => sample.frame);
  const chunk = {
    key: 'seed',
    digest: sha256(Buffer.concat(parts)),
    sizes: parts.map((part) => part.length),
    order,
    sync: stream.samples.map((sample) => sample.sync),
    config: stream.config,
    path: pack,
    offset: 0,
  };
  const color = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
  const raster = { width: 96, height: 64, rate: { num: 25, den: 1 }, pixelFormat: 'yuv420p', color };
  const reorder = Math.max(...order.map((place, i) => i - place));
  const profile = { codec, ...raster, gop: 8, reorder, options: {} };
  const movie = join(folder, `${codec}.${format}`);
  await rm(movie, { force: true });
  const spec = { format, video: { profile, pieces: [chunk] }, timecode: { frame: 0, dropFrame: false }, tags: {} };
  await writeMovie(files, movie, { ...spec, sound: await soundOf(sound, parts.length) }, hashing);
  const bytes = await readFile(movie);
  return { bytes, index: indexOf(bytes) };
}

/** Bytes that nobody decodes, described rightly. */
async function soundOf(codec, frames) {
  if (codec === 'none') return null;
  const isPcm = codec !== 'aac';
  const samples = Math.floor((frames * 48_000) / 25);
  const packets = Math.ceil((samples + 1024) / 1024);
  const bytes = Buffer.alloc(isPcm ? samples * 6 : packets * 100, 7);
  const path = join(folder, `${codec}.pack`);
  await writeFile(path, bytes);
  return {
    profile: { codec, sampleRate: 48_000, layout: 'stereo', bitrate: isPcm ? null : 128_000 },
    config: isPcm ? '' : Buffer.from([0x11, 0x90]).toString('base64'),
    channels: 2,
    samples,
    priming: isPcm ? 0 : 1024,
    packetSizes: isPcm ? null : Array.from({ length: packets }, () => 100),
    samplesPerPacket: isPcm ? 1 : 1024,
    places: [{ path, offset: 0, sizeBytes: bytes.length }],
    digest: sha256(bytes),
  };
}

/** A file port with one file in it: a hundred thousand files on a disk would measure the disk. */
function inMemory(bytes) {
  const stat = { dev: '1', ino: '1', size: bytes.length, mtimeNs: '0', ctimeNs: '0', isDirectory: false };
  const refused = () => {
    throw new TypeError('the reader writes');
  };
  return {
    ...files,
    stat: async () => stat,
    rename: refused,
    remove: refused,
    copy: refused,
    open: async () => ({
      read: async (into, position) => bytes.copy(into, 0, position, Math.min(bytes.length, position + into.length)),
      stat: async () => stat,
      write: refused,
      truncate: refused,
      sync: refused,
      close: async () => {},
    }),
  };
}
