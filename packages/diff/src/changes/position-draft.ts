import type { FrameRange, Rate } from '@patchwork/time';
import type { ChangeKind } from './change.ts';
import { farFrame, type Draft, type ItemChange } from './draft.ts';
import { departmentOf } from './item-change.ts';
import type { ConformedTracks } from './frame-conform.ts';
import type { Matching } from '../match/matching.ts';
import { counted, signed } from './number-text.ts';
import { slotOf } from './slot.ts';
import { trackEdits, type TrackEdit } from '../match/track-edit.ts';
import { isSameSpeed, type IdentityOf, type TrackItem, type TrackView } from '../items/track-item.ts';
import { walkTrack, type KeptItem, type TrackWalk } from '../match/track-walk.ts';

/** Both sides of a comparison, laid out. */
export interface Layout {
  readonly old: readonly TrackView[];
  readonly next: readonly TrackView[];
  readonly matching: Matching;
  /** How the old timeline's frames are taken. */
  readonly conform: ConformedTracks;
  /** Of the new timeline: both are laid out in its frames. */
  readonly rate: Rate;
  readonly oldIdentity: IdentityOf;
  readonly newIdentity: IdentityOf;
}

/** A run of clips that were pushed alike. */
export interface ShiftRun {
  readonly delta: number;
  readonly kept: readonly KeptItem[];
  /** Whether it reaches to the track's last clip. */
  readonly isDownstream: boolean;
}

/** Edits of one track, and the runs of clips that they pushed. */
export interface TrackDrafts {
  readonly drafts: readonly Draft[];
  readonly shifts: readonly ShiftRun[];
  /** Old items that kept their order; all other matched ones were moved. */
  readonly kept: ReadonlySet<TrackItem>;
  /** The track told step by step, as edits of it. */
  readonly walk: TrackWalk;
  readonly edits: readonly TrackEdit[];
}

/** Tells what happened to the places of a track's clips. */
export function trackDrafts(layout: Layout, label: string): TrackDrafts {
  const find = (tracks: readonly TrackView[]): TrackView | null =>
    tracks.find((track) => track.label === label) ?? null;
  const walk = walkTrack(layout.matching, find(layout.old), find(layout.next), layout.rate);
  const edits = trackEdits(walk);
  const tail = tailDraft(find(layout.old), find(layout.next));
  return {
    drafts: [...edits.flatMap((edit) => draftOf(layout, walk.kept, edit) ?? []), ...(tail === null ? [] : [tail])],
    shifts: shiftRuns(walk.kept, edits),
    kept: new Set(walk.kept.map(({ first }) => first)),
    walk,
    edits,
  };
}

function draftOf(layout: Layout, kept: readonly KeptItem[], edit: TrackEdit): Draft | null {
  switch (edit.kind) {
    case 'move-from':
    case 'move-to':
      return null;
    case 'insert':
    case 'overwrite':
      return draft(
        layout,
        edit.kind,
        lengthText(edit.kind, edit.items),
        edit.items.map((next) => ({ old: null, next })),
        null,
      );
    case 'delete':
    case 'lift':
      return draft(
        layout,
        edit.kind,
        lengthText(edit.kind, edit.items),
        edit.items.map((old) => ({ old, next: null })),
        null,
      );
    case 'ripple-trim':
    case 'trim': {
      // Another speed at another length is one retime, told with the clip's other changes.
      const { old, next } = itemAt(kept, edit.at);
      if (old !== null && next !== null && !isSameSpeed(old.speed, next.speed)) return null;
      const text = `${edit.kind === 'trim' ? 'trim' : 'ripple trim'} ${edit.edge} ${signed(edit.delta)}`;
      return draft(layout, edit.kind, text, [itemAt(kept, edit.at)], edit.delta);
    }
    case 'roll':
      return draft(
        layout,
        'roll',
        `roll ${signed(edit.delta)}`,
        [itemAt(kept, edit.at - 1), itemAt(kept, edit.at)],
        edit.delta,
      );
    case 'slip':
      return draft(layout, 'slip', `slip ${signed(edit.delta)}`, [itemAt(kept, edit.at)], edit.delta);
    case 'slide': {
      const around = [edit.at - 1, edit.at, edit.at + 1].flatMap((at) =>
        kept[at] === undefined ? [] : [itemAt(kept, at)],
      );
      const self = itemAt(kept, edit.at);
      return { ...draft(layout, 'slide', `slide ${signed(edit.delta)}`, around, edit.delta), items: [self] };
    }
    case 'gap': {
      const before = kept[edit.at - 1] === undefined ? [] : [itemAt(kept, edit.at - 1)];
      const item = itemAt(kept, edit.at);
      const made = draft(layout, 'gap', `gap ${signed(edit.delta)}`, [item], edit.delta);
      // The clip before it stays as it is; what shows where the gap was or is may be its.
      const { newExtent, oldExtent } = draft(layout, 'gap', made.text, [...before, item], edit.delta);
      return { ...made, newExtent, oldExtent };
    }
  }
}

