import type { ScriptStep } from '../changes/change.ts';
import type { Layout } from '../changes/position-draft.ts';
import { joinSteps, splitSteps } from './closing-step.ts';
import { StepWriter } from './step-writer.ts';
import type { TrackItem, TrackView } from '../items/track-item.ts';
import { walkTrack, type KeptItem, type TrackWalk } from '../match/track-walk.ts';

/**
 * The plainest script of a track: every kept clip's edges are ripple-trimmed, and every stretch between two of them that
 * differs is taken out and put in anew. Longer than an editor's script, and right wherever clips can be said at all. Null
 * where they cannot.
 */
export function rebuildTrack(layout: Layout, label: string): readonly ScriptStep[] | null {
  const find = (tracks: readonly TrackView[]): TrackView | null =>
    tracks.find((track) => track.label === label) ?? null;
  const [old, next] = [find(layout.old), find(layout.next)];
  const walk = walkTrack(layout.matching, old, next, layout.rate);
  const { kept } = walk;
  const trims = trimsOf(walk);
  const writer = new StepWriter(label, kept, layout.rate);
  const trimmed = new Set<number>();
  const [oldStretch, newStretch] = [stretchesOf(old), stretchesOf(next)];
  for (let at = 0; at <= kept.length; at += 1) {
    const [left, right] = [kept[at - 1], kept[at]];
    const [tail, head] = [trims.tail.get(at - 1), trims.head.get(at)];
    if (tail !== undefined && !trimmed.has(at - 1)) writer.rippleTrim(at - 1, 'out', tail);
    const ownTail = trims.tail.get(at);
    if (
      head !== undefined &&
      ownTail !== undefined &&
      right !== undefined &&
      head >= right.old.record.out - right.old.record.in
    ) {
      // The head moves by more than the clip is long: it needs the frames that the tail gains.
      writer.rippleTrim(at, 'out', ownTail);
      trimmed.add(at);
    }
    if (head !== undefined) writer.rippleTrim(at, 'in', head);
    if (!rebuildStretch(writer, oldStretch(left?.old, right?.old), newStretch(left?.next, right?.next), at, right))
      return null;
  }
  return [...joinSteps(layout, label, kept), ...writer.steps, ...splitSteps(layout, label, kept)];
}

/** What stands between two items: the items, and where the stretch begins and ends. */
interface Stretch {
  readonly items: readonly TrackItem[];
  readonly in: number;
  readonly out: number;
}

/** Hands out the stretches of a track from left to right. Linear over all of them. */
function stretchesOf(track: TrackView | null): (left: TrackItem | undefined, right: TrackItem | undefined) => Stretch {
  const items = track?.items ?? [];
  let at = 0;
  return (left, right) => {
    const [start, end] = [left?.record.out ?? 0, right?.record.in ?? track?.end ?? 0];
    while ((items[at]?.record.in ?? Infinity) < start) at += 1;
    const first = at;
    while ((items[at]?.record.out ?? Infinity) <= end) at += 1;
    return { items: items.slice(first, at), in: start, out: end };
  };
}

/** By how much the heads and the tails of kept items moved, by their place. */
function trimsOf({ steps }: TrackWalk): {
  readonly head: ReadonlyMap<number, number>;
  readonly tail: ReadonlyMap<number, number>;
} {
  const [head, tail] = [new Map<number, number>(), new Map<number, number>()];
  for (const step of steps) {
    if (step.kind === 'head') head.set(step.at, step.delta);
    else if (step.kind === 'tail') tail.set(step.at, step.delta);
  }
  return { head, tail };
}

function rebuildStretch(
  writer: StepWriter,
  old: Stretch,
  next: Stretch,
  at: number,
  right: KeptItem | undefined,
): boolean {
  if (old.items.length === 0 && next.items.length === 0 && old.out - old.in === next.out - next.in) return true;
  const end = right === undefined ? next.in + (old.out - old.in) : writer.frameOf(at);
  if (end > next.in) writer.extract(next.in, end);
  let cursor = next.in;
  for (const item of next.items) {
    if (item.record.in > cursor) writer.putGap(cursor, item.record.in - cursor);
    if (!writer.put(true, item)) return false;
    cursor = item.record.out;
  }
  if (next.out > cursor) writer.putGap(cursor, next.out - cursor);
  return true;
}
