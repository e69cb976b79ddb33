import {
  AVCHROMA_LOC_UNSPECIFIED,
  AVCOL_PRI_UNSPECIFIED,
  AVCOL_RANGE_UNSPECIFIED,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_TRC_UNSPECIFIED,
} from 'node-av/constants';
import type { AVPixelFormat } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { checked } from '../check.ts';
import { allocatedFrame, fillFrame } from './frame-memory.ts';
import type { Raster } from './raster.ts';

/** Frames kept for reuse; sizes of layers that are no longer shown go first. */
const framesKept = 8;

/**
 * Lends frames whose memory this program looks into, and takes all of them back at once, when a picture is done.
 *
 * Looking into a frame makes buffers that are released only when the event loop turns, which it does not during a job:
 * a fresh frame for every picture would grow without bound (measured: 11 GB after 1,800 frames of 1080p). So decoded
 * frames are never looked into; they are copied (0.1 ms) or scaled into a lent one.
 */
export class FrameArena {
  private free: Frame[] = [];
  private lent: Frame[] = [];

  /** A writable frame with undefined content and no tags. */
  take(format: AVPixelFormat, width: number, height: number): Frame {
    const place = this.free.findLastIndex(
      (one) => one.format === format && one.width === width && one.height === height,
    );
    const [known] = place < 0 ? [] : this.free.splice(place, 1);
    const frame = known ?? allocatedFrame(format, width, height);
    // An encoder with B-frames may still hold what was lent before.
    checked(frame.makeWritable(), 'av_frame_make_writable');
    frame.colorSpace = AVCOL_SPC_UNSPECIFIED;
    frame.colorRange = AVCOL_RANGE_UNSPECIFIED;
    frame.colorPrimaries = AVCOL_PRI_UNSPECIFIED;
    frame.colorTrc = AVCOL_TRC_UNSPECIFIED;
    frame.chromaLocation = AVCHROMA_LOC_UNSPECIFIED;
    this.lent.push(frame);
    return frame;
  }

  /** A lent frame with a decoded one's content. */
  copyOf(frame: Frame): Frame {
    const copy = this.take(frame.format as AVPixelFormat, frame.width, frame.height);
    checked(copy.copy(frame), 'av_frame_copy');
    return copy;
  }

  /** A lent frame with a raster's colours and, where it is not opaque, alpha. */
  frameOf(raster: Raster): Frame {
    const { format } = raster;
    const frame = this.take(raster.alpha === 1 ? format.pixelFormat : format.withAlpha, raster.width, raster.height);
    fillFrame(raster, frame);
    return frame;
  }

  /** Takes everything lent back. No raster that looks into a lent frame may be read afterwards. */
  reset(): void {
    this.free.push(...this.lent);
    this.lent = [];
    for (const frame of this.free.splice(0, Math.max(0, this.free.length - framesKept))) frame.free();
  }

  /** Frees all frames, lent ones too. */
  close(): void {
    for (const frame of [...this.free, ...this.lent]) frame.free();
    this.free = [];
    this.lent = [];
  }
}
