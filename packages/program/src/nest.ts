import { anchorThrough } from './anchor-map.ts';
import type { Canvas } from './canvas.ts';
import { coversCanvas, plainConform, resizes } from './conform.ts';
import { type CropCurves, cropAt, cropResizes, cropClass, cropSignature, isConstantCrop } from './crop.ts';
import { cropText } from './frame-key.ts';
import { classesOf, type Expression } from './expression.ts';
import type { Crop, NestPicture, Picture } from './picture.ts';
import type { Mover } from './shown.ts';

/** A composition on a canvas of its own, brought to the outer one. Equal canvases and no crop make no operation. */
export function nested(
  input: Expression,
  inner: Canvas,
  outer: Canvas,
  wanted: NestPicture['conform'],
  crop: CropCurves | null,
): Expression {
  const { width, height } = inner;
  // A nest converts matrix and range, nothing else: tags that change no pixel must be in no key.
  const color = { ...inner.color, primaries: 'unknown', transfer: 'unknown' };
  const sameCanvas = width === outer.width && height === outer.height && sameColor(inner, outer);
  if (sameCanvas && crop === null) return input;
  const isMoving = crop !== null && !isConstantCrop(crop);
  const noCrop: Crop = { left: 0, right: 0, top: 0, bottom: 0 };
  const valuesAt = (frame: number): Crop => (crop === null ? noCrop : cropAt(crop, frame));
  return {
    classAt: classesOf([isMoving ? (frame) => cropClass(valuesAt(frame)) : null, input.classAt]),
    at: (frame, trace) => {
      const values = valuesAt(frame);
      const kind = cropClass(values);
      const shown = kind === '0' ? null : input.at(frame, trace);
      if (shown === null || (kind === '1' && sameCanvas)) return shown;
      const conform = kind === '1' ? plainConform({ width, height }, outer, wanted) : wanted;
      const picture: Picture = { op: 'nest', width, height, color, input: shown.picture, conform, crop: values };
      if (isMoving && crop !== null && kind === 'c') {
        trace?.note(picture, { at: (f) => cropText(valuesAt(f)), signature: cropSignature(crop) });
      }
      return {
        ...shown,
        picture,
        opaque: shown.opaque && kind === '1' && coversCanvas({ width, height }, outer, conform),
        resized: cropResizes(values, wanted) || resizes({ width, height }, outer, conform),
      };
    },
  };
}

/** Tells whether nothing has to be converted between two canvases. */
function sameColor(a: Canvas, b: Canvas): boolean {
  return a.color.matrix === b.color.matrix && a.color.range === b.color.range;
}

/** A function from record frames to the frames of a nested composition. */
export interface FrameMap {
  at(frame: number): number;
  readonly signature: string;
}

/** A nested composition's expression, seen through its own clock. */
export function through(input: Expression, map: FrameMap): Expression {
  const { classAt } = input;
  const renamed = (mover: Mover): Mover => ({
    at: (frame) => mover.at(map.at(frame)),
    signature: `${map.signature}(${mover.signature})`,
  });
  return {
    classAt: classAt === null ? null : (frame) => classAt(map.at(frame)),
    at: (frame, trace) => {
      const innerTrace = trace === null ? null : { note: (p: Picture, mover: Mover) => trace.note(p, renamed(mover)) };
      const shown = input.at(map.at(frame), innerTrace);
      if (shown === null) return null;
      const { lead } = shown;
      return {
        ...shown,
        anchor: anchorThrough(shown.anchor, map.signature),
        lead: lead === null ? null : { name: lead.name, timecode: renamed(lead.timecode) },
      };
    },
  };
}
