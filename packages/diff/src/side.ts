import { multiply, round, type FrameRange, type Rate } from '@patchwork/time';
import type { NodeId } from '@patchwork/timeline';
import type { Matching } from './matching.ts';
import { isOneMedia } from './likeness.ts';
import { edgeMoves, isSameSpeed, type TrackItem, type TrackView } from './track-item.ts';

/** One of the two timelines, laid out: what a report draws. */
export interface Side {
  readonly name: string;
  readonly rate: Rate;
  /** Timecode of frame 0, in frames from 00:00:00:00, and how it is counted. */
  readonly start: { readonly frame: number; readonly dropFrame: boolean };
  /** Length in frames. */
  readonly frames: number;
  /** Picture tracks from the lowest, then sound tracks, as the file has them. */
  readonly tracks: readonly SideTrack[];
}

/** A track of a side. */
export interface SideTrack {
  /** `V1`, `A2`. */
  readonly label: string;
  readonly items: readonly SideItem[];
}

/** A clip or a compound on a track. */
export interface SideItem {
  readonly id: NodeId;
  readonly name: string;
  readonly record: FrameRange;
  /** What it became, or was, on the other side; null for what came or went. */
  readonly other: SideMatch | null;
  /** Whether it is as it was; it may have been pushed. */
  readonly unchanged: boolean;
}

/** The same item on the other side. */
export interface SideMatch {
  readonly track: string;
  readonly record: FrameRange;
  /** Record frames by which the other's head lies later in the media; null where it plays otherwise (speed, other media). */
  readonly head: number | null;
}

/** What `sideOf` needs to know of a timeline besides its tracks. */
export type SideFacts = Pick<Side, 'name' | 'rate' | 'start' | 'frames'>;

/** Lays one side out, each item with what it is on the other side; `changed` holds the {@link placeName}s that changes name. Linear. */
export function sideOf(
  facts: SideFacts,
  tracks: readonly TrackView[],
  matching: Matching,
  changed: ReadonlySet<string>,
  isOld: boolean,
): Side {
  const matchOf = (item: TrackItem): SideMatch | null => {
    const found = isOld ? matching.newOf(item) : matching.oldOf(item);
    if (found === null) return null;
    const other = matching.whole(found);
    return { track: other.track, record: other.record, head: headOf(item, other, facts.rate) };
  };
  return {
    ...facts,
    tracks: tracks.map(({ label, items }) => ({
      label,
      items: items.map((item): SideItem => {
        const other = matchOf(item);
        const unchanged = other !== null && !changed.has(placeName(label, item.record.in));
        return { id: item.node.id, name: item.name, record: item.record, other, unchanged };
      }),
    })),
  };
}

/** Names a place on a side. */
export function placeName(track: string, frame: number): string {
  return `${track} ${frame}`;
}

function headOf(item: TrackItem, other: TrackItem, rate: Rate): number | null {
  if (item.played === other.played) return 0;
  if (!isSameSpeed(item.speed, other.speed)) return null;
  // Another file in the slot takes its place frame for frame: what was cut to it stays.
  const moves = isOneMedia(item, other) ? edgeMoves(item, other) : null;
  return moves === null ? 0 : round(multiply(moves.head, rate));
}
