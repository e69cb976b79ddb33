import { isPatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';

/** Reads a whole file; null when nothing is there. @throws PW_FILE_* */
export async function readWhole(files: FilePort, path: string): Promise<Uint8Array | null> {
  const file = await openOrNull(files, path);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    const count = await file.read(bytes, 0);
    return bytes.subarray(0, count);
  } finally {
    await file.close();
  }
}

/** Opens a file to read; null when nothing is there, as another process may have removed it at any time. @throws PW_FILE_* */
export async function openOrNull(files: FilePort, path: string): Promise<OpenFile | null> {
  try {
    return await files.open(path, 'read');
  } catch (error) {
    if (isPatchworkError(error) && error.code === 'PW_FILE_ABSENT') return null;
    throw error;
  }
}

/** Reads exactly `length` bytes at `offset`; null when the file ends before. */
export async function readExactly(file: OpenFile, offset: number, length: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(length);
  const count = await file.read(bytes, offset);
  return count === length ? bytes : null;
}

/** Creates a file with this content and makes the content durable; its name is not yet. @throws PW_FILE_EXISTS, PW_FILE_* */
export async function writeNew(files: FilePort, path: string, data: Uint8Array): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await file.write(data, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a file's content durable that somebody else wrote. @throws PW_FILE_* */
export async function syncFile(files: FilePort, path: string): Promise<void> {
  const file = await files.open(path, 'update');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Tells whether an error says that something already stands at the path. */
export function isExistence(error: unknown): boolean {
  return isPatchworkError(error) && error.code === 'PW_FILE_EXISTS';
}
