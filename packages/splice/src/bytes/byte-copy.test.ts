import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { nodeFiles } from '@patchwork/files';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyRuns, type ByteRun } from './byte-copy.ts';

const megabyte = 1 << 20;
/** More than a copy holds at a time. */
const sourceBytes = 24 * megabyte;
const source = Buffer.alloc(sourceBytes);
let folder = '';
let path = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchwork-copy-'));
  path = join(folder, 'source');
  for (let at = 0; at < sourceBytes; at += 4) source.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  writeFileSync(path, source);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const neverShort = (): never => {
  throw new TypeError('no run is longer than its file');
};

/** Runs of any kind: next to each other, apart, backwards, empty, of many blocks. */
const anyRuns = fc
  .array(
    fc.record({
      offset: fc.nat(sourceBytes - 1),
      sizeBytes: fc.oneof(fc.nat(1000), fc.nat(3 * megabyte), fc.constant(2 * megabyte), fc.constant(20 * megabyte)),
    }),
    { maxLength: 8 },
  )
  .map((runs) =>
    runs.map(({ offset, sizeBytes }): ByteRun => ({
      path,
      offset,
      sizeBytes: Math.min(sizeBytes, sourceBytes - offset),
    })),
  );

function joined(runs: readonly ByteRun[]): Buffer {
  return Buffer.concat(runs.map(({ offset, sizeBytes }) => source.subarray(offset, offset + sizeBytes)));
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('property: whoever is slow, the bytes are those of the runs, in order, and are seen once each', async () => {
  await fc.assert(
    fc.asyncProperty(anyRuns, fc.constantFrom('none', 'write', 'look'), async (runs, slow) => {
      const wanted = joined(runs);
      const got = Buffer.alloc(wanted.length);
      const [seen, looked] = [createHash('sha256'), createHash('sha256')];
      const seenBytes = runs.map(() => 0);
      let end = 100;
      await copyRuns(
        nodeFiles(),
        runs,
        {
          write: async (data, position) => {
            expect(position, 'one write after another').toBe(end);
            end += data.length;
            if (slow === 'write') await sleep(1);
            got.set(data, position - 100);
          },
        },
        100,
        (data, run) => {
          seen.update(data);
          seenBytes[run] = (seenBytes[run] ?? 0) + data.length;
        },
        neverShort,
        async (block) => {
          if (slow === 'look') await sleep(1);
          looked.update(block);
        },
      );
      const expected = digest(wanted);
      expect([digest(got), seen.digest('hex'), looked.digest('hex')]).toEqual([expected, expected, expected]);
      expect(seenBytes).toEqual(runs.map(({ sizeBytes }) => sizeBytes));
    }),
    { numRuns: Number(process.env['PW_RUNS'] ?? 20) },
  );
});

test.each(['write', 'look', 'see', 'short'] as const)(
  'a failed %s is thrown, and nobody touches a block behind it',
  async (what) => {
    let busy = 0;
    let writes = 0;
    const work = async (): Promise<void> => {
      busy += 1;
      await sleep(2);
      busy -= 1;
    };
    const failing = copyRuns(
      nodeFiles(),
      [{ path, offset: 0, sizeBytes: what === 'short' ? sourceBytes + 1 : sourceBytes }],
      {
        write: async () => {
          writes += 1;
          await work();
          if (what === 'write' && writes === 3) throw new TypeError('write');
        },
      },
      0,
      () => {
        if (what === 'see' && writes === 2) throw new TypeError('see');
      },
      () => {
        throw new TypeError('short');
      },
      async () => {
        await work();
        if (what === 'look') throw new TypeError('look');
      },
    );
    await expect(failing).rejects.toThrow(what);
    expect(busy).toBe(0);
    if (what === 'write') expect(writes, 'nothing is written behind a failed write').toBe(3);
  },
);
