import type { Digest, Json } from '@patchwork/kernel';
import { openJournal, type JournalDamage } from '../disk/journal.ts';
import { isFields } from '../disk/json-fields.ts';
import type { StoreContext } from '../disk/store-context.ts';

/** Two renders of one action key that gave different bytes: the key misses an input, or a machine computes wrongly. */
export interface Alarm {
  readonly code: 'PW_STORE_NONDETERMINISTIC';
  readonly key: Digest;
  /** Digest of the bytes that stay. */
  readonly kept: Digest;
  /** Digest of the bytes that were not taken. */
  readonly refused: Digest;
  readonly timeMs: number;
}

/** The alarms of a store. They stay until a person removes `journals/alarms`. */
export interface Alarms {
  readonly damage: readonly JournalDamage[];
  list(): readonly Alarm[];
  /** Durable when it returns. An alarm that is known is not written again. */
  raise(key: Digest, kept: Digest, refused: Digest): Promise<void>;
}

/** Opens the journal of alarms. */
export async function openAlarms(context: StoreContext): Promise<Alarms> {
  const journal = await openJournal(context, 'alarms', (records) =>
    [...alarmsFrom(records).values()].map((alarm) => ({ ...alarm })),
  );
  const known = alarmsFrom(journal.records);
  return {
    damage: journal.damage,
    list: () => [...known.values()],
    raise: async (key, kept, refused) => {
      const alarm: Alarm = { code: 'PW_STORE_NONDETERMINISTIC', key, kept, refused, timeMs: context.clockMs() };
      if (known.has(nameOf(alarm))) return;
      known.set(nameOf(alarm), alarm);
      await journal.append([{ ...alarm }], 'durable');
    },
  };
}

function nameOf(alarm: Alarm): string {
  return `${alarm.key} ${alarm.kept} ${alarm.refused}`;
}

function alarmsFrom(records: readonly Json[]): Map<string, Alarm> {
  const alarms = new Map<string, Alarm>();
  for (const record of records) {
    if (!isFields(record)) continue;
    const { key, kept, refused, timeMs } = record;
    if (
      typeof key !== 'string' ||
      typeof kept !== 'string' ||
      typeof refused !== 'string' ||
      typeof timeMs !== 'number'
    )
      continue;
    const alarm: Alarm = { code: 'PW_STORE_NONDETERMINISTIC', key, kept, refused, timeMs };
    alarms.set(nameOf(alarm), alarm);
  }
  return alarms;
}
