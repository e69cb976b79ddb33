import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import { writeFailure } from '../sample-file.ts';
import { SoundDecoder } from './sound-decoder.ts';

/** A stretch of source samples, half-open. */
export interface SampleRange {
  readonly in: number;
  readonly out: number;
}

interface StoredRange extends SampleRange {
  /** Byte in the store at which its first sample stands. */
  readonly place: number;
}

/**
 * The parts of one source stream that a programme plays, decoded in one linear pass and kept in a file: memory does not
 * grow with the programme. Samples are 32-bit floats, channels interleaved.
 */
export class SoundStore {
  readonly channels: number;
  readonly sampleRate: number;
  private readonly descriptor: number;
  private readonly stored: StoredRange[] = [];

  /** Decodes `wanted` (any order, may overlap) of a stream. @throws PW_MEDIA_DECODE, PW_MEDIA_WRITE, PW_FILE_NO_SPACE */
  constructor(
    path: string,
    stream: number,
    wanted: (sampleRate: number) => readonly SampleRange[],
    folder: string,
    name: string,
  ) {
    const decoder = new SoundDecoder(path, stream);
    this.channels = decoder.channels;
    this.sampleRate = decoder.sampleRate;
    const file = join(folder, name);
    this.descriptor = openTemporary(file);
    try {
      this.fill(decoder, merged(wanted(decoder.sampleRate)), file);
    } catch (error) {
      closeSync(this.descriptor);
      throw error;
    } finally {
      decoder.close();
    }
  }

  private fill(decoder: SoundDecoder, ranges: readonly SampleRange[], file: string): void {
    let bytes = 0;
    let at = 0;
    let next = 0;
    for (;;) {
      const range = ranges[next];
      if (range === undefined) return;
      const samples = decoder.next();
      if (samples === null) return;
      const count = samples[0]?.length ?? 0;
      // One decoded block may hold the end of one range and the start of the next.
      for (let index = next; index < ranges.length; index += 1) {
        const one = ranges[index];
        if (one === undefined || one.in >= at + count) break;
        const from = Math.max(one.in, at);
        const to = Math.min(one.out, at + count);
        if (to > from) {
          const data = interleaved(samples, from - at, to - at);
          writeAll(this.descriptor, data, bytes, file);
          this.stored.push({ in: from, out: to, place: bytes });
          bytes += data.length;
        }
        if (one.out <= at + count) next = index + 1;
      }
      at += count;
    }
  }

  /** Reads samples of all channels, interleaved; zeros where the source has none. */
  read(from: number, count: number): Float32Array {
    const result = new Float32Array(count * this.channels);
    const size = this.channels * 4;
    for (let index = this.firstAfter(from); index < this.stored.length; index += 1) {
      const range = this.stored[index];
      if (range === undefined || range.in >= from + count) break;
      const first = Math.max(from, range.in);
      const last = Math.min(from + count, range.out);
      const bytes = new Uint8Array(result.buffer, (first - from) * size, (last - first) * size);
      let done = 0;
      while (done < bytes.length) {
        const got = readSync(
          this.descriptor,
          bytes,
          done,
          bytes.length - done,
          range.place + (first - range.in) * size + done,
        );
        if (got === 0)
          throw new PatchworkError('PW_MEDIA_READ', 'decoded sound was cut off on disk', {
            hint: 'Check the free space of the store folder.',
          });
        done += got;
      }
    }
    return result;
  }

  /** Index of the first stored range that ends after a sample. */
  private firstAfter(sample: number): number {
    let low = 0;
    let high = this.stored.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.stored[middle]?.out ?? 0) <= sample) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Closes the file, which is gone with it. */
  close(): void {
    closeSync(this.descriptor);
  }
}

/** A file without a name where the system allows: nothing is left behind, also when the process is killed. */
function openTemporary(file: string): number {
  try {
    const descriptor = openSync(file, 'w+');
    if (process.platform !== 'win32') unlinkSync(file);
    return descriptor;
  } catch (error) {
    throw writeFailure(file, 'decoded sound', error);
  }
}

function writeAll(descriptor: number, data: Uint8Array, at: number, file: string): void {
  let done = 0;
  try {
    while (done < data.length) done += writeSync(descriptor, data, done, data.length - done, at + done);
  } catch (error) {
    throw writeFailure(file, 'decoded sound', error);
  }
}

function merged(ranges: readonly SampleRange[]): SampleRange[] {
  const result: SampleRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.in - b.in)) {
    if (range.out <= Math.max(0, range.in)) continue;
    const last = result.at(-1);
    if (last !== undefined && range.in <= last.out)
      result[result.length - 1] = { in: last.in, out: Math.max(last.out, range.out) };
    else result.push({ in: Math.max(0, range.in), out: range.out });
  }
  return result;
}

function interleaved(samples: readonly Float32Array[], from: number, to: number): Uint8Array {
  const { length: channels } = samples;
  const data = new Float32Array((to - from) * channels);
  samples.forEach((channel, index) => {
    for (let sample = from; sample < to; sample += 1) data[(sample - from) * channels + index] = channel[sample] ?? 0;
  });
  return new Uint8Array(data.buffer);
}
