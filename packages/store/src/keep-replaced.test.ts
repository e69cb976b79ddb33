import { expect, test } from 'vitest';
import { faultyFiles, sha256 } from '@patchwork/files';
import { deliverableChunks, deliverableSound, planRestore } from './deliverable-chunks.ts';
import { byteLength } from './chunks/encoded-chunk.ts';
import { keepReplaced } from './keep-replaced.ts';
import { appendEntry, recordTrust } from './ledger/ledger-append.ts';
import { emptyLedger, readLedger } from './ledger/ledger.ts';
import type { LedgerEntry } from './ledger/ledger-entry.ts';
import { keyOf, sampleChunk } from './testing/sample-chunks.ts';
import { sampleFilm, type SampleFilm } from './testing/sample-entry.ts';
import { adopt, storeFolder, testMachine, writeFile, type TestMachine } from './testing/test-machine.ts';

const path = '/films/film.mov';
const chunksOf = (...names: string[]): ReturnType<typeof sampleChunk>[] =>
  names.map((name) => sampleChunk(sha256, name, 3));
const soundOf = (...names: string[]): ReturnType<typeof sampleChunk>[] =>
  names.map((name) => sampleChunk(sha256, `sound ${name}`, 4));

async function publish(machine: TestMachine, film: SampleFilm): Promise<LedgerEntry> {
  const { files } = machine.disk;
  await writeFile(files, path, film.bytes);
  const { ledger, entry } = await appendEntry(files, emptyLedger(path, sha256), film.entry, sha256);
  const stat = await files.stat(path);
  if (stat === null) throw new Error('no film');
  const trusted = await recordTrust(files, ledger, entry.id, stat, sha256);
  return trusted.entries.at(-1) ?? entry;
}

test('D1: every chunk of an entry is where deliverableChunks says', async () => {
  const machine = await testMachine();
  const entry = await publish(
    machine,
    sampleFilm(sha256, { name: 'old', picture: chunksOf('a', 'b', 'a', 'c'), sound: soundOf('x', 'y') }),
  );
  const store = await machine.openStore();
  const picture = deliverableChunks(entry, path);
  expect(picture.map(({ key }) => key)).toEqual(['a', 'b', 'a', 'c'].map((name) => keyOf(sha256, name)));
  for (const chunk of [...picture, ...deliverableSound(entry, path)])
    expect((await store.read(chunk))?.length).toBe(byteLength(chunk));
  expect(deliverableSound(entry, path).length).toBe(2);
});

test('D3, D5: what leaves the deliverable is kept, and the revision can be brought back whole', async () => {
  const machine = await testMachine();
  const old = await publish(
    machine,
    sampleFilm(sha256, { name: 'old', picture: chunksOf('a', 'b', 'c', 'b', 'd'), sound: soundOf('x', 'y') }),
  );
  const store = await machine.openStore();
  await adopt(store, chunksOf('d'));
  const film = sampleFilm(sha256, { name: 'new', picture: chunksOf('a', 'new'), sound: soundOf('y'), parent: old.id });
  const survivors = new Set([...film.entry.chunks, ...(film.entry.sound?.pieces ?? [])].map(({ key }) => key));
  const report = await keepReplaced(store, { entry: old, path, survivors });
  const kept = [...chunksOf('b', 'c'), ...soundOf('x')];
  const keptBytes = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(report).toEqual({ keptChunks: 3, keptBytes, droppedChunks: 0, droppedBytes: 0, damaged: [] });
  expect(
    await keepReplaced(store, { entry: old, path, survivors }),
    'a second time there is nothing to do',
  ).toMatchObject({ keptChunks: 0 });

  await machine.disk.files.remove(path);
  await writeFile(machine.disk.files, path, film.bytes);
  const base = { entry: { id: 'new', trust: null, ...film.entry }, path };
  const later = await machine.openStore();
  const plan = planRestore(old, base, later);
  expect(plan.lost).toEqual([]);
  const pieces = [...plan.picture, ...plan.sound];
  const wanted = [...chunksOf('a', 'b', 'c', 'b', 'd'), ...soundOf('x', 'y')];
  for (const [i, piece] of pieces.entries())
    expect(piece === null ? null : await later.read(piece)).toEqual(wanted[i]?.bytes);
});

