import type { Rate } from '@patchwork/time';
import { selectTrack, type Timeline } from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import { trackViews, type TrackItem, type TrackView } from '../items/track-item.ts';

/** The track that a step names, laid out; null where it names none. */
export function viewFor(timeline: Timeline, { op, track }: ScriptStep, rate: Rate): TrackView | null {
  // The track that it names is to be.
  if (op === 'addTrack') return null;
  if (typeof track !== 'string' && typeof track !== 'number') return null;
  const node = selectTrack(timeline, track);
  return trackViews(timeline, rate, () => null).find((view) => view.node === node) ?? null;
}

/** The clip that plays at a frame of a track. */
export function playingAt({ items }: TrackView, frame: number): TrackItem | undefined {
  return items.find(({ record }) => record.in <= frame && frame < record.out);
}
