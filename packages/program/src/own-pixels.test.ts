import { rational } from '@patchwork/time';
import {
  type Composable,
  type Effect,
  jsonFrom,
  makeEffect,
  makeRange,
  makeStack,
  makeTimeWarp,
  makeTrack,
} from '@patchwork/timeline';
import { describe, expect, test } from 'vitest';
import type { MediaInfo } from './media-info.ts';
import { pictureKey } from './frame-key.ts';
import type { Picture, TransformPicture } from './picture.ts';
import { clip, compile, fps24, gap, mediaOf, picture, sha256, stillOf } from './testing/fixture.ts';

const zero = { x: 0, y: 0 };
const moved = makeEffect({ type: 'transform', position: zero, scale: { x: 1.5, y: 1.5 }, rotation: 0, anchor: zero });
const turned = makeEffect({ type: 'transform', position: zero, scale: { x: 1, y: 1 }, rotation: 5, anchor: zero });
const faded = makeEffect({ type: 'opacity', opacity: 0.5 });
const conform = (mode: 'fit' | 'fill' | 'none'): Effect => makeEffect({ type: 'conform', mode });
const crop = (left: number): Effect => makeEffect({ type: 'crop', left, right: 0, top: 0, bottom: 0 });
const trim = (left: number): Effect => makeEffect({ type: 'crop', left, right: 0, top: 0, bottom: 0, inPlace: true });
const burnIn = makeEffect({ type: 'burnIn', content: 'record-timecode' });
/** Twice the canvas's size, and a size of another shape. */
const large = mediaOf('a', { width: 128, height: 72 });
const wide = mediaOf('a', { width: 64, height: 18 });

function transformsIn(one: Picture): TransformPicture[] {
  switch (one.op) {
    case 'transform':
      return [one, ...transformsIn(one.input)];
    case 'over':
      return one.layers.flatMap(transformsIn);
    case 'mix':
      return [...transformsIn(one.from), ...transformsIn(one.to)];
    case 'opacity':
    case 'nest':
    case 'text':
    case 'unmodelled':
      return transformsIn(one.input);
    case 'source':
    case 'solid':
      return [];
  }
}

/** Whose pixels each transform is drawn from, the outermost first. */
function pixelsOf(media: MediaInfo, ...items: readonly Composable[]): string[] {
  const { program } = compile(picture(items), { a: media });
  return transformsIn(program.pictureAt(0)).map(({ pixels }) => pixels ?? 'conformed');
}

function stacked(
  width: number,
  height: number,
  effects: readonly Effect[],
  ...children: readonly Composable[]
): Composable {
  return makeStack({
    sourceRange: makeRange(0, 2, fps24),
    metadata: jsonFrom({ patchwork: { canvas: { width, height } } }),
    children: [makeTrack({ children })],
    effects,
  });
}

describe('L10: a transform draws from a picture’s own pixels where the conform would give it another size', () => {
  test.each<[string, string, MediaInfo, readonly Effect[]]>([
    ['own', 'fitted', large, [moved]],
    ['own', 'enlarged', mediaOf('a', { width: 32, height: 18 }), [turned]],
    ['own', 'of non-square pixels', mediaOf('a', { width: 48, pixelAspect: rational(4, 3) }), [moved]],
    ['own', 'faded first', large, [faded, moved]],
    ['own', 'cropped, and what is left conformed', mediaOf('a'), [crop(0.25), moved]],
    ['own', 'cropped in place', large, [trim(0.25), moved]],
    ['own', 'filling', wide, [conform('fill'), moved]],
    ['own', 'turned by its display matrix', mediaOf('a', { width: 64, height: 36, rotation: 90 }), [moved]],
    ['own', 'a still', stillOf('a', { width: 640, height: 360 }), [moved]],
    ['conformed', 'of the canvas’s size', mediaOf('a'), [moved]],
    ['conformed', 'as wide and lower', wide, [moved]],
    ['conformed', 'pixel by pixel', large, [conform('none'), moved]],
    ['conformed', 'of its size, cropped in place', mediaOf('a'), [trim(0.25), moved]],
    [
      'conformed',
      'of its size, turned by its display matrix',
      mediaOf('a', { width: 36, height: 64, rotation: 90 }),
      [moved],
    ],
  ])('%s: %s', (pixels, _, media, effects) => {
    expect(pixelsOf(media, clip('a', 0, 2, effects))).toEqual([pixels]);
  });

  test('only the first of two transforms', () => {
    expect(pixelsOf(large, clip('a', 0, 2, [moved, turned]))).toEqual(['conformed', 'own']);
  });

  test('of frames blended by a retime, but not of a composition', () => {
    const half = makeEffect({
      type: 'timeMap',
      sampling: 'blend',
      points: [
        { time: rational(0), value: rational(1, 48) },
        { time: rational(4), value: rational(97, 48) },
      ],
    });
    expect(pixelsOf(large, clip('a', 0, 2, [half, moved]))).toEqual(['own']);
    expect(pixelsOf(large, stacked(64, 36, [moved], clip('a', 0, 1, [faded]), clip('b', 0, 1)))).toEqual(['own']);
    expect(pixelsOf(large, stacked(64, 36, [burnIn, moved], clip('a', 0, 2)))).toEqual(['own']);
    expect(pixelsOf(large, stacked(128, 72, [moved], clip('a', 0, 2)))).toEqual(['own']);
    expect(pixelsOf(large, stacked(128, 72, [], clip('a', 0, 2, [moved])))).toEqual(['conformed']);
  });

  test('keys of all other pictures stay as they were', () => {
    const key = (media: MediaInfo, effects: readonly Effect[]): string =>
      pictureKey(compile(picture([clip('a', 0, 2, effects)]), { a: media }).program.pictureAt(0), sha256).slice(0, 16);
    const retimed = makeTimeWarp(2);
    expect([
      key(large, []),
      key(large, [faded, retimed]),
      key(large, [conform('none'), moved]),
      key(mediaOf('a'), [moved, turned]),
      key(mediaOf('a'), [trim(0.25), moved]),
      pictureKey(compile(picture([gap(1)], [clip('a', 0, 1, [crop(0.25)])])).program.pictureAt(0), sha256).slice(0, 16),
    ]).toEqual([
      'dc3db9127e7cf699',
      'be99da8891a1dbc0',
      '40b3e3f7fc16dec9',
      '9e7498ac6efd4874',
      '5363e38141046e0b',
      'e6e4dd1989dc00af',
    ]);
  });
});
