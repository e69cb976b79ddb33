import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256, type FaultPlan } from '@patchwork/files';
import { isPatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { undoAppend } from '../publish/append.ts';
import { trackDigests } from '../proof/kept-proof.ts';
import type { MovieSpec, PlacedChunk } from '../container/movie-spec.ts';
import { readMovie } from '../container/movie-reader.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { appendOwnMovie } from '../write/own-append.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { memoryHistory } from '../testing/memory-history.ts';
import { movieArbitrary, specOf, type DrawnMovie } from '../testing/random-movie.ts';
import { planOwnOverwrite, type OwnOverwrite } from './overwrite-plan.ts';
import { canUndoOverwrite, overwriteMovie, undoOverwrite } from './overwrite.ts';
import { recoverOverwrite } from './recovery.ts';
import { undoJournalPath } from './undo-journal.ts';

/** What is killed here is a run, not the machine: nothing needs to reach the disk. */
const files = unsynced(nodeFiles());
const folder = temporaryFolder();
const path = join(folder, 'film.mov');
const journal = undoJournalPath(path);
const runs = Number(process.env['PW_RUNS'] ?? 15);
let packs = 0;

const small: DrawnMovie = {
  format: 'mov',
  codec: 'prores',
  rate: { num: 25, den: 1 },
  reorder: 0,
  chunks: [700, 700, 300].map((size) => ({ sizes: [size], order: [0], sync: [true] })),
  use: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2],
  sound: 'pcm_s16le',
  dropFrame: false,
  startFrame: 5,
  tags: {},
};

/** The same movie with other bytes in some places, all as long as they were. Every place is a chunk of its own. */
function changed(spec: MovieSpec, which: (index: number) => boolean, withSound: boolean): MovieSpec {
  packs += 1;
  const pack = join(folder, `changed-${packs}.pack`);
  const parts: Buffer[] = [];
  let at = 0;
  const add = (bytes: Buffer): number => {
    parts.push(bytes);
    at += bytes.length;
    return at - bytes.length;
  };
  const pieces = spec.video.pieces.map((piece, index): PlacedChunk => {
    if (!which(index)) return piece;
    const bytes = Buffer.alloc(
      piece.sizes.reduce((sum, size) => sum + size, 0),
      packs * 31 + index,
    );
    const digest = sha256(bytes);
    return { ...piece, key: digest, digest, path: pack, offset: add(bytes) };
  });
  const length = spec.sound?.places.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? 0;
  const bytes = Buffer.alloc(length, packs);
  const sound =
    spec.sound === null || !withSound
      ? spec.sound
      : { ...spec.sound, digest: sha256(bytes), places: [{ path: pack, offset: add(bytes), sizeBytes: length }] };
  writeFileSync(pack, Buffer.concat(parts));
  return { ...spec, video: { ...spec.video, pieces }, sound };
}

/** As a deliverable takes what it keeps from itself. */
async function based(spec: MovieSpec, old: MovieSpec): Promise<MovieSpec> {
  const plain = await planned(old);
  return {
    ...spec,
    video: {
      ...spec.video,
      pieces: spec.video.pieces.map((piece, i) =>
        piece === old.video.pieces[i] ? { ...piece, path, offset: plain.placed[i] ?? -1 } : piece,
      ),
    },
    sound: spec.sound === old.sound && spec.sound !== null ? { ...spec.sound, places: plain.soundPlaced } : spec.sound,
  };
}

async function planned(spec: MovieSpec): Promise<OwnOverwrite> {
  const plan = await planOwnOverwrite(files, await readMovie(files, path, sha256), spec, hashing);
  if (plan === null) throw new Error('the movie cannot be overwritten');
  return plan;
}

async function overwrite(port: FilePort, spec: MovieSpec, entries: string[], name: string): Promise<void> {
  const movie = await readMovie(port, path, sha256);
  const plan = await planOwnOverwrite(port, movie, spec, hashing);
  if (plan === null) throw new Error('the movie cannot be overwritten');
  await overwriteMovie(port, movie, plan.spans, hashing, memoryHistory(entries), async () => {
    entries.push(name);
  });
}

async function cleanBytes(spec: MovieSpec): Promise<Buffer> {
  const clean = join(folder, 'clean.mov');
  rmSync(clean, { force: true });
  await writeMovie(files, clean, spec, hashing);
  return readFileSync(clean);
}

function fresh(bytes: Buffer): void {
  for (const each of [path, journal]) rmSync(each, { force: true });
  writeFileSync(path, bytes);
}