test('D3: what the cap leaves no room for is told, and missing by name in a later restore', async () => {
  const machine = await testMachine();
  const old = await publish(
    machine,
    sampleFilm(sha256, { name: 'old', picture: chunksOf('a', 'b', 'c', 'd'), sound: soundOf('x', 'y') }),
  );
  const [a] = chunksOf('a');
  const store = await machine.openStore({ capBytes: (a?.bytes.length ?? 0) + 128 });
  const report = await keepReplaced(store, {
    entry: old,
    path,
    survivors: new Set(old.sound?.pieces.map(({ key }) => key)),
  });
  expect(report).toMatchObject({ keptChunks: 1, droppedChunks: 3, damaged: [] });
  expect(planRestore(old, null, store).lost).toEqual([
    { key: keyOf(sha256, 'b'), track: 'picture', range: { in: 3, out: 6 } },
    { key: keyOf(sha256, 'c'), track: 'picture', range: { in: 6, out: 9 } },
    { key: keyOf(sha256, 'd'), track: 'picture', range: { in: 9, out: 12 } },
    { key: old.sound?.pieces[0]?.key, track: 'sound', range: { in: 0, out: 4096 } },
    { key: old.sound?.pieces[1]?.key, track: 'sound', range: { in: 4096, out: 8192 } },
  ]);
});

test('D3: what lay in the store unused makes room, what the new deliverable needs does not', async () => {
  const machine = await testMachine();
  const old = await publish(machine, sampleFilm(sha256, { name: 'old', picture: chunksOf('a', 'b') }));
  const writer = await machine.openStore();
  await adopt(writer, chunksOf('unused 1', 'unused 2', 'unused 3'));
  await adopt(writer, chunksOf('new'));
  await writer.close();
  const { beforeBytes } = await writer.gc(new Set());
  const store = await machine.openStore({ capBytes: beforeBytes });
  const report = await keepReplaced(store, { entry: old, path, survivors: new Set([keyOf(sha256, 'new')]) });
  expect(report).toMatchObject({ keptChunks: 2, droppedChunks: 0 });
  const names = ['a', 'b', 'new', 'unused 1'].map((name) => keyOf(sha256, name));
  expect([...(await machine.openStore()).find(names).keys()]).toEqual(names.slice(0, 3));
});

test('D3: a chunk that is not what the ledger says is named and not kept', async () => {
  const machine = await testMachine();
  const old = await publish(machine, sampleFilm(sha256, { name: 'old', picture: chunksOf('a', 'b', 'c') }));
  machine.disk.corrupt(path, (old.chunks[1]?.offset ?? 0) + 3);
  const store = await machine.openStore();
  const report = await keepReplaced(store, { entry: old, path, survivors: new Set() });
  expect(report).toMatchObject({ keptChunks: 2, damaged: [keyOf(sha256, 'b')] });
  await machine.disk.files.remove(path);
  expect(await keepReplaced(store, { entry: old, path, survivors: new Set() }), 'a file that is gone').toMatchObject({
    keptChunks: 0,
    damaged: [keyOf(sha256, 'b')],
  });
});

test('D5: bytes of another encoding of the same frames are not taken for a revision', async () => {
  const machine = await testMachine();
  const old = await publish(machine, sampleFilm(sha256, { name: 'old', picture: chunksOf('a') }));
  const store = await machine.openStore();
  await adopt(store, [sampleChunk(sha256, 'a', 3, 'other bytes')]);
  expect(planRestore(old, null, store).lost).toMatchObject([{ key: keyOf(sha256, 'a') }]);
});

test('L9: a deliverable that lost its sidecar is known by its moov digest, through all later renders', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  const store = await machine.openStore();
  let ledger = emptyLedger(path, sha256);
  const entries: LedgerEntry[] = [];
  for (const name of ['one', 'two', 'three']) {
    const { entry } = sampleFilm(sha256, { name, picture: chunksOf(name), parent: entries.at(-1)?.id ?? null });
    const appended = await appendEntry(files, ledger, entry, sha256);
    ledger = appended.ledger;
    entries.push(appended.entry);
    await store.keepLedger(ledger);
  }
  await files.remove(ledger.path);
  const later = await machine.openStore();
  for (const { moovDigest } of entries) expect((await later.findLedger(moovDigest, path))?.entries).toEqual(entries);
  expect(await later.findLedger(sha256('elsewhere'), path)).toBe(null);
  expect((await later.fsck('report')).findings).toEqual([]);
  // Only the newest is a copy; the others are one line each.
  const sizes = [...machine.disk.contents()]
    .filter(([name]) => name.includes('/ledgers/'))
    .map(([, bytes]) => bytes.length)
    .toSorted((a, b) => a - b);
  expect([sizes.length, (sizes[1] ?? 0) < 250, (sizes[2] ?? 0) > 2000]).toEqual([3, true, true]);
});

