import { rational } from '@patchwork/time';
import {
  type Composable,
  type Effect,
  jsonFrom,
  type KnownEffect,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeFreezeFrame,
  makePlainEffect,
  makeRange,
  makeStack,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  type Timeline,
} from '@patchwork/timeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProgramInput } from './program-input.ts';
import { soundText } from './compile-sound.ts';
import type { MediaInfo } from './media-info.ts';
import type { GainPoint, SoundPiece, SoundProgram } from './sound.ts';
import { canvas24, clip, compile, dissolve, fps24, gap, mediaOf, runs, sha256 } from './testing/fixture.ts';

function audio(...tracks: readonly (readonly Composable[])[]): Timeline {
  return makeTimeline({ tracks: tracks.map((children) => makeTrack({ trackKind: 'Audio', children })) });
}

function heard(
  timeline: Timeline,
  media: { readonly [name: string]: MediaInfo } = {},
  parts: Partial<ProgramInput> = {},
): SoundProgram {
  return compile(timeline, media, parts).program.sound;
}

/** A piece without what is the same in most: `a@0+2000 0 ×1`. */
function brief(piece: SoundPiece): string {
  const name = names.get(piece.media) ?? piece.media;
  const rate = (value: { num: number; den: number }): string =>
    value.den === 1 ? String(value.num) : `${value.num}/${value.den}`;
  return `${name}@${piece.at}+${piece.length} ${rate(piece.sourceStart)} ×${rate(piece.speed)}`;
}

const names = new Map(['a', 'b', 'c'].map((name) => [sha256(name), name]));

function pieces(...children: readonly Composable[]): string[] {
  return heard(audio(children)).pieces.map(brief);
}

function gains(effects: readonly Effect[], length = 24): readonly GainPoint[] {
  const [piece] = heard(audio([clip('a', 0, length, effects)])).pieces;
  expect(piece?.gainLeft).toEqual(piece?.gainRight);
  return piece?.gainLeft ?? [];
}

/** The envelope's value at a sample, as a player reads it. */
function valueAt(points: readonly GainPoint[], sample: number): number {
  const after = points.findIndex((point) => point.sample > sample);
  const from = points[(after === -1 ? points.length : after) - 1];
  const to = after === -1 ? undefined : points[after];
  if (from === undefined) return to?.gain ?? Number.NaN;
  if (to === undefined) return from.gain;
  return from.gain + ((to.gain - from.gain) * (sample - from.sample)) / (to.sample - from.sample);
}

function volume(...keys: readonly (readonly [frame: number, db: number])[]): Effect {
  return makeEffect({
    type: 'volume',
    gainDb: {
      keyframes: keys.map(([frame, value]) => ({ time: rational(frame, 24), value, interpolation: 'linear' })),
    },
  });
}

function level(gainDb: number): Effect {
  return makeEffect({ type: 'volume', gainDb });
}

function pan(value: Extract<KnownEffect, { type: 'pan' }>['pan']): Effect {
  return makeEffect({ type: 'pan', pan: value });
}

function fade(inFrames: number, outFrames: number): Effect {
  return makeEffect({ type: 'fade', inSeconds: rational(inFrames, 24), outSeconds: rational(outFrames, 24) });
}

