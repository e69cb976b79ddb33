import { canonicalJson, type Json, type Sha256 } from '@patchwork/kernel';
import { formatRational } from '@patchwork/time';
import type { Canvas } from './canvas.ts';
import type { Crop, Picture } from './picture.ts';
import type { FrameKey } from './program.ts';
import { coreSemantics, pictureSemantics } from './semantics.ts';

/**
 * Fields that reach no pixel. A deny-list on purpose: a field added to a picture counts in every key until it is proven
 * harmless and written here.
 */
const cosmeticFields: ReadonlySet<string> = new Set(['label']);

/**
 * Key of a picture, the slow way: the digest of all of it. Two pictures *on one canvas* have one key exactly when their
 * {@link splitPicture} is the same; `Program.frameKeyAt` is the same relation, faster.
 */
export function pictureKey(picture: Picture, sha256: Sha256): FrameKey {
  return sha256(canonicalJson({ core: coreSemantics, picture: keyedForm(picture as unknown as Json) }));
}

/** The value without cosmetic fields, every operation with its semantics number. */
function keyedForm(value: Json): Json {
  if (Array.isArray(value)) return value.map(keyedForm);
  if (value === null || typeof value !== 'object') return value;
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value as { readonly [key: string]: Json })) {
    if (name === 'op') members.push([name, versioned(member as Picture['op'])]);
    else if (!cosmeticFields.has(name)) members.push([name, keyedForm(member)]);
  }
  return Object.fromEntries(members);
}

/** An operation and what it means at present. */
function versioned(op: Picture['op']): string {
  return `${op}@${pictureSemantics[op]}`;
}

/** A picture taken apart into what stays from frame to frame and what may move. */
export interface SplitPicture {
  /** All fields but the moving ones, as canonical text. */
  readonly shape: string;
  /** The moving fields' values: one text for each operation that has any, in the order of the shape. */
  readonly values: readonly MovingValues[];
}

/** The moving values of one operation of a picture. */
export interface MovingValues {
  readonly of: Picture;
  readonly text: string;
}

/** Takes a picture apart. Together, shape and values hold every field but the cosmetic ones. */
export function splitPicture(picture: Picture): SplitPicture {
  const values: MovingValues[] = [];
  return { shape: shapeOf(picture, values), values };
}

function shapeOf(picture: Picture, values: MovingValues[]): string {
  const [moving, text] = movingFields(picture);
  if (text !== '') values.push({ of: picture, text });
  const members: string[] = [];
  for (const name of sortedFields(picture)) {
    if (moving.includes(name) || cosmeticFields.has(name)) continue;
    members.push(`${JSON.stringify(name)}:${fieldShape(picture, name, values)}`);
  }
  return `{${members.join(',')}}`;
}

/** Names of the fields, sorted, once for each operation: its pictures all have the same ones. */
const fieldsOfOp = new Map<string, readonly string[]>();

function sortedFields(picture: Picture): readonly string[] {
  const names = Object.keys(picture);
  const known = fieldsOfOp.get(picture.op);
  if (known !== undefined && names.length === known.length && names.every((name) => known.includes(name))) return known;
  const sorted = names.toSorted();
  fieldsOfOp.set(picture.op, sorted);
  return sorted;
}

function fieldShape(picture: Picture, name: string, values: MovingValues[]): string {
  const field = (picture as unknown as { readonly [name: string]: unknown })[name];
  if (name === 'op') return `"${versioned(picture.op)}"`;
  if (isPicture(field)) return shapeOf(field, values);
  if (Array.isArray(field) && field.every(isPicture)) return `[${field.map((one) => shapeOf(one, values)).join(',')}]`;
  return typeof field === 'object' && field !== null ? objectText(field) : canonicalJson(field as Json);
}

/** Colour tags, crops and aspects are shared by all frames of a file: their text is made once. */
const objectTexts = new WeakMap<object, string>();

function objectText(object: object): string {
  let text = objectTexts.get(object);
  if (text === undefined) {
    text = canonicalJson(object as Json);
    objectTexts.set(object, text);
  }
  return text;
}

function isPicture(value: unknown): value is Picture {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'op');
}

/** Which fields of an operation move, and their values as one text; each text ends where the next can begin. */
function movingFields(picture: Picture): readonly [names: readonly string[], text: string] {
  switch (picture.op) {
    case 'source':
      return isUncropped(picture.crop)
        ? [movesInSource, `${picture.frame}@${picture.pts}`]
        : [movesInCroppedSource, `${picture.frame}@${picture.pts} ${cropText(picture.crop)}`];
    case 'nest':
      return isUncropped(picture.crop) ? [[], ''] : [movesInCroppedNest, cropText(picture.crop)];
    case 'transform': {
      const { position, scale, rotation, anchor } = picture;
      const numbers = [position.x, position.y, scale.x, scale.y, rotation, anchor.x, anchor.y];
      return [movesInTransform, numbers.join(' ')];
    }
    case 'opacity':
      return [movesInOpacity, String(picture.opacity)];
    case 'mix':
      return [movesInMix, formatRational(picture.share)];
    case 'text':
      return [movesInText, JSON.stringify(picture.text)];
    case 'solid':
    case 'over':
    case 'unmodelled':
      return [[], ''];
  }
}

const movesInSource: readonly string[] = ['frame', 'pts'];
const movesInCroppedSource: readonly string[] = ['frame', 'pts', 'crop'];
const movesInCroppedNest: readonly string[] = ['crop'];
const movesInTransform: readonly string[] = ['position', 'scale', 'rotation', 'anchor'];
const movesInOpacity: readonly string[] = ['opacity'];
const movesInMix: readonly string[] = ['share'];
const movesInText: readonly string[] = ['text'];

/** Tells whether nothing is cut away. */
export function isUncropped(crop: Crop): boolean {
  return crop.left === 0 && crop.right === 0 && crop.top === 0 && crop.bottom === 0;
}

/** A crop's moving values. */
export function cropText(crop: Crop): string {
  const text = `${crop.left} ${crop.right} ${crop.top} ${crop.bottom}`;
  return crop.inPlace === true ? `${text} in place` : text;
}

/**
 * What every key of a programme begins with: the canvas on which the pictures are composed, and the core's semantics.
 * The canvas's primaries and transfer are left out: no operation reads them. Sources are converted in matrix and range
 * only, and where a transfer would have to be converted (HDR) the programme is refused before it has keys.
 */
export function shapePrefix(canvas: Canvas): string {
  const { primaries: _primaries, transfer: _transfer, ...converted } = canvas.color;
  return `${coreSemantics} ${canvas.width}x${canvas.height} ${canonicalJson({ ...converted })} `;
}

/** Joins a shape's digest and the moving values to a key. */
export function joinKey(shape: string, values: readonly string[]): FrameKey {
  return `${shape}:${values.join(',')}`;
}
