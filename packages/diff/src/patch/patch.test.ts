import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { isPatchworkError, type Json } from '@patchwork/kernel';
import { drawTimeline, makeTime, planEdit, planScript, tracksOf, type Edit, type Timeline } from '@patchwork/timeline';
import { clip, fps24, gap, opacity, storyClips, timeline } from '../../test/fixture.ts';
import {
  anyChanges,
  anyEditAtAll,
  anyEdits,
  anyTracks,
  edited,
  timelineOf,
  withSound,
} from '../../test/random-edit.ts';
import type { ScriptStep } from '../changes/change.ts';
import { diffTimelines } from '../diff-timelines.ts';
import { mergeTimelines } from '../merge/merge-timelines.ts';
import { isSameTimeline } from '../script/exact-node.ts';
import { trackViews } from '../items/track-item.ts';
import { clipMark, isOverlapping } from './anchor.ts';
import { inverseScript } from './inverse-step.ts';
import { placedScript } from './place-script.ts';
import { scriptPatch, type ScriptPatch } from '../script-patch.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);
const rates = { base: fps24, ours: fps24, theirs: fps24 };
const base = timeline([storyClips()]);

function patchOf(old: Timeline, next: Timeline): ScriptPatch & { readonly proof: string } {
  const input = { old, new: next, oldProgram: null, newProgram: null, rate: fps24 };
  const changes = diffTimelines(input);
  return { ...scriptPatch(input, changes), proof: changes.scriptProof };
}

function applied(to: Timeline, steps: readonly ScriptStep[]): Timeline {
  return planScript(to, placedScript(to, steps, fps24), { limits: 'strict' }).after;
}

/** Whether somewhere two clips of one file stand side by side and share a part of it. */
function hasTwins(of: Timeline): boolean {
  return trackViews(of, fps24, () => null).some(({ items }) =>
    items.some((item, at) => {
      const next = items[at + 1];
      return next !== undefined && isOverlapping(clipMark(item), clipMark(next));
    }),
  );
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isPatchworkError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'done';
}

/** An edit of one of the copies that stand behind the first clip. */
function copyEdit(film: Timeline, count: number, [op, number, amount]: readonly [number, number, number]): Edit {
  const [track] = tracksOf(film);
  const at = 1 + (number % count);
  const item = track?.children[at]?.id ?? '';
  const delta = makeTime(-amount, fps24);
  switch (op) {
    case 0:
      return { op: 'ripple', item, deltaOut: delta };
    case 1:
      return { op: 'ripple', item, deltaIn: makeTime(amount, fps24) };
    case 2:
      return { op: 'setEffect', item, effect: opacity(amount / 10) };
    case 3:
      return { op: 'remove', item, fill: false };
    default:
      return { op: 'insert', track: track?.id ?? '', item: clip('x', amount, 30), at: makeTime(48, fps24) };
  }
}

const trim = edited9(-10);

function edited9(out: number): Timeline {
  return planScript(base, [{ op: 'ripple', item: 'm09', out }], { limits: 'strict' }).after;
}

const withNew = planScript(
  base,
  [{ op: 'insert', track: 'V1', at: 192, clip: { name: 'NEW', media: 'NEW.mov', source: [0, 48] } }],
  {},
).after;

