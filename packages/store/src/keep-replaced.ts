import type { Digest, OpenFile } from '@patchwork/kernel';
import { byteLength } from './chunks/encoded-chunk.ts';
import { openOrNull, readExactly } from './disk/file-bytes.ts';
import type { LedgerChunk, LedgerEntry } from './ledger/ledger-entry.ts';
import { copyChunks } from './chunks/pack-writer.ts';
import type { Store } from './store.ts';

/** What became of the chunks that a new deliverable no longer holds. */
export interface KeptReport {
  readonly keptChunks: number;
  readonly keptBytes: number;
  /** Not kept, as the store's cap leaves no room: a `restore` will have to render them. */
  readonly droppedChunks: number;
  readonly droppedBytes: number;
  /** Keys whose bytes in the old file are not what the ledger says. */
  readonly damaged: readonly Digest[];
}

/** So many bytes to a pack: large enough to be few, small enough to be evicted one by one and copied in little memory. */
const packBytes = 64 << 20;

/**
 * Saves into the store what the old deliverable holds and the new one does not, picture and sound, before it is replaced.
 * What the store has already is not saved again; what is older in the store makes room, then the cap decides.
 *
 * @param request.entry the old deliverable's entry. `path`: its file, still in place. `survivors`: keys of picture chunks and
 *   sound pieces in the new deliverable.
 * @throws PW_STORE_*, PW_FILE_*: the old deliverable is untouched in any case.
 */
export async function keepReplaced(
  store: Store,
  request: { readonly entry: LedgerEntry; readonly path: string; readonly survivors: ReadonlySet<Digest> },
): Promise<KeptReport> {
  const { entry, path, survivors } = request;
  const leaving = new Map<Digest, LedgerChunk>();
  for (const chunk of [...entry.chunks, ...(entry.sound?.pieces ?? [])]) {
    if (!survivors.has(chunk.key)) leaving.set(chunk.key, chunk);
  }
  for (const key of store.find(leaving.keys()).keys()) leaving.delete(key);
  const chunks = [...leaving.values()];
  const bytes = chunks.reduce((sum, chunk) => sum + byteLength(chunk), 0);
  const none: KeptReport = { keptChunks: 0, keptBytes: 0, droppedChunks: 0, droppedBytes: 0, damaged: [] };
  if (chunks.length === 0) return none;
  const room = await store.makeRoom(bytes, new Set([...survivors, ...leaving.keys()]));
  const { kept, dropped } = divide(chunks, room);
  const file = await openOrNull(store.context.files, path);
  if (file === null) return { ...none, damaged: chunks.map(({ key }) => key) };
  try {
    const saved = await saveChunks(store, file, kept);
    return {
      ...saved,
      droppedChunks: dropped.length,
      droppedBytes: dropped.reduce((sum, chunk) => sum + byteLength(chunk), 0),
    };
  } finally {
    await file.close();
  }
}

/** In record order, as many as there is room for. */
function divide(chunks: readonly LedgerChunk[], room: number): { kept: LedgerChunk[]; dropped: LedgerChunk[] } {
  const kept: LedgerChunk[] = [];
  const dropped: LedgerChunk[] = [];
  let used = 0;
  for (const chunk of chunks) {
    // 128: its share of the index.
    const needed = byteLength(chunk) + 128;
    if (used + needed > room) {
      dropped.push(chunk);
      continue;
    }
    used += needed;
    kept.push(chunk);
  }
  return { kept, dropped };
}

async function saveChunks(
  store: Store,
  file: OpenFile,
  chunks: readonly LedgerChunk[],
): Promise<Pick<KeptReport, 'keptChunks' | 'keptBytes' | 'damaged'>> {
  let keptChunks = 0;
  let keptBytes = 0;
  const damaged: Digest[] = [];
  for (const run of runsOf(chunks)) {
    const copy = await copyChunks(store.context, run, async (i) => {
      const chunk = run[i];
      return chunk === undefined ? null : await readExactly(file, chunk.offset, byteLength(chunk));
    });
    const good = new Set(copy?.chunks.map(({ key }) => key));
    damaged.push(...run.filter(({ key }) => !good.has(key)).map(({ key }) => key));
    if (copy === null) continue;
    try {
      await store.adoptPack(
        copy.path,
        copy.chunks.map(({ offset: _offset, ...chunk }) => chunk),
      );
    } catch (error) {
      await store.context.files.remove(copy.path).catch(() => undefined);
      throw error;
    }
    keptChunks += copy.chunks.length;
    keptBytes += copy.bytes;
  }
  return { keptChunks, keptBytes, damaged };
}

function runsOf(chunks: readonly LedgerChunk[]): readonly (readonly LedgerChunk[])[] {
  const runs: LedgerChunk[][] = [];
  let bytes = packBytes;
  for (const chunk of chunks) {
    if (bytes >= packBytes) {
      runs.push([]);
      bytes = 0;
    }
    runs.at(-1)?.push(chunk);
    bytes += byteLength(chunk);
  }
  return runs;
}
