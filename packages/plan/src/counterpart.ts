import type { ClipUse, Program, Span } from '@patchwork/program';
import { sourceOf } from './picture-layer.ts';
import { spanAt } from './span-search.ts';

/** The old frame that a new one is best compared with. */
export interface Counterpart {
  readonly span: Span;
  /** Null where the file was used before, but not at this place in it. */
  readonly frame: number | null;
  /** Whether the file runs at another speed in the two spans. */
  readonly isRetimed: boolean;
}

/**
 * Prepares the search for old frames: the same record frame where it shows the same file at the same place; else, after a
 * ripple, the nearest old use of the same place in the file; else the same record frame with the same file; else any use
 * of the file. A file is the same when its path or its content is.
 */
export function counterparts(previous: Program, next: Program, shift: number): (frame: number) => Counterpart | null {
  const uses = usesByMedia(previous);
  const speeds = new Map<Span, number | null>();
  const speedOf = (program: Program, span: Span): number | null => {
    const known = speeds.get(span);
    if (known !== undefined) return known;
    const speed = measureSpeed(program, span);
    speeds.set(span, speed);
    return speed;
  };
  // Frames are asked for in runs: the last answer spares a search through all uses of a file.
  let last: { span: Span; old: Span } | null = null;
  return (frame) => {
    const span = spanAt(next, frame);
    const runsOn = last !== null && last.span === span ? last.old : null;
    const found = findOld(previous, next, shift, uses, frame, span, runsOn);
    last = found === null ? null : { span, old: found.span };
    if (found === null) return null;
    const [before, after] = [speedOf(previous, found.span), speedOf(next, span)];
    return { ...found, isRetimed: before !== null && after !== null && before !== after };
  };
}

function findOld(
  previous: Program,
  next: Program,
  shift: number,
  uses: ReadonlyMap<string, readonly Span[]>,
  frame: number,
  span: Span,
  runsOn: Span | null,
): { span: Span; frame: number | null } | null {
  const anchor = anchorUse(next, span, frame);
  const count = span.anchor.count + frame - span.in;
  const here = frame + shift;
  const hereSpan = here >= 0 && here < previous.frames ? spanAt(previous, here) : null;
  const isHere = hereSpan !== null && (sharesFile(hereSpan, anchor) || anchor === null);
  const isReplaced =
    hereSpan !== null &&
    !isHere &&
    hereSpan.clips.some(({ name, track }) => name === anchor?.name && track === anchor.track);
  if (hereSpan !== null && isHere && countAt(hereSpan, here) === count) return { span: hereSpan, frame: here };
  if (runsOn !== null && sharesFile(runsOn, anchor) && hasCount(runsOn, count)) {
    return { span: runsOn, frame: runsOn.in + count - runsOn.anchor.count };
  }
  const old = anchor === null ? [] : mediaNames(anchor).flatMap((name) => uses.get(name) ?? []);
  const same = nearest(
    old.filter((other) => hasCount(other, count)),
    here,
  );
  if (same !== null) return { span: same, frame: same.in + count - same.anchor.count };
  if (hereSpan !== null && isHere) return { span: hereSpan, frame: here };
  const any = nearest(old, here);
  // Neither path nor content is known, but the clip of this name stands here: another file was put under it.
  if (any === null && isReplaced) return { span: hereSpan, frame: here };
  return any === null ? null : { span: any, frame: null };
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

/** The clip that anchors a frame: the one whose file the picture is recognised by; else the lowest. */
function anchorUse(program: Program, span: Span, frame: number): ClipUse | null {
  if (span.clips.length <= 1) return span.clips[0] ?? null;
  const media = sourceOf(program.pictureAt(frame))?.media;
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
