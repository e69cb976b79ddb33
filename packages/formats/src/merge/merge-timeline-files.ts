import { mergeFcpxml, type MergedDocument, type MergeOneTimeline, type ThreeVersions } from './merge-fcpxml.ts';
import { formatOfText, type TimelineFile } from '../read-timeline-file.ts';
import { decodeText } from '../text/decode.ts';

/**
 * Merges three versions of one file in its own text: each timeline by `mergeOne`, what stands around them as XML. Null where it is not done
 * so: for formats other than FCPXML, and files without projects.
 *
 * @throws PW_FCPXML_PLACE where a merged timeline cannot be written into the document; PW_TEXT_*, PW_XML_*
 */
export function mergeTimelineFiles(
  files: ThreeVersions<TimelineFile>,
  mergeOne: MergeOneTimeline,
): MergedDocument | null {
  const all = [files.base, files.ours, files.theirs];
  if (all.some(({ bytes }) => bytes[0] === 0x50 && bytes[1] === 0x4b)) return null;
  const [base, ours, theirs] = all.map(({ name, bytes }) => decodeText(name, bytes).text) as [string, string, string];
  if ([base, ours, theirs].some((text) => formatOfText(text) !== 'fcpxml')) return null;
  return mergeFcpxml(files.ours.name, { base, ours, theirs }, mergeOne);
}
