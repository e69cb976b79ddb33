import { resolve } from 'node:path';
import { writeAtomically } from '@patchwork/files';
import { formatTimecode } from '@patchwork/time';
import type { Forecast } from '@patchwork/render';
import { markerEdl } from '@patchwork/report';
import type { CommandContext } from './shell.ts';

/** Writes the watch list as a marker EDL, one marker a range. @throws PW_FILE_* */
export async function writeMarkerList(context: CommandContext, path: string, forecast: Forecast): Promise<void> {
  const { place, watch } = forecast;
  const zero = place.start.frame - place.offset;
  const timecode = (frame: number): string => formatTimecode(zero + frame, place.rate, place.start.dropFrame);
  const text = markerEdl({
    title: 'watch list',
    dropFrame: place.start.dropFrame,
    markers: watch.map((range, index) => ({
      in: timecode(range.in),
      out: timecode(range.out),
      frames: range.out - range.in,
      name: `watch ${index + 1}`,
      color: 'Red',
    })),
  });
  await writeAtomically(context.files, resolve(path), new TextEncoder().encode(text));
}
