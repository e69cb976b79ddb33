import { add, compare, max, subtract, zero, type Rational } from '@patchwork/time';
import type { KnownEffect, Param } from '@patchwork/timeline';
import { attribute, attributePairs, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { blendModeName } from './blend-mode.ts';
import { canonicalEffect } from './canonical.ts';
import {
  decibelValue,
  decimalValue,
  isConstant,
  paramNamed,
  readParam,
  shiftPoint,
  type ParamContext,
} from './param.ts';
import { rawElement, type Side } from './side.ts';
import type { FcpResources } from './resources.ts';
import { parseFcpTime } from './time.ts';

/** What the adjustments of a clip need to know of it. */
export interface AdjustContext extends ParamContext {
  readonly resources: FcpResources;
  /** Width ÷ height of the clip's own picture; crops are spelled in units of its height. */
  readonly aspect: number;
  /** The item's own range: opacity fades hang on its edges. */
  readonly ownStart: Rational;
  readonly ownEnd: Rational;
}

/** Adjustments and filters that touch the sound; all others touch the picture. */
const soundNames: ReadonlySet<string> = new Set([
  'adjust-volume',
  'adjust-panner',
  'adjust-loudness',
  'adjust-noiseReduction',
  'adjust-humReduction',
  'adjust-EQ',
  'adjust-matchEQ',
  'adjust-voiceIsolation',
  'filter-audio',
]);

/** Tells whether an element changes the picture or the sound, and is read by {@link readAdjustment}. */
export function isAdjustment(element: XmlElement): boolean {
  return element.name.startsWith('adjust-') || element.name.startsWith('filter-') || element.name === 'object-tracker';
}

/** Tells whether an adjustment is one of the sound. */
export function isSoundAdjustment(element: XmlElement): boolean {
  return soundNames.has(element.name);
}

/** Reads one adjustment or filter onto a side. A disabled one changes nothing. */
export function readAdjustment(context: AdjustContext, element: XmlElement, side: Side): void {
  if (attribute(element, 'enabled') === '0') return;
  switch (element.name) {
    case 'adjust-transform':
      return readTransform(context, element, side);
    case 'adjust-crop':
      return readCrop(context, element, side);
    case 'adjust-blend':
      return readBlend(context, element, side);
    case 'adjust-conform':
      return readConform(context, element, side);
    case 'adjust-volume':
      return readVolume(context, element, side);
    case 'adjust-panner':
      return readPanner(context, element, side);
    case 'adjust-colorConform':
      return readColorConform(context, element, side);
    default:
      return keepUnmodelled(context, element, side);
  }
}

function labelOf(element: XmlElement): string {
  const name = attribute(element, 'name');
  const kind = element.name.startsWith('filter-') ? element.name.replace('filter-', '') + ' filter' : element.name;
  return name === null ? kind : `${kind} "${name}"`;
}

/** Keeps what the model cannot say: keyed, reported, and refused or let pass by the renderer's policy. */
function keepUnmodelled(
  context: AdjustContext,
  element: XmlElement,
  side: Side,
  why: string = 'is not modelled',
): void {
  const label = labelOf(element);
  side.unmodelled.push({ label, content: canonicalEffect(context.resources, element) });
  side.raw.push(rawElement(context.resources, element));
  context.remarks.add({
    code: 'PW_FCPXML_UNMODELLED',
    severity: 'warning',
    at: element.position,
    timecode: context.timecode,
    message: `${label} ${why}`,
    hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
  });
}

function readTransform(context: AdjustContext, element: XmlElement, side: Side): void {
  if (attribute(element, 'tracking') !== null) return keepUnmodelled(context, element, side, 'follows a tracker');
  // Spelled in hundredths of the raster's height; the point is shifted in the text so that nothing is rounded.
  const share = (text: string): number | null => shiftPoint(text, -2);
  const pair = (name: string, value: (text: string) => number | null, initial: number): { x: Param; y: Param } => ({
    x: readParam(context, element, name, { value, initial, index: 0, count: 2 }),
    y: readParam(context, element, name, { value, initial, index: 1, count: 2 }),
  });
  const effect: KnownEffect = {
    type: 'transform',
    position: pair('position', share, 0),
    scale: pair('scale', decimalValue, 1),
    rotation: readParam(context, element, 'rotation', { value: decimalValue, initial: 0 }),
    anchor: pair('anchor', share, 0),
  };
  const params = [effect.position.x, effect.position.y, effect.rotation, effect.anchor.x, effect.anchor.y];
  const isIdentity =
    params.every((param) => isConstant(param, 0)) && isConstant(effect.scale.x, 1) && isConstant(effect.scale.y, 1);
  if (!isIdentity) side.effects.push(effect);
}

function readCrop(context: AdjustContext, element: XmlElement, side: Side): void {
  const mode = attribute(element, 'mode') ?? '';
  const rectangle = childElement(element, `${mode}-rect`);
  if (rectangle === null) return;
  if (mode === 'pan') return readPan(context, element, side);
  if (mode !== 'crop' && mode !== 'trim') return keepUnmodelled(context, element, side);
  // `crop` brings what is left to the frame again; `trim` leaves it where it stood.
  const effect: KnownEffect = {
    type: 'crop',
    ...(mode === 'trim' ? { inPlace: true } : {}),
    ...edgesOf(context, rectangle),
  };
  if (!isWhole(effect)) side.effects.push(effect);
}

type Edges = Pick<Extract<KnownEffect, { type: 'crop' }>, 'left' | 'right' | 'top' | 'bottom'>;

function isWhole(edges: Edges): boolean {
  return [edges.left, edges.right, edges.top, edges.bottom].every((param) => isConstant(param, 0));
}

/** What a rectangle cuts off, in shares of the picture's width and height. */
function edgesOf(context: AdjustContext, rectangle: XmlElement): Edges {
  const height = (text: string): number | null => shiftPoint(text, -2);
  const width = (text: string): number | null => {
    const heights = height(text);
    // 15 digits survive the way through the other unit and back; more would be noise of the division.
    return heights === null ? null : Number((heights / context.aspect).toPrecision(15));
  };
  return {
    left: readParam(context, rectangle, 'left', { value: width, initial: 0 }),
    right: readParam(context, rectangle, 'right', { value: width, initial: 0 }),
    top: readParam(context, rectangle, 'top', { value: height, initial: 0 }),
    bottom: readParam(context, rectangle, 'bottom', { value: height, initial: 0 }),
  };
}

/**
 * Reads a Ken Burns move: from the first rectangle at the item's head to the second at its end. The file does not say the
 * course; Final Cut's own eases in and out, and so do the key frames here.
 */
function readPan(context: AdjustContext, element: XmlElement, side: Side): void {
  const rectangles = childElements(element, 'pan-rect');
  const [from, to] = rectangles.map((rectangle) => edgesOf(context, rectangle));
  if (from === undefined || to === undefined || rectangles.length > 2)
    return keepUnmodelled(context, element, side, 'moves between other than two rectangles, which is not modelled');
  let moves = false;
  const between = (first: Param, last: Param): Param => {
    if (typeof first !== 'number' || typeof last !== 'number' || first === last) return first;
    moves = true;
    return {
      keyframes: [
        { time: context.ownStart, value: first, interpolation: 'smooth' },
        { time: context.ownEnd, value: last, interpolation: 'smooth' },
      ],
    };
  };
  const effect: KnownEffect = {
    type: 'crop',
    left: between(from.left, to.left),
    right: between(from.right, to.right),
    top: between(from.top, to.top),
    bottom: between(from.bottom, to.bottom),
  };
  if (!isWhole(effect)) side.effects.push(effect);
  if (!moves) return;
  context.remarks.add({
    code: 'PW_FCPXML_PAN',
    severity: 'warning',
    at: element.position,
    timecode: context.timecode,
    message: 'the file does not say the course of a Ken Burns move; it is drawn with the symmetric ease',
    hint: 'Set key frames of position and scale to have the course in the file.',
  });
}

function readBlend(context: AdjustContext, element: XmlElement, side: Side): void {
  const modeParam = paramNamed(element, 'mode');
  const mode = blendModeName(
    (modeParam === null ? null : attribute(modeParam, 'value')) ?? attribute(element, 'mode') ?? '0',
  );
  if (mode !== 'normal') {
    side.effects.push({ type: 'composite', mode });
    context.remarks.add({
      code: 'PW_FCPXML_BLEND',
      severity: 'warning',
      at: element.position,
      timecode: context.timecode,
      message: `blend mode "${mode}" is kept; the built-in renderer draws normal only`,
    });
  }
  const opacity = readParam(context, element, 'amount', { value: decimalValue, initial: 1 });
  const faded = withOpacityFades(context, element, opacity);
  if (faded === null) return keepUnmodelled(context, element, side, 'mixes key frames and fades');
  if (!isConstant(faded, 1)) side.effects.push({ type: 'opacity', opacity: faded });
}

/** Opacity fades at the item's edges as key frames; null where they meet key frames or each other. */
function withOpacityFades(context: AdjustContext, element: XmlElement, opacity: Param): Param | null {
  const { inSeconds, outSeconds } = readFades(context, element);
  if (inSeconds.num === 0 && outSeconds.num === 0) return opacity;
  const full = add(context.ownStart, inSeconds);
  const falling = subtract(context.ownEnd, outSeconds);
  if (typeof opacity !== 'number' || compare(full, falling) > 0) return null;
  const keyframes = [];
  if (inSeconds.num > 0) keyframes.push({ time: context.ownStart, value: 0, interpolation: 'linear' as const });
  keyframes.push({ time: full, value: opacity, interpolation: 'linear' as const });
  if (compare(full, falling) < 0) keyframes.push({ time: falling, value: opacity, interpolation: 'linear' as const });
  if (outSeconds.num > 0) keyframes.push({ time: context.ownEnd, value: 0, interpolation: 'linear' as const });
  return { keyframes };
}

function readFades(context: AdjustContext, element: XmlElement): { inSeconds: Rational; outSeconds: Rational } {
  const lengthOf = (name: 'fadeIn' | 'fadeOut'): Rational => {
    for (const param of childElements(element, 'param')) {
      const fade = childElement(param, name);
      if (fade === null) continue;
      const type = attribute(fade, 'type') ?? 'linear';
      if (type !== 'linear') {
        context.remarks.add({
          code: 'PW_FCPXML_FADE',
          severity: 'warning',
          at: fade.position,
          timecode: context.timecode,
          message: `${name} of type "${type}" is made as a linear fade`,
        });
      }
      const duration = parseFcpTime(attribute(fade, 'duration') ?? '');
      if (duration !== null && duration.num >= 0) return duration;
      context.remarks.add({
        code: 'PW_FCPXML_TIME',
        severity: 'error',
        at: fade.position,
        timecode: context.timecode,
        message: `${name} has no readable duration`,
        hint: 'Correct the duration; the fade was left out.',
      });
    }
    return zero;
  };
  return { inSeconds: lengthOf('fadeIn'), outSeconds: lengthOf('fadeOut') };
}

function readConform(context: AdjustContext, element: XmlElement, side: Side): void {
  const type = attribute(element, 'type') ?? 'fit';
  if (type !== 'fit' && type !== 'fill' && type !== 'none') return keepUnmodelled(context, element, side);
  if (type !== 'fit') side.effects.push({ type: 'conform', mode: type });
}

function readVolume(context: AdjustContext, element: XmlElement, side: Side): void {
  const gainDb = readParam(context, element, 'amount', { value: decibelValue, initial: 0 });
  if (!isConstant(gainDb, 0)) addVolume(side, gainDb);
  const { inSeconds, outSeconds } = readFades(context, element);
  if (inSeconds.num > 0 || outSeconds.num > 0) addFade(side, inSeconds, outSeconds);
}

/** Gains of a clip and of its component add up. */
function addVolume(side: Side, gainDb: Param): void {
  const at = side.effects.findIndex((effect) => effect.type === 'volume' && typeof effect.gainDb === 'number');
  const other = side.effects[at];
  if (typeof gainDb !== 'number' || other?.type !== 'volume' || typeof other.gainDb !== 'number')
    side.effects.push({ type: 'volume', gainDb });
  else side.effects[at] = { type: 'volume', gainDb: gainDb + other.gainDb };
}

/** A fade at the head and one at the tail, told by different elements, are one effect. */
function addFade(side: Side, inSeconds: Rational, outSeconds: Rational): void {
  const at = side.effects.findIndex((effect) => effect.type === 'fade');
  const other = side.effects[at];
  const meets =
    other?.type === 'fade' &&
    ((other.inSeconds.num > 0 && inSeconds.num > 0) || (other.outSeconds.num > 0 && outSeconds.num > 0));
  if (other?.type !== 'fade' || meets) side.effects.push({ type: 'fade', inSeconds, outSeconds });
  else
    side.effects[at] = {
      type: 'fade',
      inSeconds: max(inSeconds, other.inSeconds),
      outSeconds: max(outSeconds, other.outSeconds),
    };
}

function readPanner(context: AdjustContext, element: XmlElement, side: Side): void {
  const mode = attribute(element, 'mode') ?? '0';
  // 0 leaves the channels alone, 1 is "Stereo Left/Right"; the others place sound in a surround field.
  if (!/^\s*[01]\b/.test(mode)) return keepUnmodelled(context, element, side, `pans in mode ${mode}`);
  const onlyAmount = attributePairs(element).every(([name]) => name === 'mode' || name === 'amount');
  const onlyAmountParam = childElements(element).every(
    (child) => child.name === 'param' && attribute(child, 'name')?.toLowerCase() === 'amount',
  );
  if (!onlyAmount || !onlyAmountParam) return keepUnmodelled(context, element, side, 'pans in a surround field');
  const pan = readParam(context, element, 'amount', { value: (text) => shiftPoint(text, -2), initial: 0 });
  if (!isConstant(pan, 0)) side.effects.push({ type: 'pan', pan });
}

/** Final Cut writes this on every clip; only a conform that changes colours is worth keeping. */
function readColorConform(context: AdjustContext, element: XmlElement, side: Side): void {
  const type = attribute(element, 'conformType') ?? 'conformNone';
  if (type !== 'conformNone') keepUnmodelled(context, element, side);
}