test('L9: an append to a ledger found in the store writes the sidecar anew with its whole history, and leaves the copy alone', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  const store = await machine.openStore();
  const first = await appendEntry(
    files,
    emptyLedger(path, sha256),
    sampleFilm(sha256, { name: 'one', picture: chunksOf('a') }).entry,
    sha256,
  );
  await store.keepLedger(first.ledger);
  const sidecar = machine.disk.contents().get(first.ledger.path);
  await files.remove(first.ledger.path);
  const found = await store.findLedger(first.entry.moovDigest, path);
  if (found === null) throw new Error('not found');
  const copies = (): unknown => [...machine.disk.contents()].filter(([name]) => name.includes('/ledgers/'));
  const before = copies();
  const next = sampleFilm(sha256, { name: 'two', picture: chunksOf('a', 'b'), parent: first.entry.id });
  const second = await appendEntry(files, found, next.entry, sha256);
  expect(copies()).toEqual(before);
  expect((await readLedger(files, path, sha256))?.entries).toEqual([first.entry, second.entry]);
  expect(Buffer.from(machine.disk.contents().get(found.path) ?? []).subarray(0, sidecar?.length)).toEqual(
    Buffer.from(sidecar ?? []),
  );
});

test('G1: pins are the chunks of the newest entry of every known ledger', async () => {
  const machine = await testMachine();
  const store = await machine.openStore();
  let ledger = emptyLedger(path, sha256);
  for (const names of [
    ['a', 'b'],
    ['b', 'c'],
  ]) {
    const parent = ledger.entries.at(-1)?.id ?? null;
    const { entry } = sampleFilm(sha256, {
      name: names.join(),
      picture: chunksOf(...names),
      sound: soundOf(...names),
      parent,
    });
    ({ ledger } = await appendEntry(machine.disk.files, ledger, entry, sha256));
    await store.keepLedger(ledger);
  }
  const sound = ledger.entries[1]?.sound?.pieces.map(({ key }) => key) ?? [];
  expect(sound.length).toBe(1);
  expect(await store.pins()).toEqual(new Set([keyOf(sha256, 'b'), keyOf(sha256, 'c'), ...sound]));
});

test('D5: a lost piece of PCM is named by its samples', async () => {
  const machine = await testMachine();
  const film = sampleFilm(sha256, { name: 'pcm', picture: chunksOf('a', 'b', 'c', 'd'), sound: [] });
  const pieces = [4800, 2400].map((bytes, i) => ({
    key: sha256(`${i}`),
    digest: sha256(`${i}`),
    sizes: [bytes],
    order: [0],
    sync: [true],
    config: '',
    offset: 100 + 5000 * i,
  }));
  const entry = await publish(machine, {
    ...film,
    entry: {
      ...film.entry,
      sound: {
        key: sha256('key'),
        digest: sha256('all'),
        config: '',
        samplesPerPacket: 1,
        priming: 0,
        samples: 1800,
        pieces,
      },
    },
  });
  const lost = planRestore(entry, null, await machine.openStore()).lost.filter(({ track }) => track === 'sound');
  expect(lost.map(({ range }) => range)).toEqual([
    { in: 0, out: 1200 },
    { in: 1200, out: 1800 },
  ]);
});

test('a disk that is full leaves nothing of it in the store, but what was kept whole', async () => {
  async function run(after: number): Promise<{ readonly steps: readonly string[]; readonly left: readonly string[] }> {
    const machine = await testMachine();
    const film = sampleFilm(sha256, { name: 'old', picture: chunksOf('a', 'b'), sound: [] });
    const entry = await publish(machine, film);
    const files = faultyFiles(machine.disk.files, { after, how: 'fail' });
    const store = await machine.openStore({ files });
    const opened = files.steps.length;
    const kept = keepReplaced(store, { entry, path, survivors: new Set() });
    if (after === Infinity) await kept;
    else await expect(kept).rejects.toMatchObject({ code: 'PW_FILE_NO_SPACE' });
    return { steps: files.steps.slice(opened), left: await files.list(`${storeFolder}/tmp`) };
  }
  const { steps } = await run(Infinity);
  const opened = await stepsToOpen();
  for (const [i, step] of steps.entries())
    // An index that waits behind its pack is taken in by the next opening.
    if (!/^(remove |rename .*\.index)/.test(step)) expect((await run(opened + i)).left, step).toEqual([]);
});

async function stepsToOpen(): Promise<number> {
  const machine = await testMachine();
  await publish(machine, sampleFilm(sha256, { name: 'old', picture: chunksOf('a', 'b'), sound: [] }));
  const files = faultyFiles(machine.disk.files, { after: Infinity, how: 'fail' });
  await machine.openStore({ files });
  return files.steps.length;
}
