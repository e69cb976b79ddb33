import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile as writeRealFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles, sha256 } from '@patchwork/files';
import { lockDeliverable } from './deliverable-lock.ts';
import type { LockContext } from './disk/lock-file.ts';
import { nodeProcesses } from './disk/node-processes.ts';
import type { ProcessPort } from './disk/process-port.ts';
import { testMachine, writeFile, type TestMachine } from './testing/test-machine.ts';

const film = '/films/film.mov';
const lockFile = `${film}.patchwork.lock`;

function contextOf(machine: TestMachine, processes: ProcessPort): LockContext {
  return { files: machine.disk.files, sha256, clockMs: () => machine.clock.nowMs, processes };
}

function outcomes(results: readonly PromiseSettledResult<unknown>[]): readonly string[] {
  return results
    .map((result) => (result.status === 'fulfilled' ? 'held' : (result.reason as { code: string }).code))
    .toSorted();
}

test('K1: a second run is refused by name, and gets the lock when the first is done', async () => {
  const machine = await testMachine();
  const [one, other] = [machine.processes.start(), machine.processes.start()];
  const lock = await lockDeliverable(contextOf(machine, one), film);
  await expect(lockDeliverable(contextOf(machine, other), film)).rejects.toMatchObject({
    code: 'PW_DELIVERABLE_BUSY',
    details: { path: film, lock: lockFile, holder: { process: one.self } },
  });
  const waited: string[] = [];
  const waiting = lockDeliverable(contextOf(machine, other), film, {
    waitMs: 5000,
    onWait: (holder) => waited.push(holder),
  });
  await lock.release();
  await lock.release();
  const second = await waiting;
  expect(waited.length).toBe(1);
  await expect(lockDeliverable(contextOf(machine, one), film)).rejects.toMatchObject({ code: 'PW_DELIVERABLE_BUSY' });
  await second.release();
  expect(await machine.disk.files.list('/films')).toEqual([]);
});

test('K1: a wait ends when its time is up', async () => {
  const machine = await testMachine();
  const [one, other] = [machine.processes.start(), machine.processes.start()];
  await lockDeliverable(contextOf(machine, one), film);
  const context = { ...contextOf(machine, other), clockMs: () => (machine.clock.nowMs += 300) };
  await expect(lockDeliverable(context, film, { waitMs: 500 })).rejects.toMatchObject({ code: 'PW_DELIVERABLE_BUSY' });
});

test('K2: of many who find a stale lock exactly one takes it over', async () => {
  for (let round = 0; round < 20; round += 1) {
    const machine = await testMachine();
    const dead = machine.processes.start();
    await lockDeliverable(contextOf(machine, dead), film);
    machine.processes.kill(dead);
    const runs = Array.from({ length: 6 }, () => lockDeliverable(contextOf(machine, machine.processes.start()), film));
    const results = await Promise.allSettled(runs);
    expect(outcomes(results)).toEqual([
      'PW_DELIVERABLE_BUSY',
      'PW_DELIVERABLE_BUSY',
      'PW_DELIVERABLE_BUSY',
      'PW_DELIVERABLE_BUSY',
      'PW_DELIVERABLE_BUSY',
      'held',
    ]);
    expect(await machine.disk.files.list('/films'), 'no litter').toEqual(['film.mov.patchwork.lock']);
  }
});

test('K2: a process that dies while taking over is no obstacle to the next', async () => {
  const { faultyFiles } = await import('@patchwork/files');
  for (let after = 0; after < 20; after += 1) {
    const machine = await testMachine();
    const dead = machine.processes.start();
    await lockDeliverable(contextOf(machine, dead), film);
    machine.processes.kill(dead);
    const second = machine.processes.start();
    const files = faultyFiles(machine.disk.files, { after, how: 'stop', write: 'half' });
    const failed = await lockDeliverable({ ...contextOf(machine, second), files }, film).then(
      () => false,
      () => true,
    );
    machine.processes.kill(second);
    machine.clock.nowMs += 60_000;
    const lock = await lockDeliverable(contextOf(machine, machine.processes.start()), film);
    await lock.release();
    if (!failed) return;
  }
  throw new Error('taking over never came through: count more steps');
});

test('K2: locks of other machines, and locks in the making, are left alone', async () => {
  const machine = await testMachine();
  const { files } = machine.disk;
  const mine = contextOf(machine, machine.processes.start());
  await writeFile(files, lockFile, Buffer.from('{"host":"elsewhere","pid":1,"started":"s1"}'));
  machine.clock.nowMs += 10 ** 9;
  await expect(lockDeliverable(mine, film)).rejects.toMatchObject({ code: 'PW_DELIVERABLE_BUSY' });
  await files.remove(lockFile);
  await writeFile(files, lockFile, new Uint8Array(0));
  await expect(lockDeliverable(mine, film)).rejects.toMatchObject({ code: 'PW_DELIVERABLE_BUSY' });
  machine.clock.nowMs += 31_000;
  const lock = await lockDeliverable(mine, film);
  // Removed by hand and taken by somebody else: not ours to give back.
  await files.remove(lockFile);
  await writeFile(files, lockFile, Buffer.from('theirs'));
  await lock.release();
  expect(await files.list('/films')).toEqual(['film.mov.patchwork.lock']);
});

test('K2: a real process that was killed leaves a lock that is taken over; a living one does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'patchwork-lock-'));
  const path = join(folder, 'film "1" 100%\n.mov');
  const script = join(folder, 'hold.mjs');
  await writeRealFile(
    script,
    `
    import { nodeFiles, sha256 } from ${JSON.stringify(import.meta.resolve('@patchwork/files'))};
    import { lockDeliverable, nodeProcesses } from ${JSON.stringify(import.meta.resolve('@patchwork/store'))};
    const context = { files: nodeFiles(), sha256, clockMs: () => Date.now(), processes: nodeProcesses() };
    await lockDeliverable(context, ${JSON.stringify(path)});
    process.stdout.write('held');
    setInterval(() => {}, 1000);
  `,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const context: LockContext = { files: nodeFiles(), sha256, clockMs: () => Date.now(), processes: nodeProcesses() };
    await expect(lockDeliverable(context, path)).rejects.toMatchObject({
      details: { holder: { process: { pid: child.pid } } },
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const lock = await lockDeliverable(context, path);
    await expect(lockDeliverable(context, path), 'this process lives').rejects.toMatchObject({
      code: 'PW_DELIVERABLE_BUSY',
    });
    await lock.release();
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});
