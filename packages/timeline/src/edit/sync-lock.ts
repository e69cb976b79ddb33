import type { Json } from '@patchwork/kernel';
import type { NodeId } from '../model.ts';

/** Which tracks keep in sync with a rippling edit: what comes after it moves on all of them alike. */
export interface SyncLock {
  /** Of the same stack as the edited one. */
  readonly tracks: 'all' | readonly NodeId[];
  /** Of those, tracks on which the same edit happens itself. */
  readonly except?: readonly NodeId[];
  /** What becomes of a clip that the ripple would cut: default `refuse`, by name; `split` cuts it. */
  readonly torn?: 'refuse' | 'split';
}

/** What a step says of other tracks; else the key that is wrong, and what it should do. */
export function syncLockFrom(
  sync: Json,
  torn: Json | undefined,
  trackOf: (selector: Json) => NodeId,
): SyncLock | { readonly wrong: readonly [key: string, wanted: string] } {
  const isAll = sync === 'all' || sync === true;
  if (!isAll && !Array.isArray(sync)) return { wrong: ['sync', 'be "all", or a list of tracks'] };
  if (torn !== undefined && torn !== 'refuse' && torn !== 'split') return { wrong: ['torn', 'be "refuse" or "split"'] };
  const tracks = isAll ? 'all' : (sync as readonly Json[]).map(trackOf);
  return { tracks, ...(torn === undefined ? {} : { torn }) };
}
