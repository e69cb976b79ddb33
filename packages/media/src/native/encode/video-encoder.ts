import { PatchworkError } from '@patchwork/kernel';
import type { VideoProfile } from '@patchwork/plan';
import type { ColorTags } from '@patchwork/program';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AVCHROMA_LOC_LEFT,
  AVERROR_OPTION_NOT_FOUND,
} from 'node-av/constants';
import { CodecContext, Packet, Rational } from 'node-av/lib';
import type { Frame } from 'node-av/lib';
import { checked, encoderNamed, endOfStream, libavText, present, tryAgain } from '../check.ts';
import { colorNumbers } from '../frame/color-tags.ts';
import { encoderName } from './encoder-name.ts';
import { allocatedFrame, tagFrame, writeToFrame } from '../frame/frame-memory.ts';
import { type Raster, rasterFormat } from '../frame/raster.ts';
import { x264Names } from './x264-names.ts';
import { x265Names } from './x265-names.ts';

/**
 * The colour tags that an encoder is told. H.264 and HEVC say primaries and transfer in the parameter sets alone, and
 * whoever writes those puts the profile's there: the coded pictures stay the same ones under any of them. prores_ks writes
 * all four into every frame header, SVT-AV1 into every key frame.
 */
function taggedColor(video: VideoProfile): ColorTags {
  switch (video.codec) {
    case 'h264':
    case 'hevc':
      return { ...video.color, primaries: 'unknown', transfer: 'unknown' };
    case 'av1':
    case 'prores':
    case 'dnxhr':
      return video.color;
  }
}

/** A packet as the encoder gave it, in decoding order. */
export interface EncodedPacket {
  readonly data: Uint8Array;
  /** Place in showing order, counted from the encoder's first frame. */
  readonly order: number;
  readonly key: boolean;
}

/** An encoder's own option: `x264-params.NAME`, also with `:`, `/` or a space. */
const ownOption = /^(x264-params|x265-params|svtav1-params)[.:/ ](.+)$/;

/** Names that an encoder knows, where FFmpeg would pass over others. SVT-AV1 is told to fail at them. */
const knownNames: { readonly [group: string]: ReadonlySet<string> } = {
  'x264-params': x264Names,
  'x265-params': x265Names,
};

/**
 * The encoder's options as FFmpeg takes them. `x264-params.NAME` and its like are the encoder's own, joined to one text;
 * an empty one would silently end x264's list, so it is refused.
 *
 * @throws PW_MEDIA_ENCODER naming the option
 */
export function encoderOptions(options: VideoProfile['options']): [string, string][] {
  const plain: [string, string][] = [];
  const own = new Map<string, string[]>();
  const add = (group: string, items: readonly string[]): void => {
    own.set(group, [...(own.get(group) ?? []), ...items]);
  };
  for (const name of Object.keys(options).toSorted()) {
    const value = options[name] ?? '';
    const match = ownOption.exec(name);
    if (match !== null) add(match[1] ?? '', [`${match[2] ?? ''}=${value}`]);
    else if (/^(x264|x265|svtav1)-params$/.test(name)) add(name, value.split(':'));
    else plain.push([name, value]);
  }
  for (const [group, items] of own) {
    const known = knownNames[group];
    for (const item of items) {
      const [name = ''] = item.split('=');
      if (!/^[^:=]+=[^:=]+$/.test(item) || known?.has(name) === false) throw refusedOption(group, item);
    }
    plain.push([group, items.join(':')]);
  }
  return plain;
}

function refusedOption(name: string, value: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_ENCODER', `the encoder does not take the option ${name} = "${value}"`, {
    hint: 'Correct the option in the profile.',
    details: { option: name, value },
  });
}

/**
 * One encoder, from its first frame to its drain. One thread: x264's pictures change with the number of threads.
 * Frames get the times 0, 1, 2 …; the first is forced to be a key frame.
 */
export class VideoEncoder {
  readonly extradata: Uint8Array;
  private readonly context: CodecContext;
  private readonly frame: Frame;
  private readonly packet: Packet;
  private readonly forceFirst: boolean;
  private count = 0;

  /** Opens the encoder with every option of the profile. @throws PW_MEDIA_ENCODER */
  constructor(video: VideoProfile) {
    const format = rasterFormat(video.pixelFormat);
    const name = encoderName(video.codec);
    const codec = encoderNamed(name);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = video.width;
    context.height = video.height;
    context.pixelFormat = format.pixelFormat;
    context.timeBase = new Rational(video.rate.den, video.rate.num);
    context.framerate = new Rational(video.rate.num, video.rate.den);
    context.sampleAspectRatio = new Rational(1, 1);
    context.threadCount = 1;
    const color = colorNumbers(taggedColor(video));
    context.colorPrimaries = color.primaries;
    context.colorTrc = color.transfer;
    context.colorSpace = color.matrix;
    context.colorRange = color.range;
    context.chromaLocation = AVCHROMA_LOC_LEFT;
    context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    for (const [option, value] of encoderOptions(video.options)) {
      const code = context.setOption(option, value);
      if (code === AVERROR_OPTION_NOT_FOUND || code < 0) {
        context.freeContext();
        throw refusedOption(option, value);
      }
    }
    const opened = context.open2Sync(codec, null);
    if (opened < 0) {
      context.freeContext();
      throw new PatchworkError('PW_MEDIA_ENCODER', `${name} does not open: ${libavText(opened)}`, {
        hint: 'An option of the profile has a value that the encoder refuses.',
        details: { encoder: name, options: { ...video.options } },
      });
    }
    this.context = context;
    this.extradata = Uint8Array.from(context.extraData ?? []);
    this.frame = allocatedFrame(format.pixelFormat, video.width, video.height);
    // prores_ks writes the frame's tags into every frame header, not the context's.
    tagFrame(this.frame, color);
    this.packet = new Packet();
    this.packet.alloc();
    this.forceFirst = video.codec === 'h264' || video.codec === 'hevc';
  }

  /** Encodes a picture; returns the packets that came out. */
  encode(raster: Raster): EncodedPacket[] {
    checked(this.frame.makeWritable(), 'av_frame_make_writable');
    writeToFrame(raster, this.frame);
    return this.send();
  }

  /** Encodes a frame of the encoder's own size and format, whose samples are copied and nothing else. As {@link encode}. */
  encodeFrame(frame: Frame): EncodedPacket[] {
    checked(this.frame.makeWritable(), 'av_frame_make_writable');
    checked(this.frame.copy(frame), 'av_frame_copy');
    return this.send();
  }

  /** Ends the input; returns the packets still inside. */
  finish(): EncodedPacket[] {
    checked(this.context.sendFrameSync(null), 'draining the encoder');
    return this.take();
  }

  private send(): EncodedPacket[] {
    this.frame.pts = BigInt(this.count);
    this.frame.pictType = this.forceFirst && this.count === 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    this.count += 1;
    checked(this.context.sendFrameSync(this.frame), 'encoding a frame');
    return this.take();
  }

  private take(): EncodedPacket[] {
    const packets: EncodedPacket[] = [];
    for (;;) {
      const code = this.context.receivePacketSync(this.packet);
      if (code === tryAgain || code === endOfStream) return packets;
      checked(code, 'taking a packet');
      packets.push({
        data: new Uint8Array(present(this.packet.data, 'packet data')),
        order: Number(this.packet.pts),
        key: this.packet.isKeyframe,
      });
      this.packet.unref();
    }
  }

  /** Frees everything native. */
  close(): void {
    this.packet.free();
    this.frame.free();
    this.context.freeContext();
  }
}
