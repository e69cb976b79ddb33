import { type Rational, zero } from '@patchwork/time';
import { type AnchorMap, anchorOfMap, anchorOfRest, heldFrameName, streamName } from './anchor-map.ts';
import type { Canvas } from './canvas.ts';
import { coversCanvas, plainConform, resizes, shownRaster } from './conform.ts';
import { type CropCurves, cropAt, cropClass, cropResizes, cropSignature, isConstantCrop } from './crop.ts';
import { cropText } from './frame-key.ts';
import { type Expression } from './expression.ts';
import type { MediaInfo, VideoStreamInfo } from './media-info.ts';
import type { Picture, SourcePicture } from './picture.ts';
import type { ClipUse } from './program.ts';
import type { Lead, Mover, Trace } from './shown.ts';
import { indexOf, neighboursAt, ptsOf } from './stream-clock.ts';
import { mapText, type TimeMap } from './time-map.ts';

/** A file's picture stream, placed in time and on the canvas. */
export interface SourceUse {
  readonly info: MediaInfo;
  readonly video: VideoStreamInfo;
  readonly map: TimeMap;
  readonly sampling: 'nearest' | 'blend';
  readonly canvas: Canvas;
  readonly conform: SourcePicture['conform'];
  readonly crop: CropCurves | null;
  readonly clip: ClipUse;
  readonly lead: Lead;
}

/** FFmpeg's pixel formats that have no alpha. An allow-list on purpose: what is not proven opaque is not. */
const opaqueFormat =
  /^(yuvj?4\d\dp|yuv(yv|v)?422|yuyv422|uyvy422|uyyvyy411|nv\d|p[024]\d\d|gray|mono|rgb(24|48|565|555|444)|bgr(24|48|565|555|444)|gbrp(\d|$)|[xy]2\d\d|x2(rgb|bgr)|rgb0|bgr0|0rgb|0bgr|v30x|xv\d)/;

/** The layer that shows a file's frames. */
export function source(use: SourceUse): Expression {
  const { info, video, canvas, crop } = use;
  const raster = shownRaster(video, video.pixelAspect, video.rotation);
  const plain = plainConform(raster, canvas, use.conform);
  const covers = opaqueFormat.test(video.pixelFormat) && coversCanvas(raster, canvas, plain);
  const isResized = video.pixelAspect.num !== video.pixelAspect.den || resizes(raster, canvas, plain);
  const anchor = anchorOf(use);
  const isMoving = crop !== null && !isConstantCrop(crop);
  const framesAt = use.sampling === 'blend' ? blendedFrames(use) : null;
  const nearest = clampedIndex(use);
  const ptsAt = ptsOf(video);
  const timeText = timeTextOf(use);
  const clips = [use.clip];

  const pictureOf = (index: number, cropped: SourcePicture['crop']): SourcePicture => ({
    op: 'source',
    media: info.identity,
    stream: video.stream,
    frame: index,
    pts: ptsAt(index),
    color: video.color,
    pixelAspect: video.pixelAspect,
    rotation: video.rotation,
    // What a crop leaves has another aspect, so only the whole picture has one word for conforms that come to the same.
    conform: cropClass(cropped) === '1' ? plain : use.conform,
    crop: cropped,
  });

  const noted = (
    trace: Trace | null,
    indexAt: (frame: number) => number,
    which: string,
    frame: number,
  ): SourcePicture => {
    const cropped = crop === null ? noCrop : cropAt(crop, frame);
    const picture = pictureOf(indexAt(frame), cropped);
    if (trace === null) return picture;
    const signature = `${timeText} ${which}`;
    if (crop === null || cropClass(cropped) === '1') {
      trace.note(picture, { at: (f) => frameText(indexAt(f), ptsAt), signature });
    } else {
      trace.note(picture, {
        at: (f) => `${frameText(indexAt(f), ptsAt)} ${cropText(cropAt(crop, f))}`,
        signature: `${signature} ${cropSignature(crop)}`,
      });
    }
    return picture;
  };

  const blendClass = framesAt === null ? null : (f: number): string => (framesAt(f).share.num === 0 ? 'n' : 'b');
  const moveClass = isMoving ? (f: number): string => cropClass(cropAt(crop, f)) : null;
  return {
    classAt:
      blendClass !== null && moveClass !== null ? (f) => blendClass(f) + moveClass(f) : (blendClass ?? moveClass),
    at: (frame, trace) => {
      const cropped = crop === null ? noCrop : cropAt(crop, frame);
      const kind = cropClass(cropped);
      if (kind === '0') return null;
      let picture: Picture;
      if (framesAt === null || framesAt(frame).share.num === 0) {
        picture = noted(trace, framesAt === null ? nearest : (f) => framesAt(f).from, 'nearest', frame);
      } else {
        const from = noted(trace, (f) => framesAt(f).from, 'from', frame);
        const to = noted(trace, (f) => framesAt(f).to, 'to', frame);
        picture = { op: 'mix', from, to, share: framesAt(frame).share };
        const mover: Mover = { at: (f) => shareText(framesAt(f).share), signature: `${timeText} share` };
        trace?.note(picture, mover);
      }
      return {
        picture,
        opaque: covers && kind === '1',
        resized: isResized || cropResizes(cropped, use.conform),
        anchor,
        clips,
        lead: use.lead,
        unmodelled: [],
      };
    },
  };
}

/** Canonical text of when which frame shows. A still shows one frame at all times, a freeze one frame of its file. */
function timeTextOf({ video, map }: SourceUse): string {
  if (video.still) return 'held 0';
  return map.kind === 'hold' ? `held ${clampedIndex({ video, map })(0)}` : mapText(map);
}

const noCrop: SourcePicture['crop'] = { left: 0, right: 0, top: 0, bottom: 0 };

function frameText(index: number, ptsAt: (index: number) => number): string {
  return `${index}@${ptsAt(index)}`;
}

function shareText(share: Rational): string {
  return share.den === 1 ? String(share.num) : `${share.num}/${share.den}`;
}

/** Which frame shows, held at the stream's first and last one outside of it. */
export function clampedIndex({ video, map }: Pick<SourceUse, 'video' | 'map'>): (frame: number) => number {
  const indexAt = indexOf(video, map);
  const last = video.frames - 1;
  return (frame) => {
    const index = indexAt(frame);
    return index < 0 ? 0 : index > last ? last : index;
  };
}

interface BlendedFrames {
  readonly from: number;
  readonly to: number;
  readonly share: Rational;
}

/** The two frames a blend lies between, held at the stream's ends; share 0 where there is one only. */
function blendedFrames({ video, map }: SourceUse): (frame: number) => BlendedFrames {
  const last = video.frames - 1;
  return (frame) => {
    const { index, share } = neighboursAt(video, map, frame);
    if (video.still || index < 0) return { from: 0, to: 0, share: zero };
    if (index >= last) return { from: last, to: last, share: zero };
    return { from: index, to: index + 1, share };
  };
}

function anchorOf({ info, video, map }: SourceUse): AnchorMap {
  const stream = streamName(info.identity, video.stream);
  if (video.still) return anchorOfRest(heldFrameName(info.identity, video.stream, 0));
  if (map.kind !== 'hold') return anchorOfMap(stream, map);
  return anchorOfRest(heldFrameName(info.identity, video.stream, clampedIndex({ video, map })(0)));
}
