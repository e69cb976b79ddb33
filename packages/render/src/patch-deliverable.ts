import { basename } from 'node:path';
import type { Digest } from '@patchwork/kernel';
import { codecFacts, type EncodedChunk, type VideoProfile } from '@patchwork/plan';
import type { VideoStreamInfo } from '@patchwork/program';
import {
  encoderNote,
  patchedChunks,
  planPatch,
  widened,
  writeMovie,
  type PatchPlan,
  type PlacedChunk,
  type WidenedRange,
} from '@patchwork/splice';
import { appendEntry, keepReplaced, type NewLedgerEntry } from '@patchwork/store';
import { toNumber, type FrameRange } from '@patchwork/time';
import type { RenderContext } from './run/context.ts';
import { filmDamaged, framesOfChunks } from './film/film-damage.ts';
import { foundEntry, openFilmHistory, type FilmHistory } from './film/film-history.ts';
import { otherTracks } from './film/other-tracks.ts';
import { isOwn, patchRenderer } from './record/renderers.ts';
import { decodeBefore, patchFindings } from './proof/film-proof.ts';
import { publishFilm, type PublishedFilm } from './publish/film-publication.ts';
import { filmVideo, openFilm, trimFilm, type FinishedFilm } from './film/finished-film.ts';
import { encodeFootage, type Footage } from './film/fresh-pictures.ts';
import { matchingVideo } from './film/matching-profile.ts';
import { copiedPiece, openPiece, type Piece } from './film/piece.ts';
import { keptBefore, type VersionBefore } from './publish/kept-version.ts';
import { ledgerChunks } from './record/ledger-chunks.ts';
import { parseRange } from './timeline/range-text.ts';
import { settleDelivery } from './publish/record-delivery.ts';
import type { PublicationMode } from './run/request.ts';
import { noTimeline } from './timeline/snapshot.ts';
import { workAlone, lockWaitMs } from './record/leftovers.ts';
import { requireSpace } from './run/space.ts';
import { withTemps, type NameTemp } from './run/temp-files.ts';

/** By how many seconds a patch may grow to find places where the film can be cut. */
const reachSeconds = 30;

/** Which piece goes where. */
export interface PatchRequest {
  readonly deliverablePath: string;
  /** `IN:OUT` as the person wrote it: frames from the film's start, or timecodes as its timecode track counts. */
  readonly range: string;
  readonly piecePath: string;
  readonly mode: PublicationMode;
  readonly paranoid: boolean;
}

/** What a patch did. */
export interface PatchedFilm {
  readonly deliverablePath: string;
  /** As asked for. */
  readonly range: FrameRange;
  /** As replaced: with frames of the film's own that were decoded and encoded anew. */
  readonly widened: FrameRange;
  readonly how: 'copied' | 'encoded';
  readonly frames: { readonly total: number; readonly rendered: number; readonly reused: number };
  readonly moovDigest: Digest;
  readonly sizeBytes: number;
  /** What became of the version before. */
  readonly before: VersionBefore;
  readonly film: Pick<FinishedFilm, 'facts' | 'rate'>;
}

/**
 * Puts a piece into a finished film of any origin, with no timeline: an insert edit. Sound and all other tracks, times and
 * metadata keep their bytes. What cannot be cut apart around the range is decoded from the film and encoded with the piece.
 *
 * @throws PW_ADOPT_*, PW_PATCH_*, PW_PIECE_*, PW_RANGE_*, PW_PROOF_FAILED, PW_VERIFY_FAILED, PW_DELIVERABLE_BUSY, PW_FILE_*, PW_MEDIA_*
 */
export async function patchDeliverable(context: RenderContext, request: PatchRequest): Promise<PatchedFilm> {
  return workAlone(context, request.deliverablePath, () => patchAlone(context, request), lockWaitMs);
}

async function patchAlone(context: RenderContext, request: PatchRequest): Promise<PatchedFilm> {
  const path = request.deliverablePath;
  await trimFilm(context, path);
  const film = await openFilm(context, path);
  const range = parseRange(request.range, film.facts);
  const wide = widened(film.base, range, Math.ceil(reachSeconds * toNumber(film.rate ?? { num: 25, den: 1 })));
  if (request.mode !== 'in-place') {
    await requireSpace(context, path, { deliverableBytes: film.stat.size, storeBytes: 0 });
  }
  const video = await filmVideo(context, film);
  const piece = await openPiece(context, request.piecePath, { ...video, isVariable: film.rate === null }, range);
  return await withTemps(context, async (temp) => {
    const fresh = await freshFor(context, { film, filmVideo: video, piece, range, wide }, temp);
    return patched(context, request, { film, piece, range, wide, fresh });
  });
}

/** Fresh pictures for a widened range. */
interface Fresh {
  readonly pieces: readonly PlacedChunk[];
  /** A movie of these pictures alone. */
  readonly reference: string;
  readonly how: 'copied' | 'encoded';
  /** Null for copied packets. */
  readonly video: VideoProfile | null;
}

interface Place {
  readonly film: FinishedFilm;
  readonly filmVideo: VideoStreamInfo;
  readonly piece: Piece;
  readonly range: FrameRange;
  readonly wide: WidenedRange;
}

