// Patches of 1 % and 10 % of the frames, sound unchanged, against a full render by Debian's ffmpeg command line at the same
// x264 settings: target ≤ (1.15 f + 0.005) of its time plus one copy of the file. With the default proof, and with `--deep`
// beside it. Each patch slips shots to source frames that no earlier round has shown, so nothing is at hand, and leaves all
// other shots as the patch before it left them.
//
//   npm run bench -- patch                         100 shots of 48 frames, 1280 × 720, cards
//   npm run bench -- patch -- --material grain --shots 50 --rounds 3 --require-peers

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegRender, findPeers, patchwork } from './kit/contenders.mjs';
import { makeCuts, makeSources, slipped, writeTimeline } from './kit/material.mjs';
import { hasFlag, inTurns, median, option, printConditions, timeProgram } from './kit/measure.mjs';

const shots = Number(option('shots', '100'));
const rounds = Number(option('rounds', '3'));
const material = option('material', 'cards');
const shotFrames = 48;
const shares = [0.01, 0.1];
const peers = findPeers(['ffmpeg']);
const folder = await mkdtemp(join(process.env.PW_BENCH_DIR ?? tmpdir(), 'patchwork-bench-patch-'));
const [timeline, store, film] = ['film.otio', 'store', 'film.mp4'].map((name) => join(folder, name));
let slip = 0;
/** The picture cut as it stands. */
let picture = [];

try {
  printConditions(Object.fromEntries(peers));
  await bench();
} finally {
  await rm(folder, { recursive: true });
}
if (hasFlag('require-peers') && peers.size < 1) process.exitCode = 1;

async function bench() {
  const sources = await makeSources(material, { width: 1280, height: 720, count: 4, frames: 96 });
  // All shots begin at frame 0, so a slip to a frame that was not used yet shows new pictures in every chunk.
  const sound = makeCuts(sources, shots, shotFrames).map((shot) => ({ ...shot, from: 0 }));
  picture = sound;
  const total = shots * shotFrames;
  writeTimeline(timeline, sources, { picture: sound, sound });
  const base = await patchwork(['render', timeline, '-o', film], store);
  console.log(
    `\n${shots} shots of ${shotFrames} frames, ${material}: ${total} frames, ${((await stat(film)).size / 1e6).toFixed(1)} MB`,
  );
  console.log(`base: rendered ${base.document.frames.rendered} distinct frames in ${base.seconds.toFixed(2)} s`);
  const full = peers.has('ffmpeg') ? await ffmpegRender(sources, sound, join(folder, 'ffmpeg.mp4')) : null;
  if (full !== null) console.log(`ffmpeg, full: ${full.seconds.toFixed(2)} s (cpu ${full.cpuSeconds.toFixed(2)})`);
  const contenders = shares.map((share) => ({
    name: `${(100 * share).toFixed(0)} %, default proof`,
    run: () => patch(sources, sound, Math.max(1, Math.round(share * shots)), 'default'),
  }));
  const measured = await inTurns([...contenders, { name: 'cp + sync', run: copy }], rounds);
  // A deep proof decodes the whole film whatever was patched: once is enough.
  const once = await patch(sources, sound, Math.max(1, Math.round(shots / 100)), 'deep');
  const deep = [['1 %, --deep', { ...once, runs: [once] }]];
  const copied = measured.get('cp + sync').seconds;
  console.log(
    `cp + sync of the file: ${copied.toFixed(3)} s; medians of ${rounds} in turns after a warm-up, ffmpeg and --deep once`,
  );
  for (const [name, ran] of [...measured, ...deep])
    if (name !== 'cp + sync') printPatch(name, ran, total, full, copied);
}

async function patch(sources, sound, count, proof) {
  slip += 1;
  if (slip > shotFrames) throw new TypeError('--rounds: more than the sources have frames for');
  const step = Math.floor(shots / count);
  // Four sources in turn: shots 4 apart share theirs, and the same pictures would be rendered once only.
  const chosen = Array.from({ length: count }, (_, at) => at * step + (at % step));
  picture = chosen.reduce((cut, index, at) => slipped(cut, [index], ((slip * 7 + at * 5) % 47) + 1), picture);
  writeTimeline(timeline, sources, { picture, sound });
  return patchwork(['render', timeline, '-o', film, ...(proof === 'deep' ? ['--deep'] : [])], store);
}

function copy() {
  return timeProgram('bash', ['-c', 'cp -- "$0" "$1" && sync "$1"', film, join(folder, 'copy.mp4')]);
}

/** `f` is the share that was really rendered: an edit renders whole chunks. */
function printPatch(name, ran, total, full, copied) {
  const share = median(ran.runs.map(({ document }) => document.frames.rendered)) / total;
  const sound = [...new Set(ran.runs.map(({ document }) => document.sound))].join(', ');
  const figures = `f = ${share.toFixed(4)}, sound ${sound}: ${ran.seconds.toFixed(2)} s (cpu ${ran.cpuSeconds.toFixed(2)})`;
  if (full === null) return console.log(`${name}: ${figures}`);
  const budget = (1.15 * share + 0.005) * full.seconds + copied;
  const budgetCpu = (1.15 * share + 0.005) * full.cpuSeconds;
  const verdict = name.includes('deep') ? '' : ran.seconds <= budget ? 'met' : 'MISSED';
  const ratio = `${(ran.seconds / full.seconds).toFixed(4)} of ffmpeg's full render`;
  console.log(`${name}: ${figures} = ${ratio}; budget ${budget.toFixed(2)} s (cpu ${budgetCpu.toFixed(2)}) ${verdict}`);
}
