import { equals } from '@patchwork/time';
import { seenDigestOf } from '@patchwork/timeline';
import type {
  MixPicture,
  NestPicture,
  Picture,
  SolidPicture,
  SourcePicture,
  TransformPicture,
} from '@patchwork/program';
import { layerOf, layersOf, sourceOf, type Layer } from './picture-layer.ts';

/** One way in which two pictures differ: a stable code, and an editor's words for it. */
export interface PictureChange {
  readonly code: string;
  readonly text: string;
}

/** Names for what pictures know by digest only. */
export interface PictureNames {
  /** Name of the clip that shows a file; null when unknown. */
  clipOf(source: SourcePicture): string | null;
  /** Path of the file that a source picture reads; its digest when unknown. */
  pathOf(source: SourcePicture): string;
  /** Whether the speed of the clip differs between the two programmes. */
  readonly isRetimed: boolean;
}

/** Says how `next` differs from `previous`. Empty when the pictures are the same. */
export function pictureChanges(previous: Picture, next: Picture, names: PictureNames): PictureChange[] {
  const [before, after] = [withoutLook(previous), withoutLook(next)];
  const pairs = pairLayers(layersOf(before.picture), layersOf(after.picture), names);
  const changes: PictureChange[] = unmodelledChanges(before.look, after.look, 'timeline');
  for (const [old, current] of pairs) {
    if (old !== null && current !== null) changes.push(...layerChanges(layerOf(old), layerOf(current), names));
    else if (current !== null) changes.push({ code: 'layer', text: `${called(current, names)}: layer added` });
    else if (old !== null) changes.push({ code: 'layer', text: `${called(old, names)}: layer removed` });
  }
  return changes;
}

/** A picture without what the whole timeline puts over it, which tells nothing of its layers. */
function withoutLook(picture: Picture): { readonly picture: Picture; readonly look: readonly Unmodelled[] } {
  const look: Unmodelled[] = [];
  let inner = picture;
  while (inner.op === 'unmodelled' && seenDigestOf(inner.content)?.level === 'timeline') {
    look.push(inner);
    inner = inner.input;
  }
  return { picture: inner, look };
}

/** Pairs layers that read the same file, in order; what is left is paired where one stands against one. */
function pairLayers(
  before: readonly Picture[],
  after: readonly Picture[],
  names: PictureNames,
): (readonly [Picture | null, Picture | null])[] {
  if (before.length === 1 && after.length === 1) return [[before[0] ?? null, after[0] ?? null]];
  const unpaired = [...before];
  const pairs: (readonly [Picture | null, Picture | null])[] = [];
  const fresh: Picture[] = [];
  for (const layer of after) {
    const at = unpaired.findIndex((other) => tellApart(other, names) === tellApart(layer, names));
    if (at === -1) fresh.push(layer);
    else pairs.push([unpaired.splice(at, 1)[0] ?? null, layer]);
  }
  if (fresh.length === 1 && unpaired.length === 1) return [...pairs, [unpaired[0] ?? null, fresh[0] ?? null]];
  return [
    ...pairs,
    ...unpaired.map((layer): readonly [Picture, null] => [layer, null]),
    ...fresh.map((layer): readonly [null, Picture] => [null, layer]),
  ];
}

function tellApart(picture: Picture, names: PictureNames): string {
  const source = sourceOf(picture);
  return source === null ? layerOf(picture).core.op : names.pathOf(source);
}

function called(picture: Picture, names: PictureNames): string {
  const source = sourceOf(picture);
  if (source === null) return layerOf(picture).core.op === 'solid' ? 'colour' : 'picture';
  return names.clipOf(source) ?? names.pathOf(source);
}

