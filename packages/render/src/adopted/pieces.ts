import { join } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import { adoptMovie, base64FromBytes, sharedConfig, type PlacedChunk } from '@patchwork/splice';
import { formatTimecode, type FrameRange } from '@patchwork/time';
import { canEncode, type AdoptedPreparation } from './adopted-preparation.ts';
import type { RenderContext } from '../run/context.ts';
import type { PieceOrder } from '../plan/outcome.ts';
import { encodeFootage } from '../film/fresh-pictures.ts';
import { copiedPackets, openPiece } from '../film/piece.ts';
import type { NameTemp } from '../run/temp-files.ts';

/** The stretches to render, in order. */
export function pieceOrders(context: RenderContext, preparation: AdoptedPreparation): readonly PieceOrder[] {
  const { stretches, program } = preparation;
  return stretches.flatMap(({ kind, range }) => {
    if (kind === 'kept') return [];
    let keys = '';
    for (let frame = range.in; frame < range.out; frame++) keys += `${program.frameKeyAt(frame)}\n`;
    const number = (frame: number): string => String(frame).padStart(6, '0');
    return [{ name: `piece-${number(range.in)}-${number(range.out)}-${context.sha256(keys).slice(0, 8)}`, range }];
  });
}

/**
 * Takes the fresh stretches of a film from files in a folder, each checked, its packets copied where they can stand in the
 * film, else encoded. By the first frame of each stretch.
 *
 * @throws PW_PIECE_MISSING listing all that are absent; PW_PIECE_*, PW_PATCH_ENCODER, PW_MEDIA_*
 */
export async function piecesFrom(
  context: RenderContext,
  folder: string,
  preparation: AdoptedPreparation,
  temp: NameTemp,
): Promise<ReadonlyMap<number, readonly PlacedChunk[]>> {
  const names = await context.files.list(folder);
  const orders = pieceOrders(context, preparation).map((order) => ({
    ...order,
    file: names.find((name) => name.startsWith(`${order.name}.`)) ?? null,
  }));
  const absent = orders.filter(({ file }) => file === null).map(({ name }) => name);
  if (absent.length > 0) {
    throw new PatchworkError(
      'PW_PIECE_MISSING',
      `${JSON.stringify(folder)} lacks ${absent.length} of ${orders.length} pieces, the first is ${absent[0]}`,
      {
        hint: 'patchwork plan … --renderer pieces --pieces FOLDER writes the list; any ending that holds pictures will do.',
        details: { folder, absent },
      },
    );
  }
  const chunks = new Map<number, readonly PlacedChunk[]>();
  for (const { file, range } of orders) {
    if (file === null) continue;
    chunks.set(range.in, await chunksOfPiece(context, join(folder, file), range, preparation, temp));
  }
  return chunks;
}

async function chunksOfPiece(
  context: RenderContext,
  path: string,
  range: FrameRange,
  preparation: AdoptedPreparation,
  temp: NameTemp,
): Promise<readonly PlacedChunk[]> {
  const { video, program } = preparation;
  const piece = await openPiece(
    context,
    path,
    { ...video, pixelAspect: { num: 1, den: 1 }, rotation: 0, isVariable: false },
    range,
  );
  const { startTimecode } = await context.workers().probe(path, { signal: context.signal });
  const wanted = program.start.frame + range.in;
  if (startTimecode !== null && startTimecode.frame !== wanted && startTimecode.frame !== 0) {
    const text = (frame: number): string => formatTimecode(frame, video.rate, program.start.dropFrame);
    throw new PatchworkError(
      'PW_PIECE_TIMECODE',
      `${JSON.stringify(path)} starts at ${text(startTimecode.frame)}, its place is ${text(wanted)}`,
      {
        hint: 'Render it with record timecode, or without any.',
        details: { path, found: startTimecode.frame, wanted },
      },
    );
  }
  const copied = await copiedChunks(context, path, preparation);
  if (copied !== null) return copied;
  if (!canEncode(video)) {
    throw new PatchworkError(
      'PW_PATCH_ENCODER',
      `${JSON.stringify(path)} can neither be copied into the film nor encoded here`,
      {
        hint: 'Render it with the settings of the film, beginning with a key frame, without open GOPs.',
        details: { path },
      },
    );
  }
  const footage = { path, video: piece.video, range: { in: 0, out: piece.video.frames } };
  return encodeFootage(context, [footage], video, temp('piece'));
}

/** The packets of a piece, where they can stand in the film as they are; else null. */
async function copiedChunks(
  context: RenderContext,
  path: string,
  { film }: AdoptedPreparation,
): Promise<readonly PlacedChunk[] | null> {
  return copiedPackets(context, film, path, async (own) => {
    const [entry] = film.base.track.entries;
    const [ownEntry] = own.base.track.entries;
    if (entry === undefined || ownEntry === undefined) return null;
    const bytes = (each: typeof entry): string => base64FromBytes(each.video?.config?.bytes ?? new Uint8Array(0));
    if (film.base.stream.family !== 'intra') sharedConfig(entry.format, [bytes(entry), bytes(ownEntry)]);
    return (await adoptMovie(context.files, own.base, context.hashing)).chunks;
  });
}
