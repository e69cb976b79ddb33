import { isPatchworkError } from '@patchwork/kernel';
import type { ThumbnailItem } from '@patchwork/media';
import type { MediaInfo } from '@patchwork/program';
import type { ComparedSide } from './comparison.ts';
import type { RenderContext } from './run/context.ts';
import { mediaOf } from './pictures/encode-missing.ts';
import { identifyMedia } from './media/media-catalog.ts';

/**
 * JPEG pictures of frames of a compared side, from the timeline's start: out of the deliverable as it stands, else drawn
 * from the media. Null where there is no such frame, and where its media is gone or is another one by now.
 *
 * @throws PW_MEDIA_* when what is there cannot be drawn or decoded
 */
export async function sidePictures(
  context: RenderContext,
  side: ComparedSide,
  frames: readonly number[],
  width: number,
): Promise<readonly (Uint8Array | null)[]> {
  const { program, file } = side;
  if (program === null) return frames.map(() => null);
  const held = file?.range ?? { in: 0, out: program.frames };
  const items = frames.map((frame): ThumbnailItem | null => {
    if (frame < held.in || frame >= held.out) return null;
    return file === null ? { picture: program.pictureAt(frame) } : { path: file.path, frame: frame - held.in };
  });
  const media = file === null ? await mediaAtHand(context, items, side.media) : [];
  const known = new Set(media.map(({ identity }) => identity));
  const drawable = items.map((item) => (item !== null && isDrawable(item, side.media, known) ? item : null));
  const asked = drawable.filter((item) => item !== null);
  if (asked.length === 0) return frames.map(() => null);
  const images = await context.workers().thumbnails({
    items: asked,
    width,
    format: 'jpeg',
    media: mediaOf(picturesIn(asked), media),
    canvas: program.canvas,
  });
  let next = 0;
  return drawable.map((item) => (item === null ? null : (images[next++] ?? null)));
}

function picturesIn(items: readonly (ThumbnailItem | null)[]): Parameters<typeof mediaOf>[0] {
  return items.flatMap((item) => (item !== null && 'picture' in item ? [item.picture] : []));
}

function isDrawable(item: ThumbnailItem, all: readonly MediaInfo[], known: ReadonlySet<string>): boolean {
  return mediaOf(picturesIn([item]), all).every(({ identity }) => known.has(identity));
}

/** The files that the pictures name and that still hold what they held. */
async function mediaAtHand(
  context: RenderContext,
  items: readonly (ThumbnailItem | null)[],
  all: readonly MediaInfo[],
): Promise<readonly MediaInfo[]> {
  const found: MediaInfo[] = [];
  for (const { identity, path } of mediaOf(picturesIn(items), all)) {
    try {
      const info = await identifyMedia(context, path);
      if (info.identity === identity) found.push(info);
    } catch (error) {
      // A file that is gone or damaged gives no picture; that is all a picture beside a list may cost.
      if (!isPatchworkError(error)) throw error;
    }
  }
  return found;
}
