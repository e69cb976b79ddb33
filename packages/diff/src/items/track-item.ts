import { canonicalJson, type Digest, type Json } from '@patchwork/kernel';
import {
  add,
  divide,
  formatRational,
  multiply,
  one,
  rational,
  round,
  secondsFromTime,
  subtract,
  zero,
  type FrameRange,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { TimeTable } from './time-table.ts';
import {
  activeReferenceOrNull,
  isTimeEffect,
  knownEffect,
  plainJson,
  trimmedRange,
  unmodelledOf,
  type Clip,
  type Effect,
  type MediaReference,
  type Stack,
  type Timeline,
  type Track,
  type Transition,
} from '@patchwork/timeline';

/** A track and where it stands: `V1` is the lowest video track. */
export interface TrackView {
  readonly label: string;
  readonly node: Track;
  readonly items: readonly TrackItem[];
  readonly cuts: readonly TransitionView[];
  /** First record frame after the last child, gaps included. */
  readonly end: number;
}

/** A clip or a compound on its track, in record frames and exact media time. Gaps are what lies between. */
export interface TrackItem {
  readonly track: string;
  readonly node: Clip | Stack | Track;
  /** `V`, `A`: items match within a kind. */
  readonly kind: string;
  /** Place in its track's items. */
  readonly index: number;
  readonly record: FrameRange;
  readonly name: string;
  /** As spelled; null for what is no file. */
  readonly url: string | null;
  /** Equal for one content: the media's digest where known, else its URL, else what generates it. */
  readonly media: string;
  readonly speed: Speed;
  /** Own seconds of the first frame, and length. */
  readonly start: Rational;
  readonly duration: Rational;
  /** Everything else that can be seen or heard: effects, enabled, content that is not modelled. */
  readonly look: string;
  /** What a compound holds; empty for a clip. */
  readonly inside: string;
  /** Kind, part of the media and speed as one text: equal where the same is played. */
  readonly played: string;
}

/** How an item runs through its media. */
export type Speed =
  | { readonly kind: 'constant'; readonly value: Rational }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'ramp'; readonly points: string };

