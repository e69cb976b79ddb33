import { basename, dirname, join } from 'node:path';
import { PatchworkError, type Digest, type OpenFile } from '@patchwork/kernel';
import { writeAtomically } from '@patchwork/files';
import { crc32, placeOfEntry, readEntry, type ZipEntry } from '@patchwork/formats';
import type { RenderContext } from '../run/context.ts';
import { decodedName } from './media-paths.ts';
import { archiveOf, type TimelineSource } from '../timeline/timeline-source.ts';
import { readWholeFile } from '../timeline/whole-file.ts';

/*
 * Media of bundles stands in the store, by the bundle's SHA-256:
 *
 *   bundles/ab/<sha256 of the .otioz>/media/m01.mov
 *                                     digests.json    SHA-256 of each file as it was unpacked
 *
 * A file is used again only when its content still has the recorded digest.
 */

const pieceBytes = 1 << 20;

/**
 * Unpacks the media of an `.otioz` that a timeline names, where it is not at hand already, and gives the folder at which
 * the bundle's relative names begin. Checksums of the archive are verified before a file gets its name.
 *
 * @throws PW_ZIP_DAMAGED, PW_ZIP_SIZE, PW_FILE_*
 */
export async function unpackMedia(
  context: RenderContext,
  source: TimelineSource & { readonly bundled: readonly ZipEntry[] },
  targetUrls: readonly string[],
): Promise<string> {
  const identity = await context.mediaCache.identityOf(source.path);
  const folder = join(context.store.context.folder, 'bundles', identity.slice(0, 2), identity);
  const names = new Set(targetUrls.flatMap((url) => [url, decodedName(url)]));
  const wanted = source.bundled.filter(({ name }) => names.has(name));
  if (wanted.length === 0) return folder;
  const digests = await readDigests(context, folder);
  const archive = await context.files.open(source.path, 'read');
  try {
    for (const entry of wanted) {
      context.signal.throwIfAborted();
      if (await isAtHand(context, join(folder, entry.name), digests.get(entry.name))) continue;
      digests.set(entry.name, await unpackOne(context, source.path, archive, entry, join(folder, entry.name)));
      await writeAtomically(context.files, join(folder, 'digests.json'), JSON.stringify(Object.fromEntries(digests)));
    }
  } finally {
    await archive.close();
  }
  return folder;
}

async function isAtHand(context: RenderContext, path: string, digest: Digest | undefined): Promise<boolean> {
  if (digest === undefined || (await context.files.stat(path)) === null) return false;
  return (await context.mediaCache.identityOf(path)) === digest;
}

async function readDigests(context: RenderContext, folder: string): Promise<Map<string, Digest>> {
  const path = join(folder, 'digests.json');
  if ((await context.files.stat(path)) === null) return new Map();
  const text = new TextDecoder().decode(await readWholeFile(context.files, path, 1 << 26));
  try {
    const value: unknown = JSON.parse(text);
    return new Map(
      Object.entries(value ?? {}).filter((entry): entry is [string, Digest] => typeof entry[1] === 'string'),
    );
  } catch {
    // The list is a cache: a damaged one means that everything is unpacked again.
    return new Map();
  }
}

async function unpackOne(
  context: RenderContext,
  bundlePath: string,
  archive: OpenFile,
  entry: ZipEntry,
  path: string,
): Promise<Digest> {
  const { files } = context;
  await files.makeFolder(dirname(path));
  const temporary = context.store.tempPath('unpack');
  try {
    const out = await files.open(temporary, 'create');
    try {
      let at = 0;
      let crc = 0;
      for await (const piece of piecesOf(bundlePath, archive, entry)) {
        await out.write(piece, at);
        crc = crc32(piece, crc);
        at += piece.length;
        context.onProgress({ phase: 'hash', done: at, total: entry.size, unit: 'bytes' });
      }
      if (at !== entry.size || crc !== entry.crc) throw damaged(bundlePath, entry);
      await out.sync();
    } finally {
      await out.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    // The first failure is the one to tell; the store removes what a dead process left.
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
  await files.syncFolder(dirname(path));
  return context.mediaCache.identityOf(path);
}

async function* piecesOf(bundlePath: string, archive: OpenFile, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const port = await archiveOf(archive);
  if (entry.method === 'deflated') {
    yield await readEntry(basename(bundlePath), port, entry);
    return;
  }
  const { offset, length } = await placeOfEntry(basename(bundlePath), port, entry);
  for (let at = 0; at < length; at += pieceBytes) {
    const piece = await port.read(offset + at, Math.min(pieceBytes, length - at));
    if (piece.length === 0) throw damaged(bundlePath, entry);
    yield piece;
  }
}

function damaged(bundlePath: string, entry: ZipEntry): PatchworkError {
  return new PatchworkError('PW_ZIP_DAMAGED', `${bundlePath}: the archive holds "${entry.name}" damaged`, {
    hint: 'Export or copy the file again.',
    details: { file: bundlePath, name: entry.name },
  });
}
