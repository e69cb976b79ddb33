import { basename, extname } from 'node:path';
import { PatchworkError, type Diagnostic, type Digest } from '@patchwork/kernel';
import { seenOf } from '@patchwork/formats';
import {
  actionKey,
  dirtyRanges,
  encodingDigest,
  mergeReasons,
  PictureReasons,
  resolveProfile,
  type MissingChunk,
  type Profile,
  type Reason,
  type Toolchain,
  type VideoProfile,
} from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import type { Ledger, LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import { adoptedStretches, withoutSingles, type CutPlaces, type Stretch, type StretchOptions } from './adopted-plan.ts';
import { adoptedProgram, canvasOf } from './adopted-program.ts';
import { framesOfChunks } from '../film/film-damage.ts';
import type { RenderContext } from '../run/context.ts';
import { openFilmHistory } from '../film/film-history.ts';
import { openFilm, trimFilm, type FinishedFilm } from '../film/finished-film.ts';
import { evenLengths } from '../film/fresh-pictures.ts';
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
  /** As fresh pictures are encoded: the film's settings, its colours said. */
  readonly video: VideoProfile;
  readonly toolchain: Toolchain;
  readonly stretches: readonly Stretch[];
  /** The fresh stretches, cut into chunks. */
  readonly missing: readonly MissingChunk[];
  readonly sound: 'reuse' | 'render' | 'none';
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
  const video = { ...profile.video, color: canvasOf(profile).color };
  const opened = await openTimelineWithCatalog(context, {
    ...request,
    path: request.timelinePath,
    name: request.timelineName,
  });
  const { loaded, catalog } = opened;
  const { timeline, timelineName, media, range, epochs } = entry;
  const compileOld = (change?: (each: LoadedTimeline) => LoadedTimeline): Snapshot =>
    compileEntry(context, { timeline, timelineName, media, range, epochs, profile: { ...profile, video } }, change);
  const delivered = compileOld();
  const unseen = unseenBetween(delivered.loaded.timeline, loaded.timeline);
  if (request.onUnknown !== 'trust') requireSeen(path, unseen, showBoth);
  // Where one side alone was seen, what both sides say of the edit is compared.
  const isHalfSeen = (seenOf(delivered.loaded.timeline) === null) !== (seenOf(loaded.timeline) === null);
  const old = isHalfSeen ? compileOld(bareTimeline) : delivered;
  const compared = isHalfSeen ? bareTimeline(loaded) : loaded;
  const { program, diagnostics } = adoptedProgram(context, profile, compared, catalog);
  const forced = request.forceRanges.map((text) => parseRange(text, timelineFacts(loaded.timeline)));
  checkForced(forced, { in: 0, out: program.frames });
  const isForced = (frame: number): boolean => forced.some((each) => frame >= each.in && frame < each.out);
  const isSameSound = old.program.sound.key === program.sound.key && film.frames === program.frames;
  // Of a film that stays as long as it is and keeps its sound nothing is moved: index and metadata are kept with it.
  const lost = framesOfChunks(chunks, damage.chunks);
  const places = cutPlaces(film);
  const stretchesWith = (causes: Pick<StretchOptions, 'isForced' | 'isLost'>): readonly Stretch[] => {
    const found = adoptedStretches(old.program, places, program, { ...causes, mayMove: !isSameSound });
    return film.base.stream.family === 'intra' ? found : withoutSingles(found, places);
  };
  const never = (): boolean => false;
  const isLost = (frame: number): boolean => lost.some((each) => frame >= each.in && frame < each.out);
  const stretches = stretchesWith({ isForced, isLost });
  if (forced.length === 0 && request.renderer !== 'pieces') requireKept(path, stretches, places.starts.length);
  const toolchain = canEncode(video) ? await knownToolchain(context, video) : entry.toolchain;
  const finder = new PictureReasons(program, { program: old.program, chunks: [], video, toolchain });
  const causes = {
    all: stretches,
    unforced: forced.length === 0 ? stretches : stretchesWith({ isForced: never, isLost }),
    finder,
    edited: forced.length + lost.length === 0 ? stretches : stretchesWith({ isForced: never, isLost: never }),
  };
  const missing = missingChunks(context, causes, program, video, toolchain).map((chunk) =>
    overlapsAny(chunk.range, forced) ? { ...chunk, key: forcedKey(context, ledger, chunk.key) } : chunk,
  );
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
    previous: old.program,
    program,
    profile,
    video,
    toolchain,
    stretches,
    missing,
    sound: hasSound ? (isSameSound ? 'reuse' : 'render') : 'none',
    dirty: dirtyRanges(old.program, program, 0),
    diagnostics: [
      ...loaded.diagnostics,
      ...diagnostics,
      ...trustedRemark(basename(path), unseen),
      ...(hasSound ? [soundRemark(basename(path))] : []),
    ],
  };
}

