import type { Diagnostic, Digest } from '@patchwork/kernel';
import { formatRational, multiply, type Rate, type Rational, round, subtract } from '@patchwork/time';
import type { Stack, Track } from '@patchwork/timeline';
import type { Affine } from './affine.ts';
import type { Canvas } from './canvas.ts';
import type { Expression } from './expression.ts';
import type { MediaInfo } from './media-info.ts';
import type { Ranges } from './own-range.ts';
import type { Refusals } from './refusals.ts';
import type { OwnRange } from './retime.ts';

/** A stretch of record frames with one expression. */
export interface Segment {
  readonly in: number;
  readonly out: number;
  readonly expression: Expression;
}

/** Where an item stands in its composition. */
export interface Place {
  /** Canvas and rate of the composition. */
  readonly canvas: Canvas;
  /** The item's own record frames. */
  readonly in: number;
  readonly out: number;
  /** The record frames asked for: within the item's own, or beyond them into its handles for a transition. */
  readonly from: number;
  readonly to: number;
  /** The item's own time, in seconds, at a record frame. */
  readonly ownTime: Affine;
  /** For people: `V1`. */
  readonly track: string;
}

/** What all parts of one compilation share. */
export interface Resolver {
  readonly media: (targetUrl: string) => MediaInfo | null;
  readonly ranges: Ranges;
  readonly font: Digest | null;
  /** Resolves a track or stack that is an item itself: tracks and stacks hold each other, their files need not. */
  readonly container: (item: Track | Stack, place: Place, range: OwnRange, resolver: Resolver) => readonly Segment[];
  readonly refusals: Refusals;
  readonly remarks: Remarks;
  /** Nested compositions on a clock of their own, by node and canvas. */
  readonly compositions: Map<string, readonly Segment[]>;
  /** Timecode of record frame 0. */
  readonly start: { readonly frame: number; readonly dropFrame: boolean };
}

/** Collects diagnostics, each place and code once. */
export class Remarks {
  readonly #byPlace = new Map<string, Diagnostic>();

  add(diagnostic: Diagnostic): void {
    const place = `${diagnostic.code} ${diagnostic.where}`;
    if (!this.#byPlace.has(place)) this.#byPlace.set(place, diagnostic);
  }

  all(): readonly Diagnostic[] {
    return [...this.#byPlace.values()];
  }
}

/** Own time of an item whose own second `ownStart` lies at record frame `frame`. */
export function ownTimeAt(ownStart: Rational, frame: number, rate: Rate): Affine {
  const slope = { num: rate.den, den: rate.num };
  return { offset: subtract(ownStart, multiply(slope, { num: frame, den: 1 })), slope };
}

/** The record frame nearest to an own time; of two as near the later one. */
export function nearestFrame(own: Rational, ownTime: Affine, rate: Rate): number {
  return round(multiply(subtract(own, ownTime.offset), rate));
}

/** The record frame of an item's edge. One between two frames is moved to the nearest, and said so. */
export function recordFrameOf(own: Rational, ownTime: Affine, rate: Rate, where: string, remarks: Remarks): number {
  const exact = multiply(subtract(own, ownTime.offset), rate);
  if (exact.den === 1) return exact.num;
  const frame = nearestFrame(own, ownTime, rate);
  remarks.add({
    code: 'PW_RECORD_SUBFRAME',
    severity: 'note',
    message: `${where} has an edge at record frame ${formatRational(exact)}, between two frames; it was moved to ${frame}`,
    where,
    hint: 'Put the edge on a frame in the editing program if the difference matters.',
  });
  return frame;
}
