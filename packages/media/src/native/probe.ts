import { resolve } from 'node:path';
import { createHash } from 'node:crypto';
import { canonicalJson, PatchworkError, type Digest, type Json } from '@patchwork/kernel';
import type { ColorTags, SoundStreamInfo, VideoStreamInfo } from '@patchwork/program';
import { type Rational, add, rational } from '@patchwork/time';
import {
  AV_CHANNEL_ORDER_UNSPEC,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_FIELD_BB,
  AV_FIELD_BT,
  AV_FIELD_PROGRESSIVE,
  AV_FIELD_TB,
  AV_FIELD_TT,
  AV_FRAME_FLAG_INTERLACED,
  AV_FRAME_FLAG_TOP_FIELD_FIRST,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  AV_OPT_TYPE_INT,
} from 'node-av/constants';
import { avChannelLayoutDescribe, avGetCodecName } from 'node-av/lib';
import type { FormatContext, Stream } from 'node-av/lib';
import type { ProbedMedia, StatedVideoJob } from '../jobs.ts';
import { colorTags } from './frame/color-tags.ts';
import { frameTimes, type FrameTimes } from './decode/frame-times.ts';
import { openInput } from './decode/input.ts';
import { gridFrames } from './decode/movie-frames.ts';
import { type ScannedPackets, scanPackets } from './decode/packet-scan.ts';
import { pixelFormatName } from './frame/pixel-format.ts';
import { openDecoder } from './decode/open-stream.ts';
import { missingBytes } from './decode/stated-size.ts';
import { StreamDecoder } from './decode/stream-decoder.ts';
import { timecodeFrame } from './timecode.ts';

/**
 * Reads all that is known of a media file, packet by packet, once.
 *
 * @throws PW_MEDIA_MISSING, PW_MEDIA_UNREADABLE, PW_MEDIA_TRUNCATED, PW_MEDIA_NO_STREAMS
 */
export function probe(path: string): ProbedMedia {
  const input = openInput(path);
  try {
    const container = input.iformat?.name ?? 'unknown';
    const streams = input.streams;
    const picture =
      streams.find((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO && isFilm(stream)) ?? null;
    const sounds = streams.filter(
      (stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO && stream.codecpar.sampleRate > 0,
    );
    if (picture === null && sounds.length === 0) {
      throw new PatchworkError('PW_MEDIA_NO_STREAMS', `${path}: it holds neither picture nor sound`, {
        hint: 'Choose another file for this clip.',
        details: { path, container },
      });
    }
    checkWhole(path, container);
    const scan = scanPackets(input);
    if (scan.fault !== null) throw truncated(path, scan.fault);
    const video = picture === null ? null : videoInfo(path, container, picture, scan);
    const sound = sounds.map((stream) => soundInfo(path, stream, scan));
    const timecode = video === null ? null : startTimecode(input, picture, video);
    const content = contentDigest(streams, scan, { video, sound, startTimecode: timecode });
    return { path, container, content, video, sound, startTimecode: timecode };
  } finally {
    input.closeInputSync();
  }
}

/** As {@link probe} of the pictures alone; null where the demuxer does not see them as the job says. @throws as `probe` */
export function statedVideo({ path, grid }: StatedVideoJob): VideoStreamInfo | null {
  const input = openInput(path);
  try {
    const frames = gridFrames(input, path, grid);
    const stream = frames === null ? undefined : input.streams[frames.stream];
    if (frames === null || stream === undefined) return null;
    checkWhole(path, input.iformat?.name ?? 'unknown');
    const times = { ...grid, firstPts: frames.ptsOf(0), times: null };
    // A first frame that stands elsewhere than stated does not come out.
    const first = firstFrame(path, stream, times.firstPts, false);
    return first === null ? null : factsOf(path, stream, times, { still: false, first });
  } finally {
    input.closeInputSync();
  }
}

/**
 * Digests all that a renderer can see of a file: what was probed, each stream's decoder set-up, and every packet. The
 * container around them is left out, so a remux is the same content.
 */
function contentDigest(
  streams: readonly Stream[],
  scan: ScannedPackets,
  facts: Omit<ProbedMedia, 'path' | 'container' | 'content'>,
): Digest {
  const seenOrHeard = streams.filter(
    ({ codecpar: { codecType } }) => codecType === AVMEDIA_TYPE_VIDEO || codecType === AVMEDIA_TYPE_AUDIO,
  );
  const setUps = seenOrHeard.map(({ codecpar, index }): Json => ({
    type: codecpar.codecType,
    codec: codecpar.codecId,
    format: codecpar.format,
    bits: codecpar.bitsPerCodedSample,
    padding: codecpar.initialPadding,
    extradata: codecpar.extradata?.toString('base64') ?? null,
    packets: scan.streams[index]?.content ?? null,
  }));
  return createHash('sha256')
    .update(canonicalJson({ schema: 'patchwork.content/1', facts: facts as unknown as Json, setUps }))
    .digest('hex');
}

function isFilm(stream: Stream): boolean {
  return !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC);
}

function truncated(path: string, why: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_TRUNCATED', `${path}: the file breaks off (${why})`, {
    hint: 'Copy or record the file again.',
    details: { path },
  });
}

