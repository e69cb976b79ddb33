import {
  formatRational,
  multiply,
  secondsFromTime,
  type Rate,
  type Rational,
  type RationalTime,
} from '@patchwork/time';

/** A time in all the ways in which a comparison asks for it. */
export interface TableTime {
  readonly seconds: Rational;
  /** In frames of the table's rate, exact. */
  readonly frames: Rational;
  /** The seconds as text. */
  readonly text: string;
}

/**
 * Reduces and spells each time once: the lengths of twenty thousand clips are a few hundred different ones, and reducing
 * fractions was a third of laying a timeline out.
 */
export class TimeTable {
  readonly #rate: Rate;
  /** A timeline has one rate, or two. */
  readonly #tables: { readonly rate: Rate; readonly byValue: Map<number, TableTime> }[] = [];

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  of(time: RationalTime): TableTime {
    if (time.value.den !== 1) return this.#made(time);
    const table = this.#tableOf(time.rate);
    const known = table.get(time.value.num);
    if (known !== undefined) return known;
    const made = this.#made(time);
    table.set(time.value.num, made);
    return made;
  }

  #tableOf(rate: Rate): Map<number, TableTime> {
    for (const table of this.#tables)
      if (table.rate.num === rate.num && table.rate.den === rate.den) return table.byValue;
    const byValue = new Map<number, TableTime>();
    this.#tables.push({ rate, byValue });
    return byValue;
  }

  #made(time: RationalTime): TableTime {
    const seconds = secondsFromTime(time);
    return { seconds, frames: multiply(seconds, this.#rate), text: formatRational(seconds) };
  }
}
