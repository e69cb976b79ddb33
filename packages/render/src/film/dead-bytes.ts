import { deadBytes, readMovie } from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';

/** Bytes of a movie that nothing plays any more: what `compact` frees. @throws PW_MOVIE_*, PW_FILE_* */
export async function deadBytesOf(context: Pick<RenderContext, 'files' | 'sha256'>, path: string): Promise<number> {
  return deadBytes(await readMovie(context.files, path, context.sha256));
}
