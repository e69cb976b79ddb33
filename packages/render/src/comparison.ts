import { basename } from 'node:path';
import { isPatchworkError, type Diagnostic, type Digest } from '@patchwork/kernel';
import { seenOf } from '@patchwork/formats';
import { fontDigest } from '@patchwork/media';
import type { Profile } from '@patchwork/plan';
import { compileProgram, type Canvas, type MediaInfo, type Program } from '@patchwork/program';
import type { FrameRange, Rate } from '@patchwork/time';
import type { Timeline } from '@patchwork/timeline';
import type { RenderContext } from './run/context.ts';
import { parseRevision, readRevision } from './record/history.ts';
import { bareTimeline, unseenBetween } from './timeline/seen-domains.ts';
import { compileEntry, type NamedMedia, type Snapshot } from './timeline/snapshot.ts';
import { firstVideoFacts, withRaster, type LoadedTimeline } from './timeline/timeline-file.ts';
import { openTimelineWithCatalog } from './media/timeline-media.ts';
import { timelineFacts } from './timeline/timeline-facts.ts';

/** One side of a comparison: a timeline, and what is known of its media. */
export interface ComparedSide {
  readonly timeline: Timeline;
  /** Null where it could not be compiled: `unknown` says why. */
  readonly program: Program | null;
  readonly identityOf: (targetUrl: string) => Digest | null;
  /** Frames a second; null where nothing says it. */
  readonly rate: Rate | null;
  readonly unknown: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Files that the timeline uses. */
  readonly media: readonly MediaInfo[];
  /** The deliverable whose current state this is, and the frames of the timeline that it holds (null: all); else null. */
  readonly file: { readonly path: string; readonly range: FrameRange | null } | null;
  /** How it was delivered; null for a timeline file. */
  readonly profile: Profile | null;
}

/** How the sides of a comparison are found. */
export interface CompareOptions {
  readonly timelineName: string | null;
  /** Frame rate of an edit decision list; null: guessed, with a warning. */
  readonly edlRate: Rate | null;
  readonly mediaMap: readonly { readonly from: string; readonly to: string }[];
  readonly searchFolders: readonly string[];
  /** Path of the project that the new side was exported from, and the old one's. Default: none; a deliverable's is in its history. */
  readonly grades?: string | null;
  readonly oldGrades?: string | null;
}

/**
 * Opens both sides of a comparison. A side is a timeline file, a deliverable (what it was rendered from) or a revision of
 * one (`film.mov@{1}`). A delivered side's canvas is used for both, so that a raster that only one names is no difference.
 */
export async function openSides(
  context: RenderContext,
  oldText: string,
  newText: string,
  options: CompareOptions,
): Promise<{ readonly old: ComparedSide; readonly new: ComparedSide }> {
  const old = await sourceOf(context, oldText, { ...options, grades: options.oldGrades ?? null });
  const next = await sourceOf(context, newText, options);
  const canvas = old.canvas ?? next.canvas ?? null;
  const unseen = unseenBetween(old.timeline, next.timeline);
  // Where one side alone was seen with its project, what both files say is compared.
  const isBare = (seenOf(old.timeline) === null) !== (seenOf(next.timeline) === null);
  const after = await next.open(canvas, isBare);
  const unknown = unseen.length === 0 ? [] : [`unknown: ${unseen.join(', ')}`];
  return { old: await old.open(canvas, isBare), new: { ...after, unknown: [...after.unknown, ...unknown] } };
}

interface Source {
  /** Of a delivered side. */
  readonly canvas: Canvas | null;
  readonly timeline: Timeline;
  /** `isBare` leaves out what was seen of a project. */
  readonly open: (canvas: Canvas | null, isBare: boolean) => Promise<ComparedSide>;
}

async function sourceOf(context: RenderContext, text: string, options: CompareOptions): Promise<Source> {
  return /\.(mov|mp4|m4v)(@\{[^}]*\})?$/i.test(text)
    ? deliveredSource(context, text)
    : fileSource(context, text, options);
}

