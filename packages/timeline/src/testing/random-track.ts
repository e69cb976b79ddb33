import fc from 'fast-check';
import {
  makeClip,
  makeExternalReference,
  makeGap,
  makeMarker,
  makeRange,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  makeTransition,
} from '../builders.ts';
import { makeEffect } from '../known-effect.ts';
import type { Clip, Composable, Gap, Timeline } from '../model.ts';
import { at, fps } from './lane-text.ts';

/** How many cases a law draws; more with PW_RUNS. */
export function runs(usual: number): number {
  const wanted = Number(process.env['PW_RUNS'] ?? '0');
  return wanted > 0 ? wanted : usual;
}

const speeds = [1, 1, 1, 1, 2, 0.5, -1, -2];

interface ItemSeed {
  readonly isGap: boolean;
  readonly length: number;
  readonly start: number;
  readonly head: number;
  readonly tail: number;
  readonly speed: number;
  readonly isUnlimited: boolean;
  readonly decorated: boolean;
  readonly transition: readonly [number, number] | null;
}

const itemSeed: fc.Arbitrary<ItemSeed> = fc.record({
  isGap: fc.integer({ min: 0, max: 3 }).map((draw) => draw === 0),
  length: fc.integer({ min: 1, max: 30 }),
  start: fc.constantFrom(0, 7, 1000, 86400),
  head: fc.constantFrom(0, 2, 10, 40),
  tail: fc.constantFrom(0, 2, 10, 40),
  speed: fc.constantFrom(...speeds),
  isUnlimited: fc.integer({ min: 0, max: 4 }).map((draw) => draw === 0),
  decorated: fc.boolean(),
  transition: fc.option(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), { nil: null }),
});

/** A timeline of one track: clips at several speeds, with handles or without end, gaps, markers, key frames. */
export function randomTimeline(options: { readonly transitions: boolean }): fc.Arbitrary<Timeline> {
  return fc.array(itemSeed, { minLength: 1, maxLength: 9 }).map((seeds) => {
    const children: Composable[] = [];
    seeds.forEach((seed, index) => {
      const item = itemFrom(seed, index);
      const offsets = options.transitions && index > 0 ? seed.transition : null;
      const before = children.at(-1);
      // Only where both sides have room: the laws begin with valid timelines.
      if (
        offsets !== null &&
        before?.kind === 'Clip' &&
        item.kind === 'Clip' &&
        offsets[0] + offsets[1] > 0 &&
        hasRoom(seeds[index - 1], 'tail', offsets[1]) &&
        hasRoom(seed, 'head', offsets[0])
      ) {
        children.push(makeTransition({ name: `t${index}`, inOffset: at(offsets[0]), outOffset: at(offsets[1]) }));
      }
      children.push(item);
    });
    return makeTimeline({ name: 'random', tracks: [makeTrack({ name: 'V1', children })] });
  });
}

/** Long enough for a transition at each end, and with media for what one shows beyond the cut. */
function hasRoom(seed: ItemSeed | undefined, side: 'head' | 'tail', frames: number): boolean {
  if (seed === undefined || seed.length < 6) return false;
  return seed.isUnlimited || (seed.speed === 1 && seed[side] >= frames);
}

function itemFrom(seed: ItemSeed, index: number): Clip | Gap {
  if (seed.isGap) return makeGap(at(seed.length));
  const name = `c${index}`;
  // Half speed of odd lengths would end between source frames; even ones keep the naive map in whole steps.
  const span = Math.abs(seed.speed) * seed.length;
  const start = seed.start + seed.head;
  return makeClip({
    name,
    sourceRange: makeRange(start, seed.length, fps),
    effects: [
      ...(seed.speed === 1 ? [] : [makeTimeWarp(seed.speed)]),
      ...(seed.decorated
        ? [
            makeEffect({
              type: 'opacity',
              opacity: {
                keyframes: [
                  { time: { num: start, den: 24 }, value: 0, interpolation: 'linear' },
                  { time: { num: start + seed.length, den: 24 }, value: 1, interpolation: 'linear' },
                ],
              },
            }),
          ]
        : []),
    ],
    markers: seed.decorated
      ? [makeMarker({ name: 'm', markedRange: makeRange(start + Math.floor(seed.length / 2), 1, fps) })]
      : [],
    media: makeExternalReference({
      targetUrl: `/media/${name}.mov`,
      availableRange: seed.isUnlimited ? null : makeRange(seed.start, Math.ceil(seed.head + span + seed.tail), fps),
    }),
  });
}

/** An edit of any op, by numbers that `editFrom` turns into one of a timeline. */
export interface EditSeed {
  readonly op: (typeof ops)[number];
  readonly item: number;
  readonly at: number;
  readonly length: number;
  readonly deltaIn: number | null;
  readonly deltaOut: number | null;
  readonly choice: number;
}

const ops = [
  'overwrite',
  'insert',
  'trim',
  'slice',
  'slip',
  'slide',
  'ripple',
  'roll',
  'fill',
  'remove',
  'move',
  'lift',
  'extract',
  'join',
  'retime',
  'setTransition',
  'removeTransition',
  'replace',
  'setEffect',
  'removeEffect',
  'set',
] as const;

/** Draws edits. */
export const editSeed: fc.Arbitrary<EditSeed> = fc.record({
  op: fc.constantFrom(...ops),
  item: fc.nat({ max: 1000 }),
  at: fc.nat({ max: 1000 }),
  length: fc.integer({ min: 1, max: 40 }),
  deltaIn: fc.option(fc.integer({ min: -30, max: 30 }), { nil: null }),
  deltaOut: fc.option(fc.integer({ min: -30, max: 30 }), { nil: null }),
  choice: fc.nat({ max: 5 }),
});
