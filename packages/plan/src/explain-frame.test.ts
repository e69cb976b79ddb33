import { expect, test } from 'vitest';
import { fakeProgram, fixtureClips, withClips } from '../test/fake-program.ts';
import { builtInProfile } from './built-in-profile.ts';
import { explainFrame } from './explain-frame.ts';
import type { PreviousDelivery } from './plan-input.ts';
import { pictureText } from './picture-text.ts';

const video = builtInProfile('h264-mov', { width: 64, height: 36, rate: { num: 24, den: 1 } }).video;
const toolchain = { drawing: '1', ffmpeg: '8.1', encoder: 'x', cpuClass: null };

function delivered(clips = fixtureClips()): PreviousDelivery {
  return { program: fakeProgram({ clips }), chunks: [], video, toolchain };
}

test('X1: the inputs of a frame, and its chunk', () => {
  const program = fakeProgram({ clips: withClips({ 5: { opacity: () => 0.5 } }) });
  const chunks = [{ in: 480, out: 528, key: 'k' }];
  expect(explainFrame(program, 500, chunks, null)).toEqual({
    frame: 500,
    key: program.frameKeyAt(500),
    clips: [{ name: 'm06', track: 'V1', media: '/media/m06.mov', identity: 'id-m06' }],
    picture: ['opacity 0.5', '  /media/m06.mov (id-m06) stream 0 frame 68 pts 68000, bt709/bt709/bt709/tv, fit'],
    chunk: chunks[0],
    before: null,
  });
});

test('X2: what became of it since the last delivery', () => {
  const trimmed = fakeProgram({ clips: withClips({ 5: { length: 86 } }) });
  const kinds = [100, 570].map((frame) => {
    const { before } = explainFrame(trimmed, frame, null, delivered());
    return [before?.kind, before?.frame];
  });
  expect(kinds).toEqual([
    ['kept', 100],
    ['moved', 580],
  ]);
  const faded = fakeProgram({ clips: withClips({ 5: { opacity: () => 0.5 } }) });
  expect(explainFrame(faded, 500, null, delivered()).before?.changes).toEqual([
    { code: 'opacity', text: 'm06: opacity 100 % → 50 %' },
  ]);
  const put = fakeProgram({ clips: [{ name: 'NEW', start: 0, length: 10 }, ...fixtureClips()] });
  expect(explainFrame(put, 3, null, delivered()).before).toEqual({
    kind: 'new',
    frame: null,
    picture: [],
    changes: [],
  });
});

test('X3: an outline of layers', () => {
  expect(
    pictureText(
      {
        op: 'over',
        layers: [
          { op: 'solid', color: [0, 0, 0, 1] },
          { op: 'opacity', opacity: 0.5, input: { op: 'solid', color: [1, 0, 0, 1] } },
        ],
      },
      () => '',
    ),
  ).toEqual(['over, topmost first', '  opacity 0.5', '    colour 1 0 0 1', '  colour 0 0 0 1']);
});
