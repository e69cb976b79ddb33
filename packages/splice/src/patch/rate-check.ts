import type { Rate } from '@patchwork/time';

/** A decoder's buffer that is filled at a constant rate and emptied a picture at a time. */
export interface BufferModel {
  readonly bitsPerSecond: number;
  readonly bufferBits: number;
  /** Bits in the buffer when the first picture is taken out. Default: a full buffer. */
  readonly startBits?: number;
}

/** Where an assembly of chunks asks for more than the buffer holds. */
export interface BufferReport {
  /** Pictures, in decoding order, that are not whole in the buffer when their time comes. */
  readonly underflows: readonly number[];
  /** The emptiest the buffer gets, as a share of its size; negative when it underflows. */
  readonly lowest: number;
}

/**
 * Runs the sizes of an assembled stream through a leaky bucket. Chunks are encoded each for itself, so a limit on the
 * bit rate (`maxrate`) holds within a chunk and must be looked at over the whole; nothing is encoded again for it.
 *
 * @param sizes bytes of each picture, in decoding order
 */
export function checkBuffer(sizes: Iterable<number>, rate: Rate, model: BufferModel): BufferReport {
  const perFrame = (model.bitsPerSecond * rate.den) / rate.num;
  let fullness = model.startBits ?? model.bufferBits;
  let lowest = fullness;
  const underflows: number[] = [];
  let picture = 0;
  for (const size of sizes) {
    fullness -= size * 8;
    if (fullness < 0) underflows.push(picture);
    lowest = Math.min(lowest, fullness);
    // A picture that came too late is waited for: the bucket starts anew from empty.
    fullness = Math.min(model.bufferBits, Math.max(0, fullness) + perFrame);
    picture += 1;
  }
  return { underflows, lowest: lowest / model.bufferBits };
}
