import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256 } from '@patchwork/files';
import { isPatchworkError, type FilePort } from '@patchwork/kernel';
import { expect, test } from 'vitest';
import type { MovieSpec, PlacedChunk } from '../container/movie-spec.ts';
import { readMovie } from '../container/movie-reader.ts';
import { trackDigests } from '../proof/kept-proof.ts';
import { undoAppend } from '../publish/append.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { memoryHistory } from '../testing/memory-history.ts';
import { powerDisk, type PowerDisk } from '../testing/power-disk.ts';
import { specOf, type DrawnMovie } from '../testing/random-movie.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { appendOwnMovie } from '../write/own-append.ts';
import { planOwnOverwrite } from './overwrite-plan.ts';
import { overwriteMovie, undoOverwrite } from './overwrite.ts';
import { recoverOverwrite } from './recovery.ts';
import { undoJournalPath } from './undo-journal.ts';

/** The power is cut, and of what was not synced any part is on the disk. */
const folder = temporaryFolder();
const path = join(folder, 'film.mov');
const journal = undoJournalPath(path);
const runs = Number(process.env['PW_RUNS'] ?? 3);
const timeout = 30_000 + runs * 10_000;

const drawn: DrawnMovie = {
  format: 'mov',
  codec: 'prores',
  rate: { num: 25, den: 1 },
  reorder: 0,
  chunks: [700, 5000, 300].map((size) => ({ sizes: [size], order: [0], sync: [true] })),
  use: [0, 1, 2, 0, 1, 2, 0, 1, 2],
  sound: 'pcm_s16le',
  dropFrame: false,
  startFrame: 5,
  tags: {},
};

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4294967296;
  };
}

/** The movie with other bytes, as long as they were, in every second picture; what it keeps it takes from the film. */
async function changed(old: MovieSpec, disk: PowerDisk, fill: number): Promise<MovieSpec> {
  const pack = join(folder, `pack-${fill}`);
  const parts: Buffer[] = [];
  let at = 0;
  const plan = await planOwnOverwrite(disk.files, await readMovie(disk.files, path, sha256), old, hashing);
  const pieces = old.video.pieces.map((piece, i): PlacedChunk => {
    if (i % 2 === 0) return { ...piece, path, offset: plan?.placed[i] ?? -1 };
    const bytes = Buffer.alloc(piece.sizes[0] ?? 0, fill + i);
    parts.push(bytes);
    at += bytes.length;
    return { ...piece, key: sha256(bytes), digest: sha256(bytes), path: pack, offset: at - bytes.length };
  });
  writeFileSync(pack, Buffer.concat(parts));
  const sound = old.sound === null ? null : { ...old.sound, places: plan?.soundPlaced ?? [] };
  return { ...old, video: { ...old.video, pieces }, sound };
}

async function seen(files: FilePort): Promise<string> {
  return JSON.stringify(await trackDigests(files, await readMovie(files, path, sha256), hashing));
}

function stopped(error: unknown): void {
  if (!isPatchworkError(error)) throw error;
}

async function freshDisk(): Promise<{ readonly disk: PowerDisk; readonly old: MovieSpec }> {
  const old = specOf(drawn, folder, 0);
  rmSync(path, { force: true });
  await writeMovie(nodeFiles(), path, old, hashing);
  const bytes = readFileSync(path);
  rmSync(path);
  return { disk: powerDisk(new Map([[path, bytes]]), nodeFiles()), old };
}

/** A disk with what another one holds now, all of it durable. */
function copyOf(disk: PowerDisk): PowerDisk {
  const contents = [path, journal].flatMap((each): [string, Uint8Array][] => {
    const bytes = disk.contentOf(each);
    return bytes === null ? [] : [[each, bytes]];
  });
  return powerDisk(new Map(contents), nodeFiles());
}

type Act = (files: FilePort, entries: string[]) => Promise<void>;

/**
 * Cuts the power after every step of a change, and again after a step of the recovery: what a reader sees is the film before or
 * the one after, each time, and in the end the one that the history says.
 */