/** What a reader sees, wherever it stands in the file. */
async function seen(): Promise<string> {
  return JSON.stringify(await trackDigests(files, await readMovie(files, path, sha256), hashing));
}

describe('overwriting where it stands', () => {
  test('J1: the movie becomes the clean one of the new spec, byte for byte and no longer; undo gives back generation by generation', async () => {
    const marks = fc.array(fc.boolean(), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(movieArbitrary, marks, fc.boolean(), marks, async (drawn, first, withSound, second) => {
        const old = specOf(drawn, folder, 0);
        const versions = [old];
        for (const which of [first, second]) {
          versions.push(changed(versions.at(-1) ?? old, (i) => which[i % which.length] === true, withSound));
        }
        const bytes: Buffer[] = [];
        for (const version of versions) bytes.push(await cleanBytes(version));
        fresh(bytes[0] ?? Buffer.alloc(0));
        const entries = ['old'];
        for (const [i, version] of versions.entries()) {
          if (i === 0) continue;
          await overwrite(files, await based(version, versions[i - 1] ?? old), entries, `v${i}`);
          expect(readFileSync(path).equals(bytes[i] ?? Buffer.alloc(0))).toBe(true);
        }
        for (let i = versions.length - 2; i >= 0; i--) {
          const movie = await readMovie(files, path, sha256);
          const isOther = !readFileSync(path).equals(bytes[i] ?? Buffer.alloc(0));
          // Where a version has the bytes of the one before, nothing was overwritten.
          if (!isOther) continue;
          expect(await canUndoOverwrite(files, movie, hashing)).toBe(`v${i + 1}`);
          await undoOverwrite(files, movie, hashing, memoryHistory(entries));
          expect(readFileSync(path).equals(bytes[i] ?? Buffer.alloc(0))).toBe(true);
        }
        expect(existsSync(journal)).toBe(false);
      }),
      { numRuns: runs },
    );
  });

  test('J2: what would move, or would change the index, is not overwritten', async () => {
    const old = specOf(small, folder, 0);
    fresh(await cleanBytes(old));
    const movie = await readMovie(files, path, sha256);
    const { placed } = await planned(old);
    const [first, second, ...rest] = old.video.pieces;
    if (first === undefined || second === undefined) throw new Error('no pieces');
    const swapped = [{ ...second, path, offset: placed[1] ?? 0 }, { ...first, path, offset: placed[0] ?? 0 }, ...rest];
    const plans = [
      { ...old, video: { ...old.video, pieces: swapped } },
      { ...old, video: { ...old.video, pieces: old.video.pieces.slice(1) } },
      { ...old, timecode: { frame: 6, dropFrame: false } },
      { ...old, tags: { title: 'other' } },
    ];
    for (const spec of plans) expect(await planOwnOverwrite(files, movie, spec, hashing)).toBe(null);
    const corrupt = changed(old, (i) => i === 0, false);
    const pieces = corrupt.video.pieces.map((piece) => ({ ...piece, digest: sha256('other') }));
    await expect(
      planOwnOverwrite(files, movie, { ...corrupt, video: { ...corrupt.video, pieces } }, hashing),
    ).rejects.toMatchObject({ code: 'PW_SPLICE_CHUNK_CORRUPT' });
  });

  test('J3: only what differs is written, and copies of it; the file keeps its size', async () => {
    const old = specOf({ ...small, chunks: [{ sizes: [50_000], order: [0], sync: [true] }] }, folder, 0);
    fresh(await cleanBytes(old));
    const next = await based(
      changed(old, (i) => i === 3 || i === 4, false),
      old,
    );
    let written = 0;
    const counted = countingWrites((to, bytes) => {
      if (to === path) written += bytes;
    });
    const { size } = statOf();
    await overwrite(counted, next, ['old'], 'new');
    expect(statOf().size).toBe(size);
    const index = (await readMovie(files, path, sha256)).moov.bytes.length;
    // Once where they stand, once as copies of the old ones; an index that plays these, and a few bytes.
    expect(written).toBeLessThanOrEqual(2 * 1.05 * 100_000 + index + 500);
    expect(written).toBeGreaterThan(2 * 90_000);
  });

  test('J4: an append and an overwriting are taken back in their order', async () => {
    const old = specOf(small, folder, 0);
    const first = await cleanBytes(old);
    fresh(first);
    const entries = ['old'];
    await overwrite(
      files,
      await based(
        changed(old, (i) => i === 2, false),
        old,
      ),
      entries,
      'v1',
    );
    const second = readFileSync(path);
    const shorter = { ...old, video: { ...old.video, pieces: old.video.pieces.slice(0, 9) }, sound: null };
    await appendOwnMovie(files, await readMovie(files, path, sha256), shorter, hashing, async () => undefined);
    const appended = await readMovie(files, path, sha256);
    expect(await canUndoOverwrite(files, appended, hashing)).toBe(null);
    await undoAppend(files, appended);
    expect(readFileSync(path).equals(second)).toBe(true);
    await undoOverwrite(files, await readMovie(files, path, sha256), hashing, memoryHistory(entries));
    expect(readFileSync(path).equals(first)).toBe(true);
  });
});

