import { isPatchworkError, PatchworkError } from '@patchwork/kernel';
import type { VideoStreamInfo } from '@patchwork/program';
import { adoptMovie, planPatch, type PlacedChunk, type WidenedRange } from '@patchwork/splice';
import { formatRate, lengthOf, type FrameRange } from '@patchwork/time';
import type { RenderContext } from '../run/context.ts';
import { openFilm, probedVideo, type FinishedFilm } from './finished-film.ts';
import { reorderDepth } from './matching-profile.ts';

/** A media file that is to stand in a film. */
export interface Piece {
  readonly path: string;
  readonly video: VideoStreamInfo;
}

const highTransfers: readonly string[] = ['smpte2084', 'arib-std-b67'];

/**
 * Looks at a piece and refuses one that does not fit its place.
 *
 * @param film what it must be like.
 * @throws PW_PIECE_RASTER, PW_PIECE_RATE, PW_PIECE_LENGTH, PW_PIECE_INTERLACED, PW_PIECE_COLOR, PW_PIECE_NO_PICTURE, PW_MEDIA_*
 */
export async function openPiece(
  context: RenderContext,
  path: string,
  film: Pick<VideoStreamInfo, 'width' | 'height' | 'pixelAspect' | 'rotation' | 'rate' | 'color'> & {
    readonly isVariable: boolean;
  },
  range: FrameRange,
): Promise<Piece> {
  const video = await probedVideo(context, path);
  const refuse = (code: string, what: string, hint: string): never => {
    throw new PatchworkError(code, `${JSON.stringify(path)} does not fit: ${what}`, { hint, details: { path } });
  };
  const shape = (v: Pick<VideoStreamInfo, 'width' | 'height' | 'pixelAspect' | 'rotation'>): string =>
    `${v.width}×${v.height}${v.pixelAspect.num === v.pixelAspect.den ? '' : `, pixels ${v.pixelAspect.num}:${v.pixelAspect.den}`}${v.rotation === 0 ? '' : `, turned ${v.rotation}°`}`;
  if (shape(video) !== shape(film)) {
    refuse('PW_PIECE_RASTER', `it is ${shape(video)}, the film ${shape(film)}`, 'Render it in the raster of the film.');
  }
  const isOtherRate = video.rate.num * film.rate.den !== film.rate.num * video.rate.den;
  if (!film.isVariable && (isOtherRate || video.times !== null)) {
    const told = video.times === null ? formatRate(video.rate) : 'a variable number of';
    refuse(
      'PW_PIECE_RATE',
      `it has ${told} frames a second, the film ${formatRate(film.rate)}`,
      'Render it at the rate of the film.',
    );
  }
  if (video.frames !== lengthOf(range)) {
    refuse(
      'PW_PIECE_LENGTH',
      `it has ${video.frames} frames, the range ${range.in}:${range.out} has ${lengthOf(range)}`,
      'OUT is exclusive: give a piece of exactly OUT − IN frames, without handles.',
    );
  }
  if (!['progressive', 'unknown'].includes(video.fieldOrder)) {
    refuse('PW_PIECE_INTERLACED', 'its pictures are interlaced, the film is not', 'Render it progressive.');
  }
  const isHigh = (color: VideoStreamInfo['color']): boolean => highTransfers.includes(color.transfer);
  if (
    isHigh(video.color) !== isHigh(film.color) ||
    (isHigh(film.color) && video.color.transfer !== film.color.transfer)
  ) {
    refuse(
      'PW_PIECE_COLOR',
      `its transfer is ${video.color.transfer}, the film's ${film.color.transfer}`,
      'Render it in the colours of the film.',
    );
  }
  return { path, video };
}

/** A piece's own packets, where they can stand in the film as they are; null where they must be encoded. */
export async function copiedPiece(
  context: RenderContext,
  film: FinishedFilm,
  piece: Piece,
  range: WidenedRange,
): Promise<readonly PlacedChunk[] | null> {
  if (lengthOf(range) !== piece.video.frames) return null;
  return copiedPackets(context, film, piece.path, async (own) => {
    if (own.frames !== lengthOf(range)) return null;
    const { chunks } = await adoptMovie(context.files, own.base, context.hashing);
    planPatch(film.base, { range, pieces: chunks });
    return chunks;
  });
}

/**
 * A file's own packets, where they can stand in a film of another origin as they are; null where they must be encoded.
 *
 * @param take reads them from a file that is alike; may throw as container and streams do.
 * @throws PW_FILE_*
 */
export async function copiedPackets(
  context: RenderContext,
  film: FinishedFilm,
  path: string,
  take: (own: FinishedFilm) => Promise<readonly PlacedChunk[] | null>,
): Promise<readonly PlacedChunk[] | null> {
  try {
    const own = await openFilm(context, path);
    const [first] = own.base.ends;
    const isAlike =
      own.base.track.entries[0]?.format === film.base.track.entries[0]?.format &&
      first?.sample === 0 &&
      !first.brokenLink &&
      reorderDepth(own) <= reorderDepth(film);
    return isAlike ? await take(own) : null;
  } catch (error) {
    // What a container or a stream cannot offer for copying is decoded instead.
    if (isPatchworkError(error) && /^PW_(MOVIE|ADOPT|STREAM|PATCH|SPLICE)_/.test(error.code)) return null;
    throw error;
  }
}
