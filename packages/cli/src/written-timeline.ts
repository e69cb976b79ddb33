import { PatchworkError } from '@patchwork/kernel';
import { writeEdl, writeFcpxml, writeOtioTimeline, writeXmeml, type WrittenText } from '@patchwork/formats';
import type { Timeline } from '@patchwork/timeline';

/** Writes a timeline in the format that a file's ending names. @throws PW_FORMAT_WRITE */
export function writtenAs(timeline: Timeline, path: string): WrittenText {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  switch (ending) {
    case 'otio':
      return writeOtioTimeline(timeline);
    case 'fcpxml':
      return writeFcpxml(timeline);
    case 'xml':
      return writeXmeml(timeline);
    case 'edl':
      return writeEdl(timeline);
    default:
      throw new PatchworkError('PW_FORMAT_WRITE', `no timeline is written as .${ending}`, {
        hint: 'Use .otio, .fcpxml, .xml or .edl; patchwork convert writes .otioz and .otiod as well.',
        details: { path },
      });
  }
}
