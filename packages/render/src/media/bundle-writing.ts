import { dirname, join } from 'node:path';
import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { temporaryBeside, writeAtomically } from '@patchwork/files';
import {
  bundleContent,
  planBundle,
  writeOtioz,
  type BundlePlan,
  type MediaPolicy,
  type MediaSource,
} from '@patchwork/formats';
import type { Timeline } from '@patchwork/timeline';
import type { RenderContext } from '../run/context.ts';

/** What is written as a bundle, and where. */
export interface BundleRequest {
  readonly timeline: Timeline;
  /** Where the timeline's media is, by the name that it uses. */
  readonly paths: ReadonlyMap<string, string>;
  readonly policy: MediaPolicy;
  /** Ends in `.otioz` (one file) or `.otiod` (a folder). */
  readonly path: string;
}

/**
 * Writes a timeline and its media as one `.otioz` file or one `.otiod` folder. What stands at the path of a file is
 * replaced in one rename; a folder must not be there.
 *
 * @returns the text of the timeline as it stands in the bundle, and remarks on media that the bundle does not hold
 * @throws PW_BUNDLE_MEDIA where the policy wants all media and some is no file, PW_BUNDLE_EXISTS, PW_MEDIA_CHANGED, PW_FILE_*
 */
export async function writeBundle(
  context: Pick<RenderContext, 'files' | 'signal'>,
  request: BundleRequest,
): Promise<{ readonly text: string; readonly notSaid: readonly Diagnostic[] }> {
  const plan = planBundle(request.timeline, request.policy, (url) => request.paths.has(url));
  const content = bundleContent(plan);
  if (request.path.toLowerCase().endsWith('.otiod')) await writeFolder(context, request, plan, content);
  else await writeArchive(context, request, plan);
  return { text: content, notSaid: plan.diagnostics };
}

async function writeArchive(
  context: Pick<RenderContext, 'files' | 'signal'>,
  request: BundleRequest,
  plan: BundlePlan,
): Promise<void> {
  const sources = new Map<string, MediaSource>();
  for (const { targetUrl } of plan.media) {
    const path = pathOf(request, targetUrl);
    const stat = await context.files.stat(path);
    if (stat === null) throw changed(path);
    sources.set(targetUrl, { size: stat.size, read: () => piecesOf(context, path, stat.size) });
  }
  const open = (targetUrl: string): MediaSource => {
    const source = sources.get(targetUrl);
    if (source === undefined) throw new TypeError(`writeArchive: no source for ${targetUrl}`);
    return source;
  };
  await writeAtomically(context.files, request.path, writeOtioz(plan, open));
}

const pieceBytes = 1 << 20;

/** A file's bytes; a file that is no longer as long as it was would make the archive lie. */
async function* piecesOf(
  context: Pick<RenderContext, 'files' | 'signal'>,
  path: string,
  size: number,
): AsyncGenerator<Uint8Array> {
  const file = await context.files.open(path, 'read');
  try {
    for (let at = 0; at < size; at += pieceBytes) {
      context.signal.throwIfAborted();
      const piece = new Uint8Array(Math.min(pieceBytes, size - at));
      if ((await file.read(piece, at)) !== piece.length) throw changed(path);
      yield piece;
    }
    if ((await file.stat()).size !== size) throw changed(path);
  } finally {
    await file.close();
  }
}

/** The timeline is written last, and the folder gets its name when all is in it. */
async function writeFolder(
  context: Pick<RenderContext, 'files' | 'signal'>,
  request: BundleRequest,
  plan: BundlePlan,
  content: string,
): Promise<void> {
  const { files } = context;
  if ((await files.stat(request.path)) !== null) {
    throw new PatchworkError('PW_BUNDLE_EXISTS', `${request.path} is there already`, {
      hint: 'A folder is not written over: remove it, or give another name.',
      details: { path: request.path },
    });
  }
  const temporary = temporaryBeside(request.path);
  await files.makeFolder(join(temporary, 'media'));
  for (const { targetUrl, bundlePath } of plan.media) {
    context.signal.throwIfAborted();
    await files.copy(pathOf(request, targetUrl), join(temporary, bundlePath));
  }
  await files.syncFolder(join(temporary, 'media'));
  await writeAtomically(files, join(temporary, 'content.otio'), content);
  await files.rename(temporary, request.path);
  await files.syncFolder(dirname(request.path));
}

function pathOf(request: BundleRequest, targetUrl: string): string {
  const path = request.paths.get(targetUrl);
  if (path === undefined) throw new TypeError(`writeBundle: no path for ${targetUrl}`);
  return path;
}

function changed(path: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_CHANGED', `${path} changed while it was bundled`, {
    hint: 'Run the command again when nothing writes to the media any more.',
    details: { path },
  });
}