function checkWhole(path: string, container: string): void {
  if (!container.split(',').some((one) => one === 'mov' || one === 'matroska')) return;
  const missing = missingBytes(resolve(path));
  if (missing > 0) throw truncated(path, `${missing} bytes are missing at its end`);
}

function videoInfo(path: string, container: string, stream: Stream, scan: ScannedPackets): VideoStreamInfo {
  const packets = scan.streams[stream.index];
  const timeBase = rational(stream.timeBase.num, stream.timeBase.den);
  const given = packets?.pts ?? [];
  const isImage = /(^|,)(\w+_pipe|gif|apng|webp_anim)(,|$)/.test(container);
  const pts = given.filter((one): one is number => one !== null);
  if (pts.length < given.length && !isImage) {
    throw new PatchworkError(
      'PW_MEDIA_UNREADABLE',
      `${path}: ${given.length - pts.length} of ${given.length} pictures have no presentation time`,
      {
        hint: 'Rewrap the file as MOV or MP4 (or transcode an AVI).',
        details: { path },
      },
    );
  }
  if (given.length === 0) throw truncated(path, 'no picture was found');
  const still = isImage && given.length === 1;
  const clean = [...new Set(pts)];
  const times = frameTimes(still && clean.length === 0 ? [0] : clean, packets?.lastDuration ?? 0, timeBase, [
    plain(stream.avgFrameRate),
    plain(stream.rFrameRate),
  ]);
  return factsOf(path, stream, times, { still, first: firstFrame(path, stream, times.firstPts, still) });
}

function factsOf(
  path: string,
  stream: Stream,
  times: FrameTimes,
  { still, first }: { readonly still: boolean; readonly first: ReturnType<typeof firstFrame> },
): VideoStreamInfo {
  const parameters = stream.codecpar;
  const aspect = stream.sampleAspectRatio.num > 0 ? stream.sampleAspectRatio : parameters.sampleAspectRatio;
  return {
    stream: stream.index,
    codec: avGetCodecName(parameters.codecId) ?? 'unknown',
    profile: profileName(stream),
    width: parameters.width,
    height: parameters.height,
    pixelFormat: pixelFormatName(parameters.format),
    pixelAspect: aspect.num > 0 && aspect.den > 0 ? rational(aspect.num, aspect.den) : { num: 1, den: 1 },
    rotation: rotationOf(stream),
    fieldOrder: first?.fieldOrder ?? statedFieldOrder(stream, path),
    color: mergedTags(colorTags(parameters), first?.color ?? null),
    rate: times.rate,
    frames: times.frames,
    still,
    timeBase: rational(stream.timeBase.num, stream.timeBase.den),
    firstPts: times.firstPts,
    times: times.times,
  };
}

/** What the container states; what it leaves open, the first picture's own header. */
function mergedTags(stated: ColorTags, shown: ColorTags | null): ColorTags {
  if (shown === null) return stated;
  const either = (one: string, other: string): string => (one === 'unknown' ? other : one);
  return {
    primaries: either(stated.primaries, shown.primaries),
    transfer: either(stated.transfer, shown.transfer),
    matrix: either(stated.matrix, shown.matrix),
    range: either(stated.range, shown.range),
  };
}

