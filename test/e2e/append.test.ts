import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { PatchworkError, type FilePort } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { undoPatch } from '@patchwork/render';
import { readMovie, trackDigests } from '@patchwork/splice';
import { appendEntry, readLedger, type LedgerChunk } from '@patchwork/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Film } from './kit/film.ts';
import { atStore } from './kit/film-store.ts';
import { killAtStep, stepsOfRun } from './kit/killing.ts';
import { mortalProcesses } from './kit/mortal-processes.ts';
import { otioText } from './kit/otio-text.ts';
import { patchwork } from './kit/patchwork.ts';
import { copyOfSite, deliveredSite, digestAt, filmOf, removeSite, renderSite, type Site } from './kit/site.ts';

/**
 * Deliverables of ours that are patched by appending (E2): packet by packet what a clean render is, taken back byte for
 * byte, and the clean render's bytes when compacted (E1).
 */
let workers: MediaWorkers;
let old: Site;
let film: Film;
let clean: Site;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  old = await deliveredSite(await filmOf([1, 0, 60], [2, 0, 60], [3, 20, 40]), { workers });
  // A ripple: kept packets move. The second shot is slipped.
  film = await filmOf([1, 0, 50], [2, 24, 60], [3, 20, 40]);
  clean = await deliveredSite(film, { workers });
});

afterAll(async () => {
  await workers.close();
});

function run(site: Site, command: string, ...args: string[]): ReturnType<typeof patchwork> {
  return patchwork([command, ...args, site.deliverable], { store: site.store });
}

/** What a reader sees of each track, wherever it stands in the file. Packets of PCM are as long as their run in the file. */
async function tracksOf(site: Site): Promise<unknown> {
  const { streams } = await workers.scanMovie(site.deliverable);
  const movie = await readMovie(nodeFiles(), site.deliverable, sha256);
  return {
    pictures: streams.filter(({ kind }) => kind === 'video').map(({ index: _index, ...stream }) => stream),
    digests: await trackDigests(nodeFiles(), movie, { sha256, startSha256 }),
    heads: movie.tracks.map(({ tables, samples: _samples, ...head }) => ({ ...head, count: tables.count })),
    timecode: movie.timecode,
  };
}

/** The digest of the sound that a player finds. */
async function soundOf({ deliverable }: Site): Promise<unknown> {
  const movie = await readMovie(nodeFiles(), deliverable, sha256);
  const wanted = { wanted: ({ handler }: { readonly handler: string }) => handler === 'soun' };
  return trackDigests(nodeFiles(), movie, { sha256, startSha256 }, wanted);
}

test.each(['--in-place', '--fast'])('%s: E2, then E1 after compact', async (flag) => {
  const site = copyOfSite(old, film);
  const render = await patchwork(['render', site.timeline, '-o', site.deliverable, flag], { store: site.store });
  expect(render.code, render.stdout).toBe(0);
  expect(render.json.verified).toBe(true);
  expect(await tracksOf(site)).toEqual(await tracksOf(clean));
  const verified = await run(site, 'verify');
  expect(verified.code, verified.stdout).toBe(0);
  expect((JSON.parse(verified.stdout) as { deadBytes: number }).deadBytes).toBeGreaterThan(0);
  // The next run finds nothing to do.
  const again = await patchwork(['render', site.timeline, '-o', site.deliverable, flag], { store: site.store });
  expect(again.json.upToDate).toBe(true);
  expect((await run(site, 'compact')).code).toBe(0);
  expect(digestAt(site)).toBe(digestAt(clean));
  removeSite(site);
});

test('another film that was put there while pictures were rendered is not written into', async () => {
  const site = copyOfSite(old, film);
  const replace = (): void => {
    copyFileSync(clean.deliverable, `${site.deliverable}.theirs`);
    renameSync(`${site.deliverable}.theirs`, site.deliverable);
  };
  let isReplaced = false;
  const onProgress = (): void => {
    if (!isReplaced) replace();
    isReplaced = true;
  };
  const raced = renderSite(site, { workers, publication: 'in-place', onProgress });
  await expect(raced).rejects.toMatchObject({ code: 'PW_PUBLISH_RACED' });
  expect(digestAt(site)).toBe(digestAt(clean));
  removeSite(site);
});

