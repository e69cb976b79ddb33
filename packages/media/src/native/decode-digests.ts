import { type Digest, isPatchworkError } from '@patchwork/kernel';
import { AV_FRAME_FLAG_CORRUPT, AV_NOPTS_VALUE, AVDISCARD_ALL, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { Frame, Packet } from 'node-av/lib';
import type { CodecContext, FormatContext } from 'node-av/lib';
import type { DecodedDigests, DigestJob, FrameDigest } from '../jobs.ts';
import { emptyDecoder, endOfStream, libavText, tryAgain } from './check.ts';
import { frameDigest } from './frame/frame-digest.ts';
import { openInput } from './decode/input.ts';
import { gridFrames, type MovieFrames, movieFrames, statedMovieFrames } from './decode/movie-frames.ts';
import { openDecoder } from './decode/open-stream.ts';

/** Findings kept; a broken file would have one for each frame. */
const findingsKept = 100;

/**
 * Decodes a finished movie for its proof, as a player would: one decoder, plain seeks, no second tries. What a player
 * would show wrongly must not be repaired here.
 */
export function decodeDigests(job: DigestJob, onFrame: (done: number) => void): DecodedDigests {
  const findings: string[] = [];
  const note = (finding: string): void => {
    if (findings.length < findingsKept) findings.push(finding);
  };
  let player: Player;
  try {
    player = new Player(job, note);
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return { linear: [], sought: [], findings: [error.message] };
  }
  try {
    let done = 0;
    const hashed = job.hashed === undefined ? null : new Set(job.hashed);
    const linear: FrameDigest[] = [];
    for (const range of job.ranges) {
      for (let frame = range.in; frame < range.out; frame += 1) {
        const shown = player.show(frame, frame === range.in ? 'seek' : 'on');
        linear.push(told(frame, shown && (hashed === null || hashed.has(frame)) ? player.digest() : null, shown));
        done += 1;
        onFrame(done);
      }
    }
    const sought = job.seeks.map((frame) => {
      done += 1;
      onFrame(done);
      const shown = player.show(frame, 'seek');
      return told(frame, shown ? player.digest() : null, shown);
    });
    return { linear, sought, findings };
  } finally {
    player.close();
  }
}

function told(frame: number, digest: Digest | null, shown: boolean): FrameDigest {
  return { frame, shown, digest };
}

const lowest = -(2n ** 62n);

class Player {
  private readonly input: FormatContext;
  private readonly codec: CodecContext;
  private readonly frames: MovieFrames;
  private readonly note: (finding: string) => void;
  private readonly packet = new Packet();
  private readonly frame = new Frame();
  private drained = false;
  /** Time of the key frame that the last seek landed on. */
  private landed: number | null = null;
  /**
   * The seek landed in an open GOP: its leading pictures cannot be decoded, and until the next key frame a picture that
   * releases one of them as a reference reports an error, though it decodes whole. Frames are still looked at one by one.
   */
  private openEntry = false;
  /** Decoding time of the file's first packet: before it there is nothing to seek to. */
  private firstDts: bigint;
  /** Time of a frame that came out past the wanted one and waits in `frame`; null for none. */
  private waiting: number | null = null;

  constructor({ path, grid }: DigestJob, note: (finding: string) => void) {
    this.note = note;
    this.input = openInput(path);
    // A long movie's index takes longest to read: it is read once, unless its packets have to be counted first.
    const known = grid === undefined ? null : gridFrames(this.input, path, grid);
    this.frames = known ?? statedMovieFrames(this.input, path) ?? movieFrames(path);
    const streams = this.input.streams;
    const source = streams[this.frames.stream];
    if (source === undefined) throw new TypeError(`${path}: the file changed while it was read`);
    for (const other of streams) if (other.index !== source.index) other.discard = AVDISCARD_ALL;
    this.codec = openDecoder(source, path).codec;
    this.packet.alloc();
    this.frame.alloc();
    this.firstDts = this.readNext() && this.packet.dts !== AV_NOPTS_VALUE ? this.packet.dts : lowest;
    this.packet.unref();
  }

  /** Decodes up to a frame; tells whether it came out whole. */
  show(frame: number, how: 'seek' | 'on'): boolean {
    if (frame < 0 || frame >= this.frames.frames) {
      this.note(`frame ${frame}: the movie has ${this.frames.frames} frames`);
      return false;
    }
    const pts = this.frames.ptsOf(frame);
    if (how === 'seek') this.seek(pts, frame);
    return this.decodeTo(pts, frame);
  }

  /** Content of the frame shown last. */
  digest(): Digest {
    return frameDigest(this.frame);
  }

  private seek(pts: number, frame: number): void {
    let target = pts;
    for (;;) {
      const code = this.input.seekFrameSync(this.frames.stream, BigInt(target), AVSEEK_FLAG_BACKWARD);
      if (code < 0) this.note(`frame ${frame}: no seek: ${libavText(code)}`);
      emptyDecoder(this.codec, this.frame);
      this.drained = false;
      this.waiting = null;
      this.landed = null;
      this.openEntry = false;
      if (!this.readNext()) return;
      const { pts: shown, dts } = this.packet;
      // Demuxers seek by decoding time: of an open GOP's leading picture that is the key frame after it.
      if (shown === AV_NOPTS_VALUE || shown <= BigInt(pts) || dts === AV_NOPTS_VALUE || dts <= this.firstDts) {
        this.landed = shown === AV_NOPTS_VALUE ? null : Number(shown);
        this.feed(frame);
        return;
      }
      target = Number(dts) - 1;
      this.packet.unref();
    }
  }

  private decodeTo(wanted: number, frame: number): boolean {
    for (;;) {
      const pts = this.waiting ?? this.next(frame);
      this.waiting = null;
      if (pts === null) {
        this.note(`frame ${frame}: it does not come out`);
        return false;
      }
      if (pts < wanted) continue;
      if (pts > wanted) {
        this.waiting = pts;
        this.note(`frame ${frame}: it is missing`);
        return false;
      }
      if (this.frame.decodeErrorFlags !== 0 || this.frame.hasFlags(AV_FRAME_FLAG_CORRUPT)) {
        this.note(`frame ${frame}: the decoder had to conceal errors`);
        return false;
      }
      return true;
    }
  }

  /** Takes the next frame out of the decoder into `frame`; null at the end. */
  private next(wanted: number): number | null {
    for (;;) {
      const got = this.codec.receiveFrameSync(this.frame);
      if (got >= 0) return Number(this.frame.pts === AV_NOPTS_VALUE ? this.frame.bestEffortTimestamp : this.frame.pts);
      if (got === endOfStream || this.drained) return null;
      if (got !== tryAgain) this.fault(got, wanted);
      if (this.readNext()) this.feed(wanted);
      else this.drain();
    }
  }

  /** Reads this stream's next packet; false at the end or where the file cannot be read on. */
  private readNext(): boolean {
    for (;;) {
      const read = this.input.readFrameSync(this.packet);
      if (read < 0) {
        if (read !== endOfStream) this.note(`the file cannot be read on: ${libavText(read)}`);
        return false;
      }
      if (this.packet.streamIndex === this.frames.stream) return true;
      this.packet.unref();
    }
  }

  private feed(wanted: number): void {
    const { pts } = this.packet;
    if (this.landed !== null && pts !== AV_NOPTS_VALUE) {
      if (Number(pts) < this.landed) this.openEntry = true;
      else if (this.packet.isKeyframe) this.openEntry = false;
    }
    const sent = this.codec.sendPacketSync(this.packet);
    this.packet.unref();
    if (sent < 0) this.fault(sent, wanted);
  }

  private drain(): void {
    this.drained = true;
    this.codec.sendPacketSync(null);
  }

  /** A leading picture of an open GOP entered by a seek cannot be decoded, and no player shows it. */
  private fault(code: number, wanted: number): void {
    if (!this.openEntry) this.note(`on the way to frame ${wanted}: ${libavText(code)}`);
  }

  close(): void {
    this.frame.free();
    this.packet.free();
    this.codec.freeContext();
    this.input.closeInputSync();
  }
}
