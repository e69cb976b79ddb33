import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { startWorkers } from './index.ts';
import { makeBench } from './testing/bench.ts';
import { crashForTest } from './workers.ts';

const bench = makeBench();
afterAll(() => bench.remove());

describe('a child that dies', () => {
  test('costs one attempt: the job is done by the next child', async () => {
    const lines: string[] = [];
    const pool = crashForTest(1, (line) => lines.push(line));
    expect(await pool.crash(bench.path('once'), false)).toBe('survived');
    expect(lines).toEqual([expect.stringMatching(/SIGSEGV.*crash, attempt 1 of 2/)]);
    await pool.close();
  });

  test('twice is PW_MEDIA_WORKER_DIED, and the pool goes on', async () => {
    const pool = crashForTest(1, () => undefined);
    await expect(pool.crash(bench.path('twice'), true)).rejects.toMatchObject({
      code: 'PW_MEDIA_WORKER_DIED',
      details: { job: 'crash' },
    });
    writeFileSync(bench.path('there'), '');
    expect(await pool.crash(bench.path('there'), false)).toBe('survived');
    await pool.close();
  });

  test('does not disturb the jobs of the others', async () => {
    const pool = crashForTest(2, () => undefined);
    const results = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e'].map((name) => pool.crash(bench.path(`many-${name}`), name === 'c')),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    await pool.close();
  });
});

describe('stopping', () => {
  const spec = (name: string) => ({
    path: bench.path(name),
    id: 1,
    container: 'mov' as const,
    sound: null,
    video: { codec: 'prores' as const, width: 640, height: 360, rate: { num: 24, den: 1 }, frames: 2000 },
  });

  test('an abort ends a running job at once, takes a waiting one out, and the pool goes on', async () => {
    const workers = startWorkers({ count: 1 });
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = workers.writeTestMedia(spec('long.mov'), {
      signal: running.signal,
      onProgress: () => running.abort(),
    });
    const second = workers.writeTestMedia(spec('never.mov'), { signal: waiting.signal });
    const third = workers.probe(bench.path('nothing'));
    waiting.abort();
    await expect(second).rejects.toMatchObject({ code: 'PW_MEDIA_ABORTED' });
    await expect(first).rejects.toMatchObject({ code: 'PW_MEDIA_ABORTED' });
    await expect(third).rejects.toMatchObject({ code: 'PW_MEDIA_MISSING' });
    expect(existsSync(bench.path('never.mov'))).toBe(false);
    await workers.close();
  });

  test('a signal that is aborted already starts nothing', async () => {
    const workers = startWorkers({ count: 1 });
    await expect(workers.probe('x', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'PW_MEDIA_ABORTED',
    });
    await workers.close();
  });

  test('close rejects what is running and what waits', async () => {
    const workers = startWorkers({ count: 1 });
    const jobs = [workers.writeTestMedia(spec('cut.mov')), workers.probe('y')];
    const settled = Promise.allSettled(jobs);
    await workers.close();
    expect(
      (await settled).map((result) => result.status === 'rejected' && (result.reason as { code: string }).code),
    ).toEqual(['PW_MEDIA_ABORTED', 'PW_MEDIA_ABORTED']);
    await expect(workers.probe('z')).rejects.toMatchObject({ code: 'PW_MEDIA_ABORTED' });
  });

  test('a child whose parent goes away ends by itself', async () => {
    // This process is the parent; the child program is started bare and its channel is closed.
    const child = fork(fileURLToPath(new URL('../dist/worker.js', import.meta.url)), ['0'], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const exit = once(child, 'exit');
    child.send({ id: 1, kind: 'probe', job: 'nothing' });
    await once(child, 'message');
    child.disconnect();
    expect(await exit).toEqual([0, null]);
  });
});

test('a count below 1 is a TypeError', () => {
  expect(() => startWorkers({ count: 0 })).toThrowError(TypeError);
});

describe('the program that waits for a pool', () => {
  // The child is dead at once, but its stderr ends only when the last holder of it lets go: here a process that the child
  // started. A program that keeps nothing else alive left in between with Node's exit code 13.
  const holds = `
    if (process.send !== undefined)
      require('node:child_process').spawn('sleep', ['2'], { stdio: ['ignore', 'ignore', 2], detached: true }).unref();
  `;
  const waits = `
    const { startWorkers } = await import(process.argv[1]);
    const pool = startWorkers({ count: 1 });
    await pool.probe('/does/not/exist').catch(() => undefined);
    await pool.close();
    process.stdout.write('closed');
  `;

  test.skipIf(process.platform === 'win32')(
    'lives until the children are gone, however late their stderr ends',
    async () => {
      const preload = bench.path('holds.cjs');
      writeFileSync(preload, holds);
      const door = new URL('../dist/index.js', import.meta.url).href;
      const program = spawn(process.execPath, ['--input-type=module', '-e', waits, door], {
        stdio: ['ignore', 'pipe', 2],
        env: { ...process.env, NODE_OPTIONS: `--require ${JSON.stringify(preload)}` },
      });
      let said = '';
      program.stdout?.on('data', (data: Buffer) => (said += data.toString()));
      const [code] = (await once(program, 'close')) as [number];
      expect({ code, said }).toEqual({ code: 0, said: 'closed' });
    },
  );
});

test('children started ahead of need do the jobs, and end with the pool', async () => {
  const pool = crashForTest(2, () => undefined);
  pool.warm(5);
  expect(pool.children()).toBe(2);
  writeFileSync(bench.path('warm'), '');
  expect(await pool.crash(bench.path('warm'), false)).toBe('survived');
  expect(pool.children()).toBe(2);
  await pool.close();
  expect(pool.children()).toBe(0);
});
