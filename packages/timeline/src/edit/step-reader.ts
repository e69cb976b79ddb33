import { PatchworkError, type Json } from '@patchwork/kernel';
import {
  divide,
  one,
  parseRate,
  parseRational,
  rational,
  subtract,
  type Rate,
  type Rational,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import { makeClip, makeExternalReference, makeGap, makeStack } from '../builders.ts';
import type { Item, Timeline, Track } from '../model.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { Lane, rateOfTimeline } from './lane.ts';
import { StepParts } from './script-parts.ts';
import { selectItem, selectTrack, type ItemSelector } from './select.ts';

import type { Edit, RetimeEdit } from './edit.ts';

/** One step of an edit script, as it stands in a file. See {@link planScript}. */
export interface ScriptStep {
  readonly [key: string]: Json;
}

/** Names a clip that a step gives no name: after the file of its media. */
export function mediaFileName(media: string): string {
  return media.split(/[\\/]/).at(-1) ?? media;
}

const otherNames: { readonly [name: string]: string } = { rippleTrim: 'ripple', rollTrim: 'roll', blade: 'slice' };

/** Reads one step against the timeline as it then is. */
export class StepReader {
  readonly #timeline: Timeline;
  readonly #step: ScriptStep;
  readonly #position: number;

  constructor(timeline: Timeline, step: Json, number: number) {
    this.#position = number;
    if (typeof step !== 'object' || step === null || Array.isArray(step)) throw this.#wrong('it', 'be an object');
    const { inside, ...own } = step as ScriptStep;
    this.#step = own;
    this.#timeline = inside === undefined ? timeline : this.#timelineWithin(timeline, inside);
  }

  /** What a compound holds, as a timeline to look for tracks in. */
  #timelineWithin(timeline: Timeline, inside: Json): Timeline {
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
          reference: this.#reference(),
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
        return this.#withItem((item) => ({ op, item: item.id, fill: this.#fill() }));
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
        return this.#lookEdit(op) ?? this.#unknown(name);
    }
  }

  #unknown(name: string): never {
    const known =
      'overwrite, insert, trim, slice, slip, slide, ripple, roll, fill, remove, move, lift, extract, join, retime, setTransition, removeTransition, replace, setEffect, removeEffect, set';
    throw this.#wrong('op', `be one of ${known}, not ${name}`);
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
        return this.#withItem((item) => ({
          op,
          item: item.id,
          effect: this.#parts.effect('effect', this.#step['effect']),
          ...this.#number(),
        }));
      case 'removeEffect':
        return this.#withItem((item) => ({ op, item: item.id, effect: this.#text('effect'), ...this.#number() }));
      case 'set':
        return this.#withItem((item) => ({
          op,
          item: item.id,
          ...this.#isEnabled(),
          ...(this.#step['rename'] === undefined ? {} : { name: this.#text('rename') }),
          ...(this.#step['unmodelled'] === undefined
            ? {}
            : { unmodelled: this.#parts.unmodelled('unmodelled', this.#step['unmodelled']) }),
        }));
      default:
        return null;
    }
  }

  get #parts(): StepParts {
    return new StepParts((key, wanted) => this.#wrong(key, wanted));
  }

  #retime(item: Item, rate: Rate): Edit {
    const { length, ripple } = this.#step;
    if (ripple !== undefined && typeof ripple !== 'boolean') throw this.#wrong('ripple', 'be true or false');
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
    };
  }

  #isEnabled(): { readonly enabled?: boolean } {
    const { enabled } = this.#step;
    if (enabled === undefined) return {};
    if (typeof enabled === 'boolean') return { enabled };
    throw this.#wrong('enabled', 'be true or false');
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

  #withItem(make: (item: Item, rate: Rate) => Edit): Edit {
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
    return selectTrack(this.#timeline, this.#selector(track, 'track'));
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
    if (typeof value === 'number' && Number.isSafeInteger(value)) return rational(value);
    const parsed = typeof value === 'string' ? parseRational(value) : null;
    if (parsed === null) throw this.#wrong(key, 'be frames: a whole number, or "n/d"');
    return parsed;
  }

  #clip(): Item {
    const clip = this.#step['clip'];
    if (typeof clip !== 'object' || clip === null || Array.isArray(clip))
      throw this.#wrong('clip', 'be an object with "source" and "media", or with "gap"');
    const parts = clip as ScriptStep;
    if (parts['OTIO_SCHEMA'] !== undefined) return this.#parts.item('clip', clip);
    const rate = this.#clipRate(parts);
    if (parts['gap'] !== undefined) return makeGap({ value: this.#frames('clip.gap', parts['gap']), rate });
    const { name, media } = parts;
    if (typeof media !== 'string') throw this.#wrong('clip.media', 'be a path or URL');
    const range = (key: string): TimeRange => {
      const value = parts[key];
      if (!Array.isArray(value) || value.length !== 2) throw this.#wrong(`clip.${key}`, 'be [in, out]');
      const [from, to] = value as readonly Json[];
      return rangeBetween(this.#frames(`clip.${key}`, from), this.#frames(`clip.${key}`, to), rate);
    };
    const available = parts['available'] === undefined ? {} : { availableRange: range('available') };
    return makeClip({
      name: typeof name === 'string' ? name : mediaFileName(media),
      sourceRange: range('source'),
      media: makeExternalReference({ targetUrl: media, ...available }),
    });
  }

  #clipRate(clip: ScriptStep): Rate {
    const { rate } = clip;
    if (rate === undefined) return this.#rate();
    const parsed = typeof rate === 'string' || typeof rate === 'number' ? parseRate(String(rate)) : null;
    if (parsed === null) throw this.#wrong('clip.rate', 'be a rate, 25 or "24000/1001"');
    return parsed;
  }

  #fill(): boolean {
    const { fill } = this.#step;
    if (fill === undefined || typeof fill === 'boolean') return fill ?? true;
    throw this.#wrong('fill', 'be true or false');
  }

  #reference(): 'source' | 'sequence' | 'fit' {
    const { reference } = this.#step;
    if (reference === 'source' || reference === 'sequence' || reference === 'fit') return reference;
    throw this.#wrong('reference', 'be "source", "sequence" or "fit"');
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

/** Says what is wrong with a step. */
export function wrongStep(position: number, key: string, wanted: string): PatchworkError {
  return new PatchworkError('PW_EDIT_SCRIPT', `step ${position + 1}: "${key}" should ${wanted}`, {
    hint: 'Steps and what they take: docs/reference/command-line.md, edit.',
    details: { step: position, key },
  });
}

function rangeBetween(from: Rational, to: Rational, rate: Rate): TimeRange {
  return { start: { value: from, rate }, duration: { value: subtract(to, from), rate } };
}
