import { PatchworkError, type Digest } from '@patchwork/kernel';
import { chunksOf, movieSizeBytes, publish, readMovie, writeMovie, type MovieSpec } from '@patchwork/splice';
import {
  appendEntry,
  byteLength,
  emptyLedger,
  keepReplaced,
  planRestore,
  readLedger,
  type LedgerEntry,
  type StoredChunk,
} from '@patchwork/store';
import type { RenderContext } from './run/context.ts';
import { readRevision, type History, type Revision } from './record/history.ts';
import { isOwn } from './record/renderers.ts';
import { forgetOverwritten } from './record/overwritten-film.ts';
import { restoreFilm, type Restored } from './publish/restore-film.ts';
import { specOfEntry } from './publish/movie-spec.ts';
import { keptSound } from './sound/kept-sound.ts';
import { ledgerChunks } from './record/ledger-chunks.ts';
import { findingsOfMovie } from './proof/proof.ts';
import { copiedSound, settleDelivery } from './publish/record-delivery.ts';
import { workAlone } from './record/leftovers.ts';
import { runId } from './run/run-id.ts';
import { copiedEntry } from './record/same-content.ts';
import { requireSpace } from './run/space.ts';

/**
 * Brings an older version of a deliverable back, bit for bit, from the chunks of the current file and the store.
 *
 * @param output where to write it; null replaces the deliverable, whose own chunks are kept in the store for the way back.
 * @throws PW_RESTORE_LOST naming the frames whose chunks are gone, PW_LEDGER_*, PW_DELIVERABLE_EXISTS, PW_FILE_NO_SPACE,
 *   PW_PROOF_FAILED
 */
export async function restoreRevision(
  context: RenderContext,
  revision: Revision,
  output: string | null,
): Promise<Restored> {
  const { files } = context;
  const path = output ?? revision.path;
  return workAlone(context, path, async () => {
    const { history, entry } = await readRevision(context, revision);
    const expected = await files.stat(path);
    if (output !== null && expected !== null) {
      throw new PatchworkError('PW_DELIVERABLE_EXISTS', `${output} exists already`, {
        hint: 'Give another name with -o.',
        details: { path: output },
      });
    }
    if (!isOwn(entry)) return await restoreFilm(context, history, entry, output);
    const spec = restoredSpec(context, history, entry, await placedEntry(context, history));
    const deliverableBytes = movieSizeBytes(spec, context.hashing);
    await requireSpace(context, path, { deliverableBytes, storeBytes: 0 });
    const { written } = await publish(files, {
      destination: path,
      expected,
      run: runId(context),
      write: (temporary) => writeMovie(files, temporary, spec, context.hashing),
      prove: (temporary, made) => provenSame(context, temporary, spec, entry, made.sha256),
      record: async (made) => {
        const next = copiedEntry(context, entry, {
          parent: output === null ? (history.current?.id ?? null) : null,
          moovDigest: made.moovDigest,
          fileSize: made.sizeBytes,
          fileSha256: entry.fileSha256,
          chunks: ledgerChunks(spec.video.pieces, made.placed),
          sound: await copiedSound(context, entry, spec, made),
        });
        if (output === null && history.current !== null && isOwn(history.current)) {
          const survivors = new Set([...next.chunks, ...(next.sound?.pieces ?? [])].map(({ key }) => key));
          await keepReplaced(context.store, { entry: history.current, path, survivors });
        }
        const ledger =
          output === null
            ? history.ledger
            : ((await readLedger(files, path, context.sha256)) ?? emptyLedger(path, context.sha256));
        await appendEntry(files, ledger, next, context.sha256);
      },
    });
    await forgetOverwritten(context, path);
    await settleDelivery(context, path, written.moovDigest, new Set());
    return { path, entry: entry.id, sha256: written.sha256 };
  });
}

/** The current entry with its chunks where they stand: of a film that was patched by hand only its index says. */
async function placedEntry(context: RenderContext, { current, path }: History): Promise<LedgerEntry | null> {
  if (current === null || isOwn(current)) return current;
  const chunks = chunksOf(await readMovie(context.files, path, context.sha256), current.chunks);
  return {
    ...current,
    chunks: chunks.filter(({ runs }) => runs === undefined).map(({ path: _path, ...chunk }) => chunk),
    sound: null,
  };
}

function restoredSpec(
  context: RenderContext,
  history: History,
  entry: LedgerEntry,
  current: LedgerEntry | null,
): MovieSpec {
  const base = current === null ? null : { entry: current, path: history.path };
  const plan = planRestore(entry, base, context.store);
  const [lost] = plan.lost;
  if (lost !== undefined) {
    const frames = plan.lost
      .filter(({ track }) => track === 'picture')
      .reduce((sum, { range }) => sum + range.out - range.in, 0);
    throw new PatchworkError(
      'PW_RESTORE_LOST',
      `${history.path}: ${plan.lost.length} chunks of that version are gone (${frames} frames, the first at ${lost.range.in})`,
      {
        hint: 'They stood in a file that was overwritten elsewhere, or the store let them go under its cap. Render the version again from its timeline: patchwork show prints its name.',
        details: {
          lost: plan.lost.slice(0, 1000).map(({ track, range }) => ({ track, range: [range.in, range.out] })),
        },
      },
    );
  }
  const { profile, sound } = entry;
  const pieces = plan.picture.filter((chunk): chunk is StoredChunk => chunk !== null);
  const places = plan.sound.flatMap((chunk) =>
    chunk === null ? [] : [{ path: chunk.path, offset: chunk.offset, sizeBytes: byteLength(chunk) }],
  );
  const restored = sound === null ? null : { ...keptSound(sound, profile.sound, history.path), places };
  return specOfEntry(context, entry, pieces, restored);
}

async function provenSame(
  context: RenderContext,
  path: string,
  spec: MovieSpec,
  entry: LedgerEntry,
  sha256: Digest | null,
): Promise<void> {
  const findings = await findingsOfMovie(context, {
    path,
    spec,
    previousKeys: entry.chunks.map(({ key }) => key),
    fresh: new Set(),
    depth: 'default',
  });
  const [first] = findings;
  // A version that was appended to has no digest of its own: it is restored as the clean render.
  if (first === undefined && (entry.fileSha256 === null || sha256 === entry.fileSha256)) return;
  throw new PatchworkError(
    'PW_PROOF_FAILED',
    `the restored file is not the old one: ${first?.message ?? 'another sha256'}`,
    {
      hint: 'Nothing was published. Please report this.',
      details: { expected: entry.fileSha256, found: sha256 },
    },
  );
}
