import { isPatchworkError, PatchworkError } from '@patchwork/kernel';
import { parseFrameOrTimecode, type FrameRange } from '@patchwork/time';
import type { TimelineFacts } from './timeline-facts.ts';

/**
 * Reads `IN:OUT`, each a frame from the timeline's start or a timecode. A timecode holds colons of its own: of all colons
 * the first one counts that leaves two readable halves with frames between them (`01:00:10:00:720` is no frame 1).
 *
 * @throws PW_RANGE_FORM, PW_RANGE_EMPTY, PW_TIMECODE_*
 */
export function parseRange(text: string, facts: TimelineFacts): FrameRange {
  let refusal: PatchworkError | null = null;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    const range = dividedAt(text, at, facts);
    if (isPatchworkError(range)) refusal ??= range;
    else if (range !== null) return range;
  }
  if (refusal !== null) throw refusal;
  throw new PatchworkError('PW_RANGE_FORM', `"${text}" is no range`, {
    hint: "Write IN:OUT, each a frame from the timeline's start (240:720) or a timecode (01:00:10:00:01:00:30:00).",
    details: { range: text },
  });
}

/** The range with its two halves divided at this colon; why it is none; null where a half is neither frame nor timecode. */
function dividedAt(text: string, at: number, facts: TimelineFacts): FrameRange | PatchworkError | null {
  try {
    const start = parsePosition(text.slice(0, at), facts);
    const end = parsePosition(text.slice(at + 1), facts);
    if (start === null || end === null) return null;
    if (start >= 0 && end > start) return { in: start, out: end };
    return new PatchworkError('PW_RANGE_EMPTY', `range ${text} holds no frame: it runs from ${start} to ${end}`, {
      hint: "OUT is exclusive and must lie behind IN; frames count from the timeline's start.",
      details: { range: text },
    });
  } catch (error) {
    if (isPatchworkError(error)) return error;
    throw error;
  }
}

/** Reads a frame from the timeline's start or a timecode; null when it is neither. @throws PW_TIMECODE_* */
export function parsePosition(text: string, facts: TimelineFacts): number | null {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (facts.rate === null || !/^\d{2}[:;]\d{2}[:;]\d{2}[:;]\d{2,3}$/.test(text)) return null;
  return parseFrameOrTimecode(text, facts.rate, facts.dropFrame, facts.startFrame);
}
