import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { otioText } from './kit/otio-text.ts';
import { patchwork, type Ran } from './kit/patchwork.ts';
import { copyOfSite, filmOf, deliveredSite, type Site } from './kit/site.ts';
import type { Film } from './kit/film.ts';

/** A run that finds nothing changed answers from what it said last time; in whatever else changed, it works as without. */
let workers: MediaWorkers;
let film: Film;
let delivered: Site;
let site: Site;
let answers = '';

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  // The answers are of the bundle; without one that is current there are none.
  execFileSync(process.execPath, [fileURLToPath(new URL('../../internal/scripts/bundle.mjs', import.meta.url))]);
  film = await filmOf([1, 0, 24], [2, 0, 24]);
  delivered = await deliveredSite(film, { workers });
});

afterAll(async () => {
  await workers.close();
});

/** A film whose timeline names media of its own, so that it can be changed. */
beforeEach(async () => {
  site = copyOfSite(delivered, film);
  mkdirSync(join(site.folder, 'media'));
  const media = Object.fromEntries(
    Object.entries(film.media).map(([name, each]) => {
      const path = join(site.folder, 'media', `${name}.mov`);
      copyFileSync(each.path, path);
      return [name, { ...each, path }];
    }),
  );
  writeFileSync(site.timeline, otioText({ ...film, media }));
  answers = join(site.store, 'answers');
  // The first run trusts the copied film by its hash; what it says does not stand on facts alone.
  expect((await render()).json.upToDate).toBe(true);
  expect(kept()).toHaveLength(0);
});

function kept(): readonly string[] {
  return existsSync(answers) ? readdirSync(answers).map((name) => `${name} ${statSync(join(answers, name)).ino}`) : [];
}

function render(...flags: string[]): Promise<Ran> {
  return patchwork(['render', site.timeline, '-o', site.deliverable, ...flags], { store: site.store });
}

function plan(...flags: string[]): Promise<Ran> {
  return patchwork(['plan', site.timeline, site.deliverable, ...flags], { store: site.store });
}

/** The command once with its answers and once without: what it says and how it ends. The second run is the slow one. */
async function both(run: () => Promise<Ran>): Promise<Ran> {
  const quick = await run();
  rmSync(answers, { recursive: true, force: true });
  const slow = await run();
  expect([quick.stdout, quick.code], slow.stderr).toEqual([slow.stdout, slow.code]);
  return quick;
}

test('nothing changed: the same words, with the film not even locked', async () => {
  await render();
  const [folder, first] = [statSync(site.folder, { bigint: true }).mtimeNs, kept()];
  expect(first).toHaveLength(1);
  expect((await render()).json).toMatchObject({ upToDate: true, frames: { total: 48, rendered: 0, reused: 48 } });
  expect([statSync(site.folder, { bigint: true }).mtimeNs, kept()]).toEqual([folder, first]);
  await both(() => render());
  expect(statSync(site.folder, { bigint: true }).mtimeNs, 'the slow run locks').not.toBe(folder);
});

test('plan: the same words; what is to be rendered is answered by no earlier run', async () => {
  await plan();
  const first = kept();
  await plan();
  expect(kept()).toEqual(first);
  await both(() => plan());
  writeFileSync(site.timeline, otioText({ ...film, video: [[...(film.video[0] ?? [])].toReversed()] }));
  const count = kept().length;
  const changed = await plan();
  expect(changed.json.frames.rendered + changed.json.dirty.length).toBeGreaterThan(0);
  expect(kept(), 'no answer to keep').toHaveLength(count);
});

const first = (): string => join(site.folder, 'media', readdirSync(join(site.folder, 'media'))[0] ?? '');
/** Writes other bytes of the same length and puts the time back: the change time is what tells. */
const rewrite = (path: string): void => {
  const { atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
};

/** A change, and what puts its file's content back; the facts stay others, so the slow run after it keeps a new answer. */
const changes: readonly (readonly [string, () => string, (path: string) => void])[] = [
  ['a byte of the timeline', () => site.timeline, (path) => appendFileSync(path, '\n')],
  ['a broken timeline', () => site.timeline, (path) => truncateSync(path, 100)],
  ['a byte of the media, time put back', first, rewrite],
  ['media touched', first, (path) => utimesSync(path, new Date(), new Date())],
  ['media gone', first, (path) => rmSync(path)],
  ['a byte of the sidecar', () => `${site.deliverable}.patchwork`, rewrite],
  ['the sidecar gone', () => `${site.deliverable}.patchwork`, (path) => rmSync(path)],
  ['settings', () => join(site.folder, 'patchwork.json'), (path) => writeFileSync(path, '{"workers": 1}')],
  ['a byte of the film, time put back', () => site.deliverable, rewrite],
  ['the film gone', () => site.deliverable, (path) => rmSync(path)],
];

test('whatever changes, the words are those of a run that knows no answer', async () => {
  for (const [name, of, change] of changes) {
    // A film whose facts changed is trusted again when a render found it whole.
    await render();
    rmSync(answers, { recursive: true, force: true });
    await plan();
    expect(kept(), name).toHaveLength(1);
    const [path, backup] = [of(), join(site.store, 'backup')];
    if (existsSync(path)) copyFileSync(path, backup);
    else writeFileSync(backup, '{}');
    change(path);
    expect((await both(() => plan())).stdout, name).not.toBe('');
    copyFileSync(backup, path);
    rmSync(answers, { recursive: true, force: true });
  }
});

test('flags and variables are part of the question', async () => {
  await plan();
  for (const flags of [['--paranoid'], ['--profile', 'prores-422-hq'], ['--force-range', '0:1'], ['--range', '0:24']]) {
    expect((await both(() => plan(...flags))).stdout, flags.join(' ')).not.toBe('');
  }
  const search = join(site.folder, 'rushes');
  mkdirSync(search);
  await plan('--search', search);
  rmSync(first());
  const missing = await both(() => plan('--search', search));
  expect(missing.json.code).toBe('PW_MEDIA_OFFLINE');
  copyFileSync(Object.values(film.media)[0]?.path ?? '', join(search, 'm1.mov'));
  expect((await both(() => plan('--search', search))).json.frames.rendered).toBe(0);
  const alone = await patchwork(['plan', site.timeline, site.deliverable, '--search', search], {
    store: site.store,
    env: { PATCHWORK_WORKERS: '1' },
  });
  expect(alone.code, alone.stderr).toBe(0);
});

test('a film that another run holds is waited for and refused, whatever was said before', async () => {
  await render();
  expect(kept()).toHaveLength(1);
  // Of a machine that nobody can ask.
  writeFileSync(
    `${site.deliverable}.patchwork.lock`,
    JSON.stringify({ host: 'elsewhere', pid: 1, started: '1', sinceMs: Date.now(), number: 1 }),
  );
  const refused = await render();
  expect([refused.code, refused.json.code]).toEqual([1, 'PW_DELIVERABLE_BUSY']);
});
