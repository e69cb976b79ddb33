import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { FrameRange } from '@patchwork/time';
import { fakeProgram, fixtureClips, type FakeClip } from '../test/fake-program.ts';
import { chunkGrid } from './grid.ts';

const runs = Number(process.env['PW_RUNS'] ?? 300);

function lengths(clips: readonly FakeClip[], gop: number, range?: FrameRange): number[] {
  return chunkGrid(fakeProgram(range === undefined ? { clips } : { clips, range }), gop).map(
    ({ in: a, out }) => out - a,
  );
}

function shot(name: string, start: number, length: number): FakeClip {
  return { name, start, length };
}

describe('grid', () => {
  test('G1: boundaries stand at cuts and at multiples of G in the source', () => {
    expect(lengths([shot('a', 40, 100), shot('b', 0, 96)], 48)).toEqual([8, 48, 44, 48, 48]);
  });

  test('G2: a blade and an upper layer make no boundary', () => {
    const bladed = fakeProgram({ clips: [shot('a', 0, 40), shot('a', 40, 56)] });
    expect(chunkGrid(bladed, 48)).toEqual([
      { in: 0, out: 48 },
      { in: 48, out: 96 },
    ]);
    const clip: FakeClip = { name: 'up', start: 0, length: 20, opacity: () => 0.5 };
    expect(chunkGrid(fakeProgram({ clips: [shot('a', 0, 96)], upper: [{ clip, at: 10 }] }), 48)).toHaveLength(2);
  });

  test('G2: an opaque upper layer is the anchor where it stands', () => {
    const program = fakeProgram({ clips: [shot('a', 0, 96)], upper: [{ clip: shot('up', 5, 20), at: 10 }] });
    expect(chunkGrid(program, 48).map(({ in: start }) => start)).toEqual([0, 10, 30, 48]);
  });

  test('G3: in a transition the edit point is the boundary, its ends are none', () => {
    const program = fakeProgram({ clips: fixtureClips(), dissolves: [{ at: 480, length: 24 }] });
    expect(chunkGrid(program, 48)).toEqual(chunkGrid(fakeProgram({ clips: fixtureClips() }), 48));
  });

  test('G4: a single piece joins the piece before it in its shot', () => {
    expect(lengths([shot('a', 0, 49), shot('b', 0, 10)], 48)).toEqual([49, 10]);
  });

  test('G4: a single first piece joins the one after it in its shot', () => {
    expect(lengths([shot('a', 47, 49), shot('b', 0, 10)], 48)).toEqual([49, 10]);
  });

  test('G4: single pieces at both ends of a shot leave no piece longer than G + 1', () => {
    expect(lengths([shot('a', 47, 50)], 48)).toEqual([48, 2]);
    expect(lengths([shot('a', 1, 4)], 2)).toEqual([2, 2]);
  });

  test('G5: a one-frame shot joins the next piece, and takes one frame of it where that is full', () => {
    expect(lengths([shot('a', 0, 10), shot('x', 5, 1), shot('b', 0, 96)], 48)).toEqual([10, 49, 48]);
    expect(lengths([shot('a', 0, 10), shot('x', 5, 1), shot('b', 0, 49)], 48)).toEqual([10, 2, 48]);
  });

  test('G5: at the very end it joins the piece before it', () => {
    expect(lengths([shot('a', 0, 96), shot('x', 5, 1)], 48)).toEqual([48, 49]);
    expect(lengths([shot('a', 0, 97), shot('x', 5, 1)], 48)).toEqual([48, 48, 2]);
    expect(lengths([shot('x', 5, 1)], 48)).toEqual([1]);
  });

  test('G6: intra codecs cut at every frame', () => {
    expect(lengths([shot('a', 7, 3), shot('b', 0, 1)], 1)).toEqual([1, 1, 1, 1]);
  });

  test('G7: a range of the timeline keeps the boundaries inside it', () => {
    expect(lengths(fixtureClips(), 48, { in: 200, out: 700 }).filter((length) => length !== 48)).toEqual([40, 28]);
  });

  test('G8: counts below zero are cut at multiples of G too', () => {
    const program = fakeProgram({ clips: [shot('a', -50, 60)] });
    expect(chunkGrid(program, 48).map(({ in: start }) => start)).toEqual([0, 2, 50]);
  });

  test('an unusable G is a wrong call', () => {
    expect(() => chunkGrid(fakeProgram({ clips: [shot('a', 0, 5)] }), 0)).toThrow(TypeError);
  });
});

/** Shots of 1 to 11 frames and now and then a long one; few files, so that cuts between parts of one file occur. */
const anyShot: fc.Arbitrary<FakeClip> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  start: fc.nat(200),
  length: fc.oneof(
    { arbitrary: fc.constant(1), weight: 4 },
    { arbitrary: fc.integer({ min: 1, max: 11 }), weight: 4 },
    { arbitrary: fc.integer({ min: 12, max: 130 }), weight: 1 },
  ),
  speed: fc.constantFrom(1, 1, 1, 0.5, 2, 0),
});
const anyShots = fc.array(anyShot, { minLength: 1, maxLength: 60 });

describe('grid laws', () => {
  test('L1: chunks cover the programme once, none is longer than G + 1, none shorter than 2', () => {
    fc.assert(
      fc.property(anyShots, fc.constantFrom(2, 3, 8, 12, 48), (clips, gop) => {
        const program = fakeProgram({ clips });
        const chunks = chunkGrid(program, gop);
        let at = 0;
        for (const chunk of chunks) {
          expect(chunk.in).toBe(at);
          expect(chunk.out - chunk.in).toBeLessThanOrEqual(gop + 1);
          if (program.frames > 1) expect(chunk.out - chunk.in).toBeGreaterThanOrEqual(2);
          at = chunk.out;
        }
        expect(at).toBe(program.frames);
      }),
      { numRuns: runs },
    );
  });

  test('L2: an edit moves no boundary further than one chunk from the frames it changed', () => {
    fc.assert(
      fc.property(anyShots, anyShots, anyShots, anyShots, fc.constantFrom(12, 48), (head, cut, put, tail, gop) => {
        const before = [...head, ...cut.slice(0, 4), ...tail];
        const after = [...head, ...put.slice(0, 4), ...tail];
        const [old, next] = [fakeProgram({ clips: before }), fakeProgram({ clips: after })];
        const [a, b] = [chunkGrid(old, gop), chunkGrid(next, gop)].map(
          (chunks) => new Set(chunks.map(({ in: start }) => start)),
        );
        const headFrames = head.reduce((sum, { length }) => sum + length, 0);
        const tailFrames = tail.reduce((sum, { length }) => sum + length, 0);
        const reach = gop + 1;
        const early = (starts: Set<number> | undefined): number[] =>
          [...(starts ?? [])].filter((f) => f <= headFrames - reach);
        expect(early(a)).toEqual(early(b));
        const late = (starts: Set<number> | undefined, frames: number): number[] =>
          [...(starts ?? [])].map((f) => f - frames).filter((f) => f >= reach - tailFrames);
        expect(late(a, old.frames)).toEqual(late(b, next.frames));
      }),
      { numRuns: runs },
    );
  });
});
