import { clippedTo } from '@patchwork/formats';
import { oneLine } from './one-line.ts';

/** Markers for a host's timeline. Timecodes are record timecodes; `out` is exclusive. */
export interface MarkerList {
  readonly title: string;
  readonly dropFrame: boolean;
  readonly markers: readonly {
    readonly in: string;
    readonly out: string;
    readonly frames: number;
    readonly name: string;
    /** As DaVinci Resolve names marker colours: `Red`, `Blue`, … */
    readonly color: string;
  }[];
}

/**
 * Writes markers as the CMX3600 EDL that DaVinci Resolve imports as timeline markers: one event a marker, and behind it
 * a line ` |C:ResolveColorRed |M:name |D:frames`.
 */
export function markerEdl(list: MarkerList): string {
  const events = list.markers.map((marker, index) => {
    const number = String(index + 1).padStart(3, '0');
    const record = `${marker.in} ${marker.out}`;
    return `${number}  001      V     C        ${record} ${record}  \n |C:ResolveColor${field(marker.color)} |M:${field(marker.name)} |D:${marker.frames}\n`;
  });
  return `TITLE: ${field(list.title)}\nFCM: ${list.dropFrame ? 'DROP FRAME' : 'NON-DROP FRAME'}\n\n${events.join('\n')}`;
}

/** Longer names are cut, in columns: a marker is a label, and the list of changes has the words in full. */
const mostColumns = 200;

/** A name must not end its line nor its field. */
function field(text: string): string {
  return clippedTo(oneLine(text).replaceAll(/(\s*\|\s*)+/g, ' / '), mostColumns);
}
