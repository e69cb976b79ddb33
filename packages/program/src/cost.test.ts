import { makeTimeline, makeTrack, type Timeline } from '@patchwork/timeline';
import { expect, test } from 'vitest';
import { clip, compile, dissolve, sha256 } from './testing/fixture.ts';

/** Cuts of 200 files with their sound, a dissolve at every tenth cut. */
function longTimeline(clips: number, framesEach: number): Timeline {
  const one = (i: number): ReturnType<typeof clip> => clip(`m${i % 200}`, (i * 37) % 100, framesEach);
  const numbers = Array.from({ length: clips }, (_, i) => i);
  const children = numbers.flatMap((i) => (i % 10 === 3 ? [one(i), dissolve(6, 6)] : [one(i)]));
  return makeTimeline({
    tracks: [makeTrack({ children }), makeTrack({ trackKind: 'Audio', children: numbers.map(one) })],
  });
}

/** Processor milliseconds for compiling and keying, and how often something was hashed. */
function costOf(
  clips: number,
  framesEach: number,
): { readonly cpuMs: number; readonly hashes: number; readonly frames: number } {
  const timeline = longTimeline(clips, framesEach);
  let hashes = 0;
  const start = process.cpuUsage();
  const { program } = compile(
    timeline,
    {},
    {
      sha256: (data) => {
        hashes += 1;
        return sha256(data);
      },
    },
  );
  for (let frame = 0; frame < program.frames; frame += 1) program.frameKeyAt(frame);
  const { user, system } = process.cpuUsage(start);
  return { cpuMs: (user + system) / 1000, hashes, frames: program.frames };
}

test('Q1: one hash a shape, none a frame', () => {
  const { hashes, frames } = costOf(1800, 96);
  expect(frames).toBe(172_800);
  // 200 files, 180 pairs in dissolves, the sound.
  expect(hashes).toBeLessThanOrEqual(381);
});

test('Q1: the cost is linear in items and frames', () => {
  costOf(1000, 50);
  const small = Math.min(...[1, 2, 3].map(() => costOf(1000, 50).cpuMs));
  const large = Math.min(...[1, 2, 3].map(() => costOf(8000, 50).cpuMs));
  // Eight times the work; twice that would still be linear on a busy machine, 64 times would be the square.
  expect(large / small).toBeLessThan(24);
});
