import { expect, test } from 'vitest';
import { makeRange, type Clip } from '@patchwork/timeline';
import { clip, compare, fps24, must, storyClips, timeline } from '../../test/fixture.ts';
import { changeLine } from './change-line.ts';

test('a report line says where, whose and what', () => {
  const clips = storyClips();
  const trimmed = { ...must(clips[5]), sourceRange: makeRange(48, 86, fps24) };
  const moved = [...clips.slice(0, 2), ...clips.slice(5, 9), ...clips.slice(2, 5), ...clips.slice(9)];
  const report = (next: readonly Clip[]): string[] =>
    compare(timeline([clips]), timeline([next])).changes.map(changeLine);
  expect(report(clips.with(5, trimmed))).toEqual([
    '00:00:20:00  V1  m06: ripple trim out −10',
    '00:00:23:14  V1  downstream 6 clips shifted −10',
  ]);
  expect(report(moved)).toEqual(['00:00:24:00  V1  m03 … m05: move of 3 clips']);
  expect(report([...clips, clip('NEW', 0, 48)])).toEqual(['00:00:48:00  V1  NEW: insert (48 frames)']);
});
