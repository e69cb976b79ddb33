import type { EncodedChunk } from '@patchwork/plan';
import type { FrameKey } from '@patchwork/program';
import {
  appendRecut,
  base64FromBytes,
  bytesFromBase64,
  chunksOf,
  cloneRecut,
  corruptChunks,
  entryWithConfig,
  fitChunks,
  keptPieces,
  readMovie,
  recutDigests,
  recutFindings,
  recutOf,
  writeRecut,
  type MovedStretch,
  type PlacedChunk,
  type ProofFinding,
  type Recut,
  type SoundSpec,
} from '@patchwork/splice';
import type { LedgerSound } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import type { AdoptedPreparation } from './adopted-preparation.ts';
import type { RenderContext } from '../run/context.ts';
import { namedTracks } from '../film/other-tracks.ts';
import { proveAppended, replaceFilm, type PublishedFilm } from '../publish/film-publication.ts';
import { movedFrames } from './moved-frames.ts';
import type { PublicationMode } from '../run/request.ts';
import { decodeFilm } from '../proof/verify-film.ts';
import type { NameTemp } from '../run/temp-files.ts';

/** A new version of an adopted film whose pictures stand elsewhere, or whose sound is another one. */
export interface RecutFilm {
  readonly recut: Recut;
  /** In order, named by their bytes. */
  readonly chunks: readonly PlacedChunk[];
  /** The tracks that are no pictures, as the history names them. */
  readonly sound: LedgerSound | null;
  /** What it is proven by: `recutDigests`. */
  readonly digests: readonly (string | null)[];
}

/**
 * Works out the new version around the film's own index: names, languages, tags, matrices and references of its tracks stay;
 * timecode, chapters, texts and data follow the pictures.
 *
 * @param fresh the fresh pieces of a stretch, in order.
 * @param sound null keeps what there is.
 * @param temp names a temporary file, which the caller removes.
 * @throws PW_ADOPT_OTHER_TRACKS, PW_SPLICE_PAIR, PW_STREAM_*, PW_FILE_*
 */
export async function recutFilm(
  context: RenderContext,
  preparation: AdoptedPreparation,
  fresh: (range: FrameRange) => readonly PlacedChunk[],
  sound: SoundSpec | null,
  mode: PublicationMode,
  temp: NameTemp,
): Promise<RecutFilm> {
  const { files, hashing } = context;
  const { film, entry, program } = preparation;
  const { movie, track } = film.base;
  const [sampleEntry] = track.entries;
  if (sampleEntry === undefined) throw new TypeError('recutFilm: a film without sample entry');
  const isIntra = film.base.stream.family === 'intra';
  const config = isIntra ? '' : base64FromBytes(sampleEntry.video?.config?.bytes ?? new Uint8Array(0));
  const [first] = chunksOf(movie, entry.chunks);
  if (first === undefined) throw new TypeError('recutFilm: a film without pictures');
  // The film's own configuration comes first, so that its pictures keep their bytes.
  const list = [{ ...first, config }, ...(await newPieces(context, preparation, fresh, temp))];
  const fitted = await fitChunks(files, sampleEntry.format, list, temp('fitted'), hashing);
  const chunks = fitted.chunks.slice(1).map((chunk) => ({ ...chunk, key: chunk.digest }));
  const empty = temp('empty');
  await writeEmptyText(context, empty);
  const recut = recutOf({
    base: film.base,
    pieces: chunks,
    entry: entryWithConfig(sampleEntry, isIntra ? null : bytesFromBase64(fitted.config)),
    sound,
    move: preparation.othersStay
      ? null
      : {
          rate: program.canvas.rate,
          frames: program.frames,
          frameAt: movedFrames(preparation),
          stretches: movedStretches(preparation),
        },
    empty: { path: empty, offset: 0 },
    isInPlace: mode !== 'whole',
  });
  const digests = await recutDigests(files, recut, hashing);
  const named = movie.tracks.flatMap(({ handler, tables }, i) => {
    const digest = digests[i] ?? null;
    return handler === 'vide' || digest === null || (recut.tracks.get(i)?.count ?? tables.count) === 0 ? [] : [digest];
  });
  return { recut, chunks, sound: namedTracks(context, named), digests };
}

