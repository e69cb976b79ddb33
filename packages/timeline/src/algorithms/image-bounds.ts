import { isJsonNumber, jsonFrom, member } from '../json/json-member.ts';
import type { JsonObject } from '../json-value.ts';
import type { Clip, Item, Timeline } from '../model.ts';
import { activeReferenceOrNull } from '../ranges.ts';
import { clipsIn } from '../tracks.ts';

/** A box in the media's or the program's own units (`Box2d`): nothing says which, and nothing here draws with them. */
export interface ImageBounds {
  readonly min: ImagePoint;
  readonly max: ImagePoint;
}

/** A point (`V2d`). */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
}

/**
 * The box around what can be seen of a clip's active media, or of all clips below a composition, nested ones included (OTIO's
 * own function leaves out those nested in a track). Null when no clip has bounds; clips without any do not matter.
 */
export function availableImageBounds(node: Timeline | Item): ImageBounds | null {
  let united: ImageBounds | null = null;
  for (const clip of clipsIn(node)) {
    const bounds = boundsOfClip(clip);
    if (bounds !== null) united = united === null ? bounds : uniteBounds(united, bounds);
  }
  return united;
}

/** The smallest box around two. */
export function uniteBounds(a: ImageBounds, b: ImageBounds): ImageBounds {
  return {
    min: { x: Math.min(a.min.x, b.min.x), y: Math.min(a.min.y, b.min.y) },
    max: { x: Math.max(a.max.x, b.max.x), y: Math.max(a.max.y, b.max.y) },
  };
}

/** The bounds as a media reference keeps them. @throws TypeError for NaN and Infinity */
export function boundsJson({ min, max }: ImageBounds): JsonObject {
  const point = ({ x, y }: ImagePoint): { readonly OTIO_SCHEMA: string; readonly x: number; readonly y: number } => ({
    OTIO_SCHEMA: 'V2d.1',
    x,
    y,
  });
  return jsonFrom({ OTIO_SCHEMA: 'Box2d.1', min: point(min), max: point(max) });
}

function boundsOfClip(clip: Clip): ImageBounds | null {
  const reference = activeReferenceOrNull(clip);
  const box = reference === null || reference.kind === 'Unknown' ? null : reference.availableImageBounds;
  if (box === null) return null;
  const [x0, y0, x1, y1] = [
    ['min', 'x'],
    ['min', 'y'],
    ['max', 'x'],
    ['max', 'y'],
  ].map((path) => coordinate(box, path));
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined) return null;
  return { min: { x: x0, y: y0 }, max: { x: x1, y: y1 } };
}

function coordinate(box: JsonObject, path: readonly string[]): number | undefined {
  const value = member(box, ...path);
  const number = isJsonNumber(value) ? Number(value.lexeme) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
