import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import { storyHeight, storyWidth, testMedia } from './kit/fixture.ts';
import { freshFolder, patchwork, type Ran } from './kit/patchwork.ts';

/** Where media is found: by map, by name and timecode, by reel, in bundles and folders. One film is said in five formats. */
const folder = freshFolder('media');
const store = join(folder, 'store');
const cut = join(folder, 'cut.edl');
const film = join(folder, 'film.mov');

/** Two shots of one reel name: the file of the second hour is meant, at 2:00:02:00 and 2:00:01:00. */
const list = `TITLE: reels
FCM: NON-DROP FRAME

001  A001C001 V     C        02:00:02:00 02:00:03:00 01:00:00:00 01:00:01:00
002  A001C001 V     C        02:00:01:00 02:00:02:00 01:00:01:00 01:00:02:00
`;

/** 96 frames with a start timecode of so many hours. */
function reel(id: number, hours: number): Promise<string> {
  return testMedia(`A001C001-${id}`, {
    id,
    container: 'mov',
    video: { codec: 'h264', width: storyWidth, height: storyHeight, rate: rational(24), frames: 96 },
    sound: null,
    startTimecode: { frame: hours * 3600 * 24, dropFrame: false },
  });
}

async function run(...args: readonly string[]): Promise<Ran> {
  return patchwork(args, { store, cwd: folder });
}

