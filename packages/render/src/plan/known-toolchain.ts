import { canonicalJson, type FileStat, type Json } from '@patchwork/kernel';
import { nativeLibrary } from '@patchwork/media';
import type { Toolchain, VideoProfile } from '@patchwork/plan';
import { isSameFile } from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';

/**
 * What this machine would encode a profile with. A media process answers by a trial; the answer is kept with the facts of
 * the native library's file (device, inode, size, times), so that a run with nothing to render starts no media process.
 *
 * @throws PW_MEDIA_ENCODER when it cannot
 */
export async function knownToolchain(
  context: Pick<RenderContext, 'files' | 'sha256' | 'mediaCache' | 'workers' | 'signal'>,
  video: VideoProfile,
): Promise<Toolchain> {
  const ask = (): Promise<Toolchain> => context.workers().toolchain(video, { signal: context.signal });
  const library = nativeLibrary();
  const stat = library === null ? null : await context.files.stat(library.path);
  if (library === null || stat === null) return ask();
  const identity = context.sha256(canonicalJson({ path: library.path, ...factsOf(stat) }));
  const question = `patchwork.toolchain ${context.sha256(canonicalJson({ library: library.version, video } as unknown as Json))}`;
  const known = context.mediaCache.probeOf(identity, question);
  if (known !== null) return known as unknown as Toolchain;
  const answer = await ask();
  if (isSameFile(stat, await context.files.stat(library.path)))
    await context.mediaCache.keepProbe(identity, question, answer as unknown as Json);
  return answer;
}

function factsOf({ dev, ino, size, mtimeNs, ctimeNs }: FileStat): { readonly [key: string]: Json } {
  return { dev, ino, size, mtimeNs, ctimeNs };
}
