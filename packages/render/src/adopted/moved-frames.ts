import type { FrameKey, Program } from '@patchwork/program';
import type { AdoptedPreparation } from './adopted-preparation.ts';

/**
 * Says where a frame of the film stands in the new version: with the run that is kept, else where the one frame is that
 * shows the same. Null where it is gone, or where several frames show it.
 */
export function movedFrames({
  film,
  stretches,
  previous,
  program,
}: Pick<AdoptedPreparation, 'stretches' | 'previous' | 'program'> & {
  readonly film: Pick<AdoptedPreparation['film'], 'frames'>;
}): (frame: number) => number | null {
  let shown: ReadonlyMap<FrameKey, number | null> | null = null;
  return (frame) => {
    if (frame < 0 || frame >= film.frames) return null;
    const places = stretches.flatMap((each) => {
      if (each.kind === 'fresh' || frame < each.from) return [];
      const at = frame - each.from + each.range.in;
      return at < each.range.out ? [at] : [];
    });
    const [place] = places;
    if (place !== undefined && places.length === 1) return place;
    shown ??= framesByKey(program);
    return shown.get(previous.frameKeyAt(frame)) ?? null;
  };
}

/** The one frame of each key; null for a key that several frames have. */
function framesByKey(program: Program): ReadonlyMap<FrameKey, number | null> {
  const frames = new Map<FrameKey, number | null>();
  for (let frame = 0; frame < program.frames; frame++) {
    const key = program.frameKeyAt(frame);
    frames.set(key, frames.has(key) ? null : frame);
  }
  return frames;
}
