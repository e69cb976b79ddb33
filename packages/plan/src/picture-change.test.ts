import { seenThing } from '@patchwork/timeline';
import { expect, test } from 'vitest';
import type { Picture, SourcePicture } from '@patchwork/program';
import { pictureChanges } from './picture-change.ts';

const color = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
const source: SourcePicture = {
  op: 'source',
  media: 'a',
  stream: 0,
  frame: 7,
  pts: 7,
  color,
  pixelAspect: { num: 1, den: 1 },
  rotation: 0,
  conform: 'fit',
  crop: { left: 0, right: 0, top: 0, bottom: 0 },
};
const other: SourcePicture = { ...source, media: 'b' };
const text = (words: string, font = 'f'): Picture => ({
  op: 'text',
  input: source,
  text: words,
  placement: 'top',
  font,
});
const mix = (share: number, from: Picture = source, to: Picture = other): Picture => ({
  op: 'mix',
  from,
  to,
  share: { num: share, den: 24 },
});
const nest = (input: Picture, width = 64): Picture => ({
  op: 'nest',
  width,
  height: 36,
  color,
  input,
  conform: 'fit',
  crop: source.crop,
});
const over = (...layers: Picture[]): Picture => ({ op: 'over', layers });
const strange = (content: string): Picture => ({ op: 'unmodelled', input: source, label: 'filter "Blur"', content });
const graded = (
  level: 'clip' | 'group' | 'timeline',
  letter: string,
  label = 'grade',
  input: Picture = source,
): Picture => ({
  op: 'unmodelled',
  input,
  ...seenThing(
    { domain: 'grade', level, digest: letter.repeat(64) },
    level === 'timeline' ? label : `${label} on V1 / a`,
  ),
});
const fade = (opacity: number, input: Picture = source): Picture => ({ op: 'opacity', input, opacity });
const black: Picture = { op: 'solid', color: [0, 0, 0, 1] };

test.each<[string, Picture, Picture, string[]]>([
  ['nothing', over(black, fade(0.5)), over(black, fade(0.5)), []],
  ['text', text('A'), text('B'), ['title a: text "A" → "B"']],
  ['text added', source, text('B'), ['title a: text "B" added']],
  ['font', text('A'), text('A', 'g'), ['font a: font changed under the same text']],
  ['unmodelled', strange('1'), strange('2'), ['unmodelled a: filter "Blur" changed']],
  ['a grade', graded('clip', 'a'), graded('clip', 'b'), ['grade a: grade changed']],
  ['a group’s grade', source, graded('group', 'a', 'group grade "Night"'), ['grade a: group grade "Night" changed']],
  [
    'the timeline’s grade over all layers',
    over(black, graded('clip', 'a')),
    graded('timeline', 'b', 'timeline grade', over(black, graded('clip', 'a'))),
    ['grade timeline grade changed'],
  ],
  ['a dissolve in progress', mix(1), mix(3), ['transition a | b: dissolve changed']],
  ['one side of a dissolve', mix(1), mix(1, fade(0.5)), ['opacity a: opacity 100 % → 50 %']],
  [
    'frame blending',
    mix(1, source, { ...source, frame: 8 }),
    mix(3, source, { ...source, frame: 8 }),
    ['retime a: retimed'],
  ],
  ['inside a compound', nest(source), nest(fade(0.25)), ['opacity a: opacity 100 % → 25 %']],
  ['a compound itself', nest(source), nest(source, 128), ["nest a: compound's frame or colour changed"]],
  [
    'interpretation',
    source,
    { ...source, color: { ...color, range: 'pc' } },
    ['interpretation a: interpretation changed'],
  ],
  ['conform', source, { ...source, conform: 'fill' }, ['conform a: conform fit → fill']],
  [
    'a layer among others',
    over(source, fade(0.5, other)),
    over(source, fade(0.4, other)),
    ['opacity b: opacity 50 % → 40 %'],
  ],
  ['a layer gone', over(source, fade(0.5, other)), source, ['layer b: layer removed']],
  ['a gap filled', black, source, ['new a: new here']],
  ['a generator', black, { op: 'solid', color: [1, 0, 0, 1] }, ['generator colour 0 0 0 1 → 1 0 0 1']],
  [
    'two things',
    fade(0.5),
    fade(0.4, { ...source, frame: 9 }),
    ['opacity a: opacity 50 % → 40 %', 'source a: other source frames'],
  ],
])('says what changed: %s', (_, previous, next, expected) => {
  const names = { clipOf: (): null => null, pathOf: ({ media }: SourcePicture): string => media, isRetimed: false };
  expect(pictureChanges(previous, next, names).map((change) => `${change.code} ${change.text}`)).toEqual(expected);
});
