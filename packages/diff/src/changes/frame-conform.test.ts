import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, divide, rational, type Rate } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeGap,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
  makeTransition,
  type Composable,
  type Timeline,
} from '@patchwork/timeline';
import { diffTimelines } from '../diff-timelines.ts';
import type { Changes } from './change.ts';

/** Name, first source frame, frames; a gap by its frames alone. */
type Shot = readonly [name: string, start: number, length: number] | number;

const shots: readonly Shot[] = [['m01', 0, 96], ['m02', 48, 96], 24, ['m03', 10, 80], ['m04', 0, 96]];

/** A film whose record runs at a rate; its sources are counted at `source`. */
function film(rate: Rate, list: readonly Shot[], source: Rate = rate, zoomAt = 24, half = 6): Timeline {
  const item = (shot: Shot): Composable => {
    if (typeof shot === 'number') return makeGap(makeTime(shot, rate));
    const [name, start, length] = shot;
    const zoom = {
      keyframes: [0, zoomAt, 72].map((frame, at) => ({
        time: add(divide(rational(start), source), divide(rational(frame), rate)),
        value: at + 1,
        interpolation: 'linear' as const,
      })),
    };
    const still = { x: 0, y: 0 };
    const range = makeRange(start, length, rate);
    return makeClip({
      name,
      sourceRange: { start: makeTime(start, source), duration: range.duration },
      media: makeExternalReference({ targetUrl: `${name}.mov`, availableRange: makeRange(0, 400, rational(24)) }),
      effects:
        name === 'm03' && source === rate
          ? [
              makeEffect({
                type: 'transform',
                position: still,
                scale: { x: zoom, y: zoom },
                rotation: 0,
                anchor: still,
              }),
            ]
          : [],
    });
  };
  const [first, ...others] = list.map(item);
  const dissolve = makeTransition({ inOffset: makeTime(half, rate), outOffset: makeTime(half, rate) });
  return makeTimeline({
    name: 'film',
    globalStartTime: makeTime(0, rate),
    tracks: [makeTrack({ children: first === undefined ? [] : [first, dissolve, ...others] })],
  });
}

function told(old: Timeline, next: Timeline, from: Rate, to: Rate): Changes {
  return diffTimelines({ old, new: next, oldProgram: null, newProgram: null, rate: to, oldRate: from });
}

const texts = ({ changes }: Changes): string[] => changes.map(({ clips, text }) => [...clips, text].join(' '));

describe.each([
  ['24 to 25', rational(24), rational(25)],
  ['25 to 24', rational(25), rational(24)],
  ['23.976 to 25', rational(24_000, 1001), rational(25)],
])('F1: a project conformed frame for frame, %s', (_, from, to) => {
  const line = `timeline.rate ${from.num}/${from.den} → ${to.num}/${to.den}`;

  test('is one line; places are each side’s own', () => {
    const changes = told(film(from, shots), film(to, shots), from, to);
    expect(texts(changes)).toEqual([line]);
    expect(changes.unchanged).toBe(4);
    const records = (side: 'old' | 'new'): unknown =>
      changes.sides[side].tracks[0]?.items.map(({ record }) => record.in);
    expect([records('old'), records('new')]).toEqual([
      [0, 96, 216, 296],
      [0, 96, 216, 296],
    ]);
  });

  test('with edits on top: the rate, and the edits', () => {
    const trimmed = shots.map((shot, at): Shot => (at === 1 ? ['m02', 48, 86] : shot));
    const changes = told(film(from, shots), film(to, trimmed, to, 30), from, to);
    expect(texts(changes)).toEqual([
      line,
      'm02 ripple trim out −10',
      'm03 scale 3 keys → 3 keys',
      'm03 m04 downstream 2 clips shifted −10',
    ]);
    const trim = changes.changes.find(({ kind }) => kind === 'ripple-trim');
    expect([trim?.old?.record, trim?.new?.record, trim?.old?.source, trim?.new?.source]).toEqual([
      { in: 96, out: 192 },
      { in: 96, out: 182 },
      ['48', '144'],
      ['48', '134'],
    ]);
  });

  test('where clips still enter their media at the same second as well', () => {
    const media = rational(24);
    const changes = told(film(from, shots, media), film(to, shots, media), from, to);
    expect(texts(changes)).toEqual([line]);
  });
});

test('F2: by the clock where that is what happened, and where neither fits better', () => {
  const [from, to] = [rational(25), rational(50)];
  const doubled = shots.map((shot): Shot =>
    typeof shot === 'number' ? shot * 2 : [shot[0], shot[1] * 2, shot[2] * 2],
  );
  const byClock = told(film(from, shots), film(to, doubled, to, 48, 12), from, to);
  expect(texts(byClock).filter((text) => !text.startsWith('m03'))).toEqual(['timeline.rate 25/1 → 50/1']);
  expect(texts(told(film(from, []), film(to, []), from, to))).toEqual(['timeline.rate 25/1 → 50/1']);
});

test('F3: a conform alone is one line, whatever the clips and rates', () => {
  const rate = fc.constantFrom(
    rational(24),
    rational(25),
    rational(30),
    rational(24_000, 1001),
    rational(30_000, 1001),
    rational(60),
  );
  const list = fc.array(
    fc.oneof(
      fc.integer({ min: 1, max: 60 }),
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 8, max: 120 })),
    ),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(rate, rate, list, (from, to, cut) => {
      fc.pre(
        (from.num !== to.num || from.den !== to.den) &&
          cut.some((shot) => typeof shot !== 'number') &&
          typeof cut[0] !== 'number',
      );
      const changes = told(film(from, cut), film(to, cut), from, to);
      expect(texts(changes)).toEqual([`timeline.rate ${from.num}/${from.den} → ${to.num}/${to.den}`]);
    }),
    { numRuns: Number(process.env['PW_RUNS'] ?? 60) },
  );
});
