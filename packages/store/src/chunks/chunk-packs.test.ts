import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import { byteLength } from './encoded-chunk.ts';
import { readWhole } from '../disk/file-bytes.ts';
import { keyOf, sampleChunk } from '../testing/sample-chunks.ts';
import { adopt, readKey, storeFolder, testMachine, writeFile } from '../testing/test-machine.ts';

const three = ['a', 'b', 'c'].map((name) => sampleChunk(sha256, name, 3));

test('P1: a file that is not exactly its chunks is refused and nothing of it is adopted', async () => {
  const store = await (await testMachine()).openStore();
  const chunks = three.map(({ chunk }) => chunk);
  const bytes = Buffer.concat(three.map((sample) => sample.bytes));
  const flipped = Buffer.from(bytes);
  flipped[bytes.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  const cases: [Uint8Array, string][] = [
    [bytes.subarray(0, -1), 'PW_STORE_PACK_SIZE'],
    [Buffer.concat([bytes, Buffer.alloc(1)]), 'PW_STORE_PACK_SIZE'],
    [flipped, 'PW_STORE_PACK_DIGEST'],
  ];
  for (const [content, code] of cases) {
    const path = store.tempPath('chunks');
    await writeFile(store.context.files, path, content);
    await expect(store.adoptPack(path, chunks)).rejects.toMatchObject({ code });
    expect(store.find(chunks.map(({ key }) => key))).toEqual(new Map());
  }
  expect(await store.adoptPack(await emptyFile(store), []), 'no chunks are no pack').toEqual([]);
});

async function emptyFile(
  store: Awaited<ReturnType<Awaited<ReturnType<typeof testMachine>>['openStore']>>,
): Promise<string> {
  const path = store.tempPath('empty');
  await writeFile(store.context.files, path, new Uint8Array(0));
  return path;
}

test('P2, P4: adopted chunks are found whole by every later opening, others are left out', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.nat({ max: 500 }), fc.constantFrom(1, 2, 7)), {
        selector: ([name]) => name,
        minLength: 1,
        maxLength: 40,
      }),
      fc.integer({ min: 1, max: 10 }),
      async (names, runLength) => {
        const machine = await testMachine();
        const writer = await machine.openStore();
        const samples = names.map(([name, frames]) => sampleChunk(sha256, `${name}`, frames));
        const stored = [];
        for (let i = 0; i < samples.length; i += runLength)
          stored.push(...(await adopt(writer, samples.slice(i, i + runLength))));
        expect(stored.map(({ path: _path, offset: _offset, ...chunk }) => chunk)).toEqual(
          samples.map(({ chunk }) => chunk),
        );
        const reader = await machine.openStore();
        const found = reader.find([...stored.map(({ key }) => key), keyOf(sha256, 'never made')]);
        expect(found).toEqual(new Map(stored.map((chunk) => [chunk.key, chunk])));
        for (const { chunk, bytes } of samples) expect(await readKey(reader, chunk.key)).toEqual(bytes);
      },
    ),
    { numRuns: Number(process.env['PW_RUNS'] ?? 25) },
  );
});

test('P5: a damaged chunk is a miss, its neighbours stay, its pack is put aside', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  const stored = await adopt(store, three);
  const [first, second, third] = stored;
  if (first === undefined || second === undefined || third === undefined) throw new Error('not adopted');
  machine.disk.corrupt(second.path, second.offset + 2);
  expect(await store.read(second)).toBe(null);
  expect([...store.find(stored.map(({ key }) => key)).keys()], 'the damaged one is forgotten').toEqual([
    first.key,
    third.key,
  ]);
  const later = await machine.openStore();
  for (const opened of [store, later]) {
    expect(await readKey(opened, first.key)).toEqual(three[0]?.bytes);
    expect(await readKey(opened, third.key)).toEqual(three[2]?.bytes);
    expect(await readKey(opened, second.key)).toBe(null);
  }
  expect((await later.fsck('report')).findings.map(({ code }) => code)).toEqual(['PW_STORE_QUARANTINED']);
  expect(await store.read(third), 'a place that was given out before still leads to the bytes').toEqual(
    three[2]?.bytes,
  );
});

test('P5: a chunk that another pack holds soundly is read there', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  const [place] = await adopt(store, three.slice(0, 2));
  await adopt(
    store,
    [three[0], three[2]].filter((each) => each !== undefined),
  );
  if (place === undefined) throw new Error('not adopted');
  machine.disk.corrupt(place.path, place.offset);
  expect(await store.read(place)).toEqual(three[0]?.bytes);
});

test('P5: other bytes of the same key are no stand-in for a damaged chunk', async () => {
  const machine = await testMachine();
  const [one, other] = [await machine.openStore(), await machine.openStore()];
  const [place] = await adopt(one, [sampleChunk(sha256, 'a', 3)]);
  await adopt(other, [sampleChunk(sha256, 'a', 3, 'other bytes')]);
  if (place === undefined) throw new Error('not adopted');
  machine.disk.corrupt(place.path, 0);
  await one.refresh();
  expect(await one.read(place)).toBe(null);
});

