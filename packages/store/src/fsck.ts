import { basename, join } from 'node:path';
import { isPatchworkError, type Digest } from '@patchwork/kernel';
import type { Alarms } from './chunks/alarm.ts';
import { chunksOf, type ChunkPacks } from './chunks/chunk-packs.ts';
import { byteLength } from './chunks/encoded-chunk.ts';
import { readChunks } from './chunks/chunk-run.ts';
import { openOrNull, readWhole } from './disk/file-bytes.ts';
import { listLedgerCopies, pointerFrom } from './ledger/ledger-copies.ts';
import { parseLedger } from './ledger/ledger.ts';
import { withLockFile } from './disk/lock-file.ts';
import { gcLockPath } from './gc.ts';
import { ownerOfJournal, readJournals } from './disk/journal.ts';
import { abandonedHalves, listPacks, readIndex, sweepHalves } from './chunks/pack-files.ts';
import type { PackIndex } from './chunks/pack-index.ts';
import { removePack } from './chunks/pack-writer.ts';
import { indexPath, packPath, quarantineFolder, type StoreContext } from './disk/store-context.ts';
import { listTemps, sweepTemps } from './disk/temp-files.ts';

/** Something fsck found. All plain JSON. */
export interface Finding {
  /** `PW_STORE_*`, stable. */
  readonly code: string;
  /** `error`: bytes are lost or wrong. `note`: litter that costs space only. */
  readonly severity: 'error' | 'note';
  readonly path: string;
  /** The chunk's key, where one chunk is meant. */
  readonly key: Digest | null;
  readonly message: string;
}

/** What fsck looked at and found. */
export interface FsckReport {
  readonly packs: number;
  readonly chunks: number;
  /** Bytes hashed. */
  readonly bytes: number;
  readonly findings: readonly Finding[];
  /** Whether what was found has been taken away; what is still sound stays. */
  readonly repaired: boolean;
}

/**
 * Reads everything and hashes every chunk. Repairing is forgetting: damaged chunks, broken indexes, halves and litter go,
 * sound chunks of a damaged pack move to a new one. Alarms are told and never taken away.
 *
 * @throws PW_STORE_BUSY when another process cleans up.
 */
export async function checkStore(
  context: StoreContext,
  packs: ChunkPacks,
  alarms: Alarms,
  repair: 'report' | 'repair',
): Promise<FsckReport> {
  return await withLockFile(context, gcLockPath(context.folder), async () => {
    const findings: Finding[] = [];
    const totals = { packs: 0, chunks: 0, bytes: 0 };
    await checkTemps(context, findings);
    const listing = await listPacks(context);
    for (const path of listing.strange) {
      findings.push(finding('PW_STORE_STRANGE_FILE', 'note', path, 'not a file of the store; left alone'));
    }
    for (const { id, missing } of await abandonedHalves(context, listing)) {
      const path = missing === 'index' ? packPath(context.folder, id) : indexPath(context.folder, id);
      findings.push(finding('PW_STORE_HALF_PACK', 'note', path, `its ${missing} is missing: a crash left it`));
    }
    for (const id of listing.whole) {
      const index = await readIndex(context, id);
      if (index === null) {
        findings.push(
          finding(
            'PW_STORE_INDEX_DAMAGED',
            'error',
            indexPath(context.folder, id),
            'the index is damaged: the pack cannot be read',
          ),
        );
        if (repair === 'repair') await removePack(context, id);
        continue;
      }
      const damage = await checkPack(context, index, totals);
      findings.push(...damage);
      if (damage.length > 0 && repair === 'repair') await packs.putAside(index);
    }
    await checkLedgers(context, findings, repair);
    await checkJournals(context, findings, repair);
    for (const { key, kept, refused, timeMs } of alarms.list()) {
      const when = new Date(timeMs).toISOString();
      const message = `encoded twice with different bytes (${kept.slice(0, 12)} kept, ${refused.slice(0, 12)} refused, ${when})`;
      findings.push({
        ...finding('PW_STORE_NONDETERMINISTIC', 'error', join(context.folder, 'journals', 'alarms'), message),
        key,
      });
    }
    if (repair === 'repair') {
      await sweepTemps(context);
      await sweepHalves(context, listing);
      await packs.refresh();
    }
    return { ...totals, findings, repaired: repair === 'repair' };
  });
}

