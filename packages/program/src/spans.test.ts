import { rational } from '@patchwork/time';
import {
  type Composable,
  type Effect,
  jsonFrom,
  makeEffect,
  makeFreezeFrame,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
} from '@patchwork/timeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from './program.ts';
import {
  canvas24,
  clip,
  compile,
  dissolve,
  fps24,
  gap,
  mediaOf,
  picture,
  runs,
  sha256,
  stillOf,
  storyClips,
} from './testing/fixture.ts';

/** Spans as `in-out count`, and a letter that changes where the continuity does. */
function anchors({ spans }: Program): string[] {
  let letter = 64;
  let continuity = '';
  return spans.map((span) => {
    if (span.anchor.continuity !== continuity) letter += 1;
    continuity = span.anchor.continuity;
    return `${span.in}-${span.out} ${String.fromCharCode(letter)}${span.anchor.count}`;
  });
}

function of(...tracks: readonly (readonly Composable[])[]): string[] {
  return anchors(
    compile(picture(...tracks), { still: stillOf('still'), half: mediaOf('half', { pixelFormat: 'yuva444p' }) })
      .program,
  );
}

const half: readonly Effect[] = [makeEffect({ type: 'opacity', opacity: 0.5 })];

describe('spans', () => {
  test('S1: spans cover the programme without hole or overlap, and are maximal', () => {
    const item = fc.record({
      name: fc.constantFrom('a', 'b', 'still', 'gap'),
      start: fc.integer({ min: 0, max: 9 }),
      length: fc.integer({ min: 1, max: 9 }),
      dim: fc.boolean(),
      blend: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.array(item, { maxLength: 6 }), { minLength: 1, maxLength: 3 }), (tracks) => {
        const nodes = tracks.map((items) =>
          items.flatMap((one) => [
            one.name === 'gap' ? gap(one.length) : clip(one.name, one.start, one.length, one.dim ? half : []),
            ...(one.blend ? [dissolve(1, 1)] : []),
          ]),
        );
        fc.pre(tracks.some((items) => items.length > 0));
        const { program } = compile(picture(...nodes), { still: stillOf('still') });
        let frame = 0;
        for (const [index, span] of program.spans.entries()) {
          expect(span.in).toBe(frame);
          expect(span.out).toBeGreaterThan(span.in);
          frame = span.out;
          const before = program.spans[index - 1];
          if (
            before === undefined ||
            before.shape !== span.shape ||
            before.anchor.continuity !== span.anchor.continuity
          )
            continue;
          // One shape and one anchor, and still divided: then the count runs on, and something else in the picture jumps.
          expect(span.anchor.count).toBe(before.anchor.count + before.out - before.in);
          expect(program.pictureAt(span.in).op).not.toBe('source');
        }
        expect(frame).toBe(program.frames);
      }),
      { numRuns: runs(150) },
    );
  });

  test('S2: a blade is no boundary: not in a clip, a retimed one, a dissolve’s neighbour, a still or a gap', () => {
    const blade = (first: Composable[], second: Composable[]): void => {
      const a = compile(picture(first), { still: stillOf('still') }).program;
      const b = compile(picture(second), { still: stillOf('still') }).program;
      expect(b.spans).toEqual(a.spans);
    };
    blade([clip('a', 0, 96)], [clip('a', 0, 40), clip('a', 40, 56)]);
    blade(
      [clip('a', 0, 96, [makeTimeWarp(0.5)])],
      [clip('a', 0, 40, [makeTimeWarp(0.5)]), clip('a', 20, 56, [makeTimeWarp(0.5)])],
    );
    blade([clip('still', 0, 96)], [clip('still', 0, 40), clip('still', 40, 56)]);
    blade(
      [clip('a', 30, 96, [makeFreezeFrame()])],
      [clip('a', 30, 40, [makeFreezeFrame()]), clip('a', 30, 56, [makeFreezeFrame()])],
    );
    blade([clip('b', 0, 9), gap(96)], [clip('b', 0, 9), gap(40), gap(56)]);
    const fade = [
      makeEffect({
        type: 'opacity',
        opacity: {
          keyframes: [0, 24].map((frame) => ({
            time: rational(frame, 24),
            value: frame / 24,
            interpolation: 'linear' as const,
          })),
        },
      }),
    ];
    blade([clip('a', 0, 96, fade)], [clip('a', 0, 10, fade), clip('a', 10, 86, fade)]);
  });

  test('S2: clips that agree on a span’s frames each draw their own', () => {
    const value = (i: number): { time: ReturnType<typeof rational>; value: number; interpolation: 'linear' } => ({
      time: rational(i, 24),
      value: i,
      interpolation: 'linear',
    });
    // At frame 0 the clip is black as the gap behind it is; at frame 1 it would not be.
    const rising = makeEffect({ type: 'opacity', opacity: { keyframes: [value(0), value(1)] } });
    const { program } = compile(picture([clip('a', 0, 1, [rising]), gap(1)]));
    expect(program.spans).toHaveLength(1);
    expect(program.pictureAt(1)).toEqual({ op: 'solid', color: [0, 0, 0, 1] });
  });

  test('S2: both names of a bladed clip are told', () => {
    const { program } = compile(picture([clip('a', 0, 4, [], 'one'), clip('a', 4, 4, [], 'two')]));
    expect(program.spans.map((span) => span.clips.map((use) => use.name))).toEqual([['one', 'two']]);
  });

  test('S3: a span names the clips that contribute, the topmost first, with their media', () => {
    const { program } = compile(picture([clip('a', 0, 2)], [clip('b', 0, 2, half)], [gap(1), clip('c', 0, 1)]));
    expect(program.spans.map((span) => span.clips)).toEqual([
      [
        { name: 'b', track: 'V2', media: '/media/b.mov', identity: sha256('b') },
        { name: 'a', track: 'V1', media: '/media/a.mov', identity: sha256('a') },
      ],
      [{ name: 'c', track: 'V3', media: '/media/c.mov', identity: sha256('c') }],
    ]);
  });

  test('S4: frames outside of the programme are refused', () => {
    const { program } = compile(picture([clip('a', 0, 2)]));
    for (const frame of [-1, 2, 0.5, Number.NaN]) {
      expect(() => program.frameKeyAt(frame)).toThrow(TypeError);
      expect(() => program.pictureAt(frame)).toThrow(TypeError);
    }
  });
});