describe('pieces', () => {
  test('A1: audio tracks are heard, and nothing else is', () => {
    const timeline = makeTimeline({
      tracks: [
        makeTrack({ children: [clip('a', 0, 24)] }),
        makeTrack({ trackKind: 'Audio', children: [gap(12), clip('b', 24, 12)] }),
      ],
    });
    expect(heard(timeline)).toEqual({
      sampleRate: 48_000,
      layout: 'stereo',
      samples: 48_000,
      pieces: [
        {
          media: sha256('b'),
          stream: 1,
          map: { left: [1, 0], right: [0, 1] },
          at: 24_000,
          length: 24_000,
          sourceStart: rational(1),
          speed: rational(1),
          gainLeft: [{ sample: 0, gain: 1 }],
          gainRight: [{ sample: 0, gain: 1 }],
        },
      ],
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('A2: a piece holds the samples n with start ≤ n ÷ rate < end; what meets neither overlaps nor leaves a hole', () => {
    const rate = rational(30_000, 1001);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 5 }),
        (lengths, lead) => {
          const children = lengths.map((length, i) =>
            makeClip({
              name: 'a',
              sourceRange: makeRange(i * 17, length, rate),
              media: makeExternalReference({ targetUrl: 'a.mov' }),
            }),
          );
          const total = lengths.reduce((sum, length) => sum + length, 0);
          const range = lead < total ? { in: lead, out: total } : null;
          const sound = heard(audio(children), {}, { canvas: { ...canvas24, rate }, range });
          expect(sound.samples).toBe(Math.ceil(((total - (range?.in ?? 0)) * 48_000 * 1001) / 30_000));
          let next = 0;
          for (const piece of sound.pieces) {
            expect(piece.at).toBe(next);
            next = piece.at + piece.length;
            // The piece's first sample lies where its source does, to the exact fraction.
            const record = rational(piece.at * 30_000 + (range?.in ?? 0) * 1001 * 48_000, 48_000 * 30_000);
            expect(record.num / record.den).toBeGreaterThanOrEqual(0);
          }
          expect(next).toBe(sound.samples);
        },
      ),
      { numRuns: runs(100) },
    );
  });

  test('A2: the source position of a first sample that lies behind its edge is exact', () => {
    const rate = rational(30_000, 1001);
    const one = (start: number, length: number): Composable =>
      makeClip({
        name: 'a',
        sourceRange: makeRange(start, length, rate),
        media: makeExternalReference({ targetUrl: 'a.mov' }),
      });
    // Frame 1 begins at sample 1601.6: sample 1602 lies 0.4 samples behind it.
    const second = heard(audio([one(0, 1), one(10, 1)]), {}, { canvas: { ...canvas24, rate } }).pieces[1];
    expect(second).toMatchObject({ at: 1602, sourceStart: rational(10 * 8008 + 2, 240_000) });
  });

  test('A3: source time counts from the stream’s first sample: start timecode and delay taken away', () => {
    const base = mediaOf('a', { firstPts: 2400 }, { startTimecode: { frame: 86_400, dropFrame: false } });
    const late = { ...base, sound: base.sound.map((stream) => ({ ...stream, start: rational(1, 20) })) };
    // The picture begins at 0.1 s, the sound at 0.05 s: picture frame 24 is 1.05 s into the sound.
    expect(heard(audio([clip('a', 86_424, 24)]), { a: late }).pieces.map(brief)).toEqual(['a@0+48000 21/20 ×1']);
  });

  test('A4: speeds: varispeed, backwards from the end, held is silent', () => {
    expect(pieces(clip('a', 24, 24, [makeTimeWarp(0.5)]))).toEqual(['a@0+48000 1 ×1/2']);
    expect(pieces(clip('a', 24, 24, [makeTimeWarp(-1)]))).toEqual(['a@0+48000 2 ×-1']);
    expect(pieces(clip('a', 24, 24, [makeTimeWarp(-0.5)]))).toEqual(['a@0+48000 3/2 ×-1/2']);
    expect(pieces(clip('a', 24, 24, [makeFreezeFrame()]))).toEqual([]);
  });

  test('A4: a ramp is a piece for each leg, the outer ones go on', () => {
    const points = [
      [1, 1],
      [2, 1],
      [3, 3],
    ].map(([time, value]) => ({ time: rational(time ?? 0), value: rational(value ?? 0) }));
    const ramp = makeEffect({ type: 'timeMap', sampling: 'nearest', points });
    expect(pieces(clip('a', 0, 96, [ramp]))).toEqual(['a@96000+96000 1 ×2']);
    const rising = makeEffect({
      type: 'timeMap',
      sampling: 'nearest',
      points: points.slice(1).concat({ time: rational(4), value: rational(4) }),
    });
    expect(pieces(clip('a', 24, 96, [rising]))).toEqual(['a@0+96000 -1 ×2', 'a@96000+96000 3 ×1']);
  });

  test('A5: a blade leaves one piece; a real cut leaves two', () => {
    expect(pieces(clip('a', 0, 10), clip('a', 10, 14))).toEqual(['a@0+48000 0 ×1']);
    expect(pieces(clip('a', 0, 10), clip('a', 11, 14))).toHaveLength(2);
    expect(heard(audio([clip('a', 0, 10, [level(-6)]), clip('a', 10, 14, [level(-6)])])).key).toBe(
      heard(audio([clip('a', 0, 24, [level(-6)])])).key,
    );
    expect(pieces(clip('a', 0, 10, [makeTimeWarp(2)]), clip('a', 20, 14, [makeTimeWarp(2)]))).toHaveLength(1);
    const [joined] = heard(audio([clip('a', 0, 12, [level(-6)]), clip('a', 12, 12)])).pieces;
    expect(joined?.gainLeft).toEqual([
      { sample: 0, gain: 10 ** (-6 / 20) },
      { sample: 23_999, gain: 10 ** (-6 / 20) },
      { sample: 24_000, gain: 1 },
    ]);
  });

  test('A6: disabled clips and tracks, and what is silent throughout, are not there', () => {
    expect(pieces({ ...clip('a', 0, 24), enabled: false } as Composable)).toEqual([]);
    expect(pieces(clip('a', 0, 24, [level(-1000)]))).toEqual([]);
    const timeline = makeTimeline({
      tracks: [makeTrack({ trackKind: 'Audio', enabled: false, children: [clip('a', 0, 24)] })],
    });
    expect(heard(timeline).pieces).toEqual([]);
  });

  test('A7: pieces stand in order of track, then time; stacks on a track play their audio tracks', () => {
    const nest = makeStack({
      sourceRange: makeRange(12, 12, fps24),
      effects: [level(-6)],
      children: [
        makeTrack({ children: [clip('c', 0, 48)] }),
        makeTrack({ trackKind: 'Audio', children: [clip('b', 0, 48)] }),
      ],
    });
    const sound = heard(audio([clip('a', 0, 12), nest], [clip('c', 0, 24)]));
    expect(sound.pieces.map(brief)).toEqual(['a@0+24000 0 ×1', 'b@24000+24000 1/2 ×1', 'c@0+48000 0 ×1']);
    expect(sound.pieces[1]?.gainLeft).toEqual([{ sample: 0, gain: 10 ** (-6 / 20) }]);
  });

  test('A7: a retimed stack retimes its sound', () => {
    const nest = (speed: number): Composable =>
      makeStack({
        sourceRange: makeRange(0, 24, fps24),
        effects: [makeTimeWarp(speed)],
        children: [makeTrack({ trackKind: 'Audio', children: [clip('a', 0, 6), clip('b', 0, 42)] })],
      });
    expect(pieces(nest(0.5))).toEqual(['a@0+24000 0 ×1/2', 'b@24000+24000 0 ×1/2']);
    expect(pieces(nest(-1))).toEqual(['a@36000+12000 1/4 ×-1', 'b@0+36000 3/4 ×-1']);
  });

  test('A8: cut out, the programme’s sample 0 is the range’s first frame', () => {
    const sound = heard(audio([clip('a', 0, 24), clip('b', 24, 24)]), {}, { range: { in: 12, out: 36 } });
    expect(sound.pieces.map(brief)).toEqual(['a@0+24000 1/2 ×1', 'b@24000+24000 1 ×1']);
    expect(sound.samples).toBe(48_000);
  });

  test('A9: mono is centred; more channels or streams than stereo need a map', () => {
    const withSound = (channels: number, count = 1): MediaInfo => {
      const base = mediaOf('a');
      const [stream] = base.sound;
      if (stream === undefined) throw new Error('the fixture has no sound');
      const sound = Array.from({ length: count }, (_, i) => ({ ...stream, stream: i + 1, channels, layout: 'x' }));
      return { ...base, sound: sound };
    };
    const noted = (note: { readonly [key: string]: number | { readonly [side: string]: number[] } }): Timeline =>
      audio([
        makeClip({
          name: 'a',
          sourceRange: makeRange(0, 24, fps24),
          metadata: jsonFrom({ patchwork: note }),
          media: makeExternalReference({ targetUrl: 'a.mov' }),
        }),
      ]);
    expect(heard(audio([clip('a', 0, 24)]), { a: withSound(1) }).pieces[0]?.map).toEqual({ left: [1], right: [1] });
    expect(() => heard(audio([clip('a', 0, 24)]), { a: withSound(6) })).toThrow(
      expect.objectContaining({
        code: 'PW_SOUND_LAYOUT',
        message: expect.stringContaining('A1 00:00:00:00 "a": /media/a.mov (6 channels (x))'),
      }),
    );
    expect(() => heard(audio([clip('a', 0, 24)]), { a: withSound(1, 2) })).toThrow(
      expect.objectContaining({ code: 'PW_SOUND_LAYOUT' }),
    );
    expect(heard(noted({ soundStream: 2 }), { a: withSound(1, 2) }).pieces[0]).toMatchObject({ stream: 2 });
    const map = { left: [1, 0, 0.5], right: [0, 1, 0.5] };
    expect(heard(noted({ channelMap: map }), { a: withSound(3) }).pieces[0]?.map).toEqual(map);
    expect(() => heard(noted({ channelMap: map }), { a: withSound(2) })).toThrow(
      expect.objectContaining({ code: 'PW_SOUND_MAP' }),
    );
    expect(() => heard(noted({ soundStream: 7 }), { a: withSound(2) })).toThrow(
      expect.objectContaining({ code: 'PW_SOUND_MAP' }),
    );
  });

  test('A10: a file without sound is silent, and media that ends too early is followed by silence; both are said', () => {
    const codes = (media: MediaInfo, length: number): string[] =>
      compile(audio([clip('a', 0, length)]), { a: media }).diagnostics.map((one) => one.code);
    expect(codes({ ...mediaOf('a'), sound: [] }, 24)).toEqual(['PW_SOUND_ABSENT']);
    expect(codes(mediaOf('a'), 240)).toEqual(['PW_SOUND_SHORT']);
    expect(codes(mediaOf('a'), 200)).toEqual([]);
  });

  test('A11: unknown effects are told and keyed, never dropped', () => {
    const { program } = compile(
      audio([gap(3), clip('a', 0, 24, [makePlainEffect('Reverb', { metadata: jsonFrom({ room: 1 }) })])]),
    );
    expect(program.unmodelled).toEqual([{ label: 'effect "Reverb" on A1 / a', range: { in: 3, out: 27 } }]);
    const other = heard(
      audio([gap(3), clip('a', 0, 24, [makePlainEffect('Reverb', { metadata: jsonFrom({ room: 2 }) })])]),
    );
    expect(other.pieces).toEqual(program.sound.pieces);
    expect(other.key).not.toBe(program.sound.key);
  });
});

