import { add, divide, max, min, multiply, type Rational, secondsFromTime, subtract, zero } from '@patchwork/time';
import {
  activeReferenceOrNull,
  type Clip,
  isItem,
  type Item,
  type Stack,
  type Track,
  type Transition,
  type Unmodelled,
  unmodelledOf,
} from '@patchwork/timeline';
import { type GainFactor, type OwnClock, recordWhere } from './gain-factor.ts';
import type { MediaInfo, SoundStreamInfo } from './media-info.ts';
import type { Ranges } from './own-range.ts';
import { mediaZero } from './media-zero.ts';
import type { Resolver } from './resolver.ts';
import type { OwnRange, Retime } from './retime.ts';
import { ownRamp, soundEffects } from './sound-effects.ts';
import { joinedPieces, pieceOf, type SampleFrame } from './sound-piece.ts';
import { soundSource, streamDelay } from './sound-source.ts';
import type { SoundPiece } from './sound.ts';

/** A stretch of record time, exact seconds, half open. */
interface Stretch {
  readonly from: Rational;
  readonly to: Rational;
}

/** An unmodelled thing that may be heard, and when. */
export interface UnmodelledSound extends Stretch, Unmodelled {}

/** Where a container's sound is heard, and through what. */
interface SoundPlace extends Stretch {
  /** The container's inner time at a record time. */
  readonly clock: OwnClock;
  readonly factors: readonly GainFactor[];
  readonly track: string;
}

/** Resolves what is heard within the programme's samples: the audio tracks of the root, and of stacks in them. */
export class SoundResolver {
  readonly #resolver: Resolver;
  readonly #frame: SampleFrame;
  /** Writes down at which record frame a refusal is met. */
  readonly #frameAt: (seconds: Rational) => number;
  readonly unmodelled: UnmodelledSound[] = [];
  #pieces: SoundPiece[] = [];

  constructor(resolver: Resolver, frame: SampleFrame, frameAt: (seconds: Rational) => number) {
    this.#resolver = resolver;
    this.#frame = frame;
    this.#frameAt = frameAt;
  }

  /** The pieces of a root stack, in order of track, then time. */
  resolve(root: Stack, clock: OwnClock, from: Rational, to: Rational): readonly SoundPiece[] {
    const range = this.#resolver.ranges.of(root);
    const place = this.#inside(root, range, { clock, factors: [], track: '', from, to }, clock);
    return place === null ? [] : this.#layers(root, place);
  }

  #layers(stack: Stack, place: SoundPlace): readonly SoundPiece[] {
    const all: SoundPiece[] = [];
    let number = 0;
    for (const child of stack.children) {
      if (!isItem(child) || child.kind === 'Clip' || child.kind === 'Gap') continue;
      if (child.kind === 'Track' && child.trackKind !== 'Audio') continue;
      number += child.kind === 'Track' ? 1 : 0;
      const own = child.name === '' || child.kind === 'Stack' ? `A${number}` : child.name;
      const track = place.track === '' ? own : `${place.track} / ${own}`;
      const range = this.#resolver.ranges.of(child);
      const before = this.#pieces;
      this.#pieces = [];
      this.#item(child, { start: zero, end: range.duration, lead: zero, trail: zero }, range, { ...place, track }, []);
      all.push(...joinedPieces(this.#pieces, this.#frame.sampleRate));
      this.#pieces = before;
    }
    return all;
  }

  #track(track: Track, place: SoundPlace): void {
    const slots = slotsOf(track, this.#resolver.ranges);
    for (const slot of slots) {
      const factors = slot.fades.map(({ from, to, start, end }) => ownRamp(from, to, start, end, place.clock));
      for (const { node, from, to } of slot.transitions) this.#noteTransition(node, from, to, place);
      this.#item(slot.item, slot, slot.range, place, factors);
    }
  }

  #noteTransition(node: Transition, from: Rational, to: Rational, place: SoundPlace): void {
    const heard = heardWithin(from, to, place.clock, place);
    if (heard !== null) for (const thing of unmodelledOf(node)) this.unmodelled.push({ ...thing, ...heard });
  }

