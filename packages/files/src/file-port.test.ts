import { chmod, chown, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FilePort } from '@patchwork/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faultyFiles } from './faulty-files.ts';
import { nodeFiles } from './node-files.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwork-files-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function coded(code: string): unknown {
  return expect.objectContaining({ code, hint: expect.any(String) });
}

/** One contract for every port: the adapter of node, and the breaking one while it does not break. */
const ports: readonly (readonly [name: string, port: () => FilePort])[] = [
  ['nodeFiles', nodeFiles],
  ['faultyFiles without a fault', () => faultyFiles(nodeFiles(), { after: Infinity, how: 'stop' })],
];

describe.each(ports)('%s keeps the contract of FilePort', (_, makePort) => {
  test('create, write anywhere, read anywhere, truncate', async () => {
    const files = makePort();
    const path = join(folder, 'a b%\n"é.bin');
    const file = await files.open(path, 'create');
    await file.write(Buffer.from('world'), 6);
    await file.write(Buffer.from('hello '), 0);
    await file.sync();
    const into = new Uint8Array(8);
    expect(await file.read(into, 6)).toBe(5);
    expect(Buffer.from(into).toString()).toBe('world\0\0\0');
    expect(await file.read(into, 100)).toBe(0);
    await file.truncate(4);
    expect((await file.stat()).size).toBe(4);
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('hell');
  });

  test('modes: create refuses what exists, read and update what does not', async () => {
    const files = makePort();
    const path = join(folder, 'file');
    await expect(files.open(path, 'read')).rejects.toEqual(coded('PW_FILE_ABSENT'));
    await expect(files.open(path, 'update')).rejects.toEqual(coded('PW_FILE_ABSENT'));
    await writeFile(path, 'kept');
    await expect(files.open(path, 'create')).rejects.toEqual(coded('PW_FILE_EXISTS'));
    const file = await files.open(path, 'update');
    await file.write(Buffer.from('K'), 0);
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('Kept');
    const reader = await files.open(path, 'read');
    await expect(reader.write(Buffer.from('x'), 0)).rejects.toEqual(coded('PW_FILE_FAILED'));
    await reader.close();
  });

  test('stat: nanoseconds as text, null for nothing, the same before and after', async () => {
    const files = makePort();
    const path = join(folder, 'file');
    expect(await files.stat(path)).toBeNull();
    await writeFile(path, 'twelve bytes');
    expect(await files.stat(join(path, 'below-a-file'))).toBeNull();
    const stat = await files.stat(path);
    expect(stat).toEqual({
      dev: expect.stringMatching(/^\d+$/),
      ino: expect.stringMatching(/^\d+$/),
      size: 12,
      mtimeNs: expect.stringMatching(/^\d{16,}$/),
      ctimeNs: expect.stringMatching(/^\d{16,}$/),
      isDirectory: false,
    });
    const file = await files.open(path, 'read');
    expect(await file.stat()).toEqual(stat);
    await file.close();
    expect((await files.stat(folder))?.isDirectory).toBe(true);
  });

  test('rename replaces, remove forgives absence, list sorts', async () => {
    const files = makePort();
    await writeFile(join(folder, 'b'), 'new');
    await writeFile(join(folder, 'a'), 'old');
    await writeFile(join(folder, 'B'), '');
    expect(await files.list(folder)).toEqual(['B', 'a', 'b']);
    await files.rename(join(folder, 'b'), join(folder, 'a'));
    await files.syncFolder(folder);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('new');
    await files.remove(join(folder, 'a'));
    await files.remove(join(folder, 'a'));
    expect(await files.list(folder)).toEqual(['B']);
    expect(await files.list(join(folder, 'none'))).toEqual([]);
    await expect(files.rename(join(folder, 'none'), join(folder, 'a'))).rejects.toEqual(coded('PW_FILE_ABSENT'));
    await expect(files.remove(folder)).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^PW_FILE_/) }),
    );
  });

  test('rename keeps the permissions of what it replaces, and for root its owner', async () => {
    const files = makePort();
    const [fresh, old] = [join(folder, 'fresh'), join(folder, 'old')];
    const isRoot = process.getuid?.() === 0;
    for (const mode of [0o600, 0o640, 0o444, 0o664]) {
      await rm(old, { force: true });
      await writeFile(old, 'old');
      await chmod(old, mode);
      // A container's root may lack the right, or the numbers: then the owner is its own.
      if (isRoot) await chown(old, 1234, 2345).catch(() => undefined);
      const { uid, gid } = await stat(old);
      await writeFile(fresh, 'new');
      await files.rename(fresh, old);
      const now = await stat(old);
      expect([now.mode & 0o777, now.uid, now.gid]).toEqual([mode, uid, gid]);
    }
  });

  test('makeFolder makes parents and forgives presence; freeBytes looks up to what exists', async () => {
    const files = makePort();
    const deep = join(folder, 'x', 'y', 'z');
    expect(await files.freeBytes(deep)).toBeGreaterThan(0);
    await files.makeFolder(deep);
    await files.makeFolder(deep);
    expect((await files.stat(deep))?.isDirectory).toBe(true);
    await writeFile(join(folder, 'file'), '');
    await expect(files.makeFolder(join(folder, 'file', 'below'))).rejects.toEqual(coded('PW_FILE_ABSENT'));
  });

  test('copy makes an equal file and never replaces one', async () => {
    const files = makePort();
    await writeFile(join(folder, 'from'), 'content');
    await files.copy(join(folder, 'from'), join(folder, 'to'));
    expect(await readFile(join(folder, 'to'), 'utf8')).toBe('content');
    await expect(files.copy(join(folder, 'from'), join(folder, 'to'))).rejects.toEqual(coded('PW_FILE_EXISTS'));
  });
});

describe('errors name the path and what to do', () => {
  test('message, hint, details and cause', async () => {
    const path = join(folder, 'no', 'such');
    const error: unknown = await nodeFiles()
      .open(path, 'read')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'PatchworkError',
      code: 'PW_FILE_ABSENT',
      message: `cannot open ${JSON.stringify(path)}: no such file or folder`,
      details: { path, system: 'ENOENT' },
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
  });

  test('a full disk', async () => {
    const file = await nodeFiles().open('/dev/full', 'update');
    await expect(file.write(Buffer.from('x'), 0)).rejects.toEqual(coded('PW_FILE_NO_SPACE'));
    await file.close();
  });

  test('a circle of links, a name that is too long, a name with a NUL', async () => {
    const circle = join(folder, 'circle');
    await symlink(circle, circle);
    for (const path of [circle, join(folder, 'n'.repeat(300)), join(folder, 'a\0b')]) {
      await expect(nodeFiles().open(path, 'read')).rejects.toEqual(coded('PW_FILE_NAME'));
    }
  });

  test.skipIf(process.getuid?.() === 0)('no permission (root has every permission: not tested as root)', async () => {
    await chmod(folder, 0o500);
    await expect(nodeFiles().open(join(folder, 'x'), 'create')).rejects.toEqual(coded('PW_FILE_DENIED'));
    await chmod(folder, 0o700);
  });
});
