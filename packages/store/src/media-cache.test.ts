import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import type { Digest, FileStat } from '@patchwork/kernel';
import { readWhole } from './disk/file-bytes.ts';
import { openMediaCache, type MediaCache } from './media-cache.ts';
import { storeFolder, testMachine, writeFile, type TestMachine } from './testing/test-machine.ts';

const clip = '/films/m01.mov';

async function cacheOn(machine: TestMachine, hashed: string[] = []): Promise<MediaCache> {
  const store = await machine.openStore();
  return await openMediaCache(store.context, async (path) => {
    hashed.push(path);
    return await hashOf(machine, path);
  });
}

async function hashOf(machine: TestMachine, path: string): Promise<Digest> {
  return sha256((await readWhole(machine.disk.files, path)) ?? new Uint8Array(0));
}

test('M1: a file is hashed once, also by later runs, until one of its facts changes', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  await writeFile(files, clip, Buffer.from('take 1'));
  machine.clock.nowMs += 10_000;
  const hashed: string[] = [];
  const cache = await cacheOn(machine, hashed);
  expect(await Promise.all([cache.identityOf(clip), cache.identityOf(clip)])).toEqual([
    sha256('take 1'),
    sha256('take 1'),
  ]);
  expect(await (await cacheOn(machine, hashed)).identityOf(clip)).toBe(sha256('take 1'));
  expect(hashed).toEqual([clip]);
  // Another file of the same size under the same name.
  await writeFile(files, `${clip}.new`, Buffer.from('take 2'));
  await files.rename(`${clip}.new`, clip);
  machine.clock.nowMs += 10_000;
  expect(await cache.identityOf(clip)).toBe(sha256('take 2'));
  expect(await (await cacheOn(machine, hashed)).identityOf(clip)).toBe(sha256('take 2'));
  expect(hashed.length).toBe(2);
  const file = await files.open(clip, 'update');
  await file.write(Buffer.from('take 3'), 0);
  expect(await cache.identityOf(clip)).toBe(sha256('take 3'));
});

test('M1: a file is hashed again when any one of its five facts changed, the others being preserved', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  await writeFile(files, clip, Buffer.from('take 1'));
  machine.clock.nowMs += 10_000;
  let change: Partial<FileStat> = {};
  const store = await machine.openStore({
    files: {
      ...files,
      stat: async (path) => {
        const stat = await files.stat(path);
        return stat === null || path !== clip ? stat : { ...stat, ...change };
      },
    },
  });
  let hashed = 0;
  const cache = await openMediaCache(store.context, async (path) => {
    hashed += 1;
    return await hashOf(machine, path);
  });
  await cache.identityOf(clip);
  const changes = [{ dev: '9' }, { ino: '99' }, { size: 7 }, { mtimeNs: '1' }, { ctimeNs: '1' }];
  for (const [i, each] of changes.entries()) {
    change = each;
    await cache.identityOf(clip);
    await cache.identityOf(clip);
    expect(hashed, JSON.stringify(each)).toBe(i + 2);
  }
});

test('S4, M1: a file that changed just before it was hashed is hashed again next time', async () => {
  const machine = await testMachine();
  await writeFile(machine.disk.files, clip, Buffer.from('take 1'));
  machine.clock.nowMs += 1500;
  const hashed: string[] = [];
  const cache = await cacheOn(machine, hashed);
  await cache.identityOf(clip);
  machine.clock.nowMs += 1500;
  await cache.identityOf(clip);
  await cache.identityOf(clip);
  expect(hashed.length, 'young, then old enough, then remembered').toBe(2);
});

test('M2: a file that changes while it is hashed, or is not there, is refused by name', async () => {
  const machine = await testMachine();
  await writeFile(machine.disk.files, clip, Buffer.from('take 1'));
  machine.clock.nowMs += 10_000;
  const store = await machine.openStore();
  const cache = await openMediaCache(store.context, async (path) => {
    const digest = await hashOf(machine, path);
    const file = await machine.disk.files.open(path, 'update');
    await file.write(Buffer.from('more'), 6);
    return digest;
  });
  await expect(cache.identityOf(clip)).rejects.toMatchObject({ code: 'PW_MEDIA_CHANGING', details: { path: clip } });
  await expect(cache.identityOf('/films/gone.mov')).rejects.toMatchObject({ code: 'PW_MEDIA_OFFLINE' });
  await expect(cache.identityOf('/films')).rejects.toMatchObject({ code: 'PW_MEDIA_OFFLINE' });
});

test('S5: a probe is known by content and the prober’s version', async () => {
  const machine = await testMachine();
  const cache = await cacheOn(machine);
  const identity = sha256('take 1');
  await cache.keepProbe(identity, '7', { frames: 200 });
  for (const each of [cache, await cacheOn(machine)]) {
    expect([each.probeOf(identity, '7'), each.probeOf(identity, '8'), each.probeOf(sha256('take 2'), '7')]).toEqual([
      { frames: 200 },
      null,
      null,
    ]);
  }
});

test('M3: journals with any byte changed or cut off give the right identity', async () => {
  const machine = await testMachine();
  for (const name of ['a', 'b', 'c']) await writeFile(machine.disk.files, `/films/${name}`, Buffer.from(name));
  machine.clock.nowMs += 10_000;
  const cache = await cacheOn(machine);
  for (const name of ['a', 'b', 'c']) await cache.identityOf(`/films/${name}`);
  const [path, bytes] = [...machine.disk.contents()].find(([each]) => each.includes('/journals/media/')) ?? [
    '',
    new Uint8Array(0),
  ];
  for (let at = 0; at < bytes.length; at += 13) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x55;
    for (const content of [changed, bytes.slice(0, at)]) {
      await machine.disk.files.remove(path);
      await writeFile(machine.disk.files, path, content);
      const again = await cacheOn(machine);
      for (const name of ['a', 'b', 'c']) expect(await again.identityOf(`/films/${name}`)).toBe(sha256(name));
    }
  }
});

test('M3: the journals of many finished processes are put together, and nothing is forgotten', async () => {
  const machine = await testMachine();
  const names = Array.from({ length: 20 }, (_, i) => `clip ${i}`);
  for (const name of names) await writeFile(machine.disk.files, `/films/${name}`, Buffer.from(name));
  machine.clock.nowMs += 10_000;
  for (const name of names) {
    const process = machine.processes.start();
    const store = await machine.openStore({ process });
    const cache = await openMediaCache(store.context, (path) => hashOf(machine, path));
    await cache.identityOf(`/films/${name}`);
    machine.processes.kill(process);
  }
  const hashed: string[] = [];
  const cache = await cacheOn(machine, hashed);
  for (const name of names) expect(await cache.identityOf(`/films/${name}`)).toBe(sha256(name));
  expect(hashed).toEqual([]);
  expect((await machine.disk.files.list(`${storeFolder}/journals/media`)).length).toBeLessThan(10);
});
