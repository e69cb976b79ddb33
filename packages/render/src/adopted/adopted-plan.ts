import type { EncodedChunk } from '@patchwork/plan';
import type { FrameKey } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';

/** Frames by what they show. */
export interface KeyedFrames {
  readonly frames: number;
  frameKeyAt(frame: number): FrameKey;
}

/** A stretch of a new version: a piece of the film as it is, or frames that it does not hold. */
export type Stretch =
  | { readonly kind: 'kept'; readonly range: FrameRange; readonly chunk: number }
  | { readonly kind: 'fresh'; readonly range: FrameRange };

/** What is not kept, whatever it shows, and where pieces may stand. */
export interface StretchOptions {
  /** Frames of the new version that are to be rendered. */
  readonly isForced: (frame: number) => boolean;
  /** Pieces of the film that are damaged, by their place. */
  readonly lost: ReadonlySet<number>;
  /** False keeps pieces only where they stand, so that all else of the film can stay as it is. */
  readonly mayMove: boolean;
}

/**
 * Divides a new version into pieces of the film that show what it wants, wherever they stood, and the rest. A piece is kept
 * whole or not at all: it can be cut nowhere else. Kept in film order where that goes on; linear in frames.
 *
 *     film   | 0     | 1     | 2     |          wanted: the tail of piece 0 trimmed
 *     new    | fresh | 1     | 2     |
 */
export function adoptedStretches(
  film: KeyedFrames,
  chunks: readonly Pick<EncodedChunk, 'order'>[],
  wanted: KeyedFrames,
  options: StretchOptions,
): readonly Stretch[] {
  const starts: number[] = [];
  const byKey = new Map<FrameKey, number[]>();
  let at = 0;
  chunks.forEach(({ order }, index) => {
    starts.push(at);
    const key = film.frameKeyAt(at);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [index]);
    else known.push(index);
    at += order.length;
  });
  const fits = (index: number, frame: number): boolean => {
    const start = starts[index];
    const length = chunks[index]?.order.length ?? 0;
    if (start === undefined || length === 0 || frame + length > wanted.frames) return false;
    if (options.lost.has(index) || (!options.mayMove && start !== frame)) return false;
    for (let i = 0; i < length; i++) {
      if (options.isForced(frame + i) || film.frameKeyAt(start + i) !== wanted.frameKeyAt(frame + i)) return false;
    }
    return true;
  };
  const stretches: Stretch[] = [];
  let last = -1;
  for (let frame = 0; frame < wanted.frames;) {
    const candidates = [last + 1, ...(byKey.get(wanted.frameKeyAt(frame)) ?? [])];
    const chunk = candidates.find((index) => fits(index, frame));
    const length = chunk === undefined ? 1 : (chunks[chunk]?.order.length ?? 1);
    const before = stretches.at(-1);
    if (chunk !== undefined) {
      stretches.push({ kind: 'kept', range: { in: frame, out: frame + length }, chunk });
      last = chunk;
    } else if (before?.kind === 'fresh') {
      stretches[stretches.length - 1] = { kind: 'fresh', range: { in: before.range.in, out: frame + 1 } };
    } else stretches.push({ kind: 'fresh', range: { in: frame, out: frame + 1 } });
    frame += length;
  }
  return stretches;
}

/**
 * Joins a single fresh frame of a long-GOP codec with the kept piece behind it (else before it): two pictures that both
 * begin decoding and stand side by side may be taken for one.
 */
export function withoutSingles(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of stretches) {
    const before = joined.at(-1);
    const isSingle = before?.kind === 'fresh' && before.range.out - before.range.in === 1;
    if (before !== undefined && (isSingle || (stretch.kind === 'fresh' && before.kind === 'fresh'))) {
      joined[joined.length - 1] = { kind: 'fresh', range: { in: before.range.in, out: stretch.range.out } };
    } else joined.push(stretch);
  }
  const last = joined.at(-1);
  const previous = joined.at(-2);
  if (last?.kind !== 'fresh' || last.range.out - last.range.in > 1 || previous === undefined) return joined;
  return [...joined.slice(0, -2), { kind: 'fresh', range: { in: previous.range.in, out: last.range.out } }];
}
