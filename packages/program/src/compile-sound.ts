import { canonicalJson } from '@patchwork/kernel';
import { ceil, divide, type FrameRange, multiply, rational } from '@patchwork/time';
import type { ProgramInput } from './compile-program.ts';
import type { UnmodelledUse } from './program.ts';
import type { Resolver } from './resolver.ts';
import type { OwnRange } from './retime.ts';
import { soundSemantics } from './semantics.ts';
import type { SoundProgram } from './sound.ts';

/** Resolves the audio tracks of the window. */
export function compileSound(
  input: ProgramInput,
  _resolver: Resolver,
  _range: OwnRange,
  window: FrameRange,
): { readonly sound: SoundProgram; readonly unmodelled: readonly UnmodelledUse[] } {
  const { sampleRate, canvas } = input;
  const samples = ceil(divide(multiply(rational(window.out - window.in), rational(sampleRate)), canvas.rate));
  const pieces: SoundProgram['pieces'] = [];
  const key = input.sha256(canonicalJson({ semantics: soundSemantics, sampleRate, samples, pieces: [] }));
  return { sound: { sampleRate, layout: 'stereo', samples, pieces, key }, unmodelled: [] };
}
