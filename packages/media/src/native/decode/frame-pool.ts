import type { Frame } from 'node-av/lib';
import { StreamDecoder } from './stream-decoder.ts';

/** Decoders open on one stream at most: two layers that show different moments of one file do not fight over one. */
const decodersPerStream = 3;
/** Decoders open in all: each holds a file and a codec's reference frames (H.264 at 1080p: some 30 MB). */
const decodersInAll = 6;

/** Serves decoded frames of many files from a bounded number of decoders, least recently used ones closed first. */
export class FramePool {
  private readonly keepBytes: number;
  private decoders: StreamDecoder[] = [];

  /** `keepBytes` bounds the frames kept by each decoder for playing backwards. */
  constructor(keepBytes: number) {
    this.keepBytes = keepBytes;
  }

  /** Drops decoders whose file was replaced since they opened it. Called before each job. */
  dropStale(): void {
    const stale = this.decoders.filter((one) => !one.isCurrent());
    this.decoders = this.decoders.filter((one) => !stale.includes(one));
    for (const one of stale) one.close();
  }

  /** The frame at a presentation time; the caller frees it. @throws PW_MEDIA_* */
  frameAt(path: string, stream: number, pts: number): Frame {
    const decoder = this.choose(path, stream, pts);
    this.decoders = [...this.decoders.filter((one) => one !== decoder), decoder];
    return decoder.frameAt(pts);
  }

  private choose(path: string, stream: number, pts: number): StreamDecoder {
    const mine = this.decoders.filter((one) => one.path === path && one.stream === stream);
    const near = mine.find((one) => one.isNear(pts));
    if (near !== undefined) return near;
    // Playing backwards: the decoder that stands closest after the wanted time holds its neighbours.
    const behind = mine.find((one) => {
      const ahead = one.distance(pts);
      return ahead !== null && ahead < 0 && mine.length >= decodersPerStream - 1;
    });
    if (mine.length >= decodersPerStream) return behind ?? mine[0] ?? this.open(path, stream);
    return behind ?? this.open(path, stream);
  }

  private open(path: string, stream: number): StreamDecoder {
    while (this.decoders.length >= decodersInAll) this.decoders.shift()?.close();
    const decoder = new StreamDecoder(path, stream, this.keepBytes);
    this.decoders.push(decoder);
    return decoder;
  }

  /** Closes all decoders. */
  close(): void {
    for (const decoder of this.decoders) decoder.close();
    this.decoders = [];
  }
}
