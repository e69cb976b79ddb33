import { describe, expect, test } from 'vitest';
import { mappedName, statedName, statedPlace } from './media-paths.ts';

const search = { timelineFolder: '/show/edit', map: [] };

describe('statedPlace', () => {
  test.each([
    ['file:///media/m01.mov', '/media/m01.mov'],
    ['file://localhost/media/m01.mov', '/media/m01.mov'],
    ['file:///media/a%20b%25.mov', '/media/a b%.mov'],
    ['file:///media/100%.mov', '/media/100%.mov'],
    ['/media/m 01.mov', '/media/m 01.mov'],
    ['../media/-m.mov', '/show/media/-m.mov'],
    ['take: one.mov', '/show/edit/take: one.mov'],
  ])('%s is looked for at %s', (url, path) => {
    expect(statedPlace(url, search)).toBe(path);
  });

  test.each([
    // Nothing is fetched, and no host is asked.
    ['https://example.com/m.mov', null],
    ['smb://server/share/m.mov', null],
    ['file://server/share/m.mov', '/share/m.mov'],
    ['/media/a\0b.mov', null],
    ['file:///media/a%00b.mov', null],
    // Escapes are read once: what they spell is a name, not another escape.
    ['file:///media/a%2525.mov', '/media/a%25.mov'],
    ['file:///media/%2e%2e/%2e%2e/etc/passwd', '/etc/passwd'],
    ['file:///media/x%2F..%2Fy.mov', '/media/x%2F..%2Fy.mov'],
    // A UNC path and a drive are names on this machine, under the timeline's folder, until a rule moves them.
    ['\\\\server\\share\\m.mov', '/show/edit/\\\\server\\share\\m.mov'],
    ['D:\\Rushes\\m.mov', '/show/edit/D:\\Rushes\\m.mov'],
  ])('hostile: %s is looked for at %s', (url, path) => {
    expect(statedPlace(url, search)).toBe(path);
  });

  test('the first fitting map rule moves a path', () => {
    const map = [
      { from: 'D:\\Rushes\\', to: '/mnt/rushes/' },
      { from: '\\\\server\\share\\', to: '/mnt/share/' },
      { from: 'file://localhost/E:/', to: '/mnt/e/' },
    ];
    expect(statedPlace('D:\\Rushes\\m01.mov', { ...search, map })).toBe('/mnt/rushes/m01.mov');
    expect(statedPlace('\\\\server\\share\\m01.mov', { ...search, map })).toBe('/mnt/share/m01.mov');
    expect(statedPlace('file://localhost/E:/m 01.mov', { ...search, map })).toBe('/mnt/e/m 01.mov');
    expect(mappedName('/elsewhere/m.mov', map)).toBe(null);
  });

  test('the file name of a path of any platform', () => {
    expect(['D:\\a\\m 1.mov', 'file:///a/m%201.mov', 'm 1.mov'].map(statedName)).toEqual([
      'm 1.mov',
      'm 1.mov',
      'm 1.mov',
    ]);
    expect(statedName('https://example.com/m.mov')).toBe('');
  });
});
