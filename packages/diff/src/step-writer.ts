import type { Json } from '@patchwork/kernel';
import { add, formatRational, multiply, type Rate, type Rational } from '@patchwork/time';
import type { ScriptStep } from './change.ts';
import type { TrackEdit } from './track-edit.ts';
import type { TrackItem } from './track-item.ts';
import type { KeptItem } from './track-walk.ts';

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
        this.steps.push({ op: 'trim', ...this.#select(edit.at), edge: edit.edge, delta: edit.delta });
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
    this.steps.push({ op: 'rippleTrim', ...this.#select(at), edge, delta });
    this.#shift += edge === 'out' ? delta : -delta;
  }

  /** Puts a file's clip where it stands in the new timeline. */
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

/** A file's clip as a step spells it; null for what a step cannot say (generators, compounds, retimes). */
export function clipStep(item: TrackItem, rate: Rate): Json | null {
  const { node, url, speed } = item;
  if (node.kind !== 'Clip' || url === null || speed.kind !== 'constant' || speed.value.num !== speed.value.den)
    return null;
  const frames = (seconds: Rational): Json => {
    const value = multiply(seconds, rate);
    return value.den === 1 ? value.num : formatRational(value);
  };
  const source = [frames(item.start), frames(add(item.start, item.duration))];
  return { name: item.name, media: url, source, rate: formatRational(rate) };
}
