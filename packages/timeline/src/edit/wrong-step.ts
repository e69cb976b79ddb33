import { PatchworkError } from '@patchwork/kernel';

/** All steps by their main names. */
export const stepOps =
  'overwrite, insert, trim, slice, slip, slide, ripple, roll, fill, remove, move, lift, extract, join, retime, setTransition, removeTransition, replace, setEffect, removeEffect, set, setMarker, removeMarker, addTrack, removeTrack, moveTrack';

/** Says what is wrong with a step. */
export function wrongStep(position: number, key: string, wanted: string): PatchworkError {
  return new PatchworkError('PW_EDIT_SCRIPT', `step ${position + 1}: "${key}" should ${wanted}`, {
    hint: 'Steps and what they take: docs/reference/command-line.md, edit.',
    details: { step: position, key },
  });
}
