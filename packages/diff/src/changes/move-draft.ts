import type { Draft } from './draft.ts';
import type { ItemPair, Matching } from '../match/matching.ts';
import { counted } from './number-text.ts';
import { draft, type Layout } from './position-draft.ts';
import type { TrackItem } from '../items/track-item.ts';

/** Clips that left their order or their track, told in blocks: `move of 3 clips`. */
export function moveDrafts(layout: Layout, kept: ReadonlySet<TrackItem>): Draft[] {
  return blocksOf(layout, kept).map((block) => {
    const pairs = block.map(({ old, next }) => ({
      old: layout.matching.whole(old),
      next: layout.matching.whole(next),
    }));
    const [first] = pairs;
    const isElsewhere = first !== undefined && first.old.track !== first.next.track;
    const where = isElsewhere ? ` ${first.old.track} → ${first.next.track}` : '';
    const text = `move of ${counted(pairs.length, 'clip')}${where}`;
    const delta = first === undefined ? null : first.next.record.in - first.old.record.in;
    const made = draft(layout, 'move', text, pairs, delta);
    // What lay between the old and the new place closed up and opened.
    const all = [...made.newExtent, ...made.oldExtent];
    const between =
      all.length === 0 ? [] : [{ in: Math.min(...all.map((r) => r.in)), out: Math.max(...all.map((r) => r.out)) }];
    return { ...made, ownExtent: between, newExtent: between, oldExtent: between };
  });
}

/** Runs of moved items that are neighbours before and after. */
function blocksOf({ old, matching }: Layout, kept: ReadonlySet<TrackItem>): ItemPair[][] {
  const blocks: ItemPair[][] = [];
  for (const track of old) {
    for (const item of track.items) {
      const next = matching.newOf(item);
      if (next === null || kept.has(item)) continue;
      const pair = { old: item, next };
      const last = blocks.at(-1)?.at(-1);
      if (last !== undefined && isNeighbour(matching, last, pair)) blocks.at(-1)?.push(pair);
      else blocks.push([pair]);
    }
  }
  return blocks;
}

function isNeighbour(matching: Matching, a: ItemPair, b: ItemPair): boolean {
  const follows = (x: TrackItem, y: TrackItem): boolean =>
    x.track === y.track && x.index + matching.partsOf(x).length === y.index;
  return follows(a.old, b.old) && follows(a.next, b.next);
}
