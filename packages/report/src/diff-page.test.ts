import { expect, test } from 'vitest';
import { changesOf, cut, otherContent, shot, twoCuts } from '../test/cut.ts';
import { diffPageHtml } from './diff-page.ts';

const parts = { oldLabel: 'v1.otio', newLabel: 'v2.otio', pictures: new Map(), notes: [] };

function page(changes: ReturnType<typeof changesOf>): string {
  return diffPageHtml({ ...parts, changes });
}

test('one page that needs nothing else: no script, nothing loaded from anywhere', () => {
  const text = page(twoCuts().changes);
  expect(text).toMatch(/^<!doctype html>/);
  expect(text).not.toMatch(/<script|<link|<iframe|@import|url\(|\son\w+=/i);
  const targets = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target ?? '');
  expect(targets.filter((target) => !/^(#\w+|data:image\/)/.test(target))).toEqual([]);
  const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id ?? '');
  expect(targets.filter((target) => target.startsWith('#') && !ids.includes(target.slice(1)))).toEqual([]);
  expect(new Set(ids).size, 'each id once').toBe(ids.length);
});

test('every change has a card with its words, places old and new, and a way to hide its kind', () => {
  const text = page(twoCuts().changes);
  const words = text
    .replaceAll(/<style>.*?<\/style>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
  for (const part of [
    'ripple trim out −8',
    'insert (12 frames)',
    'delete (48 frames)',
    'downstream 1 clip shifted −44',
  ])
    expect(words).toContain(part);
  expect(words).toContain('record 01:00:02:00 – 01:00:04:00 (48) 01:00:02:00 – 01:00:03:16 (40)');
  expect([...text.matchAll(/<li id="c(\d+)"/g)].map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6]);
  for (const [, id] of text.matchAll(/type="checkbox" id="([^"]+)"/g)) expect(text).toContain(`#${id}:not(:checked)`);
});

test('everything from the file is escaped', () => {
  const hostile = `</style><img src=x onerror="alert(1)">'&`;
  const named = (name: string): ReturnType<typeof cut> =>
    cut(name, [{ ...shot('A', 0, 48), name }, shot(name, 0, 24)], [{ ...shot('S', 0, 48), name }]);
  const text = diffPageHtml({
    changes: changesOf(named('plain'), named(hostile)),
    oldLabel: hostile,
    newLabel: hostile,
    pictures: new Map([[0, { old: { image: `x" onerror="y`, timecode: hostile }, new: null }]]),
    notes: [hostile],
  });
  expect(text).not.toContain('<img src=x');
  expect(text).not.toContain('</style><');
  expect(text).not.toMatch(/onerror="/);
});

test('a digest is shown by its first 12 digits, the whole where the pointer rests', () => {
  const [old, next] = ['9a00d1dc79ba'.padEnd(64, '0'), 'f'.repeat(64)];
  const cells = [...page(otherContent(old, next)).matchAll(/<td title="([^"]*)">([^<]*)<\/td>/g)];
  expect(cells.map(([, whole, shown]) => [whole, shown])).toEqual([
    [old, '9a00d1dc79ba…'],
    [next, 'ffffffffffff…'],
  ]);
});

test('a film of 1,800 clips with 25 edits is a small page', () => {
  const shots = Array.from({ length: 1800 }, (_, i) => shot(`s${i}`, i % 200, 48 + (i % 50)));
  const recut = shots.flatMap((one, i) => (i % 72 === 5 ? [shot(one.name, (i % 200) + 3, 40)] : [one]));
  const text = page(changesOf(cut('v1', shots, shots), cut('v2', recut, recut)));
  expect(text.length).toBeLessThan(400_000);
});

test('a long film can be zoomed into: names and timecodes show where they have room, and on paper it is one page wide', () => {
  const shots = Array.from({ length: 400 }, (_, i) => shot(`s${i}`, i % 200, 48));
  const text = page(changesOf(cut('v1', shots), cut('v2', shots.toSpliced(200, 1))));
  expect([...text.matchAll(/id="(zoom-\d+)"/g)].map(([, id]) => id)).toEqual(['zoom-1', 'zoom-5', 'zoom-25']);
  expect([...text.matchAll(/<g class="z25"(.*?)<\/g/gs)].flatMap(([, group]) => group?.match(/>s\d+</g))).toHaveLength(
    400 + 399,
  );
  expect(text).toMatch(/@media screen\{body:has\(#zoom-5:checked\)/);
  expect(page(twoCuts().changes)).not.toContain('id="zoom-');
});

test('no change, and sides without a clip', () => {
  expect(page(changesOf(cut('v', [shot('A', 0, 24)]), cut('v', [shot('A', 0, 24)])))).toContain('Nothing changed.');
  expect(page(changesOf(cut('v', []), cut('v', [])))).toContain('Nothing changed.');
});
