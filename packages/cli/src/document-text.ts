import { isPatchworkError } from '@patchwork/kernel';
import { rewriteTimelineFile, type WrittenText } from '@patchwork/formats';
import type { LoadedTimeline } from '@patchwork/render';
import type { Timeline } from '@patchwork/timeline';
import { writtenAs } from './written-timeline.ts';

/**
 * Writes a timeline that was read from a file, or edited since. Where it goes from FCPXML to FCPXML the document is kept around it: keywords, collections,
 * browser clips, other projects; of a file with more than one timeline only in place.
 *
 * @throws PW_FCPXML_PLACE, PW_FORMAT_WRITE
 */
export function documentText(
  loaded: LoadedTimeline,
  timeline: Timeline,
  target: string,
  isInPlace: boolean,
): WrittenText {
  if (/\.fcpxml$/i.test(target) && (isInPlace || !loaded.holdsMore)) {
    try {
      const file = { name: loaded.fileName, bytes: loaded.bytes };
      const written = rewriteTimelineFile(file, loaded.timeline.name, timeline);
      if (written !== null) return written;
    } catch (error) {
      // A file that holds nothing else is written anew.
      if (!isPatchworkError(error) || error.code !== 'PW_FCPXML_PLACE' || loaded.holdsMore) throw error;
    }
  }
  return writtenAs(timeline, target);
}
