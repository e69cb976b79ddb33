import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { describe, expect, test } from 'vitest';
import { escaped } from '../bitstream/nal.ts';
import { findBoundaries } from './boundaries.ts';
import { encoderNote } from './encoder-note.ts';
import { readMovie } from '../container/movie-reader.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { checkBuffer } from './rate-check.ts';
import { codedChunk, codedMovie, codedSamples, codedSpec, sampleOf } from '../testing/coded-movie.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';

const files = nodeFiles();
const folder = temporaryFolder();

describe('what the stream says of itself', () => {
  test('N1: the encoder’s own words are read from before the first picture; none are none', async () => {
    const silent = await findBoundaries(files, await codedMovie('h264', folder));
    expect(await encoderNote(files, silent)).toBeNull();
    const words = 'x264 - core 165 - options: cabac=1 ref=3';
    const payload = [...new Uint8Array(16).fill(7), ...Buffer.from(words), 0];
    const sei = Uint8Array.from([6, ...escaped(Uint8Array.from([5, payload.length, ...payload, 0x80]))]);
    const [first = new Uint8Array(0), ...rest] = codedSamples('h264');
    const samples = [Buffer.concat([sampleOf([sei], 4), first]), ...rest];
    const bytes = Buffer.concat(samples);
    const path = join(folder, 'sei.pack');
    writeFileSync(path, bytes);
    const spec = codedSpec('h264', folder, 'none');
    const piece = { ...codedChunk('h264', folder), path, sizes: samples.map((s) => s.length), digest: sha256(bytes) };
    const movie = join(folder, 'sei.mov');
    await writeMovie(files, movie, { ...spec, video: { ...spec.video, pieces: [piece] } }, hashing);
    expect(await encoderNote(files, await findBoundaries(files, await readMovie(files, movie, sha256)))).toBe(words);
  });

  test('N2: the leaky bucket finds the pictures that come too late, and no others', () => {
    // 8000 bits a second at 10 frames a second: 800 bits, 100 bytes a frame.
    const model = { bitsPerSecond: 8000, bufferBits: 2400 };
    const rate = { num: 10, den: 1 };
    expect(checkBuffer([300, 100, 100, 100], rate, model)).toEqual({ underflows: [], lowest: 0 });
    expect(checkBuffer([300, 101, 100], rate, model)).toEqual({ underflows: [1], lowest: -8 / 2400 });
    expect(checkBuffer([100, 100, 301, 100, 101], rate, model)).toEqual({ underflows: [2, 4], lowest: -8 / 2400 });
  });
});
