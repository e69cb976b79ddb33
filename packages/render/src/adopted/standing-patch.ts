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
import {
  overwrittenFilm,
  publishFilm,
  replaceFilm,
  type ChangedFilm,
  type PublishedFilm,
} from '../publish/film-publication.ts';
import type { FinishedFilm } from '../film/finished-film.ts';
import { otherTracks } from '../film/other-tracks.ts';
import type { PublicationMode, RenderRequest } from '../run/request.ts';
import { decodeFilm } from '../proof/verify-film.ts';
import { withTemps } from '../run/temp-files.ts';

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
  const mode = publication === 'in-place' && patches.length > 1 ? 'fast' : (publication ?? 'whole');
  const kept = mode === 'whole' || paranoid || proof === 'deep' ? 'hash' : 'places';
  const done = new Patching(context, entry.chunks);
  const change: ChangedFilm = {
    film,
    findings: (path) => standingFindings(context, { film, entry }, path, { ...done.state, kept, depth: proof }),
    record: (made) => record(made, done.state.chunks),
  };
  const [only] = patches;
  if (only !== undefined && patches.length === 1) {
    const plan = await done.add(film.base, only);
    return { ...(await publishFilm(context, { ...change, plan, mode })), chunks: done.state.chunks, mode };
  }
  // Several stretches at once where nothing but their bytes changes: one journal, one instant.
  const all = publication === 'in-place' ? patches.map((patch) => planFor(film.base, patch)) : null;
  const spans = all === null ? null : await planFilmOverwrite(context.files, all, context.hashing);
  if (spans !== null) {
    for (const patch of patches) await done.add(film.base, patch);
    return { ...(await overwrittenFilm(context, change, spans)), chunks: done.state.chunks, mode: 'in-place' };
  }
  const made = await withTemps(context, (temp) =>
    replaceFilm(context, change, mode === 'fast' ? 'fast' : 'whole', async (temporary) => {
      const { files, sha256, hashing } = context;
      const copy = mode === 'fast' ? temporary : temp('clone');
      const patched = await patchedCopy(context, film, patches, done, copy);
      if (mode === 'fast') return patched;
      const movie = await readMovie(files, copy, sha256);
      return { ...(await rewriteMovie(files, temporary, movie, null, temp('fitted'), hashing)), anew: temporary };
    }),
  );
  return { ...made, chunks: done.state.chunks, mode };
}

/** The patches that were planned so far, and the film's chunks behind them. */
class Patching {
  state: Pick<Standing, 'plans' | 'chunks'>;
  readonly #context: RenderContext;

  constructor(context: RenderContext, chunks: readonly EncodedChunk[]) {
    this.#context = context;
    this.state = { plans: [], chunks };
  }

  async add(base: PatchPlan['base'], patch: StandingPatch): Promise<PatchPlan> {
    const { files, hashing } = this.#context;
    const { plans, chunks } = this.state;
    const plan = planFor(base, patch);
    this.state = { plans: [...plans, plan], chunks: await patchedChunks(files, plan, chunks, hashing) };
    return plan;
  }
}

/** Appends patches to a copy of the film, one behind the other. */
async function patchedCopy(
  { files, sha256, hashing }: RenderContext,
  film: FinishedFilm,
  patches: readonly StandingPatch[],
  done: Patching,
  copy: string,
): Promise<PublishedFilm> {
  await files.copy(film.path, copy);
  let made: PublishedFilm = { moovDigest: '', sizeBytes: 0, anew: null };
  for (const patch of patches) {
    const plan = await done.add(await findBoundaries(files, await readMovie(files, copy, sha256)), patch);
    made = { ...(await patchInPlace(files, plan, hashing, null)), anew: null };
  }
  return made;
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
