import type { FileStat } from '@patchwork/kernel';
import { describe, expect, test } from 'vitest';
import { builtInProfile } from '@patchwork/plan';
import { checkBase, checkForced, checkMixed, checkNotMedia, checkSettings, type PatchSettings } from './refusal.ts';

test('a foreign file is exit 1, an unreadable one needs a full render; nothing there is fine', () => {
  expect(() => checkBase({ kind: 'foreign', ledger: null }, 'film.mov')).toThrow(
    expect.objectContaining({ code: 'PW_DELIVERABLE_FOREIGN', details: { path: 'film.mov' } }),
  );
  const unreadable = { kind: 'unreadable', reason: 'cut short' } as const;
  for (const [isFilm, words] of [
    [false, /Put the file NAME.patchwork back/],
    [true, /Take the film from a backup/],
  ] as const) {
    expect(() => checkBase({ ...unreadable, isFilm }, 'film.mov')).toThrow(
      expect.objectContaining({
        code: 'PW_FULL_REQUIRED',
        hint: expect.stringMatching(words) as string,
        details: { path: 'film.mov', reason: 'cut short' },
      }),
    );
  }
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

describe('settings that differ', () => {
  const rate = { num: 24, den: 1 };
  const before: PatchSettings = {
    timeline: { width: 64, height: 36, rate },
    profile: builtInProfile('h264', { width: 64, height: 36, rate }),
    toolchain: { drawing: '1', ffmpeg: '8.1', encoder: 'x264', cpuClass: null },
    keySchema: 'patchwork.action/2',
  };
  const refused = (change: Partial<PatchSettings>, allowMixed: boolean): unknown => {
    try {
      return checkSettings(before, { ...before, ...change }, 'film.mp4', { allowMixed }).map(({ key }) => key);
    } catch (error) {
      return error;
    }
  };

  test('keys of another schema need a full render, mixed or not', () => {
    const change = { keySchema: 'patchwork.action/3' };
    const message = 'film.mp4 was rendered differently: keys patchwork.action/2 -> patchwork.action/3';
    expect(refused(change, false)).toMatchObject({ code: 'PW_FULL_REQUIRED', message });
    expect(refused(change, true)).toMatchObject({ code: 'PW_MIXED_UNSUPPORTED' });
  });

  test('another encoder build may stand beside the old one, another raster may not', () => {
    const toolchain = { ...before.toolchain, encoder: 'x264 newer' };
    expect(refused({ toolchain }, false)).toMatchObject({ code: 'PW_FULL_REQUIRED' });
    expect(refused({ toolchain }, true)).toEqual(['toolchain.encoder']);
    const profile = builtInProfile('h264', { width: 128, height: 36, rate });
    expect(refused({ profile, toolchain }, true)).toMatchObject({ code: 'PW_MIXED_UNSUPPORTED' });
  });

  test('a mixed file is patched only where that is said', () => {
    expect(() => checkMixed('mixed settings', 'film.mp4', { allowMixed: false })).toThrow(
      expect.objectContaining({ code: 'PW_FULL_REQUIRED', message: 'film.mp4 holds mixed settings' }),
    );
    expect(() => checkMixed('mixed settings', 'film.mp4', { allowMixed: true })).not.toThrow();
    expect(() => checkMixed(null, 'film.mp4', { allowMixed: false })).not.toThrow();
  });
});
