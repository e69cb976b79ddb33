import { resolve } from 'node:path';
import { isPatchworkError } from '@patchwork/kernel';
import type { MissingChunk } from '@patchwork/plan';
import { forecastRender, parseRevision, type CompareOptions } from '@patchwork/render';
import type { FrameRange } from '@patchwork/time';
import { followedPath } from './followed-path.ts';
import type { CommandContext } from './shell.ts';

/** What a render of the new timeline would encode, in frames from the timeline's start; or why that is not known. */
export interface DiffPlan {
  readonly plan: { readonly missing: readonly MissingChunk[]; readonly rendered: number } | null;
  readonly unknown: readonly string[];
}

/** Tells whether a side is named like a deliverable. */
export function isDeliverable(path: string): boolean {
  return /\.(mov|mp4|m4v)$/i.test(path);
}

/** Where a side of a diff stands: a timeline file, a deliverable or a revision of one. @throws PW_FILE_ABSENT */
export function sidePath(folder: string, text: string): string {
  const { path } = parseRevision(text);
  return isDeliverable(path) ? `${followedPath(folder, path)}${text.slice(path.length)}` : resolve(folder, text);
}

/**
 * Plans the render of a timeline file over the deliverable as it stands, of the part of the timeline that it holds (null:
 * all); any other pair of sides has no plan.
 */
export async function diffPlan(
  context: CommandContext,
  folder: string,
  oldText: string,
  newText: string,
  options: CompareOptions,
  range: FrameRange | null,
): Promise<DiffPlan> {
  const { path, revision } = parseRevision(oldText);
  if (!isDeliverable(path) || revision !== '@{0}' || isDeliverable(parseRevision(newText).path))
    return { plan: null, unknown: [] };
  try {
    const forecast = await forecastRender(context, {
      timelinePath: resolve(folder, newText),
      deliverablePath: followedPath(folder, path),
      timelineName: options.timelineName,
      edlRate: options.edlRate,
      mediaMap: options.mediaMap,
      searchFolders: options.searchFolders,
      grades: options.grades ?? null,
      profile: null,
      range: range === null ? null : `${range.in}:${range.out}`,
      forceRanges: [],
      full: false,
      allowMixed: false,
      onUnknown: 'trust',
      paranoid: false,
      proof: 'default',
    });
    const { offset } = forecast.place;
    const missing = forecast.plan.missing.map((chunk) => ({
      ...chunk,
      range: { in: chunk.range.in + offset, out: chunk.range.out + offset },
    }));
    return { plan: { missing, rendered: forecast.plan.rendered }, unknown: [] };
  } catch (error) {
    // The comparison stands without it: `plan` says the same in its own words.
    if (!isPatchworkError(error)) throw error;
    return { plan: null, unknown: [`frames to render: ${error.message} (${error.code})`] };
  }
}
