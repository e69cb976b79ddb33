import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { fakeProgram, fixtureClips, must, withClips, type FakeClip, type FakeTimeline } from '../test/fake-program.ts';
import { planChunks } from './action-key.ts';
import { builtInProfile } from './built-in-profile.ts';
import { dirtyRanges } from './dirty-range.ts';
import { makePlan } from './make-plan.ts';
import type { PreviousDelivery } from './plan-input.ts';
import type { Plan, Reason } from './plan.ts';
import type { Toolchain, VideoProfile } from './profile.ts';
import { mergeReasons, PictureReasons } from './reason-finder.ts';

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const raster = { width: 64, height: 36, rate: { num: 24, den: 1 } };
const h264 = builtInProfile('h264-mov', raster).video;
const prores = builtInProfile('prores-422-hq', raster).video;
const toolchain: Toolchain = { drawing: '1', ffmpeg: '8.1', encoder: 'x264 core 165', cpuClass: null };

function delivery(timeline: FakeTimeline, video: VideoProfile, shift = 0): PreviousDelivery {
  const program = fakeProgram(timeline);
  return { program, chunks: planChunks(program, video, toolchain, sha256), video, toolchain, shift };
}

/** Plans `next` against a complete delivery of `previous` and an empty store. */
function plan(previous: FakeTimeline, next: FakeTimeline, video: VideoProfile = h264, shift = 0): Plan {
  const old = delivery(previous, video, shift);
  const program = fakeProgram(next);
  const keys = new Set(old.chunks.map(({ key }) => key));
  return makePlan({
    program,
    chunks: planChunks(program, video, toolchain, sha256),
    video,
    toolchain,
    soundAtHand: true,
    isAtHand: (key) => keys.has(key),
    previous: old,
  });
}

/** Frames rendered into the long-GOP output A and the intra output B. */
function counts(previous: FakeTimeline, next: FakeTimeline, shift = 0): { a: number; b: number } {
  return { a: plan(previous, next, h264, shift).rendered, b: plan(previous, next, prores, shift).rendered };
}

function reasons(previous: FakeTimeline, next: FakeTimeline, video: VideoProfile = prores): Reason[] {
  return mergeReasons(plan(previous, next, video).missing.flatMap((missing) => missing.reasons));
}

const fixture: FakeTimeline = { clips: fixtureClips() };