describe('gain', () => {
  test('A12: volume in dB, effects one after another multiply', () => {
    expect(gains([level(-6), level(-6)])).toEqual([{ sample: 0, gain: 10 ** (-6 / 20) * 10 ** (-6 / 20) }]);
  });

  test('A12: between keys it is straight in dB, sampled every 5 ms from the key', () => {
    const points = gains([volume([0, 0], [12, -20])]);
    expect(points.slice(0, 3).map((point) => point.sample)).toEqual([0, 240, 480]);
    expect(points.at(-1)?.sample).toBe(24_000);
    for (let sample = 0; sample < 48_000; sample += 997) {
      const db = sample < 24_000 ? (-20 * sample) / 24_000 : -20;
      expect(Math.abs(20 * Math.log10(valueAt(points, sample)) - db)).toBeLessThan(0.001);
    }
  });

  test('A13: fades are straight lines from the item’s edges, exact at every sample', () => {
    const points = gains([fade(6, 12)]);
    expect(points).toEqual([
      { sample: 0, gain: 0 },
      { sample: 11_999, gain: 11_999 / 12_000 },
      { sample: 12_000, gain: 1 },
      { sample: 24_000, gain: 1 },
      { sample: 47_999, gain: 1 / 24_000 },
    ]);
  });

  test('A16: where two straight factors move, their product is followed', () => {
    const points = gains([fade(24, 24)]);
    for (const sample of [0, 6000, 12_345, 24_000, 40_000]) {
      const rise = sample / 48_000;
      expect(valueAt(points, sample)).toBeCloseTo(rise * (1 - rise), 4);
    }
  });

  test('A13: a fade between samples is exact on the samples around its ends', () => {
    const points = gains([makeEffect({ type: 'fade', inSeconds: rational(1001, 90_000), outSeconds: rational(0) })]);
    const end = (1001 / 90_000) * 48_000;
    expect(points.map((point) => point.sample)).toEqual([0, Math.floor(end), Math.ceil(end)]);
    expect(points[1]?.gain).toBeCloseTo(Math.floor(end) / end, 12);
  });

  test('A14: a transition is a straight crossfade; both sides play into their handles', () => {
    const sound = heard(audio([clip('a', 24, 24), dissolve(6, 6), clip('b', 24, 24)]));
    expect(sound.pieces.map(brief)).toEqual(['a@0+60000 1 ×1', 'b@36000+60000 3/4 ×1']);
    const [a, b] = sound.pieces;
    for (const sample of [0, 35_999, 36_000, 42_345, 48_000, 59_999]) {
      const share = Math.min(1, Math.max(0, (sample - 36_000) / 24_000));
      expect(valueAt(a?.gainLeft ?? [], sample)).toBeCloseTo(1 - share, 9);
      if (sample >= 36_000) expect(valueAt(b?.gainLeft ?? [], sample - 36_000)).toBeCloseTo(share, 9);
    }
  });

  test('A14: at a track’s ends it is a fade', () => {
    const [piece] = heard(audio([dissolve(0, 12), clip('a', 0, 24), dissolve(12, 0)])).pieces;
    expect([0, 12_000, 24_000, 36_000].map((sample) => valueAt(piece?.gainLeft ?? [], sample))).toEqual([
      0, 0.5, 1, 0.5,
    ]);
  });

  test('A15: pan is a balance: the other side falls, none gets louder', () => {
    const sides = (value: number): readonly (number | undefined)[] => {
      const [piece] = heard(audio([clip('a', 0, 24, [pan(value)])])).pieces;
      return [piece?.gainLeft[0]?.gain, piece?.gainRight[0]?.gain];
    };
    expect([sides(0), sides(-1), sides(1), sides(0.25)]).toEqual([
      [1, 1],
      [1, 0],
      [0, 1],
      [0.75, 1],
    ]);
    const swept = heard(
      audio([
        clip('a', 0, 24, [
          pan({
            keyframes: [
              { time: rational(0), value: -1, interpolation: 'linear' },
              { time: rational(1), value: 1, interpolation: 'linear' },
            ],
          }),
        ]),
      ]),
    ).pieces[0];
    for (const sample of [0, 12_000, 24_000, 36_000]) {
      const value = -1 + sample / 24_000;
      expect(valueAt(swept?.gainLeft ?? [], sample)).toBeCloseTo(Math.min(1, 1 - value), 9);
      expect(valueAt(swept?.gainRight ?? [], sample)).toBeCloseTo(Math.min(1, 1 + value), 9);
    }
  });

  test('A16: envelopes have whole ascending samples within the piece and at least one point', () => {
    const effect = fc.constantFrom(
      level(-3),
      volume([0, -6], [3, 0], [9, -60]),
      volume([2, -1000], [4, 0]),
      fade(3, 4),
      pan(0.5),
      fade(0, 100),
    );
    fc.assert(
      fc.property(
        fc.array(effect, { maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 9 }),
        (effects, length, start) => {
          for (const piece of heard(audio([clip('a', start, length, effects)])).pieces) {
            for (const points of [piece.gainLeft, piece.gainRight]) {
              expect(points.length).toBeGreaterThan(0);
              for (const [i, point] of points.entries()) {
                expect(
                  Number.isSafeInteger(point.sample) &&
                    point.sample < piece.length &&
                    point.sample > (points[i - 1]?.sample ?? -1),
                ).toBe(true);
                expect(Number.isFinite(point.gain) && point.gain >= 0).toBe(true);
              }
            }
          }
        },
      ),
      { numRuns: runs(100) },
    );
  });
});

