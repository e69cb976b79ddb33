import type { FrameKey, Program } from '@patchwork/program';
import type { AdoptedPreparation } from './adopted-preparation.ts';

/**
 * Says where a frame of the film stands in the new version: with the piece that is kept, else where the one frame is that
 * shows the same. Null where it is gone, or where several frames show it.
 */
export function movedFrames({
  entry,
  stretches,
  previous,
  program,
}: Pick<AdoptedPreparation, 'entry' | 'stretches' | 'previous' | 'program'>): (frame: number) => number | null {
  const pieces = new Map<number, readonly number[]>();
  for (const stretch of stretches) {
    if (stretch.kind === 'kept') pieces.set(stretch.chunk, [...(pieces.get(stretch.chunk) ?? []), stretch.range.in]);
  }
  let shown: ReadonlyMap<FrameKey, number | null> | null = null;
  return (frame) => {
    let start = 0;
    const chunk = entry.chunks.findIndex(({ order }) => {
      if (frame < start + order.length) return true;
      start += order.length;
      return false;
    });
    if (chunk < 0) return null;
    const places = pieces.get(chunk) ?? [];
    const [place] = places;
    if (place !== undefined && places.length === 1) return place + frame - start;
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