/** Where a film can be cut. */
export function cutPlaces({ base: { ends, closed, samples } }: FinishedFilm): CutPlaces {
  return { closed, starts: ends.flatMap(({ frame, sample }) => (sample < samples.count ? [frame] : [])) };
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

function overlapsAny(range: FrameRange, others: readonly FrameRange[]): boolean {
  return others.some((other) => range.in < other.out && other.in < range.out);
}

/** What a person forces is not what the store has. Of one history every version gets other keys; a killed run is taken up. */
function forcedKey({ sha256 }: RenderContext, { entries }: Ledger, key: Digest): Digest {
  return sha256(`forced ${entries.at(-1)?.id ?? ''} ${key}`);
}

/** What is fresh, and what would be without some of its causes. */
interface Causes {
  readonly all: readonly Stretch[];
  /** Were nothing forced. */
  readonly unforced: readonly Stretch[];
  /** Were nothing damaged either. */
  readonly edited: readonly Stretch[];
  /** Says what the edit changed. */
  readonly finder: PictureReasons;
}

/** The fresh stretches in chunks. */
function missingChunks(
  context: RenderContext,
  causes: Causes,
  program: Program,
  video: VideoProfile,
  toolchain: Toolchain,
): readonly MissingChunk[] {
  const encoding = encodingDigest(video, toolchain, context.sha256);
  return causes.all.flatMap(({ kind, range }) => {
    if (kind === 'kept') return [];
    let at = range.in;
    return evenLengths(range.out - range.in, video.gop).map((length) => {
      const piece = { in: at, out: at + length };
      at += length;
      return {
        key: actionKey(program, piece, encoding, context.sha256),
        range: piece,
        reasons: reasonsFor(piece, causes),
      };
    });
  });
}

/** Each frame of a piece by the first cause that makes it fresh: the edit, damage, or somebody who forces it. */
function reasonsFor(piece: FrameRange, { unforced, edited, finder }: Causes): readonly Reason[] {
  const within = (stretches: readonly Stretch[], kind: Stretch['kind']): readonly FrameRange[] =>
    stretches.flatMap((each) => (each.kind === kind ? common(each.range, piece) : []));
  const reason = (code: string, text: string, ranges: readonly FrameRange[]): readonly Reason[] =>
    ranges.map((range) => ({ code, text, range }));
  const lost = within(unforced, 'fresh').flatMap((range) =>
    within(edited, 'kept').flatMap((each) => common(each, range)),
  );
  return mergeReasons([
    ...within(edited, 'fresh').flatMap((range) => finder.reasonsOfFrames(range)),
    ...reason('lost', 'reused span failed hash', lost),
    ...reason('epoch', 'the range was declared stale', within(unforced, 'kept')),
  ]);
}

/** The frames that two ranges share. */
function common(a: FrameRange, b: FrameRange): readonly FrameRange[] {
  const range = { in: Math.max(a.in, b.in), out: Math.min(a.out, b.out) };
  return range.in < range.out ? [range] : [];
}
