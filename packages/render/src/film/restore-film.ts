import { PatchworkError } from '@patchwork/kernel';
import { deadIndexes, publish, readMovie, undoAppend } from '@patchwork/splice';
import { appendEntry, emptyLedger, readLedger, recordTrust, type LedgerEntry } from '@patchwork/store';
import type { RenderContext } from '../context.ts';
import { requireWhole } from './film-history.ts';
import type { History } from '../history.ts';
import { ledgerChunks } from '../ledger-chunks.ts';
import type { Restored } from '../restored.ts';
import { runId } from '../run-id.ts';
import { contentOf } from '../same-content.ts';

/**
 * Brings an older version of a film back that was not rendered here: by taking back what was appended since, in a copy that
 * then takes the film's place. The lock is held by the caller.
 *
 * @throws PW_RESTORE_FILM when the file no longer carries that version: it was written anew since;
 *   PW_VERIFY_FAILED when its bytes are not what its history says
 */
export async function restoreFilm(
  context: RenderContext,
  history: History,
  entry: LedgerEntry,
  output: string | null,
): Promise<Restored> {
  const { files, sha256 } = context;
  const { path } = history;
  const movie = await readMovie(files, path, sha256);
  if (
    movie.moov.digest !== entry.moovDigest &&
    !(await deadIndexes(files, movie, context.hashing)).has(entry.moovDigest)
  ) {
    throw new PatchworkError(
      'PW_RESTORE_FILM',
      `${JSON.stringify(path)} no longer carries that version: it was written anew since`,
      {
        hint: 'Patches made with --fast or --in-place keep the version before in the file until it is compacted. Take the film from a backup.',
        details: { path, entry: entry.id },
      },
    );
  }
  const destination = output ?? path;
  const { written, stat } = await publish(files, {
    destination,
    expected: await files.stat(destination),
    run: runId(context),
    write: async (temporary) => {
      await files.copy(path, temporary);
      for (;;) {
        const now = await readMovie(files, temporary, sha256);
        if (now.moov.digest === entry.moovDigest) return now;
        await undoAppend(files, now);
      }
    },
    // The film may have been damaged since by another program.
    prove: (_temporary, now) => requireWhole(context, now, entry, path),
    record: async (now) => {
      if (output === null) return;
      const ledger = (await readLedger(files, output, sha256)) ?? emptyLedger(output, sha256);
      await appendEntry(
        files,
        ledger,
        {
          ...contentOf(entry),
          parent: null,
          timeMs: context.clockMs(),
          moovDigest: entry.moovDigest,
          fileSize: now.sizeBytes,
          fileSha256: entry.fileSha256,
          counts: { rendered: 0, reused: entry.counts.rendered + entry.counts.reused },
          chunks: ledgerChunks(entry.chunks),
          sound: entry.sound,
        },
        sha256,
      );
    },
  });
  const ledger = await readLedger(files, destination, sha256);
  const current = ledger?.entries.findLast(({ moovDigest }) => moovDigest === written.moov.digest);
  if (ledger !== null && current !== undefined) await recordTrust(files, ledger, current.id, stat, sha256);
  return { path: destination, entry: entry.id, sha256: entry.fileSha256 };
}
