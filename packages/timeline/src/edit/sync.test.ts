import { isPatchworkError, type Json } from '@patchwork/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeGap, makeTimeline, makeTrack, makeTransition } from '../builders.ts';
import type { Composable, Timeline, Track } from '../model.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { isItem } from '../ranges.ts';
import { frameMap } from '../testing/frame-map.ts';
import { at, clip } from '../testing/lane-text.ts';
import { runs } from '../testing/random-track.ts';
import { tracksOf } from '../tracks.ts';
import { applyEvents, invertEvents } from './event.ts';
import { drawTrack } from './picture.ts';
import { planScript } from './script.ts';

type Shot = readonly [name: number, length: number] | number;

const anyShots = fc.array(
  fc.oneof(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 12 })), fc.integer({ min: 1, max: 30 })),
  { maxLength: 6 },
);

const anyTracks = fc.tuple(
  fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 2, max: 20 })), { minLength: 1, maxLength: 5 }),
  anyShots,
  anyShots,
);

function trackOf(shots: readonly Shot[], name: string): Track {
  const children = shots.map((shot): Composable =>
    typeof shot === 'number' ? makeGap(at(shot)) : clip(`${name}${shot[0]}`, 50, 50 + shot[1]),
  );
  return makeTrack({ name, children });
}

interface Draw {
  readonly op: 'insert' | 'extract' | 'ripple' | 'remove';
  readonly item: number;
  readonly at: number;
  readonly length: number;
  readonly edge: 'in' | 'out';
  readonly delta: number;
}

const anyDraw: fc.Arbitrary<Draw> = fc.record({
  op: fc.constantFrom('insert', 'extract', 'ripple', 'remove'),
  item: fc.nat(4),
  at: fc.nat(60),
  length: fc.integer({ min: 1, max: 20 }),
  edge: fc.constantFrom('in', 'out'),
  delta: fc.integer({ min: -15, max: 15 }),
});

function stepOf(
  { op, item, at: place, length, edge, delta }: Draw,
  shots: readonly (readonly [number, number])[],
): { readonly [key: string]: Json } {
  const index = item % shots.length;
  switch (op) {
    case 'insert':
      return { op, track: 'V1', at: place, clip: { name: 'new', media: 'n.mov', source: [0, length] } };
    case 'extract':
      return { op, track: 'V1', range: [place, place + length] };
    case 'remove':
      return { op, track: 'V1', index, fill: false };
    case 'ripple':
      return { op, track: 'V1', index, edge, delta };
  }
}

/** By how much the main track's frames moved, and from where: what the others must do too. */
function shiftOf(
  draw: Draw,
  shots: readonly (readonly [number, number])[],
  lengths: readonly [number, number],
): readonly [at: number, length: number] {
  const index = draw.item % shots.length;
  const start = shots.slice(0, index).reduce((sum, [, length]) => sum + length, 0);
  const end = start + (shots[index]?.[1] ?? 0);
  const moved = lengths[1] - lengths[0];
  switch (draw.op) {
    case 'insert':
      return [draw.at, draw.length];
    case 'extract':
      return [draw.at, -draw.length];
    case 'remove':
      return [start, start - end];
    case 'ripple':
      return [draw.edge === 'in' ? start : moved < 0 ? end + moved : end, moved];
  }
}

const mapsOf = (timeline: Timeline): string[][] => tracksOf(timeline).map((track) => frameMap(track));

/** Empty frames at a track's end are nothing. */
function bare(map: readonly string[]): string[] {
  const end = map.findLastIndex((shown) => shown !== '-');
  return map.slice(0, end + 1);
}

function moved(map: readonly string[], [from, length]: readonly [number, number]): string[] {
  if (from >= map.length) return bare(map);
  const gap = Array.from({ length: Math.max(0, length) }, () => '-');
  return bare([...map.slice(0, from), ...gap, ...map.slice(from + Math.max(0, -length))]);
}

