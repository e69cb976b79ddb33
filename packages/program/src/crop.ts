import { isUncropped } from './frame-key.ts';
import type { Curve } from './param.ts';
import type { NestPicture } from './picture.ts';

/** The curves of a `CropEffect`. */
export interface CropCurves {
  readonly left: Curve;
  readonly right: Curve;
  readonly top: Curve;
  readonly bottom: Curve;
}

/** Fractions of the width and height cut away. */
export type Crop = NestPicture['crop'];

/** The crop at a frame, clamped to 0…1. */
export function cropAt(curves: CropCurves, frame: number): Crop {
  const clamp = (curve: Curve): number => Math.min(1, Math.max(0, curve.at(frame)));
  return {
    left: clamp(curves.left),
    right: clamp(curves.right),
    top: clamp(curves.top),
    bottom: clamp(curves.bottom),
  };
}

/** `1` uncropped, `0` nothing left, `c` cropped. */
export function cropClass(crop: Crop): '0' | '1' | 'c' {
  if (isUncropped(crop)) return '1';
  return crop.left + crop.right >= 1 || crop.top + crop.bottom >= 1 ? '0' : 'c';
}

/** Tells whether a crop never moves. */
export function isConstantCrop({ left, right, top, bottom }: CropCurves): boolean {
  return [left, right, top, bottom].every((curve) => curve.constant !== null);
}

/** Canonical text of a crop's curves. */
export function cropSignature({ left, right, top, bottom }: CropCurves): string {
  return [left, right, top, bottom].map((curve) => curve.text).join('|');
}

/** A crop's moving values as `splitPicture` writes them. */
export function cropText(crop: Crop): string {
  return `${crop.left} ${crop.right} ${crop.top} ${crop.bottom}`;
}
