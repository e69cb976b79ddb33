import type { KnownEffect, Unmodelled } from '@patchwork/timeline';

/** What stands on one side of an item, picture or sound. */
export interface Side {
  readonly effects: KnownEffect[];
  readonly unmodelled: Unmodelled[];
}

/** An empty {@link Side}. */
export function emptySide(): Side {
  return { effects: [], unmodelled: [] };
}
