import { PatchworkError } from '@patchwork/kernel';
import type { SoundProfile } from '@patchwork/plan';
import { AV_CODEC_FLAG_BITEXACT, AV_CODEC_FLAG_GLOBAL_HEADER, AV_SAMPLE_FMT_FLTP } from 'node-av/constants';
import { CodecContext, CodecParameters, Frame, Packet, Rational, avChannelLayoutDefault } from 'node-av/lib';
import type { EncodedSound } from '../../jobs.ts';
import { checked, encoderNamed, endOfStream, present, tryAgain } from '../check.ts';
import { SampleFile } from '../sample-file.ts';

/** Takes a programme's samples block by block and writes its packets. */
export interface SoundWriter {
  write(left: Float64Array, right: Float64Array, count: number): void;
  finish(): EncodedSound;
  close(): void;
}

/** Opens a writer for a profile. @throws PW_MEDIA_ENCODER, PW_MEDIA_WRITE */
export function soundWriter(profile: SoundProfile, outPath: string, samples: number): SoundWriter {
  switch (profile.codec) {
    case 'pcm_s16le':
      return new PcmWriter(profile.codec, profile.sampleRate, 2, outPath, samples);
    case 'pcm_s24le':
      return new PcmWriter(profile.codec, profile.sampleRate, 3, outPath, samples);
    case 'aac':
      return new AacWriter(profile, outPath, samples);
    case 'none':
      throw new TypeError('job.profile.codec: a programme without sound has no sound pass');
  }
}

/** Whole-number PCM, no dither, a half rounded away from zero: the same sum is the same bytes, silence stays silence. */
class PcmWriter implements SoundWriter {
  private readonly codec: 'pcm_s16le' | 'pcm_s24le';
  private readonly sampleRate: number;
  private readonly bytes: 2 | 3;
  private readonly file: SampleFile;
  private readonly samples: number;
  private clipped = 0;

  constructor(codec: 'pcm_s16le' | 'pcm_s24le', sampleRate: number, bytes: 2 | 3, outPath: string, samples: number) {
    this.codec = codec;
    this.sampleRate = sampleRate;
    this.bytes = bytes;
    this.samples = samples;
    this.file = new SampleFile(outPath, 'sound');
  }

  write(left: Float64Array, right: Float64Array, count: number): void {
    const { bytes } = this;
    const full = 2 ** (bytes * 8 - 1);
    const data = Buffer.allocUnsafe(count * 2 * bytes);
    for (let index = 0; index < count; index += 1) {
      data.writeIntLE(this.quantized(left[index] ?? 0, full), index * 2 * bytes, bytes);
      data.writeIntLE(this.quantized(right[index] ?? 0, full), (index * 2 + 1) * bytes, bytes);
    }
    this.file.append(data);
  }

  private quantized(value: number, full: number): number {
    const scaled = value * full;
    const whole = scaled < 0 ? -Math.floor(-scaled + 0.5) : Math.floor(scaled + 0.5);
    if (whole > full - 1 || whole < -full) {
      this.clipped += 1;
      return whole < 0 ? -full : full - 1;
    }
    return whole;
  }

  finish(): EncodedSound {
    return {
      codec: this.codec,
      sampleRate: this.sampleRate,
      channels: 2,
      samples: this.samples,
      packets: this.samples,
      samplesPerPacket: 1,
      sizes: null,
      bytesPerPacket: 2 * this.bytes,
      priming: 0,
      config: '',
      digest: this.file.takeDigest(),
      clipped: this.clipped,
    };
  }

  close(): void {
    this.file.close();
  }
}

/**
 * FFmpeg's own AAC encoder over the whole programme in one pass. `aac_pns=0`: perceptual noise would make the decoder's
 * random numbers differ behind a change. `bitexact`: no version text in the stream.
 */
class AacWriter implements SoundWriter {
  private readonly sampleRate: number;
  private readonly samples: number;
  private readonly file: SampleFile;
  private readonly context: CodecContext;
  private readonly packet = new Packet();
  private readonly left: Float32Array;
  private readonly right: Float32Array;
  private readonly frameSize: number;
  private readonly sizes: number[] = [];
  private readonly config: string;
  private readonly priming: number;
  private filled = 0;
  private sent = 0;
  private clipped = 0;

