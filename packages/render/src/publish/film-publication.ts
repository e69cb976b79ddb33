import { isPatchworkError, PatchworkError, type Digest } from '@patchwork/kernel';
import {
  patchClone,
  overwriteMovie,
  patchInPlace,
  planFilmOverwrite,
  publish,
  readMovie,
  rewriteMovie,
  undoAppend,
  type ChangedSpan,
  type PatchPlan,
  type ProofFinding,
} from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';
import type { FinishedFilm } from '../film/finished-film.ts';
import { findingFrom, requireProof } from '../proof/proof.ts';
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

/** What happens on the way. */
export interface FilmPublication {
  readonly film: FinishedFilm;
  readonly plan: PatchPlan;
  readonly mode: PublicationMode;
  /** Looks at the new version at a path. */
  readonly findings: (path: string) => Promise<readonly ProofFinding[]>;
  /** Makes the history's entry durable. */
  readonly record: (made: PublishedFilm) => Promise<void>;
}

/**
 * Publishes a patched film. In place, the proof follows the commit, and a film that fails it is put back at once.
 *
 * @throws PW_PROOF_FAILED; as `publish`, `patchInPlace`, `patchClone`, `rewriteMovie`
 */
export async function publishFilm(context: RenderContext, job: FilmPublication): Promise<PublishedFilm> {
  const { film, plan, mode } = job;
  if (mode === 'in-place') return patchedInPlace(context, job);
  const { written } = await publish(context.files, {
    destination: film.path,
    expected: film.stat,
    run: runId(context),
    write: async (path): Promise<PublishedFilm> =>
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
    prove: async (path) => requireProof((await job.findings(path)).map(findingFrom)),
    record: job.record,
  });
  if (mode === 'whole') await forgetOverwritten(context, film.path);
  return written;
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
  await provenOrUndone(context, film.path, made.moovDigest, async () =>
    requireProof((await job.findings(film.path)).map(findingFrom)),
  );
  return { moovDigest: made.moovDigest, sizeBytes: made.sizeBytes, anew: null };
}

/** What a film needs that is overwritten where it stands. */
export type FilmOverwrite = Pick<FilmPublication, 'film' | 'findings' | 'record'>;

/**
 * Overwrites pictures of a film where they stand: it keeps its size and its index. Proven afterwards; a film that fails its
 * proof is put back from its undo journal.
 *
 * @throws PW_PROOF_FAILED; as `overwriteMovie`
 */
export async function overwrittenFilm(
  context: RenderContext,
  { film, findings, record }: FilmOverwrite,
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
    async () => requireProof((await findings(film.path)).map(findingFrom)),
    // Where no byte changed, what could be put back is an older version.
    async () => (spans.length === 0 ? undefined : await putBackOverwritten(context, film.path)),
  );
  return made;
}

/**
 * Proves a file that was just changed in place; one that fails is put back, unless another program put its own there.
 *
 * @param moovDigest of the index that was just written
 * @throws whatever `prove` throws; PW_PROOF_FAILED with both reasons where the file cannot be put back
 */
export async function provenOrUndone(
  { files, sha256 }: Pick<RenderContext, 'files' | 'sha256'>,
  path: string,
  moovDigest: Digest,
  prove: () => Promise<void>,
  undo: () => Promise<unknown> = async () => undoAppend(files, await readMovie(files, path, sha256)),
): Promise<void> {
  try {
    await prove();
  } catch (error) {
    try {
      await requireOurs(files, path, moovDigest, sha256);
      await undo();
    } catch (failure) {
      throw notPutBack(path, error, failure);
    }
    throw isPatchworkError(error) && error.code === 'PW_PROOF_FAILED' ? putBack(error) : error;
  }
}

/** Another film may carry an older version as well, and would lose its last one. */
async function requireOurs(
  files: RenderContext['files'],
  path: string,
  moovDigest: Digest,
  sha256: RenderContext['sha256'],
): Promise<void> {
  const { moov } = await readMovie(files, path, sha256);
  if (moov.digest === moovDigest) return;
  throw new PatchworkError('PW_PUBLISH_RACED', 'another program put another file there meanwhile', {
    hint: 'That file was not touched.',
    details: { path },
  });
}

/** What the proof found stands; what became of the file is another thing in place than beside it. */
function putBack({ code, message, details }: PatchworkError): PatchworkError {
  return new PatchworkError(code, message, {
    hint: 'The file was put back as it was. Please report this with the details from --json.',
    details,
  });
}

function notPutBack(path: string, error: unknown, failure: unknown): PatchworkError {
  const [proof, undo] = [error, failure].map((each) => (each instanceof Error ? each.message : String(each)));
  return new PatchworkError('PW_PROOF_FAILED', `${proof}; and ${JSON.stringify(path)} could not be put back: ${undo}`, {
    hint: 'The file holds a version that failed its proof: run patchwork undo on it.',
    details: { ...(isPatchworkError(error) ? error.details : {}), path, putBack: undo ?? '' },
    cause: error,
  });
}
