import {
  makeClip,
  makeGap,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  makeTransition,
  type Clip,
} from '@patchwork/timeline';
import { rational } from '@patchwork/time';
import { expect, test } from 'vitest';
import { placesAt } from './places-at.ts';

const rate = rational(24);

function clip(name: string, length: number, enabled: boolean = true): Clip {
  return makeClip({ name, enabled, sourceRange: makeRange(10, length, rate) });
}

const scene = makeStack({
  name: 'Scene',
  sourceRange: makeRange(6, 20, rate),
  children: [makeTrack({ children: [clip('i1', 10), clip('i2', 10), clip('i3', 10)] })],
});

const film = makeTimeline({
  name: 'film',
  tracks: [
    makeTrack({
      name: 'V1',
      children: [
        clip('a', 24),
        makeTransition({ inOffset: makeTime(4, rate), outOffset: makeTime(2, rate) }),
        clip('b', 24),
        scene,
        { ...scene, effects: [makeTimeWarp(2)] },
      ],
    }),
    makeTrack({ children: [makeGap(makeTime(22, rate)), clip('off', 10, false)] }),
    makeTrack({ children: [makeGap(makeTime(22, rate)), clip('T', 10)] }),
    makeTrack({ trackKind: 'Audio', children: [clip('music', 92)] }),
  ],
});

function at(frame: number): string[] {
  return placesAt(film, frame, rate).map(
    ({ track, kind, name, record }) => `${track} ${kind} ${name} ${record.in}-${record.out}`,
  );
}

test('what stands over a frame: highest first, sound last, transitions around their cut, nothing that is switched off', () => {
  expect(at(0)).toEqual(['V1 clip a 0-24', 'A1 clip music 0-92']);
  expect(at(22)).toEqual(['V3 clip T 22-32', 'V1 clip a 0-24', 'V1 transition  20-26', 'A1 clip music 0-92']);
  expect(at(25)).toEqual(['V3 clip T 22-32', 'V1 transition  20-26', 'V1 clip b 24-48', 'A1 clip music 0-92']);
  expect(at(92)).toEqual([]);
});

test('what is within a compound stands behind it, as far as the compound shows it; within a retimed one nothing is told', () => {
  expect(at(48)).toEqual(['V1 compound Scene 48-68', 'V1 / Scene / V1 clip i1 48-52', 'A1 clip music 0-92']);
  expect(at(67)).toEqual(['V1 compound Scene 48-68', 'V1 / Scene / V1 clip i3 62-68', 'A1 clip music 0-92']);
  expect(at(70)).toEqual(['V1 compound Scene 68-88', 'A1 clip music 0-92']);
});
