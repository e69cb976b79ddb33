import { isPatchworkError, type Digest, type FilePort, type PatchworkError, type Sha256 } from '@patchwork/kernel';
import { readMovie } from '@patchwork/splice';

/**
 * The digest of a movie's index, or what is wrong with the movie where it has none that can be read. That a file is
 * damaged is an answer here: it still has a history, and may have chunks.
 *
 * @throws PW_FILE_*
 */
export async function moovDigestOf(
  context: { readonly files: FilePort; readonly sha256: Sha256 },
  path: string,
): Promise<Digest | PatchworkError> {
  try {
    return (await readMovie(context.files, path, context.sha256)).moov.digest;
  } catch (error) {
    if (isPatchworkError(error) && error.code.startsWith('PW_MOVIE_')) return error;
    throw error;
  }
}
