import { PatchworkError } from '@patchwork/kernel';
import {
  AV_NOPTS_VALUE,
  AV_SAMPLE_FMT_DBL,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S32,
  AV_SAMPLE_FMT_U8,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_AUDIO,
} from 'node-av/constants';
import type { AVSampleFormat } from 'node-av/constants';
import { Frame, Packet, avGetPackedSampleFmt, avSampleFmtIsPlanar } from 'node-av/lib';
import type { CodecContext, FormatContext } from 'node-av/lib';
import { endOfStream, libavText, tryAgain } from '../check.ts';
import { openInput } from '../decode/input.ts';
import { openDecoder } from '../decode/open-stream.ts';

/** A hole in the time stamps longer than this is filled with silence; shorter ones are the clock of the container. */
const holeSeconds = 0.1;

/**
 * Decodes one sound stream linearly from its first sample: sample 0 is the first one that is heard (priming is taken
 * away). An AAC stream entered by a seek differs for seconds, so there is no seek.
 */
export class SoundDecoder {
  readonly sampleRate: number;
  readonly channels: number;
  private readonly path: string;
  private readonly stream: number;
  private readonly input: FormatContext;
  private readonly codec: CodecContext;
  private readonly packet = new Packet();
  private readonly frame = new Frame();
  private readonly secondsPerTick: number;
  private firstPts: number | null = null;
  private decoded = 0;
  private drained = false;

  /** `stream` null takes the first sound stream. @throws PW_MEDIA_* */
  constructor(path: string, stream: number | null) {
    this.path = path;
    this.input = openInput(path);
    const streams = this.input.streams;
    const source =
      stream === null ? streams.find((one) => one.codecpar.codecType === AVMEDIA_TYPE_AUDIO) : streams[stream];
    if (source === undefined || source.codecpar.codecType !== AVMEDIA_TYPE_AUDIO) {
      this.input.closeInputSync();
      throw new PatchworkError(
        'PW_MEDIA_NO_STREAMS',
        `${path}: there is no sound stream${stream === null ? '' : ` ${stream}`}`,
        {
          hint: 'The file changed since it was probed; probe it again.',
          details: { path, stream },
        },
      );
    }
    for (const other of streams) if (other.index !== source.index) other.discard = AVDISCARD_ALL;
    this.stream = source.index;
    this.codec = openDecoder(source, path).codec;
    this.sampleRate = source.codecpar.sampleRate;
    this.channels = source.codecpar.channels;
    this.secondsPerTick = source.timeBase.num / source.timeBase.den;
    this.packet.alloc();
    this.frame.alloc();
  }

  /** The next samples, one array a channel; null at the end. @throws PW_MEDIA_DECODE */
  next(): Float32Array[] | null {
    for (;;) {
      const got = this.codec.receiveFrameSync(this.frame);
      if (got >= 0) {
        const hole = this.holeBefore(this.frame);
        const samples = samplesOf(this.frame, this.channels, hole);
        if (samples === null) throw this.damage('its sample format or channel count changes');
        this.decoded += samples[0]?.length ?? 0;
        this.frame.unref();
        return samples;
      }
      if (got === endOfStream) return null;
      if (got !== tryAgain) throw this.damage(libavText(got));
      if (this.drained) return null;
      this.feed();
    }
  }

  /** Samples missing before a frame by its time stamp. */
  private holeBefore(frame: Frame): number {
    if (frame.pts === AV_NOPTS_VALUE) return 0;
    const pts = Number(frame.pts);
    this.firstPts ??= pts;
    const due = (pts - this.firstPts) * this.secondsPerTick * this.sampleRate;
    const hole = Math.round(due - this.decoded);
    return hole > holeSeconds * this.sampleRate ? hole : 0;
  }

  private feed(): void {
    for (;;) {
      const read = this.input.readFrameSync(this.packet);
      if (read < 0) {
        if (read !== endOfStream) throw this.damage(libavText(read));
        this.drained = true;
        this.codec.sendPacketSync(null);
        return;
      }
      if (this.packet.streamIndex !== this.stream) {
        this.packet.unref();
        continue;
      }
      const sent = this.codec.sendPacketSync(this.packet);
      this.packet.unref();
      if (sent < 0) throw this.damage(libavText(sent));
      return;
    }
  }

  private damage(why: string): PatchworkError {
    return new PatchworkError(
      'PW_MEDIA_DECODE',
      `${this.path}: the sound cannot be decoded at sample ${this.decoded}: ${why}`,
      {
        hint: 'The file is damaged there: copy it again, or use another take for this moment.',
        details: { path: this.path, stream: this.stream, sample: this.decoded, cause: why },
      },
    );
  }

  /** Frees everything native. */
  close(): void {
    this.frame.free();
    this.packet.free();
    this.codec.freeContext();
    this.input.closeInputSync();
  }
}

/** Channels as floats, −1…1, behind `silence` zeros; null for another channel count or a format not in the list. */
function samplesOf(frame: Frame, channels: number, silence: number): Float32Array[] | null {
  const count = frame.nbSamples;
  if (frame.channels !== channels) return null;
  const reader = readerOf(frame);
  if (reader === null) return null;
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(silence + count);
    for (let index = 0; index < count; index += 1) samples[silence + index] = reader(channel, index);
    return samples;
  });
}

type SampleReader = (channel: number, index: number) => number;

/** Reads a copy of the samples: planes one after another, or channels in turn. */
function readerOf(frame: Frame): SampleReader | null {
  const format = avGetPackedSampleFmt(frame.format as AVSampleFormat);
  const isPlanar = avSampleFmtIsPlanar(frame.format as AVSampleFormat);
  const { channels, nbSamples } = frame;
  const bytes = frame.toBuffer();
  const place: SampleReader = isPlanar
    ? (channel, index) => channel * nbSamples + index
    : (channel, index) => index * channels + channel;
  switch (format) {
    case AV_SAMPLE_FMT_U8:
      return (channel, index) => ((bytes[place(channel, index)] ?? 128) - 128) / 128;
    case AV_SAMPLE_FMT_S16: {
      const data = viewed(bytes, Int16Array);
      return (channel, index) => (data[place(channel, index)] ?? 0) / 32_768;
    }
    case AV_SAMPLE_FMT_S32: {
      const data = viewed(bytes, Int32Array);
      return (channel, index) => (data[place(channel, index)] ?? 0) / 2_147_483_648;
    }
    case AV_SAMPLE_FMT_FLT: {
      const data = viewed(bytes, Float32Array);
      return (channel, index) => data[place(channel, index)] ?? 0;
    }
    case AV_SAMPLE_FMT_DBL: {
      const data = viewed(bytes, Float64Array);
      return (channel, index) => data[place(channel, index)] ?? 0;
    }
    default:
      return null;
  }
}

/** Bytes as numbers; copied where they do not lie on a multiple of the number's size. */
function viewed<T>(
  bytes: Buffer,
  kind: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBufferLike, offset: number, length: number): T },
): T {
  const size = kind.BYTES_PER_ELEMENT;
  const from = bytes.byteOffset % size === 0 ? bytes : Uint8Array.from(bytes);
  return new kind(from.buffer, from.byteOffset, Math.floor(from.byteLength / size));
}
