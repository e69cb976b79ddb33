import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { actionKeySchema, type Profile } from '@patchwork/plan';
import type { MediaInfo, Program } from '@patchwork/program';
import { encoderNote } from '@patchwork/splice';
import { appendEntry, lockDeliverable, type NewLedgerEntry } from '@patchwork/store';
import { compare, formatRate, formatTimecode, type Rate } from '@patchwork/time';
import { cutPlaces } from './adopted/division.ts';
import { adoptedProgram } from './adopted/adopted-program.ts';
import type { RenderContext } from './run/context.ts';
import { checkCuts, type CutCheck } from './adopted/film-cuts.ts';
import { filmDamaged } from './film/film-damage.ts';
import { foundEntry, openFilmHistory } from './film/film-history.ts';
import { adoptedRenderer, isOwn } from './record/renderers.ts';
import { openFilm, probedVideo, trimFilm, type FinishedFilm } from './film/finished-film.ts';
import { encodableAs, foundProfile, matchingVideo } from './film/matching-profile.ts';
import { settleDelivery } from './publish/record-delivery.ts';
import { timelineSnapshot } from './timeline/snapshot.ts';
import { openTimelineWithCatalog } from './media/timeline-media.ts';
import { timelineFacts, type TimelineFacts } from './timeline/timeline-facts.ts';

/** Which film is bound to which timeline. */
export interface AdoptRequest {
  readonly deliverablePath: string;
  readonly timelinePath: string;
  readonly timelineName: string | null;
  /** Of an EDL, which does not say; null guesses it. */
  readonly edlRate: Rate | null;
  readonly mediaMap: readonly { readonly from: string; readonly to: string }[];
  readonly searchFolders: readonly string[];
  /** Path of the project that both were exported from. Default: none, then what it holds stays unknown. */
  readonly grades?: string | null;
}

