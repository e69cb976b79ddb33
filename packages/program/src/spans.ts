import type { Digest, Sha256 } from '@patchwork/kernel';
import type { AnchorMap } from './anchor-map.ts';
import type { Canvas } from './canvas.ts';
import type { Expression } from './expression.ts';
import { shapePrefix, splitPicture } from './frame-key.ts';
import type { Picture } from './picture.ts';
import type { ClipUse } from './program.ts';
import type { Refusals } from './refusals.ts';
import type { Segment } from './resolver.ts';
import type { Mover } from './shown.ts';

/** A run of record frames with one shape, ready to be asked for pictures and keys. Frames count from the timeline's start. */
export interface CompiledSpan {
  readonly in: number;
  out: number;
  readonly shape: Digest;
  /** The moving values in the order of the shape: functions, and texts where nothing moves. */
  readonly values: readonly (Mover | string)[];
  /** Equal for neighbours that are one run. */
  readonly signature: string;
  readonly anchor: AnchorMap;
  clips: readonly ClipUse[];
  unmodelled: readonly string[];
  /**
   * Who draws, up to which frame: neighbours that are one run keep their own expressions, since two of them may agree
   * on these frames and on no others.
   */
  readonly parts: { readonly out: number; readonly expression: Expression }[];
}

/**
 * Turns segments into spans that cover [from, to): fills gaps, divides where a picture changes its shape, and joins
 * neighbours that are one run. Every picture that it looks at tells its refusals at its record frame.
 */
export class SpanCompiler {
  readonly #segments: readonly Segment[];
  readonly #complete: (layers: Expression) => Expression;
  readonly #refusals: Refusals;
  readonly #sha256: Sha256;
  readonly #prefix: string;
  readonly #digests = new Map<string, Digest>();
  readonly #gap: Expression;

  constructor(
    segments: readonly Segment[],
    complete: (layers: Expression) => Expression,
    canvas: Canvas,
    refusals: Refusals,
    sha256: Sha256,
  ) {
    this.#segments = segments;
    this.#complete = complete;
    this.#refusals = refusals;
    this.#sha256 = sha256;
    this.#prefix = shapePrefix(canvas);
    this.#gap = complete({ classAt: null, at: () => null });
  }

  compile(from: number, to: number): readonly CompiledSpan[] {
    const spans: CompiledSpan[] = [];
    let frame = from;
    const fill = (until: number): void => {
      if (until > frame) this.#addRuns(spans, frame, until, this.#gap);
      frame = Math.max(frame, until);
    };
    for (const segment of this.#segments) {
      if (segment.out <= from) continue;
      if (segment.in >= to) break;
      fill(Math.max(from, segment.in));
      const out = Math.min(to, segment.out);
      this.#addRuns(spans, frame, out, this.#complete(segment.expression));
      frame = out;
    }
    fill(to);
    return spans;
  }

  /**
   * How many frames before `frame` the map of `anchor` has been running. Looks at frames that nobody will render, so
   * refusals have to be thrown before.
   */
  runBefore(frame: number, anchor: AnchorMap): number {
    let start = frame;
    for (let index = this.#segments.length - 1; index >= -1 && start > 0; index -= 1) {
      const segment = this.#segments[index];
      if (segment !== undefined && segment.in >= start) continue;
      // The hole behind the segment first, then the segment itself.
      for (const from of [Math.min(start, Math.max(0, segment?.out ?? 0)), Math.max(0, segment?.in ?? 0)]) {
        for (const span of this.compile(from, start).toReversed()) {
          if (span.anchor.continuity !== anchor.continuity) return frame - start;
          start = span.in;
        }
      }
    }
    return frame - start;
  }

  /** Adds [from, to) of one expression, divided where the picture's class changes. */
  #addRuns(spans: CompiledSpan[], from: number, to: number, expression: Expression): void {
    const { classAt } = expression;
    if (classAt === null) {
      this.#addRun(spans, from, to, expression);
      return;
    }
    let start = from;
    let kind = classAt(from);
    for (let frame = from + 1; frame < to; frame += 1) {
      const next = classAt(frame);
      if (next === kind) continue;
      this.#addRun(spans, start, frame, expression);
      start = frame;
      kind = next;
    }
    this.#addRun(spans, start, to, expression);
  }

  #addRun(spans: CompiledSpan[], from: number, to: number, expression: Expression): void {
    this.#refusals.lookAt(from);
    const movers = new Map<Picture, Mover>();
    const shown = expression.at(from, { note: (picture, mover) => movers.set(picture, mover) });
    if (shown === null) throw new TypeError('SpanCompiler: a completed picture cannot be nothing');
    const split = splitPicture(shown.picture);
    const shape = this.#digestOf(split.shape);
    const values = split.values.map(({ of, text }) => movers.get(of) ?? text);
    const signature = `${shape} ${values.map((value) => (typeof value === 'string' ? value : value.signature)).join(' ')}`;
    const last = spans.at(-1);
    if (last !== undefined && last.signature === signature && last.anchor.continuity === shown.anchor.continuity) {
      last.out = to;
      last.parts.push({ out: to, expression });
      last.clips = united(last.clips, shown.clips);
      last.unmodelled = [...new Set([...last.unmodelled, ...shown.unmodelled])];
      return;
    }
    const { anchor, clips, unmodelled } = shown;
    spans.push({
      in: from,
      out: to,
      shape,
      values,
      signature,
      anchor,
      clips,
      unmodelled,
      parts: [{ out: to, expression }],
    });
  }

  #digestOf(shape: string): Digest {
    let digest = this.#digests.get(shape);
    if (digest === undefined) {
      digest = this.#sha256(this.#prefix + shape);
      this.#digests.set(shape, digest);
    }
    return digest;
  }
}

/** A blade may leave two names for one picture: both are told. */
function united(a: readonly ClipUse[], b: readonly ClipUse[]): readonly ClipUse[] {
  const fresh = b.filter((use) => !a.some((known) => known.name === use.name && known.track === use.track));
  return fresh.length === 0 ? a : [...a, ...fresh];
}
