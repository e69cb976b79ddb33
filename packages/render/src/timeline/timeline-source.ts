import { basename, dirname, join } from 'node:path';
import { PatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';
import { openOtioz, type ArchivePort, type ZipEntry } from '@patchwork/formats';
import { readWholeFile } from './whole-file.ts';

/** The text of a timeline and what lies around it: a file, a folder that is a document (`.fcpxmld`, `.otiod`), a bundle. */
export interface TimelineSource {
  /** The file that holds the text; for a bundle the bundle. */
  readonly path: string;
  /** What remarks call it: `cut.fcpxml`, `cut.fcpxmld/Info.fcpxml`, `cut.otioz/content.otio`. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** Files inside of an `.otioz`; null for everything else. */
  readonly bundled: readonly ZipEntry[] | null;
}

/** Timeline files larger than this are refused: 50 MB is a feature film's FCPXML many times over. */
const largestTimelineBytes = 512 * 1024 * 1024;

/** The text inside of folders that are documents. */
const textsOfFolders: readonly string[] = ['Info.fcpxml', 'content.otio'];

/**
 * Opens what stands at a path. Of an `.otioz` only the timeline is read, so a bundle may be larger than the memory.
 *
 * @throws PW_FILE_IS_FOLDER for a folder that is no document, PW_FILE_*, PW_ZIP_*, PW_BUNDLE_CONTENT
 */
export async function openTimelineSource(files: FilePort, path: string): Promise<TimelineSource> {
  const stat = await files.stat(path);
  if (stat?.isDirectory === true) return folderSource(files, path);
  const file = await files.open(path, 'read');
  try {
    const head = new Uint8Array(4);
    await file.read(head, 0);
    if (head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)) return await bundle(path, file);
  } finally {
    await file.close();
  }
  const bytes = await readWholeFile(files, path, largestTimelineBytes);
  return { path, fileName: basename(path), bytes, bundled: null };
}

async function folderSource(files: FilePort, path: string): Promise<TimelineSource> {
  for (const text of textsOfFolders) {
    const inner = join(path, text);
    const stat = await files.stat(inner);
    if (stat === null || stat.isDirectory) continue;
    const bytes = await readWholeFile(files, inner, largestTimelineBytes);
    return { path: inner, fileName: `${basename(path)}/${text}`, bytes, bundled: null };
  }
  throw new PatchworkError('PW_FILE_IS_FOLDER', `${path} is a folder and holds no ${textsOfFolders.join(' or ')}`, {
    hint: 'Give a timeline file, an .fcpxmld or an .otiod.',
    details: { path },
  });
}

async function bundle(path: string, file: OpenFile): Promise<TimelineSource> {
  const { content, media } = await openOtioz(basename(path), await archiveOf(file));
  return { path, fileName: `${basename(path)}/content.otio`, bytes: content, bundled: media };
}

/** An open file as an archive. */
export async function archiveOf(file: OpenFile): Promise<ArchivePort> {
  const { size } = await file.stat();
  return {
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      const count = await file.read(bytes, offset);
      return count === length ? bytes : bytes.subarray(0, count);
    },
  };
}

/** The folder at which relative names of media begin. */
export function mediaFolderOf(source: TimelineSource): string {
  return dirname(source.path);
}
