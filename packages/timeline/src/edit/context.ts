import { PatchworkError } from '@patchwork/kernel';
import {
  add,
  compare,
  formatRational,
  max,
  min,
  multiply,
  negate,
  one,
  subtract,
  zero,
  type Rate,
  type Rational,
  type RationalTime,
} from '@patchwork/time';
import type { Item } from '../model.ts';
import { trimmedRange } from '../ranges.ts';
import type { EditLimit, EditOptions } from './edit.ts';
import { expectValidLength, type Lane } from './lane.ts';
import { freshGap, lengthOfItem, withFreshIds, type Piece } from './piece.ts';
import { roomOf } from './room.ts';
import { frameOf, isOnFrame, secondsAsTime, secondsOfTime, snapped, wholeFrames } from './seconds.ts';
import { type Transaction } from './transaction.ts';

/** What every op works with: the transaction, and the caller's wishes about limits and the grid. */
export class EditContext {
  readonly transaction: Transaction;
  readonly limits: EditLimit[] = [];
  readonly #isStrict: boolean;
  readonly #allowsSubframe: boolean;

  constructor(transaction: Transaction, options: EditOptions) {
    this.transaction = transaction;
    this.#isStrict = options.limits === 'strict';
    this.#allowsSubframe = options.subframe === true;
  }

  /**
   * A place in a track in seconds, on the track's grid. A cut is a place too, on the grid or (at mixed rates) not: snapped away
   * from it, an edit would leave a sliver.
   *
   * @throws PW_EDIT_NEGATIVE_TIME
   */
  place(time: RationalTime, lane: Lane): Rational {
    const exact = secondsOfTime(time);
    const isKept = this.#allowsSubframe || lane.isCut(exact);
    const seconds = isKept ? exact : snapped(exact, lane.rate);
    if (seconds.num >= 0) return seconds;
    throw new PatchworkError(
      'PW_EDIT_NEGATIVE_TIME',
      `track "${lane.track.name}" has no time before its start: ${spell(seconds, lane.rate)} frames`,
      {
        hint: 'Insert a gap at the start first, or give a time of at least 0.',
        details: { track: lane.track.id },
      },
    );
  }

