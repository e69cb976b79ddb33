import { PatchworkError } from '@patchwork/kernel';
import { readOtio, writeOtio } from '@patchwork/timeline';
import type { ReadTimelines } from '../fcpxml/read.ts';
import { decodeText } from '../text/decode.ts';
import type { ZipEntry } from '../zip/directory.ts';
import { bytesOfText, packArchive, type PackSource } from '../zip/pack.ts';
import { openArchive, readEntries, readEntry, type ArchivePort } from '../zip/unpack.ts';
import type { BundlePlan } from './plan.ts';

/** The version that OTIO's bundles name. */
const bundleVersion = '1.0.0';

/** A bundle's timelines and the files in it. */
export interface ReadBundle extends ReadTimelines {
  /** Media in the bundle, by the path that the timeline's references name. A stored file can be read in place. */
  readonly media: readonly ZipEntry[];
}

function contentOf(fileName: string, entries: readonly ZipEntry[]): ZipEntry {
  const content = entries.find(({ name }) => name === 'content.otio');
  if (content !== undefined) return content;
  throw new PatchworkError('PW_BUNDLE_CONTENT', `${fileName}: the bundle holds no content.otio`, {
    hint: 'Export the bundle again.',
    details: { file: fileName },
  });
}

function readContent(fileName: string, bytes: Uint8Array, entries: readonly ZipEntry[]): ReadBundle {
  const { text, diagnostics } = decodeText(`${fileName}/content.otio`, bytes);
  const read = readOtio(text, { source: `${fileName}/content.otio` });
  const media = entries.filter(({ name }) => name.startsWith('media/'));
  return { timelines: read.timelines, diagnostics: [...diagnostics, ...read.diagnostics], media };
}

/** Reads an `.otioz` that is in memory. @throws PW_ZIP_*, PW_BUNDLE_CONTENT, PW_OTIO_* */
export function readOtiozBytes(fileName: string, bytes: Uint8Array): ReadBundle {
  const archive = openArchive(fileName, bytes);
  return readContent(fileName, archive.unpack(contentOf(fileName, archive.entries)), archive.entries);
}

/** Reads an `.otioz` piece by piece, without its media. @throws PW_ZIP_*, PW_BUNDLE_CONTENT, PW_OTIO_* */
export async function readOtioz(fileName: string, archive: ArchivePort): Promise<ReadBundle> {
  const entries = await readEntries(fileName, archive);
  return readContent(fileName, await readEntry(fileName, archive, contentOf(fileName, entries)), entries);
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
