import type { FileStat } from '@patchwork/kernel';
import { expect, test } from 'vitest';
import { checkBase, checkForced, checkNotMedia } from './refusal.ts';

test('a foreign file is exit 1, an unreadable one needs a full render; nothing there is fine', () => {
  expect(() => checkBase({ kind: 'foreign', ledger: null }, 'film.mov')).toThrow(
    expect.objectContaining({ code: 'PW_DELIVERABLE_FOREIGN', details: { path: 'film.mov' } }),
  );
  expect(() => checkBase({ kind: 'unreadable', reason: 'cut short' }, 'film.mov')).toThrow(
    expect.objectContaining({ code: 'PW_FULL_REQUIRED', details: { path: 'film.mov', reason: 'cut short' } }),
  );
  expect(() => checkBase({ kind: 'absent', ledger: null }, 'film.mov')).not.toThrow();
});

test('media is known by its file, not by its name', () => {
  const stat: FileStat = { dev: '1', ino: '7', size: 9, mtimeNs: '1', ctimeNs: '1', isDirectory: false };
  const media = [
    { path: '/gone.mov', stat: null },
    { path: '/rushes/a.mov', stat },
  ];
  expect(() => checkNotMedia(stat, media, '/links/a.mov')).toThrow(
    expect.objectContaining({
      code: 'PW_DELIVERABLE_IS_MEDIA',
      details: { path: '/links/a.mov', media: '/rushes/a.mov' },
    }),
  );
  expect(() => checkNotMedia({ ...stat, dev: '2' }, media, '/rushes/a.mov')).not.toThrow();
  expect(() => checkNotMedia(null, media, '/new.mov')).not.toThrow();
});

test('every forced frame must be one that is delivered', () => {
  const delivered = { in: 20, out: 40 };
  expect(() => checkForced([delivered, { in: 39, out: 40 }], delivered)).not.toThrow();
  for (const forced of [
    { in: 19, out: 21 },
    { in: 39, out: 41 },
  ]) {
    expect(() => checkForced([forced], delivered)).toThrow(expect.objectContaining({ code: 'PW_RANGE_OUTSIDE' }));
  }
});
