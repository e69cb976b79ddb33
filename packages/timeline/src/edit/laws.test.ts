import { isPatchworkError } from '@patchwork/kernel';
import { toNumber, type RationalTime } from '@patchwork/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Item, Timeline } from '../model.ts';
import { activeReferenceOrNull } from '../ranges.ts';
import { readOtio } from '../otio/read-otio.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { TrackIndex } from '../snapshot/track-index.ts';
import { editFrom, itemsOf, type DrawnEdit } from '../testing/edit-from.ts';
import { frameMap, framesOf, seenMap, lengthIn, usedMedia } from '../testing/frame-map.ts';
import { firstTrack } from '../testing/lane-text.ts';
import { editSeed, randomTimeline, runs } from '../testing/random-track.ts';
import { eventsFromJson, eventsToJson } from './event-json.ts';
import { applyEvents, invertEvents } from './event.ts';
import { planEdit, redoPlan, undoPlan, type EditPlan } from './plan.ts';

/** Edits whose whole frame map `expected` works out; those of looks and speeds have laws of their own (looks.test.ts). */
const placeOps: ReadonlySet<string> = new Set(
  'overwrite insert lift extract slice remove move slip slide ripple roll trim'.split(' '),
);

const gap = (length: number): string[] => Array.from({ length: Math.max(0, length) }, () => '-');

function text(timeline: Timeline): string {
  return writeOtio(timeline, { style: 'lossless' });
}

/** The timeline as a file gives it: so bytes can be compared. */
function reread(timeline: Timeline): Timeline {
  const [read] = readOtio(writeOtio(timeline, { style: 'canonical' })).timelines;
  if (read === undefined) throw new TypeError('reread: no timeline');
  return read;
}

function frames(time: RationalTime): number {
  return toNumber(time.value) * (24 / toNumber(time.rate));
}

/** How much of a delta was done: what was asked, unless a limit says otherwise. */
function applied(plan: EditPlan, edge: 'in' | 'out' | 'delta', asked: RationalTime | undefined): number {
  const limit = plan.limits.find((one) => one.edge === edge);
  return limit === undefined ? (asked === undefined ? 0 : frames(asked)) : frames(limit.applied);
}

/** The frame map that an edit must give, worked out from the old one alone. */
function expected(before: string[], drawn: DrawnEdit, plan: EditPlan): string[] {
  const { edit, start, previous, next } = drawn;
  const item = drawn.item ?? null;
  const end = start + (item === null ? 0 : lengthIn(item));
  const total = before.length;
  const upTo = (place: number): string[] => [...before.slice(0, place), ...gap(place - total)];
  switch (edit.op) {
    case 'overwrite':
      return [...upTo(drawn.at), ...framesOf(drawn.incoming), ...before.slice(drawn.at + lengthIn(drawn.incoming))];
    case 'insert':
      return [...upTo(drawn.at), ...framesOf(drawn.incoming), ...before.slice(drawn.at)];
    case 'lift': {
      const to = Math.min(total, drawn.at + frames(edit.range.duration));
      return [...before.slice(0, drawn.at), ...gap(to - drawn.at), ...before.slice(to)];
    }
    case 'extract':
      return [...before.slice(0, drawn.at), ...before.slice(drawn.at + frames(edit.range.duration))];
    case 'slice':
      return before;
    case 'remove':
      return [...before.slice(0, start), ...(edit.fill === false ? [] : gap(end - start)), ...before.slice(end)];
    case 'move': {
      const emptied = [...before.slice(0, start), ...gap(end - start), ...before.slice(end)];
      return [
        ...emptied.slice(0, drawn.at),
        ...gap(drawn.at - total),
        ...before.slice(start, end),
        ...emptied.slice(drawn.at + end - start),
      ];
    }
    case 'slip': {
      if (item === null || item.kind === 'Gap') return before;
      const by = applied(plan, 'delta', edit.delta);
      return before.map((shown, frame) => (frame < start || frame >= end ? shown : slipped(shown, by)));
    }
    case 'slide': {
      if (item === null) return before;
      const by = applied(plan, 'delta', edit.delta);
      const head = previous === null ? [] : framesOf(previous, 0, lengthIn(previous) + by);
      const tail = next === null ? [] : framesOf(next, by);
      return around(before, start, end, previous, next, [...head, ...framesOf(item), ...tail]);
    }
    case 'ripple': {
      if (item === null) return before;
      const [head, tail] = [applied(plan, 'in', edit.deltaIn), applied(plan, 'out', edit.deltaOut)];
      return [...before.slice(0, start), ...framesOf(item, head, lengthIn(item) + tail), ...before.slice(end)];
    }
    case 'roll': {
      if (item === null) return before;
      const [head, tail] = [applied(plan, 'in', edit.deltaIn), applied(plan, 'out', edit.deltaOut)];
      const first = previous === null ? [] : framesOf(previous, 0, lengthIn(previous) + head);
      const last = next === null ? [] : framesOf(next, tail);
      return around(before, start, end, previous, next, [
        ...first,
        ...framesOf(item, head, lengthIn(item) + tail),
        ...last,
      ]);
    }
    case 'trim': {
      if (item === null) return before;
      const [head, tail] = [applied(plan, 'in', edit.deltaIn), applied(plan, 'out', edit.deltaOut)];
      const shown = framesOf(item, head, lengthIn(item) + tail);
      const behind = next === null ? [] : before.slice(end + Math.max(0, tail));
      return [
        ...before.slice(0, start + Math.min(0, head)),
        ...gap(head),
        ...shown,
        ...(next === null ? [] : gap(-tail)),
        ...behind,
      ];
    }
    default:
      return [];
  }
}