async function freshFor(context: RenderContext, place: Place, temp: NameTemp): Promise<Fresh> {
  const { film, filmVideo: own, piece, range, wide } = place;
  const copied = await copiedPiece(context, film, piece, wide);
  if (copied !== null) return { pieces: copied, reference: piece.path, how: 'copied', video: null };
  const video = matchingVideo(film, own, await encoderNote(context.files, film.base));
  const footage: Footage[] = [
    { path: film.path, video: own, range: { in: wide.in, out: range.in } },
    { path: piece.path, video: piece.video, range: { in: 0, out: piece.video.frames } },
    { path: film.path, video: own, range: { in: range.out, out: wide.out } },
  ];
  const pieces = await encodeFootage(
    context,
    footage.filter((each) => each.range.in < each.range.out),
    video,
    temp('pictures'),
  );
  const reference = temp('reference');
  const format = codecFacts(video.codec).containers.includes('mov') ? 'mov' : 'mp4';
  await writeMovie(
    context.files,
    reference,
    { format, video: { profile: video, pieces }, sound: null, timecode: null, tags: {} },
    context.hashing,
  );
  return { pieces, reference, how: 'encoded', video };
}

interface Ready {
  readonly film: FinishedFilm;
  readonly piece: Piece;
  readonly range: FrameRange;
  readonly wide: WidenedRange;
  readonly fresh: Fresh;
}

async function patched(context: RenderContext, request: PatchRequest, ready: Ready): Promise<PatchedFilm> {
  const { film, range, wide, fresh } = ready;
  const plan = planPatch(film.base, { range: wide, pieces: fresh.pieces });
  const history = await openFilmHistory(context, film, request.paranoid);
  requireCovered(film, history, range);
  const chunks = await patchedChunks(context.files, plan, history.chunks, context.hashing);
  const before = await decodeBefore(context, film, plan);
  const kept = request.mode === 'whole' || request.paranoid ? 'hash' : 'places';
  if (history.entry !== null && isOwn(history.entry)) {
    // Before a byte of it is overwritten: what a deliverable of ours loses.
    const survivors = new Set(chunks.map(({ key }) => key));
    await keepReplaced(context.store, { entry: history.entry, path: film.path, survivors });
  }
  let version: VersionBefore = { where: 'file' };
  const made = await publishFilm(context, {
    film,
    plan,
    mode: request.mode,
    findings: (path) => patchFindings(context, before, path, fresh.reference, kept),
    record: async (published) => {
      version = await recordPatch(context, ready, { plan, history, chunks, published });
    },
  });
  await settleDelivery(context, film.path, made.moovDigest, new Set());
  const rendered = wide.out - wide.in;
  return {
    deliverablePath: film.path,
    range,
    widened: { in: wide.in, out: wide.out },
    how: fresh.how,
    frames: { total: film.frames, rendered, reused: film.frames - rendered },
    moovDigest: made.moovDigest,
    sizeBytes: made.sizeBytes,
    before: version,
    film,
  };
}

/**
 * Damage that a patch covers goes with it. Any other would be taken for the film's own: what is left of a chunk that is cut
 * apart is named by its bytes, and frames that the patch is widened by are decoded from them.
 */
function requireCovered(film: FinishedFilm, { entry, damage }: FilmHistory, range: FrameRange): void {
  if (entry === null) return;
  const isCovered = (place: number): boolean =>
    framesOfChunks(entry.chunks, [place]).every((each) => each.in >= range.in && each.out <= range.out);
  const others = damage.chunks.filter((place) => !isCovered(place));
  if (others.length > 0) throw filmDamaged(film.path, entry, { ...damage, chunks: others });
}

interface PatchRecord {
  readonly plan: PatchPlan;
  readonly history: FilmHistory;
  readonly chunks: readonly EncodedChunk[];
  readonly published: PublishedFilm;
}

/** Writes what the film was found as, where its history begins here, and the patch. Keeps what the film loses. */
async function recordPatch(context: RenderContext, ready: Ready, record: PatchRecord): Promise<VersionBefore> {
  const { files, sha256 } = context;
  const { film, fresh, piece, range, wide } = ready;
  const { history, chunks, published } = record;
  let { ledger } = history;
  let parent = history.entry;
  if (parent === null) {
    const found = await appendEntry(files, ledger, await foundEntry(context, film, history.chunks), sha256);
    ({ ledger } = found);
    parent = found.entry;
  }
  const rendered = wide.out - wide.in;
  const entry: NewLedgerEntry = {
    parent: parent.id,
    timeMs: context.clockMs(),
    moovDigest: published.moovDigest,
    fileSize: published.sizeBytes,
    fileSha256: null,
    profile: parent.profile,
    toolchain:
      fresh.video === null
        ? parent.toolchain
        : await context.workers().toolchain(fresh.video, { signal: context.signal }),
    timeline: noTimeline(`${range.in}:${range.out} ${basename(piece.path)}`),
    timelineName: null,
    media: [],
    epochs: [],
    range: null,
    renderer: patchRenderer,
    counts: { rendered, reused: film.frames - rendered },
    chunks: ledgerChunks(chunks),
    // A patch leaves the other tracks alone, and they were held against the history before it.
    sound: isOwn(parent) ? await otherTracks(context, film.base.movie) : parent.sound,
  };
  const appended = await appendEntry(files, ledger, entry, sha256);
  return keptBefore(
    context,
    { movie: film.base.movie, entry: parent },
    { path: published.anew, entry: appended.entry },
  );
}
