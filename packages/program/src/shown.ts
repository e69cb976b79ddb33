import type { AnchorMap } from './anchor-map.ts';
import type { Picture } from './picture.ts';
import type { ClipUse } from './program.ts';

/** A picture and what the layers above and the grid need to know of it. */
export interface Shown {
  readonly picture: Picture;
  /** Proven to cover the whole canvas with alpha 1: what lies below cannot be seen. */
  readonly opaque: boolean;
  /** One file's or nest's picture that its conform gave another size: a transform draws it from its own pixels. */
  readonly resized: boolean;
  readonly anchor: AnchorMap;
  /** Clips that contribute, topmost first. */
  readonly clips: readonly ClipUse[];
  /** The topmost clip, as burn-ins read it; null when there is none. */
  readonly lead: Lead | null;
  /** Labels of unmodelled pictures in it. */
  readonly unmodelled: readonly string[];
}

/** What a burn-in can read of a clip. */
export interface Lead {
  readonly name: string;
  /** Source timecode of the frame shown at a record frame. */
  readonly timecode: Mover;
}

/** A moving value of a picture. */
export interface Mover {
  /** The value's text at a frame, as `splitPicture` writes it. */
  at(frame: number): string;
  /** Canonical text of the function: neighbouring frames with one text belong to one span. */
  readonly signature: string;
}

/** Notes, while a picture is made, which functions its moving values come from. */
export interface Trace {
  note(picture: Picture, mover: Mover): void;
}

/** Lays layers over each other, the topmost first; stacks in stacks are flattened. Null when nothing shows. */
export function shownOver(topFirst: readonly Shown[]): Shown | null {
  const lowest = topFirst.at(-1);
  if (lowest === undefined || topFirst.length === 1) return lowest ?? null;
  const layers = topFirst.toReversed().flatMap(({ picture }) => (picture.op === 'over' ? picture.layers : [picture]));
  return {
    picture: { op: 'over', layers },
    opaque: lowest.opaque,
    resized: false,
    anchor: lowest.anchor,
    clips: topFirst.flatMap((layer) => layer.clips),
    lead: topFirst.find((layer) => layer.lead !== null)?.lead ?? null,
    unmodelled: topFirst.flatMap((layer) => layer.unmodelled),
  };
}
