import { PatchworkError } from '@patchwork/kernel';
import type { Rate } from '@patchwork/time';
import { isJsonObject, member, plainJson, readOtio, type Timeline } from '@patchwork/timeline';
import { readFcpxml, type ReadTimelines } from './fcpxml/read.ts';
import { readXmeml } from './xmeml/read.ts';
import { openOtiozBytes } from './bundle/otioz.ts';
import { conflictNotes } from './conflict-notes.ts';
import { decimalRateNotes } from './decimal-rate.ts';
import { isEdlText } from './edl/events.ts';
import { readEdl } from './edl/read.ts';
import { withResolveEffects } from './resolve/effects.ts';
import { decodeText } from './text/decode.ts';

/** A file as it was found. `name` is what diagnostics call it; its ending helps to tell formats apart. */
export interface TimelineFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Formats that are told apart by content. */
export type TimelineFormat = 'otio' | 'fcpxml' | 'xmeml' | 'edl';

/** Tells a file's format by its first characters; null when none is known. */
export function formatOfText(text: string): TimelineFormat | null {
  const head = text.slice(0, 4096).trimStart();
  if (head.startsWith('{')) return 'otio';
  if (/<fcpxml[\s>]|<!DOCTYPE\s+fcpxml/i.test(head)) return 'fcpxml';
  if (/<xmeml[\s>]|<!DOCTYPE\s+xmeml/i.test(head)) return 'xmeml';
  if (isEdlText(text)) return 'edl';
  return null;
}

/** What a file does not say itself. */
export interface ReadTimelineOptions {
  /** Frame rate of an edit decision list. Default: guessed, with a warning. */
  readonly edlRate?: Rate;
  /** Raster of a Resolve `.otio`, which does not name its own. Default: unknown, moved pictures stay unmodelled. */
  readonly raster?: { readonly width: number; readonly height: number };
}

/**
 * Reads a timeline file of any known format; content decides, not the name. Content that is merely odd comes back as
 * diagnostics with `file:line:column` and record timecode.
 *
 * @throws PW_FORMAT_UNKNOWN when the file is none of ours; PW_ZIP_*, PW_BUNDLE_CONTENT, PW_RESOLVE_PROJECT of an archive; PW_TEXT_*, PW_XML_*, PW_OTIO_*, PW_JSON_*, PW_FCPXML_* as the
 * readers throw them.
 */
export function readTimelineFile(file: TimelineFile, options: ReadTimelineOptions = {}): ReadTimelines {
  if (file.bytes.length === 0) throw unknownFormat(file, 'is empty');
  // An archive inside of an archive is no text: one that holds itself would never end.
  return isArchive(file.bytes)
    ? readBytes({ name: `${file.name}/content.otio`, bytes: openOtiozBytes(file.name, file.bytes).content }, options)
    : readBytes(file, options);
}

function readBytes(file: TimelineFile, options: ReadTimelineOptions): ReadTimelines {
  const { text, diagnostics } = decodeText(file.name, file.bytes);
  const read = readText(file, text, options);
  const open = text.includes('MERGE CONFLICT ') ? conflictNotes(file.name, read.timelines, text) : [];
  return { ...read, diagnostics: [...diagnostics, ...read.diagnostics, ...open] };
}

/** An OTIO text; Resolve's own effects are said in the vocabulary. */
function readOtioText(name: string, text: string, options: ReadTimelineOptions): ReadTimelines {
  const { timelines, root, diagnostics } = readOtio(text, { source: name });
  const given = options.raster === undefined ? null : options.raster.width / options.raster.height;
  const translated = timelines.map((timeline) => withResolveEffects(timeline, { aspect: aspectOf(timeline) ?? given }));
  return {
    timelines: translated.map(({ timeline }) => timeline),
    holdsMore: root.kind !== 'Timeline',
    diagnostics: [...diagnostics, ...decimalRateNotes(name, text), ...translated.flatMap((one) => one.diagnostics)],
  };
}

/** Width ÷ height of a raster that the timeline names itself. */
function aspectOf(timeline: Timeline): number | null {
  const canvas = member(timeline.metadata, 'patchwork', 'canvas');
  const { width, height } = isJsonObject(canvas) ? (plainJson(canvas) as { readonly [key: string]: unknown }) : {};
  return typeof width === 'number' && typeof height === 'number' && height > 0 ? width / height : null;
}

/** `PK`: a zip file. */
function isArchive(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

function readText(file: TimelineFile, text: string, options: ReadTimelineOptions): ReadTimelines {
  switch (formatOfText(text)) {
    case 'otio':
      return readOtioText(file.name, text, options);
    case 'fcpxml':
      return readFcpxml(file.name, text);
    case 'xmeml':
      return readXmeml(file.name, text);
    case 'edl':
      return readEdl(file.name, text, options.edlRate === undefined ? {} : { rate: options.edlRate });
    case null:
      throw unknownFormat(file, 'is no timeline file that is known');
  }
}

function unknownFormat(file: TimelineFile, what: string): PatchworkError {
  return new PatchworkError('PW_FORMAT_UNKNOWN', `${file.name} ${what}`, {
    hint: 'Give an .otio, .fcpxml, .xml or .edl file.',
    details: { file: file.name, sizeBytes: file.bytes.length },
  });
}
