import { expect, test } from 'vitest';
import { makeRange } from '@patchwork/timeline';
import { compare, fps24, must, storyClips, timeline } from '../../test/fixture.ts';
import { changesJson } from './changes-json.ts';

test('J1: the document of a slip, whole', () => {
  const clips = storyClips();
  const slipped = clips.with(5, { ...must(clips[5]), sourceRange: makeRange(72, 96, fps24) });
  expect(changesJson(compare(timeline([clips]), timeline([slipped])))).toEqual({
    schema: 'patchwork.diff/1',
    summary: '1 slip',
    unchanged: 11,
    old: { name: 'test', rate: '24/1', start: '00:00:00:00', dropFrame: false, frames: 1152 },
    new: { name: 'test', rate: '24/1', start: '00:00:00:00', dropFrame: false, frames: 1152 },
    changes: [
      {
        kind: 'slip',
        department: 'picture',
        text: 'slip +24',
        clips: ['m06'],
        tracks: ['V1'],
        delta: 24,
        old: {
          track: 'V1',
          name: 'm06',
          record: [480, 576],
          recordTimecode: ['00:00:20:00', '00:00:24:00'],
          source: ['48', '144'],
          sourceTimecode: ['00:00:02:00', '00:00:06:00'],
          media: 'm06.mov',
        },
        new: {
          track: 'V1',
          name: 'm06',
          record: [480, 576],
          recordTimecode: ['00:00:20:00', '00:00:24:00'],
          source: ['72', '168'],
          sourceTimecode: ['00:00:03:00', '00:00:07:00'],
          media: 'm06.mov',
        },
        others: [],
        values: [],
        dirty: [[480, 576]],
        framesToRender: null,
      },
    ],
    script: [{ op: 'slip', track: 'V1', atFrame: 480, name: 'm06', delta: 24 }],
    scriptProof: 'replayed',
    dirty: [[480, 576]],
    framesToRender: null,
    unknown: [],
  });
});