function statOf(): { readonly size: number } {
  return { size: readFileSync(path).length };
}

function countingWrites(seenWrite: (path: string, bytes: number) => void): FilePort {
  return wrapped(files, (file, to) => ({
    write: (data, at) => {
      seenWrite(to, data.length);
      return file.write(data, at);
    },
  }));
}

function unsynced(inner: FilePort): FilePort {
  const nothing = async (): Promise<void> => undefined;
  return { ...wrapped(inner, () => ({ sync: nothing })), syncFolder: nothing };
}

function wrapped(inner: FilePort, other: (file: OpenFile, path: string) => Partial<OpenFile>): FilePort {
  return {
    ...inner,
    open: async (to, mode) => {
      const file = await inner.open(to, mode);
      return {
        read: (into, at) => file.read(into, at),
        write: (data, at) => file.write(data, at),
        sync: () => file.sync(),
        truncate: (size) => file.truncate(size),
        stat: () => file.stat(),
        close: () => file.close(),
        ...other(file, to),
      };
    },
  };
}

describe('a run that is killed', () => {
  const plans: readonly (readonly [string, Omit<FaultPlan, 'after'>])[] = [
    ['stops', { how: 'stop', write: 'none' }],
    ['stops in the middle of a write', { how: 'stop', write: 'half' }],
    ['finds the disk full', { how: 'fail', write: 'half' }],
  ];

  test.each(plans)(
    'J5: %s, after any step: a reader sees the old or the new movie whole, and so it is after the next run',
    async (_, plan) => {
      const old = specOf(small, folder, 0);
      const next = changed(old, (i) => i % 5 === 1, true);
      const [before, after] = [await cleanBytes(old), await cleanBytes(next)];
      fresh(before);
      const wanted = [await seen()];
      const spec = await based(next, old);
      const counter = faultyFiles(files, { after: Infinity, how: 'stop' });
      await overwrite(counter, spec, ['old'], 'new');
      wanted.push(await seen());
      const outcomes = new Set<string>();
      for (let step = 0; step < counter.steps.length; step++) {
        fresh(before);
        const entries = ['old'];
        await overwrite(faultyFiles(files, { ...plan, after: step }), spec, entries, 'new').catch(coded);
        expect(wanted, counter.steps[step]).toContain(await seen());
        outcomes.add(await recoverOverwrite(files, path, hashing, memoryHistory(entries)));
        const isNew = entries.length > 1;
        expect(readFileSync(path).equals(isNew ? after : before), counter.steps[step]).toBe(true);
        expect(await recoverOverwrite(files, path, hashing, memoryHistory(entries))).toBe('nothing');
        // The next change of it succeeds, and is taken back.
        if (!isNew) await overwrite(files, spec, entries, 'new');
        const movie = await readMovie(files, path, sha256);
        await undoOverwrite(files, movie, hashing, memoryHistory(entries));
        expect(readFileSync(path).equals(before)).toBe(true);
      }
      expect([...outcomes].toSorted()).toEqual(
        plan.how === 'stop' ? ['completed', 'nothing', 'rolled-back'] : expect.arrayContaining(['nothing']),
      );
    },
  );

  test.each(plans)('J6: %s while it takes back: the same', async (_, plan) => {
    const old = specOf(small, folder, 0);
    const next = changed(old, (i) => i % 5 === 1, true);
    const before = await cleanBytes(old);
    fresh(before);
    const wanted = [await seen()];
    const spec = await based(next, old);
    await overwrite(files, spec, ['old'], 'new');
    const [after, kept] = [readFileSync(path), readFileSync(journal)];
    wanted.push(await seen());
    const undo = async (port: FilePort, entries: string[]): Promise<void> =>
      undoOverwrite(port, await readMovie(port, path, sha256), hashing, memoryHistory(entries));
    const counter = faultyFiles(files, { after: Infinity, how: 'stop' });
    await undo(counter, ['old', 'new']);
    for (let step = 0; step < counter.steps.length; step++) {
      fresh(after);
      writeFileSync(journal, kept);
      const entries = ['old', 'new'];
      await undo(faultyFiles(files, { ...plan, after: step }), entries).catch(coded);
      expect(wanted, counter.steps[step]).toContain(await seen());
      await recoverOverwrite(files, path, hashing, memoryHistory(entries));
      const isBack = readFileSync(path).equals(before);
      expect(isBack || readFileSync(path).equals(after), counter.steps[step]).toBe(true);
      expect(entries.length, counter.steps[step]).toBe(isBack ? 3 : 2);
      if (!isBack) await undo(files, entries);
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(existsSync(journal)).toBe(false);
    }
  });
});

