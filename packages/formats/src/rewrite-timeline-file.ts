import type { Timeline } from '@patchwork/timeline';
import { writeFcpxmlInto } from './fcpxml/writer/write-into.ts';
import type { WrittenText } from './fcpxml/writer/options.ts';
import { formatOfText, type TimelineFile } from './read-timeline-file.ts';
import { decodeText } from './text/decode.ts';

/**
 * Writes a timeline in the place of the one of a name in its file, all around it kept letter by letter. Null for formats
 * of which this is not done: all but FCPXML.
 *
 * @throws PW_FCPXML_PLACE where the document cannot take it; PW_TEXT_*, PW_XML_*
 */
export function rewriteTimelineFile(file: TimelineFile, name: string, timeline: Timeline): WrittenText | null {
  if (file.bytes[0] === 0x50 && file.bytes[1] === 0x4b) return null;
  const { text } = decodeText(file.name, file.bytes);
  if (formatOfText(text) !== 'fcpxml') return null;
  return writeFcpxmlInto({ fileName: file.name, text, project: name }, timeline);
}
