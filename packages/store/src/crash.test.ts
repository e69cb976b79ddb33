import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import { writeNew } from './disk/file-bytes.ts';
import { keepReplaced } from './keep-replaced.ts';
import { appendEntry, recordTrust } from './ledger/ledger-append.ts';
import { emptyLedger, readLedger, type Ledger } from './ledger/ledger.ts';
import type { ProcessPort } from './disk/process-port.ts';
import { openStore, type Store } from './store.ts';
import { keyOf, sampleChunk, type SampleChunk } from './testing/sample-chunks.ts';
import { sampleFilm, type SampleFilm } from './testing/sample-entry.ts';
import { adopt, afterEveryCrash, readKey, storeFolder, testMachine, type TestMachine } from './testing/test-machine.ts';

/*
 * Each act is crashed after every one of its writes, syncs, renames, removes, creates and new folders: killed, without
 * power, without power but with all names on the disk; the last write absent or half there. Then a new process looks.
 */

const film = '/films/film.mov';
const old = [0, 1, 2, 3].map((i) => sampleChunk(sha256, `old ${i}`, 1 + 4 * (i % 2)));
const fresh = [0, 1, 2].map((i) => sampleChunk(sha256, `fresh ${i}`, 3));
const sound = [0, 1].map((i) => sampleChunk(sha256, `sound ${i}`, 4));
const oldFilm = sampleFilm(sha256, { name: 'old film', picture: old, sound });

async function machineWithOldChunks(): Promise<TestMachine> {
  const machine = await testMachine();
  const store = await machine.openStore();
  await adopt(store, old.slice(0, 2));
  await adopt(store, old.slice(2));
  await store.close();
  return machine;
}

function openOn(files: FilePort, process: ProcessPort, clock: { nowMs: number }, capBytes = 1 << 30): Promise<Store> {
  return openStore(files, storeFolder, { sha256, capBytes, clockMs: () => clock.nowMs, processes: process });
}

async function expectPresent(machine: TestMachine, samples: readonly SampleChunk[], label: string): Promise<void> {
  const store = await machine.openStore();
  for (const { chunk, bytes } of samples) {
    expect(await readKey(store, chunk.key), `${label}: a finished chunk survives`).toEqual(bytes);
  }
  expect((await store.fsck('report')).findings, `${label}: fsck is clean`).toEqual([]);
}

test('P2, P3: after a crash at any step of adoptPack nothing finished is lost and fsck is clean', async () => {
  const { steps } = await afterEveryCrash(
    await machineWithOldChunks(),
    async (files, process, clock) => {
      await adopt(await openOn(files, process, clock), fresh);
    },
    async ({ label, machine, finished }) => {
      await expectPresent(machine, finished ? [...old, ...fresh] : old, label);
      // The next run does what this one could not.
      await adopt(await machine.openStore(), fresh);
      await expectPresent(machine, [...old, ...fresh], `${label}, then again`);
    },
  );
  expect(steps, 'the steps were counted').toBeGreaterThan(8);
});

test('P2, P3: the same from the very first opening on, in a folder that is not there yet', async () => {
  await afterEveryCrash(
    await testMachine(),
    async (files, process, clock) => {
      await adopt(await openOn(files, process, clock), fresh);
    },
    async ({ label, machine, finished }) => await expectPresent(machine, finished ? fresh : [], label),
  );
});

test('P3, P7: what a live process is adopting this moment is not swept; when it has died it is', async () => {
  const { faultyFiles } = await import('@patchwork/files');
  let unfinished = 0;
  for (let after = 0; after < 30; after += 1) {
    const machine = await machineWithOldChunks();
    const adopting = machine.processes.start();
    const files = faultyFiles(machine.disk.files, { after, how: 'stop' });
    const run = async (): Promise<void> => {
      await adopt(await machine.openStore({ files, process: adopting }), fresh);
    };
    const stopped = await run().then(
      () => false,
      () => true,
    );
    const before = [...machine.disk.contents().keys()].filter((path) => path.endsWith('.pack'));
    // The process only stands still: another one opens the store meanwhile.
    await machine.openStore();
    const packs = [...machine.disk.contents().keys()].filter((path) => path.endsWith('.pack'));
    expect(packs, `after ${after} steps`).toEqual(before);
    if (packs.length > 2 && stopped) unfinished += 1;
    machine.processes.kill(adopting);
    await expectPresent(machine, stopped ? old : [...old, ...fresh], `after ${after} steps`);
    if (!stopped) break;
  }
  expect(unfinished, 'it stood still between the two renames too').toBeGreaterThan(0);
});

