import { PatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';

/**
 * Takes a file away whose writing failed, and gives the error to throw: the first failure. When the file cannot be removed
 * either, the message says that too.
 */
export async function removeFailed(files: FilePort, out: OpenFile, path: string, error: unknown): Promise<unknown> {
  try {
    await out.close();
    await files.remove(path);
    return error;
  } catch (later) {
    const first = error instanceof PatchworkError ? error : null;
    const told = later instanceof Error ? later.message : String(later);
    return new PatchworkError(
      first?.code ?? 'PW_SPLICE_FAILED',
      `${first?.message ?? String(error)} (and then: ${told})`,
      {
        hint: first?.hint ?? 'See the cause.',
        details: { ...first?.details, leftOver: path },
        cause: error,
      },
    );
  }
}
