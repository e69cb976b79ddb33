import { add, multiply, round, secondsFromTime, zero, type Rate, type Rational } from '@patchwork/time';
import {
  activeReferenceOrNull,
  mediaFileName,
  trimmedRange,
  type Item,
  type Stack,
  type Track,
} from '@patchwork/timeline';

/** An item of a picture track, where it stands. */
export interface PlacedItem {
  readonly node: Item;
  /** `V1`, counted from the lowest picture track. */
  readonly track: string;
  /** The item's own name, and that of its file. */
  readonly names: readonly string[];
  /** Record frames from the composition's first. */
  readonly in: number;
  readonly out: number;
}

/** The items of a composition's picture tracks that can show anything, the lowest track first. Gaps are none. */
export function placedItems(stack: Stack, rate: Rate): readonly PlacedItem[] {
  const tracks = stack.children.filter(
    (child): child is Track => child.kind === 'Track' && child.trackKind === 'Video',
  );
  return tracks.flatMap((track, index) => itemsOf(track, `V${index + 1}`, rate));
}

function itemsOf(track: Track, label: string, rate: Rate): PlacedItem[] {
  const items: PlacedItem[] = [];
  const frame = (seconds: Rational): number => round(multiply(seconds, rate));
  let start: Rational = zero;
  for (const child of track.children) {
    if (child.kind === 'Transition' || child.kind === 'Unknown') continue;
    const end = add(start, secondsFromTime(trimmedRange(child).duration));
    if (child.kind !== 'Gap')
      items.push({ node: child, track: label, names: namesOf(child), in: frame(start), out: frame(end) });
    start = end;
  }
  return items;
}

function namesOf(item: Item): string[] {
  const reference = item.kind === 'Clip' ? activeReferenceOrNull(item) : null;
  const url = reference?.kind === 'ExternalReference' ? reference.targetUrl : '';
  return [item.name, plainName(url)].filter((name) => name !== '');
}

/** The last part of a path or URL, as people read it. */
export function plainName(path: string): string {
  const name = mediaFileName(path);
  return /%(?![0-9A-Fa-f]{2})/.test(name) ? name : decoded(name);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return name;
    throw error;
  }
}
