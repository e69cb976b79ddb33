import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@patchwork/files';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SampleColumns } from '../container/movie.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { sampleHeads } from './sample-heads.ts';

const folder = temporaryFolder();
const path = join(folder, 'samples.bin');
const runs = Number(process.env['PW_RUNS'] ?? 25);

/** Columns of samples one behind the other. */
function columnsOf(sizes: readonly number[]): SampleColumns {
  let at = 0;
  const offsets = sizes.map((size) => (at += size) - size);
  const none = new Uint32Array(0);
  return {
    count: sizes.length,
    sizes: Uint32Array.from(sizes),
    offsets: Float64Array.from(offsets),
    dts: new Float64Array(0),
    durations: none,
    compositionOffsets: new Int32Array(0),
    sync: new Uint8Array(0),
  };
}

const sizesArbitrary = fc.array(fc.oneof(fc.nat({ max: 20 }), fc.integer({ min: 4090, max: 4100 })), {
  minLength: 1,
  maxLength: 200,
});

test('A8: heads that are read many at once are those that are read one by one, in order, short where the file ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      sizesArbitrary,
      fc.integer({ min: 1, max: 3 }),
      fc.nat({ max: 5000 }),
      async (sizes, step, lost) => {
        const samples = columnsOf(sizes);
        const whole = Buffer.from(Array.from({ length: sizes.reduce((a, b) => a + b, 0) }, (_, i) => (i * 31) % 251));
        const bytes = whole.subarray(0, Math.max(0, whole.length - lost));
        writeFileSync(path, bytes);
        const wanted = sizes.map((_, i) => i).filter((i) => i % step === 0);
        const file = await nodeFiles().open(path, 'read');
        const found: { readonly sample: number; readonly bytes: Buffer }[] = [];
        for await (const head of sampleHeads(file, samples, wanted)) {
          found.push({ sample: head.sample, bytes: Buffer.from(head.bytes) });
        }
        await file.close();
        const one = wanted.map((sample) => {
          const offset = samples.offsets[sample] ?? 0;
          return { sample, bytes: bytes.subarray(offset, offset + Math.min(4096, samples.sizes[sample] ?? 0)) };
        });
        expect(found.map(({ sample, bytes: head }) => [sample, head.toString('hex')])).toEqual(
          one.map(({ sample, bytes: head }) => [sample, head.toString('hex')]),
        );
      },
    ),
    { numRuns: runs },
  );
});

test('A8: a failed read is told once all others of its group have ended', async () => {
  let open = 0;
  const file = {
    read: async (_: Uint8Array, position: number): Promise<number> => {
      open += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (position !== 8) await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      if (position === 8) throw new TypeError('read 8');
      return 0;
    },
  };
  const heads = sampleHeads(file, columnsOf([4, 4, 4, 4]), [0, 1, 2, 3]);
  await expect(heads.next()).rejects.toThrow('read 8');
  expect(open).toBe(0);
});
