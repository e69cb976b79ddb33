import { PatchworkError, type FilePort } from '@patchwork/kernel';

/** Reads a file that must fit into memory. @throws PW_FILE_TOO_LARGE, PW_FILE_MISSING and other PW_FILE_* */
export async function readWholeFile(files: FilePort, path: string, largestBytes: number): Promise<Uint8Array> {
  const file = await files.open(path, 'read');
  try {
    const { size } = await file.stat();
    if (size > largestBytes) {
      throw new PatchworkError('PW_FILE_TOO_LARGE', `${path} has ${size} bytes, more than ${largestBytes}`, {
        hint: 'Check that this is the file you meant.',
        details: { path, size },
      });
    }
    const bytes = new Uint8Array(size);
    const count = await file.read(bytes, 0);
    return count === size ? bytes : bytes.subarray(0, count);
  } finally {
    await file.close();
  }
}
