import { join } from 'node:path';
import { writeAtomically } from '@patchwork/files';
import type { Forecast } from '@patchwork/render';
import { markerEdl, pieceCsv } from '@patchwork/report';
import type { CommandContext } from './shell.ts';
import { recordTimecode } from './words.ts';

/** Writes what another program is to render: `pieces.csv` for people and scripts, `pieces.edl` as markers. @throws PW_FILE_* */
export async function writePieceList(context: CommandContext, folder: string, forecast: Forecast): Promise<void> {
  const { place, pieces = [] } = forecast;
  const rows = pieces.map(({ name, range }) => ({
    file: name,
    in: range.in,
    out: range.out,
    inTimecode: recordTimecode(place, range.in),
    outTimecode: recordTimecode(place, range.out),
    lastTimecode: recordTimecode(place, range.out - 1),
  }));
  const edl = markerEdl({
    title: 'pieces to render',
    dropFrame: place.start.dropFrame,
    markers: rows.map((row) => ({
      in: row.inTimecode,
      out: row.outTimecode,
      frames: row.out - row.in,
      name: row.file,
      color: 'Blue',
    })),
  });
  await context.files.makeFolder(folder);
  await writeAtomically(context.files, join(folder, 'pieces.csv'), new TextEncoder().encode(pieceCsv(rows)));
  await writeAtomically(context.files, join(folder, 'pieces.edl'), new TextEncoder().encode(edl));
}