  /** A length in seconds; of another rate only when it is whole frames of the track. @throws PW_EDIT_RATE */
  delta(time: RationalTime | undefined, lane: Lane): Rational {
    if (time === undefined) return zero;
    const seconds = secondsOfTime(time);
    if (this.#allowsSubframe || isOnFrame(seconds, lane.rate)) return seconds;
    throw new PatchworkError(
      'PW_EDIT_RATE',
      `${formatRational(time.value)} at rate ${formatRational(time.rate)} is ${spell(seconds, lane.rate)} frames of track "${lane.track.name}" (${formatRational(lane.rate)})`,
      {
        hint: "Give a whole number of the track's frames, or allow subframes.",
        details: { track: lane.track.id },
      },
    );
  }

  /** A length of time that must be there. @throws PW_EDIT_LENGTH */
  length(time: RationalTime, lane: Lane, what: string): Rational {
    const seconds = this.#allowsSubframe ? secondsOfTime(time) : snapped(secondsOfTime(time), lane.rate);
    if (seconds.num > 0) return seconds;
    throw new PatchworkError('PW_EDIT_LENGTH', `${what} is ${spell(seconds, lane.rate)} frames long`, {
      hint: 'An edit needs at least one frame.',
      details: { track: lane.track.id },
    });
  }

  /**
   * The delta that limits allow, on whole frames: between −back and +forth (null: no limit). A clamped one is noted.
   *
   * @throws PW_EDIT_LIMIT in strict mode
   */
  clamp(asked: Rational, back: Rational | null, forth: Rational | null, about: LimitedEdge): Rational {
    const { lane } = about;
    const whole = (limit: Rational): Rational => (this.#allowsSubframe ? limit : wholeFrames(limit, lane.rate));
    let applied = asked;
    if (forth !== null) applied = min(applied, max(zero, whole(forth)));
    if (back !== null) applied = max(applied, negate(max(zero, whole(back))));
    if (compare(applied, asked) !== 0) this.note(asked, applied, about);
    return applied;
  }

  /** Notes that less was done than asked for. @throws PW_EDIT_LIMIT in strict mode */
  note(asked: Rational, applied: Rational, about: LimitedEdge): void {
    const { lane, item, edge, index } = about;
    const [wanted, possible] = [spell(asked, lane.rate), spell(applied, lane.rate)];
    if (this.#isStrict) {
      const at = spell(lane.startOf(index), lane.rate);
      throw new PatchworkError(
        'PW_EDIT_LIMIT',
        `"${item.name}" at frame ${at} of track "${lane.track.name}": ${about.op} ${edge} by ${wanted} frames is not possible, ${possible} is`,
        {
          hint: `Ask for ${possible} frames, or let the edit clamp.`,
          details: { item: item.id, track: lane.track.id, edge, asked: wanted, possible },
        },
      );
    }
    this.limits.push({
      item: item.id,
      name: item.name,
      edge,
      asked: secondsAsTime(asked, lane.rate),
      applied: secondsAsTime(applied, lane.rate),
    });
  }

  /** How much of an item may go: a gap may vanish, all else keeps a frame. */
  sparable(item: Item, lane: Lane): Rational {
    const length = lengthOfItem(item);
    return item.kind === 'Gap' ? length : max(zero, subtract(length, this.#smallest(lane)));
  }

  /** What closes a hole: the template, cloned and resized, or a gap. @throws PW_EDIT_FILL when the template is too short */
  filler(template: Item | undefined, length: Rational, lane: Lane): Piece {
    if (template === undefined) return freshGap(length, lane.rate);
    const clone = withFreshIds(template);
    const range = trimmedRange(clone);
    const { tail } = roomOf(clone);
    if (tail !== null && compare(length, add(lengthOfItem(clone), tail)) > 0) {
      throw new PatchworkError(
        'PW_EDIT_FILL',
        `the fill "${template.name}" has not the ${spell(length, lane.rate)} frames that track "${lane.track.name}" needs`,
        {
          hint: 'Take a longer fill, a generator, or leave a gap.',
          details: { fill: template.name, track: lane.track.id },
        },
      );
    }
    const item: Item = {
      ...clone,
      sourceRange: { start: range.start, duration: secondsAsTime(length, range.duration.rate) },
    };
    return { item, headOf: null, tailOf: null, isFresh: item.kind === 'Gap' };
  }

  /** An item on its way in: of a length that means something, with an id that the timeline does not have yet. */
  incoming<T extends Item>(item: T, lane: Lane): T {
    expectValidLength(item);
    const range = trimmedRange(item);
    if (range.duration.value.num === 0) {
      throw new PatchworkError('PW_EDIT_LENGTH', `"${item.name}" has no duration`, {
        hint: 'Give it a source range.',
        details: { item: item.name, track: lane.track.id },
      });
    }
    return this.transaction.holds(item.id) ? withFreshIds(item) : item;
  }

  #smallest(lane: Lane): Rational {
    return this.#allowsSubframe ? { num: 1, den: 1_000_000 } : frameOf(lane.rate);
  }
}

/** What a limit is about. */
export interface LimitedEdge {
  readonly op: string;
  readonly edge: EditLimit['edge'];
  readonly item: Item;
  readonly lane: Lane;
  readonly index: number;
}

/** A length in frames, `n` or `n/d`. */
export function spell(seconds: Rational, rate: Rate): string {
  return formatRational(multiply(seconds, rate.num === 0 ? one : rate));
}

/** Tells whether a place is given as a range. */
export function isRange<T extends object>(at: RationalTime | T): at is T {
  return 'start' in at;
}

/** Where an item ends, in seconds of its track. */
export function endOf(lane: Lane, index: number): Rational {
  return add(lane.startOf(index), lengthOfItem(lane.item(index)));
}
