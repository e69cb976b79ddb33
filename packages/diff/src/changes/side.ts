import { compare, divide, multiply, rational, round, type FrameRange, type Rate } from '@patchwork/time';
import type { NodeId } from '@patchwork/timeline';
import type { Matching } from '../match/matching.ts';
import { isOneMedia } from '../items/likeness.ts';
import { edgeMoves, isSameSpeed, type TrackItem, type TrackView } from '../items/track-item.ts';

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

/** First record frames by track. */
export type ChangedPlaces = ReadonlyMap<string, ReadonlySet<number>>;

/** What `sideOf` needs to know of a timeline besides its tracks. */
export interface SideFacts extends Pick<Side, 'name' | 'rate' | 'start' | 'frames'> {
  /** The rate in whose frames both sides are laid out; another one where the timelines' rates differ. */
  readonly layoutRate: Rate;
}

/** A range of the layout in the side's own frames. */
export function ownRange({ rate, layoutRate }: SideFacts, range: FrameRange): FrameRange {
  if (compare(rate, layoutRate) === 0) return range;
  const own = (frame: number): number => round(divide(multiply(rational(frame), rate), layoutRate));
  return { in: own(range.in), out: own(range.out) };
}

/** Lays one side out, each item with what it is on the other side; `changed` holds where the items that changes name begin. Linear. */
export function sideOf(
  [facts, otherFacts]: readonly [SideFacts, SideFacts],
  tracks: readonly TrackView[],
  matching: Matching,
  changed: ChangedPlaces,
  isOld: boolean,
): Side {
  const matchOf = (item: TrackItem): SideMatch | null => {
    const found = isOld ? matching.newOf(item) : matching.oldOf(item);
    if (found === null) return null;
    const other = matching.whole(found);
    return { track: other.track, record: ownRange(otherFacts, other.record), head: headOf(item, other, facts.rate) };
  };
  const { name, rate, start, frames } = facts;
  return {
    name,
    rate,
    start,
    frames,
    tracks: tracks.map(({ label, items }) => ({
      label,
      items: items.map((item): SideItem => {
        const other = matchOf(item);
        const unchanged = other !== null && changed.get(label)?.has(item.record.in) !== true;
        return { id: item.node.id, name: item.name, record: ownRange(facts, item.record), other, unchanged };
      }),
    })),
  };
}

function headOf(item: TrackItem, other: TrackItem, rate: Rate): number | null {
  if (item.played === other.played) return 0;
  if (!isSameSpeed(item.speed, other.speed)) return null;
  // Another file in the slot takes its place frame for frame: what was cut to it stays.
  const moves = isOneMedia(item, other) ? edgeMoves(item, other) : null;
  return moves === null ? 0 : round(multiply(moves.head, rate));
}
