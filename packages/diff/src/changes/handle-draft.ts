import { add, ceil, compare, max, min, multiply, rational, divide, subtract, type Rational } from '@patchwork/time';
import type { Draft } from './draft.ts';
import { counted } from './number-text.ts';
import { draft, type Layout } from './position-draft.ts';
import { mediaSpan, type TrackItem, type TrackView } from '../items/track-item.ts';

/** The frames that were handed over on either end of every clip. */
export interface Handles {
  /** In frames of the new timeline's rate. */
  readonly frames: number;
}

interface Part {
  readonly from: Rational;
  readonly to: Rational;
}

/**
 * Tells which clips need more of their file than was delivered: the old side is what was delivered, and what a house holds
 * of a file is all that the old side played of it, with handles on either end. So a clip that slipped by four, and by four,
 * and by four again, is judged by the twelve, and frames that another use of the file brought along are no reason to ask again.
 * A file that was not delivered at all is new, which `insert` and `replace` say.
 */
export function handleDrafts(layout: Layout, { frames }: Handles): Draft[] {
  const handle = divide(rational(frames), layout.rate);
  const held = heldParts(layout.old, handle);
  return layout.next
    .flatMap(({ items }) => items)
    .flatMap((item): Draft[] => {
      const parts = held.get(mediaName(item));
      if (parts === undefined || item.url === null || item.speed.kind === 'freeze') return [];
      const { head, tail } = beyond(mediaSpan(item), parts);
      const ends = [
        ...(head.num > 0 ? [`${counted(framesOf(head, layout), 'frame')} at the head`] : []),
        ...(tail.num > 0 ? [`${counted(framesOf(tail, layout), 'frame')} at the tail`] : []),
      ];
      if (ends.length === 0) return [];
      const made = draft(
        layout,
        'extend',
        `beyond the handles of ${frames}: ${ends.join(', ')}`,
        [{ old: layout.matching.oldOf(item), next: item }],
        Math.max(framesOf(head, layout), framesOf(tail, layout)),
      );
      // The edit that did it answers for the pictures.
      return [{ ...made, ownExtent: [], newExtent: [], oldExtent: [] }];
    });
}

function framesOf(seconds: Rational, { rate }: Layout): number {
  return ceil(multiply(seconds, rate));
}

/** One file, sound and picture apart. */
function mediaName({ kind, media }: TrackItem): string {
  return `${kind} ${media}`;
}

/** What is held of each file: disjoint, ascending. */
function heldParts(tracks: readonly TrackView[], handle: Rational): Map<string, Part[]> {
  const all = new Map<string, Part[]>();
  for (const item of tracks.flatMap(({ items }) => items)) {
    if (item.url === null) continue;
    const { from, to } = mediaSpan(item);
    const part = { from: subtract(from, handle), to: add(to, handle) };
    const known = all.get(mediaName(item));
    if (known === undefined) all.set(mediaName(item), [part]);
    else known.push(part);
  }
  for (const [name, parts] of all) all.set(name, united(parts));
  return all;
}

function united(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts.toSorted((a, b) => compare(a.from, b.from))) {
    const last = joined.at(-1);
    if (last !== undefined && compare(part.from, last.to) <= 0)
      joined[joined.length - 1] = { from: last.from, to: max(last.to, part.to) };
    else joined.push(part);
  }
  return joined;
}

/** By how much a span reaches out of the part that holds most of it. */
function beyond(span: Part, parts: readonly Part[]): { readonly head: Rational; readonly tail: Rational } {
  const common = ({ from, to }: Part): Rational => subtract(min(to, span.to), max(from, span.from));
  const [first, ...others] = parts;
  if (first === undefined) return { head: rational(0), tail: rational(0) };
  const best = others.reduce((a, b) => (compare(common(b), common(a)) > 0 ? b : a), first);
  const length = subtract(span.to, span.from);
  const limit = (value: Rational): Rational => max(rational(0), min(value, length));
  return { head: limit(subtract(best.from, span.from)), tail: limit(subtract(span.to, best.to)) };
}
