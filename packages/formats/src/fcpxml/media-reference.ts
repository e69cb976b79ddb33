import type { Rate } from '@patchwork/time';
import { formatRate } from '@patchwork/time';
import { makeExternalReference, makeMissingReference, type MediaReference, type Unmodelled } from '@patchwork/timeline';
import { attribute } from '../xml/element.ts';
import type { FcpFormat } from './format.ts';
import { metadataOf, timeAt, type PlainObject } from './nodes.ts';
import type { FcpAsset } from './resources.ts';

function plainFormat(format: FcpFormat): PlainObject {
  return {
    name: format.name,
    ...(format.width === null ? {} : { width: format.width }),
    ...(format.height === null ? {} : { height: format.height }),
    ...(format.rate === null ? {} : { rate: formatRate(format.rate) }),
    ...(format.colorSpace === '' ? {} : { colorSpace: format.colorSpace }),
    ...(format.fieldOrder === '' ? {} : { fieldOrder: format.fieldOrder }),
  };
}

/** Rate at which an asset's times are counted: its picture's, else its samples'. */
export function rateOfAsset(asset: FcpAsset): Rate | null {
  if (asset.format?.rate != null) return asset.format.rate;
  return asset.audioRate !== null && Number.isSafeInteger(asset.audioRate) ? { num: asset.audioRate, den: 1 } : null;
}

/** A fresh reference to an asset's file; the range it holds starts at its timecode. A still has no range. */
export function referenceOfAsset(asset: FcpAsset, sequenceRate: Rate): MediaReference {
  const rate = rateOfAsset(asset) ?? sequenceRate;
  const availableRange = asset.isStill || asset.duration === null
    ? null
    : { start: timeAt(asset.start, rate), duration: timeAt(asset.duration, rate, sequenceRate) };
  const uid = attribute(asset.element, 'uid');
  const metadata = metadataOf('fcpxml', {
    ...(uid === null ? {} : { uid }),
    hasVideo: asset.hasVideo,
    hasAudio: asset.hasAudio,
    ...(asset.isStill ? { still: true } : {}),
    ...(asset.audioChannels === null ? {} : { audioChannels: asset.audioChannels }),
    ...(asset.audioRate === null ? {} : { audioRate: asset.audioRate }),
    ...(asset.format === null ? {} : { format: plainFormat(asset.format) }),
  });
  return asset.source === null
    ? makeMissingReference({ name: asset.name, availableRange, metadata })
    : makeExternalReference({ name: asset.name, targetUrl: asset.source, availableRange, metadata });
}

/** Settings on the asset itself that change how its picture looks. */
export function overridesOfAsset(asset: FcpAsset): Unmodelled[] {
  const found: Unmodelled[] = [];
  for (const name of ['customLUTOverride', 'colorSpaceOverride', 'projectionOverride', 'stereoscopicOverride', 'heroEyeOverride']) {
    const value = attribute(asset.element, name);
    if (value === null || /^(0\b|none$|mono$)/.test(value)) continue;
    found.push({ label: `${name} "${value}"`, content: `${name}=${value}` });
  }
  for (const [name, value] of asset.format?.shape ?? []) found.push({ label: `${name} "${value}"`, content: `${name}=${value}` });
  return found;
}
