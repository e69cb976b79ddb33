import type { Draft } from './draft.ts';
import { departmentOf, itemChanges } from './item-change.ts';
import { foldLinkedSound } from './linked-sound.ts';
import { matchItems } from '../match/match-items.ts';
import { foldMetadata } from './metadata-fold.ts';
import { moveDrafts } from './move-draft.ts';
import { draft, trackDrafts, type Layout } from './position-draft.ts';
import { withoutPushedGaps } from './pushed-gap.ts';
import { shiftDrafts } from './shift-draft.ts';
import { trackViewsOf, type TrackItem } from '../items/track-item.ts';
import { transitionDrafts } from './transition-draft.ts';

/** Everything that happened to the items of two layouts: places, moves, pushes, looks, transitions; linked sound folded in. */
export function itemDrafts(layout: Layout): Draft[] {
  const labels = [...new Set([...layout.old, ...layout.next].map(({ label }) => label))];
  const tracks = labels.map((label) => trackDrafts(layout, label));
  const kept = new Set(tracks.flatMap((track) => [...track.kept]));
  return foldMetadata(
    foldLinkedSound([
      ...tracks.flatMap((track) => withoutPushedGaps(track, tracks)),
      ...moveDrafts(layout, kept),
      ...shiftDrafts(
        layout,
        tracks.flatMap((track) => track.shifts),
      ),
      ...aspectDrafts(layout),
      ...transitionDrafts(layout),
    ]),
  );
}

/** Changes of matched items that move no edge; splits and joins. */
function aspectDrafts(layout: Layout): Draft[] {
  const { matching } = layout;
  return layout.old
    .flatMap(({ items }) => items)
    .flatMap((old): Draft[] => {
      const next = matching.newOf(old);
      if (next === null) return [];
      const [before, after] = [matching.partsOf(old), matching.partsOf(next)];
      const pairs =
        before.length > after.length
          ? before.map((part) => [part, next] as const)
          : after.map((part) => [old, part] as const);
      const drafts = pairs.flatMap(([a, b]) => pairDrafts(layout, a, b));
      if (pairs.length === 1) return drafts;
      const isSplit = after.length > 1;
      const isSeen = drafts.some(({ kind }) => kind !== 'metadata');
      const text = `${isSplit ? 'split' : 'joined'}${isSeen ? '' : ', no picture change'}`;
      const items = [{ old: matching.whole(old), next: matching.whole(next) }];
      const made = draft(layout, isSplit ? 'split' : 'join', text, items, null);
      const cuts = (parts: readonly TrackItem[]): number[] => parts.slice(1).map(({ record }) => record.in);
      return [{ ...made, values: [{ name: 'cuts', old: cuts(before), new: cuts(after) }] }, ...drafts];
    });
}

function pairDrafts(layout: Layout, old: TrackItem, next: TrackItem): Draft[] {
  const items = [{ old, next }];
  const drafts = itemChanges(old, next, layout.rate).map((change): Draft => {
    const made = draft(layout, change.kind, change.text, items, null);
    return { ...made, department: change.department, values: change.values };
  });
  return old.inside === next.inside ? drafts : [...drafts, insideDraft(layout, old, next)];
}

/** How many changes inside of a compound are told in its line. */
const mostInside = 3;

/** What changed inside of a compound, told where it is used: nobody looks for it on a track that is not there. */
function insideDraft(layout: Layout, old: TrackItem, next: TrackItem): Draft {
  const items = [{ old, next }];
  const made = draft(layout, 'compound', `changed inside compound "${next.name}"`, items, null);
  const department = departmentOf(next);
  if (old.node.kind === 'Clip' || next.node.kind === 'Clip') return { ...made, department };
  const inner = innerDrafts(layout, old.node, next.node);
  const lines = inner.slice(0, mostInside).map(({ items: clips, text, kind }) => {
    const names = kind === 'shift' ? '' : clips.map((pair) => (pair.next ?? pair.old)?.name ?? '').join(' | ');
    return names === '' ? text : `${names}: ${text}`;
  });
  const more = inner.length > mostInside ? [`and ${inner.length - mostInside} more`] : [];
  const words = [...lines, ...more].join('; ');
  const values = inner.flatMap((each) =>
    each.values.map((value) => ({ ...value, name: `${each.items[0]?.next?.name ?? next.name}: ${value.name}` })),
  );
  return { ...made, department, values, text: words === '' ? made.text : `${made.text}: ${words}` };
}

function innerDrafts(layout: Layout, old: Parameters<typeof trackViewsOf>[0], next: typeof old): Draft[] {
  const [before, after] = [
    trackViewsOf(old, layout.rate, layout.oldIdentity),
    trackViewsOf(next, layout.rate, layout.newIdentity),
  ];
  return itemDrafts({ ...layout, old: before, next: after, matching: matchItems(before, after) });
}