/** A transition on its track. */
export interface TransitionView {
  readonly track: string;
  readonly node: Transition;
  /** Record frame of the cut, and how far it reaches before and after. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  readonly left: TrackItem | null;
  readonly right: TrackItem | null;
}

/** Looks up the digest of a file; null when it is not known. */
export type IdentityOf = (url: string) => Digest | null;

/** Lays the timeline's tracks out in record frames of a rate. Linear. @throws PW_TIMELINE_RANGE */
export function trackViews(timeline: Timeline, rate: Rate, identityOf: IdentityOf): TrackView[] {
  return trackViewsOf(timeline.tracks, rate, identityOf);
}

/** Lays out what a stack holds; a track alone is `V1` or `A1`. */
export function trackViewsOf(node: Stack | Track, rate: Rate, identityOf: IdentityOf): TrackView[] {
  const counts = new Map<string, number>();
  const times = new TimeTable(rate);
  return (node.kind === 'Track' ? [node] : node.children).flatMap((child) => {
    if (child.kind !== 'Track') return [];
    const letter = child.trackKind === 'Video' ? 'V' : child.trackKind === 'Audio' ? 'A' : `${child.trackKind} `;
    const number = (counts.get(letter) ?? 0) + 1;
    counts.set(letter, number);
    return [trackView(child, `${letter}${number}`, times, identityOf)];
  });
}

/** A transition whose neighbours are not settled yet. */
interface OpenCut {
  readonly node: Transition;
  readonly at: number;
  readonly index: number;
  readonly leftIsItem: boolean;
}

function trackView(track: Track, label: string, times: TimeTable, identityOf: IdentityOf): TrackView {
  const kind = label.replace(/\d+$/, '');
  const items: TrackItem[] = [];
  const cuts: OpenCut[] = [];
  const rightOf = new Map<OpenCut, TrackItem>();
  let waiting: OpenCut[] = [];
  let at: Rational = zero;
  let lastIsItem = false;
  for (const child of track.children) {
    if (child.kind === 'Unknown') continue;
    if (child.kind === 'Transition') {
      const cut = { node: child, at: round(at), index: items.length, leftIsItem: lastIsItem };
      cuts.push(cut);
      waiting.push(cut);
      continue;
    }
    const range = trimmedRange(child);
    const duration = times.of(range.duration);
    const end = add(at, duration.frames);
    lastIsItem = child.kind !== 'Gap';
    if (child.kind !== 'Gap') {
      const start = times.of(range.start);
      const { url, media, speed, look, inside } = contentOf(child, identityOf);
      const item: TrackItem = {
        track: label,
        node: child,
        kind,
        index: items.length,
        record: { in: round(at), out: round(end) },
        name: child.name,
        url,
        media,
        speed,
        start: start.seconds,
        duration: duration.seconds,
        look,
        inside,
        played: `${kind} ${media} ${start.text}+${duration.text} ${speedText(speed)}`,
      };
      items.push(item);
      for (const cut of waiting) rightOf.set(cut, item);
    }
    waiting = [];
    at = end;
  }
  return {
    label,
    node: track,
    items,
    end: round(at),
    cuts: cuts.map((cut) => ({
      track: label,
      node: cut.node,
      at: cut.at,
      before: round(times.of(cut.node.inOffset).frames),
      after: round(times.of(cut.node.outOffset).frames),
      left: cut.leftIsItem ? (items[cut.index - 1] ?? null) : null,
      right: rightOf.get(cut) ?? null,
    })),
  };
}

/** The nearest frame: the compiler puts edges between two frames there too. */
export function framesOf(seconds: Rational, rate: Rate): number {
  return round(multiply(seconds, rate));
}

function contentOf(
  node: Clip | Stack | Track,
  identityOf: IdentityOf,
): Pick<TrackItem, 'url' | 'media' | 'speed' | 'look' | 'inside'> {
  const inside = node.kind === 'Clip' ? '' : insideText(node, identityOf);
  const look = lookOf(node);
  const speed = speedOf(node.effects);
  if (node.kind !== 'Clip') return { url: null, media: `compound ${node.name}`, speed, look, inside };
  const reference = activeReferenceOrNull(node);
  const url = urlOf(reference);
  return { url, media: url === null ? mediaText(node, reference) : (identityOf(url) ?? url), speed, look, inside };
}

/** URL of a reference that names files; an image sequence by its pattern. Null for anything else. */
export function urlOf(reference: MediaReference | null): string | null {
  if (reference?.kind === 'ExternalReference') return reference.targetUrl;
  if (reference?.kind !== 'ImageSequenceReference') return null;
  return `${reference.targetUrlBase}${reference.namePrefix}%${reference.nameSuffix}`;
}

function mediaText(clip: Clip, reference: MediaReference | null): string {
  switch (reference?.kind) {
    case 'GeneratorReference':
      return `generator ${reference.generatorKind} ${canonicalJson(plainJson(reference.parameters))}`;
    case 'Unknown':
      return `${reference.schemaName} ${reference.name}`;
    default:
      return `missing ${clip.name}`;
  }
}

const normalSpeed: Speed = { kind: 'constant', value: one };

function speedOf(effects: readonly Effect[]): Speed {
  if (effects.length === 0) return normalSpeed;
  let value: Rational = one;
  for (const effect of effects) {
    if (!effect.enabled) continue;
    if (effect.schemaName === 'FreezeFrame') return { kind: 'freeze' };
    if (effect.timeScalar !== null) value = multiply(value, rationalFromNumber(effect.timeScalar));
    const known = knownEffect(effect);
    if (known?.type === 'timeMap') return { kind: 'ramp', points: canonicalJson(known as unknown as Json) };
  }
  return value.num === 0 ? { kind: 'freeze' } : { kind: 'constant', value };
}

/** A speed as files spell it, to six digits after the point. */
function rationalFromNumber(value: number): Rational {
  for (const den of [1, 2, 3, 4, 5, 8, 10, 24, 25, 30, 60, 100, 1000, 1001]) {
    const num = Math.round(value * den);
    if (num / den === value) return rational(num, den);
  }
  return rational(Math.round(value * 1_000_000), 1_000_000);
}

/** Plain value of an effect's visible part: what it is, whether it is on, all its parameters. */
export function effectText(effect: Effect): string {
  const known = knownEffect(effect);
  const value = known === null ? plainJson(effect.metadata) : (known as unknown as Json);
  return `${effect.enabled ? '' : 'off '}${effect.schemaName} ${effect.effectName} ${canonicalJson(value)}`;
}

/** Everything that can be seen or heard of a node beside its media and speed. */
export function lookOf(node: Clip | Stack | Track): string {
  if (node.effects.length === 0 && node.enabled && node.kind === 'Clip' && node.metadata.entries.length === 0)
    return '';
  const effects = node.effects.filter((effect) => !isTimeEffect(effect)).map(effectText);
  const unmodelled = unmodelledOf(node).map(({ content }) => content);
  return [node.enabled ? '' : 'disabled', ...effects, ...unmodelled].filter((part) => part !== '').join('\n');
}

/** What a compound shows, without names and ids. */
function insideText(node: Stack | Track, identityOf: IdentityOf): string {
  const parts = node.children.map((child): string => {
    if (child.kind === 'Unknown') return `unknown ${child.schemaName}`;
    if (child.kind === 'Transition')
      return `transition ${timeText(child.inOffset)} ${timeText(child.outOffset)} ${child.transitionType}`;
    const range = child.sourceRange;
    const place = range === null ? 'all' : `${timeText(range.start)}+${timeText(range.duration)}`;
    if (child.kind === 'Gap') return `gap ${place}`;
    const { media, look, speed, inside } = contentOf(child, identityOf);
    return `${child.kind === 'Clip' ? media : 'compound'} ${place} ${speedText(speed)} ${look} (${inside})`;
  });
  return parts.join('\n');
}

function timeText(time: { readonly value: Rational; readonly rate: Rate }): string {
  return formatRational(secondsFromTime(time));
}

/** Speed in words: `50 %`, `freeze`, `ramp`. */
export function speedText(speed: Speed): string {
  if (speed === normalSpeed) return '100 %';
  if (speed.kind !== 'constant') return speed.kind;
  const percent = multiply(speed.value, rational(100));
  const text = percent.den === 1 ? String(percent.num) : String(Math.round((percent.num / percent.den) * 100) / 100);
  return `${text.replace('-', '−')} %`;
}

/** Tells whether two items run through their media in the same way. */
export function isSameSpeed(a: Speed, b: Speed): boolean {
  if (a.kind === 'constant' && b.kind === 'constant') return a.value.num === b.value.num && a.value.den === b.value.den;
  return a.kind === b.kind && (a.kind !== 'ramp' || (b.kind === 'ramp' && a.points === b.points));
}

/** Media seconds at which an item is entered and left. Backwards it enters at the end of what it covers. */
export function mediaEdges(item: TrackItem): { readonly entry: Rational; readonly exit: Rational } {
  const { speed, start, duration } = item;
  if (speed.kind === 'freeze') return { entry: start, exit: start };
  if (speed.kind === 'ramp') return { entry: start, exit: add(start, duration) };
  const covered = multiply(duration, speed.value);
  if (speed.value.num > 0) return { entry: start, exit: add(start, covered) };
  return { entry: subtract(start, covered), exit: start };
}

/** By how many record seconds the head and the tail of an item moved within its media; null where the speed differs. */
export function edgeMoves(
  old: TrackItem,
  next: TrackItem,
): { readonly head: Rational; readonly tail: Rational } | null {
  if (!isSameSpeed(old.speed, next.speed)) return null;
  if (old.speed.kind === 'freeze') return { head: zero, tail: subtract(next.duration, old.duration) };
  const slope = old.speed.kind === 'constant' ? old.speed.value : one;
  const [a, b] = [mediaEdges(old), mediaEdges(next)];
  return { head: divide(subtract(b.entry, a.entry), slope), tail: divide(subtract(b.exit, a.exit), slope) };
}

/** The part of the media, in seconds, lowest first. */
export function mediaSpan(item: TrackItem): { readonly from: Rational; readonly to: Rational } {
  const { entry, exit } = mediaEdges(item);
  return subtract(exit, entry).num < 0 ? { from: exit, to: entry } : { from: entry, to: exit };
}
