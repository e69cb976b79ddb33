import type { ClipUse, Program, Span } from '@patchwork/program';
import { sourceOf } from './picture-layer.ts';
import { spanFinder } from './span-search.ts';

/** A stretch of new frames, each with the old one that it is best compared with. */
export interface Counterpart {
  /** The span that the stretch lies in, and the stretch's first frame and the one after its last. */
  readonly newSpan: Span;
  readonly in: number;
  readonly out: number;
  readonly oldSpan: Span;
  /** Added to a new frame gives the old one; null where the file was used before, but not at this place in it. */
  readonly offset: number | null;
  /** Whether the file runs at another speed in the two spans. */
  readonly isRetimed: boolean;
}

/** A stretch that descends from nothing. */
export interface Novelty {
  readonly newSpan: Span;
  readonly in: number;
  readonly out: number;
  readonly oldSpan: null;
}

/**
 * Prepares the search for old frames: the same record frame where it shows the same file at the same place; else, after a
 * ripple, the nearest old use of the same place in the file; else the same record frame with the same file; else any use
 * of the file. A file is the same when its path or its content is.
 */
export function counterparts(
  previous: Program,
  next: Program,
  shift: number,
): (frame: number) => Counterpart | Novelty {
  const uses = usesByMedia(previous);
  const [oldSpanAt, newSpanAt] = [spanFinder(previous), spanFinder(next)];
  const speedOf = remembered((span: Span, program: Program) => measureSpeed(program, span));
  const anchorOf = remembered((span: Span) => anchorUse(next, span));
  // Frames are asked for in runs: one answer holds for a stretch.
  let last: Counterpart | Novelty | null = null;
  return (frame) => {
    if (last !== null && frame >= last.in && frame < last.out) return last;
    const newSpan = newSpanAt(frame);
    const here = frame + shift;
    const hereSpan = here >= 0 && here < previous.frames ? oldSpanAt(here) : null;
    const found = findOld(
      uses,
      { span: newSpan, frame, anchor: anchorOf(newSpan, next) },
      { span: hereSpan, frame: here },
    );
    const hereEnd = hereSpan === null ? (here < 0 ? -shift : newSpan.out) : hereSpan.out - shift;
    if (found === null) {
      last = { newSpan, in: frame, out: Math.min(newSpan.out, hereEnd), oldSpan: null };
      return last;
    }
    const offset = found.frame === null ? null : found.frame - frame;
    const foundEnd = offset === null ? newSpan.out : found.span.out - offset;
    const [before, after] = [speedOf(found.span, previous), speedOf(newSpan, next)];
    last = {
      newSpan,
      in: frame,
      out: Math.min(newSpan.out, hereEnd, foundEnd),
      oldSpan: found.span,
      offset,
      isRetimed: before !== null && after !== null && before !== after,
    };
    return last;
  };
}

function remembered<T>(find: (span: Span, program: Program) => T): (span: Span, program: Program) => T {
  const known = new Map<Span, T>();
  return (span, program) => {
    if (!known.has(span)) known.set(span, find(span, program));
    return known.get(span) as T;
  };
}

interface NewPlace {
  readonly span: Span;
  readonly frame: number;
  readonly anchor: ClipUse | null;
}

interface OldPlace {
  readonly span: Span | null;
  readonly frame: number;
}

function findOld(
  uses: ReadonlyMap<string, readonly Span[]>,
  { span, frame, anchor }: NewPlace,
  here: OldPlace,
): { span: Span; frame: number | null } | null {
  const count = countAt(span, frame);
  const isHere = here.span !== null && (anchor === null || sharesFile(here.span, anchor));
  if (here.span !== null && isHere && countAt(here.span, here.frame) === count)
    return { span: here.span, frame: here.frame };
  const old = anchor === null ? [] : mediaNames(anchor).flatMap((name) => uses.get(name) ?? []);
  const same = nearest(
    old.filter((other) => hasCount(other, count)),
    here.frame,
  );
  if (same !== null) return { span: same, frame: same.in + count - same.anchor.count };
  if (here.span !== null && isHere) return { span: here.span, frame: here.frame };
  const any = nearest(old, here.frame);
  if (any !== null) return { span: any, frame: null };
  // Neither path nor content is known, but the clip of this name stands here: another file was put under it.
  const isReplaced =
    here.span?.clips.some(({ name, track }) => name === anchor?.name && track === anchor.track) ?? false;
  return here.span !== null && isReplaced ? { span: here.span, frame: here.frame } : null;
}

function usesByMedia(program: Program): Map<string, Span[]> {
  const uses = new Map<string, Span[]>();
  for (const span of program.spans) {
    for (const name of new Set(span.clips.flatMap(mediaNames))) {
      const list = uses.get(name);
      if (list === undefined) uses.set(name, [span]);
      else list.push(span);
    }
  }
  return uses;
}

function mediaNames(use: ClipUse): string[] {
  return [use.media, use.identity].filter((name) => name !== null);
}

/** The clip that anchors a span: the one whose file its first picture is recognised by; else the lowest. */
function anchorUse(program: Program, span: Span): ClipUse | null {
  if (span.clips.length <= 1) return span.clips[0] ?? null;
  const media = sourceOf(program.pictureAt(span.in))?.media;
  return span.clips.find((use) => use.identity === media) ?? span.clips.at(-1) ?? null;
}

function sharesFile(span: Span, use: ClipUse | null): boolean {
  if (use === null) return false;
  const names = mediaNames(use);
  return span.clips.some((other) => mediaNames(other).some((name) => names.includes(name)));
}

function countAt(span: Span, frame: number): number {
  return span.anchor.count + frame - span.in;
}

function hasCount(span: Span, count: number): boolean {
  return count >= span.anchor.count && count < countAt(span, span.out);
}

function nearest(spans: readonly Span[], frame: number): Span | null {
  let best: Span | null = null;
  let distance = Infinity;
  for (const span of spans) {
    const gap = Math.max(span.in - frame, frame - span.out + 1, 0);
    if (gap < distance) [best, distance] = [span, gap];
  }
  return best;
}

/** Source frames per record frame over a span, in 1/16; null where a span is too short to tell or shows no file. */
function measureSpeed(program: Program, span: Span): number | null {
  const length = span.out - span.in;
  if (length < 8) return null;
  const [first, last] = [sourceOf(program.pictureAt(span.in)), sourceOf(program.pictureAt(span.out - 1))];
  if (first === null || last === null || first.media !== last.media) return null;
  return Math.round((16 * (last.frame - first.frame)) / (length - 1));
}
