import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import type { StoredChunk } from './chunks/encoded-chunk.ts';
import { keyOf, sampleChunk } from './testing/sample-chunks.ts';
import { adopt, readKey, storeFolder, testMachine, writeFile } from './testing/test-machine.ts';

const hour = 3600_000;

test('G1, G2: the longest unused packs go first, until the store is under its cap', async () => {
  const machine = await testMachine();
  const writer = await machine.openStore();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) {
    await adopt(writer, [sampleChunk(sha256, name, 5)]);
    machine.clock.nowMs += 24 * hour;
  }
  await writer.close();
  const reader = await machine.openStore();
  // Used again, the oldest becomes the youngest.
  reader.find([keyOf(sha256, 'a')]);
  await reader.close();
  const { beforeBytes } = await (await machine.openStore()).gc(new Set());
  const store = await machine.openStore({ capBytes: Math.ceil(beforeBytes * 0.6) });
  const report = await store.gc(new Set());
  expect(report).toMatchObject({ beforeBytes, removedPacks: 2, thinnedPacks: 0, overCapBytes: 0 });
  expect(report.afterBytes).toBeLessThanOrEqual(report.capBytes);
  expect([...store.find(names.map((name) => keyOf(sha256, name))).keys()]).toEqual([
    keyOf(sha256, 'a'),
    keyOf(sha256, 'd'),
  ]);
});

test('G1: pinned chunks stay whatever the cap, and above the cap nothing else does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat({ max: 30 })),
      fc.nat({ max: 4000 }),
      async (packs, pinnedNames, capBytes) => {
        const machine = await testMachine();
        const writer = await machine.openStore();
        for (const pack of packs)
          await adopt(
            writer,
            [...new Set(pack)].map((name) => sampleChunk(sha256, `${name}`, 3)),
          );
        await writer.close();
        const all = new Set(packs.flat());
        const pinned = new Set(pinnedNames.map((name) => keyOf(sha256, `${name}`)));
        const store = await machine.openStore({ capBytes });
        const report = await store.gc(pinned);
        const later = await machine.openStore({ capBytes });
        for (const name of all) {
          const key = keyOf(sha256, `${name}`);
          if (!pinned.has(key)) continue;
          expect(await readKey(later, key), `${name} is pinned`).toEqual(sampleChunk(sha256, `${name}`, 3).bytes);
        }
        const kept = [...all].filter((name) => later.find([keyOf(sha256, `${name}`)]).size > 0);
        if (report.afterBytes > capBytes) {
          expect(report.overCapBytes).toBe(report.afterBytes - capBytes);
          expect(
            kept.every((name) => pinned.has(keyOf(sha256, `${name}`))),
            'above the cap only what is pinned stays',
          ).toBe(true);
        }
        expect((await later.gc(pinned)).beforeBytes, 'the bytes were counted right').toBe(report.afterBytes);
        expect((await later.fsck('report')).findings).toEqual([]);
      },
    ),
    { numRuns: Number(process.env['PW_RUNS'] ?? 40) },
  );
});

test('G5: release removes exactly the packs that the deliverable holds whole', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  await adopt(
    store,
    ['a', 'b'].map((name) => sampleChunk(sha256, name)),
  );
  await adopt(
    store,
    ['c', 'd'].map((name) => sampleChunk(sha256, name)),
  );
  const freed = await store.release(new Set(['a', 'b', 'c'].map((name) => keyOf(sha256, name))));
  expect(freed).toBeGreaterThan(0);
  const keys = ['a', 'b', 'c', 'd'].map((name) => keyOf(sha256, name));
  expect([...(await machine.openStore()).find(keys).keys()]).toEqual(keys.slice(2));
});

test('G4: one cleaner at a time; the lock of a dead one is taken over', async () => {
  const machine = await testMachine();
  const dying = machine.processes.start();
  const content = JSON.stringify({ ...dying.self, sinceMs: 1, number: 1 });
  const store = await machine.openStore();
  await writeFile(machine.disk.files, `${storeFolder}/gc.lock`, Buffer.from(content));
  await expect(store.gc(new Set())).rejects.toMatchObject({
    code: 'PW_STORE_BUSY',
    details: { holder: { process: dying.self } },
  });
  await expect(store.fsck('report')).rejects.toMatchObject({ code: 'PW_STORE_BUSY' });
  machine.processes.kill(dying);
  await store.gc(new Set());
  expect(await machine.disk.files.list(storeFolder)).not.toContain('gc.lock');
});

test('F1, F2: fsck names every damaged chunk; repairing forgets those and keeps the rest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 11 }), { maxLength: 6 }), async (damagedNumbers) => {
      const machine = await testMachine();
      const store = await machine.openStore();
      const samples = Array.from({ length: 12 }, (_, i) => sampleChunk(sha256, `${i}`, 3));
      const places: StoredChunk[] = [];
      for (let i = 0; i < 12; i += 4) places.push(...(await adopt(store, samples.slice(i, i + 4))));
      for (const number of damagedNumbers)
        machine.disk.corrupt(places[number]?.path ?? '', (places[number]?.offset ?? 0) + 1);
      const report = await store.fsck('report');
      expect(JSON.parse(JSON.stringify(report)), 'plain JSON').toEqual(report);
      expect(report).toMatchObject({ packs: 3, chunks: 12, repaired: false });
      const damagedKeys = damagedNumbers.map((number) => places[number]?.key ?? '').toSorted();
      expect(report.findings.map(({ code, key }) => `${code} ${key ?? ''}`).toSorted()).toEqual(
        damagedKeys.map((key) => `PW_STORE_CHUNK_DAMAGED ${key}`),
      );
      await store.fsck('repair');
      await store.gc(new Set());
      const later = await machine.openStore();
      expect((await later.fsck('report')).findings).toEqual([]);
      for (const [i, { chunk, bytes }] of samples.entries()) {
        expect(await readKey(later, chunk.key)).toEqual(damagedNumbers.includes(i) ? null : bytes);
      }
    }),
    { numRuns: Number(process.env['PW_RUNS'] ?? 25) },
  );
});

test('F2: broken indexes, ledger copies and journals are told, and gone after a repair', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  const store = await machine.openStore();
  const [place] = await adopt(store, [sampleChunk(sha256, 'a')]);
  await store.close();
  machine.disk.corrupt(place?.path.replace('.pack', '.index') ?? '', 50);
  await files.makeFolder(`${storeFolder}/ledgers/ab`);
  await writeFile(files, `${storeFolder}/ledgers/ab/ab12`, Buffer.from('broken'));
  await files.makeFolder(`${storeFolder}/journals/media`);
  await writeFile(files, `${storeFolder}/journals/media/merged.journal`, Buffer.from(`broken\n2 ${sha256('{}')} {}\n`));
  const codes = ['PW_STORE_INDEX_DAMAGED', 'PW_STORE_LEDGER_DAMAGED', 'PW_STORE_JOURNAL_DAMAGED'];
  const later = await machine.openStore();
  expect((await later.fsck('report')).findings.map(({ code }) => code)).toEqual(codes);
  expect((await later.fsck('repair')).findings.map(({ code }) => code)).toEqual(codes);
  expect((await later.fsck('report')).findings).toEqual([]);
});
