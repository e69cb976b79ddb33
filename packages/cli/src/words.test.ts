import type { Place } from '@patchwork/render';
import { rational } from '@patchwork/time';
import { expect, test } from 'vitest';
import { bytesText, counted, diagnosticLines, encoderName, length, recordRange, recordTimecode } from './words.ts';

const film: Place = { rate: rational(24), offset: 0, start: { frame: 86_400, dropFrame: false } };

test('a frame of the timeline is told as record timecode, also where a part is delivered', () => {
  expect(recordTimecode(film, 25)).toBe('01:00:01:01');
  const part: Place = { ...film, offset: 240, start: { frame: 86_640, dropFrame: false } };
  expect(recordTimecode(part, 250)).toBe('01:00:10:10');
  expect(recordRange(part, { in: 240, out: 264 })).toBe('01:00:10:00 – 01:00:11:00');
});

test.each([
  [180, '7.5 s'],
  [239, '10 s'],
  [24 * 59, '59 s'],
  [24 * 60 - 1, '1 m 00 s'],
  [24 * 119 + 23, '2 m 00 s'],
  [24 * 72, '1 m 12 s'],
])('%d frames at 24 are %s long', (frames, text) => {
  expect(length(film, frames)).toBe(text);
});

test('counts and bytes are written for people', () => {
  expect([counted(1, 'frame'), counted(1152, 'frame')]).toEqual(['1 frame', '1,152 frames']);
  expect([bytesText(1), bytesText(2_500_000), bytesText(20e9)]).toEqual(['1 kB', '2.5 MB', '20.00 GB']);
});

test('a diagnostic says where it stands, if anywhere', () => {
  const odd = { code: 'PW_ODD', severity: 'warning', message: 'odd', hint: null } as const;
  expect(
    diagnosticLines([
      { ...odd, where: 'V1, clip 3' },
      { ...odd, where: null },
    ]),
  ).toEqual(['  warning: odd (V1, clip 3)', '  warning: odd']);
});

test.each([
  ['x264 - core 164 r3095 - H.264/MPEG-4 AVC codec - Copyleft 2003-2022 - options: cabac=1', 'x264 - core 164 r3095'],
  [
    'x265 (build 199) - 3.5+1:[Linux] 8bit - H.265/HEVC codec - options: cpuid=1',
    'x265 (build 199) - 3.5+1:[Linux] 8bit',
  ],
  ['Lavc', 'Lavc'],
  ['', ''],
])('an encoder is named without its settings: %s', (note, name) => {
  expect(encoderName(note)).toBe(name);
});
