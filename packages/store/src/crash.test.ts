import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import { openStore } from './store.ts';
import { adopt, afterEveryCrash, readKey, storeFolder, testMachine, type TestMachine } from './testing/test-machine.ts';
import { sampleChunk, type SampleChunk } from './testing/sample-chunks.ts';

const old = [0, 1, 2, 3].map((i) => sampleChunk(sha256, `old ${i}`, 1 + 4 * (i % 2)));
const fresh = [0, 1, 2].map((i) => sampleChunk(sha256, `fresh ${i}`, 3));

async function machineWithOldChunks(): Promise<TestMachine> {
  const machine = await testMachine();
  const store = await machine.openStore();
  await adopt(store, old.slice(0, 2));
  await adopt(store, old.slice(2));
  await store.close();
  return machine;
}

async function present(machine: TestMachine, samples: readonly SampleChunk[], label: string): Promise<void> {
  const store = await machine.openStore();
  for (const { chunk, bytes } of samples) {
    expect(await readKey(store, chunk.key), `${label}: a finished chunk survives`).toEqual(bytes);
  }
  expect((await store.fsck('report')).findings, `${label}: fsck is clean`).toEqual([]);
}

test('P2, P3: after a crash at any step of adoptPack nothing finished is lost and fsck is clean', async () => {
  const machine = await machineWithOldChunks();
  const { steps } = await afterEveryCrash(
    machine,
    async (files, process, clock) => {
      const store = await openStore(files, storeFolder, { sha256, capBytes: 1 << 30, clockMs: () => clock.nowMs, processes: process });
      await adopt(store, fresh);
    },
    async ({ label, machine: crashed, finished }) => await present(crashed, finished ? [...old, ...fresh] : old, label),
  );
  expect(steps, 'the steps were counted').toBeGreaterThan(8);
});
