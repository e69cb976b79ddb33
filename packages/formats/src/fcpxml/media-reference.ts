import { isPatchworkError } from '@patchwork/kernel';
import { formatRate, isInteger, type Rate, type TimeRange } from '@patchwork/time';
import {
  makeExternalReference,
  makeMissingReference,
  type JsonObject,
  type MediaReference,
  type Unmodelled,
} from '@patchwork/timeline';
import { attribute } from '../xml/element.ts';
import type { FcpFormat } from './format.ts';
import { metadataOf, timeAt, type PlainObject } from './nodes.ts';
import type { FcpAsset } from './asset.ts';

function plainFormat(format: FcpFormat): PlainObject {
  return {
    name: format.name,
    ...(format.width === null ? {} : { width: format.width }),
    ...(format.height === null ? {} : { height: format.height }),
    ...(format.rate === null ? {} : { rate: formatRate(format.rate) }),
    ...(format.colorSpace === '' ? {} : { colorSpace: format.colorSpace }),
    ...(format.fieldOrder === '' ? {} : { fieldOrder: format.fieldOrder }),
    ...(format.shape.length === 0 ? {} : { shape: Object.fromEntries(format.shape) }),
  };
}

/** Rate at which an asset's times are counted: its picture's, else its samples'. */
export function rateOfAsset(asset: Pick<FcpAsset, 'format' | 'audioRate'>): Rate | null {
  if (asset.format?.rate != null) return asset.format.rate;
  return asset.audioRate !== null && Number.isSafeInteger(asset.audioRate) ? { num: asset.audioRate, den: 1 } : null;
}

/** What a reference keeps of its asset for the writer. Made once per asset: all its clips share it. */
export function metadataOfAsset(asset: Omit<FcpAsset, 'metadata' | 'range'>): JsonObject {
  const uid = attribute(asset.element, 'uid');
  return metadataOf('fcpxml', {
    ...(uid === null ? {} : { uid }),
    hasVideo: asset.hasVideo,
    hasAudio: asset.hasAudio,
    ...(asset.isStill ? { still: true } : {}),
    ...(asset.audioChannels === null ? {} : { audioChannels: asset.audioChannels }),
    ...(asset.audioRate === null ? {} : { audioRate: asset.audioRate }),
    ...(asset.format === null ? {} : { format: plainFormat(asset.format) }),
    ...(overridesIn(asset).length === 0 ? {} : { overrides: Object.fromEntries(overridesIn(asset)) }),
  });
}

/** The range of an asset that lies on its own rate's grid; null otherwise. Made once per asset, like its metadata. */
export function rangeOfAsset(asset: Omit<FcpAsset, 'metadata' | 'range'>): TimeRange | null {
  const rate = rateOfAsset(asset);
  if (asset.isStill || asset.duration === null || rate === null) return null;
  try {
    const duration = timeAt(asset.duration, rate);
    return isInteger(duration.value) ? { start: timeAt(asset.start, rate), duration } : null;
  } catch (error) {
    // Beyond exact arithmetic: told at each clip that uses it.
    if (isPatchworkError(error) && error.code === 'PW_TIME_RANGE') return null;
    throw error;
  }
}

/** A fresh reference to an asset's file; the range it holds starts at its timecode. A still has no range. */
export function referenceOfAsset(asset: FcpAsset, sequenceRate: Rate): MediaReference {
  const rate = rateOfAsset(asset) ?? sequenceRate;
  const availableRange =
    asset.range !== null || asset.isStill || asset.duration === null
      ? asset.range
      : { start: timeAt(asset.start, rate), duration: timeAt(asset.duration, rate, sequenceRate) };
  const { metadata } = asset;
  return asset.source === null
    ? makeMissingReference({ name: asset.name, availableRange, metadata })
    : makeExternalReference({ name: asset.name, targetUrl: asset.source, availableRange, metadata });
}

/** Attributes of an asset that override how its picture is read. */
export const overrideNames: readonly string[] = [
  'customLUTOverride',
  'colorSpaceOverride',
  'projectionOverride',
  'stereoscopicOverride',
  'heroEyeOverride',
];

function overridesIn(asset: Pick<FcpAsset, 'element'>): (readonly [name: string, value: string])[] {
  return overrideNames.flatMap((name) => {
    const value = attribute(asset.element, name);
    return value === null || /^(0\b|none$|mono$)/.test(value) ? [] : [[name, value] as const];
  });
}

/** Settings on the asset itself that change how its picture looks. */
export function overridesOfAsset(asset: FcpAsset): Unmodelled[] {
  return [...overridesIn(asset), ...(asset.format?.shape ?? [])].map(([name, value]) => ({
    label: `${name} "${value}"`,
    content: `${name}=${value}`,
  }));
}
