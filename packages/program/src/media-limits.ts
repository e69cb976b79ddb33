import type { VideoStreamInfo } from './media-info.ts';
import type { Place, Resolver } from './resolver.ts';
import { indexOf } from './stream-clock.ts';
import type { TimeMap } from './time-map.ts';

/**
 * Says so when a clip asks for frames that its media does not have: the first or last one is held there. A clip with no
 * frame at all inside of its media is an error: it is not what anybody meant.
 */
export function tellLimits(
  run: { readonly video: VideoStreamInfo; readonly map: TimeMap },
  window: { readonly from: number; readonly to: number; readonly isHandle: boolean },
  clip: string,
  place: Pick<Place, 'track'>,
  resolver: Resolver,
): void {
  const { video, map } = run;
  if (video.still || window.from >= window.to) return;
  const indexAt = indexOf(video, map);
  let [lowest, highest] = [Infinity, -Infinity];
  for (const frame of turningFrames(map, window.from, window.to - 1)) {
    const index = indexAt(frame);
    lowest = Math.min(lowest, index);
    highest = Math.max(highest, index);
  }
  const last = video.frames - 1;
  if (lowest >= 0 && highest <= last) return;
  const where = `${place.track} / ${clip}`;
  const asked = `source frames ${lowest} to ${highest} of 0 to ${last}`;
  if (window.isHandle) {
    resolver.remarks.add({
      code: 'PW_TRANSITION_HANDLE',
      severity: 'warning',
      message: `${where}: a transition reaches beyond the media (${asked}); the edge frame is held there`,
      where,
      hint: 'Shorten the transition or trim the clip.',
    });
  } else if (highest < 0 || lowest > last) {
    resolver.remarks.add({
      code: 'PW_MEDIA_OUTSIDE',
      severity: 'error',
      message: `${where} plays nothing of its media: ${asked}`,
      where,
      hint: 'Check the start timecode and the rate of the media, or relink the clip.',
    });
  } else {
    resolver.remarks.add({
      code: 'PW_MEDIA_SHORT',
      severity: 'warning',
      message: `${where} runs beyond its media (${asked}); the edge frame is held there`,
      where,
      hint: 'Trim the clip or relink it to longer media.',
    });
  }
}

/** The frames at which a map can reach its extremes: the first, the last, and those around each point of a ramp. */
function turningFrames(map: TimeMap, first: number, last: number): readonly number[] {
  const frames = [first, last];
  if (map.kind !== 'points') return frames;
  for (const point of map.points) {
    const at = Math.floor(point.frame.num / point.frame.den);
    for (const frame of [at - 1, at, at + 1]) if (frame > first && frame < last) frames.push(frame);
  }
  return frames;
}
