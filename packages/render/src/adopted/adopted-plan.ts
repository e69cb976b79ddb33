import type { FrameKey } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';

/** Frames by what they show. */
export interface KeyedFrames {
  readonly frames: number;
  frameKeyAt(frame: number): FrameKey;
}

/** Where a film can be cut, in frames of it as they are shown. */
export interface CutPlaces {
  /** For each frame, and for the end, 1 where kept pictures may stop. */
  readonly closed: ArrayLike<number>;
  /** Frames at which kept pictures may begin behind others, ascending. */
  readonly starts: readonly number[];
}

/** A stretch of a new version: frames of the film as they are, from `from` on, or frames that it does not hold. */
export type Stretch =
  | { readonly kind: 'kept'; readonly range: FrameRange; readonly from: number }
  | { readonly kind: 'fresh'; readonly range: FrameRange };

/** What is not kept, whatever it shows, and where pictures may stand. */
export interface StretchOptions {
  /** Frames of the new version that are to be rendered. */
  readonly isForced: (frame: number) => boolean;
  /** Frames of the film that are damaged. */
  readonly isLost: (frame: number) => boolean;
  /** False keeps pictures only where they stand, so that all else of the film can stay as it is. */
  readonly mayMove: boolean;
}

/** Places that are tried for one frame at most: black can stand everywhere. */
const mostCandidates = 32;

/**
 * Divides a new version into runs of the film that show what it wants, wherever they stood, and the rest. A run begins where
 * decoding can begin and ends where everything decoded is shown; it goes on for as long as it shows what is wanted. Linear in
 * frames.
 *
 *     film   |IDR . . . . |IDR . . . . |IDR . . . . |     wanted: the tail of the first GOP trimmed
 *     new    |IDR . .|f|f |IDR . . . . |IDR . . . . |     its head is kept
 */
export function adoptedStretches(
  film: KeyedFrames,
  places: CutPlaces,
  wanted: KeyedFrames,
  options: StretchOptions,
): readonly Stretch[] {
  const starts = new Set(places.starts);
  const byKey = new Map<FrameKey, number[]>();
  for (const start of options.mayMove ? places.starts : []) {
    if (start >= film.frames) continue;
    const key = film.frameKeyAt(start);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [start]);
    else known.push(start);
  }
  const filmRuns = stillRuns(film, options.isLost);
  const wantedRuns = stillRuns(wanted, options.isForced);
  const stops = lastStops(places.closed, film.frames);
  const stretches: Stretch[] = [];
  let last: { readonly from: number; readonly at: number } | null = null;
  for (let frame = 0; frame < wanted.frames;) {
    const run = runAt(frame);
    const before = stretches.at(-1);
    if (run !== null) {
      last = { from: run.from, at: frame };
      stretches.push({ kind: 'kept', range: { in: frame, out: frame + run.frames }, from: run.from });
      frame += run.frames;
    } else {
      const start = before?.kind === 'fresh' ? before.range.in : frame;
      if (before?.kind === 'fresh') stretches.pop();
      frame += 1;
      stretches.push({ kind: 'fresh', range: { in: start, out: frame } });
    }
  }
  return stretches;

  /** The longest run that may begin here; of equal ones the one that moves least. */
  function runAt(frame: number): { readonly from: number; readonly frames: number } | null {
    const shifted = last === null ? frame : frame - last.at + last.from;
    const others = byKey.get(wanted.frameKeyAt(frame)) ?? [];
    const near = [shifted, frame].filter((from) => starts.has(from) && (options.mayMove || from === frame));
    const candidates = new Set([...(frame === 0 ? [0] : []), ...near, ...others.slice(0, mostCandidates)]);
    let best: { readonly from: number; readonly frames: number } | null = null;
    for (const from of candidates) {
      const frames = lengthOf(from, frame);
      if (frames > (best?.frames ?? 0)) best = { from, frames };
    }
    return best;
  }

  function lengthOf(from: number, frame: number): number {
    let length = 0;
    for (;;) {
      const [old, now] = [from + length, frame + length];
      const same = Math.min((filmRuns[old] ?? old) - old, (wantedRuns[now] ?? now) - now);
      if (same <= 0 || film.frameKeyAt(old) !== wanted.frameKeyAt(now)) break;
      length += same;
    }
    return Math.max(0, (stops[from + length] ?? 0) - from);
  }
}

