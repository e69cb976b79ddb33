import type { ScriptStep } from './change.ts';
import type { Layout } from './position-draft.ts';
import { splitSteps } from './split-step.ts';
import { StepWriter } from './step-writer.ts';
import { isSameSpeed, type TrackItem, type TrackView } from './track-item.ts';
import { walkTrack, type KeptItem, type TrackWalk } from './track-walk.ts';

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
  if (kept.some((item) => !isSameSpeed(item.old.speed, item.next.speed))) return null;
  const writer = new StepWriter(label, kept, layout.rate);
  for (let at = 0; at <= kept.length; at += 1) {
    const [left, right] = [kept[at - 1], kept[at]];
    if (left !== undefined) trimTail(writer, walk, at - 1);
    if (right !== undefined) trimHead(writer, walk, at);
    if (
      !rebuildStretch(
        writer,
        stretchOf(old, left?.old, right?.old),
        stretchOf(next, left?.next, right?.next),
        at,
        right,
      )
    )
      return null;
  }
  const splits = splitSteps(layout, label, kept);
  return splits === null ? null : [...writer.steps, ...splits];
}

/** What stands between two items: the items, and where the stretch begins and ends. */
interface Stretch {
  readonly items: readonly TrackItem[];
  readonly in: number;
  readonly out: number;
}

function stretchOf(track: TrackView | null, left: TrackItem | undefined, right: TrackItem | undefined): Stretch {
  const [start, end] = [left?.record.out ?? 0, right?.record.in ?? track?.end ?? 0];
  const items = (track?.items ?? []).filter(({ record }) => record.in >= start && record.out <= end);
  return { items, in: start, out: end };
}

function deltaOf(walk: TrackWalk, at: number, kind: 'head' | 'tail'): number {
  return walk.steps.reduce((sum, step) => (step.kind === kind && step.at === at ? sum + step.delta : sum), 0);
}

function trimTail(writer: StepWriter, walk: TrackWalk, at: number): void {
  const delta = deltaOf(walk, at, 'tail');
  if (delta !== 0) writer.rippleTrim(at, 'out', delta);
}

function trimHead(writer: StepWriter, walk: TrackWalk, at: number): void {
  const delta = deltaOf(walk, at, 'head');
  if (delta !== 0) writer.rippleTrim(at, 'in', delta);
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