describe('T59: tracks in sync move along with a ripple', () => {
  test('every other track loses and gains the same time at the same place, and all of it is one edit', () => {
    fc.assert(
      fc.property(anyTracks, anyDraw, ([main, ...others], draw) => {
        const timeline = makeTimeline({
          tracks: [trackOf(main, 'V1'), ...others.map((shots, i) => trackOf(shots, `V${i + 2}`))],
        });
        const step = stepOf(draw, main);
        const alone = planScript(timeline, step);
        const plan = planScript(timeline, { ...step, sync: 'all', torn: 'split' });
        const [old, single, now] = [mapsOf(timeline), mapsOf(alone.after), mapsOf(plan.after)];
        expect(now[0], 'the main track is edited as without the others').toEqual(single[0]);
        const shift = shiftOf(draw, main, [old[0]?.length ?? 0, single[0]?.length ?? 0]);
        expect(now.slice(1).map(bare)).toEqual(old.slice(1).map((map) => moved(map, shift)));
        const back = applyEvents(plan.after, invertEvents(plan.events));
        expect(writeOtio(back, { style: 'lossless' })).toBe(writeOtio(timeline, { style: 'lossless' }));
        expectRefusal(timeline, step, plan.after);
      }),
      { numRuns: runs(400) },
    );
  });

  const cut = (over: readonly Composable[]): Timeline =>
    makeTimeline({
      tracks: [
        makeTrack({ name: 'V1', children: [clip('m01', 0, 100), clip('m02', 0, 100), clip('m03', 0, 100)] }),
        makeTrack({ name: 'V2', children: over }),
        makeTrack({
          name: 'A1',
          trackKind: 'Audio',
          children: [clip('m01', 0, 100), clip('m02', 0, 100), clip('m03', 0, 100)],
        }),
      ],
    });
  const drawn = (timeline: Timeline): string[] => tracksOf(timeline).map((track) => drawTrack(track));
  const trim = { op: 'ripple', track: 'V1', index: 1, out: -10, also: ['A1'] };

  test('a ripple trim of picture and sound takes the gap on the titles along', () => {
    const { after } = planScript(cut([makeGap(at(220)), clip('title', 0, 40)]), { ...trim, sync: 'all' });
    expect(drawn(after)).toEqual([
      '|0 m01 100|0 m02 90|0 m03 100|',
      '| GAP 210 |0 title 40|',
      '|0 m01 100|0 m02 90|0 m03 100|',
    ]);
  });

  test('what would be torn is refused by name, or cut where that is asked for; named tracks alone move along', () => {
    const timeline = cut([makeGap(at(180)), clip('title', 0, 40)]);
    expect(() => planScript(timeline, { ...trim, sync: 'all' })).toThrow(
      expect.objectContaining({
        code: 'PW_EDIT_SYNC',
        message: '"title", frames 180 to 220 of track "V2": taking 10 frames out at 190 would tear it',
      }),
    );
    expect(drawn(planScript(timeline, { ...trim, sync: 'all', torn: 'split' }).after)[1]).toBe(
      '| GAP 180 |0 title 10|20 title 40|',
    );
    expect(drawn(planScript(timeline, { ...trim, sync: [] }).after)[1]).toBe('| GAP 180 |0 title 40|');
    expect(() => planScript(timeline, { op: 'ripple', track: 'V1', index: 0, out: -10, sync: ['A1'] })).toThrow(
      expect.objectContaining({ code: 'PW_EDIT_SYNC' }),
    );
  });

  test('an insert and an extract over all tracks happen once on each, with the tracks that they name beside', () => {
    const timeline = cut([makeGap(at(100)), clip('title', 0, 40)]);
    const put = {
      op: 'insert',
      track: 'V1',
      also: ['A1'],
      at: 100,
      clip: { name: 'new', media: 'n.mov', source: [0, 20] },
    };
    expect(drawn(planScript(timeline, { ...put, sync: 'all' }).after)).toEqual([
      '|0 m01 100|0 new 20|0 m02 100|0 m03 100|',
      '| GAP 120 |0 title 40|',
      '|0 m01 100|0 new 20|0 m02 100|0 m03 100|',
    ]);
    const taken = planScript(timeline, { op: 'extract', track: 'V1', also: ['A1'], range: [100, 150], sync: 'all' });
    expect(drawn(taken.after)).toEqual([
      '|0 m01 100|50 m02 100|0 m03 100|',
      '| GAP 100 |',
      '|0 m01 100|50 m02 100|0 m03 100|',
    ]);
  });

  test('both edges at once: each moves the others along', () => {
    const timeline = cut([makeGap(at(220)), clip('title', 0, 40)]);
    const { after } = planScript(timeline, {
      op: 'ripple',
      track: 'V1',
      index: 1,
      in: 5,
      out: -10,
      also: ['A1'],
      sync: ['V2'],
    });
    expect(drawn(after)).toEqual([
      '|0 m01 100|5 m02 90|0 m03 100|',
      '| GAP 205 |0 title 40|',
      '|0 m01 100|5 m02 90|0 m03 100|',
    ]);
  });

  test('a transition that would go is refused by name', () => {
    const dissolve = makeTransition({ inOffset: at(4), outOffset: at(4) });
    const timeline = cut([clip('a', 10, 110), dissolve, clip('b', 10, 110)]);
    const put = { op: 'insert', track: 'V1', at: 100, clip: { name: 'new', media: 'n.mov', source: [0, 20] } };
    expect(() => planScript(timeline, { ...put, sync: ['V2'] })).toThrow(
      expect.objectContaining({ code: 'PW_EDIT_SYNC' }),
    );
  });

  test.each<Json>([
    { op: 'slip', track: 'V1', index: 0, delta: 1, sync: 'all' },
    { ...trim, sync: 'some' },
    { ...trim, sync: 'all', torn: 'maybe' },
  ])('%j is refused by name', (step) => {
    expect(() => planScript(cut([]), step)).toThrow(expect.objectContaining({ code: 'PW_EDIT_SCRIPT' }));
  });
});

/** Without leave to cut, the same comes out with every clip of the other tracks whole, or it is refused. */
function expectRefusal(timeline: Timeline, step: { readonly [key: string]: Json }, split: Timeline): void {
  try {
    const { after } = planScript(timeline, { ...step, sync: 'all' });
    expect(mapsOf(after)).toEqual(mapsOf(split));
    const lengths = (of: Timeline): string[] =>
      tracksOf(of)
        .slice(1)
        .flatMap(({ children }) =>
          children
            .filter((child) => isItem(child) && child.kind !== 'Gap')
            .map((child) => JSON.stringify((child as { readonly sourceRange: unknown }).sourceRange)),
        );
    const left = lengths(timeline);
    expect(
      lengths(after).every((range) => left.includes(range)),
      'no clip is cut',
    ).toBe(true);
  } catch (error) {
    if (!isPatchworkError(error) || error.code !== 'PW_EDIT_SYNC') throw error;
    const clipsOf = (of: Timeline): string =>
      JSON.stringify(
        tracksOf(of)
          .slice(1)
          .map((track) => drawTrack(track).replaceAll(/ GAP \d+ /g, '')),
      );
    expect(clipsOf(split), 'what was refused would have cut or taken a clip').not.toBe(clipsOf(timeline));
  }
}
