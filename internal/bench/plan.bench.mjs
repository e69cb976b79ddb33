// Compile and plan, from a timeline in memory to the list of what to render. Budgets: 1,800 clips / 2 h in 0.5 s, 20,000
// clips in 3 s, for the whole of compile + plan, of which plan may use half. Prints processor time beside the clock: a
// machine with other work makes the clock lie.
//
//   npm run bench -- plan

import { hash } from 'node:crypto';
import { builtInProfile, dirtyRanges, makePlan, planChunks } from '../../packages/plan/dist/index.js';
import { compileProgram } from '../../packages/program/dist/index.js';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeGap,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
} from '../../packages/timeline/dist/index.js';

const rate = { num: 24, den: 1 };
const sha256 = (data) => hash('sha256', data, 'hex');
const color = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
const toolchain = { drawing: 'bench', ffmpeg: '8.1', encoder: 'bench', cpuClass: null };

let state = 1;
const random = (below) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const media = new Map();
function mediaOf(url) {
  const known = media.get(url);
  if (known !== undefined) return known;
  const video = {
    stream: 0,
    codec: 'h264',
    profile: 'High',
    width: 1920,
    height: 1080,
    pixelFormat: 'yuv420p',
    pixelAspect: { num: 1, den: 1 },
    rotation: 0,
    fieldOrder: 'progressive',
    color,
    rate,
    frames: 100_000,
    still: false,
    timeBase: { num: 1, den: 24_000 },
    firstPts: 0,
    times: null,
  };
  const sound = [
    {
      stream: 1,
      codec: 'pcm_s16le',
      sampleRate: 48_000,
      channels: 2,
      layout: 'stereo',
      start: { num: 0, den: 1 },
      samples: 200_000_000,
    },
  ];
  const info = { identity: sha256(url), path: url, container: 'mov', video, sound, startTimecode: null };
  media.set(url, info);
  return info;
}

const clip = (start, length, effects = []) => {
  const url = `/media/${random(400)}.mov`;
  return makeClip({
    name: url,
    effects,
    sourceRange: makeRange(start, length, rate),
    media: makeExternalReference({ targetUrl: url, availableRange: makeRange(0, 100_000, rate) }),
  });
};

/** Shots on V1 with sound on A1; every tenth has a half-transparent clip above it on V2. */
function children(count, length) {
  return Array.from({ length: count }, () => clip(random(90_000), length));
}

function timeline(shots, length) {
  const fade = makeEffect({ type: 'opacity', opacity: 0.5 });
  const above = shots.flatMap((_, i) =>
    i % 10 === 0 ? [clip(random(90_000), length, [fade])] : [makeGap(makeTime(length, rate))],
  );
  return makeTimeline({
    name: 'bench',
    tracks: [
      makeTrack({ children: shots }),
      makeTrack({ children: above }),
      makeTrack({ trackKind: 'Audio', children: shots }),
    ],
  });
}

function compile(of) {
  return compileProgram({
    timeline: of,
    canvas: { width: 1920, height: 1080, rate, color },
    media: mediaOf,
    sha256,
    sampleRate: 48_000,
    epochs: [],
    font: null,
    range: null,
  }).program;
}

function timed(work) {
  const [clock, cpu] = [performance.now(), process.cpuUsage()];
  const value = work();
  const used = process.cpuUsage(cpu);
  return { value, seconds: (performance.now() - clock) / 1000, cpu: (used.user + used.system) / 1e6 };
}

const text = ({ seconds, cpu }) => `${seconds.toFixed(3)} s (cpu ${cpu.toFixed(3)})`;

function measure(label, count, length, profileName, budget) {
  const shots = children(count, length);
  const inserted = shots.toSpliced(count >> 1, 0, clip(0, 48));
  const [before, after] = [timeline(shots, length), timeline(inserted, length)];
  const { video } = builtInProfile(profileName, { width: 1920, height: 1080, rate });
  const old = compile(before);
  const oldChunks = planChunks(old, video, toolchain, sha256);
  const keys = new Set(oldChunks.map(({ key }) => key));
  const compiled = timed(() => compile(after));
  const keyed = timed(() => planChunks(compiled.value, video, toolchain, sha256));
  const planned = timed(() =>
    makePlan({
      program: compiled.value,
      chunks: keyed.value,
      video,
      toolchain,
      soundAtHand: false,
      isAtHand: (key) => keys.has(key),
      previous: { program: old, chunks: oldChunks, video, toolchain },
    }),
  );
  const dirty = timed(() => dirtyRanges(old, compiled.value));
  const whole = compiled.seconds + keyed.seconds + planned.seconds;
  const cpu = compiled.cpu + keyed.cpu + planned.cpu;
  process.stdout.write(
    `${label}, ${profileName}: ${compiled.value.frames} frames, ${keyed.value.length} chunks, ${planned.value.rendered} to render\n` +
      `  compile ${text(compiled)}  keys ${text(keyed)}  plan ${text(planned)}  dirty ranges ${text(dirty)}\n` +
      `  compile + plan ${whole.toFixed(3)} s (cpu ${cpu.toFixed(3)}), budget ${budget} s: ${whole <= budget ? 'met' : 'MISSED'}\n`,
  );
}

measure('warm-up', 300, 96, 'h264-mov', 0.5);
measure('1,800 clips / 2 h', 1800, 96, 'h264-mov', 0.5);
measure('1,800 clips / 2 h', 1800, 96, 'prores-422-hq', 0.5);
measure('20,000 clips / 2.3 h', 20_000, 10, 'h264-mov', 3);
measure('20,000 clips / 22 h', 20_000, 96, 'h264-mov', 3);
