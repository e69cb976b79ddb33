import type { Draft } from './draft.ts';
import type { ItemPair, Matching } from '../match/matching.ts';
import { counted } from './number-text.ts';
import { draft, type Layout } from './position-draft.ts';
import { movedText, movedTracks } from './moved-track.ts';
import type { TrackItem } from '../items/track-item.ts';

/** Clips that left their order or their track, told in blocks: `move of 3 clips`; those that went with their track, by the track. */
export function moveDrafts(layout: Layout, kept: ReadonlySet<TrackItem>): Draft[] {
  const tracks = movedTracks(layout);
  const blocks = blocksOf(layout, kept);
  const isAlong = (block: readonly ItemPair[]): boolean =>
    block.every(({ old, next }) => tracks.get(old.track) === next.track && old.record.in === next.record.in);
  const along = [...tracks].flatMap(([from, to]): Draft[] => {
    const items = blocks.filter((block) => isAlong(block) && block[0]?.old.track === from).flat();
    return items.length === 0 ? [] : [blockDraft(layout, items, 'track', movedText(from, to))];
  });
  const moved = blocks
    .filter((block) => !isAlong(block))
    .map((block) => {
      const [first] = block;
      const isElsewhere = first !== undefined && first.old.track !== first.next.track;
      const where = isElsewhere ? ` ${first.old.track} → ${first.next.track}` : '';
      return blockDraft(layout, block, 'move', `move of ${counted(block.length, 'clip')}${where}`);
    });
  return [...along, ...moved];
}

function blockDraft(layout: Layout, block: readonly ItemPair[], kind: 'move' | 'track', text: string): Draft {
  const pairs = block.map(({ old, next }) => ({
    old: layout.matching.whole(old),
    next: layout.matching.whole(next),
  }));
  const [first] = pairs;
  const delta = first === undefined ? null : first.next.record.in - first.old.record.in;
  const made = draft(layout, kind, text, pairs, delta);
  // Above or below others its clips show where they stand, and nowhere else.
  if (kind === 'track') {
    const values = [{ name: 'track', old: first?.old.track ?? null, new: first?.next.track ?? null }];
    return { ...made, values, newExtent: made.ownExtent, oldExtent: made.ownExtent };
  }
  // What lay between the old and the new place closed up and opened.
  const all = [...made.newExtent, ...made.oldExtent];
  const between =
    all.length === 0 ? [] : [{ in: Math.min(...all.map((r) => r.in)), out: Math.max(...all.map((r) => r.out)) }];
  return { ...made, ownExtent: between, newExtent: between, oldExtent: between };
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
