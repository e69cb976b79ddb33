import {
  activeReferenceOrNull,
  type Clip,
  type ExternalReference,
  type MediaReference,
  unmodelledOf,
} from '@patchwork/timeline';
import { anchorOfRest } from './anchor-map.ts';
import { timecodeText } from './burn-in.ts';
import { type Expression, unmodelled } from './expression.ts';
import { nested } from './nest.ts';
import { generator } from './generator.ts';
import { type ItemEffects, itemEffects, withItemEffects } from './item-effects.ts';
import type { MediaInfo, VideoStreamInfo } from './media-info.ts';
import { mediaZero } from './media-zero.ts';
import type { Refusal } from './refusals.ts';
import type { Place, Resolver } from './resolver.ts';
import { type OwnRange, timeMapOf } from './retime.ts';
import type { Lead } from './shown.ts';
import { clampedIndex, source } from './source.ts';
import { mapText, type TimeMap } from './time-map.ts';

/** A clip on the record: what it shows at any record frame, its own range and beyond, and how it runs through its media. */
export interface PlacedClip {
  readonly expression: Expression;
  /** Null where the clip is no frame of a file. */
  readonly run: { readonly video: VideoStreamInfo; readonly map: TimeMap } | null;
}

/** Resolves a clip at its place. What cannot be drawn is refused when it is looked at. Null when it shows nothing. */
export function resolveClip(
  clip: Clip,
  place: Pick<Place, 'canvas' | 'track' | 'ownTime'>,
  range: OwnRange,
  resolver: Resolver,
): PlacedClip | null {
  if (!clip.enabled) return null;
  const where = `${place.track} / ${clip.name}`;
  const effects = itemEffects(clip, place.ownTime, where);
  const reference = activeReferenceOrNull(clip);
  const placed = referenceExpression(clip, reference, effects, place, range, resolver);
  let { expression } = placed;
  for (const thing of reference === null ? [] : unmodelledOf(reference)) {
    expression = unmodelled(expression, `${thing.label} on ${where}`, thing.content);
  }
  return { ...placed, expression: withItemEffects(expression, effects, place, resolver) };
}

type ClipPlace = Pick<Place, 'canvas' | 'track' | 'ownTime'>;

function referenceExpression(
  clip: Clip,
  reference: MediaReference | null,
  effects: ItemEffects,
  place: ClipPlace,
  range: OwnRange,
  resolver: Resolver,
): PlacedClip {
  const refuse = (kind: Refusal['kind'], path: string | null, found: string): PlacedClip => ({
    expression: refused(() => resolver.refusals.add({ kind, clip: clip.name, track: place.track, path, found })),
    run: null,
  });
  switch (reference?.kind) {
    case 'ExternalReference':
      return fileExpression(clip, reference, effects, place, range, resolver, refuse);
    case 'GeneratorReference': {
      const use = { name: clip.name, track: place.track, media: null, identity: null };
      const drawn = generator(reference, use, `${place.track} / ${clip.name}`, unmodelledOf(clip).length > 0);
      return { expression: nested(drawn, place.canvas, place.canvas, effects.conform, effects.crop), run: null };
    }
    case 'ImageSequenceReference':
      return refuse('sequence', `${reference.targetUrlBase}${reference.namePrefix}*${reference.nameSuffix}`, '');
    case 'MissingReference':
    case 'Unknown':
    case undefined:
      return refuse('offline', null, '');
  }
}

function fileExpression(
  clip: Clip,
  reference: ExternalReference,
  effects: ItemEffects,
  place: ClipPlace,
  range: OwnRange,
  resolver: Resolver,
  refuse: (kind: Refusal['kind'], path: string | null, found: string) => PlacedClip,
): PlacedClip {
  const { canvas, track } = place;
  const info = resolver.media(reference.targetUrl);
  if (info === null) return refuse('offline', reference.targetUrl, '');
  const { video } = info;
  if (video === null || video.frames < 1) return refuse('undecodable', info.path, video === null ? '' : 'no frames');
  if (!isProgressive(video)) return refuse('interlaced', info.path, `field order ${video.fieldOrder}`);
  if (needsHdrConversion(video.color.transfer, canvas.color.transfer)) {
    return refuse('hdr', info.path, `transfer ${video.color.transfer}, timeline ${canvas.color.transfer}`);
  }
  const map = timeMapOf(effects.retime, range, place.ownTime, mediaZero(reference, info));
  const expression = source({
    info,
    video,
    map,
    sampling: effects.sampling,
    canvas,
    conform: effects.conform,
    crop: effects.crop,
    clip: { name: clip.name, track, media: info.path, identity: info.identity },
    lead: leadOf(clip, info, video, map),
  });
  return { expression, run: { video, map } };
}

/** A still has no fields. */
function isProgressive(video: VideoStreamInfo): boolean {
  return video.still || video.fieldOrder === 'progressive' || video.fieldOrder === 'unknown';
}

const hdrTransfers: ReadonlySet<string> = new Set(['smpte2084', 'arib-std-b67']);

/** Tells whether the one is HDR and the other is not, or both are in different ways. */
export function needsHdrConversion(from: string, to: string): boolean {
  return from !== to && (hdrTransfers.has(from) || hdrTransfers.has(to));
}

function leadOf(clip: Clip, info: MediaInfo, video: VideoStreamInfo, map: TimeMap): Lead {
  const indexAt = clampedIndex({ video, map });
  const first = info.startTimecode?.frame ?? 0;
  const dropFrame = info.startTimecode?.dropFrame ?? false;
  return {
    name: clip.name,
    timecode: {
      at: (frame) => timecodeText(first + indexAt(frame), video.rate, dropFrame),
      signature: `source timecode ${info.identity} ${first} ${dropFrame} ${video.still ? '' : mapText(map)}`,
    },
  };
}

/** A layer that cannot be drawn: tells so each time it is looked at. */
function refused(tell: () => void): Expression {
  return {
    classAt: null,
    at: () => {
      tell();
      return {
        picture: { op: 'solid', color: [0, 0, 0, 0] },
        opaque: false,
        resized: false,
        anchor: anchorOfRest('refused'),
        clips: [],
        lead: null,
        unmodelled: [],
      };
    },
  };
}