/** The gap behind the last clip. It shows only where it makes the programme longer. */
function tailDraft(old: TrackView | null, next: TrackView | null): Draft | null {
  const gapOf = (track: TrackView | null): number =>
    track === null ? 0 : track.end - (track.items.at(-1)?.record.out ?? 0);
  const delta = gapOf(next) - gapOf(old);
  if (delta === 0) return null;
  const label = (next ?? old)?.label ?? '';
  const extent = label.startsWith('A') ? [] : [{ in: next?.items.at(-1)?.record.out ?? 0, out: farFrame }];
  const department = label.startsWith('A') ? 'sound' : 'picture';
  return {
    kind: 'gap',
    department,
    text: `gap at the end ${signed(delta)}`,
    items: [],
    tracks: [label],
    delta,
    values: [],
    ownExtent: extent,
    newExtent: extent,
    oldExtent: extent,
  };
}

function itemAt(kept: readonly KeptItem[], at: number): ItemChange {
  const item = kept[at];
  if (item === undefined) throw new TypeError(`itemAt: no kept item ${at}`);
  return { old: item.old, next: item.next };
}

function lengthText(verb: string, items: readonly TrackItem[]): string {
  const frames = counted(
    items.reduce((sum, { record }) => sum + record.out - record.in, 0),
    'frame',
  );
  return items.length === 1 ? `${verb} (${frames})` : `${verb} of ${items.length} clips (${frames})`;
}

/** A change of placed items, with the frames they answer for. */
export function draft(
  layout: Layout,
  kind: ChangeKind,
  text: string,
  items: readonly ItemChange[],
  delta: number | null,
): Draft {
  const extents = (side: 'old' | 'next'): FrameRange[] =>
    items.flatMap((item) => {
      const found = item[side];
      return found === null || departmentOf(found) === 'sound' ? [] : [slotOf(layout[side], found)];
    });
  const all = items.flatMap(({ old, next }) => [next ?? old]).filter((item) => item !== null);
  const department = all.some((item) => departmentOf(item) === 'picture') ? 'picture' : 'sound';
  const tracks = [...new Set(all.map(({ track }) => track))];
  return {
    kind,
    department,
    text,
    items,
    tracks,
    delta,
    values: [],
    ownExtent: items.flatMap(({ old, next }) => {
      const shown = kind === 'lift' ? old : next;
      return shown === null || departmentOf(shown) === 'sound' ? [] : [shown.record];
    }),
    // What was lifted shows where it was: there is no other place to ask.
    newExtent: kind === 'lift' ? extents('old') : extents('next'),
    oldExtent: extents('old'),
  };
}

function shiftRuns(kept: readonly KeptItem[], edits: readonly TrackEdit[]): ShiftRun[] {
  // A rolled or slid clip moved by that edit, not by a push from before.
  const placed = new Set(
    edits.flatMap((edit) => {
      if (edit.kind === 'roll') return [edit.at];
      if (edit.kind !== 'slide') return [];
      // The neighbour that gave its head to the slide begins elsewhere by as much.
      return kept[edit.at + 1]?.shift === kept[edit.at]?.shift ? [edit.at, edit.at + 1] : [edit.at];
    }),
  );
  const runs: { delta: number; kept: KeptItem[]; last: number }[] = [];
  let open: (typeof runs)[number] | null = null;
  kept.forEach((item, at) => {
    if (placed.has(at)) return;
    if (item.shift === 0) open = null;
    else if (open !== null && open.delta === item.shift) {
      open.kept.push(item);
      open.last = at;
    } else {
      open = { delta: item.shift, kept: [item], last: at };
      runs.push(open);
    }
  });
  return runs.map(({ delta, kept: items, last }) => ({ delta, kept: items, isDownstream: last === kept.length - 1 }));
}
