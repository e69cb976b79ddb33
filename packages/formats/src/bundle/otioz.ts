import { PatchworkError } from '@patchwork/kernel';
import { writeOtio } from '@patchwork/timeline';
import type { ZipEntry } from '../zip/directory.ts';
import { bytesOfText, packArchive, type PackSource } from '../zip/pack.ts';
import { openArchive, readEntries, readEntry, type ArchivePort } from '../zip/unpack.ts';
import type { BundlePlan } from './plan.ts';

/** The version that OTIO's bundles name. */
const bundleVersion = '1.0.0';

/** What an `.otioz` holds. */
export interface OpenBundle {
  /** Bytes of `content.otio`. */
  readonly content: Uint8Array;
  /** Media in the bundle, by the path that the timeline's references name. A stored file can be read in place. */
  readonly media: readonly ZipEntry[];
}

function contentOf(fileName: string, entries: readonly ZipEntry[]): ZipEntry {
  const content = entries.find(({ name }) => name === 'content.otio');
  if (content !== undefined) return content;
  if (entries.some(({ name }) => name === 'project.xml' || name.startsWith('SeqContainer/'))) {
    throw new PatchworkError('PW_RESOLVE_PROJECT', `${fileName} is a DaVinci Resolve project, not a timeline`, {
      hint: 'Export the timeline from Resolve as .otio or .fcpxml; patchwork inspect shows what is in the project.',
      details: { file: fileName },
    });
  }
  throw new PatchworkError('PW_BUNDLE_CONTENT', `${fileName}: the bundle holds no content.otio`, {
    hint: 'Export the bundle again.',
    details: { file: fileName },
  });
}

function mediaAmong(entries: readonly ZipEntry[]): ZipEntry[] {
  return entries.filter(({ name }) => name.startsWith('media/'));
}

/** Opens an `.otioz` that is in memory. @throws PW_ZIP_*, PW_BUNDLE_CONTENT, PW_RESOLVE_PROJECT */
export function openOtiozBytes(fileName: string, bytes: Uint8Array): OpenBundle {
  const archive = openArchive(fileName, bytes);
  return { content: archive.unpack(contentOf(fileName, archive.entries)), media: mediaAmong(archive.entries) };
}

/** Opens an `.otioz` piece by piece, without reading its media. @throws PW_ZIP_*, PW_BUNDLE_CONTENT, PW_RESOLVE_PROJECT */
export async function openOtioz(fileName: string, archive: ArchivePort): Promise<OpenBundle> {
  const entries = await readEntries(fileName, archive);
  const content = await readEntry(fileName, archive, contentOf(fileName, entries));
  return { content, media: mediaAmong(entries) };
}

/** A media file to be bundled. */
export interface MediaSource {
  /** In bytes. */
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function textSource(name: string, text: string): PackSource {
  const bytes = bytesOfText(text);
  return { name, size: bytes.length, isDeflated: true, read: () => once(bytes) };
}

/** The `content.otio` of a planned bundle: what an `.otiod` folder holds beside its `media/`. */
export function bundleContent(plan: BundlePlan): string {
  return writeOtio(plan.root, { style: 'canonical' });
}

/** Writes an `.otioz` piece by piece: the timeline deflated, media stored. `open` gives a planned file's bytes. */
export function writeOtioz(plan: BundlePlan, open: (targetUrl: string) => MediaSource): AsyncGenerator<Uint8Array> {
  const media = plan.media.map(({ targetUrl, bundlePath }): PackSource => {
    const source = open(targetUrl);
    return { name: bundlePath, size: source.size, isDeflated: false, read: () => source.read() };
  });
  return packArchive([
    textSource('version.txt', bundleVersion),
    textSource('content.otio', bundleContent(plan)),
    ...media,
  ]);
}
