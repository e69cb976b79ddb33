import { expect, test } from 'vitest';
import { makePlainEffect } from './builders.ts';
import { jsonFrom } from './json/json-member.ts';
import { knownEffect, makeEffect } from './known-effect.ts';
import { readOtio } from './otio/read-otio.ts';
import { writeOtio } from './otio/write-otio.ts';
import { makeGap, makeTime } from './builders.ts';
import { unmodelledOf, withUnmodelled } from './unmodelled.ts';
import type { KnownEffect } from './vocabulary.ts';

const keyed = {
  keyframes: [
    { time: { num: 1, den: 24 }, value: 0.5, interpolation: 'linear' },
    { time: { num: 1001, den: 24000 }, value: 1e-7, interpolation: 'smooth' },
  ],
} as const;

const vocabulary: readonly KnownEffect[] = [
  { type: 'transform', position: { x: 0.1, y: keyed }, scale: { x: 1, y: 1 }, rotation: -45, anchor: { x: 0, y: 0 } },
  { type: 'crop', left: 0, right: 0.25, top: keyed, bottom: 0 },
  { type: 'crop', inPlace: true, left: keyed, right: 0, top: 0.5, bottom: 0 },
  { type: 'opacity', opacity: keyed },
  { type: 'composite', mode: 'normal' },
  { type: 'conform', mode: 'fill' },
  {
    type: 'timeMap',
    points: [
      { time: { num: 0, den: 1 }, value: { num: 1, den: 3 } },
      { time: { num: 2, den: 1 }, value: { num: 5, den: 1 } },
    ],
    sampling: 'blend',
  },
  { type: 'volume', gainDb: -3 },
  { type: 'pan', pan: keyed },
  { type: 'fade', inSeconds: { num: 1, den: 2 }, outSeconds: { num: 0, den: 1 } },
  { type: 'burnIn', content: 'source-timecode' },
];

test.each(vocabulary)('T12: $type survives the model and the file', (effect) => {
  expect(knownEffect(makeEffect(effect))).toEqual(effect);
  const { root } = readOtio(
    writeOtio({ ...makeGap(makeTime(1)), effects: [makeEffect(effect)] }, { style: 'canonical' }),
  );
  expect(root.kind === 'Gap' && root.effects.map(knownEffect)).toEqual([effect]);
});

test('T12: other effects are not of the vocabulary; malformed ones are refused by name', () => {
  expect(knownEffect(makePlainEffect('Blur'))).toBeNull();
  expect(knownEffect(makePlainEffect('x', { metadata: jsonFrom({ patchwork: { type: 'later' } }) }))).toBeNull();
  for (const value of [
    { type: 'opacity' },
    { type: 'opacity', opacity: 'half' },
    { type: 'fade', inSeconds: 1, outSeconds: '0' },
    { type: 'conform', mode: 'stretch' },
  ]) {
    expect(() => knownEffect(makePlainEffect('x', { metadata: jsonFrom({ patchwork: value }) }))).toThrow(
      expect.objectContaining({ code: 'PW_EFFECT_MALFORMED' }),
    );
  }
});

test('T13: unmodelled things are kept beside a known value', () => {
  const list = [{ label: 'filter "Blur"', content: '<filter/>' }];
  const effect = withUnmodelled(makeEffect({ type: 'opacity', opacity: 1 }), list);
  expect(unmodelledOf(effect)).toEqual(list);
  expect(knownEffect(effect)).toEqual({ type: 'opacity', opacity: 1 });
  expect(withUnmodelled(effect, []).metadata).toEqual(makeEffect({ type: 'opacity', opacity: 1 }).metadata);
});
