import type { Side } from '@patchwork/diff';

/** How many times wider than the page a strip can be shown. */
export type Zoom = 1 | 5 | 25 | 100;

/** Places on the strip: horizontally in shares of its length, so that one drawing serves every zoom. */
export interface StripScale {
  /** Frames from its left to its right. */
  readonly frames: number;
  /** Those that are worth offering: the last one shows most clips with their name. */
  readonly zooms: readonly Zoom[];
  /** `12.345%`. */
  readonly percent: (frames: number) => string;
  /** Pixels of a stretch at a zoom, on a page of usual width. */
  readonly pixels: (frames: number, zoom: Zoom) => number;
}

const allZooms: readonly Zoom[] = [1, 5, 25, 100];
/** Of a strip as wide as the page, at least: narrower pages scroll it. */
const usualWidth = 1160;
/** Narrower clips are drawn without their name. */
const leastNamedWidth = 44;

/** The scale on which both sides are drawn. */
export function stripScale(old: Side, next: Side): StripScale {
  const frames = Math.max(1, old.frames, next.frames);
  const pixels = (length: number, zoom: Zoom): number => (length * usualWidth * zoom) / frames;
  const short = shortLength([old, next]);
  const zooms = allZooms.filter((_, index) => pixels(short, allZooms[index - 1] ?? 1) < leastNamedWidth || index === 0);
  return { frames, zooms, pixels, percent: (length) => `${Math.round((length * 100_000) / frames) / 1000}%` };
}

/** Frames of a short clip: three of four are longer. */
function shortLength(sides: readonly Side[]): number {
  const lengths = sides
    .flatMap(({ tracks }) => tracks.filter(({ label }) => !label.startsWith('A')))
    .flatMap(({ items }) => items.map(({ record }) => record.out - record.in))
    .toSorted((a, b) => a - b);
  return lengths[lengths.length >> 2] ?? Infinity;
}

/** The smallest zoom at which a stretch of frames is at least so many pixels wide; null where none is. */
export function firstZoom({ zooms, pixels }: StripScale, frames: number, leastPixels: number): Zoom | null {
  return zooms.find((zoom) => pixels(frames, zoom) >= leastPixels) ?? null;
}

/** The smallest zoom at which a clip has room for its name; null where none has. */
export function nameZoom(scale: StripScale, frames: number): Zoom | null {
  return firstZoom(scale, frames, leastNamedWidth);
}

/** The class of what shows from a zoom on: of what always shows it is empty. */
export function zoomClass(zoom: Zoom): string {
  return zoom === 1 ? '' : `z${zoom}`;
}

/** Style of the zooms: a strip is as many pages wide as the box that is checked says. Paper has one width. */
export const zoomStyle: string = `.strips{min-width:${usualWidth}px}.z5,.z25,.z100{display:none}@media screen{${allZooms
  .filter((zoom) => zoom !== 1)
  .map((zoom) => {
    const shown = allZooms.filter((each) => each !== 1 && each <= zoom).map((each) => `.z${each}`);
    return `body:has(#zoom-${zoom}:checked) :is(${shown.join(',')}){display:inline}body:has(#zoom-${zoom}:checked) .strips{width:calc(${zoom} * max(100%, ${usualWidth}px))}`;
  })
  .join('')}}`;
