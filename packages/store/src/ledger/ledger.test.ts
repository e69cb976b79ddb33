import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import { readWhole } from '../disk/file-bytes.ts';
import { appendEntry, recordTrust } from './ledger-append.ts';
import { currentEntry, emptyLedger, parseLedger, readLedger, type Ledger } from './ledger.ts';
import { ledgerPath, type LedgerEntry, type NewLedgerEntry } from './ledger-entry.ts';
import { encodeRecord } from '../disk/record-line.ts';
import { entryAt, historyOf } from './revision.ts';
import { sampleChunk, type SampleChunk } from '../testing/sample-chunks.ts';
import { sampleFilm } from '../testing/sample-entry.ts';
import { testMachine, writeFile, type TestMachine } from '../testing/test-machine.ts';
import { trustOf } from './trust.ts';

const film = '/films/film.mov';
const runs = Number(process.env['PW_RUNS'] ?? 60);

function samples(names: readonly string[], frames = 3): SampleChunk[] {
  return names.map((name) => sampleChunk(sha256, name, frames));
}

async function read(machine: TestMachine): Promise<Ledger> {
  const ledger = await readLedger(machine.disk.files, film, sha256);
  if (ledger === null) throw new Error('the ledger is not there');
  return ledger;
}

async function append(machine: TestMachine, entry: NewLedgerEntry): Promise<LedgerEntry> {
  const before = (await readLedger(machine.disk.files, film, sha256)) ?? emptyLedger(film, sha256);
  return (await appendEntry(machine.disk.files, before, entry, sha256)).entry;
}

/** The entry as its writer gave it. */
function given({ id: _id, trust: _trust, ...entry }: LedgerEntry): NewLedgerEntry {
  return entry;
}

async function ledgerBytes(machine: TestMachine): Promise<Uint8Array> {
  return (await readWhole(machine.disk.files, ledgerPath(film))) ?? new Uint8Array(0);
}

test('L1: what is appended is read back equal, chunk by chunk with offsets', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          names: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }),
          frames: fc.constantFrom(1, 3, 5),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      async (renders) => {
        const machine = await testMachine();
        const written: LedgerEntry[] = [];
        for (const [i, { names, frames }] of renders.entries()) {
          const picture = samples(
            names.map((n) => `${frames} frames ${n}`),
            frames,
          );
          const sound = samples(
            names.map((n) => `sound ${n}`),
            2,
          );
          const { entry } = sampleFilm(sha256, {
            name: `render ${i}`,
            picture,
            sound,
            parent: written.at(-1)?.id ?? null,
          });
          const appended = await append(machine, entry);
          expect(given(appended), 'the returned entry is the given one').toEqual(entry);
          written.push(appended);
        }
        expect((await read(machine)).entries).toEqual(written);
      },
    ),
    { numRuns: runs },
  );
});

test('L1: a chunk of the same key with other bytes or another cut keeps its own encoding', async () => {
  const machine = await testMachine();
  const one = sampleChunk(sha256, 'a', 3);
  const other = sampleChunk(sha256, 'a', 3, 'again');
  const cut = { bytes: one.bytes, chunk: { ...one.chunk, sizes: [1, one.bytes.length - 2, 1] } };
  const sameCut = { bytes: one.bytes, chunk: { ...one.chunk, digest: other.chunk.digest } };
  const { entry } = sampleFilm(sha256, { name: 'film', picture: [one, other, cut, other, one, cut] });
  await append(machine, entry);
  const { entry: second } = sampleFilm(sha256, { name: 'second', picture: [cut, other, one, sameCut] });
  await append(machine, second);
  expect((await read(machine)).entries.map(given)).toEqual([entry, second]);
});

test('L10: the settings of each chunk are read back, and settings that do not fit are damage', async () => {
  const machine = await testMachine();
  const { entry } = sampleFilm(sha256, { name: 'film', picture: samples(['a', 'b', 'c']) });
  const settings = [
    { video: entry.profile.video, toolchain: entry.toolchain, config: 'AA==' },
    { video: { ...entry.profile.video, options: { crf: '18' } }, toolchain: entry.toolchain, config: 'AQ==' },
  ];
  const mixed = { ...entry, mixed: { settings, of: [0, 1, 1] } };
  await append(machine, mixed);
  expect((await read(machine)).entries.map(given)).toEqual([mixed]);
  await expect(append(machine, { ...entry, mixed: { settings, of: [0, 1, 2] } })).rejects.toThrow(TypeError);
  const short = await testMachine();
  await expect(append(short, { ...entry, mixed: { settings, of: [0, 1] } })).rejects.toThrow(TypeError);
});