async function deliveredSource(context: RenderContext, text: string): Promise<Source> {
  const revision = parseRevision(text);
  const { entry, history } = await readRevision(context, revision);
  const compile = (change?: (loaded: LoadedTimeline) => LoadedTimeline): Snapshot =>
    compileEntry(context, { ...entryFields(entry), range: null }, change);
  const seen = compile();
  const byUrl = urlTable(entry.media as readonly NamedMedia[]);
  return {
    canvas: seen.program.canvas,
    timeline: seen.loaded.timeline,
    open: async (_, isBare) => {
      const { loaded, program } = isBare ? compile(bareTimeline) : seen;
      return {
        timeline: loaded.timeline,
        program,
        identityOf: (url) => byUrl.get(url)?.identity ?? null,
        rate: program.canvas.rate,
        unknown: [],
        diagnostics: loaded.diagnostics,
        media: [...byUrl.values()],
        file: entry.id === history.current?.id ? { path: revision.path, range: entry.range } : null,
        profile: entry.profile,
      };
    },
  };
}

type EntryFields = Pick<
  Awaited<ReturnType<typeof readRevision>>['entry'],
  'id' | 'profile' | 'timeline' | 'timelineName' | 'media' | 'epochs'
>;

/** A spread would unpack the chunks. */
function entryFields({ id, profile, timeline, timelineName, media, epochs }: EntryFields): EntryFields {
  return { id, profile, timeline, timelineName, media, epochs };
}

function urlTable(media: readonly NamedMedia[]): ReadonlyMap<string, MediaInfo> {
  return new Map(media.flatMap((info) => info.urls.map((url) => [url, info] as const)));
}

async function fileSource(context: RenderContext, path: string, options: CompareOptions): Promise<Source> {
  const opened = await openTimelineWithCatalog(context, { ...options, path, name: options.timelineName });
  const { catalog } = opened;
  // Reports are handed on: whose disk it was is nobody's business.
  const fileName = basename(path);
  const lost = opened.linked.ambiguous.map(
    ({ name, paths }) => `${fileName}: several files answer to ${name}: ${paths.join(', ')}`,
  );
  const open = async (given: Canvas | null, isBare: boolean): Promise<ComparedSide> => {
    const facts = timelineFacts(opened.loaded.timeline);
    const first = firstVideoFacts(opened.loaded.timeline, catalog.find);
    const width = given?.width ?? facts.width ?? first?.width;
    const height = given?.height ?? facts.height ?? first?.height;
    const rate = facts.rate ?? given?.rate ?? first?.rate;
    const raster = width === undefined || height === undefined ? null : { width, height };
    const sized = raster === null ? opened.loaded : withRaster(context.sha256, opened.loaded, raster);
    const loaded = isBare ? bareTimeline(sized) : sized;
    const side = {
      timeline: loaded.timeline,
      identityOf: (url: string) => catalog.find(url)?.identity ?? null,
      rate: rate ?? null,
      media: catalog.named,
      file: null,
      profile: null,
    };
    if (width === undefined || height === undefined || rate === undefined) {
      return {
        ...side,
        program: null,
        unknown: [...lost, `${fileName}: ${unknownCanvas(raster === null, rate === undefined)}`],
        diagnostics: loaded.diagnostics,
      };
    }
    const canvas: Canvas = {
      width,
      height,
      rate,
      color: given?.color ?? { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
    };
    const compiled = compiledOrUnknown(context, fileName, loaded.timeline, canvas, catalog.find, loaded.diagnostics);
    return { ...side, ...compiled, unknown: [...lost, ...compiled.unknown] };
  };
  return { canvas: null, timeline: opened.loaded.timeline, open };
}

function unknownCanvas(isSize: boolean, isRate: boolean): string {
  const what = isSize && isRate ? 'frame size and rate are' : isSize ? 'frame size is' : 'frame rate is';
  return `its ${what} not known: it names none, and no media that would is at hand`;
}

function compiledOrUnknown(
  context: RenderContext,
  fileName: string,
  timeline: Timeline,
  canvas: Canvas,
  media: (url: string) => MediaInfo | null,
  diagnostics: readonly Diagnostic[],
): Pick<ComparedSide, 'program' | 'unknown' | 'diagnostics'> {
  try {
    const compiled = compileProgram({
      timeline,
      canvas,
      media,
      sha256: context.sha256,
      sampleRate: 48_000,
      epochs: [],
      font: fontDigest(),
      range: null,
    });
    return { program: compiled.program, unknown: [], diagnostics: [...diagnostics, ...compiled.diagnostics] };
  } catch (error) {
    // What cannot be drawn can still be compared in words; the comparison says what it could not see.
    if (!isPatchworkError(error)) throw error;
    return { program: null, unknown: [`${fileName}: ${error.message} (${error.code})`], diagnostics };
  }
}
