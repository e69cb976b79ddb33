import { describe, expect, test } from 'vitest';
import { knownEffect } from '../known-effect.ts';
import { makeGeneratorReference, makeClip, makeRange } from '../builders.ts';
import { at, clip, firstTrack, fps, pictureOf, planOn, timelineFrom, type MediaTable } from '../testing/lane-text.ts';
import type { Edit } from './edit.ts';
import { undoPlan } from './plan.ts';

interface Scenario {
  readonly name: string;
  readonly track: string;
  readonly media?: MediaTable;
  readonly edit: (id: (name: string) => string, track: string) => Edit;
  readonly result: string;
}

const c40 = clip('C', 0, 40);

/** All scenarios of the edit proposal; where its pictures contain slips of arithmetic, the frame map decides. */
const scenarios: readonly Scenario[] = [
  {
    name: 'overwrite 1: over a gap, a clip and the head of a third',
    track: '| GAP 20 |0 B 10|0 A 30|',
    edit: (_, track) => ({ op: 'overwrite', item: c40, track, at: at(10) }),
    result: '| GAP 10 |0 C 40|20 A 30|',
  },
  {
    name: 'overwrite 2: inside A',
    track: '|0 A 100|',
    edit: (_, track) => ({ op: 'overwrite', item: c40, track, at: at(10) }),
    result: '|0 A 10|0 C 40|50 A 100|',
  },
  {
    name: 'overwrite 2 as drawn: up to the end of A',
    track: '|0 A 50|',
    edit: (_, track) => ({ op: 'overwrite', item: c40, track, at: at(10) }),
    result: '|0 A 10|0 C 40|',
  },
  {
    name: 'overwrite 3: past the end',
    track: '|',
    edit: (_, track) => ({ op: 'overwrite', item: c40, track, at: at(10) }),
    result: '| GAP 10 |0 C 40|',
  },
  {
    name: 'overwrite 3 with a template: cloned and resized',
    track: '|',
    edit: (_, track) => ({ op: 'overwrite', item: c40, track, at: at(10), fill: clip('FILL', 0, 100) }),
    result: '|0 FILL 10|0 C 40|',
  },
  {
    name: 'overwrite of a range gives the item its length',
    track: '|0 A 100|',
    edit: (_, track) => ({ op: 'overwrite', item: clip('C', 7, 90), track, at: makeRange(50, 20, fps) }),
    result: '|0 A 50|7 C 27|70 A 100|',
  },
  {
    name: 'insert 1: divides the gap',
    track: '| GAP 20 |0 B 10|0 A 30|',
    edit: (_, track) => ({ op: 'insert', item: c40, track, at: at(10) }),
    result: '| GAP 10 |0 C 40| GAP 10 |0 B 10|0 A 30|',
  },
  {
    name: 'insert 2: past the end',
    track: '|',
    edit: (_, track) => ({ op: 'insert', item: c40, track, at: at(10) }),
    result: '| GAP 10 |0 C 40|',
  },
  {
    name: 'insert inside a clip far from 0',
    track: '|0 B 60|50 A 110|',
    edit: (_, track) => ({ op: 'insert', item: c40, track, at: at(80) }),
    result: '|0 B 60|50 A 70|0 C 40|70 A 110|',
  },
  ...(
    [
      ['trim 1: in +5', { deltaIn: 5 }, '| GAP 25 |10 A 50|0 B 10|'],
      ['trim 2: in −5', { deltaIn: -5 }, '| GAP 15 |0 A 50|0 B 10|'],
      ['trim 3: out +5 is blocked by B', { deltaOut: 5 }, '| GAP 20 |5 A 50|0 B 10|'],
      ['trim 4: out −5 leaves fill', { deltaOut: -5 }, '| GAP 20 |5 A 45| GAP 5 |0 B 10|'],
    ] as const
  ).map(([name, deltas, result]): Scenario => ({
    name,
    track: '| GAP 20 |5 A 50|0 B 10|',
    media: { A: [0, 100] },
    edit: (id) => ({ op: 'trim', item: id('A'), ...times(deltas) }),
    result,
  })),
  {
    name: 'slice local 25',
    track: '| GAP 20 |0 A 50|',
    edit: (id) => ({ op: 'slice', target: id('A'), at: at(25), coordinates: 'local' }),
    result: '| GAP 20 |0 A 25|25 A 50|',
  },
  {
    name: 'slice parent 25',
    track: '| GAP 20 |0 A 50|',
    edit: (id) => ({ op: 'slice', target: id('A'), at: at(25), coordinates: 'parent' }),
    result: '| GAP 20 |0 A 5|5 A 50|',
  },
  {
    name: 'slice global 25',
    track: '| GAP 20 |0 A 50|',
    edit: (_, track) => ({ op: 'slice', target: track, at: at(25), coordinates: 'global' }),
    result: '| GAP 20 |0 A 5|5 A 50|',
  },
  ...(
    [
      ['slip +10', 10, '| GAP 20 |15 A 60|0 B 10|'],
      ['slip −10: A has 5 frames to give', -10, '| GAP 20 |0 A 45|0 B 10|'],
      ['slip +90: to the end of the media', 90, '| GAP 20 |55 A 100|0 B 10|'],
    ] as const
  ).map(([name, delta, result]): Scenario => ({
    name,
    track: '| GAP 20 |5 A 50|0 B 10|',
    media: { A: [0, 100] },
    edit: (id) => ({ op: 'slip', item: id('A'), delta: at(delta) }),
    result,
  })),
  ...(
    [
      ['slide +5', 5, '| GAP 25 |5 A 50|10 B 20|'],
      ['slide −10: B has 5 frames to give', -10, '| GAP 15 |5 A 50|0 B 20|'],
      ['slide +30: B keeps a frame', 30, '| GAP 34 |5 A 50|19 B 20|'],
    ] as const
  ).map(([name, delta, result]): Scenario => ({
    name,
    track: '| GAP 20 |5 A 50|5 B 20|',
    media: { A: [0, 100], B: [0, 100] },
    edit: (id) => ({ op: 'slide', item: id('A'), delta: at(delta) }),
    result,
  })),
  ...(
    [
      ['ripple 1: in +10', { deltaIn: 10 }, '| GAP 20 |15 A 30|5 B 20|'],
      ['ripple 2: in −10, A has 5 frames to give', { deltaIn: -10 }, '| GAP 20 |0 A 30|5 B 20|'],
      ['ripple 3: out +10', { deltaOut: 10 }, '| GAP 20 |5 A 40|5 B 20|'],
      ['ripple 4: out −10', { deltaOut: -10 }, '| GAP 20 |5 A 20|5 B 20|'],
      ['ripple: A keeps a frame', { deltaOut: -90 }, '| GAP 20 |5 A 6|5 B 20|'],
      ['ripple at both edges', { deltaIn: 3, deltaOut: -3 }, '| GAP 20 |8 A 27|5 B 20|'],
    ] as const
  ).map(([name, deltas, result]): Scenario => ({
    name,
    track: '| GAP 20 |5 A 30|5 B 20|',
    media: { A: [0, 100], B: [0, 100] },
    edit: (id) => ({ op: 'ripple', item: id('A'), ...times(deltas) }),
    result,
  })),
  ...(
    [
      ['roll 1: in +10', { deltaIn: 10 }, '| GAP 30 |15 A 30|5 B 20|'],
      ['roll 2: in −10, A has 5 frames to give', { deltaIn: -10 }, '| GAP 15 |0 A 30|5 B 20|'],
      ['roll 3: out +10', { deltaOut: 10 }, '| GAP 20 |5 A 40|15 B 20|'],
      ['roll 4: out −10, B has 5 frames to give', { deltaOut: -10 }, '| GAP 20 |5 A 25|0 B 20|'],
      ['roll: a gap may vanish', { deltaIn: -20 }, '| GAP 15 |0 A 30|5 B 20|'],
    ] as const
  ).map(([name, deltas, result]): Scenario => ({
    name,
    track: '| GAP 20 |5 A 30|5 B 20|',
    media: { A: [0, 100], B: [0, 100] },
    edit: (id) => ({ op: 'roll', item: id('A'), ...times(deltas) }),
    result,
  })),
  ...(
    [
      ['fill source', 'source', '|0 C 40|10 B 20|'],
      ['fill sequence', 'sequence', '|0 C 30|0 B 20|'],
      ['fill fit', 'fit', '|0 C 30|0 B 20|'],
    ] as const
  ).map(([name, reference, result]): Scenario => ({
    name,
    track: '| GAP 30 |0 B 20|',
    edit: (_, track) => ({ op: 'fill', item: c40, track, at: at(0), reference }),
    result,
  })),
  {
    name: 'fill sequence of media far from zero',
    track: '|0 A 5| GAP 30 |0 B 20|',
    edit: (_, track) => ({ op: 'fill', item: clip('C', 86400, 86440), track, at: at(5), reference: 'sequence' }),
    result: '|0 A 5|86400 C 86430|0 B 20|',
  },
  {
    name: 'fill a range of anything (4 points)',
    track: '|0 A 50|0 B 20|',
    edit: (_, track) => ({ op: 'fill', item: c40, track, at: makeRange(10, 20, fps), reference: 'fit' }),
    result: '|0 A 10|0 C 20|30 A 50|0 B 20|',
  },
  {
    name: 'remove with fill',
    track: '|0 A 30|0 B 10|0 C 30|',
    edit: (id) => ({ op: 'remove', item: id('B'), fill: true }),
    result: '|0 A 30| GAP 10 |0 C 30|',
  },
  {
    name: 'remove with fill beside a gap: they melt',
    track: '|0 A 30|0 B 10| GAP 7 |0 C 30|',
    edit: (id) => ({ op: 'remove', item: id('B'), fill: true }),
    result: '|0 A 30| GAP 17 |0 C 30|',
  },
  {
    name: 'remove with a template',
    track: '|0 A 30|0 B 10|0 C 30|',
    edit: (id) => ({ op: 'remove', item: id('B'), fill: clip('TPL', 0, 100) }),
    result: '|0 A 30|0 TPL 10|0 C 30|',
  },
  {
    name: 'remove and close',
    track: '|0 A 30|0 B 10|0 C 30|',
    edit: (id) => ({ op: 'remove', item: id('B'), fill: false }),
    result: '|0 A 30|0 C 30|',
  },
  {
    name: 'move leaves fill and overwrites',
    track: '|0 A 10|0 B 40|',
    edit: (id) => ({ op: 'move', item: id('A'), at: at(20) }),
    result: '| GAP 10 |0 B 10|0 A 10|20 B 40|',
  },
  {
    name: 'move past the end',
    track: '|0 A 10|0 B 40|',
    edit: (id) => ({ op: 'move', item: id('A'), at: at(60) }),
    result: '| GAP 10 |0 B 40| GAP 10 |0 A 10|',
  },
  {
    name: 'lift',
    track: '|0 A 30|0 B 30|',
    edit: (_, track) => ({ op: 'lift', track, range: makeRange(20, 20, fps) }),
    result: '|0 A 20| GAP 20 |10 B 30|',
  },
  {
    name: 'extract',
    track: '|0 A 30|0 B 30|',
    edit: (_, track) => ({ op: 'extract', track, range: makeRange(20, 20, fps) }),
    result: '|0 A 20|10 B 30|',
  },
];

