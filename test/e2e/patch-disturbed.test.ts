import {
  appendFileSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256 } from '@patchwork/files';
import { PatchworkError, type FilePort } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { patchDeliverable, type PatchedFilm, type PublicationMode } from '@patchwork/render';
import { readMovie, type Movie } from '@patchwork/splice';
import type { ProcessPort } from '@patchwork/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atStore } from './kit/film-store.ts';
import { testMedia } from './kit/fixture.ts';
import { mortalProcesses } from './kit/mortal-processes.ts';
import { freshFolder } from './kit/patchwork.ts';
import { sha256OfPath } from './kit/story.ts';

/** Films of another program that are patched while somebody reads or writes them, on full disks and on ones that cannot clone. */
const modes = ['in-place', 'fast', 'whole'] as const;
const frames = 60;
const picture = { codec: 'h264', width: 192, height: 108, rate: { num: 25, den: 1 }, gop: 20, bFrames: 2 } as const;
const tone = { codec: 'aac', sampleRate: 48000, channels: 2, frequency: 440 } as const;
let workers: MediaWorkers;
let film: string;
let piece: string;

beforeAll(async () => {
  workers = startWorkers({ count: 1 });
  film = await testMedia('disturbed', { id: 1, container: 'mp4', video: { ...picture, frames }, sound: tone });
  piece = await testMedia('piece', {
    id: 2,
    container: 'mov',
    video: { ...picture, codec: 'prores', frames: 10 },
    sound: null,
  });
});

afterAll(() => workers.close());

function copyOfFilm(folder = freshFolder('disturbed')): string {
  const path = join(folder, 'film.mp4');
  copyFileSync(film, path);
  return path;
}

function patch(
  path: string,
  mode: PublicationMode,
  files: FilePort = nodeFiles(),
  processes?: ProcessPort,
): Promise<PatchedFilm> {
  const request = { deliverablePath: path, range: '25:35', piecePath: piece, mode, paranoid: false };
  return atStore(workers, path, files, (context) => patchDeliverable(context, request), processes);
}

async function expectPatched(path: string): Promise<void> {
  const codes = await workers.readCodes({ path, codeRow: 'top' });
  const shown = (frame: number): unknown =>
    frame >= 25 && frame < 35 ? { id: 2, frame: frame - 25 } : { id: 1, frame };
  expect(codes).toEqual(Array.from({ length: frames }, (_, frame) => shown(frame)));
}

/** What stands beside the film but its sidecar and the store. */
function leftovers(path: string): readonly string[] {
  return readdirSync(join(path, '..')).filter((name) => !['film.mp4', 'film.mp4.patchwork', 'store'].includes(name));
}

describe('a player has the film open', () => {
  test.each(modes)('%s: by the index that it has read it finds the old film whole', async (mode) => {
    const path = copyOfFilm();
    const player = openSync(path, 'r');
    const index = await readMovie(nodeFiles(), path, sha256);
    const before = packetsAt(player, index);
    await patch(path, mode);
    expect(packetsAt(player, index)).toEqual(before);
    const held = Buffer.alloc(fstatSync(player).size);
    readSync(player, held, 0, held.length, 0);
    closeSync(player);
    const [old, now] = [readFileSync(film), readFileSync(path)];
    // A file that takes another's place leaves the one that is open alone; in place, what is open has the new index.
    expect(held.equals(mode === 'in-place' ? now : old)).toBe(true);
    await expectPatched(path);
  });
});

/** All packets of a movie, read through an open file. */
function packetsAt(file: number, { tracks }: Movie): readonly string[] {
  return tracks.flatMap(({ samples }) =>
    samples === null
      ? []
      : Array.from({ length: samples.count }, (_, i) => {
          const bytes = Buffer.alloc(samples.sizes[i] ?? 0);
          readSync(file, bytes, 0, bytes.length, samples.offsets[i] ?? 0);
          return sha256(bytes);
        }),
  );
}

