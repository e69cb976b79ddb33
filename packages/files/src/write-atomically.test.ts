import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faultyFiles, type FaultPlan } from './faulty-files.ts';
import { nodeFiles } from './node-files.ts';
import { isTemporaryName, temporaryBeside, writeAtomically } from './write-atomically.ts';

let folder = '';
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwork-atomic-'));
  path = join(folder, 'film.mov.patchwork');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Create, write, sync, rename, sync of the folder. */
const stepCount = 5;

async function writeWith(plan: FaultPlan): Promise<{ readonly failed: boolean; readonly steps: readonly string[] }> {
  const files = faultyFiles(nodeFiles(), plan);
  const failed = await writeAtomically(files, path, 'the new content').then(
    () => false,
    () => true,
  );
  return { failed, steps: files.steps };
}

test('writes durably: data before the name, the name before it returns', async () => {
  const { steps } = await writeWith({ after: Infinity, how: 'fail' });
  expect(steps.map((step) => step.split(' ')[0])).toEqual(['create', 'write', 'sync', 'rename', 'syncFolder']);
  expect(await readdir(folder)).toEqual(['film.mov.patchwork']);
  expect(await readFile(path, 'utf8')).toBe('the new content');
});

describe.each([
  { how: 'fail', write: 'none' },
  { how: 'fail', write: 'half' },
  { how: 'stop', write: 'none' },
  { how: 'stop', write: 'half' },
] as const)('broken at every single step, $how, $write of the write done', (kind) => {
  test.each(Array.from({ length: stepCount }, (_, after) => after))(
    'after %i steps: all old or all new',
    async (after) => {
      await writeFile(path, 'the old content');
      expect((await writeWith({ after, ...kind })).failed).toBe(true);
      expect(await readFile(path, 'utf8')).toBe(after < 4 ? 'the old content' : 'the new content');
      const left = (await readdir(folder)).filter((name) => name !== 'film.mov.patchwork');
      expect(left.every(isTemporaryName), 'whatever is left can be recognised').toBe(true);
      if (kind.how === 'fail') expect(left, 'a run that goes on tidies up').toEqual([]);
    },
  );
});

test('the temporary name does not grow with the name', async () => {
  const long = join(folder, 'n'.repeat(255));
  expect(dirname(temporaryBeside(long))).toBe(folder);
  await writeAtomically(nodeFiles(), long, new Uint8Array([1, 2, 3]));
  expect(await readFile(long)).toEqual(Buffer.from([1, 2, 3]));
});

test('two temporary names differ', () => {
  expect(temporaryBeside(path)).not.toBe(temporaryBeside(path));
  expect(isTemporaryName('film.mov')).toBe(false);
});
