import type { OverwriteHistory } from '../overwrite/recovery.ts';

/** A history of overwritings in memory: names of versions. */
export function memoryHistory(entries: string[]): OverwriteHistory {
  return {
    entries: async () => entries.length,
    recordedSince: async (since) => entries[since] ?? null,
    recordBefore: async () => {
      entries.push('before');
    },
  };
}
