import type { NodeId } from './model.ts';

let issued = 0;

/** Issues an id that no node of this process has; ids are memory only, so the counter needs no randomness. */
export function freshId(): NodeId {
  issued += 1;
  return `n${issued.toString(36)}`;
}
