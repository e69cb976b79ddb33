import { basename } from 'node:path';
import { PatchworkError, type Digest, type Json } from '@patchwork/kernel';
import type { ProbedMedia } from '@patchwork/media';
import type { MediaInfo } from '@patchwork/program';
import type { RenderContext } from '../run/context.ts';
import type { IdentifiedMedia, NamedMedia } from '../timeline/snapshot.ts';

/** Raised when the probe says other things of the same bytes. */
const proberVersion = 'patchwork.probe/2';

/** The media of a timeline, by the names that the timeline uses. */
export interface MediaCatalog {
  /** Null where no file was found: the compiler lists every use of it in one error. */
  readonly find: (targetUrl: string) => MediaInfo | null;
  /** Every file once, with the names that lead to it. */
  readonly named: readonly NamedMedia[];
}

/**
 * Hashes and probes all media of a timeline. Whole-file digests come from the store's cache where the stat tuple is
 * unchanged.
 *
 * @param paths where the files are, by the name that the timeline uses.
 * @throws what the probe throws (`PW_MEDIA_*`), and PW_FILE_* when a file cannot be read.
 */
export async function openCatalog(context: RenderContext, paths: ReadonlyMap<string, string>): Promise<MediaCatalog> {
  const urlsOf = new Map<string, string[]>();
  for (const [url, path] of paths) {
    const urls = urlsOf.get(path);
    if (urls === undefined) urlsOf.set(path, [url]);
    else urls.push(url);
  }
  const infos = await identifyAll(context, [...urlsOf.keys()]);
  const named = infos.map((info) => ({ ...info, urls: urlsOf.get(info.path) ?? [] }));
  const byUrl = new Map(named.flatMap((info) => info.urls.map((url) => [url, info])));
  return { find: (targetUrl) => byUrl.get(targetUrl) ?? null, named };
}

/** Hashes and probes one file. @throws PW_FILE_*, PW_MEDIA_* */
export async function identifyMedia(context: RenderContext, path: string): Promise<IdentifiedMedia> {
  const [info] = await identifyAll(context, [path]);
  if (info === undefined) throw new TypeError('identifyMedia: no result');
  return info;
}

async function identifyAll(context: RenderContext, paths: readonly string[]): Promise<readonly IdentifiedMedia[]> {
  const sizes = await Promise.all(paths.map(async (path) => (await context.files.stat(path))?.size ?? 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  let probed = 0;
  const infos: IdentifiedMedia[] = [];
  const probing: Promise<void>[] = [];
  try {
    for (const [index, path] of paths.entries()) {
      context.signal.throwIfAborted();
      const tell = (bytes: number): void =>
        context.onProgress({ phase: 'hash', done: done + bytes, total, unit: 'bytes', file: basename(path) });
      const file = await context.mediaCache.identityOf(path, tell);
      tell(sizes[index] ?? 0);
      done += sizes[index] ?? 0;
      const probe = probedOnce(context, path, file).then((facts) => {
        infos[index] = { ...facts, identity: facts.content, path, file };
        probed += 1;
        if (done === total) context.onProgress({ phase: 'probe', done: probed, total: paths.length, unit: 'files' });
      });
      // A probe may fail while the next file is still being hashed; the failure is told below, and must have a listener until then.
      probe.catch(() => undefined);
      probing.push(probe);
    }
    await Promise.all(probing);
    return infos;
  } finally {
    // Nothing goes on behind the caller's back: what is left of the probes ends before this does.
    await Promise.allSettled(probing);
  }
}

/** What the probe says of a file's bytes, asked once for all time. */
async function probedOnce(context: RenderContext, path: string, file: Digest): Promise<ProbedMedia> {
  const known = context.mediaCache.probeOf(file, proberVersion);
  if (known !== null) return { ...(known as unknown as ProbedMedia), path };
  const facts = await context.workers().probe(path, { signal: context.signal });
  // The probe opens the file again: what it saw is kept for the hashed bytes only if they are still there.
  await checkUnchanged(context, [{ path, file }]);
  await context.mediaCache.keepProbe(file, proberVersion, facts as unknown as Json);
  return facts;
}

/** Checks that no file changed since it was identified. @throws PW_MEDIA_CHANGED naming the first one that did */
export async function checkUnchanged(
  context: RenderContext,
  media: readonly Pick<IdentifiedMedia, 'path' | 'file'>[],
): Promise<void> {
  for (const info of media) {
    if ((await context.mediaCache.identityOf(info.path)) === info.file) continue;
    throw new PatchworkError('PW_MEDIA_CHANGED', `${info.path} changed while it was rendered`, {
      hint: 'Run the command again when nothing writes to the media any more. Nothing was published.',
      details: { path: info.path },
    });
  }
}
