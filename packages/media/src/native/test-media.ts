import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S32,
  FF_COMPLIANCE_UNOFFICIAL,
} from 'node-av/constants';
import {
  CodecContext,
  Dictionary,
  FormatContext,
  Frame,
  Packet,
  Rational,
  avChannelLayoutDefault,
  avGetPixFmtFromName,
} from 'node-av/lib';
import type { Stream } from 'node-av/lib';
import type { TestMediaSpec, TestSoundSpec, TestVideoSpec } from '../jobs.ts';
import { checked, encoderNamed, endOfStream, present, tryAgain } from './check.ts';
import { colorNumbers } from './color-tags.ts';
import { frameOfRaster, tagFrame } from './frame-memory.ts';
import { Scaler } from './scaler.ts';
import { TestCard, cardRate } from './test-card.ts';
import { timecodeText } from './timecode.ts';

const encoders = { h264: 'libx264', prores: 'prores_ks', mpeg4: 'mpeg4', mjpeg: 'mjpeg', png: 'png' } as const;
const defaultFormats = {
  h264: 'yuv420p',
  prores: 'yuv422p10le',
  mpeg4: 'yuv420p',
  mjpeg: 'yuvj420p',
  png: 'rgb24',
} as const;
const rec709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };

/** Writes a test card movie or still. Stills hold the first frame only. @throws PW_MEDIA_ENCODER, PW_MEDIA_NATIVE */
export function writeTestMedia(spec: TestMediaSpec, onFrame: (done: number) => void): void {
  if (spec.container === 'png' || spec.container === 'jpeg') {
    if (spec.video === null) throw new TypeError('spec.video: a still needs a picture');
    writeStill(spec, { ...spec.video, frames: 1, codec: spec.container === 'png' ? 'png' : 'mjpeg' });
    return;
  }
  const output = new FormatContext();
  const url = `file:${resolve(spec.path)}`;
  checked(
    output.allocOutputContext2(null, spec.container === 'mkv' ? 'matroska' : spec.container, url),
    'avformat_alloc_output_context2',
  );
  output.url = url;
  output.strictStdCompliance = FF_COMPLIANCE_UNOFFICIAL;
  const video = spec.video === null ? null : new CardTrack(spec, spec.video, output);
  const sound = spec.sound === null ? null : new ToneTrack(spec, spec.sound, output);
  if (spec.startTimecode !== undefined && video !== null && spec.container !== 'mkv') output.setOption('write_tmcd', 1);
  try {
    checked(output.openOutputSync(), `creating ${spec.path}`);
    checked(output.writeHeaderSync(null), 'writing the header');
    let frame = 0;
    // Interleaved by time: one picture, then the sound that plays with it.
    while (video !== null && frame < video.frames) {
      video.writeFrame(frame);
      frame += 1;
      sound?.writeUntil(video.secondsAt(frame));
      onFrame(frame);
    }
    video?.finish();
    sound?.finish();
    checked(output.writeTrailerSync(), 'writing the index');
  } finally {
    video?.close();
    sound?.close();
    output.closeOutputSync();
    output.freeContext();
  }
}

function writeStill(spec: TestMediaSpec, video: TestVideoSpec): void {
  const context = videoContext(video, video.pixelFormat ?? defaultFormats[video.codec], false);
  const scaler = new Scaler();
  const packet = new Packet();
  packet.alloc();
  const frame = cardFrame(new TestCard(spec, video, 'yuv444p'), 0, video, context.pixelFormat, scaler);
  try {
    frame.pts = 0n;
    checked(context.sendFrameSync(frame), 'encoding a still');
    checked(context.sendFrameSync(null), 'draining the encoder');
    checked(context.receivePacketSync(packet), 'taking a still');
    writeFileSync(spec.path, present(packet.data, 'packet data'));
  } finally {
    frame.free();
    packet.free();
    scaler.close();
    context.freeContext();
  }
}

function cardFrame(
  card: TestCard,
  index: number,
  video: TestVideoSpec,
  format: CodecContext['pixelFormat'],
  scaler: Scaler,
): Frame {
  const drawn = frameOfRaster(card.draw(index));
  const color = video.color ?? rec709;
  tagFrame(drawn, colorNumbers(color));
  if (drawn.format === format) return drawn;
  const full = video.codec === 'mjpeg' || video.codec === 'png';
  const converted = scaler.convert(
    drawn,
    color,
    format,
    video.width,
    video.height,
    full ? { ...color, range: 'pc' } : color,
  );
  drawn.free();
  return converted;
}