describe('anchors', () => {
  test('G1: constant speed counts from the file’s first frame', () => {
    expect(of([clip('a', 48, 96), clip('b', 0, 96)])).toEqual(['0-96 A48', '96-192 B0']);
    const timecoded = mediaOf('a', {}, { startTimecode: { frame: 86_400, dropFrame: false } });
    expect(anchors(compile(picture([clip('a', 86_448, 96)]), { a: timecoded }).program)).toEqual(['0-96 A48']);
  });

  test('G1: at speed s it counts source time × record rate ÷ |s|', () => {
    expect(of([clip('a', 24, 96, [makeTimeWarp(0.5)])])).toEqual(['0-96 A48']);
    expect(of([clip('a', 24, 24, [makeTimeWarp(2)])])).toEqual(['0-24 A12']);
    // 48 frames of 30 fps are 1.6 s, 38.4 record frames.
    expect(anchors(compile(picture([clip('a', 0, 10)]), {}, {}).program)).toEqual(['0-10 A0']);
    const fast = mediaOf('a', { rate: rational(30) });
    const late = {
      ...clip('a', 0, 10),
      sourceRange: {
        start: { value: rational(48), rate: rational(30) },
        duration: { value: rational(10), rate: fps24 },
      },
    } as Composable;
    expect(anchors(compile(picture([late]), { a: fast }).program)).toEqual(['0-10 A38']);
  });

  test('G1: the count grows by 1 a frame whatever the rates: blades anywhere agree with it', () => {
    const speed = fc.constantFrom(1, 0.5, 2, -1, -0.5, 1.25);
    const rate = fc.constantFrom(rational(24), rational(25), rational(24_000, 1001), rational(60_000, 1001));
    fc.assert(
      fc.property(
        rate,
        rate,
        speed,
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 39 }),
        (record, media, s, start, cut) => {
          const info = mediaOf('a', { rate: media, frames: 5000 });
          const place = (from: number, length: number): Composable => {
            // Source seconds at the clip's start, so that both parts run on one line.
            const forward = rational(start * record.den + Math.round(4 * s) * from * record.den, record.num * 4);
            const backward = rational(
              start * record.den + Math.round(-4 * s) * (40 - from - length) * record.den,
              record.num * 4,
            );
            const at = s > 0 ? forward : backward;
            return {
              ...clip('a', 0, 1, [makeTimeWarp(s)]),
              sourceRange: {
                start: { value: at, rate: rational(1) },
                duration: { value: rational(length), rate: record },
              },
            } as Composable;
          };
          const options = { canvas: { ...canvas24, rate: record } };
          const whole = compile(picture([place(0, 40)]), { a: info }, options).program;
          const tail = compile(picture([place(cut, 40 - cut)]), { a: info }, options).program;
          expect(tail.spans[0]?.anchor.count).toBe((whole.spans[0]?.anchor.count ?? 0) + cut);
          const bladed = compile(picture([place(0, cut), place(cut, 40 - cut)]), { a: info }, options).program;
          expect(bladed.spans).toEqual(whole.spans);
        },
      ),
      { numRuns: runs(100) },
    );
  });

  test('G2: backwards the count rises too, with the boundaries between the same source frames', () => {
    // Record frame k shows source frame 95 − k: a boundary of G = 48 lies between source frames 48 and 47.
    expect(of([clip('a', 0, 96, [makeTimeWarp(-1)])])).toEqual(['0-96 A-96']);
    expect(of([clip('a', 40, 20, [makeTimeWarp(-1)])])).toEqual(['0-20 A-60']);
    // It ends 1.6 s into the file, 38.4 record frames: the first frame shown is a = 38, and −1 − 38 is counted.
    const rate = rational(30);
    const back = {
      ...clip('a', 0, 1, [makeTimeWarp(-1)]),
      sourceRange: { start: { value: rational(18), rate }, duration: { value: rational(30), rate } },
    };
    expect(anchors(compile(picture([back]), { a: mediaOf('a', { rate }) }).program)).toEqual(['0-24 A-39']);
  });

  test('G3: ramps count from their first point; freezes, stills, generators and gaps from where they began', () => {
    const ramp = makeEffect({
      type: 'timeMap',
      sampling: 'nearest',
      points: [0, 1, 3].map((time) => ({ time: rational(time), value: rational(time * time) })),
    });
    expect(
      of([
        clip('b', 7, 5),
        clip('a', 0, 72, [ramp]),
        clip('a', 30, 9, [makeFreezeFrame()]),
        clip('still', 9, 5),
        gap(4),
      ]),
    ).toEqual(['0-5 A7', '5-77 B0', '77-86 C0', '86-91 D0', '91-95 E0']);
  });

  test('G3: a ramp keeps its counts when its head is trimmed', () => {
    const points = [0, 1, 3].map((time) => ({ time: rational(time), value: rational(time * time) }));
    const ramp = makeEffect({ type: 'timeMap', sampling: 'nearest', points });
    expect(of([clip('b', 7, 5), clip('a', 10, 62, [ramp])])).toEqual(['0-5 A7', '5-67 B10']);
  });

  test('G3: and count on where an upper layer comes or goes', () => {
    expect(of([clip('still', 0, 30)], [gap(10), clip('a', 0, 5, half), gap(15)])).toEqual([
      '0-10 A0',
      '10-15 A10',
      '15-30 A15',
    ]);
    expect(of([clip('still', 0, 30)], [gap(10), clip('a', 0, 5), gap(15)])).toEqual([
      '0-10 A0',
      '10-15 B0',
      '15-30 C0',
    ]);
  });

  test('G4: the anchor is the topmost opaque full-raster layer, else the lowest that contributes, else the gap', () => {
    expect(of([clip('a', 5, 10)], [clip('b', 7, 10)], [clip('c', 9, 10, half)])).toEqual(['0-10 A7']);
    expect(of([clip('a', 5, 10, half)], [clip('b', 7, 10, half)])).toEqual(['0-10 A5']);
    expect(of([clip('half', 5, 10)], [clip('b', 7, 10, half)])).toEqual(['0-10 A5']);
    expect(of([gap(10)], [clip('b', 7, 5, half)])).toEqual(['0-5 A7', '5-10 B0']);
  });

  test('G5: in a transition it is the outgoing layer before the edit point and the incoming one from it', () => {
    expect(of([clip('a', 0, 48), dissolve(12, 12), clip('b', 20, 48)])).toEqual([
      '0-36 A0',
      '36-48 A36',
      '48-60 B20',
      '60-96 B32',
    ]);
    expect(of([gap(10), dissolve(2, 2), clip('b', 20, 48)])).toEqual(['0-8 A0', '8-12 B18', '12-58 B22']);
  });

  test('G6: effects make no boundary', () => {
    const keys = (values: readonly number[]): Effect =>
      makeEffect({
        type: 'opacity',
        opacity: {
          keyframes: values.map((value, i) => ({
            time: rational(i * 10, 24),
            value,
            interpolation: 'linear' as const,
          })),
        },
      });
    expect(new Set(of([clip('a', 5, 40, [keys([0.5, 1, 1, 0.5])])]).map((one) => one.split(' ')[1]?.[0]))).toEqual(
      new Set(['A']),
    );
    expect(of([clip('a', 0, 10), clip('a', 10, 10, half), clip('a', 20, 10)])).toEqual([
      '0-10 A0',
      '10-20 A10',
      '20-30 A20',
    ]);
  });

  test('G7: black by a generator is the gap', () => {
    const black = makeEffect({ type: 'opacity', opacity: 1 });
    expect(of([gap(5), clip('a', 0, 5, [makeEffect({ type: 'opacity', opacity: 0 }), black]), gap(5)])).toEqual([
      '0-15 A0',
    ]);
  });

  test('G8: cut out, a programme keeps the anchors that it has in the whole', () => {
    const tracks = [
      [clip('b', 7, 5), clip('still', 0, 40), gap(30), clip('a', 3, 30)],
      [gap(20), clip('b', 0, 5, half)],
    ];
    const whole = compile(picture(...tracks), { still: stillOf('still') }).program;
    const countAt = (program: Program, frame: number): number => {
      const span = program.spans.find((one) => one.in <= frame && frame < one.out);
      return span === undefined ? Number.NaN : span.anchor.count + frame - span.in;
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 104 }), fc.integer({ min: 1, max: 105 }), (start, length) => {
        const range = { in: start, out: Math.min(105, start + length) };
        const part = compile(picture(...tracks), { still: stillOf('still') }, { range }).program;
        for (let frame = 0; frame < part.frames; frame += 1) {
          expect([countAt(part, frame), part.frameKeyAt(frame)]).toEqual([
            countAt(whole, start + frame),
            whole.frameKeyAt(start + frame),
          ]);
        }
      }),
      { numRuns: runs(60) },
    );
  });
});