async function checkPack(
  context: StoreContext,
  index: PackIndex,
  totals: { packs: number; chunks: number; bytes: number },
): Promise<Finding[]> {
  const path = packPath(context.folder, index.id);
  const file = await openOrNull(context.files, path);
  if (file === null)
    return [
      finding('PW_STORE_HALF_PACK', 'note', indexPath(context.folder, index.id), 'its pack has just been removed'),
    ];
  const findings: Finding[] = [];
  try {
    const { size } = await file.stat();
    totals.packs += 1;
    if (size !== index.packBytes) {
      findings.push(
        finding('PW_STORE_PACK_SIZE', 'error', path, `has ${size} bytes, its index says ${index.packBytes}`),
      );
    }
    for await (const { chunk, bytes } of readChunks(file, chunksOf(index))) {
      totals.chunks += 1;
      totals.bytes += byteLength(chunk);
      if (bytes !== null && context.sha256(bytes) === chunk.digest) continue;
      const message = `the chunk at ${chunk.offset} ${bytes === null ? 'is cut off' : 'has other bytes than its digest says'}`;
      findings.push({ ...finding('PW_STORE_CHUNK_DAMAGED', 'error', path, message), key: chunk.key });
    }
    return findings;
  } finally {
    await file.close();
  }
}

async function checkTemps(context: StoreContext, findings: Finding[]): Promise<void> {
  for (const { path, owner } of await listTemps(context)) {
    if (owner === 'dead') findings.push(finding('PW_STORE_TEMP_LEFT', 'note', path, 'left by a process that died'));
    if (owner === 'unknown')
      findings.push(finding('PW_STORE_STRANGE_FILE', 'note', path, 'not a file of the store; left alone'));
  }
  const quarantine = quarantineFolder(context.folder);
  for (const name of await context.files.list(quarantine)) {
    findings.push(
      finding('PW_STORE_QUARANTINED', 'note', join(quarantine, name), 'put aside for a damaged chunk; gc removes it'),
    );
  }
}

async function checkLedgers(context: StoreContext, findings: Finding[], repair: 'report' | 'repair'): Promise<void> {
  for (const path of await listLedgerCopies(context)) {
    const bytes = await readWhole(context.files, path);
    if (bytes === null || pointerFrom(bytes, context) !== null) continue;
    try {
      parseLedger(bytes, path, context.sha256);
    } catch (error) {
      if (!isPatchworkError(error)) throw error;
      findings.push(finding('PW_STORE_LEDGER_DAMAGED', 'error', path, error.message));
      if (repair === 'repair') await context.files.remove(path);
    }
  }
}

/** Journals hold what saves work, never what makes a result right: a damaged one is a note, and alarms are never removed. */
async function checkJournals(context: StoreContext, findings: Finding[], repair: 'report' | 'repair'): Promise<void> {
  const top = join(context.folder, 'journals');
  for (const name of await context.files.list(top)) {
    const { damage } = await readJournals(context.files, join(top, name), context.sha256);
    for (const { path, line } of damage) {
      findings.push(
        finding('PW_STORE_JOURNAL_DAMAGED', 'note', path, `damaged at line ${line}; the rest of it is not used`),
      );
      const owner = ownerOfJournal(basename(path));
      const inUse = owner !== null && (await context.processes.isAlive(owner));
      if (repair === 'repair' && name !== 'alarms' && !inUse) await context.files.remove(path);
    }
  }
}

function finding(code: string, severity: Finding['severity'], path: string, message: string): Finding {
  return { code, severity, path, key: null, message };
}
