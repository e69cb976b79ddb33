import { join } from 'node:path';
import { isPatchworkError, type Digest } from '@patchwork/kernel';
import { readWhole, syncFile, writeNew } from '../disk/file-bytes.ts';
import { carryLedger, parseLedger, type Ledger } from './ledger.ts';
import { isFields } from '../disk/json-fields.ts';
import { encodeRecord, scanRecords } from '../disk/record-line.ts';
import { makeDurableFolder, type StoreContext } from '../disk/store-context.ts';
import { nameTemp } from '../disk/temp-files.ts';

/*
 * `ledgers/ab/<moov digest>`: a copy of the ledger whose deliverable has that moov, so that a deliverable that lost its
 * sidecar is recognised. A longer ledger holds all that its earlier copy held; the earlier copy becomes one line,
 * `{ type: 'moved', to: <moov digest> }`, so a history of n renders is kept once, not n times.
 */

/** More hops than any history: a circle of damaged pointers. */
const mostHops = 10_000;

/** Where copies of ledgers are. */
export function ledgersFolder(folder: string): string {
  return join(folder, 'ledgers');
}

function copyPath(folder: string, moovDigest: Digest): string {
  return join(ledgersFolder(folder), moovDigest.slice(0, 2), moovDigest);
}

/**
 * Copies a ledger into the store, by the moov digest of its newest entry. To be called after `recordTrust`.
 * @throws PW_FILE_*
 */
export async function keepLedgerCopy(context: StoreContext, ledger: Ledger): Promise<void> {
  const newest = ledger.entries.at(-1);
  if (newest === undefined) return;
  const { files, folder } = context;
  const parent = ledger.entries.findLast(({ id }) => id === newest.parent);
  await files.makeFolder(ledgersFolder(folder));
  await files.syncFolder(folder);
  const temporary = nameTemp(context, 'ledger-copy');
  await files.copy(ledger.path, temporary);
  await syncFile(files, temporary);
  await place(context, temporary, newest.moovDigest);
  if (parent === undefined || parent.moovDigest === newest.moovDigest) return;
  const pointer = nameTemp(context, 'ledger-pointer');
  await writeNew(files, pointer, encodeRecord({ type: 'moved', to: newest.moovDigest }, context.sha256).bytes);
  await place(context, pointer, parent.moovDigest);
}

/**
 * Finds the ledger of a deliverable that lost its sidecar; null when the store has none, or a damaged one. The next append
 * to it writes the sidecar anew, whole. @throws PW_FILE_*
 */
export async function findLedgerCopy(
  context: StoreContext,
  moovDigest: Digest,
  deliverablePath: string,
): Promise<Ledger | null> {
  let at = moovDigest;
  for (let hop = 0; hop < mostHops; hop += 1) {
    const path = copyPath(context.folder, at);
    const bytes = await readWhole(context.files, path);
    if (bytes === null) return null;
    const next = pointerFrom(bytes, context);
    if (next !== null) {
      at = next;
      continue;
    }
    const ledger = readableOrNull(() => carryLedger(bytes, path, deliverablePath, context.sha256));
    return ledger !== null && ledger.entries.some((entry) => entry.moovDigest === moovDigest) ? ledger : null;
  }
  return null;
}

/** A copy that cannot be read is a copy that is not there: fsck tells about it. */
function readableOrNull(read: () => Ledger): Ledger | null {
  try {
    return read();
  } catch (error) {
    if (isPatchworkError(error) && error.code.startsWith('PW_LEDGER_')) return null;
    throw error;
  }
}

/**
 * What the deliverables that the store knows are made of: the keys of picture and sound of the newest entry of every ledger
 * it holds. gc keeps them; chunks of earlier revisions go by their last use. @throws PW_FILE_*
 */
export async function keysOfKnownLedgers(context: StoreContext): Promise<Set<Digest>> {
  const keys = new Set<Digest>();
  for (const path of await listLedgerCopies(context)) {
    const bytes = await readWhole(context.files, path);
    if (bytes === null || pointerFrom(bytes, context) !== null) continue;
    const newest = readableOrNull(() => parseLedger(bytes, path, context.sha256))?.entries.at(-1);
    for (const { key } of [...(newest?.chunks ?? []), ...(newest?.sound?.pieces ?? [])]) keys.add(key);
  }
  return keys;
}

/** Paths of all copies and pointers. */
export async function listLedgerCopies({ files, folder }: StoreContext): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const name of await files.list(ledgersFolder(folder))) {
    for (const moov of await files.list(join(ledgersFolder(folder), name)))
      paths.push(join(ledgersFolder(folder), name, moov));
  }
  return paths;
}

/** The moov digest under which a moved copy is found now; null for a copy. */
export function pointerFrom(bytes: Uint8Array, { sha256 }: StoreContext): Digest | null {
  const record = bytes.length > 512 ? undefined : scanRecords(bytes, sha256).records[0]?.value;
  return isFields(record) && record['type'] === 'moved' && typeof record['to'] === 'string' ? record['to'] : null;
}

async function place(context: StoreContext, temporary: string, moovDigest: Digest): Promise<void> {
  const folder = await makeDurableFolder(context.files, ledgersFolder(context.folder), moovDigest.slice(0, 2));
  await context.files.rename(temporary, join(folder, moovDigest));
  await context.files.syncFolder(folder);
}
