import type { Item, Timeline } from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import type { TrackItem, TrackView } from '../items/track-item.ts';

const ofNodes: ReadonlySet<string> = new Set(['set', 'setMarker', 'removeMarker', 'setEffect', 'removeEffect']);

/** What a step that sets something is about: its clip, its track, the stack, the timeline. Null for a step of places, and where it is not there. */
export function nodeOf(
  { op, of, atFrame }: ScriptStep,
  scope: Timeline | null,
  view: TrackView | null,
  item: TrackItem | undefined,
): Item | Timeline | null {
  if (!ofNodes.has(op)) return item?.node ?? null;
  if (of === 'timeline') return scope;
  if (of === 'stack') return scope?.tracks ?? null;
  return atFrame === undefined ? (item?.node ?? view?.node ?? null) : (item?.node ?? null);
}
