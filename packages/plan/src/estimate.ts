import type { Plan } from './plan.ts';
import type { Profile, VideoCodec } from './profile.ts';

/** How fast and how large earlier runs of this profile were, on this machine; or a guess, which says so. */
export interface RenderRates {
  readonly framesPerSecond: number;
  /** What rendering costs before its first frame: processes, media opened. */
  readonly startSeconds: number;
  readonly bytesPerFrame: number;
  /** Programme seconds of sound per second of work; bytes of sound per programme second. */
  readonly soundSpeed: number;
  readonly soundBytesPerSecond: number;
  /** Writing and proving the whole deliverable, seconds for each of its frames. */
  readonly restSecondsPerFrame: number;
  /** Whether the numbers were measured here; false: `guessRates`. */
  readonly measured: boolean;
}

/** What a plan will cost. Told before anything is written. */
export interface Estimate {
  readonly seconds: number;
  /** Bytes that fresh chunks and sound take. */
  readonly freshBytes: number;
  readonly measured: boolean;
}

/** Estimates time and space of a plan at `framesPerSecond` of the programme's own rate. Sound is rendered beside pictures. */
export function estimate(plan: Plan, programSeconds: number, rates: RenderRates): Estimate {
  const freshSound = plan.sound === 'render' ? Math.ceil(programSeconds * rates.soundBytesPerSecond) : 0;
  const pictures = plan.rendered === 0 ? 0 : rates.startSeconds + plan.rendered / rates.framesPerSecond;
  const sound = plan.sound === 'render' ? programSeconds / rates.soundSpeed : 0;
  return {
    seconds: Math.max(pictures, sound) + plan.frames * rates.restSecondsPerFrame,
    freshBytes: Math.ceil(plan.rendered * rates.bytesPerFrame) + freshSound,
    measured: rates.measured,
  };
}

/** For a machine without history: pixels a second on one core, and bytes a pixel as an upper bound of ordinary pictures. */
const guesses = {
  h264: [30e6, 0.1],
  hevc: [6e6, 0.08],
  av1: [12e6, 0.08],
  prores: [90e6, 1.1],
  dnxhr: [60e6, 0.9],
} as const satisfies { readonly [codec in VideoCodec]: readonly [pixelsPerSecond: number, bytesPerPixel: number] };
/** The profile of a film that was found may name a codec that is never rendered to, Motion JPEG say: intra like this one. */
const strangerGuess = guesses.prores;

function isGuessed(codec: string): codec is VideoCodec {
  return Object.hasOwn(guesses, codec);
}

/** Rates for a machine without history; the pictures of a second grow with `cores`. */
export function guessRates(profile: Profile, cores: number): RenderRates {
  const pixels = profile.video.width * profile.video.height;
  const { codec } = profile.video;
  const [pixelsPerSecond, bytesPerPixel] = isGuessed(codec) ? guesses[codec] : strangerGuess;
  const soundBytesPerSecond =
    profile.sound.bitrate === null ? profile.sound.sampleRate * 2 * 3 : profile.sound.bitrate / 8;
  return {
    framesPerSecond: (pixelsPerSecond * cores) / pixels,
    startSeconds: 0.5,
    bytesPerFrame: pixels * bytesPerPixel + 64,
    soundSpeed: 60,
    soundBytesPerSecond,
    restSecondsPerFrame: 0,
    measured: false,
  };
}

/** An earlier run of the same settings with as many processes. */
export interface MeasuredRun {
  /** Frames rendered, and of the whole deliverable. */
  readonly rendered: number;
  readonly frames: number;
  readonly programSeconds: number;
  readonly withSound: boolean;
  /** Pictures and sound, side by side. */
  readonly renderSeconds: number;
  /** Writing and proof. */
  readonly restSeconds: number;
}

/** Rates from earlier runs; what they do not tell stays as guessed. No runs at all: the guess. */
export function measuredRates(runs: readonly MeasuredRun[], guess: RenderRates): RenderRates {
  if (runs.length === 0) return guess;
  const sum = (value: (run: MeasuredRun) => number, of: readonly MeasuredRun[] = runs): number =>
    of.reduce((total, run) => total + value(run), 0);
  const drawn = runs.filter(({ rendered }) => rendered > 0);
  const heard = runs.filter(({ rendered, withSound }) => rendered === 0 && withSound);
  const heardSeconds = sum(({ renderSeconds }) => renderSeconds, heard);
  return {
    ...guess,
    ...(drawn.length === 0 ? {} : line(drawn)),
    ...(heardSeconds > 0 ? { soundSpeed: sum(({ programSeconds }) => programSeconds, heard) / heardSeconds } : {}),
    restSecondsPerFrame: sum(({ restSeconds }) => restSeconds) / sum(({ frames }) => frames),
    measured: true,
  };
}

/** Least squares through (frames, seconds), with neither a start nor a frame that takes less than no time. */
function line(runs: readonly MeasuredRun[]): Pick<RenderRates, 'framesPerSecond' | 'startSeconds'> {
  const mean = (value: (run: MeasuredRun) => number): number =>
    runs.reduce((total, run) => total + value(run), 0) / runs.length;
  const [x, y] = [mean(({ rendered }) => rendered), mean(({ renderSeconds }) => renderSeconds)];
  const spread = mean(({ rendered }) => (rendered - x) ** 2);
  const slope = spread === 0 ? 0 : mean(({ rendered, renderSeconds }) => (rendered - x) * (renderSeconds - y)) / spread;
  const start = y - slope * x;
  if (slope > 0 && start >= 0) return { framesPerSecond: 1 / slope, startSeconds: start };
  return { framesPerSecond: x / Math.max(y, 0.001), startSeconds: 0 };
}