describe('frames to render, by story', () => {
  test('1: no change renders nothing', () => {
    expect(counts(fixture, fixture)).toEqual({ a: 0, b: 0 });
  });

  test('2: an insert renders the inserted frames alone, for every seed', () => {
    const anyClips = fc.array(fc.record({ start: fc.nat(300), length: fc.integer({ min: 2, max: 120 }) }), {
      minLength: 4,
      maxLength: 40,
    });
    fc.assert(
      fc.property(anyClips, fc.nat(), fc.nat(500), (raw, at, start) => {
        const clips = raw.map((clip, i) => ({ ...clip, name: `c${i}` }));
        const put: FakeClip = { name: 'NEW', start: start * 48, length: 48 };
        expect(plan({ clips }, { clips: clips.toSpliced(at % clips.length, 0, put) }).rendered).toBe(48);
      }),
      { numRuns: 50 },
    );
  });

  test('3: ripple trim out −10', () => {
    const next = { clips: withClips({ 5: { length: 86 } }) };
    expect(counts(fixture, next)).toEqual({ a: 38, b: 0 });
    expect(plan(fixture, next).frames).toBe(1142);
    expect(plan(fixture, next).missing.map(({ range }) => range)).toEqual([{ in: 528, out: 566 }]);
  });

  test('4: ripple trim in +10', () => {
    expect(counts(fixture, { clips: withClips({ 5: { start: 58, length: 86 } }) })).toEqual({ a: 38, b: 0 });
  });

  test('5: slip +24', () => {
    expect(counts(fixture, { clips: withClips({ 5: { start: 72 } }) })).toEqual({ a: 48, b: 24 });
  });

  test('6: roll +8', () => {
    expect(counts(fixture, { clips: withClips({ 3: { length: 104 }, 4: { start: 8, length: 88 } }) })).toEqual({
      a: 48,
      b: 8,
    });
  });

  test('7: a moved scene and a blade render nothing', () => {
    const clips = fixtureClips();
    expect(
      counts(fixture, { clips: [...clips.slice(0, 2), ...clips.slice(5, 9), ...clips.slice(2, 5), ...clips.slice(9)] }),
    ).toEqual({ a: 0, b: 0 });
    const [left, right] = [
      { ...must(clips[6]), length: 40 },
      { ...must(clips[6]), start: 40, length: 56 },
    ];
    expect(counts(fixture, { clips: clips.toSpliced(6, 1, left, right) })).toEqual({ a: 0, b: 0 });
  });

  test('8: a dissolve across a cut, shortened, removed', () => {
    const long = { ...fixture, dissolves: [{ at: 480, length: 24 }] };
    const short = { ...fixture, dissolves: [{ at: 480, length: 12 }] };
    expect(counts(fixture, long)).toEqual({ a: 96, b: 24 });
    for (const [old, next] of [
      [fixture, long],
      [long, short],
      [long, fixture],
    ] as const) {
      expect(dirtyRanges(fakeProgram(old), fakeProgram(next))).toEqual([{ in: 468, out: 492 }]);
    }
  });

  test('9: half speed, reverse and freeze', () => {
    const half = { clips: withClips({ 3: { speed: 0.5 } }) };
    expect(counts(fixture, half)).toEqual({ a: 96, b: 0 });
    expect(dirtyRanges(fakeProgram(fixture), fakeProgram(half))).toEqual([{ in: 289, out: 384 }]);
    expect(counts(fixture, { clips: withClips({ 3: { start: 95, speed: -1 } }) }).b).toBe(0);
    const freeze = { clips: withClips({ 3: { start: 30, speed: 0 } }) };
    expect(counts(fixture, freeze)).toEqual({ a: 48, b: 0 });
    expect(dirtyRanges(fakeProgram(fixture), fakeProgram(freeze))).toEqual([
      { in: 288, out: 318 },
      { in: 319, out: 384 },
    ]);
  });

  test('10: one key of a zoom', () => {
    const zoom =
      (middle: number) =>
      (k: number): number =>
        k < 24 ? 1 + (k / 24) * (middle - 1) : k < 48 ? middle + ((k - 24) / 24) * (2 - middle) : 2;
    const [old, next] = [
      { clips: withClips({ 2: { scale: zoom(1.2) } }) },
      { clips: withClips({ 2: { scale: zoom(1.4) } }) },
    ];
    expect(counts(old, next)).toEqual({ a: 48, b: 47 });
    expect(dirtyRanges(fakeProgram(old), fakeProgram(next))).toEqual([{ in: 193, out: 240 }]);
  });

  test('11: a half-transparent clip above', () => {
    const upper = (opacity: number): FakeTimeline => ({
      ...fixture,
      upper: [{ at: 200, clip: { name: 'T', start: 0, length: 60, opacity: () => opacity } }],
    });
    expect(counts(upper(0.5), upper(0.25))).toEqual({ a: 96, b: 60 });
    expect(counts(upper(0.5), fixture)).toEqual({ a: 96, b: 60 });
  });

  test('12: media swapped under its name', () => {
    expect(counts(fixture, { clips: withClips({ 1: { identity: 'other' } }) })).toEqual({ a: 96, b: 96 });
    expect(counts(fixture, { clips: withClips({ 1: { path: '/elsewhere/m02.mov' } }) })).toEqual({ a: 0, b: 0 });
  });

  test('18: another range of the timeline', () => {
    const old = { ...fixture, range: { in: 240, out: 720 } };
    const next = { ...fixture, range: { in: 200, out: 700 } };
    expect(counts(old, next, -40)).toEqual({ a: 68, b: 40 });
    expect(dirtyRanges(fakeProgram(old), fakeProgram(next), -40)).toEqual([
      { in: 0, out: 40 },
      { in: 500, out: 520 },
    ]);
  });
});