/** For each frame, where what it shows ends; the frame itself where it is barred. A still picture is passed in one step. */
function stillRuns(film: KeyedFrames, isBarred: (frame: number) => boolean): Int32Array {
  const ends = new Int32Array(film.frames);
  let next: FrameKey | null = null;
  for (let frame = film.frames - 1; frame >= 0; frame--) {
    const key: FrameKey | null = isBarred(frame) ? null : film.frameKeyAt(frame);
    if (key === null) ends[frame] = frame;
    else ends[frame] = key === next ? (ends[frame + 1] ?? frame) : frame + 1;
    next = key;
  }
  return ends;
}

/** For each frame, and for the end, the last place up to it where kept pictures may stop; 0 where there is none. */
function lastStops(closed: ArrayLike<number>, frames: number): Int32Array {
  const stops = new Int32Array(frames + 1);
  for (let frame = 1; frame <= frames; frame++) stops[frame] = closed[frame] === 1 ? frame : (stops[frame - 1] ?? 0);
  return stops;
}

/**
 * Joins single frames of a long-GOP codec with their neighbours, fresh ones as well as kept ones: two pictures that both
 * begin decoding and stand side by side may be taken for one. A single fresh frame takes the pictures before it up to the
 * last place where those may stop, else the ones behind it.
 */
export function withoutSingles(stretches: readonly Stretch[], places: CutPlaces): readonly Stretch[] {
  if (stretches.length < 2) return stretches;
  const joined: Stretch[] = [];
  for (const stretch of stretches) {
    if (stretch.kind === 'fresh' || lengthOf(stretch) === 1) addFresh(stretch.range);
    else {
      widenBack();
      const last = joined.at(-1);
      if (last !== undefined && isSingle(last)) addAll(laterHalves(stretch, places.starts));
      else joined.push(stretch);
    }
  }
  widenBack();
  return joined;

  function addAll(parts: readonly Stretch[]): void {
    for (const part of parts) {
      if (part.kind === 'fresh') addFresh(part.range);
      else joined.push(part);
    }
  }

  function addFresh(range: FrameRange): void {
    const last = joined.at(-1);
    if (last?.kind !== 'fresh') joined.push({ kind: 'fresh', range });
    else joined[joined.length - 1] = { kind: 'fresh', range: { in: last.range.in, out: range.out } };
  }

  /** Gives a single fresh frame at the end of the list the last pictures of the run before it. */
  function widenBack(): void {
    const last = joined.at(-1);
    const before = joined.at(-2);
    if (last === undefined || !isSingle(last) || before?.kind !== 'kept') return;
    joined.splice(-2);
    let length = lengthOf(before) - 1;
    while (length > 0 && places.closed[before.from + length] !== 1) length -= 1;
    // A single kept frame is none.
    if (length < 2) length = 0;
    const cut = before.range.in + length;
    if (length > 0) joined.push({ ...before, range: { in: before.range.in, out: cut } });
    addFresh({ in: cut, out: last.range.out });
  }
}

function isSingle({ kind, range }: Stretch): boolean {
  return kind === 'fresh' && range.out - range.in === 1;
}

function lengthOf({ range }: Stretch): number {
  return range.out - range.in;
}

/** A run from its second place on; all fresh where there is none. */
function laterHalves(run: Stretch & { readonly kind: 'kept' }, starts: readonly number[]): readonly Stretch[] {
  const { range, from } = run;
  const next = starts.find((start) => start > from && start - from <= lengthOf(run) - 2);
  if (next === undefined) return [{ kind: 'fresh', range }];
  const cut = range.in + next - from;
  return [
    { kind: 'fresh', range: { in: range.in, out: cut } },
    { kind: 'kept', range: { in: cut, out: range.out }, from: next },
  ];
}
