import type { Json, PatchworkError } from '@patchwork/kernel';
import { divide, one, type Rate, type Rational, type RationalTime, type TimeRange } from '@patchwork/time';
import { makeStack, makeTrack } from '../builders.ts';
import type { Item, NodeId, Timeline, Track } from '../model.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { Lane, rateOfTimeline } from './lane.ts';
import { canRipple } from './sync.ts';
import { StepParts } from './script-parts.ts';
import { stepOps, wrongStep } from './wrong-step.ts';
import { syncLockFrom } from './sync-lock.ts';
import { framesFrom, rangeBetween, rateFrom } from './step-number.ts';
import { newPlaceOf, trackLabel, type TrackLabel } from './new-place.ts';
import { selectItem, selectTrack, type ItemSelector } from './select.ts';

import type { Edit, RetimeEdit } from './edit.ts';

/** One step of an edit script, as it stands in a file. See {@link planScript}. */
export interface ScriptStep {
  readonly [key: string]: Json;
}

const otherNames: { readonly [name: string]: string } = { rippleTrim: 'ripple', rollTrim: 'roll', blade: 'slice' };

/** Reads one step against the timeline as it then is. */
export class StepReader {
  readonly #timeline: Timeline;
  readonly #step: ScriptStep;
  readonly #position: number;
  #isInside = false;

  constructor(timeline: Timeline, step: Json, number: number) {
    this.#position = number;
    if (typeof step !== 'object' || step === null || Array.isArray(step)) throw this.#wrong('it', 'be an object');
    const { inside, ...own } = step as ScriptStep;
    this.#step = own;
    this.#timeline = inside === undefined ? timeline : this.#timelineWithin(timeline, inside);
  }

  /** What a compound holds, as a timeline to look for tracks in. */
  #timelineWithin(timeline: Timeline, inside: Json): Timeline {
    this.#isInside = true;
    const compound = new StepReader(timeline, inside, this.#position).#item();
    if (compound.kind === 'Stack') return { ...timeline, tracks: compound };
    if (compound.kind !== 'Track')
      throw this.#wrong('inside', `name a compound, and "${compound.name}" is a ${compound.kind}`);
    return { ...timeline, tracks: makeStack({ children: [compound] }) };
  }

  #item(): Item {
    return selectItem(this.#timeline, this.#itemSelector());
  }

