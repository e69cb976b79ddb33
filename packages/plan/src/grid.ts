import type { Program } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';

/** A maximal run of frames over which the anchor's time map runs on: what an editor calls one shot. */
interface Shot extends FrameRange {
  readonly continuity: string;
  /** Where the anchor count crosses a multiple of G, exclusive of the shot's own edges. */
  readonly inner: readonly number[];
}

/**
 * Cuts a programme into chunks whose boundaries follow from content alone (SPEC, "Grid"), so that an edit moves no
 * boundary further than one chunk from the frames it changed. The chunks cover [0, program.frames) once; each has at most
 * `gop` + 1 frames and, where the programme has two frames, at least two. `gop` 1 (intra codecs): every frame for itself.
 *
 * Linear in frames ÷ gop plus spans.
 *
 * @throws TypeError when `gop` is no positive integer.
 */
export function chunkGrid(program: Program, gop: number): FrameRange[] {
  if (!Number.isSafeInteger(gop) || gop < 1) throw new TypeError(`chunkGrid: gop ${gop} is not a positive integer`);
  if (gop === 1) return Array.from({ length: program.frames }, (_, frame) => ({ in: frame, out: frame + 1 }));
  const starts = new Boundaries(gop);
  const shots = shotsOf(program, gop);
  for (let i = 0; i < shots.length;) {
    const run = loneRunLength(shots, i);
    if (run > 0) {
      cutLoneRun(starts, program, shots, i, run);
      i += run;
    } else {
      cutShot(starts, shots[i] as Shot);
      i += 1;
    }
  }
  return starts.chunks(program.frames);
}

/** Collects chunk starts in order, and knows how to let a single frame join its neighbour. */
class Boundaries {
  readonly #starts: number[] = [];
  readonly #gop: number;
  /** A single frame that waits for the next piece to join, or null. */
  #waiting: number | null = null;

  constructor(gop: number) {
    this.#gop = gop;
  }

  get longest(): number {
    return this.#gop + 1;
  }

  /** Adds the piece [start, end) of at least two frames. */
  add(start: number, end: number): void {
    if (this.#waiting === null) {
      this.#starts.push(start);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#starts.push(waiting);
    // | 1 | G + 1 |  ->  | 2 | G |: a join that would be too long takes one frame only.
    if (end - waiting > this.longest) this.#starts.push(start + 1);
  }

  /** Lets the single frame join whatever piece comes next. */
  joinNext(frame: number): void {
    this.#waiting = frame;
  }

  /** Closes the list: a single last frame has no next piece and joins the one before it. */
  chunks(frames: number): FrameRange[] {
    const last = this.#starts.at(-1);
    if (this.#waiting !== null) {
      // | … G + 1 | 1 |  ->  | … G | 2 |
      if (last === undefined) this.#starts.push(this.#waiting);
      else if (frames - last > this.longest) this.#starts.push(this.#waiting - 1);
    }
    return this.#starts.map((start, i) => ({ in: start, out: this.#starts[i + 1] ?? frames }));
  }
}

function shotsOf(program: Program, gop: number): Shot[] {
  const shots: { in: number; out: number; continuity: string; inner: number[] }[] = [];
  let nextCount = 0;
  for (const span of program.spans) {
    if (span.out <= span.in) continue;
    const { continuity, count } = span.anchor;
    const last = shots.at(-1);
    const runsOn = last !== undefined && last.continuity === continuity;
    const shot = runsOn ? last : { in: span.in, out: span.out, continuity, inner: [] };
    if (!runsOn) shots.push(shot);
    else if (Math.floor((nextCount - 1) / gop) !== Math.floor(count / gop)) shot.inner.push(span.in);
    shot.out = span.out;
    const firstMultiple = (Math.floor(count / gop) + 1) * gop;
    for (let frame = span.in + firstMultiple - count; frame < span.out; frame += gop) shot.inner.push(frame);
    nextCount = count + (span.out - span.in);
  }
  return shots;
}

/** A shot of two frames or more: single pieces at its ends join their neighbours in the shot. */
function cutShot(starts: Boundaries, shot: Shot): void {
  const cuts = [shot.in, ...shot.inner, shot.out];
  // Only the first and the last piece can be single: the others are G long.
  if (cuts.length > 2 && (cuts[1] as number) - shot.in === 1) cuts.splice(1, 1);
  if (cuts.length > 2 && shot.out - (cuts.at(-2) as number) === 1) {
    const before = cuts.at(-3) as number;
    // | 1 + G | 1 |  ->  | G | 2 |: both ends of the shot are single, and together they would be too long.
    if (shot.out - before > starts.longest) cuts.splice(-2, 1, shot.out - 2);
    else cuts.splice(-2, 1);
  }
  for (let i = 0; i + 1 < cuts.length; i += 1) starts.add(cuts[i] as number, cuts[i + 1] as number);
}

/** How many one-frame shots follow each other from `first` on. */
function loneRunLength(shots: readonly Shot[], first: number): number {
  let length = 0;
  for (let shot = shots[first]; shot !== undefined && shot.out - shot.in === 1; shot = shots[first + length])
    length += 1;
  return length;
}

/**
 * A run of one-frame shots. Pairing them from the left would let one inserted frame re-pair the whole montage, so the
 * boundaries stand at local minima of a hash of the pictures: what surrounds a shot decides, not how many came before.
 */
function cutLoneRun(starts: Boundaries, program: Program, shots: readonly Shot[], first: number, length: number): void {
  const start = (shots[first] as Shot).in;
  if (length === 1) {
    starts.joinNext(start);
    return;
  }
  const ranks = Array.from({ length }, (_, i) => rankOf(program.frameKeyAt(start + i)));
  const isBelow = (a: number, b: number): boolean => (ranks[a] as number) < (ranks[b] as number);
  let open = 0;
  for (let i = 2; i <= length - 2; i += 1) {
    if (!(isBelow(i, i - 1) && isBelow(i, i + 1))) continue;
    cutByLength(starts, start + open, start + i);
    open = i;
  }
  cutByLength(starts, start + open, start + length);
}

/** Cuts what lies between two minima, seldom longer than a chunk: G frames each, a single last frame stays with its piece. */
function cutByLength(starts: Boundaries, start: number, end: number): void {
  let open = start;
  while (end - open > starts.longest) {
    starts.add(open, open + starts.longest - 1);
    open += starts.longest - 1;
  }
  starts.add(open, end);
}

/** FNV-1a with a final mix. Spreads keys that share a long head; need not resist anybody. */
function rankOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
