import { expect, test } from 'vitest';
import type { MediaInfo } from '@patchwork/program';
import { rational } from '@patchwork/time';
import { canBe, matchOf, type WantedMedia } from './media-match.ts';

const at = (frame: number): WantedMedia['uses'][number]['start'] => rational(frame, 24);

/** 96 frames at 24 fps from a timecode. */
function file(path: string, timecode: number | null, identity: string = path): MediaInfo {
  const video = { rate: rational(24), frames: 96, still: false } as unknown as NonNullable<MediaInfo['video']>;
  const startTimecode = timecode === null ? null : { frame: timecode, dropFrame: false };
  return { identity, path, container: 'mov', video, sound: [], startTimecode };
}

function wanted(from: number, to: number | null, available: readonly [number, number] | null = null): WantedMedia {
  return {
    available: available === null ? null : { start: at(available[0]), end: at(available[1]) },
    uses: [{ start: at(from), end: to === null ? null : at(to) }],
    needsPicture: true,
  };
}

test.each([
  ['what is played lies within', wanted(1000, 1096), 1000, true],
  ['a frame of rounding is allowed', wanted(999, 1097), 1000, true],
  ['it begins before the file', wanted(990, 1000), 1000, false],
  ['it ends behind the file', wanted(1050, 1110), 1000, false],
  ['a retime says only where it begins', wanted(1050, null), 1000, true],
  ['a retime begins behind the file', wanted(1200, null), 1000, false],
  ['the stated timecode is the file’s', wanted(1010, 1020, [1000, 1096]), 1000, true],
  ['the stated timecode is another one', wanted(1010, 1020, [1000, 1096]), 1100, false],
  ['the stated length is longer', wanted(1010, 1020, [1000, 1200]), 1000, false],
  ['a file without timecode is measured by its length', wanted(1010, 1020, [1000, 1096]), null, true],
])('%s', (_, media, timecode, fits) => {
  expect(canBe(media, file('a', timecode))).toBe(fits);
});

test('one fits, none fits, several fit; copies of one content are one file; sound gives way to picture', () => {
  const media = wanted(1010, 1020);
  const sound = { ...file('a.wav', 1000), video: null };
  expect(matchOf(media, [file('a', 0), file('b', 1000), sound])).toEqual({ kind: 'one', path: 'b' });
  expect(matchOf(media, [file('a', 0), sound])).toEqual({ kind: 'none' });
  expect(matchOf(media, [file('a', 1000), file('b', 1000)])).toEqual({ kind: 'several', paths: ['a', 'b'] });
  expect(matchOf(media, [file('a', 1000, 'x'), file('b', 1000, 'x')])).toEqual({ kind: 'one', path: 'a' });
});