test('undo brings the file before back, and restore the one that was undone', async () => {
  const site = copyOfSite(old, film);
  const before = readFileSync(site.deliverable);
  await patchwork(['render', site.timeline, '-o', site.deliverable, '--in-place'], { store: site.store });
  const undone = await run(site, 'undo');
  expect(undone.code, undone.stdout).toBe(0);
  expect(readFileSync(site.deliverable).equals(before)).toBe(true);
  const ledger = readFileSync(`${site.deliverable}.patchwork`, 'latin1');
  expect(ledger.includes('"renderer":"ffmpeg"')).toBe(true);
  const again = await patchwork(['render', site.timeline, '-o', site.deliverable], { store: site.store });
  expect(again.json.frames.rendered, 'what was undone is kept in the store').toBe(0);
  expect(digestAt(site)).toBe(digestAt(clean));
  removeSite(site);
});

test('undo on a full disk: the film comes back, and what goes is not kept', async () => {
  const site = copyOfSite(old, film);
  const before = readFileSync(site.deliverable);
  await renderSite(site, { workers, publication: 'in-place' });
  const files = nodeFiles();
  const full: FilePort = {
    ...files,
    open: async (path, mode) => {
      if (mode === 'create' && path.endsWith('copied-pack')) throw new PatchworkError('PW_FILE_NO_SPACE', 'full');
      return await files.open(path, mode);
    },
  };
  const notes: string[] = [];
  await atStore(workers, site.deliverable, full, (context) =>
    undoPatch({ ...context, onNote: (note) => notes.push(note) }, site.deliverable),
  );
  expect(readFileSync(site.deliverable).equals(before)).toBe(true);
  expect(notes).toEqual([expect.stringContaining('no room')]);
  removeSite(site);
});

test('undo does not take chunks at their word that the render before did not look at', async () => {
  const site = copyOfSite(old, film);
  const chunksAt = async (path: string): Promise<readonly LedgerChunk[]> =>
    (await readLedger(nodeFiles(), path, sha256))?.entries.at(-1)?.chunks ?? [];
  const kept = new Set((await chunksAt(clean.deliverable)).map(({ key }) => key));
  const replaced = (await chunksAt(site.deliverable)).find(({ key }) => !kept.has(key));
  if (replaced === undefined) throw new TypeError('the new film keeps every chunk');
  const bytes = readFileSync(site.deliverable);
  bytes.writeUInt8(bytes.readUInt8(replaced.offset + 100) ^ 0xff, replaced.offset + 100);
  writeFileSync(site.deliverable, bytes);
  const render = (...flags: string[]): ReturnType<typeof patchwork> =>
    patchwork(['render', site.timeline, '-o', site.deliverable, ...flags], { store: site.store });
  expect((await render('--in-place')).code).toBe(0);
  expect((await run(site, 'undo')).code).toBe(0);
  expect(readFileSync(site.deliverable).equals(bytes), 'damaged as it was').toBe(true);
  copyFileSync(old.timeline, site.timeline);
  expect((await render()).code).toBe(0);
  expect(digestAt(site)).toBe(digestAt(old));
  removeSite(site);
});

test('a version that was rendered in place is restored with its sound where the new file has it', async () => {
  const site = copyOfSite(old, film);
  const render = async (shown: Film, ...flags: string[]): Promise<void> => {
    writeFileSync(site.timeline, otioText(shown));
    const ran = await patchwork(['render', site.timeline, '-o', site.deliverable, ...flags], { store: site.store });
    expect(ran.code, ran.stdout).toBe(0);
  };
  await render(film, '--in-place');
  const other = await filmOf([3, 20, 40], [1, 0, 50], [2, 24, 60]);
  await render(other);
  const restored = await patchwork(['restore', `${site.deliverable}@{1}`], { store: site.store });
  expect(restored.code, restored.stdout).toBe(0);
  expect(digestAt(site)).toBe(digestAt(clean));
  const verified = await run(site, 'verify');
  expect(verified.code, verified.stdout).toBe(0);
  // The sound is now taken from the file at its word.
  await render({ ...film, video: other.video });
  expect(await soundOf(site)).toEqual(await soundOf(clean));
  removeSite(site);
});

