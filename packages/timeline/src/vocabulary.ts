import type { Rational } from '@patchwork/time';

/**
 * The one effect vocabulary of the project. Readers of every format say what they understand in these words (as effects
 * whose `metadata.patchwork` holds the value), program and diff read nothing else.
 *
 * Key frames stand in the item's own time (the time of its `sourceRange`), in exact seconds; so they travel with the
 * picture when an edge is trimmed.
 */
export type KnownEffect =
  | TransformEffect
  | CropEffect
  | OpacityEffect
  | CompositeEffect
  | ConformEffect
  | TimeMapEffect
  | VolumeEffect
  | PanEffect
  | FadeEffect
  | BurnInEffect;

/** A number, or one that changes over key frames. Before the first and after the last key it holds. */
export type Param = number | { readonly keyframes: readonly Keyframe[] };

/** One key of a {@link Param}. Keys stand in ascending time. */
export interface Keyframe {
  /** In the item's own time, exact seconds. */
  readonly time: Rational;
  readonly value: number;
  /** From this key to the next one. `smooth` is the cubic ease 3u² − 2u³. */
  readonly interpolation: 'linear' | 'hold' | 'smooth';
}

/** Moves, scales and turns the picture about the anchor, after it was conformed to the raster. */
export interface TransformEffect {
  readonly type: 'transform';
  /** From the raster's centre, right and up, as fractions of the raster's height. */
  readonly position: { readonly x: Param; readonly y: Param };
  /** 1 = as conformed. */
  readonly scale: { readonly x: Param; readonly y: Param };
  /** Degrees, counter-clockwise. */
  readonly rotation: Param;
  /** From the picture's centre, right and up, as fractions of the raster's height. */
  readonly anchor: { readonly x: Param; readonly y: Param };
}

/**
 * Cuts the picture's edges away; fractions of its width and height, 0…1. What is left is conformed to the raster, or with
 * `inPlace` (Final Cut's trim) stays where it stood and the edges become transparent.
 */
export interface CropEffect {
  readonly type: 'crop';
  /** Absent where what is left is conformed. */
  readonly inPlace?: true;
  readonly left: Param;
  readonly right: Param;
  readonly top: Param;
  readonly bottom: Param;
}

/** 0 transparent … 1 opaque. */
export interface OpacityEffect {
  readonly type: 'opacity';
  readonly opacity: Param;
}

/** How the picture meets what lies below. Only `normal` is drawn so far; others are refused by name. */
export interface CompositeEffect {
  readonly type: 'composite';
  readonly mode: string;
}

/** How a picture of another raster is brought to the timeline's. Default without this effect: `fit`. */
export interface ConformEffect {
  readonly type: 'conform';
  readonly mode: 'fit' | 'fill' | 'none';
}

/**
 * A retime that is no constant speed: own time → media time, both in exact seconds, straight between points, extended
 * with the first and last slope. Constant speeds are `LinearTimeWarp`, stills `FreezeFrame`.
 */
export interface TimeMapEffect {
  readonly type: 'timeMap';
  readonly points: readonly { readonly time: Rational; readonly value: Rational }[];
  /** `nearest` shows whole source frames (the one whose time has come); `blend` mixes the two neighbours by distance. */
  readonly sampling: 'nearest' | 'blend';
}

/** Gain in dB; −Infinity is written as −1000. */
export interface VolumeEffect {
  readonly type: 'volume';
  readonly gainDb: Param;
}

/** −1 left … 0 centre … 1 right. */
export interface PanEffect {
  readonly type: 'pan';
  readonly pan: Param;
}

/** Linear sound fades from the item's edges, exact seconds. */
export interface FadeEffect {
  readonly type: 'fade';
  readonly inSeconds: Rational;
  readonly outSeconds: Rational;
}

/** Text burnt into the picture. On the timeline's stack it is drawn over the whole programme. */
export interface BurnInEffect {
  readonly type: 'burnIn';
  readonly content: 'record-timecode' | 'source-timecode' | 'clip-name';
}
