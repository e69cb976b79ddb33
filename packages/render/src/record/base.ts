import { PatchworkError } from '@patchwork/kernel';
import {
  byteLength,
  currentEntry,
  deliverableChunks,
  readLedger,
  trustOf,
  type Ledger,
  type LedgerEntry,
  type StoredChunk,
} from '@patchwork/store';
import { corruptChunks } from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';
import { isOwn } from './renderers.ts';
import { recoverUnlocked } from './overwritten-film.ts';
import { moovDigestOf } from './moov-digest.ts';

/**
 * What stands at the deliverable's path.
 * `absent` nothing · `ours` a file whose index one of our ledger entries names, bytes trusted or to be hashed ·
 * `damaged` ours by its sidecar, but cut short or with a broken index: its chunks are tried one by one ·
 * `film` one that a ledger names, but that Patchwork did not render as a whole: patched by hand, or adopted ·
 * `unreadable` no movie, and no sidecar to mend it from (`isFilm`: one that knows the film, and no places of its packets) ·
 * `foreign` a whole movie that is no base of ours.
 */
export type Base =
  | { readonly kind: 'absent'; readonly ledger: Ledger | null }
  | { readonly kind: 'ours'; readonly ledger: Ledger; readonly entry: LedgerEntry; readonly trusted: boolean }
  | { readonly kind: 'film'; readonly ledger: Ledger; readonly entry: LedgerEntry; readonly trusted: boolean }
  | { readonly kind: 'damaged'; readonly ledger: Ledger; readonly entry: LedgerEntry }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly isFilm: boolean }
  | { readonly kind: 'foreign'; readonly ledger: Ledger | null };

/** Looks at the deliverable. Reads its index and sidecar, no packet. @throws PW_LEDGER_* when the sidecar is broken, PW_FILE_* */
export async function inspectBase(context: RenderContext, path: string, paranoid: boolean): Promise<Base> {
  const { files, sha256 } = context;
  await recoverUnlocked(context, path);
  const sidecar = await readLedger(files, path, sha256);
  const stat = await files.stat(path);
  if (stat === null) return { kind: 'absent', ledger: sidecar };
  if (stat.isDirectory) {
    throw new PatchworkError('PW_DELIVERABLE_FOLDER', `${path} is a folder`, {
      hint: 'Give the deliverable a file name.',
      details: { path },
    });
  }
  const moovDigest = await moovDigestOf(context, path);
  if (typeof moovDigest !== 'string') {
    const last = sidecar?.entries.at(-1);
    if (sidecar !== null && last !== undefined && isOwn(last)) return { kind: 'damaged', ledger: sidecar, entry: last };
    return { kind: 'unreadable', reason: moovDigest.message, isFilm: last !== undefined };
  }
  const ledger = sidecar ?? (await context.store.findLedger(moovDigest, path));
  const entry = ledger === null ? null : currentEntry(ledger, moovDigest, stat);
  if (ledger === null || entry === null) return { kind: 'foreign', ledger };
  const trusted = !paranoid && trustOf(entry, stat) === 'trusted';
  if (!isOwn(entry)) return { kind: 'film', ledger, entry, trusted };
  if (stat.size < entry.fileSize) return { kind: 'damaged', ledger, entry };
  return { kind: 'ours', ledger, entry, trusted };
}

/** A base's chunks that can be reused, by key; and the keys whose bytes failed their hash. */
export interface BaseChunks {
  readonly good: ReadonlyMap<string, StoredChunk>;
  readonly failed: ReadonlySet<string>;
}

/**
 * The chunks of a base that `wanted` names. Those of a trusted file are taken at their word; any other file's are
 * read and hashed here, so that a dry run predicts the run.
 */
export async function chunksOfBase(
  context: RenderContext,
  path: string,
  base: Base,
  wanted: ReadonlySet<string>,
): Promise<BaseChunks> {
  if (base.kind !== 'ours' && base.kind !== 'damaged') return { good: new Map(), failed: new Set() };
  const candidates = deliverableChunks(base.entry, path).filter((chunk) => wanted.has(chunk.key));
  if (base.kind === 'ours' && base.trusted) {
    return { good: new Map(candidates.map((chunk) => [chunk.key, chunk])), failed: new Set() };
  }
  const total = candidates.reduce((sum, chunk) => sum + byteLength(chunk), 0);
  const onProgress = (done: number): void => {
    context.signal.throwIfAborted();
    context.onProgress({ phase: 'hash', done, total, unit: 'bytes' });
  };
  const bad = new Set<unknown>(await corruptChunks(context.files, candidates, context.hashing, onProgress));
  const good = new Map(candidates.filter((chunk) => !bad.has(chunk)).map((chunk) => [chunk.key, chunk]));
  return { good, failed: new Set(candidates.map(({ key }) => key).filter((key) => !good.has(key))) };
}