/** The new version piece by piece: what is kept of the film, and what is fresh. */
async function newPieces(
  { files, hashing }: Pick<RenderContext, 'files' | 'hashing'>,
  { film, entry, stretches }: AdoptedPreparation,
  fresh: (range: FrameRange) => readonly PlacedChunk[],
  temp: (purpose: string) => string,
): Promise<readonly PlacedChunk[]> {
  const runs = stretches.flatMap((stretch) => {
    if (stretch.kind === 'fresh') return [];
    const { range, from } = stretch;
    return [{ from, frames: range.out - range.in, isCut: from > 0 || range.in > 0 }];
  });
  const kept = await keptPieces(files, film.base, entry.chunks, runs, temp('links'), hashing);
  let next = 0;
  return stretches.flatMap((stretch) => {
    if (stretch.kind === 'fresh') return fresh(stretch.range);
    next += 1;
    return kept[next - 1] ?? [];
  });
}

/** A text that says nothing: its length in two bytes, zero. */
async function writeEmptyText({ files }: Pick<RenderContext, 'files'>, path: string): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await file.write(new Uint8Array(2), 0);
  } finally {
    await file.close();
  }
}

/** Where each stretch of the new version stood in the film: kept pieces, and fresh frames that show the same as before. */
function movedStretches({ film, stretches, previous, program }: AdoptedPreparation): readonly MovedStretch[] {
  const old = Math.min(previous.frames, film.frames);
  /** Null for what several frames show. */
  const before = new Map<FrameKey, number | null>();
  for (let frame = 0; frame < old; frame++) {
    const key = previous.frameKeyAt(frame);
    before.set(key, before.has(key) ? null : frame);
  }
  const list: { from: number | null; at: number; frames: number }[] = [];
  const add = (from: number | null, at: number, frames: number): void => {
    const last = list.at(-1);
    const isNext = last !== undefined && (last.from === null ? from === null : from === last.from + last.frames);
    if (isNext) last.frames += frames;
    else list.push({ from, at, frames });
  };
  for (const stretch of stretches) {
    const { range } = stretch;
    if (stretch.kind === 'kept') add(stretch.from, range.in, range.out - range.in);
    else for (let frame = range.in; frame < range.out; frame++) add(standing(frame), frame, 1);
  }
  return list;

  /** Of several old frames that show the same, the one that goes on from the frame before. */
  function standing(frame: number): number | null {
    const key = program.frameKeyAt(frame);
    const last = list.at(-1);
    const next = last === undefined || last.from === null ? old : last.from + last.frames;
    return next < old && previous.frameKeyAt(next) === key ? next : (before.get(key) ?? null);
  }
}

/**
 * Publishes the new version: written anew, appended to a clone, or to the film itself. In place, the proof follows the
 * commit, and a film that fails it is put back at once.
 *
 * @throws PW_PROOF_FAILED; as `publish`, `writeRecut`, `appendRecut`
 */
export async function publishRecut(
  context: RenderContext,
  preparation: AdoptedPreparation,
  made: RecutFilm,
  { mode, depth }: { readonly mode: PublicationMode; readonly depth: 'default' | 'deep' },
  record: (published: PublishedFilm) => Promise<void>,
): Promise<PublishedFilm> {
  const { files, hashing } = context;
  const { film } = preparation;
  const findings = (path: string): Promise<readonly ProofFinding[]> =>
    findingsOf(context, preparation, made, path, depth);
  const change = { film, findings, record };
  if (mode === 'in-place') {
    const done = await appendRecut(files, made.recut, hashing, async (moovDigest) => {
      await record({ moovDigest, sizeBytes: (await files.stat(film.path))?.size ?? 0, anew: null });
    });
    await proveAppended(context, change, done.moovDigest);
    return { ...done, anew: null };
  }
  return replaceFilm(context, change, mode, async (temporary) =>
    mode === 'fast'
      ? { ...(await cloneRecut(files, temporary, made.recut, hashing)), anew: null }
      : { ...(await writeRecut(files, temporary, made.recut, hashing)), anew: temporary },
  );
}

async function findingsOf(
  context: RenderContext,
  { entry }: AdoptedPreparation,
  { recut, chunks, digests }: RecutFilm,
  path: string,
  depth: 'default' | 'deep',
): Promise<readonly ProofFinding[]> {
  const { files, hashing, sha256 } = context;
  const movie = await readMovie(files, path, sha256);
  const tables = await recutFindings(files, recut, movie, digests, hashing);
  if (tables.length > 0) return tables;
  const wanted: readonly EncodedChunk[] = chunks;
  const bad = await corruptChunks(files, chunksOf(movie, wanted), hashing);
  if (bad.length > 0)
    return [{ code: 'PW_PROOF_BYTES', text: `${bad.length} chunks are not what was written`, frame: null }];
  return decodeFilm(context, movie, { chunks: wanted, before: entry.chunks, depth });
}
