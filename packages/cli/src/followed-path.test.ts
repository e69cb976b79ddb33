import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followedPath } from './followed-path.ts';

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'patchwork-link-')));
  mkdirSync(join(folder, 'disk'));
  writeFileSync(join(folder, 'disk', 'film.mov'), 'film');
  symlinkSync('disk/film.mov', join(folder, 'current.mov'));
  symlinkSync('current.mov', join(folder, 'twice.mov'));
  symlinkSync('unmounted/film.mov', join(folder, 'lost.mov'));
  symlinkSync('disk', join(folder, 'link'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a link stands for the film that it leads to, a plain name for itself', () => {
  for (const name of ['current.mov', 'twice.mov']) {
    expect(followedPath(folder, name), name).toBe(join(folder, 'disk', 'film.mov'));
  }
  for (const name of ['new.mov', 'disk/film.mov', 'link/film.mov', 'nowhere/film.mov', 'disk/film.mov/x']) {
    expect(followedPath(folder, name), name).toBe(join(folder, name));
  }
});

test('a link to a disk that is not there is refused: a film is not put in its place', () => {
  expect(() => followedPath(folder, 'lost.mov')).toThrow(
    expect.objectContaining({ code: 'PW_FILE_ABSENT', message: expect.stringContaining('leads to nothing') }),
  );
});