function videoContext(video: TestVideoSpec, pixelFormat: string, globalHeader: boolean): CodecContext {
  const codec = encoderNamed(encoders[video.codec]);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = video.width;
  context.height = video.height;
  context.pixelFormat = avGetPixFmtFromName(pixelFormat);
  context.timeBase =
    video.durationsMs === undefined ? new Rational(video.rate.den, video.rate.num) : new Rational(1, 1000);
  if (video.durationsMs === undefined) context.framerate = new Rational(video.rate.num, video.rate.den);
  const aspect = video.pixelAspect ?? { num: 1, den: 1 };
  context.sampleAspectRatio = new Rational(aspect.num, aspect.den);
  context.threadCount = 1;
  const color = colorNumbers(video.color ?? rec709);
  context.colorPrimaries = color.primaries;
  context.colorTrc = color.transfer;
  if (video.codec !== 'png') context.colorSpace = color.matrix;
  context.colorRange = video.codec === 'mjpeg' ? colorNumbers({ ...rec709, range: 'pc' }).range : color.range;
  context.gopSize = video.gop ?? 48;
  context.maxBFrames = video.codec === 'h264' || video.codec === 'mpeg4' ? (video.bFrames ?? 2) : 0;
  if (globalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  for (const [name, value] of videoOptions(video))
    checked(context.setOption(name, value), `${encoders[video.codec]} ${name}`);
  checked(context.open2Sync(codec, null), `opening ${encoders[video.codec]}`);
  return context;
}

function videoOptions(video: TestVideoSpec): [string, string][] {
  const gop = video.gop ?? 48;
  switch (video.codec) {
    case 'h264':
      return [
        ['preset', 'veryfast'],
        ['crf', String(video.crf ?? 18)],
        [
          'x264-params',
          [
            'threads=1',
            'lookahead-threads=1',
            'cpu-independent=1',
            'scenecut=0',
            `keyint=${gop}`,
            `min-keyint=${gop}`,
            `bframes=${video.bFrames ?? 2}`,
            'b-adapt=0',
            `open-gop=${video.openGop === true ? 1 : 0}`,
          ].join(':'),
        ],
      ];
    case 'prores':
      return [
        ['profile', 'standard'],
        ['vendor', 'apl0'],
      ];
    case 'mpeg4':
      return [
        ['qmin', '2'],
        ['qmax', '6'],
      ];
    case 'mjpeg':
      return [
        ['qmin', '2'],
        ['qmax', '3'],
      ];
    case 'png':
      return [];
  }
}

/** A stream being written: its encoder, and the packets' way into the file. */
class Track {
  protected readonly context: CodecContext;
  protected readonly output: FormatContext;
  protected readonly stream: Stream;
  private readonly packet: Packet;

  constructor(output: FormatContext, context: CodecContext) {
    this.output = output;
    this.context = context;
    this.stream = output.newStream(null);
    checked(this.stream.codecpar.fromContext(context), 'avcodec_parameters_from_context');
    this.stream.timeBase = context.timeBase;
    this.packet = new Packet();
    this.packet.alloc();
  }

  protected send(frame: Frame | null, duration: (pts: number) => number): void {
    checked(this.context.sendFrameSync(frame), 'encoding');
    for (;;) {
      const code = this.context.receivePacketSync(this.packet);
      if (code === tryAgain || code === endOfStream) return;
      checked(code, 'taking a packet');
      if (this.packet.duration === 0n) this.packet.duration = BigInt(duration(Number(this.packet.pts)));
      this.packet.streamIndex = this.stream.index;
      this.packet.rescaleTs(this.context.timeBase, this.stream.timeBase);
      checked(this.output.interleavedWriteFrameSync(this.packet), 'writing a packet');
      this.packet.unref();
    }
  }

  close(): void {
    this.packet.free();
    this.context.freeContext();
  }
}

class CardTrack extends Track {
  readonly frames: number;
  private readonly video: TestVideoSpec;
  private readonly card: TestCard;
  private readonly scaler = new Scaler();
  private readonly starts: readonly number[];

  constructor(spec: TestMediaSpec, video: TestVideoSpec, output: FormatContext) {
    const pixelFormat = video.pixelFormat ?? defaultFormats[video.codec];
    super(output, videoContext(video, pixelFormat, true));
    this.video = video;
    this.frames = video.durationsMs?.length ?? video.frames;
    this.card = new TestCard(
      spec,
      video,
      this.context.pixelFormat === AV_PIX_FMT_YUV420P ? 'yuv420p' : cardFormat(pixelFormat),
    );
    const starts = [0];
    for (let index = 0; index < this.frames; index += 1)
      starts.push((starts[index] ?? 0) + (video.durationsMs?.[index] ?? 1));
    this.starts = starts;
    if (video.durationsMs === undefined) this.stream.avgFrameRate = new Rational(video.rate.num, video.rate.den);
    const aspect = video.pixelAspect ?? { num: 1, den: 1 };
    this.stream.sampleAspectRatio = new Rational(aspect.num, aspect.den);
    if (video.rotation !== undefined && video.rotation !== 0) {
      checked(
        this.stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, displayMatrix(video.rotation)),
        'display matrix',
      );
    }
    if (spec.startTimecode !== undefined) {
      const { frame, dropFrame } = spec.startTimecode;
      this.stream.metadata = Dictionary.fromObject({ timecode: timecodeText(frame, cardRate(video), dropFrame) });
    }
  }

  secondsAt(frame: number): number {
    const { timeBase } = this.context;
    return ((this.starts[frame] ?? 0) * timeBase.num) / timeBase.den;
  }

  writeFrame(index: number): void {
    const frame = cardFrame(this.card, index, this.video, this.context.pixelFormat, this.scaler);
    try {
      frame.pts = BigInt(this.starts[index] ?? 0);
      this.send(frame, (pts) => this.durationAt(pts));
    } finally {
      frame.free();
    }
  }

  finish(): void {
    this.send(null, (pts) => this.durationAt(pts));
  }

  private durationAt(pts: number): number {
    const index = this.starts.indexOf(pts);
    return (this.starts[index + 1] ?? pts + 1) - pts;
  }

  override close(): void {
    this.scaler.close();
    super.close();
  }
}

/** The format that a card is drawn in before it is converted to the encoder's. */
function cardFormat(pixelFormat: string): string {
  return pixelFormat.endsWith('10le') ? 'yuv422p10le' : 'yuv444p';
}

function displayMatrix(degrees: number): Buffer {
  const matrix = Buffer.alloc(36);
  const cos = Math.round(Math.cos((degrees * Math.PI) / 180)) * 65536;
  const sin = Math.round(Math.sin((degrees * Math.PI) / 180)) * 65536;
  [cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30].forEach((value, index) => matrix.writeInt32LE(value, index * 4));
  return matrix;
}

class ToneTrack extends Track {
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
