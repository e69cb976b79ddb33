import { classesOf, type Expression } from './expression.ts';
import type { Curve } from './param.ts';
import type { Picture, TransformPicture } from './picture.ts';

/** The curves of a `TransformEffect`. */
export interface TransformCurves {
  readonly position: { readonly x: Curve; readonly y: Curve };
  readonly scale: { readonly x: Curve; readonly y: Curve };
  readonly rotation: Curve;
  readonly anchor: { readonly x: Curve; readonly y: Curve };
}

/** Moves, scales and turns. The identity is no operation; a scale of 0 leaves nothing. */
export function withTransform(input: Expression, curves: TransformCurves): Expression {
  const { position, scale, rotation, anchor } = curves;
  const all = [position.x, position.y, scale.x, scale.y, rotation, anchor.x, anchor.y];
  const isConstant = all.every((curve) => curve.constant !== null);
  const valuesAt = (frame: number): Omit<TransformPicture, 'op' | 'input'> => ({
    position: { x: position.x.at(frame), y: position.y.at(frame) },
    scale: { x: scale.x.at(frame), y: scale.y.at(frame) },
    // Whole turns are none.
    rotation: rotation.at(frame) % 360 === 0 ? 0 : rotation.at(frame),
    anchor: { x: anchor.x.at(frame), y: anchor.y.at(frame) },
  });
  const signature = all.map((curve) => curve.text).join('|');
  return {
    classAt: classesOf([isConstant ? null : (frame) => transformClass(valuesAt(frame)), input.classAt]),
    at: (frame, trace) => {
      const values = valuesAt(frame);
      const kind = transformClass(values);
      const shown = kind === '0' ? null : input.at(frame, trace);
      if (shown === null || kind === '1') return shown;
      const picture: Picture = {
        op: 'transform',
        input: shown.picture,
        ...values,
        ...(shown.resized ? { pixels: 'own' as const } : {}),
      };
      if (!isConstant) trace?.note(picture, { at: (f) => transformText(valuesAt(f)), signature });
      return { ...shown, picture, opaque: false, resized: false };
    },
  };
}

type TransformValues = Omit<TransformPicture, 'op' | 'input'>;

function transformClass({ position, scale, rotation, anchor }: TransformValues): '0' | '1' | 't' {
  if (scale.x === 0 || scale.y === 0) return '0';
  const isStill = position.x === 0 && position.y === 0 && anchor.x === 0 && anchor.y === 0;
  return isStill && scale.x === 1 && scale.y === 1 && rotation === 0 ? '1' : 't';
}

function transformText({ position, scale, rotation, anchor }: TransformValues): string {
  return [position.x, position.y, scale.x, scale.y, rotation, anchor.x, anchor.y].join(' ');
}
