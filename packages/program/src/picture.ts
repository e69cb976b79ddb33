import type { Digest } from '@patchwork/kernel';
import type { Rational } from '@patchwork/time';
import type { ColorTags } from './canvas.ts';

/**
 * One frame's picture, fully resolved: every time is a source frame, every key-framed value is a number. A renderer draws
 * exactly this and reads nothing else, so equal pictures are the same pixels: the frame key is a digest of it
 * (`frame-key.ts`). All pictures are composed on the canvas of the programme; `source` brings its file to the canvas.
 */
export type Picture =
  | SourcePicture
  | SolidPicture
  | TransformPicture
  | OpacityPicture
  | OverPicture
  | MixPicture
  | NestPicture
  | TextPicture
  | UnmodelledPicture;

/** Fractions of the width and height cut away. */
export interface Crop {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** What is left stays where it stood and the edges are transparent. Absent where it is conformed, or nothing is cut. */
  readonly inPlace?: true;
}

/** A frame of a file, cropped, turned, colour-converted and conformed to the canvas; what it leaves free is transparent. */
export interface SourcePicture {
  readonly op: 'source';
  /** Identity of the file. */
  readonly media: Digest;
  readonly stream: number;
  /** Presentation index from the file's first picture, 0-based. */
  readonly frame: number;
  /** Presentation time of that picture in the stream's ticks: what the decoder is asked for. */
  readonly pts: number;
  /** As used, overrides included. */
  readonly color: ColorTags;
  readonly pixelAspect: Rational;
  readonly rotation: number;
  readonly conform: 'fit' | 'fill' | 'none';
  readonly crop: Crop;
}

/** One colour over the whole canvas: non-linear R'G'B', 0…1, and alpha, not premultiplied. A gap is black, alpha 1, at the bottom. */
export interface SolidPicture {
  readonly op: 'solid';
  readonly color: readonly [red: number, green: number, blue: number, alpha: number];
}

/**
 * See `TransformEffect`; the part of the picture moved in from outside is transparent. A picture that its conform would
 * give another size first is scaled once, from its own pixels to where it is shown.
 */
export interface TransformPicture {
  readonly op: 'transform';
  readonly input: Picture;
  readonly position: { readonly x: number; readonly y: number };
  readonly scale: { readonly x: number; readonly y: number };
  readonly rotation: number;
  readonly anchor: { readonly x: number; readonly y: number };
  /**
   * Drawn in one step from the pixels of the one file or nest below, its conform included; absent where they have the
   * conformed size anyhow, or several are composed below.
   */
  readonly pixels?: 'own';
}

/** Alpha multiplied by `opacity`, 0…1. */
export interface OpacityPicture {
  readonly op: 'opacity';
  readonly input: Picture;
  readonly opacity: number;
}

/** Layers over each other, the lowest first; at least two. */
export interface OverPicture {
  readonly op: 'over';
  readonly layers: readonly Picture[];
}

/** (1 − share) × from + share × to: a dissolve, or two source frames blended by a retime. */
export interface MixPicture {
  readonly op: 'mix';
  readonly from: Picture;
  readonly to: Picture;
  /** Exact, 0 < share < 1. */
  readonly share: Rational;
}

/**
 * A picture composed on a canvas of its own (transparent where it has nothing), then cropped and conformed like a file: a
 * nested timeline, and also a generator or a stack that is cropped.
 */
export interface NestPicture {
  readonly op: 'nest';
  readonly width: number;
  readonly height: number;
  readonly color: ColorTags;
  readonly input: Picture;
  readonly conform: 'fit' | 'fill' | 'none';
  readonly crop: Crop;
}

/** Text over a picture: a burn-in. */
export interface TextPicture {
  readonly op: 'text';
  readonly input: Picture;
  readonly text: string;
  readonly placement: 'top' | 'bottom';
  /** Digest of the font file. */
  readonly font: Digest;
}

/**
 * A picture changed by something that no renderer of ours can draw. Keyed by `content`; a renderer refuses it by `label`,
 * or by policy shows `input` and says so.
 */
export interface UnmodelledPicture {
  readonly op: 'unmodelled';
  readonly input: Picture;
  /** What it is, for people: `filter "Gaussian Blur" on m06`. Never enters a key. */
  readonly label: string;
  /** Canonical content. */
  readonly content: string;
}
