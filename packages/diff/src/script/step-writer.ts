import type { Json } from '@patchwork/kernel';
import {
  add,
  endOfRange,
  equals,
  formatRational,
  multiply,
  secondsFromTime,
  timeFromSeconds,
  type Rate,
  type Rational,
} from '@patchwork/time';
import {
  activeReferenceOrNull,
  knownEffect,
  trimmedRange,
  writeOtio,
  type Clip,
  type MediaReference,
  type Stack,
  type TimelineNode,
  type Track,
} from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import type { TrackEdit } from '../match/track-edit.ts';
import { isSameSpeed, type TrackItem } from '../items/track-item.ts';
import type { KeptItem } from '../match/track-walk.ts';

/**
 * Writes the edits of one track from left to right: what lies left of the place being edited is as in the new timeline, what
 * lies right of it as in the old one, moved by `#shift`. So every step can name its item by a frame at which it then plays.
 */
export class StepWriter {
  readonly steps: ScriptStep[] = [];
  readonly #track: string;
  readonly #kept: readonly KeptItem[];
  readonly #rate: Rate;
  #shift = 0;
  /** The kept item named last and where it begins now: its own head may have moved it. */
  #open: { readonly at: number; readonly frame: number } | null = null;

  constructor(track: string, kept: readonly KeptItem[], rate: Rate) {
    this.#track = track;
    this.#kept = kept;
    this.#rate = rate;
  }

