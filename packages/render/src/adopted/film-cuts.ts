import type { MediaInfo, Program } from '@patchwork/program';
import type { RenderContext } from '../run/context.ts';
import { mediaOf } from '../pictures/encode-missing.ts';

/** Pixels across of the pictures that are compared. */
const width = 64;
/** Mean difference of luma (0…255) from which a cut to another file is plain to see. */
const plain = 4;
/** From which one within a file is: its pictures are often alike, and a flat grade makes them more so. */
const plainWithin = 8;
/** A film may be graded flatter than its media: so much of the drawn difference must be seen in it. */
const leastShare = 0.35;

/** By how much more a picture must be like another one than like its own, as a correlation, to be taken for that one. */
const plainLikeness = 0.2;
/** The same for the middle of a dissolve, which is like both its sides. */
const plainMiddle = 0.1;
/** Below this variance of luma a picture is flat. */
const flatVariance = 4;
/** Longest transition that is looked at, in frames: what is longer is a shot. */
const longest = 300;

/** What a look at a film's cuts found. */
export interface CutCheck {
  /** Changes of picture: hard cuts to another file or to another place of the same one, and transitions. */
  readonly cuts: number;
  /** How many of them are transitions. */
  readonly transitions: number;
  /** Those whose pictures are too alike to tell. */
  readonly unseen: number;
  /** First frames of those at which the film shows no change. */
  readonly missing: readonly number[];
}

/**
 * Looks at every hard cut of a timeline, and at both ends of every transition, whether the film's picture changes there too:
 * where the two pictures of the timeline differ plainly, those of the film must. Over a transition things move as well:
 * there no end of the film may look like the other one of the timeline, nor the middle of a dissolve like one side alone.
 *
 * @throws PW_MEDIA_*
 */
export async function checkCuts(
  context: RenderContext,
  path: string,
  program: Program,
  media: readonly MediaInfo[],
): Promise<CutCheck> {
  const changes = changesOf(program);
  const missing: number[] = [];
  let unseen = 0;
  for (const [done, change] of changes.entries()) {
    context.signal.throwIfAborted();
    context.onProgress({ phase: 'prove', done, total: changes.length, unit: 'frames' });
    const places = [change.last, change.first, ...(change.middle === null ? [] : [change.middle])];
    const middle = change.middle === null ? null : program.pictureAt(change.middle);
    const sides = middle?.op === 'mix' ? [middle.from, middle.to] : [];
    const pictures = [...places.map((frame) => program.pictureAt(frame)), ...sides];
    const thumbnails = await context.workers().thumbnails(
      {
        items: [...places.map((frame) => ({ path, frame })), ...pictures.map((picture) => ({ picture }))],
        width,
        format: 'gray',
        media: mediaOf(pictures, media),
        canvas: program.canvas,
      },
      { signal: context.signal },
    );
    const seen = thumbnails.slice(0, places.length);
    const drawn = thumbnails.slice(places.length);
    const wanted = difference(drawn[0], drawn[1]);
    if (wanted < change.least) unseen += 1;
    else if (difference(seen[0], seen[1]) < wanted * leastShare) missing.push(change.frame);
    else if (isTransition(change) && isElsewhere(seen, drawn)) missing.push(change.frame);
  }
  return { cuts: changes.length, transitions: changes.filter(isTransition).length, unseen, missing };
}

/** Tells whether a transition's pictures look like those of another place of it. Both lists: last, first, middle; then sides. */
function isElsewhere(seen: readonly Uint8Array[], drawn: readonly Uint8Array[]): boolean {
  const excess = (frame: number, other: number): number =>
    likeness(seen[frame], drawn[other]) - likeness(seen[frame], drawn[frame]);
  if (excess(0, 1) > plainLikeness || excess(1, 0) > plainLikeness) return true;
  return seen.length > 2 && (excess(2, 3) > plainMiddle || excess(2, 4) > plainMiddle);
}

/** A place at which another picture follows, and from which difference on that is plain to see. */
interface Change {
  /** First frame of what follows, or of the transition. */
  readonly frame: number;
  /** The last frame before, and the first one behind. */
  readonly last: number;
  readonly first: number;
  /** The middle of a dissolve; null for all else. */
  readonly middle: number | null;
  readonly least: number;
}

function isTransition({ last, first }: Change): boolean {
  return first - last > 1;
}

/** Where a picture follows that does not go on from the one before, at once or over some frames. */
function changesOf(program: Program): readonly Change[] {
  const changes: Change[] = [];
  let last: number | null = null;
  for (const { in: first, out } of program.spans) {
    if (program.pictureAt(first).op !== 'source') continue;
    if (last !== null) changes.push(...changeBetween(program, last, first));
    last = out - 1;
  }
  return changes;
}

/** What happens from the last frame of a shot to the first one of the next that stands alone. */
function changeBetween(program: Program, last: number, first: number): readonly Change[] {
  const [before, after] = [program.pictureAt(last), program.pictureAt(first)];
  if (before.op !== 'source' || after.op !== 'source') return [];
  const isOther = before.media !== after.media;
  if (first === last + 1) {
    const cut = { frame: first, last, first, middle: null };
    if (isOther) return [{ ...cut, least: plain }];
    return isJump(program, first) ? [{ ...cut, least: plainWithin }] : [];
  }
  const between = Array.from({ length: first - last - 1 }, (_, i) => program.pictureAt(last + 1 + i));
  const isBridge = between.every(({ op }) => op === 'mix') || between.every(({ op }) => op === 'unmodelled');
  if (!isOther || !isBridge || between.length > longest) return [];
  const middle = between[0]?.op === 'mix' && between.length > 2 ? (last + first) >> 1 : null;
  return [{ frame: last + 1, last, first, middle, least: plain }];
}

/** Tells whether a file's frames do not go on at a place as they do on one of its sides, whatever the speed there. */
function isJump(program: Program, frame: number): boolean {
  const step = (at: number): number | null => {
    if (at < 1 || at >= program.frames) return null;
    const [before, after] = [program.pictureAt(at - 1), program.pictureAt(at)];
    return before.op === 'source' && after.op === 'source' && before.media === after.media
      ? after.frame - before.frame
      : null;
  };
  const steps = [step(frame - 1) ?? 1, step(frame + 1) ?? 1];
  const jump = step(frame) ?? 0;
  // A frame more or less is how a speed falls on whole frames.
  return jump < Math.min(...steps) - 1 || jump > Math.max(...steps) + 1;
}

function difference(a: Uint8Array = new Uint8Array(0), b: Uint8Array = new Uint8Array(0)): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return a.length === 0 ? 0 : sum / a.length;
}

/** How alike two pictures are whatever their brightness and contrast: their correlation. No number where one is flat: that says nothing. */
function likeness(a: Uint8Array = new Uint8Array(0), b: Uint8Array = new Uint8Array(0)): number {
  const mean = (of: Uint8Array): number => of.reduce((sum, value) => sum + value, 0) / Math.max(1, of.length);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const flat = flatVariance * a.length;
  return squaresA < flat || squaresB < flat ? Number.NaN : both / Math.sqrt(squaresA * squaresB);
}