describe('plan', () => {
  test('P1: a missing key used twice is rendered once; rendered and reused add up', () => {
    const twice = plan(fixture, {
      clips: [
        ...fixtureClips(),
        { name: 'N', start: 0, length: 48 },
        { name: 'x', start: 0, length: 9 },
        { name: 'N', start: 0, length: 48 },
      ],
    });
    expect(twice.missing.map(({ range }) => range)).toEqual([
      { in: 1152, out: 1200 },
      { in: 1200, out: 1209 },
    ]);
    expect([twice.rendered, twice.reused, twice.frames]).toEqual([57, 1200, 1257]);
  });

  test('P2: a key that is missing is asked for once and rendered once', () => {
    const program = fakeProgram({ clips: [...fixtureClips(), ...fixtureClips()] });
    const asked: string[] = [];
    const chunks = planChunks(program, h264, toolchain, sha256);
    const isAtHand = (key: string): boolean => asked.push(key) < 0;
    makePlan({ program, chunks, video: h264, toolchain, soundAtHand: true, isAtHand, previous: null });
    expect(asked).toHaveLength(24);
  });

  test('P3: sound is rendered when it is not at hand', () => {
    const program = fakeProgram(fixture);
    const input = { program, chunks: [], video: h264, toolchain, isAtHand: () => true, previous: null };
    expect(makePlan({ ...input, soundAtHand: false }).sound).toBe('render');
    expect(makePlan({ ...input, soundAtHand: true }).sound).toBe('reuse');
  });
});