function plain(value: { readonly num: number; readonly den: number }): Rational {
  return { num: value.num, den: value.den };
}

/** Decodes the first picture: only it says for sure whether fields were woven, and a still must be whole. */
function firstFrame(
  path: string,
  stream: Stream,
  pts: number,
  still: boolean,
): Pick<VideoStreamInfo, 'fieldOrder' | 'color'> | null {
  const decoder = new StreamDecoder(path, stream.index, 0);
  try {
    const frame = decoder.frameAt(pts);
    const interlaced = frame.hasFlags(AV_FRAME_FLAG_INTERLACED);
    const color = colorTags(frame);
    const top = frame.hasFlags(AV_FRAME_FLAG_TOP_FIELD_FIRST);
    frame.free();
    const stated = statedFieldOrder(stream, path);
    return { fieldOrder: interlaced ? (top ? 'tt' : 'bb') : stated === 'unknown' ? 'progressive' : stated, color };
  } catch (error) {
    if (still) throw truncated(path, error instanceof Error ? error.message : String(error));
    // A damaged first frame is no error until it is needed; what the container states must do.
    return null;
  } finally {
    decoder.close();
  }
}

function statedFieldOrder(stream: Stream, path: string): string {
  const { codec } = openDecoder(stream, path);
  try {
    switch (codec.getOption('field_order', AV_OPT_TYPE_INT)) {
      case AV_FIELD_PROGRESSIVE:
        return 'progressive';
      case AV_FIELD_TT:
        return 'tt';
      case AV_FIELD_BB:
        return 'bb';
      case AV_FIELD_TB:
        return 'tb';
      case AV_FIELD_BT:
        return 'bt';
      default:
        return 'unknown';
    }
  } finally {
    codec.freeContext();
  }
}

function profileName(stream: Stream): string {
  const text = stream.codecpar.getCodecString();
  return text === null || text === '' ? String(stream.codecpar.profile) : text;
}

/** Degrees clockwise from the display matrix: a 3×3 of 16.16 numbers, row by row; flips are not modelled. */
function rotationOf(stream: Stream): number {
  const matrix = stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  if (matrix === null || matrix.length < 36) return 0;
  const degrees = (Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI;
  return (((Math.round(degrees / 90) * 90) % 360) + 360) % 360;
}

function soundInfo(path: string, stream: Stream, scan: ScannedPackets): SoundStreamInfo {
  const { codecpar: parameters, timeBase } = stream;
  const packets = scan.streams[stream.index];
  const first = packets?.pts[0] ?? null;
  const counted = ((packets?.duration ?? 0) * timeBase.num * parameters.sampleRate) / timeBase.den;
  const layout = parameters.channelLayout;
  if (counted <= 0) throw truncated(path, `sound stream ${stream.index} is empty`);
  return {
    stream: stream.index,
    codec: avGetCodecName(parameters.codecId) ?? 'unknown',
    sampleRate: parameters.sampleRate,
    channels: parameters.channels,
    layout: layout.order === AV_CHANNEL_ORDER_UNSPEC ? 'unknown' : (avChannelLayoutDescribe(layout) ?? 'unknown'),
    start: startOf(first ?? 0, packets?.skippedAtHead ?? 0, stream),
    samples: Math.max(0, Math.round(counted) - (packets?.skippedAtHead ?? 0) - (packets?.skippedAtEnd ?? 0)),
  };
}

/** Time of the first sample that is heard: priming that the decoder drops lies before it. */
function startOf(pts: number, skipped: number, stream: Stream): Rational {
  const first = rational(pts * stream.timeBase.num, stream.timeBase.den);
  return skipped === 0 ? first : add(first, rational(skipped, stream.codecpar.sampleRate));
}

function startTimecode(
  input: FormatContext,
  picture: Stream | null,
  video: VideoStreamInfo,
): ProbedMedia['startTimecode'] {
  const texts = [
    picture?.metadata?.get('timecode'),
    ...input.streams.map((stream) => stream.metadata?.get('timecode')),
    input.metadata?.get('timecode'),
  ];
  for (const text of texts) {
    if (typeof text !== 'string') continue;
    const found = timecodeFrame(text, video.rate);
    if (found !== null) return found;
  }
  return null;
}
