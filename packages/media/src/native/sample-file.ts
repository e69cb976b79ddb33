import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type Digest, PatchworkError } from '@patchwork/kernel';

/** A job's output: samples one after another, hashed chunk by chunk. */
export class SampleFile {
  private readonly path: string;
  private readonly descriptor: number;

  /** Opens the file, emptied. @throws PW_MEDIA_WRITE */
  constructor(path: string) {
    this.path = path;
    try {
      this.descriptor = openSync(path, 'w');
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Appends a chunk's samples and digests them. @throws PW_MEDIA_WRITE */
  write(samples: readonly Uint8Array[]): Digest {
    const hash = createHash('sha256');
    for (const sample of samples) {
      hash.update(sample);
      let done = 0;
      while (done < sample.length) {
        try {
          done += writeSync(this.descriptor, sample, done);
        } catch (error) {
          throw this.failure(error);
        }
      }
    }
    return hash.digest('hex');
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.descriptor);
  }

  private failure(error: unknown): PatchworkError {
    return new PatchworkError('PW_MEDIA_WRITE', `${this.path}: rendered pictures cannot be written`, {
      hint: 'Check the free space and the permissions of the store folder.',
      details: { path: this.path },
      cause: error,
    });
  }
}
