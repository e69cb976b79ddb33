import { ceil, divide, floor, type FrameRange, multiply, one, type Rational, rational } from '@patchwork/time';
import type { ProgramInput } from './program-input.ts';
import type { UnmodelledUse } from './program.ts';
import { SoundResolver, type UnmodelledSound } from './resolve-sound.ts';
import type { Resolver } from './resolver.ts';
import { soundSemantics } from './semantics.ts';
import type { SoundProgram } from './sound.ts';

/** Resolves the audio tracks of the window. `rootStart` is the root's own time at record frame 0. */
export function compileSound(
  input: Pick<ProgramInput, 'timeline' | 'canvas' | 'sampleRate' | 'sha256'>,
  resolver: Resolver,
  rootStart: Rational,
  window: FrameRange,
): { readonly sound: SoundProgram; readonly unmodelled: readonly UnmodelledUse[] } {
  const { sampleRate, canvas, timeline } = input;
  const secondsOf = (frame: number): Rational => divide(rational(frame), canvas.rate);
  const origin = secondsOf(window.in);
  const samples = ceil(multiply(secondsOf(window.out - window.in), rational(sampleRate)));
  const frameAt = (seconds: Rational): number => floor(multiply(seconds, canvas.rate));
  const sounds = new SoundResolver(resolver, { sampleRate, origin, samples }, frameAt);
  const pieces = sounds.resolve(timeline.tracks, { offset: rootStart, slope: one }, origin, secondsOf(window.out));
  const unmodelled = sounds.unmodelled.map(({ label, from, to }) => ({
    label,
    range: { in: frameAt(from) - window.in, out: ceil(multiply(to, canvas.rate)) - window.in },
  }));
  const heard: Omit<SoundProgram, 'key'> = { sampleRate, layout: 'stereo', samples, pieces };
  return { sound: { ...heard, key: input.sha256(soundText(heard, sounds.unmodelled, origin)) }, unmodelled };
}

/**
 * All of a sound programme as text, what cannot be played included. Every value of it is made in one place, so its fields
 * always stand in one order and equal programmes give equal text; and a field added to a piece counts by itself.
 */
export function soundText(
  sound: Omit<SoundProgram, 'key'>,
  unmodelled: readonly UnmodelledSound[],
  origin: Rational,
): string {
  const things = unmodelled.map(({ content, from, to }) => [content, from, to, origin]);
  return JSON.stringify([soundSemantics, sound, things]);
}
