import { classesOf, type Expression } from './expression.ts';
import type { Curve } from './param.ts';
import type { Picture } from './picture.ts';

/** Alpha multiplied by a curve, clamped to 0…1. Exactly 1 is no operation, 0 is nothing. */
export function withOpacity(input: Expression, curve: Curve): Expression {
  if (curve.constant !== null && curve.constant >= 1) return input;
  const opacityClass = (frame: number): string => {
    const value = curve.at(frame);
    return value >= 1 ? '1' : value <= 0 ? '0' : 'o';
  };
  return {
    classAt: classesOf([curve.constant === null ? opacityClass : null, input.classAt]),
    at: (frame, trace) => {
      const value = curve.at(frame);
      const shown = value <= 0 ? null : input.at(frame, trace);
      if (shown === null || value >= 1) return shown;
      const picture: Picture = { op: 'opacity', input: shown.picture, opacity: value };
      if (curve.constant === null) trace?.note(picture, { at: (f) => String(curve.at(f)), signature: curve.text });
      return { ...shown, picture, opaque: false };
    },
  };
}
