import type { Rate } from '@patchwork/time';

/** How the pictures of a movie move. */
export interface PictureMove {
  readonly rate: Rate;
  /** Frames of the new movie. */
  readonly frames: number;
  /** Where a picture stands now; null where it is gone, or where that is not sure. */
  readonly frameAt: (frame: number) => number | null;
}

/**
 * Moves a time with its picture: what it is beside the picture's own time stays, rounded to a tick. Null where the picture
 * is gone.
 */
export function movedTick(
  tick: bigint,
  timescale: number,
  rate: Rate,
  frameAt: (frame: number) => number | null,
): bigint | null {
  const perFrame = BigInt(rate.den) * BigInt(timescale);
  const at = tick * BigInt(rate.num);
  const frame = (2n * at + perFrame) / (2n * perFrame);
  const now = frameAt(Number(frame));
  if (now === null) return null;
  const moved = at + (BigInt(now) - frame) * perFrame;
  return moved <= 0n ? 0n : (2n * moved + BigInt(rate.num)) / (2n * BigInt(rate.num));
}
