import { removeLeftovers } from '@patchwork/splice';
import { processFromToken, tokenOf } from '@patchwork/store';
import type { RenderContext } from './context.ts';
import { recoverFilm } from './film/overwritten-film.ts';

/** Names a publication after the process that makes it, so that a later run can tell whether its temporary file is litter. */
export function runId(context: RenderContext): string {
  return `${tokenOf(context.store.context.processes.self)}~${context.clockMs()}`;
}

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
