import type { Digest } from '@patchwork/kernel';
import type { DigestJob } from '@patchwork/media';
import {
  evenGrid,
  keptFindings,
  movedFindings,
  proveDecoding,
  readMovie,
  trackDigests,
  type DecodedFrames,
  type Movie,
  type PatchableMovie,
  type PatchPlan,
  type ProofFinding,
} from '@patchwork/splice';
import type { FrameRange } from '@patchwork/time';
import type { RenderContext } from '../run/context.ts';
import type { FinishedFilm } from '../film/finished-film.ts';

/** Frames beside a patch that are decoded at most: a film with few places to begin would be decoded whole. */
const mostNeighbours = 300;

/** What a film shows beside a patch, taken before it is changed. */
export interface FilmBefore {
  readonly film: FinishedFilm;
  readonly plan: PatchPlan;
  /** Around the patch: one GOP on each side. */
  readonly around: FrameRange;
  readonly decoded: DecodedFrames;
}

/** Decodes the neighbours of a patch as they are. @throws PW_MEDIA_* */
export async function decodeBefore(context: RenderContext, film: FinishedFilm, plan: PatchPlan): Promise<FilmBefore> {
  const { range } = plan.patch;
  const { ends } = film.base;
  const before = ends.findLast(({ frame }) => frame < range.in)?.frame ?? 0;
  const behind = ends.find(({ frame }) => frame > range.out)?.frame ?? film.frames;
  const around = {
    in: Math.max(before, range.in - mostNeighbours),
    out: Math.min(behind, range.out + mostNeighbours),
  };
  const ranges = [
    { in: around.in, out: range.in },
    { in: range.out, out: around.out },
  ].filter((each) => each.in < each.out);
  const seeks = seamSeeks(plan, around).filter((frame) => frame < range.in || frame >= range.out);
  const decoded = await context
    .workers()
    .decodeDigests({ path: film.path, ...gridOf(film.base), ranges, seeks }, { signal: context.signal });
  return { film, plan, around, decoded };
}

/** How a film's frames are spaced, where they are evenly: then the media library need not read its packets for it. */
export function gridOf(base: PatchableMovie): Pick<DigestJob, 'grid'> {
  const grid = evenGrid(base);
  return grid === null ? {} : { grid };
}

/** Three seeks a seam, the second backwards. */
function seamSeeks({ patch }: PatchPlan, around: FrameRange): readonly number[] {
  return [patch.range.in, patch.range.out].flatMap((seam) =>
    seam > around.in && seam < around.out ? [Math.min(seam + 2, around.out - 1), seam - 1, seam] : [],
  );
}

/** What the film's own decode says of the frames beside the patch, in words: the patched film may say it too. */
function knownFaults({ decoded }: FilmBefore): { readonly complains: boolean; readonly seeks: ReadonlySet<number> } {
  const linear = new Map(decoded.linear.map(({ frame, digest }) => [frame, digest]));
  const faulty = decoded.sought.filter(({ frame, digest }) => digest === null || digest !== linear.get(frame));
  return { complains: decoded.findings.length > 0, seeks: new Set(faulty.map(({ frame }) => frame)) };
}

/**
 * Proves a patched film (E4): nothing else changed in the tables; the other packets are the same bytes; one GOP on each
 * side shows what it showed; inside shows what the fresh pictures show on their own; so it does after seeks.
 *
 * @param afterPath the patched film.
 * @param reference a movie of the fresh pictures alone.
 * @param kept `hash` reads and compares all other packets; `places` compares where they stand, in a file that was only
 *   appended to.
 * @throws PW_MOVIE_*, PW_MEDIA_*, PW_FILE_*
 */
export async function patchFindings(
  context: RenderContext,
  before: FilmBefore,
  afterPath: string,
  reference: string,
  kept: 'hash' | 'places',
): Promise<readonly ProofFinding[]> {
  const { film, plan } = before;
  const after = await readMovie(context.files, afterPath, context.sha256);
  const tables = keptFindings(film.base.movie, after, [plan]);
  if (tables.length > 0) return tables;
  const bytes =
    kept === 'hash' ? await changedBytes(context, before, after) : movedFindings(film.base.movie, after, [plan]);
  if (bytes.length > 0) return bytes;
  return decodeFindings(context, before, afterPath, reference);
}

async function changedBytes(
  context: RenderContext,
  before: FilmBefore,
  after: Movie,
): Promise<readonly ProofFinding[]> {
  const { film, plan } = before;
  const total = film.stat.size + after.sizeBytes;
  const hashed = (movie: Movie, start: number): Promise<readonly (Digest | null)[]> =>
    trackDigests(context.files, movie, context.hashing, {
      skip: [plan],
      onProgress: (done) => {
        context.signal.throwIfAborted();
        context.onProgress({ phase: 'hash', done: start + done, total, unit: 'bytes' });
      },
    });
  const old = await hashed(film.base.movie, 0);
  const now = await hashed(after, film.stat.size);
  return old.flatMap((digest, i) =>
    digest === now[i]
      ? []
      : [{ code: 'PW_PROOF_BYTES', text: `packets of track ${film.base.movie.tracks[i]?.id} changed`, frame: null }],
  );
}

async function decodeFindings(
  context: RenderContext,
  before: FilmBefore,
  path: string,
  reference: string,
): Promise<readonly ProofFinding[]> {
  const { film, plan, around, decoded: old } = before;
  const { range } = plan.patch;
  const workers = context.workers();
  const alone = await workers.decodeDigests(
    { path: reference, ranges: [{ in: 0, out: range.out - range.in }], seeks: [] },
    { signal: context.signal },
  );
  let now: DecodedFrames = { linear: [], sought: [], findings: [] };
  const seeks = seamSeeks(plan, around);
  const port = {
    decodeDigests: async (job: { path: string; ranges: readonly FrameRange[]; seeks: readonly number[] }) => {
      const total = around.out - around.in + seeks.length;
      // Outside and inside frames stand where they stood.
      now = await workers.decodeDigests(
        { ...job, ...gridOf(film.base) },
        {
          signal: context.signal,
          onProgress: (done) =>
            context.onProgress({ phase: 'prove', done: Math.min(done, total), total, unit: 'frames' }),
        },
      );
      return now;
    },
  };
  const found = await proveDecoding(port, path, { ranges: [around], seeks });
  // What a decoder says of the film as it was, it may say of the patched one: the pictures are compared all the same.
  const faults = knownFaults(before);
  const findings = found.filter(
    ({ code, frame }) =>
      !(code === 'PW_PROOF_DECODER' && faults.complains) &&
      !(code === 'PW_PROOF_SEEK' && frame !== null && faults.seeks.has(frame)),
  );
  const wanted = new Map(old.linear.map(({ frame, digest }) => [frame, digest]));
  for (const { frame, digest } of alone.linear) wanted.set(range.in + frame, digest);
  for (const { frame, digest } of now.linear) {
    if (digest === null || wanted.get(frame) === digest) continue;
    const isInside = frame >= range.in && frame < range.out;
    const text = isInside
      ? `frame ${frame} does not show the fresh picture`
      : `frame ${frame}, outside of the patch, changed`;
    return [...findings, { code: 'PW_PROOF_PICTURE', text, frame }];
  }
  return alone.linear.length === range.out - range.in
    ? findings
    : [
        ...findings,
        { code: 'PW_PROOF_DECODE', text: `the fresh pictures of ${film.path} cannot be decoded`, frame: null },
      ];
}