describe('the cut-out', () => {
  test('R1: a range makes a programme of its record frames; its start timecode is theirs', () => {
    const timeline = makeTimeline({
      globalStartTime: { value: rational(86_400), rate: fps24 },
      tracks: [makeTrack({ children: storyClips() })],
    });
    const { program } = compile(timeline, {}, { range: { in: 200, out: 700 } });
    expect([program.frames, program.start]).toEqual([500, { frame: 86_600, dropFrame: false }]);
    expect(program.pictureAt(0)).toMatchObject({ frame: 8, media: sha256('m03') });
  });

  test('R1: record timecode is absolute there too', () => {
    const timeline = picture([clip('a', 0, 48)]);
    const burnt = {
      ...timeline,
      tracks: { ...timeline.tracks, effects: [makeEffect({ type: 'burnIn', content: 'record-timecode' as const })] },
    };
    expect(compile(burnt, {}, { range: { in: 25, out: 30 } }).program.pictureAt(0)).toMatchObject({
      text: '00:00:01:01',
    });
  });

  test('R2: drop frame is counted as the timeline says', () => {
    const rate = rational(30_000, 1001);
    const timeline = makeTimeline({
      globalStartTime: { value: rational(107_892), rate },
      metadata: jsonFrom({ patchwork: { dropFrame: true } }),
      tracks: [makeTrack({ children: [clip('a', 0, 48)] })],
    });
    expect(compile(timeline, {}, { canvas: { ...canvas24, rate } }).program.start).toEqual({
      frame: 107_892,
      dropFrame: true,
    });
  });

  test('R3: an empty timeline and a range beyond it are errors', () => {
    expect(() => compile(picture([]))).toThrow(expect.objectContaining({ code: 'PW_TIMELINE_EMPTY' }));
    for (const range of [
      { in: 0, out: 11 },
      { in: -1, out: 5 },
      { in: 5, out: 5 },
      { in: 0.5, out: 3 },
    ]) {
      expect(() => compile(picture([clip('a', 0, 10)]), {}, { range })).toThrow(
        expect.objectContaining({ code: 'PW_RANGE_OUTSIDE' }),
      );
    }
  });
});