function around(
  before: string[],
  start: number,
  end: number,
  previous: Item | null,
  next: Item | null,
  middle: string[],
): string[] {
  return [
    ...before.slice(0, start - (previous === null ? 0 : lengthIn(previous))),
    ...middle,
    ...before.slice(end + (next === null ? 0 : lengthIn(next))),
  ];
}

function slipped(shown: string, by: number): string {
  const [name, source] = shown.split('@');
  return `${name}@${Math.round((Number(source) + by) * 1e6) / 1e6}`;
}

/** What a valid timeline never has. */
function expectValid(timeline: Timeline): void {
  const { children } = firstTrack(timeline);
  children.forEach((child, index) => {
    if (child.kind === 'Transition') {
      expect(children[index + 1]?.kind, 'no two transitions side by side').not.toBe('Transition');
      expect(
        frames(child.inOffset) >= 0 &&
          frames(child.outOffset) >= 0 &&
          frames(child.inOffset) + frames(child.outOffset) > 0,
      ).toBe(true);
      const [left, right] = [children[index - 1], children[index + 1]];
      if (left?.kind === 'Clip')
        expect(frames(child.inOffset), 'a transition lies within its clips').toBeLessThanOrEqual(lengthIn(left));
      if (right?.kind === 'Clip')
        expect(frames(child.outOffset), 'a transition lies within its clips').toBeLessThanOrEqual(lengthIn(right));
      return;
    }
    if (child.kind === 'Unknown') return;
    expect(lengthIn(child), 'every item has a length').toBeGreaterThan(0);
    if (child.kind !== 'Clip') return;
    const reference = activeReferenceOrNull(child);
    const range = reference !== null && reference.kind !== 'Unknown' ? reference.availableRange : null;
    // Media of one frame is a still: it has no end.
    if (range === null || frames(range.duration) <= 1) return;
    const [first, last] = usedMedia(child);
    expect(first, 'no clip shows what is before its media').toBeGreaterThanOrEqual(frames(range.start));
    expect(last, 'no clip shows what is after its media').toBeLessThanOrEqual(
      frames(range.start) + frames(range.duration),
    );
  });
  const ids = children.map((child) => child.id);
  expect(new Set(ids).size, 'ids are unique').toBe(ids.length);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

describe('T30: laws of edits', () => {
  test('T30: the frame map is exactly what the op says, outside the edited range unchanged', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: false }), editSeed, (timeline, seed) => {
        const drawn = editFrom(seed, timeline);
        if (drawn === null || !placeOps.has(drawn.edit.op)) return;
        const plan = planEdit(timeline, drawn.edit);
        expect(frameMap(firstTrack(plan.after)), JSON.stringify(drawn.edit)).toEqual(
          expected(frameMap(firstTrack(timeline)), drawn, plan),
        );
        expectValid(plan.after);
      }),
      { numRuns: runs(1500) },
    );
  });

  test('T31: planning touches nothing; undo ∘ do gives the same bytes; do ∘ undo ∘ do is do', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: true }), editSeed, (made, seed) => {
        const timeline = deepFreeze(reread(made));
        const before = text(timeline);
        const drawn = editFrom(seed, timeline);
        if (drawn === null) return;
        const plan = planEdit(timeline, drawn.edit);
        const done = text(plan.after);
        expect(text(timeline), 'planning touches nothing').toBe(before);
        expect(text(redoPlan(timeline, plan)), 'events lead where the plan says').toBe(done);
        const undone = undoPlan(plan.after, plan);
        expect(text(undone), 'undo ∘ do gives the same bytes').toBe(before);
        expect(text(redoPlan(undone, plan)), 'do ∘ undo ∘ do is do').toBe(done);
      }),
      { numRuns: runs(400) },
    );
  });

  test('T32: events compose: those of two edits, one after the other, do and undo both', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: true }), editSeed, editSeed, (timeline, one, other) => {
        const first = editFrom(one, timeline);
        const plan = first === null ? null : planEdit(timeline, first.edit);
        const second = plan === null ? null : editFrom(other, plan.after);
        if (plan === null || second === null) return;
        const next = planEdit(plan.after, second.edit);
        const events = [...plan.events, ...next.events];
        expect(text(applyEvents(timeline, events))).toBe(text(next.after));
        expect(text(applyEvents(next.after, invertEvents(events)))).toBe(text(timeline));
      }),
      { numRuns: runs(300) },
    );
  });

  test('T32: events from JSON undo to the same bytes', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: true }), editSeed, (made, seed) => {
        const timeline = reread(made);
        const drawn = editFrom(seed, timeline);
        if (drawn === null) return;
        const plan = planEdit(timeline, drawn.edit);
        const events = eventsFromJson(JSON.parse(JSON.stringify(eventsToJson(plan.events))) as never);
        expect(text(applyEvents(plan.after, invertEvents(events)))).toBe(text(timeline));
        const again = applyEvents(timeline, events);
        expect(frameMap(firstTrack(again))).toEqual(frameMap(firstTrack(plan.after)));
      }),
      { numRuns: runs(300) },
    );
  });

  test.each([false, true])(
    'T33: outside its dirty ranges an edit shows nothing new (transitions: %s)',
    (transitions) => {
      fc.assert(
        fc.property(randomTimeline({ transitions }), editSeed, (timeline, seed) => {
          const drawn = editFrom(seed, timeline);
          if (drawn === null) return;
          const plan = planEdit(timeline, drawn.edit);
          const [old, now] = [seenMap(firstTrack(timeline)), seenMap(firstTrack(plan.after))];
          const isDirty = (frame: number): boolean =>
            plan.dirty.some(
              ({ range }) => frame >= frames(range.start) && frame < frames(range.start) + frames(range.duration),
            );
          for (let frame = 0; frame < Math.max(old.length, now.length); frame += 1) {
            if (old[frame] !== now[frame])
              expect(isDirty(frame), `frame ${frame} of ${JSON.stringify(drawn.edit)}`).toBe(true);
          }
          if (drawn.edit.op === 'slice' && !transitions)
            expect(plan.dirty, 'a blade is no change of picture').toEqual([]);
        }),
        { numRuns: runs(800) },
      );
    },
  );

  test('T33: so does a list of edits, in the record as it is after all of them', () => {
    fc.assert(
      fc.property(
        randomTimeline({ transitions: true }),
        fc.array(editSeed, { minLength: 2, maxLength: 5 }),
        (timeline, seeds) => {
          let current = timeline;
          const edits = seeds.flatMap((seed) => {
            const drawn = editFrom(seed, current);
            if (drawn === null) return [];
            current = planEdit(current, drawn.edit).after;
            return [drawn.edit];
          });
          // Ids of halves are fresh at each planning: a list can only name what stood there or came in by the list.
          const isKnown = itemsOf(timeline).map((item) => item.id);
          const usable = edits.filter(
            (edit) => !('item' in edit) || typeof edit.item !== 'string' || isKnown.includes(edit.item),
          );
          const plan = ((): EditPlan | null => {
            try {
              return planEdit(timeline, usable);
            } catch (error) {
              // An edit that was left out may have kept an item alive.
              if (isPatchworkError(error)) return null;
              throw error;
            }
          })();
          if (plan === null || usable.length < 2) return;
          const [old, now] = [seenMap(firstTrack(timeline)), seenMap(firstTrack(plan.after))];
          for (let frame = 0; frame < Math.max(old.length, now.length); frame += 1) {
            if (old[frame] === now[frame]) continue;
            const isDirty = plan.dirty.some(
              ({ range }) => frame >= frames(range.start) && frame < frames(range.start) + frames(range.duration),
            );
            expect(isDirty, `frame ${frame}`).toBe(true);
          }
        },
      ),
      { numRuns: runs(400) },
    );
  });

  test('T34: a hundred edits in a row keep a valid timeline valid, its indexes right, and can be taken back', () => {
    fc.assert(
      fc.property(
        randomTimeline({ transitions: true }),
        fc.array(editSeed, { minLength: 100, maxLength: 100 }),
        (made, seeds) => {
          const timeline = reread(made);
          let current = timeline;
          const plans: EditPlan[] = [];
          for (const seed of seeds) {
            const drawn = editFrom(seed, current);
            if (drawn === null) continue;
            const plan = planEdit(current, drawn.edit);
            plans.push(plan);
            current = plan.after;
            expectValid(current);
          }
          expectIndexed(current);
          for (const plan of plans.toReversed()) current = undoPlan(current, plan);
          expect(text(current), 'a hundred undos give the first bytes').toBe(text(timeline));
        },
      ),
      { numRuns: runs(10) },
    );
  }, 600_000);

  test('T35: a limit is tight: strict mode takes what it names and refuses one frame more', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: false }), editSeed, (timeline, seed) => {
        const drawn = editFrom({ ...seed, deltaOut: null }, timeline);
        if (drawn === null || !(drawn.edit.op === 'ripple' || drawn.edit.op === 'roll' || drawn.edit.op === 'trim'))
          return;
        const { edit } = drawn;
        const [limit] = planEdit(timeline, edit).limits;
        if (limit === undefined) return;
        expect(planEdit(timeline, { ...edit, deltaIn: limit.applied }, { limits: 'strict' }).limits).toEqual([]);
        expect(() => planEdit(timeline, edit, { limits: 'strict' })).toThrow(
          expect.objectContaining({ code: 'PW_EDIT_LIMIT' }),
        );
        const further = frames(limit.applied) + Math.sign(frames(limit.asked));
        const oneMore = { ...edit, deltaIn: { value: { num: further, den: 1 }, rate: limit.applied.rate } };
        expect(() => planEdit(timeline, oneMore, { limits: 'strict' })).toThrow(
          expect.objectContaining({ code: 'PW_EDIT_LIMIT' }),
        );
      }),
      { numRuns: runs(800) },
    );
  });

  test('T36: a fill is as long as its reference says and leaves the rest as it was', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: false }), editSeed, (timeline, seed) => {
        const drawn = editFrom({ ...seed, op: 'fill' }, timeline);
        if (drawn === null || drawn.edit.op !== 'fill') return;
        const items = itemsOf(timeline);
        const hole = items.find((item) => item.kind === 'Gap');
        if (hole === undefined) return;
        const plan = planEdit(timeline, drawn.edit);
        const from = items.slice(0, items.indexOf(hole)).reduce((sum, item) => sum + lengthIn(item), 0);
        const own = lengthIn(drawn.incoming);
        const length = { source: own, sequence: Math.min(own, lengthIn(hole)), fit: lengthIn(hole) }[
          drawn.edit.reference
        ];
        const [old, now] = [frameMap(firstTrack(timeline)), frameMap(firstTrack(plan.after))];
        expect(now.slice(0, from)).toEqual(old.slice(0, from));
        expect(now.slice(from + length)).toEqual(old.slice(from + length));
        expect(now.slice(from, from + length).every((shown) => shown.startsWith(drawn.incoming.name))).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });
});

/** The indexes that came from edit to edit equal those of the same timeline read anew. */
function expectIndexed(timeline: Timeline): void {
  const track = firstTrack(timeline);
  const kept = TrackIndex.of(track);
  const fresh = TrackIndex.of({ ...track });
  track.children.forEach((child, index) => {
    expect(kept.startOf(index)).toEqual(fresh.startOf(index));
    const place = TimelineIndex.of(timeline).placeOf(child.id);
    expect([place.index, place.node, place.parent]).toEqual([index, child, track]);
  });
  expect(kept.length).toEqual(fresh.length);
}
