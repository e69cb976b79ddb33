// The rules of plan on compiled timelines. They stand here because plan may not see timelines, and diff sees both.
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { builtInProfile, chunkGrid, makePlan, planChunks, type VideoProfile } from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import { makeFreezeFrame, makeRange, makeTimeWarp, type Clip, type Composable, type Effect } from '@patchwork/timeline';
import { clip, compile, dissolve, fps24, gap, must, opacity, sha256, storyClips, timeline } from '../test/fixture.ts';
import { anyEdits, anyTracks, edited, timelineOf } from '../test/random-edit.ts';

const runs = Number(process.env['PW_RUNS'] ?? 150);
const raster = { width: 64, height: 36, rate: fps24 };
const h264 = builtInProfile('h264-mov', raster).video;
const prores = builtInProfile('prores-422-hq', raster).video;
const toolchain = { drawing: '1', ffmpeg: '8.1', encoder: 'x264', cpuClass: null };

function rendered(old: Program, next: Program, video: VideoProfile): number {
  const keys = new Set(planChunks(old, video, toolchain, sha256).map(({ key }) => key));
  const chunks = planChunks(next, video, toolchain, sha256);
  const parts = {
    video,
    toolchain,
    soundAtHand: true,
    isAtHand: (key: string): boolean => keys.has(key),
    previous: null,
  };
  return makePlan({ program: next, chunks, ...parts }).rendered;
}

/** Frames rendered into the long-GOP and the intra output. */
function counts(
  old: readonly Composable[],
  next: readonly Composable[],
  above: readonly Composable[] = [],
): [number, number] {
  const [a, b] = [compile(timeline([old])), compile(timeline([next, above]))];
  return [rendered(a, b, h264), rendered(a, b, prores)];
}

function changed(at: number, start: number, length: number, effects: readonly Effect[] = []): Clip[] {
  const clips = storyClips();
  return clips.with(at, { ...must(clips[at]), effects, sourceRange: makeRange(start, length, fps24) });
}

describe('frames to render, by story', () => {
  const base: readonly Composable[] = storyClips();

  test.each<[string, readonly Composable[], [number, number]]>([
    ['1: nothing', storyClips(), [0, 0]],
    ['2: insert', base.toSpliced(4, 0, clip('NEW', 0, 48)), [48, 48]],
    ['3: ripple trim out −10', changed(5, 48, 86), [38, 0]],
    ['4: ripple trim in +10', changed(5, 58, 86), [38, 0]],
    ['5: slip +24', changed(5, 72, 96), [48, 24]],
    ['6: roll +8', changed(3, 0, 104).with(4, must(changed(4, 8, 88)[4])), [48, 8]],
    ['7: move', [...base.slice(0, 2), ...base.slice(5, 9), ...base.slice(2, 5), ...base.slice(9)], [0, 0]],
    ['7: blade', base.toSpliced(6, 1, must(changed(6, 0, 40)[6]), must(changed(6, 40, 56)[6])), [0, 0]],
    ['8: dissolve', base.toSpliced(5, 0, dissolve(12, 12)), [96, 24]],
    ['9: half speed', changed(3, 0, 96, [makeTimeWarp(0.5)]), [96, 0]],
    ['9: reverse', changed(3, 0, 96, [makeTimeWarp(-1)]), [96, 0]],
    ['9: freeze', changed(3, 30, 96, [makeFreezeFrame()]), [48, 0]],
  ])('%s', (_, next, expected) => {
    expect(counts(base, next)).toEqual(expected);
  });

  test('11: a half-transparent clip above', () => {
    expect(counts(base, base, [gap(200), clip('T', 0, 60, [opacity(0.5)])])).toEqual([96, 60]);
  });
});

test('L2: an edit moves no boundary further than one chunk from the frames it changed', () => {
  fc.assert(
    fc.property(anyTracks, anyEdits, fc.constantFrom(8, 48), ([track], edits, gop) => {
      // Without gaps: a held picture counts from where it begins to be held (SPEC of plan, L2).
      const old = timelineOf([track.filter((shot) => typeof shot !== 'number'), []]);
      if (old.tracks.children.every((child) => child.kind === 'Track' && child.children.length === 0)) return;
      const [a, b] = [compile(old), compile(edited(old, edits))];
      const { head, tail } = commonEnds(a, b);
      const starts = (program: Program): number[] => chunkGrid(program, gop).map((chunk) => chunk.in);
      const early = (program: Program): number[] => starts(program).filter((frame) => frame <= head - (gop + 1));
      const late = (program: Program): number[] =>
        starts(program)
          .map((frame) => frame - program.frames)
          .filter((frame) => frame >= gop + 1 - tail);
      expect(early(a)).toEqual(early(b));
      expect(late(a)).toEqual(late(b));
    }),
    { numRuns: runs },
  );
});

/** How many frames at either end have equal keys. */
function commonEnds(a: Program, b: Program): { head: number; tail: number } {
  let [head, tail] = [0, 0];
  while (head < a.frames && head < b.frames && a.frameKeyAt(head) === b.frameKeyAt(head)) head += 1;
  const most = Math.min(a.frames, b.frames) - head;
  while (tail < most && a.frameKeyAt(a.frames - 1 - tail) === b.frameKeyAt(b.frames - 1 - tail)) tail += 1;
  return { head, tail };
}
