import { writeAtomically } from '@patchwork/files';
import type { Forecast } from '@patchwork/render';
import { markerEdl } from '@patchwork/report';
import type { CommandContext } from './shell.ts';
import { recordTimecode } from './words.ts';

/** Writes the watch list as a marker EDL, one marker a range. @throws PW_FILE_* */
export async function writeMarkerList(context: CommandContext, path: string, forecast: Forecast): Promise<void> {
  const { place, watch } = forecast;
  const text = markerEdl({
    title: 'watch list',
    dropFrame: place.start.dropFrame,
    markers: watch.map((range, index) => ({
      in: recordTimecode(place, range.in),
      out: recordTimecode(place, range.out),
      frames: range.out - range.in,
      name: `watch ${index + 1}`,
      color: 'Red',
    })),
  });
  await writeAtomically(context.files, path, new TextEncoder().encode(text));
}