test('L1: an entry is named by its line, whatever its record says, and a writer gives no name', async () => {
  const machine = await testMachine();
  const { entry } = sampleFilm(sha256, { name: 'film', picture: samples(['a']) });
  const first = await append(machine, entry);
  await expect(append(machine, { ...first, parent: first.id }), 'a whole entry is no new one').rejects.toThrow(
    /entry\.(id|trust) is no field/,
  );
  const text = new TextDecoder().decode(await ledgerBytes(machine));
  const [header = '', line = ''] = text.split('\n');
  const value = JSON.parse(line.slice(line.indexOf('{'))) as object;
  const hostile = encodeRecord({ ...value, id: 'f'.repeat(64), trust: 'mine' }, sha256);
  const bytes = Buffer.concat([Buffer.from(`${header}\n`), hostile.bytes]);
  const [found] = parseLedger(bytes, film, sha256).entries;
  expect([found?.id, found?.trust]).toEqual([hostile.digest, null]);
});

test('L2: an entry whose chunks are all known writes none of them', async () => {
  const machine = await testMachine();
  const names = Array.from({ length: 2000 }, (_, i) => `${i}`);
  const first = await append(machine, sampleFilm(sha256, { name: 'film', picture: samples(names, 1) }).entry);
  const before = (await ledgerBytes(machine)).length;
  // A move: the same chunks in another order.
  const moved = [...names.slice(1200, 1300), ...names.slice(0, 1200), ...names.slice(1300)];
  await append(machine, {
    ...sampleFilm(sha256, { name: 'film', picture: samples(moved, 1) }).entry,
    parent: first.id,
  });
  const bytes = await ledgerBytes(machine);
  expect(bytes.length - before, 'no key or digest is written again').toBeLessThan(2500);
  expect(before / names.length, 'bytes a chunk').toBeLessThan(100);
});

test('L3: a torn append is ignored at every length, and taken away by the next one', async () => {
  const machine = await testMachine();
  await append(machine, sampleFilm(sha256, { name: 'one', picture: samples(['a', 'b']) }).entry);
  const whole = await ledgerBytes(machine);
  await append(machine, sampleFilm(sha256, { name: 'two', picture: samples(['b', 'c']) }).entry);
  const both = await ledgerBytes(machine);
  for (let length = whole.length; length < both.length; length += 1) {
    const torn = parseLedger(both.subarray(0, length), film, sha256);
    expect([torn.entries.length, torn.validBytes, torn.tornBytes]).toEqual([1, whole.length, length - whole.length]);
  }
  const cut = await testMachine();
  await writeFile(cut.disk.files, ledgerPath(film), both.subarray(0, both.length - 5));
  await append(cut, sampleFilm(sha256, { name: 'two', picture: samples(['b', 'c']) }).entry);
  expect(await ledgerBytes(cut), 'the torn bytes are gone').toEqual(both);
});

test('L4: any byte changed before the last line is damage at its line; in the last line it is a torn append', async () => {
  const machine = await testMachine();
  for (const name of ['one', 'two', 'three']) {
    await append(machine, sampleFilm(sha256, { name, picture: samples([name]) }).entry);
  }
  const bytes = await ledgerBytes(machine);
  const lineStarts = [0, ...[...bytes.keys()].filter((i) => bytes[i] === 10).map((i) => i + 1)];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ change;
      const line = lineStarts.filter((start) => start <= at).length;
      const result = outcome(() => parseLedger(changed, film, sha256));
      if (line === 1) expect(result).toMatchObject({ code: 'PW_LEDGER_FOREIGN' });
      else if (line < 4) expect(result).toMatchObject({ code: 'PW_LEDGER_DAMAGED', details: { line } });
      else if (at < bytes.length - 1) expect(result).toMatchObject({ entries: [{}, {}] });
    }),
    { numRuns: 5 * runs },
  );
});

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test('L4: a changed line feed is damage at its line', async () => {
  const machine = await testMachine();
  for (const name of ['one', 'two', 'three']) {
    await append(machine, sampleFilm(sha256, { name, picture: samples([name]) }).entry);
  }
  const bytes = await ledgerBytes(machine);
  const lineFeeds = [...bytes.keys()].filter((i) => bytes[i] === 10);
  const codes = lineFeeds.map((at) => {
    const changed = bytes.slice();
    changed[at] = 32;
    return outcome(() => parseLedger(changed, film, sha256));
  });
  expect(codes).toMatchObject([
    { code: 'PW_LEDGER_FOREIGN' },
    { code: 'PW_LEDGER_DAMAGED', details: { line: 2 } },
    { code: 'PW_LEDGER_DAMAGED', details: { line: 3 } },
    { code: 'PW_LEDGER_DAMAGED', details: { line: 4 } },
  ]);
  const zeroed = bytes.slice();
  zeroed[lineFeeds[3] ?? 0] = 0;
  expect(parseLedger(zeroed, film, sha256), 'what a power cut may leave').toMatchObject({ entries: [{}, {}] });
});

