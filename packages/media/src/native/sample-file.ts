import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileError } from '@patchwork/files';
import { type Digest, PatchworkError } from '@patchwork/kernel';

/** A job's output: samples one after another, hashed as they are written. */
export class SampleFile {
  private readonly path: string;
  private readonly content: 'pictures' | 'sound';
  private readonly descriptor: number;
  private hash = createHash('sha256');

  /** Opens the file, emptied. @throws PW_MEDIA_WRITE, PW_FILE_NO_SPACE */
  constructor(path: string, content: 'pictures' | 'sound') {
    this.path = path;
    this.content = content;
    try {
      this.descriptor = openSync(path, 'w');
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Appends bytes. @throws PW_MEDIA_WRITE, PW_FILE_NO_SPACE */
  append(bytes: Uint8Array): void {
    this.hash.update(bytes);
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.descriptor, bytes, done);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Digests what was appended since the last call, or since the file was opened. */
  takeDigest(): Digest {
    const { hash } = this;
    this.hash = createHash('sha256');
    return hash.digest('hex');
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.descriptor);
  }

  private failure(error: unknown): PatchworkError {
    return writeFailure(this.path, `rendered ${this.content}`, error);
  }
}

/** A write of a job that failed: PW_FILE_NO_SPACE for a full disk, else PW_MEDIA_WRITE. */
export function writeFailure(path: string, content: string, cause: unknown): PatchworkError {
  const told = fileError(cause, `write ${content} to`, path);
  if (told.code === 'PW_FILE_NO_SPACE') return told;
  return new PatchworkError('PW_MEDIA_WRITE', `${path}: ${content} cannot be written`, {
    hint: 'Check the free space and the permissions of the store folder.',
    details: { path },
    cause,
  });
}
