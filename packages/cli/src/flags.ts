import { resolve } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import { readWholeFile, type PublicationMode, type RenderRequest, type UnknownPolicy } from '@patchwork/render';
import { builtInProfileNames, isBuiltInProfileName } from '@patchwork/plan';
import { followedPath } from './followed-path.ts';
import { notYet } from './not-yet.ts';
import type { CommandContext, CommonFlags } from './shell.ts';
import { edlRateFrom, mapRules, type MediaFlags } from './timeline-flags.ts';

/** Flags of `render` and `plan`, as commander hands them over. */
export interface RenderFlags extends CommonFlags, MediaFlags {
  readonly output?: string;
  readonly profile?: string;
  readonly range?: string;
  readonly forceRange?: readonly string[];
  readonly full?: boolean;
  readonly allowMixed?: boolean;
  readonly onUnknown?: string;
  readonly paranoid?: boolean;
  readonly fast?: boolean;
  readonly renderer?: string;
  readonly pieces?: string;
  readonly inPlace?: boolean;
  readonly deep?: boolean;
  readonly dryRun?: boolean;
  readonly markers?: string;
}

/** Turns flags into a request. Paths become absolute, so that a name with a leading dash stays a name. @throws PW_USAGE_*, PW_NOT_YET, PW_PROFILE_NAME */
export async function renderRequest(
  context: CommandContext,
  folder: string,
  timeline: string,
  deliverable: string,
  flags: RenderFlags,
): Promise<RenderRequest> {
  // Looked at by its own name as well: a link that leads elsewhere later makes an answer that was kept worthless.
  await context.files.stat(resolve(folder, deliverable));
  return {
    timelinePath: resolve(folder, timeline),
    timelineName: flags.timeline ?? null,
    edlRate: edlRateFrom(flags.edlRate),
    deliverablePath: followedPath(folder, deliverable),
    profile: flags.profile === undefined ? null : await profileFrom(context, folder, flags.profile),
    range: flags.range ?? null,
    forceRanges: flags.forceRange ?? [],
    full: flags.full ?? false,
    allowMixed: flags.allowMixed ?? false,
    onUnknown: unknownPolicy(flags.onUnknown),
    mediaMap: mapRules(flags.mediaMap),
    searchFolders: (flags.search ?? []).map((each) => resolve(folder, each)),
    grades: flags.grades === undefined ? null : resolve(folder, flags.grades),
    paranoid: flags.paranoid ?? false,
    publication: publicationMode(flags),
    ...rendererOf(folder, flags),
    proof: flags.deep === true ? 'deep' : 'default',
  };
}

async function profileFrom(context: CommandContext, folder: string, text: string): Promise<RenderRequest['profile']> {
  if (isBuiltInProfileName(text)) return text;
  const path = resolve(folder, text);
  if ((await context.files.stat(path)) === null) {
    throw new PatchworkError('PW_PROFILE_NAME', `no profile and no file is called ${JSON.stringify(text)}`, {
      hint: `Use one of ${builtInProfileNames.join(', ')}, or the path of a JSON profile.`,
      details: { name: text },
    });
  }
  const bytes = await readWholeFile(context.files, path, 1 << 20);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as RenderRequest['profile'];
  } catch (cause) {
    throw new PatchworkError(
      'PW_PROFILE_SYNTAX',
      `${path} is no JSON: ${cause instanceof Error ? cause.message : ''}`,
      {
        cause,
        hint: 'A profile file is a JSON object; see docs/reference/profiles.md.',
        details: { path },
      },
    );
  }
}

function unknownPolicy(text: string | undefined): UnknownPolicy {
  if (text === undefined || text === 'refuse') return 'refuse';
  if (text === 'trust') return text;
  if (text === 'full') {
    throw notYet(
      '--on-unknown full',
      'Use refuse or trust: what the built-in renderer cannot draw, it cannot draw in a full render either (that is --full).',
    );
  }
  if (/^probe(:\d+)?$/.test(text)) {
    throw notYet(
      '--on-unknown probe',
      'Use refuse or trust: to compare frames with the old deliverable takes a renderer that draws them, and the built-in one cannot draw what is unknown.',
    );
  }
  throw new PatchworkError('PW_USAGE_POLICY', `--on-unknown ${text} is no policy`, {
    hint: 'Use refuse or trust.',
  });
}

/** How a new version takes the old one's place. @throws PW_USAGE_MODE when both are given */
export function publicationMode(flags: { readonly fast?: boolean; readonly inPlace?: boolean }): PublicationMode {
  if (flags.fast === true && flags.inPlace === true) {
    throw new PatchworkError('PW_USAGE_MODE', '--fast and --in-place exclude each other', {
      hint: '--fast changes a clone of the file, --in-place the file itself.',
    });
  }
  return flags.inPlace === true ? 'in-place' : flags.fast === true ? 'fast' : 'whole';
}

/** Who makes the fresh pictures. @throws PW_USAGE_RENDERER, PW_USAGE_PIECES */
function rendererOf(
  folder: string,
  { renderer, pieces }: RenderFlags,
): Pick<RenderRequest, 'renderer' | 'piecesFolder'> {
  if (renderer !== undefined && renderer !== 'ffmpeg' && renderer !== 'pieces') {
    throw new PatchworkError('PW_USAGE_RENDERER', `--renderer ${renderer} is no renderer`, {
      hint: 'Use ffmpeg, the built-in one, or pieces.',
    });
  }
  if ((renderer === 'pieces') !== (pieces !== undefined)) {
    throw new PatchworkError('PW_USAGE_PIECES', '--renderer pieces and --pieces FOLDER belong together', {
      hint: 'plan writes the list of what to render into the folder; render takes the files from it.',
    });
  }
  return pieces === undefined ? {} : { renderer: 'pieces', piecesFolder: resolve(folder, pieces) };
}
