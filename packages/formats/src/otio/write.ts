import { equals, formatRational, toNumber, type RationalTime, type TimeRange } from '@patchwork/time';
import { rationalFromDouble, writeOtio, type Composable, type Timeline } from '@patchwork/timeline';
import { NotSaid } from '../fcpxml/writer/not-said.ts';
import type { WrittenText } from '../fcpxml/writer/options.ts';

/**
 * Writes a timeline as `.otio`. The format counts in doubles: a time that none of them stands for (a third of a frame of a
 * retime, 1306249887960/1480215737 frames) is rounded, and named in `notSaid`.
 */
export function writeOtioTimeline(timeline: Timeline): WrittenText {
  const notSaid = new NotSaid();
  const time = (value: RationalTime, where: string): void => {
    const read = rationalFromDouble(toNumber(value.value));
    if (read !== null && equals(read, value.value)) return;
    notSaid.add('PW_WRITE_GRID', 'warning', `the time ${formatRational(value.value)} was rounded to a double`, where);
  };
  const range = (value: TimeRange | null, where: string): void => {
    if (value === null) return;
    time(value.start, where);
    time(value.duration, where);
  };
  const walk = (node: Composable, path: string): void => {
    const where = `${path}${path === '' ? '' : ' / '}${node.name}`;
    if (node.kind === 'Unknown') return;
    if (node.kind === 'Transition') {
      time(node.inOffset, where);
      time(node.outOffset, where);
      return;
    }
    range(node.sourceRange, where);
    for (const marker of node.markers) range(marker.markedRange, where);
    if (node.kind === 'Clip') {
      for (const [, reference] of node.mediaReferences)
        if (reference.kind !== 'Unknown') range(reference.availableRange, where);
    }
    if (node.kind === 'Track' || node.kind === 'Stack') for (const child of node.children) walk(child, where);
  };
  for (const child of timeline.tracks.children) walk(child, '');
  return { text: writeOtio(timeline, { style: 'lossless' }), notSaid: notSaid.all() };
}
