import { rateFromNumber, zero, type Rate, type Rational, type RationalTime, type TimeRange } from '@patchwork/time';
import { rationalFromDecimal } from '../json/decimal.ts';
import type { JsonScanner } from '../json/json-scanner.ts';

/** Reads `RationalTime` and `TimeRange` straight from the text: they are half of every file. */
export class TimeReader {
  readonly #scanner: JsonScanner;
  /** Says where in the tree the reader is; called for messages only. */
  readonly #path: () => string;
  /** Few rates occur in a file; one object each makes comparing them cheap. */
  readonly #rates = new Map<string, Rate>();

  constructor(scanner: JsonScanner, path: () => string) {
    this.#scanner = scanner;
    this.#path = path;
  }

  /** Reads a time; null for `null` and for a time that is none (NaN, rate 0), which is diagnosed. */
  readTime(): RationalTime | null {
    const scanner = this.#scanner;
    const type = scanner.peekType();
    if (type === 'null') return scanner.readNull();
    const start = scanner.position;
    if (type !== 'object')
      throw scanner.error('PW_OTIO_TYPE', `${this.#path()}: a RationalTime should stand here, not a ${type}`, start);
    let rate: string | null = null;
    let value: string | null = null;
    let more = scanner.openObject();
    while (more) {
      const at = scanner.position;
      const key = scanner.readKey();
      if (key === 'rate' && rate === null) rate = this.#readNumber(key);
      else if (key === 'value' && value === null) value = this.#readNumber(key);
      else if (key === 'OTIO_SCHEMA') this.#expectSchema('RationalTime.1');
      else this.#dropMember(key, at);
      more = scanner.nextMember();
    }
    if (rate === null || value === null) {
      throw scanner.error('PW_OTIO_MISSING_FIELD', `${this.#path()}: a RationalTime needs "rate" and "value"`, start);
    }
    return this.#time(value, rate, start);
  }

  /** Reads a range; null as for {@link readTime}. */
  readRange(): TimeRange | null {
    const scanner = this.#scanner;
    const type = scanner.peekType();
    if (type === 'null') return scanner.readNull();
    const at = scanner.position;
    if (type !== 'object')
      throw scanner.error('PW_OTIO_TYPE', `${this.#path()}: a TimeRange should stand here, not a ${type}`, at);
    let start: RationalTime | null | undefined;
    let duration: RationalTime | null | undefined;
    let more = scanner.openObject();
    while (more) {
      const memberAt = scanner.position;
      const key = scanner.readKey();
      if (key === 'duration') duration = this.readTime();
      else if (key === 'start_time') start = this.readTime();
      else if (key === 'OTIO_SCHEMA') this.#expectSchema('TimeRange.1');
      else this.#dropMember(key, memberAt);
      more = scanner.nextMember();
    }
    if (start === undefined && duration === undefined) {
      throw scanner.error(
        'PW_OTIO_MISSING_FIELD',
        `${this.#path()}: a TimeRange needs "start_time" and "duration"`,
        at,
      );
    }
    // OTIO itself lets one of the two be absent or null: it then is zero at the other's rate.
    const known = start ?? duration ?? null;
    if (known === null || start === null || duration === null) return null;
    const range = {
      start: start ?? { value: zero, rate: known.rate },
      duration: duration ?? { value: zero, rate: known.rate },
    };
    if (range.duration.value.num < 0) {
      scanner.blame(
        'PW_OTIO_NEGATIVE_DURATION',
        `${this.#path()}: the duration is negative`,
        at,
        'Edits refuse this item until its range is corrected.',
      );
    }
    return range;
  }

  #time(value: string, rate: string, at: number): RationalTime | null {
    const exactRate = this.#rateFrom(rate);
    const exactValue = valueFrom(value);
    if (exactRate === null || exactValue === null) {
      if (Number.isFinite(Number(value)) && Math.abs(Number(value)) > Number.MAX_SAFE_INTEGER) {
        throw this.#scanner.error(
          'PW_OTIO_TIME',
          `${this.#path()}: time ${value} at rate ${rate} needs more than 53 bits`,
          at,
          'Correct the time in the program that wrote the file.',
        );
      }
      this.#scanner.blame(
        'PW_OTIO_TIME',
        `${this.#path()}: ${value} at rate ${rate} is no time; it is taken as unknown`,
        at,
        'Correct the time in the program that wrote the file.',
      );
      return null;
    }
    return { value: exactValue, rate: exactRate };
  }

  #rateFrom(lexeme: string): Rate | null {
    const known = this.#rates.get(lexeme);
    if (known !== undefined) return known;
    const rate = rateFromNumber(Number(lexeme));
    if (rate !== null) this.#rates.set(lexeme, rate);
    return rate;
  }

  #readNumber(key: string): string {
    const scanner = this.#scanner;
    const type = scanner.peekType();
    if (type === 'number') return scanner.readNumber();
    throw scanner.error(
      'PW_OTIO_TYPE',
      `${this.#path()}: "${key}" should be a number, not a ${type}`,
      scanner.position,
    );
  }

  #expectSchema(wanted: string): void {
    const at = this.#scanner.position;
    const schema = this.#scanner.readValue();
    if (schema !== wanted) {
      throw this.#scanner.error(
        'PW_OTIO_TYPE',
        `${this.#path()}: ${wanted} should stand here, not ${JSON.stringify(schema)}`,
        at,
      );
    }
  }

  /** Times are values, not objects: OTIO, too, drops what else stands in them. */
  #dropMember(key: string, at: number): void {
    this.#scanner.warn(
      'PW_OTIO_TIME_FIELD',
      `${this.#path()}: a time has no field ${JSON.stringify(key)}; an edit of this time loses it`,
      at,
    );
    this.#scanner.skipValue();
  }
}

/** `86400.0` and `86400` are most of all values. */
function valueFrom(lexeme: string): Rational | null {
  const number = Number(lexeme);
  if (Number.isSafeInteger(number)) return number === 0 ? zero : { num: number, den: 1 };
  return rationalFromDecimal(lexeme);
}