test('L4: the file of another program is refused and left alone, a newer ledger likewise', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  await writeFile(files, ledgerPath(film), Buffer.from('a shopping list\n'));
  await expect(readLedger(files, film, sha256)).rejects.toMatchObject({ code: 'PW_LEDGER_FOREIGN' });
  const { entry } = sampleFilm(sha256, { name: 'film', picture: samples(['a']) });
  await expect(appendEntry(files, emptyLedger(film, sha256), entry, sha256)).rejects.toMatchObject({
    code: 'PW_LEDGER_CHANGED',
  });
  expect(Buffer.from(await ledgerBytes(machine)).toString()).toBe('a shopping list\n');
  const newer = encodeRecord({ type: 'ledger', version: 2 }, sha256).bytes;
  expect(outcome(() => parseLedger(newer, film, sha256))).toMatchObject({ code: 'PW_LEDGER_VERSION' });
});

test('L4: a line with a right digest and wrong content is damage, whatever it holds', async () => {
  const machine = await testMachine();
  await append(
    machine,
    sampleFilm(sha256, { name: 'film', picture: samples(['a', 'b']), sound: samples(['s']) }).entry,
  );
  const text = Buffer.from(await ledgerBytes(machine)).toString();
  const record = JSON.parse(text.split('\n')[1]?.slice(text.split('\n')[1]?.indexOf('{')) ?? '') as Record<
    string,
    unknown
  >;
  const header = encodeRecord({ type: 'ledger', version: 1 }, sha256).bytes;
  const hostile: Record<string, unknown>[] = [
    { order: [0, 1e9] },
    { order: [-1, 1] },
    { order: [0] },
    { order: [0, 2, 5, 1] },
    { gaps: [0, 1e9] },
    { gaps: [] },
    { order: {} },
  ].map((change) => ({ ...record, picture: { ...(record['picture'] as object), ...change } }));
  const fresh = record['fresh'] as object;
  for (const change of [
    { keys: 'AAAA' },
    { sizes: [-1, 6] },
    { shapeOf: [9, 2] },
    { configOf: [] },
    { shapes: [{ order: [], sync: [] }] },
  ]) {
    hostile.push({ ...record, fresh: { ...fresh, ...change } });
  }
  for (const name of Object.keys(record).filter((each) => each !== 'type')) {
    hostile.push({ ...record, [name]: 'nonsense' });
  }
  for (const value of hostile) {
    const bytes = Buffer.concat([header, encodeRecord(value as never, sha256).bytes]);
    const result = outcome(() => parseLedger(bytes, film, sha256));
    // Texts without a form of their own may be any text.
    if (['renderer', 'timelineName'].some((name) => value[name] === 'nonsense')) continue;
    expect(result, JSON.stringify(value)).toMatchObject({ code: 'PW_LEDGER_DAMAGED', details: { line: 2 } });
  }
});

test('L5: records of unknown types are skipped, counted and kept', async () => {
  const machine = await testMachine();
  await append(machine, sampleFilm(sha256, { name: 'one', picture: samples(['a']) }).entry);
  const verdict = encodeRecord({ type: 'verdict', passed: true }, sha256).bytes;
  const file = await machine.disk.files.open(ledgerPath(film), 'update');
  await file.write(verdict, (await file.stat()).size);
  await append(machine, sampleFilm(sha256, { name: 'two', picture: samples(['b']) }).entry);
  const ledger = await read(machine);
  expect([ledger.entries.length, ledger.unknownRecords]).toEqual([2, 1]);
  expect(Buffer.from(await ledgerBytes(machine)).includes(Buffer.from(verdict))).toBe(true);
});