  /** The edit that the step says. @throws PW_EDIT_SCRIPT, PW_EDIT_ITEM, PW_EDIT_TRACK, PW_EDIT_AMBIGUOUS */
  read(): Edit {
    const edit = this.#readEdit();
    const { sync } = this.#step;
    if (sync === undefined) return edit;
    if (!canRipple(edit))
      throw this.#wrong('sync', 'stand in a step that ripples: insert, extract, ripple, remove, retime');
    const lock = syncLockFrom(sync, this.#step['torn'], (track) => this.#trackNamed(track, 'sync').id);
    if ('wrong' in lock) throw this.#wrong(...lock.wrong);
    return { ...edit, sync: lock };
  }

  #readEdit(): Edit {
    const name = this.#text('op');
    const op = otherNames[name] ?? name;
    switch (op) {
      case 'overwrite':
        return { op, item: this.#clip(), track: this.#track().id, at: this.#placeOrRange() };
      case 'insert':
        return { op, item: this.#clip(), track: this.#track().id, at: this.#time('at', this.#rate()) };
      case 'fill':
        return {
          op,
          item: this.#clip(),
          track: this.#track().id,
          at: this.#placeOrRange(),
          reference: this.#parts.reference(this.#step['reference']),
        };
      case 'lift':
      case 'extract':
        return { op, track: this.#track().id, range: this.#range('range', this.#rate()) };
      case 'slice':
        return this.#slice();
      case 'slip':
      case 'slide':
        return this.#withItem((item, rate) => ({ op, item: item.id, delta: this.#time('delta', rate) }));
      case 'trim':
      case 'ripple':
      case 'roll':
        return this.#withItem((item, rate) => ({ op, item: item.id, ...this.#deltas(rate) }));
      case 'remove':
        return this.#withItem((item) => ({ op, item: item.id, fill: this.#flag('fill') ?? true }));
      case 'move':
        return this.#withItem((item, rate) => {
          const to = this.#step['to'];
          const target = to === undefined ? {} : { track: selectTrack(this.#timeline, this.#selector(to, 'to')).id };
          return { op, item: item.id, at: this.#time('at', rate), ...target };
        });
      case 'join':
      case 'removeTransition':
        return { op, track: this.#track().id, at: this.#time('at', this.#rate()) };
      case 'setTransition':
        return this.#transition();
      default:
        return this.#lookEdit(op) ?? this.#markEdit(op) ?? this.#trackEdit(op) ?? this.#unknown(name);
    }
  }

  #unknown(name: string): never {
    throw this.#wrong('op', `be one of ${stepOps}, not ${name}`);
  }

  /** Edits that move no clip; null for another op. */
  #lookEdit(op: string): Edit | null {
    switch (op) {
      case 'retime':
        return this.#withItem((item, rate) => this.#retime(item, rate));
      case 'replace':
        return this.#withItem((item, rate) => ({
          op,
          item: item.id,
          media: this.#parts.media('media', this.#step['media'], this.#availableRange(rate)),
          ...this.#from(rate),
          ...(this.#step['rename'] === undefined ? {} : { name: this.#text('rename') }),
        }));
      case 'setEffect':
        return {
          op,
          item: this.#target().id,
          effect: this.#parts.effect('effect', this.#step['effect']),
          ...this.#number(),
        };
      case 'removeEffect':
        return { op, item: this.#target().id, effect: this.#text('effect'), ...this.#number() };
      default:
        return null;
    }
  }

  /** Edits of marks; null for another op. */
  #markEdit(op: string): Edit | null {
    const { rename, unmodelled, color, metadata, marker } = this.#step;
    switch (op) {
      case 'set':
        return {
          op,
          item: this.#target().id,
          ...this.#isEnabled(),
          ...(rename === undefined ? {} : { name: this.#text('rename') }),
          ...(unmodelled === undefined ? {} : { unmodelled: this.#parts.unmodelled('unmodelled', unmodelled) }),
          ...(color === undefined ? {} : { color: this.#parts.color('color', color) }),
          ...(metadata === undefined ? {} : { metadata: this.#parts.metadata('metadata', metadata) }),
          ...this.#start(),
        };
      case 'setMarker': {
        const { id, rate } = this.#target();
        return { op, item: id, marker: this.#parts.marker('marker', marker, rate), ...this.#number() };
      }
      case 'removeMarker':
        return { op, item: this.#target().id, number: this.#number().number ?? 1 };
      default:
        return null;
    }
  }

  /** Edits of whole tracks; null for another op. */
  #trackEdit(op: string): Edit | null {
    const stack = this.#timeline.tracks;
    switch (op) {
      case 'addTrack':
        return {
          op,
          track: this.#newTrack(),
          index: this.#trackPlace() ?? newPlaceOf(stack, this.#label()),
          ...this.#within(),
        };
      case 'removeTrack':
        return { op, track: this.#track().id };
      case 'moveTrack': {
        const index = this.#trackPlace();
        if (index === null) throw this.#wrong('place', 'be where the track is to stand, from 0, the lowest');
        return { op, track: this.#track().id, index };
      }
      default:
        return null;
    }
  }

  get #parts(): StepParts {
    return new StepParts((key, wanted) => this.#wrong(key, wanted));
  }

  #retime(item: Item, rate: Rate): Edit {
    const { length } = this.#step;
    const ripple = this.#flag('ripple');
    const long: Pick<RetimeEdit, 'length'> =
      length === undefined ? {} : { length: length === 'media' ? length : this.#time('length', rate) };
    return {
      op: 'retime',
      item: item.id,
      speed: this.#parts.speed('speed', this.#step['speed']),
      ...long,
      ...(ripple === undefined ? {} : { ripple }),
      ...this.#from(rate),
    };
  }

  #transition(): Edit {
    const rate = this.#rate();
    return {
      op: 'setTransition',
      track: this.#track().id,
      at: this.#time('at', rate),
      inOffset: this.#time('in', rate),
      outOffset: this.#time('out', rate),
      ...(this.#step['type'] === undefined ? {} : { transitionType: this.#text('type') }),
      ...this.#isEnabled(),
      ...(this.#step['rename'] === undefined ? {} : { name: this.#text('rename') }),
      ...(this.#step['metadata'] === undefined
        ? {}
        : { metadata: this.#parts.object('metadata', this.#step['metadata']) }),
    };
  }

  /** The item that the step names, else its track; with `of` the timeline, or the stack of its tracks. */
  #target(): { readonly id: NodeId; readonly rate: Rate } {
    const { of, item, clip, index, atFrame } = this.#step;
    if (of !== undefined) {
      if (this.#isInside) throw this.#wrong('of', 'not stand beside "inside"');
      if (of !== 'timeline' && of !== 'stack') throw this.#wrong('of', 'be "timeline" or "stack"');
      const { id } = of === 'timeline' ? this.#timeline : this.#timeline.tracks;
      return { id, rate: rateOfTimeline(this.#timeline) ?? one };
    }
    if ([item, clip, index, atFrame].some((part) => part !== undefined) || this.#step['track'] === undefined)
      return this.#withItem(({ id }, rate) => ({ id, rate }));
    const track = this.#track();
    return { id: track.id, rate: this.#rateOf(track) };
  }

  /** Timecode of the first frame, in frames of a rate. */
  #start(): { readonly start?: RationalTime | null } {
    const { start, rate } = this.#step;
    if (start === undefined) return {};
    if (start === null) return { start };
    const parsed = rate === undefined ? rateOfTimeline(this.#timeline) : rateFrom(rate);
    if (parsed === null) throw this.#wrong('rate', 'be a rate, 25 or "24000/1001"');
    return { start: { value: this.#frames('start', start), rate: parsed } };
  }

  /** The stack in which the step adds a track. */
  #within(): { readonly stack?: NodeId } {
    return this.#isInside ? { stack: this.#timeline.tracks.id } : {};
  }

  #label(): TrackLabel {
    const label = trackLabel(this.#step['track'], this.#step['kind'] === undefined ? null : this.#text('kind'));
    if (label === null) throw this.#wrong('track', 'be "V2", "A3" and the like');
    return label;
  }

  #newTrack(): Track {
    const { content, name } = this.#step;
    if (content !== undefined) return this.#parts.track('content', content);
    return makeTrack({ name: name === undefined ? '' : this.#text('name'), trackKind: this.#label().kind });
  }

  #trackPlace(): number | null {
    const { place } = this.#step;
    if (place === undefined) return null;
    if (typeof place === 'number' && Number.isSafeInteger(place) && place >= 0) return place;
    throw this.#wrong('place', 'be a place among the tracks, from 0, the lowest');
  }

  #isEnabled(): { readonly enabled?: boolean } {
    const enabled = this.#flag('enabled');
    return enabled === undefined ? {} : { enabled };
  }

  #flag(key: string): boolean | undefined {
    const value = this.#step[key];
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.#wrong(key, 'be true or false');
  }

  #from(rate: Rate): { readonly from?: RationalTime } {
    return this.#step['from'] === undefined ? {} : { from: this.#time('from', rate) };
  }

  #number(): { readonly number?: number } {
    const { number } = this.#step;
    if (number === undefined) return {};
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 1) return { number };
    throw this.#wrong('number', 'be a count from 1');
  }

  #availableRange(rate: Rate): TimeRange | null {
    return this.#step['available'] === undefined ? null : this.#range('available', rate);
  }

  #slice(): Edit {
    if (this.#step['item'] === undefined && this.#step['index'] === undefined) {
      return { op: 'slice', target: this.#track().id, at: this.#time('at', this.#rate()) };
    }
    return this.#withItem((item, rate) => ({ op: 'slice', target: item.id, at: this.#time('at', rate) }));
  }

  #withItem<T>(make: (item: Item, rate: Rate) => T): T {
    const selector = this.#itemSelector();
    const item = selectItem(this.#timeline, selector);
    const parent = TimelineIndex.of(this.#timeline).parentOf(item.id);
    return make(item, parent?.kind === 'Track' ? this.#rateOf(parent) : one);
  }

  #itemSelector(): ItemSelector {
    const { clip, item = typeof clip === 'string' ? clip : undefined, track, index, atFrame } = this.#step;
    const inTrack = track === undefined ? {} : { track: this.#selector(track, 'track') };
    if (typeof item === 'string') return { ...inTrack, name: item };
    if (typeof index === 'number' && Number.isSafeInteger(index) && index >= 0) return { ...inTrack, index };
    if (atFrame !== undefined) return { ...inTrack, at: divide(this.#frames('atFrame', atFrame), this.#rate()) };
    throw this.#wrong('item', 'be the name of an item; or give "track" and "index", or "track" and "atFrame"');
  }

  #track(): Track {
    const { track } = this.#step;
    if (track === undefined) throw this.#wrong('track', 'be there');
    return this.#trackNamed(track, 'track');
  }

  #trackNamed(track: Json, key: string): Track {
    return selectTrack(this.#timeline, this.#selector(track, key));
  }

  #rate(): Rate {
    return this.#rateOf(this.#track());
  }

  #rateOf(track: Track): Rate {
    return new Lane(track, rateOfTimeline(this.#timeline) ?? one).rate;
  }

  #deltas(rate: Rate): { readonly deltaIn?: RationalTime; readonly deltaOut?: RationalTime } {
    const { edge } = this.#step;
    if (edge !== undefined) {
      if (edge !== 'in' && edge !== 'out') throw this.#wrong('edge', 'be "in" or "out"');
      const delta = this.#time('delta', rate);
      return edge === 'in' ? { deltaIn: delta } : { deltaOut: delta };
    }
    const sides = {
      ...(this.#step['in'] === undefined ? {} : { deltaIn: this.#time('in', rate) }),
      ...(this.#step['out'] === undefined ? {} : { deltaOut: this.#time('out', rate) }),
    };
    if (Object.keys(sides).length === 0) throw this.#wrong('in', 'be there, or "out", or "edge" with "delta"');
    return sides;
  }

  #placeOrRange(): RationalTime | TimeRange {
    const rate = this.#rate();
    return this.#step['range'] === undefined ? this.#time('at', rate) : this.#range('range', rate);
  }

  #range(key: string, rate: Rate): TimeRange {
    const value = this.#step[key];
    if (!Array.isArray(value) || value.length !== 2) throw this.#wrong(key, 'be [in, out]');
    const [from, to] = (value as readonly Json[]).map((part) => this.#frames(key, part));
    if (from === undefined || to === undefined) throw this.#wrong(key, 'be [in, out]');
    return rangeBetween(from, to, rate);
  }

  #time(key: string, rate: Rate): RationalTime {
    return { value: this.#frames(key, this.#step[key]), rate };
  }

  #frames(key: string, value: Json | undefined): Rational {
    const parsed = framesFrom(value);
    if (parsed === null) throw this.#wrong(key, 'be frames: a whole number, or "n/d"');
    return parsed;
  }

  #clip(): Item {
    return this.#parts.clip('clip', this.#step['clip'], () => this.#rate());
  }

  #selector(value: Json, key: string): string | number {
    if (typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
    throw this.#wrong(key, 'be a track\'s name, "V1", or its index');
  }

  #text(key: string): string {
    const value = this.#step[key];
    if (typeof value === 'string') return value;
    throw this.#wrong(key, 'be a text');
  }

  #wrong(key: string, wanted: string): PatchworkError {
    return wrongStep(this.#position, key, wanted);
  }
}
