import type { Digest } from '@patchwork/kernel';
import {
  patchClone,
  overwriteMovie,
  patchInPlace,
  planFilmOverwrite,
  publish,
  rewriteMovie,
  type ChangedSpan,
  type PatchPlan,
  type ProofFinding,
} from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';
import type { FinishedFilm } from '../film/finished-film.ts';
import { findingFrom, requireProof } from '../proof/proof.ts';
import { provenOrUndone } from './proven-change.ts';
import { forgetOverwritten, overwriteHistory, putBackOverwritten } from '../record/overwritten-film.ts';
import type { PublicationMode } from '../run/request.ts';
import { runId } from '../run/run-id.ts';

/** What stands there now. */
export interface PublishedFilm {
  readonly moovDigest: Digest;
  readonly sizeBytes: number;
  /** Where a file that was written anew stands until it gets its name; null where the version before is still in the file. */
  readonly anew: string | null;
}

/** A film that is changed, and what happens on the way. */
export interface ChangedFilm {
  readonly film: FinishedFilm;
  /** Looks at the new version at a path. */
  readonly findings: (path: string) => Promise<readonly ProofFinding[]>;
  /** Makes the history's entry durable. */
  readonly record: (made: PublishedFilm) => Promise<void>;
}

/** A film that is patched in one place. */
export interface FilmPublication extends ChangedFilm {
  readonly plan: PatchPlan;
  readonly mode: PublicationMode;
}

/**
 * Publishes a patched film. In place, the proof follows the commit, and a film that fails it is put back at once.
 *
 * @throws PW_PROOF_FAILED; as `publish`, `patchInPlace`, `patchClone`, `rewriteMovie`
 */
export async function publishFilm(context: RenderContext, job: FilmPublication): Promise<PublishedFilm> {
  const { plan, mode } = job;
  if (mode === 'in-place') return patchedInPlace(context, job);
  return replaceFilm(context, job, mode, async (path) =>
    mode === 'fast'
      ? { ...(await patchClone(context.files, path, plan, context.hashing)), anew: null }
      : {
          ...(await rewriteMovie(
            context.files,
            path,
            plan.base.movie,
            plan,
            context.store.tempPath('fitted'),
            context.hashing,
          )),
          anew: path,
        },
  );
}

/**
 * Puts a new version in a film's place: written beside it, proven, and renamed.
 *
 * @param write makes the file at a path. Of one that is written anew (`whole`) nothing can be taken back.
 * @throws PW_PROOF_FAILED; as `publish` and `write`
 */
export async function replaceFilm(
  context: RenderContext,
  { film, findings, record }: ChangedFilm,
  mode: 'whole' | 'fast',
  write: (path: string) => Promise<PublishedFilm>,
): Promise<PublishedFilm> {
  const { written } = await publish(context.files, {
    destination: film.path,
    expected: film.stat,
    run: runId(context),
    write,
    prove: (path) => requireFindings(findings, path),
    record,
  });
  if (mode === 'whole') await forgetOverwritten(context, film.path);
  return written;
}

async function requireFindings(findings: ChangedFilm['findings'], path: string): Promise<void> {
  requireProof((await findings(path)).map(findingFrom));
}

/**
 * Proves a film that was just appended to; one that fails is put back.
 *
 * @param moovDigest of the index that was just written
 * @throws as {@link provenOrUndone}
 */
export async function proveAppended(
  context: RenderContext,
  { film, findings }: ChangedFilm,
  moovDigest: Digest,
): Promise<void> {
  await provenOrUndone(context, film.path, moovDigest, () => requireFindings(findings, film.path));
}

async function patchedInPlace(context: RenderContext, job: FilmPublication): Promise<PublishedFilm> {
  const { files, hashing } = context;
  const { film, plan } = job;
  const spans = await planFilmOverwrite(files, [plan], hashing);
  if (spans !== null) return overwrittenFilm(context, job, spans);
  let size = film.stat.size;
  const made = await patchInPlace(files, plan, hashing, async (moovDigest) => {
    size = (await files.stat(film.path))?.size ?? size;
    await job.record({ moovDigest, sizeBytes: size, anew: null });
  });
  await proveAppended(context, job, made.moovDigest);
  return { moovDigest: made.moovDigest, sizeBytes: made.sizeBytes, anew: null };
}

/**
 * Overwrites pictures of a film where they stand: it keeps its size and its index. Proven afterwards; a film that fails its
 * proof is put back from its undo journal.
 *
 * @throws PW_PROOF_FAILED; as `overwriteMovie`
 */
export async function overwrittenFilm(
  context: RenderContext,
  { film, findings, record }: ChangedFilm,
  spans: readonly ChangedSpan[],
): Promise<PublishedFilm> {
  const { movie } = film.base;
  const made = { moovDigest: movie.moov.digest, sizeBytes: movie.sizeBytes, anew: null };
  const history = overwriteHistory(context, film.path);
  await overwriteMovie(context.files, movie, spans, context.hashing, history, () => record(made));
  await provenOrUndone(
    context,
    film.path,
    made.moovDigest,
    () => requireFindings(findings, film.path),
    // Where no byte changed, what could be put back is an older version.
    async () => (spans.length === 0 ? undefined : await putBackOverwritten(context, film.path)),
  );
  return made;
}
