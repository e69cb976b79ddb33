import { PatchworkError } from '@patchwork/kernel';
import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S32,
} from 'node-av/constants';
import { CodecContext, type FormatContext, Frame, Rational, avChannelLayoutDefault } from 'node-av/lib';
import type { TestMediaSpec, TestSoundSpec } from '../../jobs.ts';
import { checked, encoderNamed, present } from '../check.ts';
import { MuxedTrack } from './muxed-track.ts';

/** The tone of a test movie, written as its picture goes on. */
export class ToneTrack extends MuxedTrack {
  private readonly sound: TestSoundSpec;
  private readonly total: number;
  private readonly frameSize: number;
  private readonly clicks: ReadonlySet<number>;
  private written = 0;

  constructor(spec: TestMediaSpec, sound: TestSoundSpec, output: FormatContext) {
    super(output, soundContext(sound));
    this.sound = sound;
    this.frameSize = this.context.frameSize > 0 ? this.context.frameSize : 1024;
    this.total = sound.samples ?? pictureSamples(spec, sound.sampleRate);
    this.clicks = new Set(sound.clicks);
  }

  writeUntil(seconds: number): void {
    while (this.written < this.total && this.written < seconds * this.sound.sampleRate) this.writeOne();
  }

  finish(): void {
    while (this.written < this.total) this.writeOne();
    this.send(null, () => this.frameSize);
  }

  private writeOne(): void {
    const count = Math.min(this.frameSize, this.total - this.written);
    const frame = new Frame();
    frame.alloc();
    frame.format = this.context.sampleFormat;
    frame.nbSamples = count;
    frame.sampleRate = this.sound.sampleRate;
    frame.channelLayout = this.context.channelLayout;
    checked(frame.getBuffer(0), 'av_frame_get_buffer');
    frame.pts = BigInt(this.written);
    fillTone(frame, this.sound, this.written, count, this.clicks);
    this.written += count;
    try {
      this.send(frame, () => count);
    } finally {
      frame.free();
    }
  }
}

function pictureSamples(spec: TestMediaSpec, sampleRate: number): number {
  const { video } = spec;
  if (video === null)
    throw new PatchworkError('PW_MEDIA_ENCODER', `${spec.path}: a sound without picture needs a length`, {
      hint: 'Give sound.samples.',
    });
  const seconds =
    video.durationsMs === undefined
      ? (video.frames * video.rate.den) / video.rate.num
      : video.durationsMs.reduce((sum, one) => sum + one, 0) / 1000;
  return Math.ceil(seconds * sampleRate - 1e-9);
}

function soundContext(sound: TestSoundSpec): CodecContext {
  const codec = encoderNamed(sound.codec);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = sound.sampleRate;
  context.channelLayout = { ...avChannelLayoutDefault(sound.channels), order: AV_CHANNEL_ORDER_NATIVE };
  context.sampleFormat = { pcm_s16le: AV_SAMPLE_FMT_S16, pcm_s24le: AV_SAMPLE_FMT_S32, aac: AV_SAMPLE_FMT_FLTP }[
    sound.codec
  ];
  context.timeBase = new Rational(1, sound.sampleRate);
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  if (sound.codec === 'aac') {
    checked(context.setOption('b', String(96_000 * sound.channels)), 'aac b');
    checked(context.setOption('aac_pns', '0'), 'aac_pns');
  }
  checked(context.open2Sync(codec, null), `opening ${sound.codec}`);
  return context;
}

/** The tone's value at a sample, −1…1. */
export function toneAt(sound: TestSoundSpec, channel: number, sample: number): number {
  const frequency = sound.frequency * (1 + channel * (sound.channelStep ?? 0));
  return (sound.level ?? 0.25) * Math.sin((2 * Math.PI * frequency * sample) / sound.sampleRate);
}

function fillTone(frame: Frame, sound: TestSoundSpec, first: number, count: number, clicks: ReadonlySet<number>): void {
  const data = present(frame.data, 'frame data');
  for (let channel = 0; channel < sound.channels; channel += 1) {
    for (let index = 0; index < count; index += 1) {
      const sample = first + index;
      const value = clicks.has(sample) ? 1 : toneAt(sound, channel, sample);
      const place = index * sound.channels + channel;
      switch (sound.codec) {
        case 'aac':
          data[channel]?.writeFloatLE(value, index * 4);
          break;
        case 'pcm_s16le':
          data[0]?.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(value * 32768))), place * 2);
          break;
        case 'pcm_s24le':
          data[0]?.writeInt32LE(Math.max(-8388608, Math.min(8388607, Math.round(value * 8388608))) * 256, place * 4);
          break;
      }
    }
  }
}
