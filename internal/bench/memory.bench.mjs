// Peak memory of a patch of a multi-gigabyte ProRes deliverable, as the system counts it: the command itself, and the
// largest of its media processes. Target: ≤ 350 MB. The timeline shows a few shots again and again, so that the deliverable
// is made quickly; each of its frames has a row in every table all the same. Beside it the time of a run that finds nothing
// changed (target ≤ 100 ms).
//
//   npm run bench -- memory                         2 GB of grain, where ffmpeg can make it, else of cards
//   npm run bench -- memory -- --gb 5 --material cards

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSources, slipped, writeTimeline } from './kit/material.mjs';
import { median, option, printConditions, timeProgram, versionOf } from './kit/measure.mjs';

const main = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const material = option('material', versionOf('ffmpeg', ['-version']) === null ? 'cards' : 'grain');
const gigabytes = Number(option('gb', '2'));
const targetBytes = 350e6;
const shotFrames = 24;
const pollMs = 20;
const folder = await mkdtemp(join(process.env.PW_BENCH_DIR ?? tmpdir(), 'patchwork-bench-memory-'));
const [timeline, store, film] = ['film.otio', 'store', 'film.mov'].map((name) => join(folder, name));

try {
  printConditions();
  await bench();
} finally {
  await rm(folder, { recursive: true });
}

async function bench() {
  const sources = await makeSources(material, { width: 1920, height: 1080, count: 2, frames: 96 });
  const shotsOf = (count) =>
    Array.from({ length: count }, (_, at) => ({ path: sources.paths[at % 2], from: 0, length: shotFrames }));
  // A short film says how large a shot becomes.
  const few = shotsOf(2);
  await renderCut(sources, few, few);
  const perShot = (await stat(film)).size / few.length;
  const shots = shotsOf(Math.ceil((gigabytes * 1e9) / perShot));
  await report('first write of the long film', await renderCut(sources, shots, shots));
  const picture = slipped(shots, [shots.length >> 1], 30);
  await report('patch of one shot', await renderCut(sources, picture, shots));
  await report(
    'patch of one shot, --deep',
    await renderCut(sources, slipped(shots, [shots.length >> 1], 31), shots, ['--deep']),
  );
  await reportUnchanged();
}

/** The command again on the timeline of the last run. */
async function reportUnchanged() {
  const seconds = [];
  for (let round = 0; round < 6; round += 1) {
    const ran = await timeProgram(process.execPath, [main, 'render', timeline, '-o', film, '--store', store, '--json']);
    if (JSON.parse(ran.stdout).frames.rendered !== 0) throw new Error('a run without changes rendered something');
    if (round > 0) seconds.push(ran.seconds);
  }
  const verdict = median(seconds) <= 0.1 ? 'met' : 'MISSED';
  console.log(`nothing changed: ${(1000 * median(seconds)).toFixed(0)} ms, median of 5  target ≤ 100 ms: ${verdict}`);
}

async function renderCut(sources, picture, sound, flags = []) {
  writeTimeline(timeline, sources, { picture, sound });
  return peaksOf(['render', timeline, '-o', film, '--store', store, '--json', ...flags]);
}

async function report(name, { own, child, seconds, document }) {
  const { size } = await stat(film);
  const { total, rendered } = document.frames;
  const verdict = name.startsWith('patch')
    ? `target ≤ 350 MB: ${Math.max(own, child) <= targetBytes ? 'met' : 'MISSED'}`
    : '';
  const facts = `${(size / 1e9).toFixed(2)} GB, ${rendered} of ${total} frames rendered, ${seconds.toFixed(1)} s`;
  console.log(`${name}: command ${megabytes(own)}, largest media process ${megabytes(child)}  ${verdict}  (${facts})`);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Runs the command and reads the high-water marks of it and its children until it ends. */
function peaksOf(args) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const peaks = { own: 0, child: 0 };
    let stdout = '';
    child.stdout.on('data', (data) => (stdout += data));
    const timer = setInterval(() => {
      peaks.own = Math.max(peaks.own, peakOf(child.pid));
      for (const pid of childrenOf(child.pid)) peaks.child = Math.max(peaks.child, peakOf(pid));
    }, pollMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ ...peaks, seconds: (performance.now() - start) / 1000, document: JSON.parse(stdout) });
      else reject(new Error(`the command ended with ${code}: ${stdout.slice(-2000)}`));
    });
  });
}

/** The kernel's own peak of a process in bytes; 0 when it is gone. */
function peakOf(pid) {
  const match = /VmHWM:\s+(\d+) kB/.exec(textOf(`/proc/${pid}/status`));
  return match === null ? 0 : Number(match[1]) * 1024;
}

function childrenOf(pid) {
  return tasksOf(pid).flatMap((task) => textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean));
}

function tasksOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // The process ended between two looks.
  }
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The process ended between two looks.
  }
}