describe('another program changes the film during the run', () => {
  const changes: readonly (readonly [string, (path: string) => void])[] = [
    ['appends', (path) => appendFileSync(path, Buffer.from('\0\0\0\x0cfreemine', 'latin1'))],
    [
      'puts another film there',
      (path) => {
        copyFileSync(piece, `${path}.other`);
        renameSync(`${path}.other`, path);
      },
    ],
    ['cuts it', (path) => truncateSync(path, 20_000)],
  ];

  test.each(modes.flatMap((mode) => changes.map(([name, change]) => [mode, name, change] as const)))(
    '%s, it %s: refused by name, and theirs stays',
    async (mode, _, change) => {
      const path = copyOfFilm();
      let theirs = 'not changed';
      // Fresh pictures are being encoded: the film has been looked through, nothing of it is written.
      const files = atCreate('/store/tmp/', () => {
        change(path);
        theirs = sha256OfPath(path);
      });
      // One that ends too early may be met while it is read, before anything of it would be replaced.
      const raced = mode === 'in-place' ? 'APPEND_RACED' : 'PUBLISH_RACED';
      const code = expect.stringMatching(new RegExp(`^PW_(${raced}|SPLICE_SOURCE_CHANGED)$`, 'u'));
      await expect(patch(path, mode, files)).rejects.toMatchObject({ code });
      expect(sha256OfPath(path)).toBe(theirs);
      expect(leftovers(path)).toEqual([]);
    },
  );
});

/** Files that call once, before the first file is made whose path holds a text. */
function atCreate(part: string, call: () => void): FilePort {
  const inner = nodeFiles();
  let isCalled = false;
  return {
    ...inner,
    open: (path, mode) => {
      if (!isCalled && mode === 'create' && path.includes(part)) {
        isCalled = true;
        call();
      }
      return inner.open(path, mode);
    },
  };
}

describe('the disk is full', () => {
  test.each(modes)(
    '%s, at any step: told by name; the old film plays, and with room the patch goes on',
    async (mode) => {
      const all = faultyFiles(nodeFiles(), { after: Infinity, how: 'fail' });
      await patch(copyOfFilm(), mode, all);
      const stride = Number(process.env['PW_FAULT_STRIDE'] ?? 15);
      const pictures = (path: string): ReturnType<MediaWorkers['readCodes']> =>
        workers.readCodes({ path, codeRow: 'top' });
      const old = await pictures(film);
      let told = 0;
      for (let after = mode.length; after < all.steps.length; after += stride) {
        const path = copyOfFilm();
        const step = all.steps[after];
        const files = faultyFiles(nodeFiles(), { after, how: 'fail', write: 'half' });
        const machine = mortalProcesses();
        const processes = machine.start();
        const error: unknown = await patch(path, mode, files, processes).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        // A lock that could not be removed is that of a process which has ended.
        machine.kill(processes);
        if (error !== null) {
          told += 1;
          expect(error, step).toMatchObject({ code: 'PW_FILE_NO_SPACE' });
          // Told after the film took its place, as of the folder's sync, it is the new one.
          const now = await pictures(path);
          if (JSON.stringify(now) !== JSON.stringify(old)) await expectPatched(path);
        }
        await patch(path, mode, nodeFiles(), machine.start());
        await expectPatched(path);
        expect(leftovers(path), step).toEqual([]);
      }
      expect(told).toBeGreaterThan(1);
    },
  );
});

/** A folder on a file system that cannot clone files; null where all can. */
async function folderWithoutClones(): Promise<string | null> {
  for (const parent of ['/dev/shm', tmpdir()]) {
    if (!existsSync(parent)) continue;
    const folder = mkdtempSync(join(parent, 'patchwork-clone-'));
    const [from, to] = [film, join(folder, 'clone')];
    const probe = join(folder, 'probe');
    await copyFile(from, probe);
    const cloned = await copyFile(probe, to, constants.COPYFILE_FICLONE_FORCE).then(
      () => true,
      () => false,
    );
    for (const path of [probe, to]) rmSync(path, { force: true });
    if (!cloned) return folder;
    rmSync(folder, { recursive: true });
  }
  return null;
}

describe('the file system cannot clone', () => {
  test('--fast copies plainly, and shows the same', async (context) => {
    const folder = await folderWithoutClones();
    if (folder === null) return context.skip('every file system here clones');
    const path = copyOfFilm(folder);
    await patch(path, 'fast');
    await expectPatched(path);
    const elsewhere = copyOfFilm();
    await patch(elsewhere, 'fast');
    expect(readFileSync(path).equals(readFileSync(elsewhere)), 'the bytes of a clone').toBe(true);
    rmSync(folder, { recursive: true });
  });

  test('--fast, when the copy fails as well: told by name, the old film whole', async () => {
    const path = copyOfFilm();
    const copy = (): Promise<never> =>
      Promise.reject(new PatchworkError('PW_FILE_NO_SPACE', 'cannot copy: the disk is full', { hint: 'Make room.' }));
    await expect(patch(path, 'fast', { ...nodeFiles(), copy })).rejects.toMatchObject({ code: 'PW_FILE_NO_SPACE' });
    expect(readFileSync(path).equals(readFileSync(film))).toBe(true);
    expect(leftovers(path)).toEqual([]);
  });
});