test('P5: a pack that is gone, or cut short, is a miss', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  const [gone] = await adopt(store, three.slice(0, 1));
  const [short] = await adopt(store, three.slice(1, 2));
  if (gone === undefined || short === undefined) throw new Error('not adopted');
  await machine.disk.files.remove(gone.path);
  const file = await machine.disk.files.open(short.path, 'update');
  await file.truncate(byteLength(short) - 1);
  expect([await store.read(gone), await store.read(short)]).toEqual([null, null]);
  expect(store.find([gone.key, short.key])).toEqual(new Map());
});

test('P5: a pack that only seemed damaged stays', async () => {
  const machine = await testMachine();
  const writer = await machine.openStore();
  const [place] = await adopt(writer, three);
  if (place === undefined) throw new Error('not adopted');
  // A disk that fails once: the first read of a pack gives zeros.
  let failing = true;
  const { files } = machine.disk;
  const store = await machine.openStore({
    files: {
      ...files,
      open: async (path, mode) => {
        const file = await files.open(path, mode);
        if (!path.endsWith('.pack') || !failing) return file;
        failing = false;
        return { ...file, read: async (into) => into.length };
      },
    },
  });
  expect(await store.read(place)).toEqual(three[0]?.bytes);
  for (const opened of [store, await machine.openStore()]) {
    for (const { chunk, bytes } of three) expect(await readKey(opened, chunk.key)).toEqual(bytes);
  }
});

test('P5: a chunk rendered again after its damage is found again', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  const [place] = await adopt(store, three.slice(0, 1));
  if (place === undefined) throw new Error('not adopted');
  machine.disk.corrupt(place.path, 0);
  expect(await store.read(place)).toBe(null);
  await adopt(store, three.slice(0, 1));
  for (const opened of [store, await machine.openStore()])
    expect(await readKey(opened, place.key)).toEqual(three[0]?.bytes);
});

test('P5: a chunk in a deliverable is read and checked there', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  const sample = sampleChunk(sha256, 'a');
  await writeFile(machine.disk.files, '/films/film.mov', Buffer.concat([Buffer.alloc(8), sample.bytes]));
  const place = { ...sample.chunk, path: '/films/film.mov', offset: 8 };
  expect(await store.read(place)).toEqual(sample.bytes);
  machine.disk.corrupt('/films/film.mov', 9);
  expect(await store.read(place)).toBe(null);
  expect(await store.read({ ...place, path: '/films/other.mov' })).toBe(null);
});

test('P6: other bytes for a stored key are refused with an alarm; the rest of the file is adopted', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  const [a, b] = ['a', 'b'].map((name) => sampleChunk(sha256, name, 3));
  const again = sampleChunk(sha256, 'a', 3, 'other bytes');
  if (a === undefined || b === undefined) throw new Error('no samples');
  await adopt(store, [a]);
  await expect(adopt(store, [again, b])).rejects.toMatchObject({
    code: 'PW_STORE_NONDETERMINISTIC',
    details: { key: a.chunk.key, kept: a.chunk.digest, refused: again.chunk.digest },
  });
  await expect(adopt(store, [again]), 'a file of nothing but refused chunks').rejects.toMatchObject({
    code: 'PW_STORE_NONDETERMINISTIC',
  });
  const later = await machine.openStore();
  for (const opened of [store, later]) {
    expect(await readKey(opened, a.chunk.key)).toEqual(a.bytes);
    expect(await readKey(opened, b.chunk.key)).toEqual(b.bytes);
    expect(opened.alarms()).toEqual([
      {
        code: 'PW_STORE_NONDETERMINISTIC',
        key: a.chunk.key,
        kept: a.chunk.digest,
        refused: again.chunk.digest,
        timeMs: machine.clock.nowMs,
      },
    ]);
  }
  expect((await later.fsck('repair')).findings, 'an alarm is a finding that no repair takes away').toMatchObject([
    { code: 'PW_STORE_NONDETERMINISTIC', severity: 'error', key: a.chunk.key },
  ]);
});

test('P6: when the stored bytes are damaged the new ones are taken', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  const [place] = await adopt(store, [sampleChunk(sha256, 'a', 3)]);
  const again = sampleChunk(sha256, 'a', 3, 'other bytes');
  if (place === undefined) throw new Error('not adopted');
  machine.disk.corrupt(place.path, 1);
  await adopt(store, [again]);
  expect(await readKey(store, place.key)).toEqual(again.bytes);
  expect(store.alarms()).toEqual([]);
});

test('P6: the same key twice in one file: the same bytes are one chunk, other bytes are refused', async () => {
  const store = await (await testMachine()).openStore();
  const a = sampleChunk(sha256, 'a', 3);
  const [first, second] = await adopt(store, [a, a]);
  expect(second).toEqual(first);
  const b = sampleChunk(sha256, 'b', 3);
  await expect(adopt(store, [b, sampleChunk(sha256, 'b', 3, 'other')])).rejects.toMatchObject({
    code: 'PW_STORE_NONDETERMINISTIC',
  });
  expect(await readKey(store, b.chunk.key)).toEqual(b.bytes);
});

