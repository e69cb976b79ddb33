import { add, ceil, multiply, type Rational, rational, subtract } from '@patchwork/time';
import { envelopesOf } from './gain-envelope.ts';
import { type GainFactor, ownAt, type OwnClock } from './gain-factor.ts';
import type { GainPoint, SoundPiece } from './sound.ts';

/** Which samples the programme has. */
export interface SampleFrame {
  readonly sampleRate: number;
  /** Record time of sample 0, exact seconds. */
  readonly origin: Rational;
  readonly samples: number;
}

/** A stretch of a stream before it is laid on samples. Times are record seconds. */
export interface Stretch {
  readonly source: Pick<SoundPiece, 'media' | 'stream' | 'map'>;
  readonly from: Rational;
  readonly to: Rational;
  /** Seconds in the stream as a function of the record time. */
  readonly inStream: OwnClock;
  readonly factors: readonly GainFactor[];
}

/**
 * Lays a stretch on samples: those with from ≤ n ÷ sampleRate < to, so stretches that meet neither overlap nor leave a
 * hole. Null when it holds none, or is silent.
 */
export function pieceOf(stretch: Stretch, frame: SampleFrame): SoundPiece | null {
  const { sampleRate, origin, samples } = frame;
  const sampleAfter = (seconds: Rational): number => ceil(multiply(subtract(seconds, origin), rational(sampleRate)));
  const at = Math.max(0, sampleAfter(stretch.from));
  const length = Math.min(samples, sampleAfter(stretch.to)) - at;
  if (length <= 0 || stretch.inStream.slope.num === 0) return null;
  const { left, right } = envelopesOf(stretch.factors, { sampleRate, origin, at, length });
  if (isSilent(left) && isSilent(right)) return null;
  return {
    ...stretch.source,
    at,
    length,
    sourceStart: ownAt(add(origin, rational(at, sampleRate)), stretch.inStream),
    speed: stretch.inStream.slope,
    gainLeft: left,
    gainRight: right,
  };
}

function isSilent(points: readonly GainPoint[]): boolean {
  return points.every((point) => point.gain === 0);
}

/** Joins neighbours of a track that are one run of the source, as a blade leaves them. In order of time. */
export function joinedPieces(pieces: readonly SoundPiece[], sampleRate: number): readonly SoundPiece[] {
  const result: SoundPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last !== undefined && runsOn(last, piece, sampleRate)) result[result.length - 1] = joined(last, piece);
    else result.push(piece);
  }
  return result;
}

function runsOn(a: SoundPiece, b: SoundPiece, sampleRate: number): boolean {
  if (a.at + a.length !== b.at || a.media !== b.media || a.stream !== b.stream) return false;
  if (!isSame(a.speed, b.speed) || !isSameList(a.map.left, b.map.left) || !isSameList(a.map.right, b.map.right))
    return false;
  return isSame(add(a.sourceStart, multiply(a.speed, rational(a.length, sampleRate))), b.sourceStart);
}

function isSame(a: Rational, b: Rational): boolean {
  return a.num === b.num && a.den === b.den;
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function joined(a: SoundPiece, b: SoundPiece): SoundPiece {
  return {
    ...a,
    length: a.length + b.length,
    gainLeft: joinedPoints(a.gainLeft, b.gainLeft, a.length),
    gainRight: joinedPoints(a.gainRight, b.gainRight, a.length),
  };
}

/** The first envelope is held to its last sample, the second from its first one on; a level needs no points inside. */
function joinedPoints(a: readonly GainPoint[], b: readonly GainPoint[], shift: number): readonly GainPoint[] {
  const end = a.at(-1);
  const [start] = b;
  if (end === undefined || start === undefined) return [...a, ...b];
  if (a.length === 1 && b.length === 1 && end.gain === start.gain) return a;
  const moved = b.map(({ sample, gain }) => ({ sample: sample + shift, gain }));
  const held = [...a];
  if (end.sample < shift - 1) held.push({ sample: shift - 1, gain: end.gain });
  if (start.sample > 0) held.push({ sample: shift, gain: start.gain });
  const points = [...held, ...moved];
  return points.filter((point, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    return before === undefined || before.gain !== point.gain || (after !== undefined && after.gain !== point.gain);
  });
}
