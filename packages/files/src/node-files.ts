import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FilePort, FileStat, OpenFile } from '@patchwork/kernel';
import { fileError, isAbsence } from './file-error.ts';
import { keepAccess } from './kept-access.ts';
import { fileStatFrom, nodeFile } from './node-file.ts';

const flagsOf = { read: 'r', create: 'wx+', update: 'r+' } as const;

/** The files of this machine, through `node:fs`. Every error is a `PW_FILE_*` that names the path. */
export function nodeFiles(): FilePort {
  return {
    open: openFile,
    stat: statOrNull,
    rename: renameFile,
    remove,
    makeFolder,
    list,
    syncFolder,
    copy,
    freeBytes,
  };
}

async function openFile(path: string, mode: 'read' | 'create' | 'update'): Promise<OpenFile> {
  try {
    return nodeFile(await open(path, flagsOf[mode]), path);
  } catch (error) {
    throw fileError(error, mode === 'create' ? 'create' : 'open', path);
  }
}

async function statOrNull(path: string): Promise<FileStat | null> {
  try {
    return fileStatFrom(await stat(path, { bigint: true }));
  } catch (error) {
    if (isAbsence(error)) return null;
    throw fileError(error, 'stat', path);
  }
}

async function renameFile(from: string, to: string): Promise<void> {
  try {
    await keepAccess(from, to);
    await rename(from, to);
  } catch (error) {
    throw fileError(error, `rename ${JSON.stringify(from)} to`, to);
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw fileError(error, 'remove', path);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileError(error, 'make the folder', path);
  }
}

async function list(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).toSorted();
  } catch (error) {
    if (isAbsence(error)) return [];
    throw fileError(error, 'list the folder', path);
  }
}

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw fileError(error, 'sync the folder', path);
  }
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    throw fileError(error, `copy ${JSON.stringify(from)} to`, to);
  }
}

/** A path that does not exist yet lies on the file system of the first of its parents that does. */
async function freeBytes(path: string): Promise<number> {
  let folder = resolve(path);
  for (;;) {
    try {
      const system = await statfs(folder, { bigint: true });
      return Number(system.bavail * system.bsize);
    } catch (error) {
      const parent = dirname(folder);
      if (!isAbsence(error) || parent === folder) throw fileError(error, 'find the free space at', path);
      folder = parent;
    }
  }
}
