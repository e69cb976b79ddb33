import type { LedgerEntry } from '@patchwork/store';

/** Renderers of entries: `found` a film as another program left it, `patch` one with a piece put in by hand. */
export const foundRenderer = 'found';
/** See {@link foundRenderer}. */
export const patchRenderer = 'patch';
/** A film of another program that is bound to a timeline. */
export const adoptedRenderer = 'adopted';

/** Tells whether Patchwork rendered all of a deliverable: then its chunks have action keys and stand in one run each. */
export function isOwn({ renderer }: Pick<LedgerEntry, 'renderer'>): boolean {
  return renderer === 'ffmpeg';
}