/** A film whose second picture was being overwritten when its run was killed, before the last write: it plays the copies. */
async function killedInCopies(): Promise<{ readonly old: MovieSpec; readonly before: Buffer }> {
  const old = specOf(small, folder, 0);
  const before = await cleanBytes(old);
  fresh(before);
  const spec = await based(
    changed(old, (i) => i === 1, true),
    old,
  );
  const counter = faultyFiles(files, { after: Infinity, how: 'stop' });
  await overwrite(counter, spec, ['old'], 'new');
  const step = counter.steps.findLastIndex((each) => each === `write ${path}`);
  fresh(before);
  await overwrite(faultyFiles(files, { after: step - 1, how: 'stop' }), spec, ['old'], 'new').catch(coded);
  return { old, before };
}

function coded(error: unknown): void {
  if (!isPatchworkError(error)) throw error;
}

describe('a journal that is not ours', () => {
  test('J7: cut off or damaged anywhere, it is used whole or refused by name, and the film is not touched', async () => {
    const old = specOf({ ...small, sound: 'none' }, folder, 0);
    fresh(await cleanBytes(old));
    const entries = ['old'];
    for (const name of ['v1', 'v2']) {
      const spec = changed(old, (i) => i === (name === 'v1' ? 2 : 4), false);
      const movie = await readMovie(files, path, sha256);
      const plan = await planOwnOverwrite(files, movie, spec, hashing);
      await overwriteMovie(files, movie, plan?.spans ?? [], hashing, memoryHistory(entries), async () => {
        entries.push(name);
      });
    }
    const [film, kept] = [readFileSync(path), readFileSync(journal)];
    const copy = join(folder, 'v1.mov');
    copyFileSync(path, copy);
    await undoOverwrite(files, await readMovie(files, path, sha256), hashing, memoryHistory([...entries]));
    const before = readFileSync(path);
    const codes = new Set<string>();
    const attempt = async (bytes: Buffer): Promise<void> => {
      fresh(film);
      writeFileSync(journal, bytes);
      try {
        await recoverOverwrite(files, path, hashing, memoryHistory([...entries]));
        await undoOverwrite(files, await readMovie(files, path, sha256), hashing, memoryHistory([...entries]));
        codes.add(readFileSync(path).equals(before) ? 'undone' : 'other');
      } catch (error) {
        coded(error);
        codes.add(isPatchworkError(error) ? error.code : '');
        expect(readFileSync(path).equals(film)).toBe(true);
      }
    };
    for (let cut = 0; cut < kept.length; cut += 13) await attempt(kept.subarray(0, cut));
    for (let at = 0; at < kept.length; at += 7) {
      const bytes = Buffer.from(kept);
      bytes[at] = (bytes[at] ?? 0) ^ 0x41;
      await attempt(bytes);
    }
    await attempt(Buffer.from('patchwork-undo/2\n and more'));
    expect([...codes].toSorted()).toEqual([
      'PW_UNDO_JOURNAL',
      'PW_UNDO_NONE',
      'PW_UNDO_OTHER',
      'PW_UNDO_VERSION',
      'undone',
    ]);
  });

  test('J8: of a film that was changed by another program since a run was killed, nothing is touched', async () => {
    const { before } = await killedInCopies();
    const other = await cleanBytes(specOf({ ...small, use: [0, 0] }, folder, 0));
    writeFileSync(path, other);
    await expect(recoverOverwrite(files, path, hashing, memoryHistory(['old']))).rejects.toMatchObject({
      code: 'PW_UNDO_OTHER',
    });
    expect(readFileSync(path).equals(other)).toBe(true);
    // The film of before, from a backup, needs nothing.
    writeFileSync(path, before);
    expect(await recoverOverwrite(files, path, hashing, memoryHistory(['old']))).toBe('rolled-back');
    expect(readFileSync(path).equals(before)).toBe(true);
    truncateSync(path, 0);
  });

  test('J9: a film that was appended to, brought here since a run was killed, is not taken for the one with the copies', async () => {
    const { old } = await killedInCopies();
    const kept = readFileSync(journal);
    // Of the same index, so of the same size: the film of before itself, or another one.
    for (const other of [old, changed(old, () => true, true)]) {
      fresh(await cleanBytes(other));
      const shorter = { ...other, video: { ...other.video, pieces: other.video.pieces.slice(0, 9) }, sound: null };
      await appendOwnMovie(files, await readMovie(files, path, sha256), shorter, hashing, async () => undefined);
      const film = readFileSync(path);
      writeFileSync(journal, kept);
      await expect(recoverOverwrite(files, path, hashing, memoryHistory(['old']))).rejects.toMatchObject({
        code: 'PW_UNDO_OTHER',
      });
      expect(readFileSync(path).equals(film)).toBe(true);
    }
  });

  test('J10: a film that cannot be read any more is told apart from the journal beside it', async () => {
    await killedInCopies();
    writeFileSync(path, 'no movie');
    await expect(recoverOverwrite(files, path, hashing, memoryHistory(['old']))).rejects.toMatchObject({
      code: 'PW_UNDO_OTHER',
      cause: { code: 'PW_MOVIE_NOT_MOVIE' },
    });
    expect(readFileSync(path, 'utf8')).toBe('no movie');
  });

  test('J11: the folder knows a journal for good before the film changes, and that it is gone when it is', async () => {
    const old = specOf(small, folder, 0);
    fresh(await cleanBytes(old));
    const spec = await based(
      changed(old, (i) => i === 1, true),
      old,
    );
    // Of a run that was killed before it had told the folder.
    writeFileSync(journal, 'patchwork-undo/1\n');
    const counter = faultyFiles(files, { after: Infinity, how: 'stop' });
    const entries = ['old'];
    await overwrite(counter, spec, entries, 'new');
    const told = counter.steps.indexOf(`syncFolder ${folder}`);
    expect(told).toBeGreaterThanOrEqual(0);
    expect(told).toBeLessThan(counter.steps.indexOf(`write ${path}`));
    const back = faultyFiles(files, { after: Infinity, how: 'stop' });
    await undoOverwrite(back, await readMovie(files, path, sha256), hashing, memoryHistory(entries));
    expect(back.steps.slice(-2)).toEqual([`remove ${journal}`, `syncFolder ${folder}`]);
  });

  test('J12: room is asked for all that is written beside the film; without it nothing is touched', async () => {
    await fc.assert(
      fc.asyncProperty(movieArbitrary, fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }), async (drawn, which) => {
        const old = specOf(drawn, folder, 0);
        const bytes = await cleanBytes(old);
        fresh(bytes);
        const spec = await based(
          changed(old, (i) => which[i % which.length] === true, true),
          old,
        );
        const refused = overwrite({ ...files, freeBytes: async () => 0 }, spec, ['old'], 'new');
        const error: unknown = await refused.then(
          () => null,
          (each: unknown) => each,
        );
        // Where the bytes are the same nothing is written.
        if (error === null) return;
        expect(error).toMatchObject({ code: 'PW_FILE_NO_SPACE' });
        expect([readFileSync(path).equals(bytes), existsSync(journal)]).toEqual([true, false]);
        const needed = isPatchworkError(error) ? Number(error.details['neededBytes']) : 0;
        const watched = watchedEnds(files);
        await overwrite({ ...watched.port, freeBytes: async () => needed }, spec, ['old'], 'new');
        const written = (watched.ends.get(path) ?? 0) - bytes.length + (watched.ends.get(journal) ?? 0);
        expect(written).toBeGreaterThan(0);
        expect(written).toBeLessThanOrEqual(needed);
      }),
      { numRuns: runs },
    );
  });
});

/** A port that knows how far each file was ever written. */
function watchedEnds(inner: FilePort): { readonly port: FilePort; readonly ends: Map<string, number> } {
  const ends = new Map<string, number>();
  const open: FilePort['open'] = async (name, mode) => {
    const file = await inner.open(name, mode);
    const write: OpenFile['write'] = async (data, offset) => {
      ends.set(name, Math.max(ends.get(name) ?? 0, offset + data.length));
      return await file.write(data, offset);
    };
    return { ...file, write };
  };
  return { port: { ...inner, open }, ends };
}
