import { describe, expect, test } from 'vitest';
import { candidatePaths } from './media-paths.ts';

const search = { timelineFolder: '/show/edit', map: [], folders: [] };

describe('candidatePaths', () => {
  test.each([
    ['file:///media/m01.mov', '/media/m01.mov'],
    ['file://localhost/media/m01.mov', '/media/m01.mov'],
    ['file:///media/a%20b%25.mov', '/media/a b%.mov'],
    ['file:///media/100%.mov', '/media/100%.mov'],
    ['/media/m 01.mov', '/media/m 01.mov'],
    ['../media/-m.mov', '/show/media/-m.mov'],
    ['take: one.mov', '/show/edit/take: one.mov'],
  ])('%s is looked for at %s', (url, path) => {
    expect(candidatePaths(url, search)).toEqual([path]);
  });

  test('a URL that is no file is never fetched', () => {
    expect(candidatePaths('https://example.com/m.mov', search)).toEqual([]);
  });

  test('a name with a NUL is no path', () => {
    expect(candidatePaths('/media/a\0b.mov', search)).toEqual([]);
  });

  test('the first fitting map rule moves a path, then the search folders are tried by name', () => {
    const moved = { ...search, map: [{ from: 'D:\\Rushes\\', to: '/mnt/rushes/' }], folders: ['/spare'] };
    expect(candidatePaths('D:\\Rushes\\m01.mov', moved)).toEqual(['/mnt/rushes/m01.mov', '/spare/m01.mov']);
  });
});
