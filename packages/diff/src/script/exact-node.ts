import { canonicalJson, type Json } from '@patchwork/kernel';
import {
  add,
  formatRational,
  secondsFromTime,
  zero,
  type Rational,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import {
  clipsIn,
  isJsonObject,
  isTimeEffect,
  knownEffect,
  linkOf,
  member,
  sameValue,
  trimmedRange,
  withMember,
  type Clip,
  type Composable,
  type Effect,
  type Gap,
  type JsonObject,
  type JsonValue,
  type Marker,
  type MediaReference,
  type Stack,
  type Timeline,
  type Track,
  type Transition,
} from '@patchwork/timeline';

/** Numbers by which a file knows its clips again: two exports of one timeline differ in them. Which clips are linked counts. */
const idPaths = [
  ['patchwork', 'id'],
  ['patchwork', 'link'],
  ['Resolve_OTIO', 'Link Group ID'],
] as const;

/**
 * Tells whether two timelines say the same in all they hold: places, media, looks, names, marks, metadata, settings. Ids do not count,
 * nor how a file spells a thing: a time at another rate, no range for all of the media, one gap in two pieces, the names of a speed.
 */
export function isSameTimeline(a: Timeline, b: Timeline): boolean {
  return (
    a.name === b.name &&
    sameMetadata(a.metadata, b.metadata) &&
    sameJson(a.extra, b.extra) &&
    timeText(a.globalStartTime) === timeText(b.globalStartTime) &&
    isSameNode(a.tracks, b.tracks) &&
    canonicalJson(linksIn(a)) === canonicalJson(linksIn(b))
  );
}

/** The same of two nodes, links aside. */
export function isSameNode(a: Composable | Effect | Marker | MediaReference, b: typeof a): boolean {
  if (sameValue(a, b)) return true;
  if ((a.kind === 'Track' || a.kind === 'Stack') && a.kind === b.kind) return isSameComposition(a, b);
  return nodeText(a) === nodeText(b);
}

/** The same of two lists of metadata. */
export function sameMetadata(a: JsonObject, b: JsonObject): boolean {
  return sameValue(a, b) || metadataText(a) === metadataText(b);
}

/** The same of two values: 24.0 is 24, but no number is a text. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  return sameValue(a, b) || canonicalJson(jsonOf(a)) === canonicalJson(jsonOf(b));
}

/** All that a mark, an effect or a reference says, as text. */
export function nodeText(node: Composable | Effect | Marker | MediaReference): string {
  return canonicalJson(said(node));
}

/** Which clips belong together, in the order in which they stand: groups by their first clip, null for a clip alone. */
export function linksIn(timeline: Timeline): readonly (number | null)[] {
  const links = [...clipsIn(timeline)].map(linkOf);
  const counts = new Map<string | null, number>();
  for (const link of links) counts.set(link, (counts.get(link) ?? 0) + 1);
  const numbers = new Map<string, number>();
  return links.map((link) => {
    if (link === null || counts.get(link) === 1) return null;
    const number = numbers.get(link) ?? numbers.size;
    numbers.set(link, number);
    return number;
  });
}

function isSameComposition(a: Track | Stack, b: Track | Stack): boolean {
  const [left, right] = [withoutGaps(a.children), withoutGaps(b.children)];
  return (
    left.length === right.length &&
    canonicalJson(itemFields(a)) === canonicalJson(itemFields(b)) &&
    left.every((child, at) => {
      const other = right[at];
      if (other === undefined || typeof child === 'string' || typeof other === 'string') return child === other;
      return isSameNode(child, other);
    })
  );
}

/** Children with each run of gaps as a text: its length, and what its gaps carry. */
function withoutGaps(children: readonly Composable[]): readonly (Exclude<Composable, Gap> | string)[] {
  const result: (Exclude<Composable, Gap> | string)[] = [];
  let length: Rational = zero;
  let marks: string[] = [];
  const close = (): void => {
    if (length.num !== 0 || marks.length > 0) result.push(`gap ${formatRational(length)} ${marks.join('; ')}`);
    length = zero;
    marks = [];
  };
  for (const child of children) {
    if (child.kind !== 'Gap') {
      close();
      result.push(child);
      continue;
    }
    const isPlain =
      child.effects.length + child.markers.length + child.metadata.entries.length === 0 && child.color === null;
    if (!isPlain) marks.push(`${formatRational(length)} ${nodeText(child)}`);
    length = add(length, secondsFromTime(trimmedRange(child).duration));
  }
  close();
  return result;
}

function said(node: Composable | Effect | Marker | MediaReference): Json {
  switch (node.kind) {
    case 'Clip':
      return { ...itemFields(node), media: mediaOf(node), active: node.activeMediaReferenceKey };
    case 'Gap':
      return itemFields(node);
    case 'Track':
    case 'Stack':
      return {
        ...itemFields(node),
        children: withoutGaps(node.children).map((child) => (typeof child === 'string' ? child : said(child))),
      };
    case 'Transition':
      return { ...nodeFields(node), ...transitionFields(node) };
    case 'Effect':
      return effectFields(node);
    case 'Marker':
      return {
        ...nodeFields(node),
        range: rangeText(node.markedRange),
        color: typeof node.color === 'string' || node.color === null ? node.color : jsonOf(node.color),
        comment: node.comment,
      };
    case 'Unknown':
      return { ...nodeFields(node), schema: `${node.schemaName}.${node.schemaVersion}` };
    default:
      return referenceFields(node);
  }
}

function nodeFields({
  name,
  metadata,
  extra,
}: {
  readonly name: string;
  readonly metadata: JsonObject;
  readonly extra: JsonObject;
}): { readonly [key: string]: Json } {
  return { name, metadata: metadataJson(metadata), extra: jsonOf(extra) };
}

function itemFields(node: Clip | Gap | Track | Stack): { readonly [key: string]: Json } {
  const { kind, effects, markers, enabled, color, sourceRange } = node;
  const isLane = kind === 'Track' && sourceRange === null;
  return {
    ...nodeFields(node),
    // How a gap is called says nothing, and where in no media it plays.
    ...(kind === 'Gap'
      ? { name: '' }
      : { range: isLane || (kind === 'Stack' && sourceRange === null) ? 'all' : rangeText(trimmedRange(node)) }),
    kind: kind === 'Track' ? `track ${node.trackKind}` : kind,
    effects: effects.map(effectFields),
    markers: markers.map(said),
    enabled,
    color: color === null ? null : jsonOf(color),
  };
}

/** A speed by its value: what a file calls it says nothing more. */
function effectFields(effect: Effect): { readonly [key: string]: Json } {
  const { schemaName, effectName, enabled, timeScalar, metadata, extra } = effect;
  if (!isTimeEffect(effect)) return { ...nodeFields(effect), schemaName, effectName, enabled, timeScalar };
  const known = knownEffect(effect);
  return {
    enabled,
    timeScalar,
    map: known === null ? null : (known as unknown as Json),
    metadata: metadataJson(withMember(metadata, ['patchwork'], undefined)),
    extra: jsonOf(extra),
  };
}

function transitionFields({ transitionType, inOffset, outOffset, enabled }: Transition): {
  readonly [key: string]: Json;
} {
  return { transitionType, in: timeText(inOffset), out: timeText(outOffset), enabled };
}

function mediaOf({ mediaReferences }: Clip): Json {
  return mediaReferences.map(([key, reference]): Json => [key, said(reference)]);
}

/** Every field that a kind of reference has; times by their value. */
function referenceFields(node: Exclude<MediaReference, { readonly kind: 'Unknown' }>): Json {
  const { id: _, metadata, extra, availableRange, availableImageBounds, ...rest } = node;
  const own = 'parameters' in rest ? { ...rest, parameters: jsonOf(rest.parameters) } : rest;
  return {
    ...own,
    metadata: metadataJson(metadata),
    extra: jsonOf(extra),
    available: availableRange === null ? null : rangeText(availableRange),
    bounds: availableImageBounds === null ? null : jsonOf(availableImageBounds),
  };
}

function metadataText(metadata: JsonObject): string {
  return canonicalJson(metadataJson(metadata));
}

function metadataJson(metadata: JsonObject): Json {
  if (metadata.entries.length === 0) return {};
  return jsonOf(withoutIds(metadata));
}

/** Metadata without the numbers by which a file knows its clips again, and without what that leaves empty. */
export function withoutIds(metadata: JsonObject): JsonObject {
  return idPaths.reduce((rest, path) => {
    const without = withMember(rest, path, undefined);
    const left = member(without, path[0]);
    const isEmpty = isJsonObject(left) && left.entries.length === 0;
    return isEmpty ? withMember(without, [path[0]], undefined) : without;
  }, metadata);
}

/** A value by what it says: 24.0 is 24, but no number is ever a text, and two different ones are never equal. */
function jsonOf(value: JsonValue): Json {
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? `"${value}` : value;
  switch (value.type) {
    case 'number': {
      const number = Number(value.lexeme);
      return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))
        ? number
        : `number ${value.lexeme}`;
    }
    case 'array':
      return value.items.map(jsonOf);
    case 'object': {
      const members = new Map<string, Json>();
      // Of repeated keys the first counts.
      for (const [key, item] of value.entries) if (!members.has(key)) members.set(key, jsonOf(item));
      return Object.fromEntries(members);
    }
  }
}

function timeText(time: RationalTime | null): string {
  return time === null ? '0' : formatRational(secondsFromTime(time));
}

function rangeText({ start, duration }: TimeRange): string {
  return `${timeText(start)}+${timeText(duration)}`;
}
