import type { Json } from '@patchwork/kernel';
import { compare, formatRational, parseRational, type Rational } from '@patchwork/time';
import { mediaEdges, type TrackItem } from '../items/track-item.ts';

/** A clip as a patch remembers it: what it is, and which part of its media it played. */
export interface ClipMark {
  readonly name: string;
  readonly media: string;
  /** Media seconds, `n/d`, at which it was entered and left. */
  readonly source: readonly [entry: string, exit: string];
  /** All that could be seen of it. */
  readonly look: string;
}

/** A place on a track, by what stood there. */
export interface PlaceMark {
  /** The clip that played there; null at a cut, in a gap, or at an end. */
  readonly inside: ClipMark | null;
  /** Media seconds that it showed there. */
  readonly shown: string | null;
  /** The clips on either side; null at an end of the track. */
  readonly left: ClipMark | null;
  readonly right: ClipMark | null;
  /** Frames from the end of the left one. */
  readonly behind: number;
  /** Frames from the left one's end to the right one's begin: a gap there. */
  readonly gap: number;
  /** Of several such places: which one, and how many there were. */
  readonly which: readonly [position: number, count: number];
}

/** By what a step of a script finds its place on another timeline than the one it was made on. */
export interface Anchor {
  /** The clip that the step is about, and what stands beside it. */
  readonly item?: ClipMark;
  readonly before?: ClipMark | null;
  readonly after?: ClipMark | null;
  /** The clips of the track that showed a part of the same media, and which one of them it is. */
  readonly row?: { readonly entries: readonly string[]; readonly position: number };
  /** The places that the step names: where something is put in, or from where to where something goes. */
  readonly places?: readonly PlaceMark[];
  /** What the step is to change away from, where it is no place: the effect, the switch, the transition. Null for none. */
  readonly was?: string | null;
  /** The tracks that stood there when one came or moved. */
  readonly tracks?: readonly string[];
  /** Anchors of the further tracks that the step names (`also`), in their order. */
  readonly also?: readonly Anchor[];
  /** Of the compound within which the step edits. */
  readonly inside?: Anchor;
  /** What stands from the first place to the second, and is taken away or covered. */
  readonly covers?: readonly ClipMark[];
}

/** Marks a clip. */
export function clipMark(item: TrackItem): ClipMark {
  const { entry, exit } = mediaEdges(item);
  return {
    name: item.name,
    media: item.url ?? item.media,
    source: [formatRational(entry), formatRational(exit)],
    look: `${item.look}${item.inside}`,
  };
}

/** Tells whether two marks are of one clip, however long. */
export function isSameClip(a: ClipMark | null, b: ClipMark | null): boolean {
  return a === null || b === null ? a === b : a.name === b.name && a.media === b.media;
}

/** Tells whether two marks say the same. */
export function isSameMark(a: ClipMark, b: ClipMark): boolean {
  return isSameClip(a, b) && a.source[0] === b.source[0] && a.source[1] === b.source[1] && a.look === b.look;
}

/** Tells whether two clips show a common part of one media. */
export function isOverlapping(a: ClipMark, b: ClipMark): boolean {
  if (!isSameClip(a, b)) return false;
  const [x, y] = [spanOf(a), spanOf(b)];
  const isStill = compare(x.from, x.to) === 0 || compare(y.from, y.to) === 0;
  return isStill
    ? compare(x.from, y.to) <= 0 && compare(y.from, x.to) <= 0
    : compare(x.from, y.to) < 0 && compare(y.from, x.to) < 0;
}

function spanOf({ source }: ClipMark): { readonly from: Rational; readonly to: Rational } {
  const [entry, exit] = [markedTime(source[0]), markedTime(source[1])];
  return compare(entry, exit) <= 0 ? { from: entry, to: exit } : { from: exit, to: entry };
}

/** A time as a mark spells it. @throws TypeError for what no mark holds */
export function markedTime(text: string): Rational {
  const value = parseRational(text);
  if (value === null) throw new TypeError(`markedTime: ${text} is no number`);
  return value;
}

/** An anchor as it stands in a file. */
export function anchorJson(anchor: Anchor): Json {
  return JSON.parse(JSON.stringify(anchor)) as Json;
}

/** The anchor of a step that was read from a file; null where it has none, or none that is one. */
export function anchorOf(step: { readonly [key: string]: Json }): Anchor | null {
  const { anchor } = step;
  return typeof anchor === 'object' && anchor !== null && !Array.isArray(anchor) ? (anchor as unknown as Anchor) : null;
}
