import type { EncodedChunk } from '@patchwork/plan';
import {
  chunksOf,
  corruptChunks,
  findBoundaries,
  keptFindings,
  movedFindings,
  patchedChunks,
  patchInPlace,
  planFilmOverwrite,
  planPatch,
  publish,
  readMovie,
  rewriteMovie,
  widened,
  type PatchPlan,
  type PlacedChunk,
  type ProofFinding,
} from '@patchwork/splice';
import type { FrameRange } from '@patchwork/time';
import type { AdoptedPreparation } from './adopted-preparation.ts';
import type { RenderContext } from '../run/context.ts';
import { overwrittenFilm, publishFilm, type PublishedFilm } from '../publish/film-publication.ts';
import { otherTracks } from '../film/other-tracks.ts';
import { findingFrom, requireProof } from '../proof/proof.ts';
import { forgetOverwritten } from '../record/overwritten-film.ts';
import type { PublicationMode, RenderRequest } from '../run/request.ts';
import { runId } from '../run/run-id.ts';
import { decodeFilm } from '../proof/verify-film.ts';

/** Fresh pictures for a range of a film that stays as long as it is. */
export interface StandingPatch {
  readonly range: FrameRange;
  readonly pieces: readonly PlacedChunk[];
}

/** Tells whether nothing of a film moves: then its own index, metadata and all other tracks are kept byte for byte. */
export function standsStill({ film, program, sound, stretches }: AdoptedPreparation): boolean {
  if (film.frames !== program.frames || sound === 'render') return false;
  return stretches.every((stretch) => stretch.kind === 'fresh' || stretch.from === stretch.range.in);
}

/** What was published, and the film's chunks now. */
export interface StandingResult extends PublishedFilm {
  readonly chunks: readonly EncodedChunk[];
  /** As it was done: several stretches are never appended in place, for a kill between them would leave some. */
  readonly mode: PublicationMode;
}

/**
 * Puts fresh pictures into a film of which nothing moves, each in its place.
 *
 * @param record writes the history's entry.
 * @throws PW_PROOF_FAILED; as `patchInPlace`, `rewriteMovie`, `publish`
 */
export async function patchStanding(
  context: RenderContext,
  { film, entry }: AdoptedPreparation,
  patches: readonly StandingPatch[],
  { publication, paranoid, proof }: Pick<RenderRequest, 'publication' | 'paranoid' | 'proof'>,
  record: (made: PublishedFilm, chunks: readonly EncodedChunk[]) => Promise<void>,
): Promise<StandingResult> {
  const { files, hashing, sha256 } = context;
  const mode = publication === 'in-place' && patches.length > 1 ? 'fast' : (publication ?? 'whole');
  let chunks: readonly EncodedChunk[] = entry.chunks;
  let plans: readonly PatchPlan[] = [];
  const kept = mode === 'whole' || paranoid || proof === 'deep' ? 'hash' : 'places';
  const findings = (path: string): Promise<readonly ProofFinding[]> =>
    standingFindings(context, { film, entry }, path, { chunks, plans, kept, depth: proof });
  if (publication === 'in-place') {
    // Several stretches at once where nothing but their bytes changes: one journal, one instant.
    const all = patches.map((patch) => planFor(film.base, patch));
    const spans = await planFilmOverwrite(files, all, hashing);
    if (spans !== null) {
      plans = all;
      for (const plan of all) chunks = await patchedChunks(files, plan, chunks, hashing);
      const job = { film, findings, record: (done: PublishedFilm) => record(done, chunks) };
      return { ...(await overwrittenFilm(context, job, spans)), chunks, mode: 'in-place' };
    }
  }
  const [only] = patches;
  if (only !== undefined && patches.length === 1) {
    const plan = planFor(film.base, only);
    plans = [plan];
    chunks = await patchedChunks(files, plan, chunks, hashing);
    const made = await publishFilm(context, { film, plan, mode, findings, record: (done) => record(done, chunks) });
    return { ...made, chunks, mode };
  }
  const scratch = context.store.tempPath('clone');
  try {
    const { written } = await publish(files, {
      destination: film.path,
      expected: film.stat,
      run: runId(context),
      write: async (temporary): Promise<PublishedFilm> => {
        const clone = mode === 'fast' ? temporary : scratch;
        await files.copy(film.path, clone);
        let made: PublishedFilm = { moovDigest: '', sizeBytes: 0, anew: null };
        for (const patch of patches) {
          const plan = planFor(await findBoundaries(files, await readMovie(files, clone, sha256)), patch);
          plans = [...plans, plan];
          chunks = await patchedChunks(files, plan, chunks, hashing);
          made = { ...(await patchInPlace(files, plan, hashing, null)), anew: null };
        }
        if (mode === 'fast') return made;
        const movie = await readMovie(files, clone, sha256);
        const fitted = context.store.tempPath('fitted');
        return { ...(await rewriteMovie(files, temporary, movie, null, fitted, hashing)), anew: temporary };
      },
      prove: async (path) => requireProof((await findings(path)).map(findingFrom)),
      record: (made) => record(made, chunks),
    });
    if (mode === 'whole') await forgetOverwritten(context, film.path);
    return { ...written, chunks, mode };
  } finally {
    await files.remove(scratch);
  }
}

/** Stretches lie between places where the film can be cut: nothing is widened. */
function planFor(base: PatchPlan['base'], { range, pieces }: StandingPatch): PatchPlan {
  return planPatch(base, { range: widened(base, range, 0), pieces });
}

/** A new version of a film of which nothing moved. */
interface Standing {
  readonly chunks: readonly EncodedChunk[];
  readonly plans: readonly PatchPlan[];
  /** `hash` reads all packets; `places` those that are fresh, and compares where the others stand. */
  readonly kept: 'hash' | 'places';
  readonly depth: 'default' | 'deep';
}

async function standingFindings(
  context: RenderContext,
  { film, entry }: Pick<AdoptedPreparation, 'film' | 'entry'>,
  path: string,
  { chunks, plans, kept, depth }: Standing,
): Promise<readonly ProofFinding[]> {
  const before = film.base.movie;
  const movie = await readMovie(context.files, path, context.sha256);
  const tables = keptFindings(before, movie, plans);
  if (tables.length > 0) return tables;
  const moved = kept === 'places' ? movedFindings(before, movie, plans) : [];
  if (moved.length > 0) return moved;
  const placed = chunksOf(movie, chunks);
  const read = kept === 'hash' ? placed : replacedChunks(placed, plans);
  const bad = await corruptChunks(context.files, read, context.hashing);
  if (bad.length > 0)
    return [{ code: 'PW_PROOF_BYTES', text: `${bad.length} chunks are not what was written`, frame: null }];
  if (kept === 'hash' && (await otherTracks(context, movie))?.digest !== entry.sound?.digest) {
    return [{ code: 'PW_PROOF_BYTES', text: 'sound, timecode or text changed', frame: null }];
  }
  return decodeFilm(context, movie, { chunks, before: entry.chunks, depth });
}

/** Chunks that hold a replaced sample. */
function replacedChunks(chunks: readonly PlacedChunk[], plans: readonly PatchPlan[]): readonly PlacedChunk[] {
  let next = 0;
  return chunks.filter(({ sizes }) => {
    const first = next;
    next += sizes.length;
    return plans.some(({ from, to }) => first < to && from < next);
  });
}