function layerChanges(before: Layer, after: Layer, names: PictureNames): PictureChange[] {
  const name = called(after.core, names);
  const changes: PictureChange[] = [];
  if (before.opacity !== after.opacity) {
    changes.push({ code: 'opacity', text: `${name}: opacity ${percent(before.opacity)} → ${percent(after.opacity)}` });
  }
  // Without their inputs, which are compared on their own.
  if (!isSame(before.transforms.map(motion), after.transforms.map(motion))) {
    changes.push({ code: 'transform', text: `${name}: ${transformText(before.transforms, after.transforms)}` });
  }
  changes.push(...textChanges(before, after, name));
  changes.push(...unmodelledChanges(before.unmodelled, after.unmodelled, name));
  return [...changes, ...coreChanges(before.core, after.core, name, names)];
}

type Unmodelled = Layer['unmodelled'][number];

/** What nobody models: by domain where it is known by its digest, else by its label. */
function unmodelledChanges(before: readonly Unmodelled[], after: readonly Unmodelled[], name: string): PictureChange[] {
  const contents = (list: readonly Unmodelled[]): string[] => list.map(({ content }) => content);
  const different = (list: readonly Unmodelled[], other: readonly Unmodelled[]): readonly Unmodelled[] =>
    list.filter(({ content }) => !contents(other).includes(content));
  if (isSame(contents(before), contents(after))) return [];
  const [gone, come] = [different(before, after), different(after, before)];
  const changes = new Map<string, PictureChange>();
  for (const thing of [...come, ...gone]) {
    const seen = seenDigestOf(thing.content);
    // The label ends with its place, which the name says.
    const what = seen === null ? thing.label : thing.label.replace(/ on [^"]*$/, '');
    const text = seen?.level === 'timeline' ? `${what} changed` : `${name}: ${what} changed`;
    if (!changes.has(text)) changes.set(text, { code: seen?.domain ?? 'unmodelled', text });
  }
  if (changes.size > 0) return [...changes.values()];
  return [{ code: 'unmodelled', text: `${name}: ${after.at(-1)?.label ?? 'something not modelled'} changed` }];
}

function textChanges(before: Layer, after: Layer, name: string): PictureChange[] {
  const changes: PictureChange[] = [];
  for (let i = 0; i < Math.max(before.texts.length, after.texts.length); i += 1) {
    const [old, current] = [before.texts[i], after.texts[i]];
    if (old === undefined) changes.push({ code: 'title', text: `${name}: text "${current?.text ?? ''}" added` });
    else if (current === undefined) changes.push({ code: 'title', text: `${name}: text "${old.text}" removed` });
    else if (old.text !== current.text)
      changes.push({ code: 'title', text: `${name}: text "${old.text}" → "${current.text}"` });
    else if (old.font !== current.font)
      changes.push({ code: 'font', text: `${name}: font changed under the same text` });
    else if (old.placement !== current.placement)
      changes.push({ code: 'title', text: `${name}: text moved to the ${current.placement}` });
  }
  return changes;
}

type Core = Layer['core'];

function coreChanges(before: Core, after: Core, name: string, names: PictureNames): PictureChange[] {
  if (before.op === 'mix' || after.op === 'mix') return mixChanges(before, after, name, names);
  if (before.op === 'source' && after.op === 'source') return sourceChanges(before, after, name, names);
  if (before.op === 'nest' && after.op === 'nest') return nestChanges(before, after, name, names);
  if (before.op === 'over' || after.op === 'over') return pictureChanges(before, after, names);
  if (isSame(before, after)) return [];
  if (before.op === 'solid' && after.op === 'solid') return [{ code: 'generator', text: colourText(before, after) }];
  if (after.op === 'solid') return [{ code: 'removed', text: `${called(before, names)}: no longer here` }];
  return [{ code: 'new', text: `${name}: new here` }];
}

function mixChanges(before: Core, after: Core, name: string, names: PictureNames): PictureChange[] {
  const mix = after.op === 'mix' ? after : (before as MixPicture);
  // Two frames of one file: a retime that blends, no transition.
  if (isBlend(mix, names)) return isSame(before, after) ? [] : [{ code: 'retime', text: `${name}: retimed` }];
  const cut = `${called(mix.from, names)} | ${called(mix.to, names)}`;
  if (before.op !== 'mix') return [{ code: 'transition', text: `${cut}: dissolve added` }];
  if (after.op !== 'mix') return [{ code: 'transition', text: `${cut}: dissolve removed` }];
  const inner = [...pictureChanges(before.from, after.from, names), ...pictureChanges(before.to, after.to, names)];
  if (inner.length > 0 || equals(before.share, after.share)) return inner;
  return [{ code: 'transition', text: `${cut}: dissolve changed` }];
}

function isBlend(mix: MixPicture, names: PictureNames): boolean {
  const [from, to] = [sourceOf(mix.from), sourceOf(mix.to)];
  return (
    from !== null && to !== null && names.pathOf(from) === names.pathOf(to) && Math.abs(from.frame - to.frame) === 1
  );
}

function sourceChanges(
  before: SourcePicture,
  after: SourcePicture,
  name: string,
  names: PictureNames,
): PictureChange[] {
  const changes: PictureChange[] = [];
  if (before.media !== after.media) {
    const [old, current] = [names.pathOf(before), names.pathOf(after)];
    if (old === current) return [{ code: 'content-changed', text: `${name}: content changed, same path` }];
    return [{ code: 'media', text: `${name}: plays ${current} instead of ${old}` }];
  }
  if (before.stream !== after.stream)
    changes.push({ code: 'media', text: `${name}: stream ${before.stream} → ${after.stream}` });
  if (before.frame !== after.frame || before.pts !== after.pts) {
    if (names.isRetimed) changes.push({ code: 'retime', text: `${name}: retimed` });
    else changes.push({ code: 'source', text: `${name}: other source frames` });
  }
  if (!isSame(before.crop, after.crop)) changes.push({ code: 'crop', text: `${name}: crop changed` });
  if (before.conform !== after.conform)
    changes.push({ code: 'conform', text: `${name}: conform ${before.conform} → ${after.conform}` });
  const reading = ({ color, pixelAspect, rotation }: SourcePicture): unknown => ({ color, pixelAspect, rotation });
  if (!isSame(reading(before), reading(after)))
    changes.push({ code: 'interpretation', text: `${name}: interpretation changed` });
  return changes;
}

function nestChanges(before: NestPicture, after: NestPicture, name: string, names: PictureNames): PictureChange[] {
  const inner = pictureChanges(before.input, after.input, names);
  const own = ({ width, height, color, conform, crop }: NestPicture): unknown => ({
    width,
    height,
    color,
    conform,
    crop,
  });
  return isSame(own(before), own(after))
    ? inner
    : [...inner, { code: 'nest', text: `${name}: compound's frame or colour changed` }];
}

function transformText(before: readonly TransformPicture[], after: readonly TransformPicture[]): string {
  const [old, current] = [before[0], after[0]];
  if (before.length !== 1 || after.length !== 1 || old === undefined || current === undefined) {
    return before.length < after.length
      ? 'transform added'
      : before.length > after.length
        ? 'transform removed'
        : 'transform changed';
  }
  const parts: string[] = [];
  if (!isSame(old.position, current.position)) parts.push('position');
  if (!isSame(old.scale, current.scale)) parts.push(`scale ${percent(old.scale.x)} → ${percent(current.scale.x)}`);
  if (old.rotation !== current.rotation) parts.push(`rotation ${old.rotation}° → ${current.rotation}°`);
  if (!isSame(old.anchor, current.anchor)) parts.push('anchor');
  return parts.join(', ');
}

function motion({ position, scale, rotation, anchor }: TransformPicture): unknown {
  return { position, scale, rotation, anchor };
}

function colourText(before: SolidPicture, after: SolidPicture): string {
  return `colour ${before.color.join(' ')} → ${after.color.join(' ')}`;
}

/** Percent with at most two digits after the point: `50 %`. */
function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`;
}

/** Deep equality of plain values. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [x, y] = [a as { readonly [key: string]: unknown }, b as { readonly [key: string]: unknown }];
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => key in y && isSame(x[key], y[key]));
}
