import { linkOf } from '@patchwork/timeline';
import type { TrackItem, TrackView } from '../items/track-item.ts';
import type { Side } from './side.ts';
import type { Element } from './element.ts';

/** Linked picture and sound that the merge would tear apart. */
export interface LostSync {
  readonly picture: string;
  readonly sound: string;
  /** By how many frames. */
  readonly frames: number;
}

/**
 * Finds picture and sound (linked, or of one name at one place) whose distance in the record is the same in the base and on both
 * sides, and another one in the merge. `idOf` gives the base thing that a merged node is.
 */
export function lostSync(
  { base, ours, theirs }: { readonly base: Side; readonly ours: Side; readonly theirs: Side },
  merged: readonly TrackView[],
  idOf: ReadonlyMap<string, string>,
): LostSync[] {
  const placeOf = new Map<string, number>();
  for (const { items } of merged)
    for (const item of items) {
      const id = idOf.get(item.node.id);
      if (id !== undefined && !placeOf.has(id)) placeOf.set(id, item.record.in);
    }
  return linkedPairs(base.views).flatMap(([picture, sound]): LostSync[] => {
    const [a, b] = [picture.node.id, sound.node.id];
    const distances = [ours, theirs].map(({ versions }) => distance(versions.get(a), versions.get(b)));
    const before = sound.record.in - picture.record.in;
    if (distances.some((each) => each !== before)) return [];
    const [x, y] = [placeOf.get(a), placeOf.get(b)];
    if (x === undefined || y === undefined || y - x === before) return [];
    return [{ picture: a, sound: b, frames: y - x - before }];
  });
}

function distance(picture: Element | undefined, sound: Element | undefined): number | null {
  const [a, b] = [picture?.items[0], sound?.items[0]];
  return a === undefined || b === undefined ? null : b.record.in - a.record.in;
}

function linkedPairs(views: readonly TrackView[]): (readonly [picture: TrackItem, sound: TrackItem])[] {
  const keyOf = (item: TrackItem): string => linkOf(item.node) ?? `${item.name} ${item.record.in} ${item.record.out}`;
  const pictures = new Map<string, TrackItem>();
  for (const { items } of views) for (const item of items) if (item.kind === 'V') pictures.set(keyOf(item), item);
  return views
    .flatMap(({ items }) => items)
    .flatMap((item) => {
      const picture = item.kind === 'A' ? pictures.get(keyOf(item)) : undefined;
      return picture === undefined ? [] : [[picture, item] as const];
    });
}
