import type { Timeline } from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import type { TrackView } from '../items/track-item.ts';
import { pairTracks } from '../match/pair-tracks.ts';
import { otioStep } from './step-writer.ts';

/**
 * Tracks that came, went or changed places: takes away what is gone, the topmost first, then goes up the new tracks and puts each where it
 * stands, a new one with all it holds. Null where there is nothing to do, where layers are no tracks, and where a track cannot be said.
 */
export function trackSteps(
  old: Timeline,
  next: Timeline,
  oldViews: readonly TrackView[],
  newViews: readonly TrackView[],
): ScriptStep[] | null {
  const areTracks = [old, next].every(({ tracks }) => tracks.children.every(({ kind }) => kind === 'Track'));
  if (!areTracks) return null;
  const pairs = pairTracks(oldViews, newViews);
  const kept = new Set(pairs);
  const steps: ScriptStep[] = [];
  /** Tracks as they stand by now, by their place in the old timeline; null for new ones. */
  let now: (number | null)[] = oldViews.map((_, at) => at).filter((at) => kept.has(at));
  for (let at = oldViews.length - 1; at >= 0; at -= 1)
    if (!kept.has(at)) steps.push({ op: 'removeTrack', track: oldViews[at]?.label ?? at });
  for (const [place, from] of pairs.entries()) {
    const node = newViews[place]?.node;
    if (node === undefined) return null;
    if (from === null) {
      const content = otioStep(node);
      if (content === null) return null;
      steps.push({ op: 'addTrack', track: newViews[place]?.label ?? place, place, content });
      now = now.toSpliced(place, 0, null);
      continue;
    }
    const stands = now.indexOf(from);
    if (stands === place) continue;
    steps.push({ op: 'moveTrack', track: labelOf(stands), place });
    now = now.toSpliced(stands, 1).toSpliced(place, 0, from);
  }
  return steps.length === 0 ? null : steps;

  /** What the track at a place is called by now: numbered among those of its kind. */
  function labelOf(place: number): string {
    const kinds = now.map((from, at) => (from === null ? newViews[at] : oldViews[from])?.label.replace(/\d+$/, ''));
    return `${kinds[place]}${kinds.slice(0, place + 1).filter((kind) => kind === kinds[place]).length}`;
  }
}