describe('reasons', () => {
  const m02 = { in: 96, out: 192 };

  test('R1: without a previous delivery: first render', () => {
    const program = fakeProgram({ clips: fixtureClips().slice(0, 1) });
    const chunks = planChunks(program, h264, toolchain, sha256);
    const made = makePlan({
      program,
      chunks,
      video: h264,
      toolchain,
      soundAtHand: false,
      isAtHand: () => false,
      previous: null,
    });
    expect(mergeReasons(made.missing.flatMap((missing) => missing.reasons))).toEqual([
      { code: 'new', text: 'first render', range: { in: 0, out: 96 } },
    ]);
  });

  test('R2: the settings that differ, by key', () => {
    const old = delivery(fixture, h264);
    const video = { ...h264, options: { ...h264.options, crf: '18' } };
    const other = { ...toolchain, encoder: 'x264 core 164' };
    const chunks = planChunks(old.program, video, other, sha256);
    const made = makePlan({
      program: old.program,
      chunks,
      video,
      toolchain: other,
      soundAtHand: true,
      isAtHand: () => false,
      previous: old,
    });
    expect(mergeReasons(made.missing.flatMap((missing) => missing.reasons))).toEqual([
      { code: 'profile', text: 'video.options.crf 20 -> 18', range: { in: 0, out: 1152 } },
      { code: 'toolchain', text: 'toolchain.encoder x264 core 165 -> x264 core 164', range: { in: 0, out: 1152 } },
    ]);
  });

  test('R3: content changed, same path', () => {
    expect(reasons(fixture, { clips: withClips({ 1: { identity: 'other' } }) })).toEqual([
      { code: 'content-changed', text: 'm02: content changed, same path', range: m02 },
    ]);
    expect(reasons(fixture, { clips: withClips({ 1: { identity: 'other', path: '/b.mov' } }) })).toEqual([
      { code: 'media', text: 'm02: plays /b.mov instead of /media/m02.mov', range: m02 },
    ]);
  });

  test('R3: also behind a ripple, found by the place in the file', () => {
    const next = { clips: [{ name: 'N', start: 0, length: 13 }, ...withClips({ 1: { identity: 'other' } })] };
    expect(reasons(fixture, next)).toEqual([
      { code: 'new', text: 'N: new', range: { in: 0, out: 13 } },
      { code: 'content-changed', text: 'm02: content changed, same path', range: { in: 109, out: 205 } },
    ]);
  });

  test('R4: opacity, transform, crop', () => {
    expect(reasons(fixture, { clips: withClips({ 1: { opacity: () => 0.5 } }) })).toEqual([
      { code: 'opacity', text: 'm02: opacity 100 % → 50 %', range: m02 },
    ]);
    expect(
      reasons({ clips: withClips({ 1: { scale: () => 1.1 } }) }, { clips: withClips({ 1: { scale: () => 1.2 } }) }),
    ).toEqual([{ code: 'transform', text: 'm02: scale 110 % → 120 %', range: m02 }]);
    expect(reasons(fixture, { clips: withClips({ 1: { cropLeft: 0.1 } }) })).toEqual([
      { code: 'crop', text: 'm02: crop changed', range: m02 },
    ]);
  });

  test('R5: layers', () => {
    const upper = {
      ...fixture,
      upper: [{ at: 200, clip: { name: 'T', start: 0, length: 60, opacity: (): number => 0.5 } }],
    };
    expect(reasons(fixture, upper)).toEqual([{ code: 'layer', text: 'T: layer added', range: { in: 200, out: 260 } }]);
    expect(reasons(upper, fixture)).toEqual([
      { code: 'layer', text: 'T: layer removed', range: { in: 200, out: 260 } },
    ]);
    expect(reasons(upper, fixture, h264)).toEqual([
      { code: 'layer', text: 'T: layer removed', range: { in: 200, out: 260 } },
      { code: 'grid', text: 'm03: unchanged, shares a GOP with changed frames', range: { in: 192, out: 200 } },
      { code: 'grid', text: 'm03: unchanged, shares a GOP with changed frames', range: { in: 260, out: 288 } },
    ]);
  });

  test('R6: transitions', () => {
    const long: FakeTimeline = { ...fixture, dissolves: [{ at: 480, length: 24 }] };
    const short: FakeTimeline = { ...fixture, dissolves: [{ at: 480, length: 12 }] };
    expect(reasons(fixture, long)).toEqual([
      { code: 'transition', text: 'm05 | m06: dissolve added', range: { in: 468, out: 492 } },
    ]);
    expect(reasons(long, short, h264).filter(({ code }) => code !== 'grid')).toEqual([
      { code: 'transition', text: 'm05 | m06: dissolve removed', range: { in: 468, out: 474 } },
      { code: 'transition', text: 'm05 | m06: dissolve changed', range: { in: 474, out: 486 } },
      { code: 'transition', text: 'm05 | m06: dissolve removed', range: { in: 486, out: 492 } },
    ]);
  });

  test('R7: speed, and source frames that were not shown', () => {
    const words = (next: FakeTimeline): string[] =>
      reasons(fixture, next, h264).map(({ code, text, range }) => `${code} ${text} ${range.in}-${range.out}`);
    expect(words({ clips: withClips({ 3: { speed: 0.5 } }) })).toEqual([
      'retime m04: retimed 289-384',
      'grid m04: unchanged, shares a GOP with changed frames 288-289',
    ]);
    expect(words({ clips: withClips({ 5: { start: 72 } }) })).toEqual([
      'grid m06: unchanged, its GOP was cut differently 480-504',
      'source m06: other source frames 552-576',
    ]);
    expect(words({ clips: withClips({ 3: { length: 104 }, 4: { start: 8, length: 88 } }) })).toEqual([
      'source m04: source frames not delivered before 384-392',
      'grid m05: unchanged, its GOP was cut differently 392-432',
    ]);
  });

  test('R8: pictures that are unchanged but share a GOP', () => {
    expect(reasons(fixture, { clips: withClips({ 5: { length: 86 } }) }, h264)).toEqual([
      { code: 'grid', text: 'm06: unchanged, its GOP was cut differently', range: { in: 528, out: 566 } },
    ]);
  });

  test('R9: a delivered chunk that is gone', () => {
    const old = delivery(fixture, h264);
    const bad = (old.chunks[7] as { key: string }).key;
    const made = makePlan({ ...old, soundAtHand: true, isAtHand: (key) => key !== bad, previous: old });
    expect([made.rendered, made.missing[0]?.reasons]).toEqual([
      48,
      [{ code: 'lost', text: 'm04: reused span failed hash or is gone', range: { in: 336, out: 384 } }],
    ]);
  });

  test('R10: a declared range', () => {
    const epochs = [{ range: { in: 100, out: 110 }, number: 1 }];
    expect(reasons(fixture, { ...fixture, epochs })).toEqual([
      { code: 'epoch', text: 'm02: range was declared stale', range: { in: 100, out: 110 } },
    ]);
  });
});

test('the reasons of a frame are those of a chunk of one frame', () => {
  const anyClip = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    start: fc.nat(20),
    length: fc.integer({ min: 1, max: 60 }),
    opacity: fc.constantFrom(
      () => 1,
      () => 0.5,
      (frame: number) => frame / 100,
    ),
  });
  const anyClips = fc.array(anyClip, { minLength: 1, maxLength: 6 });
  const runs = Number(process.env['PW_RUNS'] ?? 50);
  fc.assert(
    fc.property(anyClips, anyClips, (before, after) => {
      const [old, program] = [delivery({ clips: before }, prores), fakeProgram({ clips: after })];
      const [short, plain] = [new PictureReasons(program, old), new PictureReasons(program, old)];
      for (let frame = 0; frame < program.frames; frame += 1) {
        const chunk = { in: frame, out: frame + 1 };
        expect(short.reasonsOf(chunk), `frame ${frame}`).toEqual(plain.reasonsOfFrames(chunk));
      }
    }),
    { numRuns: runs },
  );
});