describe('the sound key', () => {
  const piece: SoundPiece = {
    media: 'm',
    stream: 1,
    at: 2,
    length: 3,
    sourceStart: rational(1, 3),
    speed: rational(1, 2),
    map: { left: [1, 0], right: [0, 1] },
    gainLeft: [{ sample: 0, gain: 0.5 }],
    gainRight: [{ sample: 0, gain: 0.25 }],
  };
  const program: Omit<SoundProgram, 'key'> = { sampleRate: 48_000, layout: 'stereo', samples: 9, pieces: [piece] };

  const leaves = (value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] => {
    if (typeof value !== 'object' || value === null) return [path];
    const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(value);
    return entries.flatMap(([name, member]) => leaves(member, [...path, name]));
  };
  const changed = (value: unknown, [name, ...rest]: readonly (string | number)[]): unknown => {
    if (name === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}x`;
    if (Array.isArray(value)) return value.map((member, i) => (i === name ? changed(member, rest) : member));
    const object = value as { readonly [name: string]: unknown };
    return { ...object, [name]: changed(object[name], rest) };
  };

  for (const path of leaves(program)) {
    test(`A17: ${path.join('.')} is in the key`, () => {
      const other = changed(program, path) as typeof program;
      expect(soundText(other, [], rational(0))).not.toBe(soundText(program, [], rational(0)));
    });
  }

  test('A17: story 16: a change of sound changes the sound key and no frame key', () => {
    const timeline = (effects: readonly Effect[]): Timeline =>
      makeTimeline({
        tracks: [
          makeTrack({ children: [clip('a', 0, 24)] }),
          makeTrack({ trackKind: 'Audio', children: [clip('a', 0, 24, effects)] }),
        ],
      });
    const before = compile(timeline([])).program;
    const after = compile(timeline([level(-3)])).program;
    expect(after.sound.key).not.toBe(before.sound.key);
    expect(after.frameKeyAt(5)).toBe(before.frameKeyAt(5));
    expect(compile(timeline([])).program.sound.key).toBe(before.sound.key);
  });
});
