import { PatchworkError, type Digest } from '@patchwork/kernel';
import { deadBytes, keptFindings, publish, readMovie, rewriteMovie, writeMovie, type Movie } from '@patchwork/splice';
import { appendEntry, type LedgerEntry } from '@patchwork/store';
import type { RenderContext } from './run/context.ts';
import { requireWhole } from './film/film-damage.ts';
import { isOwn } from './record/renderers.ts';
import { forgetOverwritten } from './record/overwritten-film.ts';
import { readHistory, type History } from './record/history.ts';
import { ledgerChunks } from './record/ledger-chunks.ts';
import { findingFrom, proveMovie, requireProof } from './proof/proof.ts';
import { copiedSound, settleDelivery } from './publish/record-delivery.ts';
import { workAlone } from './record/leftovers.ts';
import { runId } from './run/run-id.ts';
import { copiedEntry } from './record/same-content.ts';
import { requireSpace } from './run/space.ts';
import { ownSpec } from './publish/movie-spec.ts';

/** What {@link compactDeliverable} did. */
export interface Compacted {
  readonly path: string;
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** Bytes of the undo journal, which goes. */
  readonly undoBytes: number;
  readonly moovDigest: Digest;
  /** Null for a film that was not rendered here. */
  readonly sha256: Digest | null;
}

/**
 * Writes a deliverable anew without the bytes that nothing plays any more. One that was rendered here becomes, byte for
 * byte, the clean render (E1); of any other all packets, tables and metadata stay. Afterwards nothing can be undone.
 *
 * @throws PW_LEDGER_MISSING, PW_COMPACT_STRANGER, PW_PROOF_FAILED, PW_VERIFY_FAILED, PW_DELIVERABLE_BUSY, PW_SPLICE_CHUNK_CORRUPT, PW_FILE_*
 */
export async function compactDeliverable(context: RenderContext, path: string): Promise<Compacted> {
  const { files, sha256 } = context;
  return workAlone(context, path, async () => {
    const movie = await readMovie(files, path, sha256);
    const history = await readHistory(context, path);
    const entry = history.current;
    if (entry === null) throw stranger(path);
    const before = { path, beforeBytes: movie.sizeBytes };
    if (deadBytes(movie) === 0) {
      const undoBytes = await forgetOverwritten(context, path);
      const { digest: moovDigest } = movie.moov;
      return { ...before, afterBytes: movie.sizeBytes, undoBytes, moovDigest, sha256: entry.fileSha256 };
    }
    await requireSpace(context, path, { deliverableBytes: movie.sizeBytes, storeBytes: 0 });
    const made = isOwn(entry)
      ? await compactOwn(context, history, entry)
      : await compactFilm(context, history, entry, movie);
    return { ...before, ...made, undoBytes: await forgetOverwritten(context, path) };
  });
}

function stranger(path: string): PatchworkError {
  return new PatchworkError(
    'PW_COMPACT_STRANGER',
    `${path} was edited elsewhere: its index fits no entry of its ledger`,
    {
      hint: 'Only a file whose history is known is written anew.',
      details: { path },
    },
  );
}

type Made = Pick<Compacted, 'afterBytes' | 'moovDigest' | 'sha256'>;

async function compactOwn(context: RenderContext, history: History, entry: LedgerEntry): Promise<Made> {
  const { files, hashing } = context;
  const { path, ledger } = history;
  const spec = ownSpec(context, path, entry);
  const { written } = await publish(files, {
    destination: path,
    expected: await files.stat(path),
    run: runId(context),
    write: (temporary) => writeMovie(files, temporary, spec, hashing),
    prove: async (temporary) => {
      const previousKeys = entry.chunks.map(({ key }) => key);
      await proveMovie(context, { path: temporary, spec, previousKeys, fresh: new Set(), depth: 'default' });
    },
    record: async (made) => {
      const next = copiedEntry(context, entry, {
        parent: entry.id,
        moovDigest: made.moovDigest,
        fileSize: made.sizeBytes,
        fileSha256: made.sha256,
        chunks: ledgerChunks(entry.chunks, made.placed),
        sound: await copiedSound(context, entry, spec, made),
      });
      await appendEntry(files, ledger, next, context.sha256);
    },
  });
  await settleDelivery(context, path, written.moovDigest, new Set());
  return { afterBytes: written.sizeBytes, moovDigest: written.moovDigest, sha256: written.sha256 };
}

async function compactFilm(context: RenderContext, history: History, entry: LedgerEntry, movie: Movie): Promise<Made> {
  const { files, hashing } = context;
  const { path, ledger } = history;
  const { written } = await publish(files, {
    destination: path,
    expected: await files.stat(path),
    run: runId(context),
    write: (temporary) => rewriteMovie(files, temporary, movie, null, context.store.tempPath('fitted'), hashing),
    prove: async (temporary) => {
      const now = await readMovie(files, temporary, context.sha256);
      requireProof(keptFindings(movie, now, []).map(findingFrom));
      await requireWhole(context, now, entry, path);
    },
    record: async (made) => {
      const next = copiedEntry(context, entry, {
        parent: entry.id,
        moovDigest: made.moovDigest,
        fileSize: made.sizeBytes,
        fileSha256: null,
        chunks: ledgerChunks(entry.chunks),
        sound: entry.sound,
      });
      await appendEntry(files, ledger, next, context.sha256);
    },
  });
  await settleDelivery(context, path, written.moovDigest, new Set());
  return { afterBytes: written.sizeBytes, moovDigest: written.moovDigest, sha256: null };
}
