import { extname } from 'node:path';
import { PatchworkError, type Diagnostic, type FilePort, type Sha256 } from '@patchwork/kernel';
import { readResolveProject, seenOf, withoutSeen, withResolveDigests, type ResolveDigests } from '@patchwork/formats';
import type { UnmodelledUse } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';
import type { Timeline } from '@patchwork/timeline';
import { withTimeline, type LoadedTimeline } from './timeline-file.ts';
import { readWholeFile } from './whole-file.ts';

/** Projects larger than this are refused: they are packed XML. */
const largestBytes = 512 * 1024 * 1024;

/** Domains of a finishing program that a timeline file does not hold and its project file shows as digests. */
const projectDomains = ['colour', 'Fusion', 'effects'] as const;

/** Reads a Resolve project or timeline as digests. @throws PW_GRADES_FILE, PW_ZIP_*, PW_XML_*, PW_RESOLVE_FILE, PW_FILE_* */
export async function readProjectDigests(
  context: { readonly files: FilePort; readonly sha256: Sha256 },
  path: string,
): Promise<ResolveDigests> {
  if (!/^\.dr[pt]$/i.test(extname(path)) || (await context.files.stat(path))?.isDirectory === true) {
    throw new PatchworkError('PW_GRADES_FILE', `${path} is no .drp or .drt`, {
      hint: 'Export the project (.drp) or the timeline (.drt) from DaVinci Resolve, together with the timeline file.',
      details: { path },
    });
  }
  return readResolveProject(path, await readWholeFile(context.files, path, largestBytes), context.sha256);
}

/** The timeline with the digests of a project on it; its text is that timeline from here on. @throws as the above, PW_GRADES_TIMELINE */
export async function withProject(
  context: { readonly files: FilePort; readonly sha256: Sha256 },
  loaded: LoadedTimeline,
  path: string,
): Promise<LoadedTimeline> {
  const { timeline, diagnostics } = withResolveDigests(loaded.timeline, await readProjectDigests(context, path), path);
  return {
    ...withTimeline(context.sha256, loaded, timeline),
    diagnostics: [...loaded.diagnostics, ...diagnostics],
  };
}

/** The timeline as its file says it, without what was seen of a project. */
export function bareTimeline(loaded: LoadedTimeline): LoadedTimeline {
  return { ...loaded, timeline: withoutSeen(loaded.timeline) };
}

/**
 * Domains in which two versions cannot be compared: all of a project's where one of them was read without it, its settings
 * where they differ, and clips that it does not hold. Empty where neither was read with one: then nothing was promised.
 */
export function unseenBetween(old: Timeline, next: Timeline): readonly string[] {
  const [before, after] = [seenOf(old), seenOf(next)];
  if (before === null && after === null) return [];
  if (before === null || after === null) return projectDomains;
  const clips = [...new Set([...before.unseen, ...after.unseen])].map((name) => `colour of ${name}`);
  return before.settings === after.settings ? clips : ['project settings', ...clips];
}

/** Refuses to go on where domains could not be seen, unless the policy trusts them. @throws PW_UNKNOWN_REFUSED */
export function requireSeen(path: string, domains: readonly string[], hint: string): void {
  if (domains.length === 0) return;
  const shown = domains.slice(0, 5).join(', ');
  throw new PatchworkError(
    'PW_UNKNOWN_REFUSED',
    `${path}: whether its kept frames still are what the timeline shows is unknown: ${shown}${domains.length > 5 ? ' …' : ''}`,
    { hint, details: { path, domains: [...domains] } },
  );
}

/** Says what a trusting policy let pass. */
export function trustedRemark(path: string, domains: readonly string[]): readonly Diagnostic[] {
  if (domains.length === 0) return [];
  return [
    {
      code: 'PW_UNKNOWN_TRUSTED',
      severity: 'warning',
      message: `not compared, trusted to be as they were: ${domains.join(', ')}`,
      where: path,
      hint: null,
    },
  ];
}

/** Refuses what the built-in renderer cannot draw. @throws PW_UNKNOWN_REFUSED */
export function requireDrawable(unmodelled: readonly UnmodelledUse[], fresh: readonly FrameRange[] | null): void {
  const met =
    fresh === null
      ? unmodelled
      : unmodelled.filter(({ range }) => fresh.some((each) => each.in < range.out && range.in < each.out));
  const [first] = met;
  if (first === undefined) return;
  throw new PatchworkError(
    'PW_UNKNOWN_REFUSED',
    `the built-in renderer cannot draw ${first.label}${met.length > 1 ? ` and ${met.length - 1} more` : ''}`,
    {
      hint:
        fresh === null
          ? 'Remove it, or render the picture underneath with --on-unknown trust: the report then names every such place.'
          : 'Have it rendered by the program that made the film, with --renderer pieces; or render the picture underneath with --on-unknown trust.',
      details: { unmodelled: met.map(({ label, range }) => ({ label, range: [range.in, range.out] })) },
    },
  );
}
