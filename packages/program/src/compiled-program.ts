import type { FrameRange } from '@patchwork/time';
import type { Canvas } from './canvas.ts';
import { joinKey } from './frame-key.ts';
import type { Picture } from './picture.ts';
import type { Anchor, Epoch, FrameKey, Program, Span, UnmodelledUse } from './program.ts';
import type { Mover } from './shown.ts';
import type { SoundProgram } from './sound.ts';
import type { CompiledSpan } from './spans.ts';

/** What a {@link CompiledProgram} is made of. Spans and epochs count from the timeline's start. */
export interface ProgramParts {
  readonly canvas: Canvas;
  /** Of the timeline's first frame. */
  readonly start: Program['start'];
  /** The part of the timeline that is the programme. */
  readonly window: FrameRange;
  readonly spans: readonly CompiledSpan[];
  /** Frames for which the first span's anchor map has been running before the window. */
  readonly before: number;
  readonly sound: SoundProgram;
  readonly soundUnmodelled: readonly UnmodelledUse[];
  readonly epochs: readonly Epoch[];
}

/** A programme as compiled. Its frames count from the window's start. */
export class CompiledProgram implements Program {
  readonly canvas: Canvas;
  readonly frames: number;
  readonly start: Program['start'];
  readonly spans: readonly Span[];
  readonly sound: SoundProgram;
  readonly unmodelled: readonly UnmodelledUse[];
  readonly #compiled: readonly CompiledSpan[];
  readonly #offset: number;
  readonly #epochs: readonly Epoch[];
  /** Index of the span asked for last: frames are mostly asked for in order. */
  #latest = 0;

  constructor(parts: ProgramParts) {
    const { window, spans, start } = parts;
    this.canvas = parts.canvas;
    this.frames = window.out - window.in;
    this.start = { frame: start.frame + window.in, dropFrame: start.dropFrame };
    this.sound = parts.sound;
    this.#compiled = spans;
    this.#offset = window.in;
    this.#epochs = parts.epochs;
    this.spans = publicSpans(spans, window.in, parts.before);
    this.unmodelled = [...unmodelledUses(this.spans, spans), ...parts.soundUnmodelled];
  }

  pictureAt(frame: number): Picture {
    const at = frame + this.#offset;
    const part = this.#spanAt(frame).parts.find(({ out }) => at < out);
    const shown = part?.expression.at(at, null) ?? null;
    if (shown === null) throw new TypeError('pictureAt: a completed picture cannot be nothing');
    return shown.picture;
  }

  frameKeyAt(frame: number): FrameKey {
    const { shape, values } = this.#spanAt(frame);
    const at = frame + this.#offset;
    const only = values[0];
    const key =
      only !== undefined && values.length === 1
        ? `${shape}:${textAt(only, at)}`
        : joinKey(
            shape,
            values.map((value) => textAt(value, at)),
          );
    return this.#epochs.length === 0 ? key : withEpochs(key, this.#epochs, at);
  }

  #spanAt(frame: number): CompiledSpan {
    const at = frame + this.#offset;
    const latest = this.#compiled[this.#latest];
    const isWhole = Number.isSafeInteger(frame);
    if (isWhole && latest !== undefined && latest.in <= at && at < latest.out) return latest;
    if (!isWhole || frame < 0 || frame >= this.frames) {
      throw new TypeError(`frame ${frame} is not a whole number in [0, ${this.frames})`);
    }
    let low = 0;
    let high = this.#compiled.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#compiled[middle]?.out ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    const found = this.#compiled[low];
    if (found === undefined) throw new TypeError('a programme without spans has no frames');
    this.#latest = low;
    return found;
  }
}

function textAt(value: Mover | string, frame: number): string {
  return typeof value === 'string' ? value : value.at(frame);
}

/** Every epoch that holds the frame enters its key, in order of their numbers. */
function withEpochs(key: FrameKey, epochs: readonly Epoch[], frame: number): FrameKey {
  const holding = epochs.filter(({ range }) => range.in <= frame && frame < range.out).map(({ number }) => number);
  if (holding.length === 0) return key;
  return `${key}!${[...new Set(holding)].toSorted((a, b) => a - b).join('!')}`;
}

function publicSpans(spans: readonly CompiledSpan[], offset: number, before: number): readonly Span[] {
  const result: Span[] = [];
  let continuity: string | null = null;
  let count = before;
  for (const span of spans) {
    if (span.anchor.continuity !== continuity && continuity !== null) count = 0;
    continuity = span.anchor.continuity;
    if (span.anchor.countAt !== null) count = span.anchor.countAt(span.in);
    const anchor: Anchor = { continuity, count };
    result.push({ in: span.in - offset, out: span.out - offset, anchor, shape: span.shape, clips: span.clips });
    count += span.out - span.in;
  }
  return result;
}

/** Neighbouring spans with one label are one use. */
function unmodelledUses(spans: readonly Span[], compiled: readonly CompiledSpan[]): readonly UnmodelledUse[] {
  const uses: { label: string; range: { in: number; out: number } }[] = [];
  const open = new Map<string, { label: string; range: { in: number; out: number } }>();
  for (const [index, span] of spans.entries()) {
    const labels = compiled[index]?.unmodelled ?? [];
    if (labels.length === 0) continue;
    for (const label of new Set(labels)) {
      const last = open.get(label);
      if (last !== undefined && last.range.out === span.in) {
        last.range.out = span.out;
        continue;
      }
      const use = { label, range: { in: span.in, out: span.out } };
      open.set(label, use);
      uses.push(use);
    }
  }
  return uses;
}
