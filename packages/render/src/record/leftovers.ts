import { removeLeftovers } from '@patchwork/splice';
import { lockDeliverable, processFromToken } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { recoverFilm } from './overwritten-film.ts';

/** How long a run that has much to do waits for another one at the same deliverable before it refuses. */
export const lockWaitMs = 3000;

/**
 * Works on a deliverable under its lock, when what dead runs left there is cleared away.
 *
 * @param waitMs how long to wait for another run. Default 0: refuse at once.
 * @throws PW_DELIVERABLE_BUSY, PW_UNDO_*, PW_FILE_*, and what the work throws
 */
export async function workAlone<T>(
  context: RenderContext,
  deliverablePath: string,
  work: () => Promise<T>,
  waitMs: number = 0,
): Promise<T> {
  const lock = await lockDeliverable(context.store.context, deliverablePath, { waitMs });
  try {
    await sweepLeftovers(context, deliverablePath);
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * Removes what runs that died while they published left beside a deliverable, as large as the deliverable itself, and finishes
 * or takes back what they were overwriting in it. @throws PW_UNDO_*, PW_FILE_*
 */
async function sweepLeftovers(context: RenderContext, deliverablePath: string): Promise<void> {
  const { processes } = context.store.context;
  await removeLeftovers(context.files, deliverablePath, async (run) => {
    const process = processFromToken(run.slice(0, run.lastIndexOf('~')));
    return process === null || (await processes.isAlive(process));
  });
  await recoverFilm(context, deliverablePath);
}
