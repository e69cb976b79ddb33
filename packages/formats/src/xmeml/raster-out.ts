import { isJsonObject, knownEffect, member, type ConformEffect, type Item, type JsonObject } from '@patchwork/timeline';
import { keptIn, keptObject } from '../clip-metadata.ts';
import { fileOf } from '../fcpxml/writer/links.ts';
import { fittedSize, unitOf, type PointUnit, type Raster } from './raster.ts';
import type { TrackContext } from './writing.ts';

/** How the picture of an item is placed in the written file. */
export interface WrittenPlacing {
  /** What points are measured in; null where nobody knows. */
  readonly unit: PointUnit | null;
  /** Size that the picture is shown at before its own scale: 1 = one pixel to one, or nothing is known of its size. */
  readonly size: number;
  /** Whether the vocabulary says that it is shown pixel by pixel, cut off at the frame before it is moved. */
  readonly isCut: boolean;
}

/** The raster that what is kept of a file or a canvas says; null where it says none. */
export function rasterKept(metadata: JsonObject): Raster | null {
  const own = keptIn(metadata, 'xmeml');
  const format = keptObject(keptIn(metadata, 'fcpxml'), 'format');
  return rasterFrom(typeof own['width'] === 'number' ? own : format);
}

/** The raster that plain members name; null where they name none. */
export function rasterFrom(plain: { readonly [key: string]: unknown }): Raster | null {
  const { width, height } = plain;
  return typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0 ? { width, height } : null;
}

function rasterOfItem(item: Item): Raster | null {
  if (item.kind === 'Stack') {
    const canvas = member(item.metadata, 'patchwork', 'canvas');
    return isJsonObject(canvas) ? rasterFrom(keptObject(keptIn(item.metadata, 'patchwork'), 'canvas')) : null;
  }
  const file = fileOf(item);
  return file === null ? null : rasterKept(file.metadata);
}

/** Where an item's picture stands; what its conform cannot be said as is reported. */
export function writtenPlacing(context: TrackContext, item: Item, where: string): WrittenPlacing {
  const { canvas } = context;
  const mode = conformOf(item);
  const own = rasterOfItem(item);
  const whole: PointUnit | null = canvas === null ? null : { x: canvas.width / canvas.height, y: 1 };
  const isUnsaid = own === null || canvas === null || (context.writing.isForResolve && mode !== 'fit');
  if (isUnsaid) {
    if (mode !== 'fit')
      context.writing.notSaid.add(
        'PW_WRITE_EFFECT',
        'error',
        `the conform "${mode}" of a picture of unknown size, or for Resolve, has no place in xmeml; it was left out`,
        where,
      );
    return { unit: whole, size: 1, isCut: false };
  }
  if (own.width === canvas.width && own.height === canvas.height) return { unit: whole, size: 1, isCut: false };
  // Resolve fits them by itself, and measures their points in what nobody states.
  if (context.writing.isForResolve && mode === 'fit') return { unit: null, size: 1, isCut: false };
  const unit = unitOf(own, canvas);
  if (mode === 'none') return { unit, size: 1, isCut: true };
  if (mode === 'fit') return { unit, size: fittedSize(own, canvas), isCut: false };
  const size = Math.max(canvas.width / own.width, canvas.height / own.height);
  context.writing.notSaid.add(
    'PW_WRITE_EFFECT',
    'warning',
    `the conform "${mode}" was written as a scale of ${Number((size * 100).toFixed(3))} %`,
    where,
  );
  return { unit, size, isCut: false };
}

function conformOf(item: Item): ConformEffect['mode'] {
  for (const effect of item.effects) {
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type === 'conform') return known.mode;
  }
  return 'fit';
}
