import { rational, type Rational } from '@patchwork/time';
import {
  type Composable,
  type Effect,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeFreezeFrame,
  makeRange,
  makeTimeWarp,
} from '@patchwork/timeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MediaInfo } from './media-info.ts';
import type { Picture } from './picture.ts';
import { canvas24, clip, compile, fps24, gap, mediaOf, picture, runs, stillOf } from './testing/fixture.ts';

/** Source frame shown at every record frame; −1 where no source shows. */
function shown(
  children: readonly Composable[],
  media: { readonly [name: string]: MediaInfo } = {},
  rate = fps24,
): number[] {
  const { program } = compile(picture(children), media, { canvas: { ...canvas24, rate } });
  return Array.from({ length: program.frames }, (_, frame) => frameOf(program.pictureAt(frame)));
}

function frameOf(one: Picture): number {
  return one.op === 'source' ? one.frame : -1;
}

function count(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function codes(children: readonly Composable[], media: { readonly [name: string]: MediaInfo } = {}): string[] {
  return compile(picture(children), media).diagnostics.map((one) => one.code);
}

const freeze: readonly Effect[] = [makeFreezeFrame()];

describe('source time', () => {
  test('T1: as shot, record frame k shows source frame start + k', () => {
    expect(shown([clip('a', 48, 96)])).toEqual(count(48, 144));
  });

  test('T1: at constant speed s the frame whose time has come shows, whatever the rates', () => {
    const rate = fc.constantFrom(
      rational(24),
      rational(25),
      rational(24_000, 1001),
      rational(30_000, 1001),
      rational(50),
    );
    const speed = fc.constantFrom(0.25, 0.5, 1, 1.25, 2, 4, 25 / 24, 0.3);
    fc.assert(
      fc.property(
        rate,
        rate,
        rate,
        speed,
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 50 }),
        (record, media, clipRate, s, start, lead) => {
          const length = 40;
          const info = mediaOf('a', { rate: media, frames: 100_000 });
          const one = makeClip({
            name: 'a',
            sourceRange: {
              start: { value: rational(start), rate: clipRate },
              duration: { value: rational(length), rate: record },
            },
            media: makeExternalReference({ targetUrl: 'a.mov' }),
            effects: [makeTimeWarp(s)],
          });
          const before = makeClip({ ...placed(lead, record), name: 'b' });
          const frames = shown(
            lead === 0 ? [one] : [before, one],
            { a: info, b: mediaOf('b', { frames: 100_000 }) },
            record,
          );
          const exact = (k: number): number => {
            // (start ÷ clipRate + k ÷ record × s) × media, in whole numbers.
            const s1000 = BigInt(Math.round(s * 12_000));
            const num =
              (BigInt(start) * BigInt(clipRate.den) * BigInt(record.num) * 12_000n +
                BigInt(k) * BigInt(record.den) * s1000 * BigInt(clipRate.num)) *
              BigInt(media.num);
            const den = BigInt(clipRate.num) * BigInt(record.num) * 12_000n * BigInt(media.den);
            return Number(num / den);
          };
          expect(frames.slice(lead)).toEqual(count(0, length).map(exact));
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('T2: backwards, record frame k of n shows ceil(start + (n − k) × |s|) − 1', () => {
    expect(shown([clip('a', 0, 96, [makeTimeWarp(-1)])])).toEqual(count(0, 96).toReversed());
    expect(shown([clip('a', 10, 4, [makeTimeWarp(-2)])])).toEqual([17, 15, 13, 11]);
    expect(shown([clip('a', 10, 4, [makeTimeWarp(-0.5)])])).toEqual([11, 11, 10, 10]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(4, 8, 12, 16, 20, 40),
        (start, n, quarters) => {
          const expected = count(0, n).map((k) => Math.ceil(start + ((n - k) * quarters) / 16) - 1);
          expect(shown([gap(3), clip('a', start, n, [makeTimeWarp(-quarters / 16)])]).slice(3)).toEqual(expected);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('T3: a freeze frame holds the frame at the start', () => {
    expect(shown([clip('a', 30, 5, freeze)])).toEqual([30, 30, 30, 30, 30]);
    expect(shown([clip('a', 30, 3, [makeTimeWarp(0)])])).toEqual([30, 30, 30]);
  });

  test('T3: speeds one after another multiply', () => {
    expect(shown([clip('a', 0, 4, [makeTimeWarp(2), makeTimeWarp(1.5)])])).toEqual([0, 3, 6, 9]);
  });

  test('T4: a ramp runs straight between its points and on beyond them', () => {
    const ramp = timeMap('nearest', [0, 0], [2, 1], [3, 4]);
    const expected = count(0, 120).map((k) => (k < 48 ? Math.floor(k / 2) : 24 + (k - 48) * 3));
    expect(shown([clip('a', 0, 120, [ramp])], { a: mediaOf('a', { frames: 500 }) })).toEqual(expected);
  });

  test('T4: a ramp that falls shows the frame that ends at its time', () => {
    expect(shown([clip('a', 0, 4, [timeMap('nearest', [0, 4], [4, 0])])]).slice(0, 4)).toEqual([95, 94, 93, 92]);
  });

  test('T4: points on one line are a constant speed: one span, one anchor with clips of that speed', () => {
    const a = compile(picture([clip('a', 0, 48, [timeMap('nearest', [0, 0], [1, 2], [2, 4])])])).program;
    const b = compile(picture([clip('a', 0, 48, [makeTimeWarp(2)])])).program;
    expect(a.spans).toEqual(b.spans);
    expect(a.frameKeyAt(17)).toBe(b.frameKeyAt(17));
  });

  test('T5: a blend mixes the two neighbours by exact distance; on a frame there is no mix', () => {
    const { program } = compile(picture([clip('a', 0, 8, [timeMap('blend', [0, 0], [4, 1])])]));
    expect(program.pictureAt(4)).toMatchObject({ op: 'source', frame: 1 });
    expect(program.pictureAt(5)).toMatchObject({
      op: 'mix',
      from: { op: 'source', frame: 1 },
      to: { op: 'source', frame: 2 },
      share: { num: 1, den: 4 },
    });
  });

  test('T5: a blend in variable-rate media goes by the pictures’ own times', () => {
    const times = [0, 3, 8];
    const info = mediaOf('a', { frames: 3, timeBase: rational(1, 48), times, rate: rational(24) });
    const { program } = compile(picture([clip('a', 0, 4, [timeMap('blend', [0, 0], [1, 1])])]), { a: info });
    expect(program.pictureAt(1)).toMatchObject({
      op: 'mix',
      from: { frame: 0 },
      to: { frame: 1 },
      share: { num: 2, den: 3 },
    });
    expect(program.pictureAt(2)).toMatchObject({
      op: 'mix',
      from: { frame: 1 },
      to: { frame: 2 },
      share: { num: 1, den: 5 },
    });
  });

  test('T6: of variable-rate media the picture with pts ≤ t < next shows, and is named by its own pts', () => {
    // Alternately 1/20 and 1/30 s, in ticks of 1/600, the first picture at 100.
    const times = count(0, 200).map((i) => 100 + Math.floor(i / 2) * 50 + (i % 2) * 30);
    const info = mediaOf('a', { frames: 200, timeBase: rational(1, 600), firstPts: 100, times, rate: rational(24) });
    const expected = count(0, 90).map((k) => times.findLastIndex((time) => (time - 100) * 24 <= k * 600));
    expect(shown([clip('a', 0, 90)], { a: info })).toEqual(expected);
    const { program } = compile(picture([clip('a', 0, 90)]), { a: info });
    expect(program.pictureAt(13)).toMatchObject({ pts: times[expected[13] ?? 0] });
  });

  test('T6: backwards in variable-rate media the picture that ends at the time shows', () => {
    const info = mediaOf('a', { frames: 4, timeBase: rational(1, 24), times: [0, 1, 3, 4], rate: rational(24) });
    expect(shown([clip('a', 0, 5, [makeTimeWarp(-1)])], { a: info })).toEqual([3, 2, 1, 1, 0]);
  });

  test('T7: a still shows frame 0 for ever', () => {
    expect(shown([clip('a', 500, 3)], { a: stillOf('a') })).toEqual([0, 0, 0]);
    expect(codes([clip('a', 500, 3)], { a: stillOf('a') })).toEqual([]);
  });

  test('T8: beyond the media its edge frames are held, and that is said', () => {
    expect(shown([clip('a', 198, 4)])).toEqual([198, 199, 199, 199]);
    expect(codes([clip('a', 198, 4)])).toEqual(['PW_MEDIA_SHORT']);
    expect(shown([clip('a', -2, 4)])).toEqual([0, 0, 0, 1]);
    expect(codes([clip('a', -2, 4)])).toEqual(['PW_MEDIA_SHORT']);
    expect(codes([clip('a', 196, 4)])).toEqual([]);
  });

  test('T8: a clip with nothing of its media in it is an error', () => {
    const { diagnostics } = compile(picture([clip('a', 300, 4)]));
    expect(diagnostics).toMatchObject([{ code: 'PW_MEDIA_OUTSIDE', severity: 'error', where: 'V1 / a' }]);
  });

  test('T9: media time 0 is the available range’s start, else the file’s start timecode, else 0', () => {
    const withTimecode = mediaOf('a', {}, { startTimecode: { frame: 86_400, dropFrame: false } });
    expect(shown([clip('a', 86_410, 2)], { a: withTimecode })).toEqual([10, 11]);
    const available = makeClip({
      name: 'a',
      sourceRange: makeRange(1010, 2, fps24),
      media: makeExternalReference({ targetUrl: 'a.mov', availableRange: makeRange(1000, 200, fps24) }),
    });
    expect(shown([available], { a: withTimecode })).toEqual([10, 11]);
    expect(shown([clip('a', 10, 2)])).toEqual([10, 11]);
  });

  test('T9: without a source range all of the media plays', () => {
    const whole = makeClip({ name: 'a', media: makeExternalReference({ targetUrl: 'a.mov' }) });
    expect(shown([whole])).toEqual(count(0, 200));
  });

  test('T10: an edge between two frames is moved to the nearer one, and the in-point shows there', () => {
    const quarter = (value: number): Rational => rational(value, 4);
    const odd = makeClip({
      name: 'a',
      sourceRange: { start: { value: rational(0), rate: fps24 }, duration: { value: quarter(41), rate: fps24 } },
      media: makeExternalReference({ targetUrl: 'a.mov' }),
    });
    expect(shown([odd, clip('b', 50, 3)])).toEqual([...count(0, 10), 50, 51, 52]);
    const { diagnostics } = compile(picture([odd, clip('b', 50, 3)]));
    expect(diagnostics[0]).toMatchObject({ code: 'PW_RECORD_SUBFRAME', severity: 'note', where: 'V1 / a' });
  });

  test('T11: a media rate read anew only changes the frames that show at another time', () => {
    const ntsc = mediaOf('a', { rate: rational(24_000, 1001), frames: 3000 });
    const film = mediaOf('a', { rate: rational(24), frames: 3000 });
    const atNtsc = shown([clip('a', 0, 1200)], { a: ntsc });
    const atFilm = shown([clip('a', 0, 1200)], { a: film });
    expect(atNtsc).toEqual(count(0, 1200).map((k) => Math.floor((k * 1000) / 1001)));
    expect(atFilm).toEqual(count(0, 1200));
  });
});

function placed(
  length: number,
  rate: Rational,
): { sourceRange: ReturnType<typeof makeRange>; media: ReturnType<typeof makeExternalReference> } {
  return { sourceRange: makeRange(0, length, rate), media: makeExternalReference({ targetUrl: 'b.mov' }) };
}

function timeMap(
  sampling: 'nearest' | 'blend',
  ...points: readonly (readonly [time: number, value: number])[]
): Effect {
  return makeEffect({
    type: 'timeMap',
    sampling,
    points: points.map(([time, value]) => ({ time: rational(time), value: rational(value) })),
  });
}
