import { copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { readMovie, trackDigests } from '@patchwork/splice';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Film } from './kit/film.ts';
import { killAtStep, stepsOfRun } from './kit/killing.ts';
import { mortalProcesses } from './kit/mortal-processes.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder, patchwork, type Ran } from './kit/patchwork.ts';
import {
  copyOfSite,
  deliveredSite,
  digestAt,
  emptySite,
  filmOf,
  removeSite,
  renderSite,
  type Site,
} from './kit/site.ts';

/**
 * DNxHR and PCM, overwritten where they stand: byte for byte the clean render and no longer, taken back byte for byte from
 * the undo journal, and one of both versions whole at every instant.
 */
const dnxhr = { base: 'dnxhr-hq-mov', video: { width: 256, height: 144 } } as const;
let workers: MediaWorkers;
let old: Site;
let film: Film;
let clean: Site;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  const run = { workers, profile: dnxhr };
  old = await deliveredSite(await filmOf([1, 0, 24], [2, 0, 12], [3, 20, 12]), run);
  // The second shot shows other pictures, and sounds otherwise.
  film = await filmOf([1, 0, 24], [2, 24, 12], [3, 20, 12]);
  clean = await deliveredSite(film, run);
});

afterAll(() => workers.close());

function run(site: Site, command: string, ...args: string[]): Promise<Ran> {
  return patchwork([command, ...args, site.deliverable], { store: site.store });
}

function render(site: Site, ...flags: string[]): Promise<Ran> {
  return patchwork(['render', site.timeline, '-o', site.deliverable, ...flags], { store: site.store });
}

/** What a reader sees, wherever it stands in the file. */
async function seen(path: string): Promise<string> {
  const movie = await readMovie(nodeFiles(), path, sha256);
  return JSON.stringify(await trackDigests(nodeFiles(), movie, { sha256, startSha256 }));
}

const journalOf = ({ deliverable }: Site): string => `${deliverable}.patchwork.undo`;

test('a render in place is the clean render byte for byte (E1) and no longer; undo, restore and compact', async () => {
  const site = copyOfSite(old, film);
  const before = readFileSync(site.deliverable);
  const ran = await render(site, '--in-place');
  expect(ran.code, ran.stdout).toBe(0);
  expect(ran.json.frames).toMatchObject({ rendered: 12, reused: 36 });
  expect(digestAt(site)).toBe(digestAt(clean));
  expect(statSync(journalOf(site)).size).toBeGreaterThan(0);
  const verified = await run(site, 'verify');
  expect(verified.code, verified.stdout).toBe(0);
  expect(verified.json).toMatchObject({ deadBytes: 0 });
  expect((await render(site, '--in-place')).json.upToDate).toBe(true);
  // The version before, from the store.
  const copy = join(site.folder, 'copy.mov');
  const restored = await patchwork(['restore', `${site.deliverable}@{1}`, '-o', copy], { store: site.store });
  expect(restored.code, restored.stdout).toBe(0);
  expect(readFileSync(copy).equals(before)).toBe(true);
  // And from the journal.
  expect((await run(site, 'undo')).code).toBe(0);
  expect(readFileSync(site.deliverable).equals(before)).toBe(true);
  expect(existsSync(journalOf(site))).toBe(false);
  expect((await run(site, 'verify')).code).toBe(0);
  expect((await run(site, 'undo')).json.code).toBe('PW_UNDO_NONE');
  const again = await render(site, '--in-place');
  expect(again.json.frames.rendered, 'what was undone is kept in the store').toBe(0);
  expect(digestAt(site)).toBe(digestAt(clean));
  expect((await run(site, 'compact')).json).toMatchObject({ beforeBytes: before.length, afterBytes: before.length });
  expect(existsSync(journalOf(site))).toBe(false);
  expect((await run(site, 'undo')).json.code).toBe('PW_UNDO_NONE');
  removeSite(site);
});

