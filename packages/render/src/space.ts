import { dirname } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import type { RenderContext } from './context.ts';

/** Refuses to begin what cannot end. The old deliverable stays until the new one is complete, so both must fit. @throws PW_FILE_NO_SPACE */
export async function requireSpace(context: RenderContext, deliverablePath: string, bytes: number): Promise<void> {
  const free = await context.files.freeBytes(dirname(deliverablePath));
  if (free >= bytes) return;
  throw new PatchworkError(
    'PW_FILE_NO_SPACE',
    `${dirname(deliverablePath)} has ${megabytes(free)} MB free; the new deliverable needs about ${megabytes(bytes)} MB`,
    {
      hint: 'Make room, or deliver to another disk with -o. Nothing was written.',
      details: { path: deliverablePath, freeBytes: free, neededBytes: bytes },
    },
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