test('L6: a ledger that changed since it was read is refused and left alone', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  await append(machine, sampleFilm(sha256, { name: 'one', picture: samples(['a']) }).entry);
  const mine = await read(machine);
  await append(machine, sampleFilm(sha256, { name: 'other run', picture: samples(['b']) }).entry);
  const bytes = await ledgerBytes(machine);
  const { entry } = sampleFilm(sha256, { name: 'mine', picture: samples(['c']) });
  await expect(appendEntry(files, mine, entry, sha256)).rejects.toMatchObject({ code: 'PW_LEDGER_CHANGED' });
  expect(await ledgerBytes(machine)).toEqual(bytes);
});

test('L6: an entry that cannot be read back is refused before anything is written', async () => {
  const machine = await testMachine();
  const { entry } = sampleFilm(sha256, { name: 'film', picture: samples(['a']) });
  const wrong = [
    { ...entry, moovDigest: 'abc' },
    { ...entry, fileSize: 0.5 },
    { ...entry, chunks: entry.chunks.map((chunk) => ({ ...chunk, order: [] })) },
    { ...entry, chunks: entry.chunks.map((chunk) => ({ ...chunk, key: 'k' })) },
  ];
  for (const each of wrong) await expect(append(machine, each)).rejects.toThrow(TypeError);
  expect(await ledgerBytes(machine)).toEqual(new Uint8Array(0));
});

test('L7: the current entry is the one whose moov is the file’s; of several the published one', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  await writeFile(files, film, new Uint8Array(10));
  const stat = await files.stat(film);
  if (stat === null) throw new Error('no film');
  const first = await append(machine, sampleFilm(sha256, { name: 'same moov', picture: samples(['a']) }).entry);
  await recordTrust(files, await read(machine), first.id, stat, sha256);
  const second = await append(machine, {
    ...sampleFilm(sha256, { name: 'same moov', picture: samples(['b']) }).entry,
    parent: first.id,
  });
  const ledger = await read(machine);
  expect(currentEntry(ledger, first.moovDigest)?.id).toBe(second.id);
  expect(currentEntry(ledger, first.moovDigest, stat)?.id, 'the one that was published').toBe(first.id);
  expect(currentEntry(ledger, sha256('elsewhere'), stat)).toBe(null);
});

test('L8: revisions follow the parents, ids are named by their first letters', async () => {
  const machine = await testMachine();
  const ids: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    const { entry } = sampleFilm(sha256, { name, picture: samples([name]), parent: ids.at(-1) ?? null });
    ids.push((await append(machine, entry)).id);
  }
  // Brought back: a child of the newest entry.
  const { entry } = sampleFilm(sha256, { name: 'one again', picture: samples(['one']), parent: ids[2] ?? null });
  ids.push((await append(machine, entry)).id);
  const ledger = await read(machine);
  expect(
    ['@{0}', '@{1}', '@{3}', ids[1]?.slice(0, 7) ?? '', `@{${ids[1]?.slice(0, 12)}}`].map(
      (revision) => entryAt(ledger, revision).id,
    ),
  ).toEqual([ids[3], ids[2], ids[0], ids[1], ids[1]]);
  const second = entryAt(ledger, '@{2}');
  expect(entryAt(ledger, '@{1}', second).id, 'from another current entry').toBe(ids[0]);
  expect(historyOf(ledger, second).map(({ id }) => id)).toEqual([ids[1], ids[0]]);
  for (const revision of ['@{4}', '@{-1}', '@{}', 'abc', 'fffffffff', '', '@{1}x']) {
    expect(
      outcome(() => entryAt(ledger, revision)),
      revision,
    ).toMatchObject({ code: 'PW_LEDGER_REVISION' });
  }
});

test('D2: trust needs all five facts recorded and equal', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  await writeFile(files, film, new Uint8Array(10));
  const stat = await files.stat(film);
  if (stat === null) throw new Error('no film');
  const entry = await append(machine, sampleFilm(sha256, { name: 'one', picture: samples(['a']) }).entry);
  expect(trustOf(entry, stat), 'nothing recorded').toBe('hash');
  await recordTrust(files, await read(machine), entry.id, stat, sha256);
  const trusted = entryAt(await read(machine), '@{0}');
  expect(trusted).toEqual({ ...entry, trust: stat });
  expect(trustOf(trusted, stat)).toBe('trusted');
  expect(trustOf(trusted, null)).toBe('hash');
  for (const change of [{ dev: '2' }, { ino: '0' }, { size: 11 }, { mtimeNs: '1' }, { ctimeNs: '1' }]) {
    expect(trustOf(trusted, { ...stat, ...change }), JSON.stringify(change)).toBe('hash');
  }
});
