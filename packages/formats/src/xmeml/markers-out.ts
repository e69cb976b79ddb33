import { isInteger, multiply, round, secondsFromTime, subtract, zero, type Rate, type Rational } from '@patchwork/time';
import type { Item, Marker } from '@patchwork/timeline';
import { fileOf } from '../fcpxml/writer/links.ts';
import { xml, type XmlOut } from '../xml/write.ts';
import { text, type Writing } from './writing.ts';

/** Markers of a clip or a sequence; of a clip they count from the first frame of its media, as `in` does. */
export function markersOf(writing: Writing, item: Item, rate: Rate, where: string): XmlOut[] {
  const range = item.kind === 'Track' ? null : (fileOf(item)?.availableRange ?? null);
  const mediaStart = range === null ? zero : secondsFromTime(range.start);
  const colored = item.markers.filter(({ color }) => color !== 'GREEN').length;
  if (colored > 0)
    writing.notSaid.add('PW_WRITE_MARKER', 'note', `markers have no colour in xmeml; ${colored} lost theirs`, where);
  return item.markers.map((marker) => markerElement(writing, marker, { rate, mediaStart, where }));
}

function markerElement(
  writing: Writing,
  { name, comment, markedRange }: Marker,
  { rate, mediaStart, where }: { readonly rate: Rate; readonly mediaStart: Rational; readonly where: string },
): XmlOut {
  const [from, length] = [
    multiply(subtract(secondsFromTime(markedRange.start), mediaStart), rate),
    multiply(secondsFromTime(markedRange.duration), rate),
  ];
  if (!isInteger(from) || !isInteger(length))
    writing.notSaid.add('PW_WRITE_MARKER', 'note', `the marker "${name}" lies between frames; it was rounded`, where);
  const at = round(from);
  return xml(
    'marker',
    [],
    [
      text('comment', comment),
      text('name', name),
      text('in', String(at)),
      text('out', String(round(length) > 1 ? at + round(length) : -1)),
    ],
  );
}
