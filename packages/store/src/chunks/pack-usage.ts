import type { Digest, Json } from '@patchwork/kernel';
import { isFields } from '../disk/json-fields.ts';
import { openJournal, type JournalDamage } from '../disk/journal.ts';
import type { StoreContext } from '../disk/store-context.ts';

/** When packs were last of use. Coarse: a pack used again within six hours is not written again. */
export interface PackUsage {
  /** Files of the journal that are damaged. */
  readonly damage: readonly JournalDamage[];
  /** Milliseconds since 1970; null when nothing is known. */
  lastUseMs(id: Digest): number | null;
  /** Notes a use now; in memory until {@link flush}. */
  touch(id: Digest): void;
  /** A pack made of another's chunks is as old as that one. */
  inherit(id: Digest, from: Digest): void;
  flush(): Promise<void>;
}

const grainMs = 6 * 3600 * 1000;

/** Opens the journal of uses: `{ atMs, packs: […] }`. It never asks the file system for access times: many have none. */
export async function openUsage(context: StoreContext): Promise<PackUsage> {
  const journal = await openJournal(context, 'use', (records) => recordsOf(latestUses(records)));
  const known = latestUses(journal.records);
  const touched = new Set<Digest>();
  return {
    damage: journal.damage,
    lastUseMs: (id) => known.get(id) ?? null,
    touch: (id) => {
      const now = context.clockMs();
      const before = known.get(id);
      if (before !== undefined && now - before < grainMs && now >= before) return;
      known.set(id, now);
      touched.add(id);
    },
    inherit: (id, from) => {
      const atMs = known.get(from);
      if (atMs === undefined) return;
      known.set(id, atMs);
      touched.add(id);
    },
    flush: async () => {
      if (touched.size === 0) return;
      const uses = new Map([...touched].map((id) => [id, known.get(id) ?? context.clockMs()]));
      touched.clear();
      await journal.append(recordsOf(uses), 'fast');
    },
  };
}

function latestUses(records: readonly Json[]): Map<Digest, number> {
  const uses = new Map<Digest, number>();
  for (const record of records) {
    if (!isFields(record)) continue;
    const { atMs, packs } = record;
    if (typeof atMs !== 'number' || !Array.isArray(packs)) continue;
    for (const id of packs as readonly Json[]) {
      if (typeof id === 'string') uses.set(id, Math.max(atMs, uses.get(id) ?? atMs));
    }
  }
  return uses;
}

function recordsOf(uses: ReadonlyMap<Digest, number>): Json[] {
  const packsAt = new Map<number, Digest[]>();
  for (const [id, atMs] of uses) packsAt.set(atMs, [...(packsAt.get(atMs) ?? []), id]);
  return [...packsAt].map(([atMs, packs]) => ({ atMs, packs }));
}
