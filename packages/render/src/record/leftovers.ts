import { removeLeftovers } from '@patchwork/splice';
import { processFromToken } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { recoverFilm } from './overwritten-film.ts';

/**
 * Removes what runs that died while they published left beside a deliverable, as large as the deliverable itself, and finishes
 * or takes back what they were overwriting in it. To be called under its lock. @throws PW_UNDO_*, PW_FILE_*
 */
export async function sweepLeftovers(context: RenderContext, deliverablePath: string): Promise<void> {
  const { processes } = context.store.context;
  await removeLeftovers(context.files, deliverablePath, async (run) => {
    const process = processFromToken(run.slice(0, run.lastIndexOf('~')));
    return process === null || (await processes.isAlive(process));
  });
  await recoverFilm(context, deliverablePath);
}