test('undo of a film that lost its sidecar, by what the store knows of it', async () => {
  const site = copyOfSite(old, film);
  const before = readFileSync(site.deliverable);
  await renderSite(site, { workers, profile: dnxhr, publication: 'in-place' });
  rmSync(`${site.deliverable}.patchwork`);
  const undone = await run(site, 'undo');
  expect(undone.code, undone.stdout).toBe(0);
  expect(readFileSync(site.deliverable).equals(before)).toBe(true);
  expect((await run(site, 'verify')).code).toBe(0);
  removeSite(site);
});

test('a whole new file lets go of the journal; a change of length is appended', async () => {
  const site = copyOfSite(old, film);
  expect((await render(site, '--in-place')).code).toBe(0);
  const overwritten = readFileSync(site.deliverable);
  writeFileSync(site.timeline, otioText(await filmOf([1, 0, 24], [3, 20, 12])));
  expect((await render(site, '--in-place')).code).toBe(0);
  expect((await run(site, 'verify')).json).toMatchObject({ verified: true });
  expect((await run(site, 'undo')).code).toBe(0);
  expect(readFileSync(site.deliverable).equals(overwritten), 'the append first').toBe(true);
  expect((await run(site, 'undo')).code).toBe(0);
  expect(digestAt(site), 'then what was overwritten').toBe(digestAt(old));
  writeFileSync(site.timeline, otioText(film));
  expect((await render(site, '--in-place')).code).toBe(0);
  copyFileSync(old.timeline, site.timeline);
  expect((await render(site)).code).toBe(0);
  expect(existsSync(journalOf(site))).toBe(false);
  expect(digestAt(site)).toBe(digestAt(old));
  removeSite(site);
});

test('stopped at any step, a reader sees the old version or the new one whole, and so it is after the next run', async () => {
  const first = copyOfSite(old, film);
  const steps = faultyFiles(nodeFiles(), { after: Infinity, how: 'stop' });
  await renderSite(first, { workers, profile: dnxhr, publication: 'in-place' });
  // Chunks are at hand from here on: what is stopped is the publication.
  copyFileSync(old.deliverable, first.deliverable);
  copyFileSync(`${old.deliverable}.patchwork`, `${first.deliverable}.patchwork`);
  rmSync(journalOf(first));
  const counted = copyOfSite(first, film);
  await renderSite(counted, { workers, profile: dnxhr, files: steps, publication: 'in-place' });
  const wanted = [await seen(old.deliverable), await seen(clean.deliverable)];
  const found = new Set<number>();
  const stride = Number(process.env['PW_FAULT_STRIDE'] ?? 9);
  for (let after = steps.steps.length - 1; after >= 0; after -= stride) {
    const how = after % 2 === 0 ? 'stop' : 'fail';
    const machine = mortalProcesses();
    const process = machine.start();
    const site = copyOfSite(first, film);
    const files = faultyFiles(nodeFiles(), { after, how, write: 'half' });
    await renderSite(site, { workers, profile: dnxhr, files, processes: process, publication: 'in-place' }).catch(
      () => undefined,
    );
    machine.kill(process);
    const which = wanted.indexOf(await seen(site.deliverable));
    expect(which, steps.steps[after]).toBeGreaterThanOrEqual(0);
    found.add(which);
    await renderSite(site, { workers, profile: dnxhr, processes: machine.start(), publication: 'in-place' });
    expect(digestAt(site), `${steps.steps[after]}: the next run`).toBe(digestAt(clean));
    expect((await run(site, 'undo')).code, steps.steps[after]).toBe(0);
    expect(digestAt(site), `${steps.steps[after]}: undo`).toBe(digestAt(old));
    removeSite(site);
  }
  expect(found).toEqual(new Set([0, 1]));
  for (const site of [first, counted]) removeSite(site);
});

