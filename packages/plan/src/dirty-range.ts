import type { Program } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';

/**
 * Record frames whose picture differs, frame by frame: sorted, disjoint, not touching. Frames that only one of the
 * programmes has are dirty too, so the last range can end behind the shorter one. `shift` is added to a new frame's number
 * to find its old one (default 0; not 0 where the two cover different ranges of the timeline).
 */
export function dirtyRanges(previous: Program, next: Program, shift: number = 0): FrameRange[] {
  const ranges: { in: number; out: number }[] = [];
  const end = Math.max(next.frames, previous.frames - shift);
  for (let frame = Math.min(0, 0 - shift); frame < end; frame += 1) {
    if (keyOrNull(previous, frame + shift) === keyOrNull(next, frame)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last.out === frame) last.out = frame + 1;
    else ranges.push({ in: frame, out: frame + 1 });
  }
  return ranges;
}

function keyOrNull(program: Program, frame: number): string | null {
  return frame >= 0 && frame < program.frames ? program.frameKeyAt(frame) : null;
}
