import { type Shown, shownOver, type Trace } from './shown.ts';

/** What a layer shows, as a function of the record frame of its composition. */
export interface Expression {
  /**
   * Over a run of frames with one class the picture keeps its shape, opacity and anchor, only moving values differ. Null
   * where there is one class for all frames.
   */
  readonly classAt: ((frame: number) => string) | null;
  /** What shows at a frame; null for nothing. Moving values are noted in the trace, when there is one. */
  at(frame: number, trace: Trace | null): Shown | null;
}

/** The classes of several expressions together. */
export function classesOf(parts: readonly (((frame: number) => string) | null)[]): Expression['classAt'] {
  const moving = parts.filter((part) => part !== null);
  const [only] = moving;
  if (only === undefined) return null;
  return moving.length === 1 ? only : (frame) => moving.map((classAt) => classAt(frame)).join('');
}

/** Layers over each other, the lowest first. */
export function over(layers: readonly Expression[]): Expression {
  const [only] = layers;
  if (only !== undefined && layers.length === 1) return only;
  return {
    classAt: classesOf(layers.map((layer) => layer.classAt)),
    at: (frame, trace) => {
      const seen: Shown[] = [];
      // From the top, so that a layer which cannot be seen is never asked: its media may even be missing.
      for (let i = layers.length - 1; i >= 0; i -= 1) {
        const shown = layers[i]?.at(frame, trace) ?? null;
        if (shown !== null) seen.push(shown);
        if (shown?.opaque === true) break;
      }
      return shownOver(seen);
    },
  };
}

/** A picture changed by something that we cannot draw. */
export function unmodelled(input: Expression, label: string, content: string): Expression {
  return {
    classAt: input.classAt,
    at: (frame, trace) => {
      const shown = input.at(frame, trace);
      if (shown === null) return null;
      return {
        ...shown,
        picture: { op: 'unmodelled', input: shown.picture, label, content },
        opaque: false,
        unmodelled: [...shown.unmodelled, label],
      };
    },
  };
}