test('P5: a crash at any step of putting a damaged pack aside loses no sound chunk', async () => {
  const machine = await machineWithOldChunks();
  const place = (await machine.openStore()).find([keyOf(sha256, 'old 1')]).get(keyOf(sha256, 'old 1'));
  const damaged = await machine.disk.files.open(place?.path ?? '', 'update');
  await damaged.write(new Uint8Array([1, 2, 3]), (place?.offset ?? 0) + 2);
  await damaged.sync();
  await afterEveryCrash(
    machine,
    async (files, process, clock) => {
      const store = await openOn(files, process, clock);
      expect(await readKey(store, keyOf(sha256, 'old 1'))).toBe(null);
    },
    async ({ label, machine: crashed }) => {
      const store = await crashed.openStore();
      expect(await readKey(store, keyOf(sha256, 'old 1')), label).toBe(null);
      await store.gc(new Set());
      await expectPresent(
        crashed,
        old.filter((_, i) => i !== 1),
        label,
      );
    },
  );
});

test('G3: a crash at any step of gc loses no pinned chunk', async () => {
  const pinned = [old[0], old[3]].filter((sample) => sample !== undefined);
  const { steps } = await afterEveryCrash(
    await machineWithOldChunks(),
    async (files, process, clock) => {
      const store = await openOn(files, process, clock, 0);
      await store.gc(new Set(pinned.map(({ chunk }) => chunk.key)));
      await store.close();
    },
    async ({ label, machine }) => {
      await expectPresent(machine, pinned, label);
      const store = await machine.openStore({ capBytes: 0 });
      const report = await store.gc(new Set(pinned.map(({ chunk }) => chunk.key)));
      expect(report.overCapBytes, `${label}: the next gc comes through, and only what is pinned is left`).toBe(
        report.afterBytes,
      );
      expect(store.find(old.map(({ chunk }) => chunk.key)).size, label).toBe(2);
      expect(await machine.disk.files.list(storeFolder), label).not.toContain('gc.lock');
    },
  );
  expect(steps).toBeGreaterThan(20);
});

async function machineWithFilm(): Promise<TestMachine> {
  const machine = await testMachine();
  await publish(machine.disk.files, emptyLedger(film, sha256), oldFilm);
  return machine;
}

/** The protocol of a publication: new file complete, entry, rename, trust. */
async function publish(files: FilePort, ledger: Ledger, { bytes, entry }: SampleFilm): Promise<void> {
  await files.remove(`${film}.rendering`);
  await writeNew(files, `${film}.rendering`, bytes);
  const appended = await appendEntry(files, ledger, entry, sha256);
  await files.rename(`${film}.rendering`, film);
  await files.syncFolder('/films');
  const stat = await files.stat(film);
  if (stat === null) throw new Error('the film is gone');
  await recordTrust(files, appended.ledger, appended.entry.id, stat, sha256);
}

test('L3, L6: after a crash at any step of a publication the film has its entry, old or new', async () => {
  const newFilm = sampleFilm(sha256, { name: 'new film', picture: [...fresh, ...old], sound, parent: null });
  for (const isFirst of [true, false]) {
    const { steps } = await afterEveryCrash(
      isFirst ? await testMachine() : await machineWithFilm(),
      async (files) => {
        await publish(files, (await readLedger(files, film, sha256)) ?? emptyLedger(film, sha256), newFilm);
      },
      async ({ label, machine, finished }) => {
        const { files } = machine.disk;
        const bytes = machine.disk.contents().get(film);
        const ledger = await readLedger(files, film, sha256);
        if (finished) expect(bytes, label).toEqual(newFilm.bytes);
        if (bytes === undefined) {
          expect(isFirst, `${label}: an old film does not vanish`).toBe(true);
        } else {
          const expected = Buffer.from(bytes).equals(newFilm.bytes) ? newFilm : oldFilm;
          expect(bytes, `${label}: one film or the other, whole`).toEqual(expected.bytes);
          expect(
            ledger?.entries.map(({ moovDigest }) => moovDigest),
            `${label}: it is known`,
          ).toContain(expected.entry.moovDigest);
        }
        // The next run publishes over whatever is left.
        await publish(files, ledger ?? emptyLedger(film, sha256), newFilm);
        expect((await readLedger(files, film, sha256))?.entries.at(-1), label).toMatchObject({
          moovDigest: newFilm.entry.moovDigest,
        });
      },
    );
    expect(steps).toBeGreaterThan(8);
  }
});