test('P7: two processes add to one store and see each other after refresh', async () => {
  const machine = await testMachine();
  const [one, other] = [await machine.openStore(), await machine.openStore()];
  await adopt(one, three.slice(0, 2));
  await adopt(other, three.slice(1, 3));
  await one.refresh();
  await other.refresh();
  for (const { chunk, bytes } of three) {
    expect(await readKey(one, chunk.key)).toEqual(bytes);
    expect(await readKey(other, chunk.key)).toEqual(bytes);
  }
  expect(one.alarms()).toEqual([]);
});

test('P7: the same chunks adopted by two processes are one pack', async () => {
  const machine = await testMachine();
  const [one, other] = [await machine.openStore(), await machine.openStore()];
  expect(await adopt(one, three)).toEqual(await adopt(other, three));
  expect(await (await machine.openStore()).fsck('report')).toMatchObject({ packs: 1, chunks: 3, findings: [] });
});

test('P7: two processes that stored one key with different bytes raise the alarm at the next load', async () => {
  const machine = await testMachine();
  const [one, other] = [await machine.openStore(), await machine.openStore()];
  await adopt(one, [sampleChunk(sha256, 'a', 3)]);
  await adopt(other, [sampleChunk(sha256, 'a', 3, 'other bytes')]);
  const later = await machine.openStore();
  expect(later.alarms()).toMatchObject([{ key: keyOf(sha256, 'a') }]);
  await one.refresh();
  expect(one.alarms()).toMatchObject([{ key: keyOf(sha256, 'a') }]);
});

test('P8: halves of packs and indexes with a changed byte are as if they were not there', async () => {
  const machine = await testMachine();
  const writer = await machine.openStore();
  const places = [];
  for (const sample of three) places.push(...(await adopt(writer, [sample])));
  const [packless, indexless, damaged] = places;
  if (packless === undefined || indexless === undefined || damaged === undefined) throw new Error('not adopted');
  const { files } = machine.disk;
  await files.remove(packless.path);
  await files.remove(indexless.path.replace('.pack', '.index'));
  machine.disk.corrupt(damaged.path.replace('.pack', '.index'), 77);
  const store = await machine.openStore();
  expect(store.find(places.map(({ key }) => key))).toEqual(new Map());
  expect((await store.fsck('report')).findings, 'the halves were swept by the opening').toMatchObject([
    { code: 'PW_STORE_INDEX_DAMAGED', severity: 'error' },
  ]);
});

test('P9: files of dead processes go at the next opening; of live ones, other machines and strangers they stay', async () => {
  const machine = await testMachine();
  const [living, dying] = [machine.processes.start(), machine.processes.start()];
  const stores = [await machine.openStore({ process: living }), await machine.openStore({ process: dying })];
  const { files } = machine.disk;
  const [alive, dead] = stores.map((store) => store.tempPath('chunks'));
  const far = `${storeFolder}/tmp/far-machine~7~s1~1~chunks`;
  const strange = `${storeFolder}/tmp/notes.txt`;
  for (const path of [alive, dead, far, strange]) await writeFile(files, path ?? '', new Uint8Array(3));
  machine.processes.kill(dying);
  const store = await machine.openStore();
  const left = await Promise.all(
    [alive, dead, far, strange].map(async (path) => (await files.stat(path ?? '')) !== null),
  );
  expect(left).toEqual([true, false, true, true]);
  expect((await store.fsck('repair')).findings).toMatchObject([{ code: 'PW_STORE_STRANGE_FILE', path: strange }]);
  expect(() => store.tempPath('a/b')).toThrow(TypeError);
});

test('P10: whatever the cache of indexes holds, the same chunks are found', async () => {
  const machine = await testMachine();
  const writer = await machine.openStore();
  const samples = Array.from({ length: 90 }, (_, i) => sampleChunk(sha256, `${i}`));
  for (const sample of samples) await adopt(writer, [sample]);
  const keys = samples.map(({ chunk }) => chunk.key);
  const expected = (await machine.openStore()).find(keys);
  expect(expected.size).toBe(90);
  const cachePath = `${storeFolder}/packs.cache`;
  const cache = await readWhole(machine.disk.files, cachePath);
  expect(cache?.length, 'the opening wrote the cache').toBeGreaterThan(90 * 150);
  for (let at = 0; at < (cache?.length ?? 0); at += 997) {
    machine.disk.corrupt(cachePath, at);
    expect((await machine.openStore()).find(keys)).toEqual(expected);
  }
  // A pack whose index is only in the cache is not whole.
  const [first] = expected.values();
  await machine.disk.files.remove(first?.path.replace('.pack', '.index') ?? '');
  expect((await machine.openStore()).find(keys).size).toBe(89);
});
