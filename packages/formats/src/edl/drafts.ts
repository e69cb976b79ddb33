import { add, multiply, round, secondsFromTime, subtract, zero, type Rate, type Rational } from '@patchwork/time';
import type { Marker, Timeline } from '@patchwork/timeline';
import type { NotSaid } from '../fcpxml/writer/not-said.ts';
import type { Piece } from '../fcpxml/writer/pieces.ts';

/** A marker and the frame of the record that it stands at. */
export interface PlacedMarker {
  readonly marker: Marker;
  readonly frame: number;
}

/** A line of the list before it is numbered: lines of one edit share a number. */
export interface Draft {
  readonly recordIn: number;
  readonly recordOut: number;
  readonly track: string;
  /** Whether markers of the timeline can stand with it: a list has none of its own. */
  readonly hasClip: boolean;
  readonly lines: (number: string, markers: readonly PlacedMarker[]) => string[];
}

/** What the writing of one list shares. */
export interface ListContext {
  /** Reels by what they stand for, so that two files never share one. */
  readonly reels: Map<string, string>;
  readonly rate: Rate;
  readonly dropFrame: boolean;
  readonly start: Rational;
  readonly notSaid: NotSaid;
}

/** Source and record times of a written event, in frames. */
export interface Frames {
  readonly sourceIn: number;
  readonly recordIn: number;
  readonly length: number;
}

/** Markers of the timeline by the event under which they are listed: the first that plays there, picture before sound. */
export function markersByDraft(
  context: ListContext,
  timeline: Timeline,
  drafts: readonly Draft[],
): ReadonlyMap<Draft, readonly PlacedMarker[]> {
  const placed = new Map<Draft, PlacedMarker[]>();
  let lost = 0;
  for (const marker of timeline.tracks.markers) {
    const frame = round(multiply(add(secondsFromTime(marker.markedRange.start), context.start), context.rate));
    const isThere = (draft: Draft): boolean => draft.hasClip && draft.recordIn <= frame && frame < draft.recordOut;
    const draft = drafts.find((one) => one.track === 'V' && isThere(one)) ?? drafts.find(isThere);
    if (draft === undefined) lost += 1;
    else placed.set(draft, [...(placed.get(draft) ?? []), { marker, frame }]);
  }
  reportMarkers(context, lost, timeline.name);
  return placed;
}

function reportMarkers(context: ListContext, lost: number, where: string): void {
  if (lost === 0) return;
  const what = lost === 1 ? 'a marker stands' : `${lost} markers stand`;
  context.notSaid.add('PW_WRITE_MARKER', 'note', `${what} where no event of the list plays; left out`, where);
}

/** An item's markers, where the record shows them. */
export function ownMarkers(
  context: ListContext,
  { item, start }: Piece,
  frames: Frames,
  where: string,
): PlacedMarker[] {
  const ownStart = item.sourceRange === null ? zero : secondsFromTime(item.sourceRange.start);
  const placed = item.markers.map((marker) => {
    const at = add(subtract(secondsFromTime(marker.markedRange.start), ownStart), add(start, context.start));
    return { marker, frame: round(multiply(at, context.rate)) };
  });
  const end = frames.recordIn + frames.length;
  const seen = placed.filter(({ frame }) => frames.recordIn <= frame && frame < end);
  reportMarkers(context, placed.length - seen.length, where);
  return seen;
}
