import { isPatchworkError, PatchworkError, type Digest } from '@patchwork/kernel';
import { readMovie, undoAppend } from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';

/**
 * Proves a file that was just changed in place; one that fails is put back, unless another program put its own there.
 *
 * @param moovDigest of the index that was just written
 * @throws whatever `prove` throws; PW_PROOF_FAILED with both reasons where the file cannot be put back
 */
export async function provenOrUndone(
  { files, sha256 }: Pick<RenderContext, 'files' | 'sha256'>,
  path: string,
  moovDigest: Digest,
  prove: () => Promise<void>,
  undo: () => Promise<unknown> = async () => undoAppend(files, await readMovie(files, path, sha256)),
): Promise<void> {
  try {
    await prove();
  } catch (error) {
    try {
      await requireOurs(files, path, moovDigest, sha256);
      await undo();
    } catch (failure) {
      throw notPutBack(path, error, failure);
    }
    throw isPatchworkError(error) && error.code === 'PW_PROOF_FAILED' ? putBack(error) : error;
  }
}

/** Another film may carry an older version as well, and would lose its last one. */
async function requireOurs(
  files: RenderContext['files'],
  path: string,
  moovDigest: Digest,
  sha256: RenderContext['sha256'],
): Promise<void> {
  const { moov } = await readMovie(files, path, sha256);
  if (moov.digest === moovDigest) return;
  throw new PatchworkError('PW_PUBLISH_RACED', 'another program put another file there meanwhile', {
    hint: 'That file was not touched.',
    details: { path },
  });
}

/** What the proof found stands; what became of the file is another thing in place than beside it. */
function putBack({ code, message, details }: PatchworkError): PatchworkError {
  return new PatchworkError(code, message, {
    hint: 'The file was put back as it was. Please report this with the details from --json.',
    details,
  });
}

function notPutBack(path: string, error: unknown, failure: unknown): PatchworkError {
  const [proof, undo] = [error, failure].map((each) => (each instanceof Error ? each.message : String(each)));
  return new PatchworkError('PW_PROOF_FAILED', `${proof}; and ${JSON.stringify(path)} could not be put back: ${undo}`, {
    hint: 'The file holds a version that failed its proof: run patchwork undo on it.',
    details: { ...(isPatchworkError(error) ? error.details : {}), path, putBack: undo ?? '' },
    cause: error,
  });
}
