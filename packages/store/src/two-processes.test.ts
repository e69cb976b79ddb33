import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles, sha256 } from '@patchwork/files';
import { openStore } from './store.ts';
import { sampleChunk } from './testing/sample-chunks.ts';
import { readKey } from './testing/test-machine.ts';

/** Adopts packs for ever, and tells each name once its adoption has returned. */
const adopter = (folder: string, first: number): string => `
  import { writeFile } from 'node:fs/promises';
  import { nodeFiles, sha256 } from ${JSON.stringify(import.meta.resolve('@patchwork/files'))};
  import { openStore } from ${JSON.stringify(import.meta.resolve('@patchwork/store'))};
  import { sampleChunk } from ${JSON.stringify(import.meta.resolve('@patchwork/store/testing'))};
  const store = await openStore(nodeFiles(), ${JSON.stringify(folder)}, { sha256, capBytes: 1e9, clockMs: () => Date.now() });
  for (let i = ${first}; ; i += 1) {
    const names = [0, 1, 2].map((n) => String(i * 2 + n));
    const samples = names.map((name) => sampleChunk(sha256, name, 3));
    const path = store.tempPath('chunks');
    await writeFile(path, Buffer.concat(samples.map(({ bytes }) => bytes)));
    await store.adoptPack(path, samples.map(({ chunk }) => chunk));
    process.stdout.write(names.join(' ') + '\\n');
  }
`;

test('P2, P3, P7: two real processes add to one store until they are killed: all they finished is there, fsck is clean', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'patchwork-store-'));
  const folder = join(parent, 'store');
  try {
    for (let round = 0; round < 4; round += 1) {
      // Overlapping names: both adopt many of the same chunks.
      const runs = await Promise.all(
        [0, 3].map((offset) => runAndKill(join(parent, `run${offset}.mjs`), adopter(folder, round * 40 + offset))),
      );
      const store = await openStore(nodeFiles(), folder, { sha256, capBytes: 1e9, clockMs: () => Date.now() });
      const finished = new Set(runs.flat());
      expect(finished.size, 'the processes came to do something').toBeGreaterThan(0);
      for (const name of finished) {
        const { chunk, bytes } = sampleChunk(sha256, name, 3);
        expect(new Uint8Array((await readKey(store, chunk.key)) ?? []), `chunk ${name}`).toEqual(bytes);
      }
      const report = await store.fsck('report');
      expect(report.findings).toEqual([]);
      expect(report.chunks).toBeGreaterThanOrEqual(finished.size);
      // While nobody pins anything a small cap empties the store: the next round begins with what is left.
      const small = await openStore(nodeFiles(), folder, { sha256, capBytes: 2000, clockMs: () => Date.now() });
      expect((await small.gc(new Set())).afterBytes).toBeLessThanOrEqual(2000);
    }
  } finally {
    await rm(parent, { recursive: true });
  }
});

/** The names that the process told before it was killed at some moment. */
async function runAndKill(path: string, script: string): Promise<string[]> {
  await writeFile(path, script);
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (part: Buffer) => {
    told += part.toString();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 120));
  child.kill('SIGKILL');
  await ended;
  const lines = told.slice(0, told.lastIndexOf('\n') + 1);
  return lines.split(/\s+/).filter((name) => name !== '');
}
