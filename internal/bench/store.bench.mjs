// The chunk store and the ledger at the size of a two-hour intra programme: 172,800 to 200,000 chunks, 5,000 packs.
// Prints one table: wall and processor milliseconds of this machine, in one run. `--keep` leaves the store in the temporary folder.

import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { appendEntry, currentEntry, emptyLedger, openStore, readLedger } from '@patchwork/store';

const packs = 5000;
const durablePacks = 200;
const chunksInPack = 40;
const chunkBytes = 64;
const ledgerChunks = 172_800;

const files = nodeFiles();
const settings = { sha256, capBytes: 1e12, clockMs: () => Date.now() };
const folder = await mkdtemp(join(tmpdir(), 'patchwork-bench-store-'));
const rows = [];

try {
  await benchPacks(join(folder, 'store'));
  await benchLedger(join(folder, 'film.mov'));
  console.table(rows);
} finally {
  if (process.argv.includes('--keep')) console.log(folder);
  else await rm(folder, { recursive: true });
}

async function benchPacks(path) {
  const keys = [];
  const durable = await openStore(files, path, settings);
  await timed(`adopt ${durablePacks} packs of ${chunksInPack} chunks, synced`, durablePacks, () =>
    adopt(durable, 0, durablePacks, keys),
  );
  await durable.close();
  const store = await openStore(withoutSync(files), path, settings);
  await timed(`adopt ${packs - durablePacks} more, syncs left out`, packs - durablePacks, () =>
    adopt(store, durablePacks, packs, keys),
  );
  await store.close();
  await timed('open, no cache of indexes yet (and write it)', 1, () => openStore(files, path, settings));
  const opened = await timed('open, cache of indexes there', 1, () => openStore(files, path, settings));
  const before = memory();
  const other = await openStore(files, path, settings);
  row('memory of an open store', (memory() - before) / 2 ** 20, 'MB');
  const found = await timed(`find ${keys.length} chunks of ${keys.length}`, 1, () => opened.find(keys));
  if (found.size !== keys.length) throw new Error(`found ${found.size} of ${keys.length}`);
  const absent = keys.map((_, i) => sha256(`absent ${i}`));
  const none = await timed(`find ${absent.length} chunks that are absent`, 1, () => opened.find(absent));
  if (none.size !== 0) throw new Error(`found ${none.size} absent chunks`);
  const some = [...found.values()].filter((_, i) => i % 100 === 0);
  await timed(`read ${some.length} chunks, digest checked`, some.length, async () => {
    for (const chunk of some) if ((await opened.read(chunk)) === null) throw new Error('a chunk is damaged');
  });
  await other.close();
  await timed('refresh, nothing changed', 1, () => opened.refresh());
  await timed('fsck', 1, () => opened.fsck('report'));
  await timed('gc, nothing to do', 1, () => opened.gc(new Set()));
}

async function adopt(store, from, to, keys) {
  for (let pack = from; pack < to; pack += 1) {
    const samples = Array.from({ length: chunksInPack }, (_, i) => sample(pack * chunksInPack + i));
    const temporary = store.tempPath('bench');
    await writeFile(temporary, Buffer.concat(samples.map(({ bytes }) => bytes)));
    await store.adoptPack(
      temporary,
      samples.map(({ chunk }) => chunk),
    );
    for (const { chunk } of samples) keys.push(chunk.key);
  }
}

/** Only to fill the store in bearable time. */
function withoutSync(inner) {
  const nothing = async () => {};
  return {
    ...inner,
    syncFolder: nothing,
    open: async (...args) => ({ ...(await inner.open(...args)), sync: nothing }),
  };
}

async function benchLedger(path) {
  await mkdir(folder, { recursive: true });
  const chunks = [];
  let offset = 32;
  for (let i = 0; i < ledgerChunks; i += 1) {
    const chunk = {
      key: sha256(`frame ${i}`),
      digest: sha256(`bytes ${i}`),
      sizes: [700_000 + ((i * 7919) % 90_000)],
      order: [0],
      sync: [true],
      config: '',
    };
    chunks.push({ ...chunk, offset });
    offset += chunk.sizes[0] + (i % 12 === 11 ? 144_000 : 0);
  }
  const first = entry(chunks, null);
  const appended = await timed(`append an entry of ${ledgerChunks} new one-frame chunks`, 1, () =>
    appendEntry(files, emptyLedger(path, sha256), first, sha256),
  );
  const firstBytes = (await stat(`${path}.patchwork`)).size;
  row('size of that entry', firstBytes, 'bytes');
  row('a chunk', firstBytes / ledgerChunks, 'bytes');
  // A patch: 240 frames in the middle are new.
  const fresh = chunks
    .slice(0, 240)
    .map((chunk, i) => ({ ...chunk, key: sha256(`new frame ${i}`), digest: sha256(`new bytes ${i}`) }));
  const patched = place([...chunks.slice(0, 90_000), ...fresh, ...chunks.slice(90_240)]);
  await timed('append a patch of 240 frames', 1, () =>
    appendEntry(files, appended.ledger, entry(patched, appended.entry.id), sha256),
  );
  row('size of that entry', (await stat(`${path}.patchwork`)).size - firstBytes, 'bytes');
  const ledger = await timed('read the ledger', 1, () => readLedger(files, path, sha256));
  const current = await timed('its current entry, chunks unpacked', 1, () => {
    const found = currentEntry(ledger, sha256('moov'));
    return { found, count: found.chunks.length };
  });
  if (current.count !== ledgerChunks) throw new Error('the ledger lost chunks');
}

function place(chunks) {
  let offset = 32;
  return chunks.map((chunk, i) => {
    const placed = { ...chunk, offset };
    offset += chunk.sizes[0] + (i % 12 === 11 ? 144_000 : 0);
    return placed;
  });
}

function entry(chunks, parent) {
  return {
    parent,
    timeMs: 0,
    moovDigest: sha256('moov'),
    fileSize: chunks.at(-1).offset,
    fileSha256: sha256('file'),
    profile: { name: 'prores-422-hq' },
    toolchain: { drawing: '1', ffmpeg: '7.1', encoder: '7.1', cpuClass: null },
    timeline: { name: 'film.otio', format: 'otio', text: '{}' },
    timelineName: null,
    media: [],
    epochs: [],
    range: null,
    renderer: 'ffmpeg',
    counts: { rendered: chunks.length, reused: 0 },
    chunks,
    sound: null,
  };
}

function sample(number) {
  const bytes = Buffer.alloc(chunkBytes, sha256(`bytes ${number}`), 'hex');
  return {
    bytes,
    chunk: {
      key: sha256(`key ${number}`),
      digest: sha256(bytes),
      sizes: [chunkBytes],
      order: [0],
      sync: [true],
      config: '',
    },
  };
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function timed(what, times, work) {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const result = await work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuStart);
  const cpu = (user + system) / 1000;
  rows.push({ what, value: rounded(wall), unit: 'ms', cpu: rounded(cpu) });
  if (times > 1) rows.push({ what: '  each', value: rounded(wall / times), unit: 'ms', cpu: rounded(cpu / times) });
  return result;
}

function row(what, value, unit) {
  rows.push({ what, value: rounded(value), unit });
}

function rounded(value) {
  return Number(value.toPrecision(4));
}
