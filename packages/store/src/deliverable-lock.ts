import { setTimeout as sleep } from 'node:timers/promises';
import { PatchworkError } from '@patchwork/kernel';
import { ledgerPath } from './ledger/ledger-entry.ts';
import {
  holderJson,
  holderText,
  isHeld,
  tryLock,
  unreadableMs,
  type HeldLock,
  type LockContext,
} from './disk/lock-file.ts';

/** How often a waiting run looks again. */
const lookAgainMs = 200;

/**
 * Takes the lock of a deliverable (`film.mov.patchwork.lock`), which whoever writes it or its ledger holds. A lock whose
 * process is dead is taken over. A lock that names nobody was left by a run that died while it took it: whoever waits at
 * all waits until that is certain, up to half a minute. Lock order: the deliverable's before the store's `gc.lock`.
 *
 * @param options.waitMs how long to wait for another run. Default 0: refuse at once. `onWait` is told once who holds it.
 * @throws PW_DELIVERABLE_BUSY naming the process that holds it, PW_FILE_*
 */
export async function lockDeliverable(
  context: LockContext,
  deliverablePath: string,
  options: { readonly waitMs?: number; readonly onWait?: (holder: string) => void } = {},
): Promise<HeldLock> {
  const path = `${ledgerPath(deliverablePath)}.lock`;
  const { waitMs = 0 } = options;
  const startMs = context.clockMs();
  let told = false;
  for (;;) {
    const lock = await tryLock(context, path);
    if (isHeld(lock)) return lock;
    const patienceMs = waitMs > 0 && lock.process === null ? Math.max(waitMs, unreadableMs + 2 * lookAgainMs) : waitMs;
    if (context.clockMs() - startMs >= patienceMs) {
      throw new PatchworkError(
        'PW_DELIVERABLE_BUSY',
        `${JSON.stringify(deliverablePath)} is being written by ${holderText(lock)}`,
        {
          hint: `Wait for that run; if its machine is gone for good, remove ${JSON.stringify(path)}.`,
          details: { path: deliverablePath, lock: path, holder: holderJson(lock) },
        },
      );
    }
    if (!told) options.onWait?.(holderText(lock));
    told = true;
    await sleep(lookAgainMs);
  }
}