test('SIGKILL while bytes are overwritten: the old version whole; a command that only reads puts it back, and says so', async () => {
  const first = copyOfSite(old, film);
  const steps = await stepsOfRun(first, 'in-place', 'ledger');
  removeSite(first);
  const home = steps.indexOf(`sync ${journalOf(first)}`);
  const copies = steps.indexOf(`sync ${first.deliverable}`, home);
  const overwriting = steps.indexOf(
    `write ${first.deliverable}`,
    steps.indexOf(`sync ${first.deliverable}`, copies + 1),
  );
  for (const step of [copies, overwriting + 3]) {
    const site = copyOfSite(old, film);
    await killAtStep(site, step, 'in-place', 'ledger');
    expect(await seen(site.deliverable), steps[step]).toBe(await seen(old.deliverable));
    const verified = await run(site, 'verify');
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stderr).toContain('the version before was put back');
    expect(digestAt(site)).toBe(digestAt(old));
    removeSite(site);
  }
});

describe('a film of another program', () => {
  /** A DNxHR film that nothing here has a history of, and pieces for it. */
  async function foreign(): Promise<{ readonly path: string; readonly store: string; readonly piece: string }> {
    const folder = freshFolder('overwrite');
    const path = join(folder, 'film.mov');
    copyFileSync(old.deliverable, path);
    const piece = join(folder, 'piece.mov');
    copyFileSync(clean.deliverable, piece);
    return { path, store: join(folder, 'store'), piece };
  }

  test('patched in place it keeps its size and index; versions are undone and restored from the journal', async () => {
    const { path, store, piece } = await foreign();
    const before = readFileSync(path);
    const made = emptySite(await filmOf([3, 0, 6]));
    await renderSite(made, { workers, profile: dnxhr });
    copyFileSync(made.deliverable, piece);
    const versions = [before];
    for (const range of ['10:16', '14:20', '40:46']) {
      const ran = await patchwork(['patch', path, '--range', range, '--with', piece, '--in-place'], { store });
      expect(ran.code, ran.stdout).toBe(0);
      expect(statSync(path).size).toBe(before.length);
      versions.push(readFileSync(path));
    }
    expect((await patchwork(['verify', path], { store })).json).toMatchObject({ verified: true, deadBytes: 0 });
    for (const back of [1, 2, 3]) {
      const copy = `${path}.${back}.mov`;
      const restored = await patchwork(['restore', `${path}@{${back}}`, '-o', copy], { store });
      expect(restored.code, restored.stdout).toBe(0);
      expect(readFileSync(copy).equals(versions[3 - back] ?? before), `@{${back}}`).toBe(true);
    }
    expect((await patchwork(['undo', path], { store })).code).toBe(0);
    expect(readFileSync(path).equals(versions[2] ?? before)).toBe(true);
    // Over the film itself: the journal keeps what is older.
    expect((await patchwork(['restore', `${path}@{1}`], { store })).code).toBe(0);
    expect(readFileSync(path).equals(versions[1] ?? before)).toBe(true);
    expect((await patchwork(['verify', path], { store })).json).toMatchObject({ verified: true });
    expect((await patchwork(['undo', path], { store })).code).toBe(0);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}.patchwork.undo`)).toBe(false);
  });
});

test('a film that was thrown away after a run was killed on it is rendered anew, whatever its journal says', async () => {
  const site = copyOfSite(old, film);
  expect((await render(site, '--in-place')).code).toBe(0);
  // The frame that says that the change is over is cut off.
  truncateSync(journalOf(site), statSync(journalOf(site)).size - 1);
  rmSync(site.deliverable);
  const read = await run(site, 'log');
  expect(read.code, read.stdout).toBe(0);
  const ran = await render(site);
  expect(ran.code, ran.stdout).toBe(0);
  const verified = await run(site, 'verify');
  expect(verified.code, verified.stdout).toBe(0);
  expect(existsSync(journalOf(site))).toBe(false);
});
