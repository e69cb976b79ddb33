import { PatchworkError } from '@patchwork/kernel';

/** The refusal of something that the design promises. */
export function notYet(what: string, instead: string): PatchworkError {
  return new PatchworkError('PW_NOT_YET', `${what} is not in this version`, { hint: instead, details: { what } });
}
