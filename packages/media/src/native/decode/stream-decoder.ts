import { PatchworkError } from '@patchwork/kernel';
import { AV_FRAME_FLAG_CORRUPT, AV_NOPTS_VALUE, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { Frame, Packet } from 'node-av/lib';
import type { CodecContext, FormatContext, Stream } from 'node-av/lib';
import { emptyDecoder, endOfStream, libavText, present, tryAgain } from '../check.ts';
import { fileStamp, openStream } from './open-stream.ts';

/** Frames always kept, so that a blend of two neighbours or a freeze is not decoded twice. */
const recentFrames = 4;
/** Key frames tried before the file is decoded from its start. */
const seekAttempts = 12;
/** After a step backwards, frames on the way to a wanted one are kept for this many further requests. */
const reverseRequests = 96;
/** Codecs whose every frame stands alone: a jump is cheaper than decoding on. */
const intraCodecs: ReadonlySet<string> = new Set([
  'prores',
  'mjpeg',
  'dnxhd',
  'png',
  'ffv1',
  'rawvideo',
  'v210',
  'huffyuv',
  'ffvhuff',
  'utvideo',
  'cfhd',
  'jpeg2000',
  'qtrle',
  'hap',
  'tiff',
  'webp',
  'bmp',
  'dpx',
  'exr',
  'gif',
]);

interface KeptFrame {
  readonly pts: number;
  readonly frame: Frame;
  readonly bytes: number;
}

/**
 * Decodes single frames of one picture stream by presentation time, exactly: a frame asked for after any other is the
 * frame that a linear decode from the start shows at that time.
 *
 * A request goes one of three ways:
 * - **kept**: the frame is among the recent ones;
 * - **on**: it lies a little ahead of the last decoded one: packets are fed until it appears;
 * - **seek**: to the key frame at or before it. The key frame's own time must not lie after the wanted one (the wanted
 *   one would be a leading picture of an open GOP and need the GOP before), and the frame must come out whole; otherwise
 *   the next earlier key frame is tried, at last the start of the file.
 */
export class StreamDecoder {
  readonly path: string;
  readonly stream: number;
  private readonly keepBytes: number;
  private readonly stamp: string;
  private input: FormatContext;
  private codec: CodecContext;
  private source: Stream;
  private readonly packet: Packet;
  private readonly output: Frame;
  private kept: KeptFrame[] = [];
  private reverse = 0;
  /** Time of the last frame that came out; null when the next request must seek. */
  private position: number | null = null;
  private drained = false;
  private damaged = false;
  private damageText = '';
  /** Decoding time of the packet that failed; null for none. */
  private failedDts: number | null = null;
  /** Feeding ends before the packet of this decoding time: intact frames before it come out by draining. */
  private stopBefore: number | null = null;
  /** Time of the key frame that the last seek landed on; null at the start of the file. */
  private landed: number | null = null;
  /** The packet fed last is shown before that key frame: a leading picture of an open GOP, which cannot be decoded. */
  private leading = false;
  /** Frames shown before this time may still refer to damaged ones; later ones may not. */
  private wholeFrom: number | null = null;
  /** Ticks ahead of the position within which decoding on is cheaper than a seek. */
  private readonly window: number;

  /** Opens the file. `keepBytes` bounds what is kept for playing backwards. @throws PW_MEDIA_* */
  constructor(path: string, stream: number, keepBytes: number) {
    this.path = path;
    this.stream = stream;
    this.keepBytes = keepBytes;
    this.stamp = fileStamp(path);
    this.packet = new Packet();
    this.packet.alloc();
    this.output = new Frame();
    this.output.alloc();
    const opened = openStream(path, stream);
    this.input = opened.input;
    this.source = opened.source;
    this.codec = opened.codec;
    const second = this.source.timeBase.den / this.source.timeBase.num;
    const rate = this.source.avgFrameRate;
    const frame = rate.num > 0 && rate.den > 0 ? (second * rate.den) / rate.num : second / 25;
    this.window = intraCodecs.has(opened.name) ? frame * 2.5 : second * 2;
  }

  /** Whether the file at the path is still the one that was opened. */
  isCurrent(): boolean {
    return fileStamp(this.path) === this.stamp;
  }

  /** How far a time lies ahead of what this decoder shows next, in ticks: negative behind, null when it must seek anyway. */
  distance(pts: number): number | null {
    if (this.kept.some((one) => one.pts === pts)) return 0;
    return this.position === null ? null : pts - this.position;
  }

  /** Whether a request can be served without a seek. */
  isNear(pts: number): boolean {
    const ahead = this.distance(pts);
    return ahead !== null && ahead >= 0 && ahead <= this.window;
  }

  /**
   * The frame shown at a presentation time, as a reference of its own that the caller frees.
   *
   * @throws PW_MEDIA_DECODE when it is not in the stream or cannot be decoded whole.
   */
  frameAt(pts: number): Frame {
    const found = this.kept.find((one) => one.pts === pts);
    if (found !== undefined) return present(found.frame.clone(), 'memory for a frame');
    if (this.position !== null && pts < this.position) this.reverse = reverseRequests;
    else if (this.reverse > 0) this.reverse -= 1;
    if (this.isNear(pts)) {
      const frame = this.decodeTo(pts);
      if (frame !== null) return frame;
    }
    return this.seekAndDecode(pts);
  }

  private seekAndDecode(pts: number): Frame {
    let target = pts;
    let step = 0;
    for (let attempt = 0; attempt < seekAttempts; attempt += 1) {
      const landed = this.seek(target);
      if (landed === null) break;
      const from = target;
      const frame = landed.pts > pts ? null : this.decodeWhole(pts, () => this.seek(from) !== null);
      if (frame !== null) return frame;
      // The next earlier key frame; in doubling steps where the container's seek is inexact.
      target = Math.min(landed.dts - 1, target - 1) - step;
      step = step === 0 ? 1 : step * 2;
    }
    this.restart();
    const frame = this.decodeWhole(pts, () => {
      this.restart();
      return true;
    });
    if (frame !== null) return frame;
    const why = this.damageText === '' ? 'no frame has this time' : this.damageText;
    throw new PatchworkError(
      'PW_MEDIA_DECODE',
      `${this.path}: the frame at pts ${pts} of stream ${this.stream} cannot be decoded: ${why}`,
      {
        hint: 'The file is damaged there: copy it again, or use another take for this moment.',
        details: { path: this.path, stream: this.stream, pts, cause: why },
      },
    );
  }

  /**
   * Decodes from where the input stands. When a damaged packet is met, decodes once more from the same place and drains
   * before that packet: intact frames that the decoder still held back come out, and would be lost behind it.
   */
  private decodeWhole(pts: number, again: () => boolean): Frame | null {
    const frame = this.decodeTo(pts);
    const failed = this.failedDts;
    if (frame !== null || failed === null) return frame;
    const why = this.damageText;
    if (!again()) return null;
    this.stopBefore = failed;
    const intact = this.decodeTo(pts);
    this.stopBefore = null;
    this.position = null;
    this.damageText = why;
    return intact;
  }

  /** Moves before a time and feeds the packet it lands on. Null when the container cannot seek there. */
  private seek(pts: number): { pts: number; dts: number } | null {
    const result = this.input.seekFrameSync(this.stream, BigInt(pts), AVSEEK_FLAG_BACKWARD);
    if (result < 0) return null;
    this.reset();
    for (;;) {
      const read = this.input.readFrameSync(this.packet);
      if (read < 0) return null;
      if (this.packet.streamIndex !== this.stream) {
        this.packet.unref();
        continue;
      }
      const dts = ticks(this.packet.dts) ?? ticks(this.packet.pts);
      const shown = ticks(this.packet.pts) ?? dts;
      if (dts === null || shown === null) {
        this.packet.unref();
        return null;
      }
      this.landed = shown;
      this.feed();
      return { pts: shown, dts };
    }
  }

  /** Begins at the file's first packet, by opening it anew: right for containers that cannot seek. */
  private restart(): void {
    this.codec.freeContext();
    this.input.closeInputSync();
    const opened = openStream(this.path, this.stream);
    this.input = opened.input;
    this.source = opened.source;
    this.codec = opened.codec;
    this.reset();
  }

  private reset(): void {
    emptyDecoder(this.codec, this.output);
    this.position = null;
    this.drained = false;
    this.damaged = false;
    this.damageText = '';
    this.failedDts = null;
    this.wholeFrom = null;
    this.landed = null;
    this.leading = false;
  }

  private noteDamage(code: number): void {
    if (this.leading) return;
    this.damaged = true;
    this.damageText = libavText(code);
    this.wholeFrom = null;
  }

  /** Gives the packet at hand to the decoder. */
  private feed(): void {
    const shown = ticks(this.packet.pts);
    this.leading = this.landed !== null && shown !== null && shown < this.landed;
    if (this.damaged && this.packet.isKeyframe && shown !== null) this.wholeFrom = shown;
    const dts = ticks(this.packet.dts);
    const sent = this.codec.sendPacketSync(this.packet);
    this.packet.unref();
    if (sent >= 0) return;
    this.noteDamage(sent);
    if (!this.leading) this.failedDts ??= dts;
  }

  /** Feeds and takes until the wanted time appears. Null when it is passed over, comes out damaged, or the stream ends. */
  private decodeTo(wanted: number): Frame | null {
    for (;;) {
      const got = this.codec.receiveFrameSync(this.output);
      if (got >= 0) {
        const pts = ticks(this.output.pts) ?? ticks(this.output.bestEffortTimestamp);
        if (pts === null) {
          this.output.unref();
          continue;
        }
        const whole = this.isWhole(pts);
        this.position = pts;
        if (whole && (pts === wanted || this.reverse > 0 || pts > wanted)) this.keep(pts);
        if (pts === wanted && whole) return present(this.output.clone(), 'memory for a frame');
        if (pts >= wanted) return null;
        continue;
      }
      if (got === endOfStream) {
        this.position = null;
        return null;
      }
      if (got !== tryAgain) this.noteDamage(got);
      if (this.drained) {
        this.position = null;
        return null;
      }
      this.feedNext();
    }
  }

  /** Reads on to this stream's next packet and feeds it; drains the decoder at the end. */
  private feedNext(): void {
    for (;;) {
      const read = this.input.readFrameSync(this.packet);
      if (read < 0) {
        if (read !== endOfStream) this.noteDamage(read);
        this.drain();
        return;
      }
      const mine = this.packet.streamIndex === this.stream;
      if (mine && (this.stopBefore === null || ticks(this.packet.dts) !== this.stopBefore)) {
        this.feed();
        return;
      }
      this.packet.unref();
      if (!mine) continue;
      this.drain();
      return;
    }
  }

  private drain(): void {
    this.drained = true;
    this.codec.sendPacketSync(null);
  }

  private isWhole(pts: number): boolean {
    if (this.damaged) {
      if (this.wholeFrom === null || pts < this.wholeFrom) return false;
      this.damaged = false;
      this.wholeFrom = null;
    }
    if (this.output.decodeErrorFlags !== 0 || this.output.hasFlags(AV_FRAME_FLAG_CORRUPT)) {
      this.damageText = 'the decoder had to conceal errors';
      return false;
    }
    return true;
  }

  private keep(pts: number): void {
    if (this.kept.some((one) => one.pts === pts)) return;
    const frame = present(this.output.clone(), 'memory for a frame');
    const bytes = frame.linesize.reduce((sum, line) => sum + line, 0) * frame.height;
    this.kept.push({ pts, frame, bytes });
    const limit = this.reverse > 0 ? this.keepBytes : 0;
    let total = this.kept.reduce((sum, one) => sum + one.bytes, 0);
    while (this.kept.length > recentFrames && total > limit) {
      const first = this.kept.shift();
      if (first === undefined) break;
      total -= first.bytes;
      first.frame.free();
    }
  }

  /** Frees everything native. The decoder must not be used afterwards. */
  close(): void {
    for (const one of this.kept) one.frame.free();
    this.kept = [];
    this.output.free();
    this.packet.free();
    this.codec.freeContext();
    this.input.closeInputSync();
  }
}

function ticks(value: bigint): number | null {
  return value === AV_NOPTS_VALUE ? null : Number(value);
}