  constructor(profile: SoundProfile, outPath: string, samples: number) {
    this.sampleRate = profile.sampleRate;
    this.samples = samples;
    const codec = encoderNamed('aac');
    const context = new CodecContext();
    context.allocContext3(codec);
    context.sampleRate = profile.sampleRate;
    context.channelLayout = avChannelLayoutDefault(2);
    context.sampleFormat = AV_SAMPLE_FMT_FLTP;
    context.timeBase = new Rational(1, profile.sampleRate);
    context.threadCount = 1;
    context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_BITEXACT);
    checked(context.setOption('b', String(profile.bitrate ?? 256_000)), 'aac b');
    checked(context.setOption('aac_pns', '0'), 'aac_pns');
    const opened = context.open2Sync(codec, null);
    if (opened < 0) {
      context.freeContext();
      throw new PatchworkError(
        'PW_MEDIA_ENCODER',
        `AAC at ${profile.sampleRate} Hz and ${profile.bitrate ?? 0} bit/s does not open`,
        {
          hint: 'Choose 48000 Hz and 64000 to 512000 bit/s.',
        },
      );
    }
    const parameters = new CodecParameters();
    parameters.alloc();
    checked(parameters.fromContext(context), 'avcodec_parameters_from_context');
    this.priming = parameters.initialPadding;
    parameters.free();
    this.config = Buffer.from(context.extraData ?? []).toString('base64');
    this.context = context;
    this.frameSize = context.frameSize;
    this.left = new Float32Array(this.frameSize);
    this.right = new Float32Array(this.frameSize);
    this.packet.alloc();
    this.file = new SampleFile(outPath, 'sound');
  }

  write(left: Float64Array, right: Float64Array, count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.left[this.filled] = this.limited(left[index] ?? 0);
      this.right[this.filled] = this.limited(right[index] ?? 0);
      this.filled += 1;
      if (this.filled === this.frameSize) this.sendBlock();
    }
  }

  private limited(value: number): number {
    if (value <= 1 && value >= -1) return value;
    this.clipped += 1;
    return value < 0 ? -1 : 1;
  }

  private sendBlock(): void {
    const frame = new Frame();
    frame.alloc();
    frame.format = AV_SAMPLE_FMT_FLTP;
    frame.nbSamples = this.filled;
    frame.sampleRate = this.sampleRate;
    frame.channelLayout = this.context.channelLayout;
    checked(frame.getBuffer(0), 'av_frame_get_buffer');
    frame.pts = BigInt(this.sent);
    const data = present(frame.data, 'sound data');
    [this.left, this.right].forEach((channel, index) => {
      const plane = present(data[index], 'sound data');
      plane.set(new Uint8Array(channel.buffer, 0, this.filled * 4));
    });
    this.sent += this.filled;
    this.filled = 0;
    try {
      checked(this.context.sendFrameSync(frame), 'encoding sound');
    } finally {
      frame.free();
    }
    this.take();
  }

  private take(): void {
    for (;;) {
      const code = this.context.receivePacketSync(this.packet);
      if (code === tryAgain || code === endOfStream) return;
      checked(code, 'taking a sound packet');
      const data = present(this.packet.data, 'packet data');
      this.sizes.push(data.length);
      this.file.append(data);
      this.packet.unref();
    }
  }

  finish(): EncodedSound {
    if (this.filled > 0) this.sendBlock();
    checked(this.context.sendFrameSync(null), 'draining the sound encoder');
    this.take();
    return {
      codec: 'aac',
      sampleRate: this.sampleRate,
      channels: 2,
      samples: this.samples,
      packets: this.sizes.length,
      samplesPerPacket: this.frameSize,
      sizes: this.sizes,
      bytesPerPacket: null,
      priming: this.priming,
      config: this.config,
      digest: this.file.takeDigest(),
      clipped: this.clipped,
    };
  }

  close(): void {
    this.packet.free();
    this.context.freeContext();
    this.file.close();
  }
}