async function expectWhole(start: PowerDisk, recorded: readonly string[], act: Act, newest: number): Promise<void> {
  const counter = faultyFiles(copyOf(start).files, { after: Infinity, how: 'stop' });
  const wanted = [await seen(counter)];
  await act(counter, [...recorded]);
  wanted.push(await seen(counter));
  for (let step = 0; step <= counter.steps.length; step++) {
    for (let run = 0; run < runs; run++) {
      const label = `cut after ${step} steps (${counter.steps[step] ?? 'the end'}), run ${run}`;
      const random = seeded(step * 1000 + run + 1);
      const entries = [...recorded];
      const running = copyOf(start);
      await act(faultyFiles(running.files, { after: step, how: 'stop', write: 'half' }), entries).catch(stopped);
      const cut = running.afterPowerCut(random);
      expect(wanted, label).toContain(await seen(cut.files));
      // Recovering, the power is cut once more.
      const again = faultyFiles(cut.files, { after: Math.floor(random() * 12), how: 'stop', write: 'half' });
      await recoverOverwrite(again, path, hashing, memoryHistory(entries)).catch(stopped);
      const found = cut.afterPowerCut(random);
      expect(wanted, `${label}, cut again`).toContain(await seen(found.files));
      await recoverOverwrite(found.files, path, hashing, memoryHistory(entries));
      expect(await seen(found.files), `${label}, recovered`).toBe(wanted[entries.length >= newest ? 1 : 0]);
      expect(await recoverOverwrite(found.files, path, hashing, memoryHistory(entries)), label).toBe('nothing');
    }
  }
}

const overwritten =
  (spec: MovieSpec): Act =>
  async (files, entries) => {
    const movie = await readMovie(files, path, sha256);
    const plan = await planOwnOverwrite(files, movie, spec, hashing);
    if (plan === null) throw new Error('the movie cannot be overwritten');
    await overwriteMovie(files, movie, plan.spans, hashing, memoryHistory(entries), async () => {
      entries.push('new');
    });
  };

test('J12: the power is cut while a film is overwritten, and again while it is recovered', { timeout }, async () => {
  const { disk, old } = await freshDisk();
  await expectWhole(disk, ['old'], overwritten(await changed(old, disk, 1)), 2);
});

test('J12: while an overwriting is taken back', { timeout }, async () => {
  const { disk, old } = await freshDisk();
  await overwritten(await changed(old, disk, 1))(disk.files, ['old']);
  const undo: Act = async (files, entries) =>
    undoOverwrite(files, await readMovie(files, path, sha256), hashing, memoryHistory(entries));
  await expectWhole(copyOf(disk), ['old', 'new'], undo, 3);
});

test('J12: while a film is appended to, and while that is taken back', { timeout }, async () => {
  const { disk, old } = await freshDisk();
  const shorter = { ...(await changed(old, disk, 40)), sound: null };
  const append = async (files: FilePort): Promise<void> => {
    await appendOwnMovie(files, await readMovie(files, path, sha256), shorter, hashing, async () => undefined);
  };
  const undo = async (files: FilePort): Promise<void> => {
    await undoAppend(files, await readMovie(files, path, sha256));
  };
  for (const act of [append, undo]) {
    const start = copyOf(disk);
    if (act === undo) await append(start.files);
    const counter = faultyFiles(copyOf(start).files, { after: Infinity, how: 'stop' });
    const wanted = [await seen(counter)];
    await act(counter);
    wanted.push(await seen(counter));
    for (let step = 0; step <= counter.steps.length; step++) {
      for (let run = 0; run < 4 * runs; run++) {
        const running = copyOf(start);
        await act(faultyFiles(running.files, { after: step, how: 'stop', write: 'half' })).catch(stopped);
        const cut = running.afterPowerCut(seeded(step * 1000 + run + 1));
        const label = `cut after ${step} steps (${counter.steps[step] ?? 'the end'}), run ${run}`;
        const now = await seen(cut.files);
        expect(wanted, label).toContain(now);
        // What is left behind the film does not stand in the way of the next change.
        if (act === append && now === wanted[0]) await append(cut.files);
        expect(await seen(cut.files), label).toBe(act === append ? wanted[1] : now);
      }
    }
  }
});