  /** Writes one edit; false where no step can say it. */
  write(edit: TrackEdit): boolean {
    switch (edit.kind) {
      case 'insert':
      case 'overwrite':
        return edit.items.every((item) => this.put(edit.kind === 'insert', item));
      case 'move-to':
        return edit.items.every((item) => this.put(edit.ripple, item));
      case 'delete':
      case 'lift':
        return this.#remove(edit.items, edit.kind === 'delete');
      case 'move-from':
        return this.#remove(edit.items, edit.ripple);
      case 'ripple-trim':
        this.rippleTrim(edit.at, edit.edge, edit.delta);
        return true;
      case 'trim':
        if (this.#isRetimed(edit)) this.#retime(edit.at, false);
        else this.steps.push({ op: 'trim', ...this.#select(edit.at), edge: edit.edge, delta: edit.delta });
        this.skipTrim(edit);
        return true;
      case 'roll':
        this.steps.push({ op: 'roll', ...this.#select(edit.at - 1), edge: 'out', delta: edit.delta });
        // The rolled clip begins elsewhere now, for the edits of its own tail.
        this.#open = { at: edit.at, frame: this.#frameOf(edit.at) + edit.delta };
        return true;
      case 'slip':
        this.steps.push({ op: 'slip', ...this.#select(edit.at), delta: edit.delta });
        return true;
      case 'slide':
        this.steps.push({ op: 'slide', ...this.#select(edit.at), delta: edit.delta });
        return true;
      case 'gap':
        this.#gap(edit.at, edit.delta);
        return true;
    }
  }

  /** Notes that a head moved in place without a step of its own: an overwrite did it. */
  skipTrim(edit: Extract<TrackEdit, { kind: 'ripple-trim' | 'trim' }>): void {
    if (edit.edge === 'in') this.#open = { at: edit.at, frame: this.#frameOf(edit.at) + edit.delta };
  }

  rippleTrim(at: number, edge: 'in' | 'out', delta: number): void {
    if (this.#isRetimed({ at, edge })) this.#retime(at, true);
    else this.steps.push({ op: 'rippleTrim', ...this.#select(at), edge, delta });
    this.#shift += edge === 'out' ? delta : -delta;
  }

  /** Whether a tail moved because the clip runs at another speed: then it is no trim. */
  #isRetimed({ at, edge }: { readonly at: number; readonly edge: 'in' | 'out' }): boolean {
    const { old, next } = this.#kept[at] as KeptItem;
    return edge === 'out' && !isSameSpeed(old.speed, next.speed);
  }

  #retime(at: number, ripple: boolean): void {
    const { old, next } = this.#kept[at] as KeptItem;
    const length = next.record.out - next.record.in;
    const parts = { ...retimeParts(old, next, this.#rate), length, ...(ripple ? {} : { ripple }) };
    this.steps.push({ op: 'retime', ...this.#select(at), ...parts });
  }

  /** Puts a clip where it stands in the new timeline. */
  put(ripple: boolean, item: TrackItem): boolean {
    const clip = clipStep(item, this.#rate);
    if (clip === null) return false;
    this.steps.push({ op: ripple ? 'insert' : 'overwrite', track: this.#track, at: item.record.in, clip });
    if (ripple) this.#grow(item.record.out - item.record.in);
    return true;
  }

  putGap(at: number, length: number): void {
    this.steps.push({ op: 'insert', track: this.#track, at, clip: { gap: length } });
    this.#grow(length);
  }

  extract(from: number, to: number): void {
    this.steps.push({ op: 'extract', track: this.#track, range: [from, to] });
    this.#grow(from - to);
  }

  /** Where a kept item begins now. */
  frameOf(at: number): number {
    return this.#frameOf(at);
  }

  #gap(at: number, delta: number): void {
    const frame = this.#frameOf(at);
    if (delta > 0) this.putGap(frame, delta);
    else this.extract(frame + delta, frame);
  }

  #remove(items: readonly TrackItem[], ripple: boolean): boolean {
    for (const item of items) {
      const atFrame = item.record.in + this.#shift;
      this.steps.push({ op: 'remove', track: this.#track, atFrame, fill: !ripple, name: item.name });
      if (ripple) this.#grow(item.record.in - item.record.out);
    }
    return true;
  }

  #grow(length: number): void {
    this.#shift += length;
    if (this.#open !== null) this.#open = { at: this.#open.at, frame: this.#open.frame + length };
  }

  #frameOf(at: number): number {
    if (this.#open?.at === at) return this.#open.frame;
    return (this.#kept[at] as KeptItem).old.record.in + this.#shift;
  }

  /** Names a kept item; its name is for readers. */
  #select(at: number): { readonly track: string; readonly atFrame: number; readonly name: string } {
    const atFrame = this.#frameOf(at);
    this.#open = { at, frame: atFrame };
    return { track: this.#track, atFrame, name: (this.#kept[at] as KeptItem).next.name };
  }
}

/** A clip as a step spells it: in short where it is a piece of a file and nothing else, else as OTIO; null for what has no spelling. */
export function clipStep(item: TrackItem, rate: Rate): Json | null {
  const { node, url, speed, look } = item;
  const file = node.kind === 'Clip' && isBare(node) ? fileParts(activeReferenceOrNull(node), rate) : null;
  const isPlain = file !== null && speed.kind === 'constant' && speed.value.num === speed.value.den && look === '';
  if (!isPlain || url === null) return otioStep(placedNode(item, rate));
  const source = [frameText(item.start, rate), frameText(add(item.start, item.duration), rate)];
  return { name: item.name, ...file, source, rate: formatRational(rate) };
}

/** Nothing but a piece of one file. */
function isBare({ effects, markers, metadata, extra, color, mediaReferences }: Clip): boolean {
  return (
    effects.length + markers.length + metadata.entries.length + extra.entries.length === 0 &&
    color === null &&
    mediaReferences.length === 1
  );
}

/** A file as a step spells it, in short where its path and its length are all that is said of it; null for anything else. */
export function fileParts(
  reference: MediaReference | null,
  rate: Rate,
): { readonly media: string; readonly available?: Json } | null {
  if (reference?.kind !== 'ExternalReference') return null;
  const { name, metadata, extra, availableImageBounds, availableRange, targetUrl } = reference;
  if (name !== '' || metadata.entries.length + extra.entries.length > 0 || availableImageBounds !== null) return null;
  if (availableRange === null) return { media: targetUrl };
  const ends = [secondsFromTime(availableRange.start), secondsFromTime(endOfRange(availableRange))];
  return { media: targetUrl, available: ends.map((end) => frameText(end, rate)) };
}

/** The node with the range that its item plays: that of a split one is longer than its first part. Lengths count record frames. */
function placedNode({ node, start, duration }: TrackItem, rate: Rate): Clip | Stack | Track {
  const from = trimmedRange(node).start;
  return {
    ...node,
    sourceRange: { start: timeFromSeconds(start, from.rate), duration: timeFromSeconds(duration, rate) },
  };
}

/** What a retime step says of speed and begin. */
export function retimeParts(
  old: TrackItem,
  next: TrackItem,
  rate: Rate,
): { readonly speed: Json; readonly from?: Json } {
  return {
    speed: speedStep(next),
    ...(equals(old.start, next.start) ? {} : { from: frameText(next.start, rate) }),
  };
}

/** A speed as a step spells it. */
function speedStep({ speed, node }: TrackItem): Json {
  if (speed.kind === 'freeze') return 'freeze';
  if (speed.kind === 'constant') {
    const text = formatRational(speed.value);
    return /^-?\d+$/.test(text) ? Number(text) : text;
  }
  for (const effect of node.effects) {
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type !== 'timeMap') continue;
    const points = known.points.map(({ time, value }) => [formatRational(time), formatRational(value)]);
    return { points, sampling: known.sampling };
  }
  return 'freeze';
}

/** Frames of the track, whole or `n/d`. */
export function frameText(seconds: Rational, rate: Rate): Json {
  const value = multiply(seconds, rate);
  return value.den === 1 ? value.num : formatRational(value);
}

/** A node as OTIO in a step; null where JSON cannot say it (numbers that are none). */
export function otioStep(node: TimelineNode): Json | null {
  try {
    return JSON.parse(writeOtio(node, { style: 'canonical' })) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
