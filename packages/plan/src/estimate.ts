import type { Plan } from './plan.ts';
import type { Profile, VideoCodec } from './profile.ts';

/** How fast and how large earlier runs of this profile were, on this machine; or a guess, which says so. */
export interface RenderRates {
  readonly framesPerSecond: number;
  readonly bytesPerFrame: number;
  /** Programme seconds of sound per second of work; bytes of sound per programme second. */
  readonly soundSpeed: number;
  readonly soundBytesPerSecond: number;
  /** Whether the numbers were measured here; false: `guessRates`. */
  readonly measured: boolean;
}

/** What a plan will cost. Told before anything is written; compare `bytesNeeded` with the free space. */
export interface Estimate {
  readonly seconds: number;
  /** Bytes that fresh chunks and sound take. */
  readonly freshBytes: number;
  /** Bytes of the whole new deliverable, kept chunks included. */
  readonly deliverableBytes: number;
  /** Free space wanted: both of them, for the new file is complete before the old one goes. */
  readonly bytesNeeded: number;
  readonly measured: boolean;
}

/** Estimates time and space of a plan at `framesPerSecond` of the programme's own rate. */
export function estimate(plan: Plan, programSeconds: number, rates: RenderRates): Estimate {
  const soundBytes = Math.ceil(programSeconds * rates.soundBytesPerSecond);
  const freshSound = plan.sound === 'render' ? soundBytes : 0;
  const freshBytes = Math.ceil(plan.rendered * rates.bytesPerFrame) + freshSound;
  const deliverableBytes = Math.ceil(plan.frames * rates.bytesPerFrame) + soundBytes;
  const soundSeconds = plan.sound === 'render' ? programSeconds / rates.soundSpeed : 0;
  return {
    seconds: plan.rendered / rates.framesPerSecond + soundSeconds,
    freshBytes,
    deliverableBytes,
    bytesNeeded: freshBytes + deliverableBytes,
    measured: rates.measured,
  };
}

/** For a machine without history: pixels a second on one core, and bytes a pixel as an upper bound of ordinary pictures. */
const guesses: { readonly [codec in VideoCodec]: readonly [pixelsPerSecond: number, bytesPerPixel: number] } = {
  h264: [30e6, 0.1],
  hevc: [6e6, 0.08],
  av1: [12e6, 0.08],
  prores: [90e6, 1.1],
  dnxhr: [60e6, 0.9],
};

/** Rates for a machine without history; the pictures of a second grow with `cores`. */
export function guessRates(profile: Profile, cores: number): RenderRates {
  const pixels = profile.video.width * profile.video.height;
  const [pixelsPerSecond, bytesPerPixel] = guesses[profile.video.codec];
  const soundBytesPerSecond =
    profile.sound.bitrate === null ? profile.sound.sampleRate * 2 * 3 : profile.sound.bitrate / 8;
  return {
    framesPerSecond: (pixelsPerSecond * cores) / pixels,
    bytesPerFrame: pixels * bytesPerPixel + 64,
    soundSpeed: 60,
    soundBytesPerSecond,
    measured: false,
  };
}