test('verify hashes the sound as a whole, not only piece by piece', async () => {
  const site = copyOfSite(old, film);
  const ledger = await readLedger(nodeFiles(), site.deliverable, sha256);
  const entry = ledger?.entries.at(-1);
  if (ledger == null || entry?.sound == null) throw new TypeError('the site has no history with sound');
  const { id: _id, trust: _trust, ...wrong } = { ...entry, sound: { ...entry.sound, digest: sha256('other sound') } };
  await appendEntry(nodeFiles(), ledger, wrong, sha256);
  const verified = await run(site, 'verify');
  expect(verified.code, verified.stdout).toBe(5);
  expect(JSON.parse(verified.stdout)).toMatchObject({ findings: [{ code: 'PW_VERIFY_SOUND_HASH' }] });
  removeSite(site);
});

test('killed at any step of an in-place render, the file is the old version or the new one', async () => {
  const all = faultyFiles(nodeFiles(), { after: Infinity, how: 'stop' });
  const first = copyOfSite(old, film);
  await renderSite(first, { workers, files: all, publication: 'in-place' });
  // Chunks are at hand from here on: what is killed is the publication.
  const kept = join(first.folder, 'store');
  copyFileSync(old.deliverable, first.deliverable);
  copyFileSync(`${old.deliverable}.patchwork`, `${first.deliverable}.patchwork`);
  const steps = faultyFiles(nodeFiles(), { after: Infinity, how: 'stop' });
  const counted = copyOfSite({ ...first, store: kept }, film);
  await renderSite(counted, { workers, files: steps, publication: 'in-place' });
  const indexOf = async (site: Site): Promise<string> =>
    (await readMovie(nodeFiles(), site.deliverable, sha256)).moov.digest;
  const oldIndex = await indexOf(old);
  const [newTracks, oldTracks] = [await tracksOf(clean), await tracksOf(old)];
  const seen = new Set<boolean>();
  const stride = Number(process.env['PW_FAULT_STRIDE'] ?? 17);
  for (let after = steps.steps.length - 1; after >= 0; after -= stride) {
    const machine = mortalProcesses();
    const process = machine.start();
    const site = copyOfSite(first, film);
    const files = faultyFiles(nodeFiles(), { after, how: 'stop', write: 'half' });
    await expect(renderSite(site, { workers, files, processes: process, publication: 'in-place' })).rejects.toThrow();
    machine.kill(process);
    const isNew = (await indexOf(site)) !== oldIndex;
    seen.add(isNew);
    expect(await tracksOf(site), steps.steps[after]).toEqual(isNew ? newTracks : oldTracks);
    await renderSite(site, { workers, processes: machine.start(), publication: 'in-place' });
    expect(await tracksOf(site), `${steps.steps[after]}: the next run`).toEqual(newTracks);
    removeSite(site);
  }
  expect(seen).toEqual(new Set([true, false]));
});

test('without a file of ours to append to, the whole file is written, and the document says so', async () => {
  const site = copyOfSite(old, film);
  writeFileSync(site.timeline, otioText(film));
  const path = join(site.folder, 'new.mov');
  const ran = await patchwork(['render', site.timeline, '-o', path, '--in-place', '--profile', 'h264-mov'], {
    store: site.store,
  });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('written whole');
  removeSite(site);
});

test('SIGKILL around the write that commits: the old version or the new one, and the next run ends at the new one', async () => {
  const indexOf = async (site: Site): Promise<string> =>
    (await readMovie(nodeFiles(), site.deliverable, sha256)).moov.digest;
  const first = copyOfSite(old, film);
  const steps = await stepsOfRun(first, 'in-place');
  removeSite(first);
  const commit = steps.findLastIndex((step) => step === `write ${first.deliverable}`);
  expect(commit).toBeGreaterThan(0);
  const [newTracks, oldTracks] = [await tracksOf(clean), await tracksOf(old)];
  for (const [step, isNew] of [
    [commit - 1, false],
    [commit + 1, true],
  ] as const) {
    const site = copyOfSite(old, film);
    const halted = await killAtStep(site, step, 'in-place');
    expect((await indexOf(site)) !== (await indexOf(old)), halted).toBe(isNew);
    expect(await tracksOf(site), halted).toEqual(isNew ? newTracks : oldTracks);
    const next = await patchwork(['render', site.timeline, '-o', site.deliverable, '--in-place'], {
      store: site.store,
    });
    expect(next.code, next.stdout).toBe(0);
    expect(await tracksOf(site), halted).toEqual(newTracks);
    removeSite(site);
  }
});
