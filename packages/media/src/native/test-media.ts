import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  FF_COMPLIANCE_UNOFFICIAL,
} from 'node-av/constants';
import {
  CodecContext,
  Dictionary,
  FormatContext,
  type Frame,
  Packet,
  Rational,
  avGetPixFmtFromName,
} from 'node-av/lib';
import type { TestMediaSpec, TestVideoSpec } from '../jobs.ts';
import { checked, encoderNamed, present } from './check.ts';
import { colorNumbers } from './frame/color-tags.ts';
import { FrameArena } from './frame/frame-arena.ts';
import { tagFrame } from './frame/frame-memory.ts';
import { MuxedTrack } from './test-media/muxed-track.ts';
import { Scaler } from './frame/scaler.ts';
import { TestCard, cardRate } from './test-media/test-card.ts';
import { timecodeText } from './timecode.ts';
import { ToneTrack } from './test-media/tone-track.ts';

const encoders = {
  h264: 'libx264',
  hevc: 'libx265',
  av1: 'libsvtav1',
  prores: 'prores_ks',
  dnxhr: 'dnxhd',
  mpeg4: 'mpeg4',
  mjpeg: 'mjpeg',
  png: 'png',
} as const;
const defaultFormats = {
  h264: 'yuv420p',
  hevc: 'yuv420p',
  av1: 'yuv420p',
  prores: 'yuv422p10le',
  dnxhr: 'yuv422p',
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
  const frames = new FrameArena();
  const frame = cardFrame(new TestCard(spec, video, 'yuv444p'), 0, video, context.pixelFormat, scaler, frames);
  try {
    frame.pts = 0n;
    checked(context.sendFrameSync(frame), 'encoding a still');
    checked(context.sendFrameSync(null), 'draining the encoder');
    checked(context.receivePacketSync(packet), 'taking a still');
    writeFileSync(spec.path, present(packet.data, 'packet data'));
  } finally {
    frames.close();
    packet.free();
    scaler.close();
    context.freeContext();
  }
}

/** The card of a frame in the encoder's format; valid until `frames` is reset. */
function cardFrame(
  card: TestCard,
  index: number,
  video: TestVideoSpec,
  format: CodecContext['pixelFormat'],
  scaler: Scaler,
  frames: FrameArena,
): Frame {
  const drawn = frames.frameOf(card.draw(index));
  const color = video.color ?? rec709;
  tagFrame(drawn, colorNumbers(color));
  if (drawn.format === format) return drawn;
  const full = video.codec === 'mjpeg' || video.codec === 'png';
  const converted = frames.take(format, video.width, video.height);
  scaler.convert(drawn, color, converted, full ? { ...color, range: 'pc' } : color);
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
  context.maxBFrames = ['h264', 'hevc', 'mpeg4'].includes(video.codec) ? (video.bFrames ?? 2) : 0;
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
            ...(video.x264 ?? []),
          ].join(':'),
        ],
      ];
    case 'hevc':
      return [
        ['preset', 'ultrafast'],
        ['crf', String(video.crf ?? 18)],
        [
          'x265-params',
          [
            'pools=none',
            'frame-threads=1',
            'log-level=none',
            'scenecut=0',
            `keyint=${gop}`,
            `min-keyint=${gop}`,
            `bframes=${video.bFrames ?? 2}`,
            'b-adapt=0',
            `open-gop=${video.openGop === true ? 1 : 0}`,
          ].join(':'),
        ],
      ];
    case 'av1':
      return [
        ['preset', '12'],
        ['crf', String(video.crf ?? 18)],
        ['svtav1-params', 'lp=1'],
      ];
    case 'dnxhr':
      return [['profile', 'dnxhr_sq']];
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

class CardTrack extends MuxedTrack {
  readonly frames: number;
  private readonly video: TestVideoSpec;
  /** By frame. */
  private readonly shown: readonly { readonly card: TestCard; readonly index: number }[];
  private readonly scaler = new Scaler();
  private readonly cards = new FrameArena();
  private readonly starts: readonly number[];

  constructor(spec: TestMediaSpec, video: TestVideoSpec, output: FormatContext) {
    const pixelFormat = video.pixelFormat ?? defaultFormats[video.codec];
    super(output, videoContext(video, pixelFormat, true));
    this.video = video;
    this.frames = video.durationsMs?.length ?? video.frames;
    const format = this.context.pixelFormat === AV_PIX_FMT_YUV420P ? 'yuv420p' : cardFormat(pixelFormat);
    const shots = video.shots ?? [{ id: spec.id, from: video.firstNumber ?? 0, frames: this.frames }];
    this.shown = shots.flatMap(({ id, from, frames }) => {
      const card = new TestCard({ ...spec, id }, { ...video, firstNumber: from }, format);
      return Array.from({ length: frames }, (_, index) => ({ card, index }));
    });
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
    const { card, index: place } = present(this.shown[index], 'a shot for the frame');
    const frame = cardFrame(card, place, this.video, this.context.pixelFormat, this.scaler, this.cards);
    frame.pts = BigInt(this.starts[index] ?? 0);
    this.send(frame, (pts) => this.durationAt(pts));
    this.cards.reset();
  }

  finish(): void {
    this.send(null, (pts) => this.durationAt(pts));
  }

  private durationAt(pts: number): number {
    const index = this.starts.indexOf(pts);
    return (this.starts[index + 1] ?? pts + 1) - pts;
  }

  override close(): void {
    this.cards.close();
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