describe('patches', () => {
  test('P1: a patch finds its places on a timeline that others have edited', () => {
    const patch = patchOf(base, trim);
    expect(isSameTimeline(applied(withNew, patch.steps), applied(trim, patchOf(base, withNew).steps))).toBe(true);
  });

  test('P2: what is gone, changed or there twice is refused by name, with the place', () => {
    const { steps } = patchOf(base, trim);
    const without = planScript(base, [{ op: 'remove', item: 'm09', fill: false }], {}).after;
    expect(refusal(() => applied(without, steps))).toBe(
      'PW_APPLY_GONE: step 1 (rippleTrim): track V1 has no clip "m09" as the patch knows it',
    );
    expect(refusal(() => applied(trim, steps))).toBe(
      'PW_APPLY_CHANGED: step 1 (rippleTrim): "m09" at 00:00:32:00 on track V1 was cut or put beside another clip since',
    );
    const twice = timeline([
      [clip('y', 0, 48), clip('m09', 0, 96), clip('x', 0, 9), clip('m09', 0, 96), clip('x', 9, 9)],
    ]);
    expect(refusal(() => applied(twice, steps))).toBe(
      'PW_APPLY_AMBIGUOUS: step 1 (rippleTrim): "m09" stands 2 times on track V1, and nothing tells which one is meant (00:00:02:00, 00:00:06:09)',
    );
  });

  test('P3: a clip that was changed since is not taken away, nor what was put in its place', () => {
    const lifted = planScript(base, [{ op: 'lift', track: 'V1', range: [576, 672] }], {}).after;
    const { steps } = patchOf(base, lifted);
    const clips = storyClips();
    clips[6] = clip('m07', 0, 96, [opacity(0.5)]);
    expect(refusal(() => applied(timeline([clips]), steps))).toContain('PW_APPLY_CHANGED');
    clips[6] = clip('other', 0, 96);
    expect(refusal(() => applied(timeline([clips]), steps))).toContain('PW_APPLY_');
  });

  test('P4: repeats are told apart by their neighbours; the copy that is left is not taken for the one that went', () => {
    const film = timeline([[clip('a', 0, 48), clip('x', 0, 48), clip('b', 0, 48), clip('x', 0, 48), clip('c', 0, 48)]]);
    const second = planScript(film, [{ op: 'ripple', track: 'V1', index: 3, out: -5 }], {}).after;
    const { steps } = patchOf(film, second);
    const front = planScript(
      film,
      [{ op: 'insert', track: 'V1', at: 0, clip: { name: 'n', media: 'n.mov', source: [0, 7] } }],
      {},
    ).after;
    expect(
      isSameTimeline(
        applied(front, steps),
        planScript(front, [{ op: 'ripple', track: 'V1', index: 4, out: -5 }], {}).after,
      ),
    ).toBe(true);
    const gone = planScript(film, [{ op: 'remove', track: 'V1', index: 3, fill: false }], {}).after;
    expect(refusal(() => applied(gone, steps))).toContain('PW_APPLY_GONE');
  });

  test('P4: of copies side by side the one is edited that is meant, or none', () => {
    const copy = fc.tuple(fc.constantFrom(0, 5, 10), fc.constantFrom(40, 48));
    const change = fc.tuple(fc.nat(4), fc.nat(4), fc.integer({ min: 1, max: 6 }));
    const told = { right: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(copy, { minLength: 2, maxLength: 5 }), change, change, (copies, mine, theirs) => {
        const film = timeline([
          [clip('a', 0, 48), ...copies.map(([start, length]) => clip('x', start, length)), clip('b', 0, 48)],
        ]);
        const [first, second] = [copyEdit(film, copies.length, mine), copyEdit(film, copies.length, theirs)];
        // Which of two equal copies went is in no file.
        if (first.op === 'remove' || first.op === 'insert') return;
        const { steps } = patchOf(film, planEdit(film, first).after);
        const other = planEdit(film, second).after;
        let result: Timeline;
        try {
          result = applied(other, steps);
        } catch (error) {
          if (!isPatchworkError(error)) throw error;
          told.refused += 1;
          return;
        }
        told.right += 1;
        const meant = planEdit(other, first).after;
        expect(isSameTimeline(result, meant), `${drawTimeline(other)}, ${JSON.stringify(steps)}`).toBe(true);
      }),
      { numRuns: runs * 3 },
    );
    process.stderr.write(`patches among copies: ${JSON.stringify(told)}\n`);
    expect(told.right).toBeGreaterThan(told.refused / 4);
  });

  test('P5: an insert in a gap, and behind the last clip, finds its place', () => {
    const film = timeline([[clip('a', 0, 48), gap(40), clip('b', 0, 48)]]);
    const put = planScript(
      film,
      [{ op: 'overwrite', track: 'V1', at: 60, clip: { name: 'n', media: 'n.mov', source: [0, 9] } }],
      {},
    ).after;
    const front = planScript(
      film,
      [{ op: 'insert', track: 'V1', at: 0, clip: { name: 'f', media: 'f.mov', source: [0, 7] } }],
      {},
    ).after;
    expect(
      isSameTimeline(
        applied(front, patchOf(film, put).steps),
        mergeTimelines({ base: film, ours: front, theirs: put, rates }).timeline,
      ),
    ).toBe(true);
  });

  test.each([
    ['edits of places', anyEdits, timelineOf],
    ['edits of all kinds, with sound and a compound', anyChanges, withSound],
    ['edits of all kinds, marks, metadata and tracks', anyEditAtAll, withSound],
  ] as const)('P6: a patch applied to its own old side gives the new one, and back: %s', (_, edits, make) => {
    let done = 0;
    fc.assert(
      fc.property(anyTracks, edits, (tracks, drawn) => {
        const old = make(tracks);
        const next = edited(old, drawn);
        const patch = patchOf(old, next);
        if (patch.proof !== 'replayed') return;
        expect(isSameTimeline(applied(old, patch.steps), next)).toBe(true);
        done += 1;
        if (patch.inverseProof === 'replayed') expect(isSameTimeline(applied(next, patch.inverse), old)).toBe(true);
      }),
      { numRuns: runs },
    );
    expect(done).toBeGreaterThan(runs / 2);
  });

  test('P7: where a patch fits on what others made, it gives what a clean merge gives', () => {
    let compared = 0;
    fc.assert(
      fc.property(anyTracks, anyEdits, anyEdits, (tracks, first, second) => {
        const old = timelineOf(tracks);
        // Copies side by side have no neighbours that tell them apart: neither a patch nor a merge knows which was meant.
        if (hasTwins(old)) return;
        const [mine, other] = [edited(old, first), edited(old, second)];
        const patch = patchOf(old, mine);
        const merge = mergeTimelines({ base: old, ours: other, theirs: mine, rates });
        if (patch.proof !== 'replayed' || merge.conflicts.length > 0) return;
        let result: Timeline;
        try {
          result = applied(other, patch.steps);
        } catch (error) {
          if (isPatchworkError(error)) return;
          throw error;
        }
        compared += 1;
        expect(isSameTimeline(result, merge.timeline)).toBe(true);
      }),
      { numRuns: runs },
    );
    expect(compared).toBeGreaterThan(runs / 10);
  });

  test('P9: an effect, a switch, a transition that was set since is not set over', () => {
    const steps: readonly Json[] = [
      { op: 'setEffect', item: 'm03', effect: { type: 'opacity', opacity: 0.5 } },
      { op: 'set', item: 'm04', enabled: false },
      { op: 'setTransition', track: 'V1', at: 96, in: 0, out: 4 },
    ];
    const since: readonly Json[] = [
      { op: 'setEffect', item: 'm03', effect: { type: 'opacity', opacity: 0.25 } },
      { op: 'set', item: 'm04', enabled: false },
      { op: 'setTransition', track: 'V1', at: 96, in: 0, out: 8 },
    ];
    const crop = { op: 'setEffect', item: 'm03', effect: { type: 'crop', left: 0.1, right: 0, top: 0, bottom: 0 } };
    steps.forEach((step, at) => {
      const patch = patchOf(base, planScript(base, [step]).after);
      const other = planScript(base, [since[at] ?? step]).after;
      expect(refusal(() => applied(other, patch.steps))).toContain('PW_APPLY_CHANGED');
      const beside = planScript(base, [crop]).after;
      expect(isSameTimeline(applied(beside, patch.steps), planScript(base, [crop, step]).after)).toBe(true);
    });
  });

  test('E3, P9: linked sound is one step; where it is no longer in sync, the step is refused', () => {
    const film = timeline([storyClips()], [storyClips()]);
    const { steps } = patchOf(
      film,
      planScript(film, [{ op: 'ripple', track: 'V1', index: 8, out: -10, also: ['A1'] }]).after,
    );
    expect(steps.map(({ op, also }) => [op, also])).toEqual([['rippleTrim', ['A1']]]);
    const both = planScript(film, [{ op: 'ripple', track: 'V1', index: 1, out: -5, also: ['A1'] }]).after;
    expect(patchOf(both, applied(both, steps)).steps.map(({ atFrame, also }) => [atFrame, also])).toEqual([
      [763, ['A1']],
    ]);
    const apart = planScript(film, [{ op: 'ripple', track: 'A1', index: 1, out: -5 }]).after;
    expect(refusal(() => applied(apart, steps))).toBe(
      'PW_APPLY_CHANGED: step 1 (rippleTrim): tracks V1 and A1 are no longer in sync there',
    );
  });

  test('P8: a script written by hand is taken back as far as its steps say how', () => {
    const script = [
      { op: 'ripple', item: 'm09', out: -10 },
      { op: 'insert', track: 'V1', at: 192, clip: { name: 'NEW', media: 'NEW.mov', source: [0, 48] } },
      { op: 'slip', track: 'V1', atFrame: 10, delta: 4 },
      { op: 'roll', track: 'V1', atFrame: 100, in: 6 },
    ];
    const after = planScript(base, script, { limits: 'strict' }).after;
    expect(isSameTimeline(applied(after, inverseScript(script)), base)).toBe(true);
    expect(refusal(() => inverseScript([{ op: 'remove', item: 'm03' }]))).toBe(
      'PW_APPLY_REVERT: step 1 (remove) does not say what it changed away from',
    );
  });

  test('P8: an insert without a name is taken back by that of its media, and a gap is not', () => {
    const script = [{ op: 'insert', track: 'V1', at: 192, clip: { media: '/m/NEW.mov', source: [0, 48] } }];
    const after = planScript(base, script, { limits: 'strict' }).after;
    const inverse = inverseScript(script);
    expect(isSameTimeline(applied(after, inverse), base)).toBe(true);
    // Another clip plays at that frame now.
    const earlier = planScript(after, [{ op: 'ripple', item: 'm01', out: -90 }], { limits: 'strict' }).after;
    const wanted = planScript(base, [{ op: 'ripple', item: 'm01', out: -90 }], { limits: 'strict' }).after;
    expect(isSameTimeline(applied(earlier, inverse), wanted)).toBe(true);
    expect(refusal(() => applied(base, inverse))).toBe(
      'PW_APPLY_GONE: step 1 (remove): track V1 has no clip "NEW.mov" as the patch knows it',
    );
    expect(refusal(() => inverseScript([{ op: 'insert', track: 'V1', at: 192, clip: { gap: 12 } }]))).toBe(
      'PW_APPLY_REVERT: step 1 (insert) does not say what it changed away from',
    );
  });
});
