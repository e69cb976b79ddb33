import { makeRange } from '../builders.ts';
import type { Edit } from '../edit/edit.ts';
import type { Clip, Item, Timeline } from '../model.ts';
import { isItem } from '../ranges.ts';
import { lengthIn } from './frame-map.ts';
import { at, clip, firstTrack, fps } from './lane-text.ts';
import type { EditSeed } from './random-track.ts';

/** The items of the first track. */
export function itemsOf(timeline: Timeline): Item[] {
  return firstTrack(timeline).children.filter((child) => isItem(child));
}

/** The edit of a seed, and what the laws need to know about it. */
export interface DrawnEdit {
  readonly edit: Edit;
  /** The item it is about, where it stands, and its neighbours; null for edits of places. */
  readonly item: Item | null;
  readonly start: number;
  readonly previous: Item | null;
  readonly next: Item | null;
  readonly at: number;
  readonly incoming: Clip;
}

/** Makes an edit that fits a timeline out of drawn numbers; null where the op has no object (an empty track). */
export function editFrom(seed: EditSeed, timeline: Timeline): DrawnEdit | null {
  const track = firstTrack(timeline);
  const items = itemsOf(timeline);
  const index = seed.item % Math.max(1, items.length);
  const item = items[index];
  const start = items.slice(0, index).reduce((sum, one) => sum + lengthIn(one), 0);
  const total = items.reduce((sum, one) => sum + lengthIn(one), 0);
  const place = seed.at % (total + 10);
  const incoming = clip(`new${seed.item}`, 500, 500 + seed.length) as Clip;
  const common = {
    item: item ?? null,
    start,
    previous: items[index - 1] ?? null,
    next: items[index + 1] ?? null,
    at: place,
    incoming,
  };
  const deltas = {
    ...(seed.deltaIn === null ? {} : { deltaIn: at(seed.deltaIn) }),
    ...(seed.deltaOut === null ? {} : { deltaOut: at(seed.deltaOut) }),
  };
  const edit = ((): Edit | null => {
    switch (seed.op) {
      case 'overwrite':
        return { op: 'overwrite', item: incoming, track: track.id, at: at(place) };
      case 'insert':
        return { op: 'insert', item: incoming, track: track.id, at: at(place) };
      case 'lift':
      case 'extract':
        return { op: seed.op, track: track.id, range: makeRange(place, seed.length, fps) };
      case 'slice':
        return { op: 'slice', target: track.id, at: at(place) };
      case 'fill': {
        const gap = items.findIndex((one) => one.kind === 'Gap');
        if (gap === -1) return null;
        const from = items.slice(0, gap).reduce((sum, one) => sum + lengthIn(one), 0);
        const reference = (['source', 'sequence', 'fit'] as const)[seed.choice % 3] ?? 'source';
        return { op: 'fill', item: incoming, track: track.id, at: at(from), reference };
      }
      default:
    }
    if (item === undefined) return null;
    switch (seed.op) {
      case 'trim':
      case 'ripple':
      case 'roll':
        return { op: seed.op, item: item.id, ...deltas };
      case 'slip':
      case 'slide':
        return { op: seed.op, item: item.id, delta: at(seed.deltaIn ?? 0) };
      case 'remove':
        return { op: 'remove', item: item.id, fill: seed.choice % 2 === 0 };
      case 'move':
        return { op: 'move', item: item.id, at: at(place) };
      default:
        return null;
    }
  })();
  return edit === null ? null : { edit, ...common };
}