  /** An item in its slot: own time start…end of its parent, heard from `lead` before to `trail` after it. */
  #item(
    item: Item,
    slot: Pick<Slot, 'start' | 'end' | 'lead' | 'trail'>,
    range: OwnRange,
    place: SoundPlace,
    fades: readonly GainFactor[],
  ): void {
    if (item.kind === 'Gap' || !item.enabled) return;
    if (item.kind === 'Track' && item.trackKind !== 'Audio') return;
    const heard = heardWithin(subtract(slot.start, slot.lead), add(slot.end, slot.trail), place.clock, place);
    if (heard === null) return;
    const clock = { offset: add(subtract(place.clock.offset, slot.start), range.start), slope: place.clock.slope };
    const own: SoundPlace = { ...place, ...heard, clock, factors: [...place.factors, ...fades] };
    if (item.kind === 'Clip') {
      this.#clip(item, range, own);
      return;
    }
    const inside = this.#inside(item, range, own, clock);
    if (inside === null) return;
    if (item.kind === 'Track') this.#track(item, inside);
    else this.#pieces.push(...this.#layers(item, inside));
  }

  /** The place of a container's children: its gains applied, its retime in the clock. Null when it is silent. */
  #inside(item: Track | Stack, range: OwnRange, place: SoundPlace, clock: OwnClock): SoundPlace | null {
    const effects = soundEffects(item, range, clock);
    this.#note(effects.unmodelled, place, item.name);
    const factors = [...place.factors, ...effects.factors];
    if (effects.retime.kind === 'points') {
      const thing = { label: 'speed ramp on a nested sequence', content: 'ramp of a nest' };
      this.#note([thing], place, item.name);
      return { ...place, clock, factors };
    }
    const inner = constantClock(effects.retime.speed, range, clock);
    return inner.slope.num === 0 ? null : { ...place, clock: inner, factors };
  }

  #note(things: readonly Unmodelled[], { from, to, track }: SoundPlace, name: string): void {
    for (const { label, content } of things) {
      this.unmodelled.push({ label: `${label} on ${track} / ${name}`, content, from, to });
    }
  }

  #clip(clip: Clip, range: OwnRange, place: SoundPlace): void {
    const reference = activeReferenceOrNull(clip);
    this.#resolver.refusals.lookAt(this.#frameAt(place.from));
    const refuse = (kind: 'offline' | 'layout', path: string | null, found: string): void =>
      this.#resolver.refusals.add({ kind, clip: clip.name, track: place.track, path, found });
    if (reference?.kind === 'GeneratorReference' || reference?.kind === 'ImageSequenceReference') return;
    if (reference?.kind !== 'ExternalReference') return refuse('offline', null, '');
    const info = this.#resolver.media(reference.targetUrl);
    if (info === null) return refuse('offline', reference.targetUrl, '');
    if (info.sound.length === 0) return this.#tellNoSound(clip, info, place);
    const source = soundSource(clip, info);
    if (typeof source === 'string') return refuse('layout', info.path, source);
    const effects = soundEffects(clip, range, place.clock);
    this.#note(effects.unmodelled, place, clip.name);
    const { stream, map } = source;
    const lost = add(mediaZero(reference, info), streamDelay(info, stream));
    const factors = [...place.factors, ...effects.factors];
    for (const leg of legsOf(effects.retime, range, place)) {
      const inStream = { offset: subtract(leg.clock.offset, lost), slope: leg.clock.slope };
      const piece = pieceOf(
        { source: { media: info.identity, stream: stream.stream, map }, from: leg.from, to: leg.to, inStream, factors },
        this.#frame,
      );
      if (piece === null) continue;
      this.#pieces.push(piece);
      this.#tellLimits(piece, stream, clip, place);
    }
  }

  #tellNoSound(clip: Clip, info: MediaInfo, place: SoundPlace): void {
    const where = `${place.track} / ${clip.name}`;
    this.#resolver.remarks.add({
      code: 'PW_SOUND_ABSENT',
      severity: 'warning',
      message: `${where}: ${info.path} has no sound; the clip is silent`,
      where,
      hint: 'Relink the clip, or disable it.',
    });
  }

  /** The container's length may be off by a codec frame; only more than that is worth a word. */
  #tellLimits(piece: SoundPiece, stream: SoundStreamInfo, clip: Clip, place: SoundPlace): void {
    const start = (piece.sourceStart.num / piece.sourceStart.den) * stream.sampleRate;
    const length = ((piece.length / this.#frame.sampleRate) * stream.sampleRate * piece.speed.num) / piece.speed.den;
    const first = Math.min(start, start + length);
    const last = Math.max(start, start + length);
    const tolerance = 2048;
    if (first >= -tolerance && last <= stream.samples + tolerance) return;
    const where = `${place.track} / ${clip.name}`;
    this.#resolver.remarks.add({
      code: 'PW_SOUND_SHORT',
      severity: 'warning',
      message: `${where} plays samples ${Math.round(first)} to ${Math.round(last)} of 0 to ${stream.samples}; silence stands where there are none`,
      where,
      hint: 'Trim the clip or relink it to longer media.',
    });
  }
}

/** An item of an audio track: where it stands in the track's own time, and how it fades into its neighbours. */
interface Slot {
  readonly item: Item;
  readonly range: OwnRange;
  readonly start: Rational;
  readonly end: Rational;
  /** How far it is heard before its start and after its end, for a crossfade. */
  lead: Rational;
  trail: Rational;
  readonly fades: { from: Rational; to: Rational; start: number; end: number }[];
  readonly transitions: { node: Transition; from: Rational; to: Rational }[];
}

