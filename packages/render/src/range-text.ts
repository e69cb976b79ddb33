import { PatchworkError } from '@patchwork/kernel';
import { parseFrameOrTimecode, type FrameRange } from '@patchwork/time';
import type { TimelineFacts } from './timeline-facts.ts';

/**
 * Reads `IN:OUT`, each a frame from the timeline's start or a timecode. A timecode holds colons of its own, so the two are
 * divided at the colon that leaves two readable halves.
 *
 * @throws PW_RANGE_FORM, PW_RANGE_EMPTY
 */
export function parseRange(text: string, facts: TimelineFacts): FrameRange {
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    const start = parsePosition(text.slice(0, at), facts);
    const end = parsePosition(text.slice(at + 1), facts);
    if (start === null || end === null) continue;
    if (start < 0 || end <= start) {
      throw new PatchworkError('PW_RANGE_EMPTY', `range ${text} holds no frame: it runs from ${start} to ${end}`, {
        hint: "OUT is exclusive and must lie behind IN; frames count from the timeline's start.",
        details: { range: text },
      });
    }
    return { in: start, out: end };
  }
  throw new PatchworkError('PW_RANGE_FORM', `"${text}" is no range`, {
    hint: "Write IN:OUT, each a frame from the timeline's start (240:720) or a timecode (01:00:10:00:01:00:30:00).",
    details: { range: text },
  });
}

/** Reads a frame from the timeline's start or a timecode; null when it is neither. */
export function parsePosition(text: string, facts: TimelineFacts): number | null {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (facts.rate === null || !/^\d{2}[:;]\d{2}[:;]\d{2}[:;]\d{2,3}$/.test(text)) return null;
  return parseFrameOrTimecode(text, facts.rate, facts.dropFrame, facts.startFrame);
}
