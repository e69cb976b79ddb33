import { PatchworkError } from '@patchwork/kernel';
import type { EditOptions } from '@patchwork/timeline';

/** Reads `--transitions`; `adjust` where it is not given. @throws PW_USAGE_POLICY */
export function transitionPolicy(text: string = 'adjust'): NonNullable<EditOptions['transitions']> {
  if (text === 'adjust' || text === 'remove' || text === 'error') return text;
  throw new PatchworkError('PW_USAGE_POLICY', `--transitions ${text} is no policy`, {
    hint: 'Use adjust, remove or error.',
  });
}