test('D4: after a crash at any step of keepReplaced film, ledger and store are intact, and a second try completes it', async () => {
  const machine = await machineWithFilm();
  const writer = await machine.openStore();
  await adopt(writer, fresh);
  await writer.close();
  const bytesNow = machine.disk.contents().get(film);
  const survivors = new Set([keyOf(sha256, 'old 0'), ...fresh.map(({ chunk }) => chunk.key)]);
  const leaving = old.slice(1);
  const keep = async (store: Store): Promise<void> => {
    const ledger = await readLedger(store.context.files, film, sha256);
    const entry = ledger?.entries.at(-1);
    if (entry === undefined) throw new Error('no entry');
    await keepReplaced(store, { entry, path: film, survivors });
  };
  await afterEveryCrash(
    machine,
    async (files, process, clock) => await keep(await openOn(files, process, clock)),
    async ({ label, machine: crashed, finished }) => {
      expect(crashed.disk.contents().get(film), `${label}: the film is untouched`).toEqual(bytesNow);
      await expectPresent(crashed, finished ? [...fresh, ...leaving] : fresh, label);
      await keep(await crashed.openStore());
      await expectPresent(crashed, [...fresh, ...leaving], `${label}, then again`);
    },
  );
});

test('L9: a crash at any step of keeping a ledger in the store leaves the earlier copy or the later one', async () => {
  const machine = await machineWithFilm();
  const { files } = machine.disk;
  const first = await readLedger(files, film, sha256);
  if (first === null) throw new Error('no ledger');
  await (await machine.openStore()).keepLedger(first);
  const parent = first.entries.at(-1)?.id ?? null;
  const { ledger } = await appendEntry(
    files,
    first,
    { ...sampleFilm(sha256, { name: 'second', picture: fresh }).entry, parent },
    sha256,
  );
  await afterEveryCrash(
    machine,
    async (crashing, process, clock) => await (await openOn(crashing, process, clock)).keepLedger(ledger),
    async ({ label, machine: crashed, finished }) => {
      const store = await crashed.openStore();
      expect((await store.findLedger(oldFilm.entry.moovDigest, film))?.entries[0]?.moovDigest, label).toBe(
        oldFilm.entry.moovDigest,
      );
      if (finished) expect(await store.findLedger(ledger.entries[1]?.moovDigest ?? '', film), label).not.toBe(null);
      expect((await store.fsck('report')).findings, label).toEqual([]);
    },
  );
});

test('a full disk during adoptPack, appendEntry or gc is told, and the next try comes through', async () => {
  const { faultyFiles } = await import('@patchwork/files');
  for (let after = 0; after < 60; after += 1) {
    const machine = await machineWithOldChunks();
    const files = faultyFiles(machine.disk.files, { after, how: 'fail', write: 'half' });
    const run = async (on: FilePort, process: ProcessPort): Promise<void> => {
      const store = await machine.openStore({ files: on, capBytes: 600, process });
      await adopt(store, fresh);
      const ledger = (await readLedger(on, film, sha256)) ?? emptyLedger(film, sha256);
      await appendEntry(on, ledger, oldFilm.entry, sha256);
      await store.gc(new Set(fresh.map(({ chunk }) => chunk.key)));
      await store.close();
    };
    const process = machine.processes.start();
    const failure = await run(files, process).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) return;
    expect(failure, `after ${after} steps`).toMatchObject({ code: 'PW_FILE_NO_SPACE' });
    machine.processes.kill(process);
    await run(machine.disk.files, machine.processes.start());
    const store = await machine.openStore();
    for (const { chunk, bytes } of fresh)
      expect(await readKey(store, chunk.key), `after ${after} steps`).toEqual(bytes);
  }
  throw new Error('the run was never whole: count more steps');
});
