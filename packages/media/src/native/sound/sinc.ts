/**
 * Windowed-sinc weights for reading a sampled sound between its samples. Pure double arithmetic from the position alone:
 * a sample read in one pass or in pieces is the same.
 */

/** Zero crossings of the sinc on each side, at the lower of the two rates. */
const crossings = 32;
/** Kaiser window's β: about 95 dB of stop band. */
const beta = 9.5;
/** Pass band as a share of the lower rate's half: leaves room for the window's slope. */
const passBand = 0.94;
/** Positions between two samples at which weights are tabled when the exact positions are too many. */
const phases = 1024;

/** Zeroth modified Bessel function of the first kind, by its series. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 64; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
    if (term < sum * 1e-18) break;
  }
  return sum;
}

/** Weights of the input samples around a position; for a step of `step` input samples per output sample. */
export class SincTable {
  /** Input samples on each side of a position that are read. */
  readonly reach: number;
  /** Weights at one position. */
  readonly length: number;
  private readonly cutoff: number;
  private readonly exact = new Map<number, Float64Array>();
  private readonly tabled: (Float64Array | undefined)[] = [];
  private readonly scratch: Float64Array;

  constructor(step: number) {
    const stretch = Math.max(1, Math.abs(step));
    this.cutoff = passBand / stretch;
    this.reach = Math.ceil(crossings * stretch);
    this.length = 2 * this.reach;
    this.scratch = new Float64Array(this.length);
  }

  /**
   * Weights for a position `part` of `whole` of the way from one sample to the next. The first weight belongs to the
   * sample `reach − 1` before the earlier one. Few different positions are computed exactly; many are read from a table,
   * straight between its lines (error below −110 dB). What is returned is valid until the next call.
   */
  weights(part: number, whole: number): Float64Array {
    if (whole <= phases) {
      let known = this.exact.get(part);
      if (known === undefined) {
        known = this.compute(part / whole);
        this.exact.set(part, known);
      }
      return known;
    }
    const place = (part / whole) * phases;
    const line = Math.floor(place);
    const rest = place - line;
    const lower = this.line(line);
    const upper = this.line(line + 1);
    const mixed = this.scratch;
    for (let tap = 0; tap < mixed.length; tap += 1) {
      const from = lower[tap] ?? 0;
      mixed[tap] = from + ((upper[tap] ?? 0) - from) * rest;
    }
    return mixed;
  }

  private line(index: number): Float64Array {
    let known = this.tabled[index];
    if (known === undefined) {
      known = this.compute(index / phases);
      this.tabled[index] = known;
    }
    return known;
  }

  private compute(fraction: number): Float64Array {
    const weights = new Float64Array(this.length);
    const norm = bessel(beta);
    let sum = 0;
    for (let tap = 0; tap < this.length; tap += 1) {
      const distance = tap - (this.reach - 1) - fraction;
      const inside = 1 - (distance / this.reach) ** 2;
      if (inside <= 0) continue;
      const x = Math.PI * distance * this.cutoff;
      const weight = (x === 0 ? 1 : Math.sin(x) / x) * (bessel(beta * Math.sqrt(inside)) / norm);
      weights[tap] = weight;
      sum += weight;
    }
    // A steady level stays exactly as loud at every position.
    for (let tap = 0; tap < this.length; tap += 1) weights[tap] = (weights[tap] ?? 0) / sum;
    return weights;
  }
}
