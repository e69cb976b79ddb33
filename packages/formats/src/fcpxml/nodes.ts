import type { Json } from '@patchwork/kernel';
import { isInteger, multiply, type Rate, type Rational, type RationalTime } from '@patchwork/time';
import {
  emptyObject,
  jsonFrom,
  makeGap,
  makeTrack,
  type Composable,
  type Gap,
  type JsonObject,
  type Marker,
  type Track,
} from '@patchwork/timeline';

/** Plain members for a node's metadata. */
export interface PlainObject {
  readonly [key: string]: Json;
}

/** Seconds counted at the first rate that makes them whole; where none does, at the first. */
export function timeAt(seconds: Rational, ...rates: readonly [Rate, ...(Rate | null)[]]): RationalTime {
  const [first] = rates;
  for (const rate of rates) {
    if (rate === null) continue;
    const value = multiply(seconds, rate);
    if (isInteger(value)) return { value, rate };
  }
  return { value: multiply(seconds, first), rate: first };
}

/** Metadata with what this format keeps, and what the project's packages read, empty parts left out. */
export function metadataOf(format: string, kept: PlainObject, patchwork: PlainObject = {}): JsonObject {
  const own = jsonFrom(kept);
  const ours = jsonFrom(patchwork);
  // Of just the length needed: a long film has hundreds of thousands.
  if (ours.entries.length === 0)
    return own.entries.length === 0 ? emptyObject : { type: 'object', entries: [[format, own]] };
  if (own.entries.length === 0) return { type: 'object', entries: [['patchwork', ours]] };
  return {
    type: 'object',
    entries: [
      [format, own],
      ['patchwork', ours],
    ],
  };
}

/** A gap of exact length. */
export function gapNode(
  seconds: Rational,
  rate: Rate,
  parts: { name?: string; markers?: readonly Marker[] } = {},
): Gap {
  return makeGap(timeAt(seconds, rate), { name: parts.name ?? '', markers: parts.markers ?? [] });
}

/** A track of a scene. The one that holds the main storyline is marked for the writer. */
export function trackNode(kind: string, name: string, children: readonly Composable[], isPrimary: boolean): Track {
  const metadata = metadataOf('fcpxml', isPrimary ? { primary: true } : {});
  return makeTrack({ name, trackKind: kind, children, metadata });
}
