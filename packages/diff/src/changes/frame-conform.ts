import {
  add,
  compare,
  divide,
  multiply,
  secondsFromTime,
  subtract,
  type Rate,
  type Rational,
  type RationalTime,
} from '@patchwork/time';
import {
  knownEffect,
  withKnownEffect,
  type Composable,
  type Effect,
  type Item,
  type KnownEffect,
  type Timeline,
} from '@patchwork/timeline';
import { trackViews, type IdentityOf, type TrackItem, type TrackView } from '../items/track-item.ts';

/** How the frames of an old timeline are taken where the new one has another rate. */
export type FrameReading =
  /** Both by the clock: what lasted two seconds lasts two seconds. */
  | 'clock'
  /** Conformed frame for frame, media included: frame 48 of the file at the old rate is frame 48 at the new one. */
  | 'frames'
  /** Conformed frame for frame on the record; clips still enter their media at the same second. */
  | 'record';

/** An old timeline laid out in frames of the new one. */
export interface ConformedTracks {
  readonly reading: FrameReading;
  readonly tracks: readonly TrackView[];
  /** The item as its own timeline has it, for places that people read. */
  readonly saidOf: (item: TrackItem) => TrackItem;
}

/**
 * Lays the old timeline out in frames of the new rate: in the reading that makes the most items of the new timeline ones
 * that were there, by the clock where readings are even. So a project that was conformed to another rate is told as that,
 * and not as a trim of every clip. Three layouts, each linear.
 */
export function conformedTracks(
  old: Timeline,
  next: readonly TrackView[],
  { from, to }: { readonly from: Rate; readonly to: Rate },
  identityOf: IdentityOf,
): ConformedTracks {
  const byClock = trackViews(old, to, identityOf);
  if (compare(from, to) === 0) return { reading: 'clock', tracks: byClock, saidOf: (item) => item };
  const readings = (['frames', 'record'] as const).map((reading) => ({
    reading,
    tracks: trackViews(scaled(old, divide(from, to), reading), to, identityOf),
  }));
  const all = [{ reading: 'clock' as const, tracks: byClock }, ...readings];
  const counts = all.map(({ tracks }) => kept(tracks, next));
  const best = all[counts.indexOf(Math.max(...counts))] ?? { reading: 'clock' as const, tracks: byClock };
  const said = new Map(
    best.tracks.flatMap(({ items }, track) =>
      items.flatMap((item, at) => [[item, byClock[track]?.items[at] ?? item] as const]),
    ),
  );
  return { ...best, saidOf: (item) => said.get(item) ?? item };
}

/** How many items play what one of the others played; each of these counts for one. */
function kept(old: readonly TrackView[], next: readonly TrackView[]): number {
  const left = new Map<string, number>();
  for (const { items } of old) for (const item of items) left.set(keyOf(item), (left.get(keyOf(item)) ?? 0) + 1);
  let count = 0;
  for (const { items } of next) {
    for (const item of items) {
      const here = left.get(keyOf(item)) ?? 0;
      if (here === 0) continue;
      left.set(keyOf(item), here - 1);
      count += 1;
    }
  }
  return count;
}

function keyOf({ played, name }: TrackItem): string {
  return `${played} ${name}`;
}

/** The timeline with all its times of the record longer or shorter by a ratio. */
function scaled(timeline: Timeline, ratio: Rational, reading: 'frames' | 'record'): Timeline {
  const change = (node: Composable): Composable => {
    if (node.kind === 'Unknown') return node;
    if (node.kind === 'Transition')
      return { ...node, inOffset: scaledTime(node.inOffset, ratio), outOffset: scaledTime(node.outOffset, ratio) };
    const item = scaledItem(node, ratio, reading);
    return item.kind === 'Track' || item.kind === 'Stack' ? { ...item, children: item.children.map(change) } : item;
  };
  const tracks = change(timeline.tracks);
  return tracks.kind === 'Stack' ? { ...timeline, tracks } : timeline;
}

function scaledItem<T extends Item>(item: T, ratio: Rational, reading: 'frames' | 'record'): T {
  const range = item.sourceRange;
  if (range === null) return item;
  const start = reading === 'frames' ? scaledTime(range.start, ratio) : range.start;
  const [from, to] = [secondsFromTime(range.start), secondsFromTime(start)];
  const moved = (seconds: Rational): Rational => add(to, multiply(subtract(seconds, from), ratio));
  return {
    ...item,
    sourceRange: { start, duration: scaledTime(range.duration, ratio) },
    effects: item.effects.map((effect) => scaledEffect(effect, moved)),
  };
}

function scaledTime(time: RationalTime, ratio: Rational): RationalTime {
  return { ...time, value: multiply(time.value, ratio) };
}

/** Key frames go with their frames. */
function scaledEffect(effect: Effect, moved: (seconds: Rational) => Rational): Effect {
  const known = knownEffect(effect);
  if (known === null) return effect;
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        name === 'time' || (known.type === 'timeMap' && name === 'value') ? moved(member as Rational) : change(member),
      ]),
    );
  };
  return withKnownEffect(effect, change(known) as KnownEffect);
}
