import { add, floor, multiply, type Rational, rational, subtract } from '@patchwork/time';
import type { GainFactor, Stereo } from './gain-factor.ts';
import type { GainPoint } from './sound.ts';

/** Where a piece stands among the samples of the programme. */
export interface SampleWindow {
  readonly sampleRate: number;
  /** Record time of the programme's sample 0, exact seconds. */
  readonly origin: Rational;
  /** First sample and count. */
  readonly at: number;
  readonly length: number;
}

/** One envelope for each output channel. */
export interface Envelopes {
  readonly left: readonly GainPoint[];
  readonly right: readonly GainPoint[];
}

/** Curved gain is sampled this often a second: 5 ms, well under what an ear follows. */
const pointsPerSecond = 200;

/**
 * Folds gain factors into one envelope for each channel. Where at most one factor moves and is straight the envelope is
 * exact at every sample; elsewhere it is straight between points at most 5 ms apart, counted from the break before, so
 * that the points travel with the keys.
 */
export function envelopesOf(factors: readonly GainFactor[], window: SampleWindow): Envelopes {
  const moving = factors.filter((factor) => factor.breaks.length > 0);
  const gainAt = (sample: number): Stereo => product(factors, timeOf(sample, window));
  if (moving.length === 0) return constantEnvelopes(gainAt(0));
  const edges = edgeSamples(moving, window);
  const samples: number[] = [];
  for (const [i, edge] of edges.entries()) {
    samples.push(edge);
    const next = edges[i + 1];
    if (next === undefined || !isCurved(moving, edge, next, window)) continue;
    const step = Math.max(1, Math.floor(window.sampleRate / pointsPerSecond));
    for (let sample = edge + step; sample < next; sample += step) samples.push(sample);
  }
  const gains = samples.map(gainAt);
  return {
    left: thinned(
      samples,
      gains.map((gain) => gain.left),
    ),
    right: thinned(
      samples,
      gains.map((gain) => gain.right),
    ),
  };
}

function timeOf(sample: number, { origin, sampleRate, at }: SampleWindow): Rational {
  return add(origin, rational(at + sample, sampleRate));
}

function product(factors: readonly GainFactor[], seconds: Rational): Stereo {
  let left = 1;
  let right = 1;
  for (const factor of factors) {
    const gain = factor.at(seconds);
    left *= gain.left;
    right *= gain.right;
  }
  return { left, right };
}

function constantEnvelopes({ left, right }: Stereo): Envelopes {
  return { left: [{ sample: 0, gain: left }], right: [{ sample: 0, gain: right }] };
}

/** The piece's first and last sample, and the samples on both sides of every break within. */
function edgeSamples(moving: readonly GainFactor[], window: SampleWindow): readonly number[] {
  const last = window.length - 1;
  const edges = new Set([0, last]);
  for (const factor of moving) {
    for (const moment of factor.breaks) {
      const exact = multiply(subtract(moment, window.origin), rational(window.sampleRate));
      const before = floor(exact) - window.at;
      for (const sample of exact.den === 1 ? [before - 1, before] : [before, before + 1]) {
        if (sample > 0 && sample < last) edges.add(sample);
      }
    }
  }
  return [...edges].toSorted((a, b) => a - b);
}

/** Tells whether the product is not straight between two edges: two factors move there, or one that is curved. */
function isCurved(moving: readonly GainFactor[], from: number, to: number, window: SampleWindow): boolean {
  if (to - from < 2) return false;
  let straight = 0;
  for (const factor of moving) {
    const start = factor.at(timeOf(from, window));
    const end = factor.at(timeOf(to, window));
    const moves = start.left !== end.left || start.right !== end.right;
    if (moves && !factor.isStraight) return true;
    if (moves) straight += 1;
  }
  return straight > 1;
}

/** Leaves out points that lie on a level between their neighbours. */
function thinned(samples: readonly number[], gains: readonly number[]): readonly GainPoint[] {
  const points: GainPoint[] = [];
  for (const [i, sample] of samples.entries()) {
    const gain = gains[i] ?? 1;
    const before = points.at(-1);
    const after = gains[i + 1];
    const isLevel = before !== undefined && before.gain === gain && (after === undefined || after === gain);
    if (!isLevel) points.push({ sample, gain });
  }
  return points;
}
