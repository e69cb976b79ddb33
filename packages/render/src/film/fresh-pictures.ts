import type { Digest } from '@patchwork/kernel';
import type { JobMedia } from '@patchwork/media';
import type { VideoProfile } from '@patchwork/plan';
import { ptsOf, type Picture, type SourcePicture, type VideoStreamInfo } from '@patchwork/program';
import type { PlacedChunk } from '@patchwork/splice';
import type { FrameRange } from '@patchwork/time';
import type { RenderContext } from '../run/context.ts';

/** Frames of a media file, to be encoded one behind the other. */
export interface Footage {
  readonly path: string;
  readonly video: VideoStreamInfo;
  /** Frames of the file. */
  readonly range: FrameRange;
}

/**
 * Decodes stretches of media and encodes them as one run of closed chunks, pixel for pixel where the raster and the colours
 * are the profile's. The caller removes `outPath`.
 *
 * @throws PW_MEDIA_*
 */
export async function encodeFootage(
  context: RenderContext,
  footage: readonly Footage[],
  video: VideoProfile,
  outPath: string,
): Promise<readonly PlacedChunk[]> {
  const pictures = footage.flatMap((each) => picturesOf(context, each, video));
  const lengths = evenLengths(pictures.length, video.gop);
  const total = pictures.length;
  const chunks = await context.workers().encodePictures(
    {
      media: footage.map((each) => mediaOf(context, each)),
      pictures,
      lengths,
      keys: lengths.map((_, i) => context.sha256(`${outPath} ${i}`)),
      video,
      outPath,
      unmodelled: 'refuse',
    },
    {
      signal: context.signal,
      onProgress: (done) => context.onProgress({ phase: 'render', done, total, unit: 'frames' }),
    },
  );
  let offset = 0;
  return chunks.map((chunk) => {
    const placed = { ...chunk, key: chunk.digest, path: outPath, offset };
    offset += chunk.sizes.reduce((sum, size) => sum + size, 0);
    return placed;
  });
}

/** Lengths of at most `most` that differ by one: no chunk of a single frame at the end. */
export function evenLengths(frames: number, most: number): readonly number[] {
  const count = Math.ceil(frames / most);
  return Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * frames) / count) - Math.floor((i * frames) / count),
  );
}

/** The file is named by where it is: the name lives as long as the job. */
function nameOf(context: RenderContext, path: string): Digest {
  return context.sha256(`footage ${path}`);
}

function mediaOf(context: RenderContext, { path, video }: Footage): JobMedia {
  return {
    identity: nameOf(context, path),
    path,
    info: { path, container: '', video, sound: [], startTimecode: null },
  };
}

function picturesOf(context: RenderContext, { path, video, range }: Footage, profile: VideoProfile): Picture[] {
  const ptsAt = ptsOf(video);
  const known = (name: keyof typeof video.color): string =>
    video.color[name] === 'unknown' ? profile.color[name] : video.color[name];
  const color = {
    primaries: known('primaries'),
    transfer: known('transfer'),
    matrix: known('matrix'),
    range: known('range'),
  };
  return Array.from({ length: range.out - range.in }, (_, i): SourcePicture => ({
    op: 'source',
    media: nameOf(context, path),
    stream: video.stream,
    frame: range.in + i,
    pts: ptsAt(range.in + i),
    color,
    pixelAspect: { num: 1, den: 1 },
    rotation: 0,
    conform: 'none',
    crop: { left: 0, right: 0, top: 0, bottom: 0 },
  }));
}
