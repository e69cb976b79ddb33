import type { GainPoint, SoundPiece } from '@patchwork/program';
import { SincTable } from './sinc.ts';
import type { SampleRange, SoundStore } from './sound-store.ts';

/**
 * Where a piece reads its source: record sample n lies at (start + n × step) ÷ whole source samples. Whole numbers, so
 * that every sample's position is exact wherever a block begins.
 */
export interface SourceWalk {
  readonly start: bigint;
  readonly step: bigint;
  readonly whole: bigint;
}

/** The walk of a piece through a source of a rate. */
export function sourceWalk(piece: SoundPiece, sourceRate: number, recordRate: number): SourceWalk {
  // start = sourceStart × sourceRate, step = speed × sourceRate ÷ recordRate, over one denominator.
  const startNum = BigInt(piece.sourceStart.num) * BigInt(sourceRate);
  const startDen = BigInt(piece.sourceStart.den);
  const stepNum = BigInt(piece.speed.num) * BigInt(sourceRate);
  const stepDen = BigInt(piece.speed.den) * BigInt(recordRate);
  const divisor = gcd(startDen, stepDen);
  const whole = (startDen / divisor) * stepDen;
  // Backwards a position is where a sample ends: that sample is the one before.
  const start = startNum * (whole / startDen) - (stepNum < 0n ? whole : 0n);
  const step = stepNum * (whole / stepDen);
  const common = gcd(gcd(start, step), whole);
  const walk = { start: start / common, step: step / common, whole: whole / common };
  // At the source's own speed, forwards or backwards, whole samples are played: an offset below half a sample (10 µs)
  // is not worth giving up bit-exact sound for.
  const unit = walk.step === walk.whole || walk.step === -walk.whole;
  if (!unit) return walk;
  const nearest = floorDivide(2n * walk.start + walk.whole, 2n * walk.whole);
  return { start: nearest, step: walk.step === walk.whole ? 1n : -1n, whole: 1n };
}

/** Whether samples are played as they are, one for one; everything else is filtered, also a plain every second one. */
function isCopy(walk: SourceWalk): boolean {
  return walk.whole === 1n && (walk.step === 1n || walk.step === -1n);
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** Source samples that record samples [from, to) of a piece read, weights' reach included. */
export function sourceRange(walk: SourceWalk, from: number, to: number): SampleRange {
  const first = Number(floorDivide(walk.start + BigInt(from) * walk.step, walk.whole));
  const last = Number(floorDivide(walk.start + BigInt(Math.max(from, to - 1)) * walk.step, walk.whole));
  const reach = isCopy(walk) ? 0 : new SincTable(Number(walk.step) / Number(walk.whole)).reach;
  return { in: Math.min(first, last) - reach, out: Math.max(first, last) + reach + 2 };
}

/** Adds one piece's samples into the two output channels. */
export class PieceReader {
  private readonly piece: SoundPiece;
  private readonly store: SoundStore;
  private readonly walk: SourceWalk;
  private readonly table: SincTable | null;

  constructor(piece: SoundPiece, store: SoundStore, recordRate: number) {
    this.piece = piece;
    this.store = store;
    this.walk = sourceWalk(piece, store.sampleRate, recordRate);
    this.table = isCopy(this.walk) ? null : new SincTable(Number(this.walk.step) / Number(this.walk.whole));
  }

  /** Adds record samples [from, to) of the piece to left and right at `at` of the arrays. */
  addTo(left: Float64Array, right: Float64Array, at: number, from: number, to: number): void {
    const { walk, piece } = this;
    if (walk.step === 0n) return;
    const range = sourceRange(walk, from, to);
    const source = this.store.read(range.in, range.out - range.in);
    const mixedLeft = mixdown(source, this.store.channels, piece.map.left);
    const mixedRight = sameMap(piece) ? mixedLeft : mixdown(source, this.store.channels, piece.map.right);
    const gainLeft = envelope(piece.gainLeft, from, to);
    const gainRight = envelope(piece.gainRight, from, to);
    const position = walk.start + BigInt(from) * walk.step;
    const whole = Number(walk.whole);
    const stepWhole = Number(floorDivide(walk.step, walk.whole));
    const stepPart = Number(walk.step - BigInt(stepWhole) * walk.whole);
    let index = Number(floorDivide(position, walk.whole)) - range.in;
    let part = Number(position - floorDivide(position, walk.whole) * walk.whole);
    const { table } = this;
    for (let sample = 0; sample < to - from; sample += 1) {
      const place = at + sample;
      if (table === null) {
        left[place] = (left[place] ?? 0) + (mixedLeft[index] ?? 0) * (gainLeft[sample] ?? 0);
        right[place] = (right[place] ?? 0) + (mixedRight[index] ?? 0) * (gainRight[sample] ?? 0);
      } else {
        const weights = table.weights(part, whole);
        const first = index - (table.reach - 1);
        const heardLeft = weighed(mixedLeft, first, weights);
        const heardRight = mixedRight === mixedLeft ? heardLeft : weighed(mixedRight, first, weights);
        left[place] = (left[place] ?? 0) + heardLeft * (gainLeft[sample] ?? 0);
        right[place] = (right[place] ?? 0) + heardRight * (gainRight[sample] ?? 0);
      }
      index += stepWhole;
      part += stepPart;
      if (part >= whole) {
        part -= whole;
        index += 1;
      }
    }
  }
}

function sameMap(piece: SoundPiece): boolean {
  const { left, right } = piece.map;
  return left.length === right.length && left.every((weight, index) => weight === right[index]);
}

function weighed(samples: Float64Array, first: number, weights: Float64Array): number {
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap += 1) sum += (samples[first + tap] ?? 0) * (weights[tap] ?? 0);
  return sum;
}

/** Σ weight × channel for each sample. */
function mixdown(source: Float32Array, channels: number, weights: readonly number[]): Float64Array {
  const mixed = new Float64Array(source.length / channels);
  weights.slice(0, channels).forEach((weight, channel) => {
    if (weight === 0) return;
    for (let index = 0; index < mixed.length; index += 1) {
      mixed[index] = (mixed[index] ?? 0) + weight * (source[index * channels + channel] ?? 0);
    }
  });
  return mixed;
}

/** Gains of record samples [from, to): straight between the points, held outside; 1 without points. */
export function envelope(points: readonly GainPoint[], from: number, to: number): Float64Array {
  const gains = new Float64Array(to - from);
  let next = 0;
  for (let sample = from; sample < to; sample += 1) {
    while (next < points.length && (points[next]?.sample ?? 0) <= sample) next += 1;
    const before = points[next - 1];
    const after = points[next];
    if (before === undefined) gains[sample - from] = after?.gain ?? 1;
    else if (after === undefined) gains[sample - from] = before.gain;
    else
      gains[sample - from] =
        before.gain + ((after.gain - before.gain) * (sample - before.sample)) / (after.sample - before.sample);
  }
  return gains;
}
