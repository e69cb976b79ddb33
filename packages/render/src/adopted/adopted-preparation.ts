import { basename, extname } from 'node:path';
import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { seenOf } from '@patchwork/formats';
import {
  dirtyRanges,
  PictureReasons,
  resolveProfile,
  type MissingChunk,
  type Profile,
  type Toolchain,
  type VideoProfile,
} from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import type { Ledger, LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import type { Stretch } from './adopted-plan.ts';
import { adoptedProgram, canvasOf } from './adopted-program.ts';
import { cutPlaces, divisionOf, type Division, missingChunks, withForcedKeys } from './division.ts';
import { framesOfChunks } from '../film/film-damage.ts';
import type { RenderContext } from '../run/context.ts';
import { openFilmHistory } from '../film/film-history.ts';
import { openFilm, trimFilm, type FinishedFilm } from '../film/finished-film.ts';
import { knownToolchain } from '../plan/known-toolchain.ts';
import type { MediaCatalog } from '../media/media-catalog.ts';
import { parseRange } from '../timeline/range-text.ts';
import { checkAdoptedSettings, checkForced } from '../plan/refusal.ts';
import type { RenderRequest } from '../run/request.ts';
import { bareTimeline, requireDrawable, requireSeen, trustedRemark, unseenBetween } from '../timeline/seen-domains.ts';
import { compileEntry, type Snapshot } from '../timeline/snapshot.ts';
import type { LoadedTimeline } from '../timeline/timeline-file.ts';
import { timelineFacts } from '../timeline/timeline-facts.ts';
import { openTimelineWithCatalog } from '../media/timeline-media.ts';

/** Everything that is known before a frame of an adopted film is rendered. */
export interface AdoptedPreparation {
  readonly film: FinishedFilm;
  readonly ledger: Ledger;
  readonly entry: LedgerEntry;
  readonly loaded: LoadedTimeline;
  readonly catalog: MediaCatalog;
  readonly previous: Program;
  readonly program: Program;
  readonly profile: Profile;
  /** As fresh pictures are encoded: the film's settings, its colours said (of AV1, as the film says them). */
  readonly video: VideoProfile;
  readonly toolchain: Toolchain;
  readonly stretches: readonly Stretch[];
  /** The fresh stretches, cut into chunks. */
  readonly missing: readonly MissingChunk[];
  readonly sound: 'reuse' | 'render' | 'none';
  /** Whether all other tracks stay as they are: the film is as long as it was, and so is its sound. */
  readonly othersStay: boolean;
  readonly dirty: readonly FrameRange[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Finds out what a new version of an adopted film keeps and what must be rendered. Its grid is that of its own safe
 * boundaries.
 *
 * @throws PW_FULL_REQUIRED where another profile is asked for; PW_UNKNOWN_REFUSED unless the request trusts what could not be seen; PW_RANGE_OUTSIDE; PW_ADOPT_*, PW_MEDIA_*, PW_VERIFY_FAILED
 */
export async function prepareAdopted(context: RenderContext, request: RenderRequest): Promise<AdoptedPreparation> {
  const path = request.deliverablePath;
  requireTrust(request);
  await trimFilm(context, path);
  const film = await openFilm(context, path);
  const { ledger, entry, chunks, damage } = await openFilmHistory(context, film, request.paranoid);
  if (entry === null) throw new TypeError('prepareAdopted: the film has no history');
  const profile = entry.profile;
  checkProfile(request, film, profile);
  const drawn = { ...profile.video, color: canvasOf(profile).color };
  // AV1 says its colours in every key frame: there fresh pictures say what the film says, or nothing.
  const video = drawn.codec === 'av1' ? profile.video : drawn;
  const opened = await openTimelineWithCatalog(context, {
    ...request,
    path: request.timelinePath,
    name: request.timelineName,
  });
  const { loaded, catalog } = opened;
  const { previous, program, unseen, diagnostics } = comparedPrograms(
    context,
    request,
    { entry, video: drawn },
    opened,
  );
  const forced = request.forceRanges.map((text) => parseRange(text, timelineFacts(loaded.timeline)));
  checkForced(forced, { in: 0, out: program.frames });
  const isSameSound = previous.sound.key === program.sound.key && film.frames === program.frames;
  const places = cutPlaces(film);
  const lost = framesOfChunks(chunks, damage.chunks);
  const divided = (mayMove: boolean): Division =>
    divisionOf({ film, places, previous, program, mayMove }, forced, lost);
  const division = isSameSound ? lighter(divided(false), () => divided(true), video.gop) : divided(true);
  const stretches = division.all;
  if (forced.length === 0 && request.renderer !== 'pieces') requireKept(path, stretches, places.starts.length);
  const toolchain = canEncode(video) ? await knownToolchain(context, video) : entry.toolchain;
  const finder = new PictureReasons(program, { program: previous, chunks: [], video, toolchain, whyCut });
  const fresh = missingChunks(context, division, { program, video, toolchain, finder });
  const missing = withForcedKeys(context, ledger, fresh, forced);
  if (request.onUnknown !== 'trust' && request.renderer !== 'pieces') {
    requireDrawable(
      program.unmodelled,
      missing.map((each) => each.range),
    );
  }
  const hasSound = film.base.movie.tracks.some(({ handler }) => handler === 'soun');
  return {
    film,
    ledger,
    entry,
    loaded,
    catalog,
    previous,
    program,
    profile,
    video,
    toolchain,
    stretches,
    missing,
    othersStay: isSameSound,
    sound: hasSound ? (isSameSound ? 'reuse' : 'render') : 'none',
    dirty: dirtyRanges(previous, program, 0),
    diagnostics: [
      ...loaded.diagnostics,
      ...diagnostics,
      ...trustedRemark(basename(path), unseen),
      ...(hasSound ? [soundRemark(basename(path))] : []),
    ],
  };
}

/**
 * Of a film that stays as long as it is and keeps its sound, pictures stay where they are, and its index with them. Where
 * more than a GOP would be rendered, and a slipped or swapped shot can be had by moving its pictures, they move.
 */
function lighter(still: Division, moved: () => Division, gop: number): Division {
  const freshOf = ({ all }: Division): number =>
    all.reduce((sum, { kind, range }) => sum + (kind === 'fresh' ? range.out - range.in : 0), 0);
  if (freshOf(still) <= gop) return still;
  const other = moved();
  return freshOf(other) * 2 < freshOf(still) ? other : still;
}

/** What a film shows and what it is to show. */
interface ComparedPrograms {
  readonly previous: Program;
  readonly program: Program;
  /** What one version was seen to hold and the other was not. */
  readonly unseen: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles both versions with the same eyes. @throws PW_UNKNOWN_REFUSED, PW_LEDGER_* */
function comparedPrograms(
  context: RenderContext,
  { onUnknown, deliverablePath }: RenderRequest,
  { entry, video }: Pick<AdoptedPreparation, 'entry' | 'video'>,
  { loaded, catalog }: Pick<AdoptedPreparation, 'loaded' | 'catalog'>,
): ComparedPrograms {
  const { profile, timeline, timelineName, media, range, epochs } = entry;
  const compileOld = (change?: (each: LoadedTimeline) => LoadedTimeline): Snapshot =>
    compileEntry(context, { timeline, timelineName, media, range, epochs, profile: { ...profile, video } }, change);
  const delivered = compileOld();
  const unseen = unseenBetween(delivered.loaded.timeline, loaded.timeline);
  if (onUnknown !== 'trust') requireSeen(deliverablePath, unseen, showBoth);
  // Where one side alone was seen, what both sides say of the edit is compared.
  const isHalfSeen = (seenOf(delivered.loaded.timeline) === null) !== (seenOf(loaded.timeline) === null);
  const previous = (isHalfSeen ? compileOld(bareTimeline) : delivered).program;
  const compared = isHalfSeen ? bareTimeline(loaded) : loaded;
  return { previous, unseen, ...adoptedProgram(context, profile, compared, catalog) };
}

/** A film of another program of which nothing stays is another film: that is what `--full` says. @throws PW_FULL_REQUIRED */
function requireKept(path: string, stretches: readonly Stretch[], pieces: number): void {
  if (stretches.some(({ kind }) => kind === 'kept')) return;
  const why =
    pieces <= 1
      ? 'its pictures can begin at its first one alone (open GOPs), and that one changed'
      : `none of its ${pieces} pieces shows what the timeline wants`;
  throw new PatchworkError('PW_FULL_REQUIRED', `nothing of ${path} can be kept: ${why}`, {
    hint: 'Put the changed range in with patchwork patch, take pieces that its own program renders (--renderer pieces), or give the film up with --full.',
    details: { path, pieces },
  });
}

/** A profile that is asked for must be the film's own. @throws PW_FULL_REQUIRED, PW_PROFILE_* */
function checkProfile({ profile: requested, deliverablePath }: RenderRequest, film: FinishedFilm, own: Profile): void {
  if (requested === null) return;
  const wanted = resolveProfile({
    requested,
    ledger: null,
    extension: extname(deliverablePath).toLowerCase(),
    timelineFacts: film.facts,
    firstMediaFacts: null,
  });
  checkAdoptedSettings(own, wanted, deliverablePath);
}

/** Tells whether fresh pictures can be made with these settings; a film of another codec takes pieces that are copied. */
export function canEncode({ options }: VideoProfile): boolean {
  return Object.keys(options).length > 0;
}

const whyCut = 'the film cannot be cut there';

const showBoth =
  'Adopt the film again with the --grades it was rendered from, and show those of now; or say with --on-unknown trust that nothing but the edit changed.';

function soundRemark(where: string): Diagnostic {
  return {
    code: 'PW_UNKNOWN_SOUND',
    severity: 'note',
    message: 'the mix of the program that made the film was not looked at',
    where,
    hint: 'Where it changed, render the sound there.',
  };
}

/** The kept frames were made by a program whose grades, titles and plug-ins nobody saw, unless its project is shown. */
function requireTrust({ onUnknown, range, deliverablePath, grades = null }: RenderRequest): void {
  if (range !== null) {
    throw new PatchworkError('PW_ADOPT_RANGE', 'a part of a timeline cannot be rendered into an adopted film', {
      hint: 'Leave --range out: the film holds the whole timeline.',
      details: { range },
    });
  }
  if (onUnknown === 'trust' || grades !== null) return;
  throw new PatchworkError(
    'PW_UNKNOWN_REFUSED',
    `${deliverablePath} was made by another program: whether its kept frames still are what that program would draw is unknown: colour, Fusion, effects`,
    {
      hint: 'Show its project with --grades, to adopt as well. If nothing but the edit changed (no grade, no title, no plug-in), patch it with --on-unknown trust.',
      details: { path: deliverablePath, domains: ['colour', 'Fusion', 'effects', 'titles', 'transform'] },
    },
  );
}
