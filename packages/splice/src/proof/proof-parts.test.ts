import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepSeams, seams, type ChunkOrigin, type DecodePlan } from './decode-proof.ts';
import { deepParts, proofParts } from './proof-parts.ts';

const chunks = fc.array(
  fc.record({ frames: fc.integer({ min: 1, max: 60 }), previous: fc.option(fc.integer({ min: 0, max: 50 })) }),
  { maxLength: 60 },
);

function framesOf(plan: DecodePlan): Set<number> {
  return new Set(
    plan.ranges.flatMap((range) => Array.from({ length: range.out - range.in }, (_, at) => range.in + at)),
  );
}

/** First frames of the chunks that are decoded across: by a decoder that came from the frame before. */
function crossedJoins(origins: readonly ChunkOrigin[], plans: readonly DecodePlan[]): readonly number[] {
  let at = 0;
  const starts = origins.map(({ frames }) => (at += frames) - frames);
  return starts.filter((start) =>
    plans.some(({ ranges }) => ranges.some((range) => start > range.in && start < range.out)),
  );
}

describe('a proof in parts', () => {
  test('V7: decodes every frame, crosses every join and makes every seek of the whole, at most `count` at a time', () => {
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 5 }), (origins, count) => {
        const plan = seams(origins);
        const parts = proofParts(plan, origins, count);
        expect(parts.length).toBeLessThanOrEqual(count);
        expect(new Set(parts.flatMap((part) => [...framesOf(part)]))).toEqual(framesOf(plan));
        expect(crossedJoins(origins, parts)).toEqual(crossedJoins(origins, [plan]));
        // The three seeks of a seam are made by one decoder, one after another.
        const seamsOf = ({ seeks }: DecodePlan): string[] =>
          Array.from({ length: seeks.length / 3 }, (_, at) => seeks.slice(3 * at, 3 * at + 3).join(' '));
        expect(parts.flatMap(seamsOf).toSorted()).toEqual(seamsOf(plan).toSorted());
      }),
      { numRuns: Number(process.env['PW_RUNS'] ?? 300) },
    );
  });

  test('V7: shares the work: no part of a long proof has much more than its share', () => {
    const origins = Array.from({ length: 20 }, () => ({ frames: 48, previous: null }));
    expect(proofParts(seams(origins), origins, 2).map(({ ranges }) => ranges)).toEqual([
      [{ in: 0, out: 528 }],
      [{ in: 480, out: 960 }],
    ]);
    const patched = Array.from({ length: 9 }, (_, at) => ({ frames: 48, previous: at === 4 ? null : at }));
    expect(proofParts(seams(patched), patched, 2)).toEqual([
      { ranges: [{ in: 144, out: 288 }], seeks: [] },
      { ranges: [], seeks: [216, 191, 192, 264, 239, 240] },
    ]);
  });

  test('V7: a deep proof decodes straight through in one decoder, whatever their number', () => {
    const origins = Array.from({ length: 20 }, (_, at) => ({ frames: 48, previous: at }));
    const plan = deepSeams(origins);
    const parts = deepParts(plan, origins, 3);
    expect(parts.map(({ ranges }) => ranges).filter((ranges) => ranges.length > 0)).toEqual([[{ in: 0, out: 960 }]]);
    expect(parts.flatMap(({ seeks }) => seeks).toSorted((a, b) => a - b)).toEqual(plan.seeks.toSorted((a, b) => a - b));
  });
});
