import type { OpenFile } from '@patchwork/kernel';
import type { SampleColumns } from '../container/movie.ts';

/** Bytes of a sample that are read to find its first slice. */
const headBytes = 4096;

/** Samples whose heads are read at once. One after the other, each costs ten times the processor time, and a disk waits. */
const groupSamples = 64;

/** The beginning of a sample. */
export interface SampleHead {
  readonly sample: number;
  /** Up to 4096 bytes, less where the sample or the file ends before. Lives until the next head is asked for. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the heads of samples, in the order of their list, many at once. Memory: 256 KiB.
 *
 * @throws PW_FILE_*
 */
export async function* sampleHeads(
  file: Pick<OpenFile, 'read'>,
  samples: SampleColumns,
  wanted: readonly number[],
): AsyncGenerator<SampleHead, void, void> {
  const memory = new Uint8Array(Math.min(groupSamples, wanted.length) * headBytes);
  for (let first = 0; first < wanted.length; first += groupSamples) {
    const group = wanted.slice(first, first + groupSamples);
    const reads = group.map(async (sample, i): Promise<SampleHead> => {
      const into = memory.subarray(i * headBytes, i * headBytes + Math.min(samples.sizes[sample] ?? 0, headBytes));
      return { sample, bytes: into.subarray(0, await file.read(into, samples.offsets[sample] ?? 0)) };
    });
    // All have ended before one's failure is told: nobody writes to the memory behind the caller's back.
    await Promise.allSettled(reads);
    yield* await Promise.all(reads);
  }
}