function times(deltas: { readonly deltaIn?: number; readonly deltaOut?: number }): {
  readonly deltaIn?: ReturnType<typeof at>;
  readonly deltaOut?: ReturnType<typeof at>;
} {
  return {
    ...(deltas.deltaIn === undefined ? {} : { deltaIn: at(deltas.deltaIn) }),
    ...(deltas.deltaOut === undefined ? {} : { deltaOut: at(deltas.deltaOut) }),
  };
}

describe('T20: every scenario of the proposal', () => {
  test.each(scenarios)('$name', ({ track, media, edit, result }) => {
    const timeline = timelineFrom(track, media);
    const plan = planOn(timeline, edit);
    expect(pictureOf(plan.after)).toBe(result);
    expect(pictureOf(timeline), 'planning touches nothing').toBe(pictureOf(timelineFrom(track, media)));
    expect(pictureOf(undoPlan(plan.after, plan)), 'undo brings the track back').toBe(pictureOf(timeline));
  });
});

describe('T21: what a fit makes', () => {
  test('T21: a clip retimed by source ÷ destination, media, metadata and markers kept', () => {
    const plan = planOn(timelineFrom('| GAP 30 |0 B 20|'), (_, track) => ({
      op: 'fill',
      item: c40,
      track,
      at: at(0),
      reference: 'fit',
    }));
    const fitted = firstTrack(plan.after).children[0];
    if (fitted?.kind !== 'Clip' || c40.kind !== 'Clip') throw new TypeError('the fitted item is no clip');
    expect(fitted.effects.map((effect) => [effect.schemaName, effect.timeScalar])).toEqual([
      ['LinearTimeWarp', 40 / 30],
    ]);
    expect(fitted.mediaReferences).toEqual(c40.mediaReferences);
    expect(fitted.effects.map(knownEffect)).toEqual([null]);
  });

  test('T21: generators and stills have no end', () => {
    const title = makeClip({
      name: 'T',
      sourceRange: makeRange(0, 10, fps),
      media: makeGeneratorReference({ generatorKind: 'Title', availableRange: makeRange(0, 10, fps) }),
    });
    const still = clip('S', 0, 444, { S: [0, 1] });
    const timeline = timelineFrom('|0 A 10|');
    const withBoth = planOn(timeline, (_, track) => [
      { op: 'insert', item: title, track, at: at(0) },
      { op: 'insert', item: still, track, at: at(0) },
    ]).after;
    const plan = planOn(withBoth, (id) => [
      { op: 'ripple', item: id('T'), deltaOut: at(100) },
      { op: 'slip', item: id('S'), delta: at(-443) },
    ]);
    expect(pictureOf(plan.after)).toBe('|-443 S 1|0 T 110|0 A 10|');
  });
});