/** What an adoption found. */
export interface Adopted {
  readonly deliverablePath: string;
  readonly frames: number;
  /** Pieces that can be kept one by one. */
  readonly chunks: number;
  /** Frames of the longest piece: what one changed frame costs at most. */
  readonly longestChunk: number;
  /** What the film's encoder says of itself. */
  readonly encoder: string | null;
  readonly cuts: CutCheck;
  /** What reading timeline and project had to say. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Binds a finished film of any origin to the timeline that it was made from, so that an edit of it can be patched in. The
 * film is only read; its history is written beside it. What cannot be seen of a film (grades, titles, plug-ins of the
 * program that made it) stays unknown unless its project is shown: a render on it must be told to trust it.
 *
 * @throws PW_ADOPT_MISMATCH listing where film and timeline disagree; PW_ADOPT_*, PW_MEDIA_*, PW_TIMELINE_*, PW_DELIVERABLE_BUSY, PW_FILE_*
 */
export async function adoptDeliverable(context: RenderContext, request: AdoptRequest): Promise<Adopted> {
  const path = request.deliverablePath;
  const lock = await lockDeliverable(context.store.context, path);
  try {
    await trimFilm(context, path);
    const film = await openFilm(context, path);
    const { loaded, catalog } = await openTimelineWithCatalog(context, {
      ...request,
      path: request.timelinePath,
      name: request.timelineName,
    });
    const facts = timelineFacts(loaded.timeline);
    const profile = await adoptedProfile(context, film);
    const { program } = adoptedProgram(context, profile, loaded, catalog);
    const cuts = await requireMatch(context, film, { program, facts, media: catalog.named });
    const history = await openFilmHistory(context, film, false);
    if (history.entry !== null && isOwn(history.entry)) throw alreadyOurs(path);
    if (history.entry !== null && history.damage.chunks.length > 0)
      throw filmDamaged(path, history.entry, history.damage);
    let { ledger, entry: parent } = history;
    const found = await foundEntry(context, film, history.chunks);
    if (parent === null) ({ ledger, entry: parent } = await appendEntry(context.files, ledger, found, context.sha256));
    const entry: NewLedgerEntry = {
      ...found,
      parent: parent.id,
      profile,
      keySchema: actionKeySchema,
      timeline: timelineSnapshot(loaded),
      timelineName: loaded.timeline.name,
      media: catalog.named,
      renderer: adoptedRenderer,
    };
    await appendEntry(context.files, ledger, entry, context.sha256);
    await settleDelivery(context, path, film.base.movie.moov.digest, new Set());
    return {
      deliverablePath: path,
      frames: film.frames,
      ...piecesOf(film),
      encoder: await encoderNote(context.files, film.base),
      cuts,
      diagnostics: loaded.diagnostics,
    };
  } finally {
    await lock.release();
  }
}

/** What can be kept one by one, and the longest of it. */
function piecesOf(film: FinishedFilm): Pick<Adopted, 'chunks' | 'longestChunk'> {
  const starts = [...new Set([0, ...cutPlaces(film).starts])];
  const lengths = starts.map((start, i) => (starts[i + 1] ?? film.frames) - start);
  return { chunks: starts.length, longestChunk: lengths.reduce((most, length) => Math.max(most, length), 0) };
}

function alreadyOurs(path: string): PatchworkError {
  return new PatchworkError('PW_ADOPT_OWN', `${path} was rendered here: its history knows its timeline`, {
    hint: 'Run patchwork render on it.',
    details: { path },
  });
}

/** The film's own settings, as far as pictures like its own can be encoded here. */
async function adoptedProfile(context: RenderContext, film: FinishedFilm): Promise<Profile> {
  const found = foundProfile(film);
  const video = await probedVideo(context, film.path);
  if (encodableAs(film) === null) return { ...found, name: 'adopted', video: { ...found.video, color: video.color } };
  const note = await encoderNote(context.files, film.base);
  return { ...found, name: 'adopted', video: matchingVideo(film, video, note) };
}

interface Wanted {
  readonly program: Program;
  readonly facts: TimelineFacts;
  readonly media: readonly MediaInfo[];
}

/** @throws PW_ADOPT_MISMATCH */
async function requireMatch(context: RenderContext, film: FinishedFilm, wanted: Wanted): Promise<CutCheck> {
  const { program, facts, media } = wanted;
  const { rate } = film;
  const differences: string[] = [];
  if (rate === null) differences.push('the film has frames of different length');
  if (facts.rate !== null && rate !== null && compare(facts.rate, rate) !== 0) {
    differences.push(`the film has ${formatRate(rate)} frames a second, the timeline ${formatRate(facts.rate)}`);
  }
  const { width, height } = film.facts;
  if (facts.width !== null && facts.height !== null && (facts.width !== width || facts.height !== height)) {
    differences.push(`the film is ${width}×${height}, the timeline ${facts.width}×${facts.height}`);
  }
  const { timecode } = film.base.movie;
  if (timecode !== null && rate !== null && timecode.frame !== program.start.frame) {
    const text = (frame: number, dropFrame: boolean): string => formatTimecode(frame, rate, dropFrame);
    differences.push(
      `the film starts at ${text(timecode.frame, timecode.dropFrame)}, the timeline at ${text(program.start.frame, program.start.dropFrame)}`,
    );
  }
  if (rate !== null && film.frames !== program.frames) {
    differences.push(`the film has ${film.frames} frames, the timeline ${program.frames}`);
  }
  if (differences.length > 0) throw mismatch(film.path, differences, [], hintFor(film, differences, program.start));
  const cuts = await checkCuts(context, film.path, program, media);
  if (cuts.missing.length === 0) return cuts;
  const { start } = program;
  const placeOf = (frame: number): string =>
    rate === null ? '' : ` at ${formatTimecode(start.frame + frame, rate, start.dropFrame)}`;
  const shown = cuts.missing
    .slice(0, 5)
    .map((frame) => `${frame}${placeOf(frame)}`)
    .join(', ');
  throw mismatch(
    film.path,
    [
      `no change of picture at ${cuts.missing.length} of ${cuts.cuts} cuts${cuts.transitions > 0 ? ' and transitions' : ''} (frame ${shown}${cuts.missing.length > 5 ? ' …' : ''})`,
    ],
    cuts.missing,
  );
}

/** What helps where a single thing differs that has nothing to do with the version of the timeline. */
function hintFor({ rate, base }: FinishedFilm, differences: readonly string[], start: Program['start']): string {
  if (rate === null) {
    return 'Export it with a constant frame rate; or put pieces into it as it is with patchwork patch, which needs no timeline. Nothing was written.';
  }
  const { timecode } = base.movie;
  if (differences.length === 1 && timecode !== null && timecode.frame !== start.frame) {
    return 'If only the start timecode is another one, set the timeline’s to the film’s. Nothing was written.';
  }
  return otherVersion;
}

const otherVersion = 'Give the version of the timeline that the film was rendered from. Nothing was written.';

function mismatch(
  path: string,
  differences: readonly string[],
  cuts: readonly number[],
  hint: string = otherVersion,
): PatchworkError {
  return new PatchworkError('PW_ADOPT_MISMATCH', `${path} was not made from this timeline: ${differences.join('; ')}`, {
    hint,
    details: { path, differences: [...differences], cuts: [...cuts] },
  });
}
