import { isUncropped } from './frame-key.ts';
import type { Curve } from './param.ts';
import type { Crop } from './picture.ts';

/** The sides a crop cuts from. */
export const cropSides = ['left', 'right', 'top', 'bottom'] as const;

/** The curves of a `CropEffect`. */
export interface CropCurves {
  /** Whether what is left stays where it stood. */
  readonly inPlace: boolean;
  readonly left: Curve;
  readonly right: Curve;
  readonly top: Curve;
  readonly bottom: Curve;
}

/** The crop at a frame, clamped to 0…1. */
export function cropAt(curves: CropCurves, frame: number): Crop {
  const clamp = (curve: Curve): number => Math.min(1, Math.max(0, curve.at(frame)));
  const crop = {
    left: clamp(curves.left),
    right: clamp(curves.right),
    top: clamp(curves.top),
    bottom: clamp(curves.bottom),
  };
  // Where nothing is cut both kinds are the same picture.
  return curves.inPlace && !isUncropped(crop) ? { ...crop, inPlace: true } : crop;
}

/** `1` uncropped, `0` nothing left, `c` cropped. */
export function cropClass(crop: Crop): '0' | '1' | 'c' {
  if (isUncropped(crop)) return '1';
  return crop.left + crop.right >= 1 || crop.top + crop.bottom >= 1 ? '0' : 'c';
}

/**
 * Tells whether the conform of what a crop leaves counts as another size. What is left may have any size while the crop
 * moves, so that it does by rule, not by the numbers of a frame: one shape holds for all of its frames.
 */
export function cropResizes(crop: Crop, conform: 'fit' | 'fill' | 'none'): boolean {
  return cropClass(crop) === 'c' && crop.inPlace !== true && conform !== 'none';
}

/** Tells whether a crop never moves. */
export function isConstantCrop({ left, right, top, bottom }: CropCurves): boolean {
  return [left, right, top, bottom].every((curve) => curve.constant !== null);
}

/** Canonical text of a crop's curves. */
export function cropSignature(curves: CropCurves): string {
  const text = cropSides.map((side) => curves[side].text).join('|');
  return curves.inPlace ? `${text} in place` : text;
}
