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

/** What a look at a film's cuts found. */
export interface CutCheck {
  /** Frames at which the timeline cuts to another file, or to another place of the same one. */
  readonly cuts: number;
  /** Those whose two pictures are too alike to tell. */
  readonly unseen: number;
  /** Those at which the film shows no change. */
  readonly missing: readonly number[];
}

/**
 * Looks at every hard cut of a timeline whether a film cuts there too: where the two pictures of the timeline differ
 * plainly, those of the film must.
 *
 * @throws PW_MEDIA_*
 */
export async function checkCuts(
  context: RenderContext,
  path: string,
  program: Program,
  media: readonly MediaInfo[],
): Promise<CutCheck> {
  const cuts = hardCuts(program);
  const missing: number[] = [];
  let unseen = 0;
  for (const [done, { frame: cut, least }] of cuts.entries()) {
    context.signal.throwIfAborted();
    context.onProgress({ phase: 'prove', done, total: cuts.length, unit: 'frames' });
    const pictures = [program.pictureAt(cut - 1), program.pictureAt(cut)];
    const [drawnBefore, drawn, before, after] = await context.workers().thumbnails(
      {
        items: [...pictures.map((picture) => ({ picture })), { path, frame: cut - 1 }, { path, frame: cut }],
        width,
        format: 'gray',
        media: mediaOf(pictures, media),
        canvas: program.canvas,
      },
      { signal: context.signal },
    );
    const wanted = difference(drawnBefore, drawn);
    if (wanted < least) unseen += 1;
    else if (difference(before, after) < wanted * leastShare) missing.push(cut);
  }
  return { cuts: cuts.length, unseen, missing };
}

/** A frame at which another picture follows, and from which difference on that is plain to see. */
interface HardCut {
  readonly frame: number;
  readonly least: number;
}

/** Frames at which a picture follows that does not go on from the one before, without a transition. */
function hardCuts(program: Program): readonly HardCut[] {
  return program.spans.flatMap(({ in: frame }): readonly HardCut[] => {
    if (frame === 0) return [];
    const before = program.pictureAt(frame - 1);
    const after = program.pictureAt(frame);
    if (before.op !== 'source' || after.op !== 'source') return [];
    if (before.media !== after.media) return [{ frame, least: plain }];
    return isJump(program, frame) ? [{ frame, least: plainWithin }] : [];
  });
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