/**
 * Places the items of a track, and gives both sides of each transition a straight fade over [cut − in, cut + out). A side
 * is heard no further than its neighbour reaches.
 */
function slotsOf(track: Track, ranges: Ranges): readonly Slot[] {
  const slots: Slot[] = [];
  let waiting: Transition[] = [];
  let start: Rational = zero;
  for (const child of track.children) {
    if (child.kind === 'Transition') {
      if (child.enabled) waiting.push(child);
      continue;
    }
    if (!isItem(child)) continue;
    const range = ranges.of(child);
    const end = add(start, range.duration);
    const slot: Slot = { item: child, range, start, end, lead: zero, trail: zero, fades: [], transitions: [] };
    for (const node of waiting) fade(node, start, slots.at(-1) ?? null, slot);
    waiting = [];
    slots.push(slot);
    start = end;
  }
  for (const node of waiting) fade(node, start, slots.at(-1) ?? null, null);
  return slots;
}

function fade(node: Transition, cut: Rational, before: Slot | null, after: Slot | null): void {
  const inOffset = secondsFromTime(node.inOffset);
  const outOffset = secondsFromTime(node.outOffset);
  const from = subtract(cut, inOffset);
  const to = add(cut, outOffset);
  if (subtract(to, from).num <= 0) return;
  if (before !== null) {
    before.trail = after === null ? zero : min(outOffset, after.range.duration);
    before.fades.push({ from, to, start: 1, end: 0 });
  }
  if (after !== null) {
    after.lead = before === null ? zero : min(inOffset, before.range.duration);
    after.fades.push({ from, to, start: 0, end: 1 });
  }
  (after ?? before)?.transitions.push({ node, from, to });
}

/** The record time of [from, to) of a clock, as far as it lies within a stretch; null where it does not. */
function heardWithin(from: Rational, to: Rational, clock: OwnClock, within: Stretch): Stretch | null {
  const [a, b] = [recordWhere(from, clock), recordWhere(to, clock)];
  const start = max(min(a, b), within.from);
  const end = min(max(a, b), within.to);
  return subtract(end, start).num > 0 ? { from: start, to: end } : null;
}

/** Media time of an item at constant speed: entered at its start, backwards at its end. */
function constantClock(speed: Rational, range: OwnRange, clock: OwnClock): OwnClock {
  const entry = speed.num > 0 ? range.start : add(range.start, range.duration);
  return {
    offset: add(range.start, multiply(subtract(clock.offset, entry), speed)),
    slope: multiply(clock.slope, speed),
  };
}

interface Leg extends Stretch {
  /** Media seconds at a record time. */
  readonly clock: OwnClock;
}

/** A clip's run through its media in legs of constant speed. A held picture has no sound. */
function legsOf(retime: Retime, range: OwnRange, place: SoundPlace): readonly Leg[] {
  if (retime.kind === 'speed') {
    if (retime.speed.num === 0) return [];
    return [{ from: place.from, to: place.to, clock: constantClock(retime.speed, range, place.clock) }];
  }
  const { points } = retime.effect;
  const legs: Leg[] = [];
  for (let i = 0; i + 1 < points.length; i += 1) {
    const [start, end] = [points[i], points[i + 1]];
    if (start === undefined || end === undefined) continue;
    const rise = subtract(end.value, start.value);
    if (rise.num === 0) continue;
    const run = subtract(end.time, start.time);
    const slope = divide(rise, run);
    const clock = lineThrough(start, slope, place.clock);
    // The first and the last leg go on for as long as the clip does.
    const first = i === 0 ? null : start.time;
    const last = i + 2 === points.length ? null : end.time;
    const heard = legWithin(first, last, place);
    if (heard !== null) legs.push({ ...heard, clock });
  }
  return legs;
}

function lineThrough(point: { time: Rational; value: Rational }, slope: Rational, clock: OwnClock): OwnClock {
  return {
    offset: add(point.value, multiply(subtract(clock.offset, point.time), slope)),
    slope: multiply(clock.slope, slope),
  };
}

function legWithin(first: Rational | null, last: Rational | null, place: SoundPlace): Stretch | null {
  const [a, b] = [first, last].map((own) => (own === null ? null : recordWhere(own, place.clock)));
  const isForward = place.clock.slope.num > 0;
  const start = (isForward ? a : b) ?? place.from;
  const end = (isForward ? b : a) ?? place.to;
  const from = max(start, place.from);
  const to = min(end, place.to);
  return subtract(to, from).num > 0 ? { from, to } : null;
}
