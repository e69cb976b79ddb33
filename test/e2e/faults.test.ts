import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultyFiles, nodeFiles, type FaultPlan } from '@patchwork/files';
import { isPatchworkError } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import type { Film } from './kit/film.ts';
import { mortalProcesses } from './kit/mortal-processes.ts';
import {
  copyOfSite,
  deliveredSite,
  emptySite,
  expectedAt,
  expectRecovery,
  filmOf,
  removeSite,
  renderSite,
  type Expected,
  type Site,
} from './kit/site.ts';

/**
 * A fault after every single write, sync, rename … of a whole run: the disk says that it is full, or the process stops
 * there for good (with half of a write done). Every step of a patch by default; PW_FAULT_STRIDE=3 takes every third.
 */
const stride = Number(process.env['PW_FAULT_STRIDE'] ?? 1);

let workers: MediaWorkers;
let old: Film;
let next: Film;
let template: Site;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  // One chunk goes, one comes, one is cut shorter: all that a patch writes, in few steps.
  old = await filmOf([1, 0, 48], [2, 0, 48]);
  next = await filmOf([1, 0, 48], [3, 0, 24]);
  template = await deliveredSite(old, { workers });
}, 300_000);

afterAll(async () => {
  await workers.close();
  removeSite(template);
});

describe.each([
  ['a patch', stride, (): Site => copyOfSite(template, next)],
  // Most of its steps are the patch's.
  ['a first delivery', 2 * stride, (): Site => emptySite(next)],
])('%s', (_, stepping, site) => {
  test.each(['stop', 'fail'] as const)(
    '%s at every step',
    async (how) => {
      const first = site();
      const expected = await expectedAt(first, { workers });
      const steps = await stepsOf(first);
      removeSite(first);
      expect(steps.length).toBeGreaterThan(30);
      const seen = { intact: 0, published: 0, told: 0 };
      // Where steps are left out, the two kinds of fault take turns.
      let next = how === 'fail' ? stepping - 1 : 0;
      // Most of a case is waiting for the disk: a few at a time, each at a site of its own.
      const lane = async (): Promise<void> => {
        for (let after = next; after < steps.length; after = next) {
          next += stepping;
          const outcome = await faultAt(site(), expected, { after, how, write: after % 2 === 0 ? 'half' : 'none' });
          seen[outcome.published ? 'published' : 'intact'] += 1;
          if (outcome.told) seen.told += 1;
        }
      };
      await Promise.all([lane(), lane(), lane()]);
      process.stdout.write(`${how} at ${steps.length} steps: ${JSON.stringify(seen)}\n`);
      expect(Math.min(seen.intact, seen.published), 'faults before and after the rename').toBeGreaterThan(0);
    },
    240_000,
  );
});

async function stepsOf(site: Site): Promise<readonly string[]> {
  const files = faultyFiles(nodeFiles(), { after: Infinity, how: 'fail' });
  await renderSite(site, { workers, files });
  return files.steps;
}

async function faultAt(
  site: Site,
  expected: Expected,
  plan: FaultPlan,
): Promise<{ published: boolean; told: boolean }> {
  const processes = mortalProcesses();
  const broken = processes.start();
  const files = faultyFiles(nodeFiles(), plan);
  const error: unknown = await renderSite(site, { workers, files, processes: broken }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  processes.kill(broken);
  const label = `${plan.how} at step ${plan.after} (${files.steps[plan.after]?.replaceAll(site.folder, '')})`;
  // A fault that the run can do without may pass; whatever is told has a code of the disk.
  if (error !== null) {
    expect(isPatchworkError(error), `${label}: ${error instanceof Error ? error.message : 'no Error'}`).toBe(true);
    expect(error, label).toMatchObject({ code: plan.how === 'stop' ? 'PW_FILE_STOPPED' : 'PW_FILE_NO_SPACE' });
  } else {
    expect(existsSync(site.deliverable), `${label}: success means a deliverable`).toBe(true);
  }
  // The next run comes a minute later: a lock without content is given half a minute.
  const clockMs = (): number => Date.now() + 60_000;
  const { published } = await expectRecovery(site, expected, { workers, processes: processes.start(), clockMs }, label);
  if (error === null) expect(published, `${label}: success means that the new one is there`).toBe(true);
  removeSite(site);
  return { published, told: error !== null };
}
