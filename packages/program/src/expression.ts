import { formatRational, type Rational, rational } from '@patchwork/time';
import { anchorThrough } from './anchor-map.ts';
import type { Canvas } from './canvas.ts';
import { coversCanvas, plainConform } from './conform.ts';
import { isUncropped } from './frame-key.ts';
import type { Curve } from './param.ts';
import type { NestPicture, Picture, TransformPicture } from './picture.ts';
import { type Lead, type Mover, type Shown, shownOver, type Trace } from './shown.ts';

/** What a layer shows, as a function of the record frame of its composition. */
export interface Expression {
  /**
   * Over a run of frames with one class the picture keeps its shape, opacity and anchor, only moving values differ. Null
   * where there is one class for all frames.
   */
  readonly classAt: ((frame: number) => string) | null;
  /** What shows at a frame; null for nothing. Moving values are noted in the trace, when there is one. */
  at(frame: number, trace: Trace | null): Shown | null;
}

/** The classes of several expressions together. */
export function classesOf(parts: readonly (((frame: number) => string) | null)[]): Expression['classAt'] {
  const moving = parts.filter((part) => part !== null);
  const [only] = moving;
  if (only === undefined) return null;
  return moving.length === 1 ? only : (frame) => moving.map((classAt) => classAt(frame)).join('');
}

/** Layers over each other, the lowest first. */
export function over(layers: readonly Expression[]): Expression {
  const [only] = layers;
  if (only !== undefined && layers.length === 1) return only;
  return {
    classAt: classesOf(layers.map((layer) => layer.classAt)),
    at: (frame, trace) => {
      const seen: Shown[] = [];
      // From the top, so that a layer which cannot be seen is never asked: its media may even be missing.
      for (let i = layers.length - 1; i >= 0; i -= 1) {
        const shown = layers[i]?.at(frame, trace) ?? null;
        if (shown !== null) seen.push(shown);
        if (shown?.opaque === true) break;
      }
      return shownOver(seen);
    },
  };
}

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
      const picture: Picture = { op: 'transform', input: shown.picture, ...values };
      if (!isConstant) trace?.note(picture, { at: (f) => transformText(valuesAt(f)), signature });
      return { ...shown, picture, opaque: false };
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

/** The curves of a `CropEffect`. */
export interface CropCurves {
  readonly left: Curve;
  readonly right: Curve;
  readonly top: Curve;
  readonly bottom: Curve;
}

type Crop = NestPicture['crop'];

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

/** A composition on a canvas of its own, brought to the outer one. Equal canvases and no crop make no operation. */
export function nested(
  input: Expression,
  inner: Canvas,
  outer: Canvas,
  wanted: NestPicture['conform'],
  crop: CropCurves | null,
): Expression {
  const { width, height, color } = inner;
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
      return { ...shown, picture, opaque: shown.opaque && kind === '1' && coversCanvas({ width, height }, outer, conform) };
    },
  };
}

function sameColor(a: Canvas, b: Canvas): boolean {
  return (
    a.color.primaries === b.color.primaries &&
    a.color.transfer === b.color.transfer &&
    a.color.matrix === b.color.matrix &&
    a.color.range === b.color.range
  );
}

/**
 * A dissolve of `length` frames from record frame `start`; at frame k of N the share is (k + ½) ÷ N. A side that shows
 * nothing makes it a fade. `side` says which side the grid follows there.
 */
export function dissolve(
  from: Expression,
  to: Expression,
  start: number,
  length: number,
  side: 'from' | 'to',
): Expression {
  const shareAt = (frame: number): Rational => rational(2 * (frame - start) + 1, 2 * length);
  const signature = `dissolve ${start} ${length}`;
  return {
    classAt: classesOf([from.classAt, to.classAt]),
    at: (frame, trace) => {
      const a = from.at(frame, trace);
      const b = to.at(frame, trace);
      const share = shareAt(frame);
      if (a !== null && b !== null) {
        const picture: Picture = { op: 'mix', from: a.picture, to: b.picture, share };
        trace?.note(picture, { at: (f) => formatRational(shareAt(f)), signature });
        const lead = side === 'from' ? a : b;
        const sides = side === 'from' ? [a, b] : [b, a];
        return {
          picture,
          opaque: a.opaque && b.opaque,
          anchor: lead.anchor,
          clips: sides.flatMap((one) => one.clips),
          lead: lead.lead,
          unmodelled: sides.flatMap((one) => one.unmodelled),
        };
      }
      const shown = a ?? b;
      if (shown === null) return null;
      const opacityAt = (f: number): number => {
        const { num, den } = shareAt(f);
        return a === null ? num / den : (den - num) / den;
      };
      const picture: Picture = { op: 'opacity', input: shown.picture, opacity: opacityAt(frame) };
      trace?.note(picture, { at: (f) => String(opacityAt(f)), signature });
      return { ...shown, picture, opaque: false };
    },
  };
}

/** A picture changed by something that we cannot draw. */
export function unmodelled(input: Expression, label: string, content: string): Expression {
  return {
    classAt: input.classAt,
    at: (frame, trace) => {
      const shown = input.at(frame, trace);
      if (shown === null) return null;
      return {
        ...shown,
        picture: { op: 'unmodelled', input: shown.picture, label, content },
        opaque: false,
        unmodelled: [...shown.unmodelled, label],
      };
    },
  };
}

/** A text over a picture that moves with the frame; `textOf` may read the topmost clip. Nothing carries no text. */
export function withText(
  input: Expression,
  placement: 'top' | 'bottom',
  font: string,
  textOf: (lead: Lead | null) => Mover,
): Expression {
  return {
    classAt: input.classAt,
    at: (frame, trace) => {
      const shown = input.at(frame, trace);
      if (shown === null) return null;
      const mover = textOf(shown.lead);
      const picture: Picture = { op: 'text', input: shown.picture, text: mover.at(frame), placement, font };
      trace?.note(picture, { at: (f) => JSON.stringify(mover.at(f)), signature: mover.signature });
      return { ...shown, picture };
    },
  };
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