beforeAll(async () => {
  for (const [day, id, hours] of [
    ['monday', 1, 1],
    ['tuesday', 2, 2],
  ] as const) {
    mkdirSync(join(folder, 'rushes', day), { recursive: true });
    copyFileSync(await reel(id, hours), join(folder, 'rushes', day, 'A001C001.mov'));
  }
  writeFileSync(join(folder, 'rushes', 'A001C001.txt'), 'no media');
  writeFileSync(cut, list);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('reels are found by timecode; the film is one in every format and every kind of bundle', async () => {
  const media = ['--search', 'rushes', '--edl-rate', '24'];
  const made = await run('render', cut, '-o', film, '--profile', 'h264-mov', ...media);
  expect(made.json.frames, made.stderr).toEqual({ total: 48, rendered: 48, reused: 0 });
  const shot = await run('explain', film, '0');
  expect(shot.stdout).toContain(join('tuesday', 'A001C001.mov'));
  // The same list again, from what the ledger kept of it.
  expect((await run('diff', film, cut, ...media)).json).toMatchObject({ changes: [], unknown: [] });
  for (const out of ['cut.otioz', 'cut.otiod', 'cut.fcpxml', 'cut.otio', 'cut.xml']) {
    const converted = await run('convert', cut, out, ...media);
    expect(converted.code, converted.stderr).toBe(0);
    // A folder that is a document.
    const again = out === 'cut.fcpxml' ? 'cut.fcpxmld' : out;
    if (again !== out) {
      mkdirSync(join(folder, again));
      copyFileSync(join(folder, out), join(folder, again, 'Info.fcpxml'));
    }
    expect((await run('inspect', again)).json, again).toMatchObject({ diagnostics: [] });
    const planned = await run('plan', again, film);
    expect(planned.json.frames, `${again}: ${planned.stderr}`).toEqual({ total: 48, rendered: 0, reused: 48 });
  }
});

test('media of an .otioz is unpacked once, and again when what was unpacked has changed', async () => {
  const other = join(folder, 'other-store');
  const bundled = (): Promise<Ran> => patchwork(['plan', 'cut.otioz', 'new.mov'], { store: other, cwd: folder });
  expect((await bundled()).json.frames).toEqual({ total: 48, rendered: 48, reused: 0 });
  const unpacked = readdirSync(other, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mov'));
  expect(unpacked).toHaveLength(1);
  const path = join(other, unpacked[0] ?? '');
  const bytes = readFileSync(path);
  writeFileSync(path, 'damaged');
  expect((await bundled()).json.frames).toEqual({ total: 48, rendered: 48, reused: 0 });
  expect(readFileSync(path).equals(bytes)).toBe(true);
  const damaged = join(folder, 'damaged.otioz');
  const archive = readFileSync(join(folder, 'cut.otioz'));
  const at = archive.indexOf(bytes.subarray(0, 64)) + 100;
  archive[at] = (archive[at] ?? 0) ^ 1;
  writeFileSync(damaged, archive);
  expect((await run('plan', damaged, 'new.mov')).json.code).toBe('PW_ZIP_DAMAGED');
});

test('what is offline or answers to several files stops the render, with every name', async () => {
  const offline = await run('render', cut, '-o', 'x.mov', '--edl-rate', '24');
  expect(offline.json).toMatchObject({ code: 'PW_MEDIA_OFFLINE' });
  expect(JSON.stringify(offline.json.details)).toContain('A001C001');
  // Only Monday's file is there: its timecode does not hold the shots.
  expect((await run('render', cut, '-o', 'x.mov', '--edl-rate', '24', '--search', 'rushes/monday')).json.code).toBe(
    'PW_MEDIA_OFFLINE',
  );
  const third = join(folder, 'third');
  mkdirSync(third);
  copyFileSync(await reel(3, 2), join(third, 'A001C001.mov'));
  const several = await run(
    'render',
    cut,
    '-o',
    'x.mov',
    '--edl-rate',
    '24',
    '--search',
    'rushes',
    '--search',
    'third',
  );
  expect(several.json.code).toBe('PW_MEDIA_AMBIGUOUS');
  expect(JSON.stringify(several.json.details)).toContain(join('third', 'A001C001.mov'));
  expect(existsSync(join(folder, 'x.mov'))).toBe(false);
});

test('one file of the name is not enough: another card of the camera has its own, at another timecode', async () => {
  // What the list means is at two hours; Monday's card holds a file of the same name at one hour.
  const named = readFileSync(join(folder, 'cut.edl'), 'utf8').replaceAll(
    /^(00\d .*)$/gm,
    '$1\n* SOURCE FILE: /cards/7/A001C001.mov',
  );
  writeFileSync(join(folder, 'named.edl'), named);
  const monday = ['--edl-rate', '24', '--search', 'rushes/monday'];
  const other = await run('plan', 'named.edl', 'x.mov', ...monday);
  expect(other.json.code, other.stderr).toBe('PW_MEDIA_OFFLINE');
  expect(other.json.message).toContain(join('monday', 'A001C001.mov'));
  const tuesday = ['--edl-rate', '24', '--search', 'rushes/tuesday'];
  expect((await run('plan', 'named.edl', film, ...tuesday)).json.frames).toEqual({
    total: 48,
    rendered: 0,
    reused: 48,
  });
});

test('a conversion writes references as the map and the search say', async () => {
  const url = (name: string): string =>
    /targetUrl|<pathurl>([^<]*)|"target_url": "([^"]*)"/.exec(readFileSync(join(folder, name), 'utf8'))?.[2] ?? '';
  const found = await run('convert', 'cut.edl', 'found.otio', '--search', 'rushes', '--edl-rate', '24');
  expect(found.code, found.stderr).toBe(0);
  expect(url('found.otio')).toMatch(/^file:.*tuesday\/A001C001\.mov$/);
  const map = `${join(folder, 'rushes')}=/Volumes/Show 1`;
  expect((await run('convert', 'found.otio', 'mapped.otio', '--media-map', map)).code).toBe(0);
  expect(url('mapped.otio')).toBe('file:///Volumes/Show%201/tuesday/A001C001.mov');
  const back = `/Volumes/Show 1=${join(folder, 'rushes')}`;
  expect((await run('plan', 'mapped.otio', film, '--media-map', back)).json.frames).toEqual({
    total: 48,
    rendered: 0,
    reused: 48,
  });
});

test('the three policies for media that a bundle cannot hold', async () => {
  expect((await run('convert', 'mapped.otio', 'strict.otioz')).json.code).toBe('PW_BUNDLE_MEDIA');
  expect(existsSync(join(folder, 'strict.otioz'))).toBe(false);
  for (const policy of ['missing-if-not-file', 'all-missing']) {
    const written = await run('convert', 'mapped.otio', `${policy}.otiod`, '--media-policy', policy);
    expect(written.code, written.stderr).toBe(0);
    expect(readdirSync(join(folder, `${policy}.otiod`, 'media'))).toEqual([]);
  }
  expect((await run('convert', 'found.otio', 'all-missing.otiod')).json.code).toBe('PW_BUNDLE_EXISTS');
});
