import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import type { Film } from './kit/film.ts';
import { childrenOf, killAtStep, reachPhase, startCommand, stepsOfRun, type RunningCommand } from './kit/killing.ts';
import { seeded } from './kit/long-film.ts';
import {
  copyOfSite,
  deliveredSite,
  digestAt,
  expectedAt,
  expectRecovery,
  filmOf,
  forecastSite,
  removeSite,
  type Expected,
  type Site,
} from './kit/site.ts';

/** kill -9, of the command and of its media processes. More kills in each phase: PW_KILL_RUNS=100. */
const kills = Number(process.env['PW_KILL_RUNS'] ?? 10);
const timeout = 60_000 + kills * 20_000;
/** Instants are drawn from this; a failure names the kill. */
const random = seeded(2019);

let workers: MediaWorkers;
let template: Site;
let long: Film;
let middle: Film;
let short: Film;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  template = await deliveredSite(await filmOf([1, 0, 48], [2, 0, 48]), { workers });
  // Eight chunks to render; four; and one, for the phases that come after rendering.
  long = await filmOf([1, 0, 48], [3, 0, 144], [4, 0, 144], [5, 0, 96], [2, 0, 48]);
  middle = await filmOf([1, 0, 48], [3, 0, 96], [4, 0, 96]);
  short = await filmOf([1, 0, 48], [3, 0, 24]);
}, 300_000);

afterAll(async () => {
  await workers.close();
  removeSite(template);
});

describe.skipIf(process.platform !== 'linux')('the command', () => {
  test(
    `killed ${kills} times at instants uniform over its rendering`,
    async () => {
      const { expected, renderMs } = await unkilled(long);
      let spanMs = renderMs;
      let landed = 0;
      let survived = 0;
      for (let attempt = 0; landed < kills; attempt += 1) {
        expect(attempt, 'most kills land while it renders').toBeLessThan(4 * kills);
        const site = copyOfSite(template, long);
        const running = startCommand(site);
        await reachPhase(site, running, 'render');
        const delayMs = random() * spanMs;
        await sleep(delayMs);
        const phase = await killNow(site, running);
        if (phase === 'render') landed += 1;
        // It was slower when it was measured.
        else spanMs = delayMs;
        const after = await expectRecovery(site, expected, { workers }, `kill ${attempt}, in phase ${phase}`);
        if (phase === 'render') survived += after.survived;
        removeSite(site);
      }
      process.stdout.write(
        `${kills} kills over ${renderMs.toFixed(0)} ms of rendering: ${survived} finished chunks of ${kills * expected.forecast.plan.missing.length} were kept and none of them rendered again\n`,
      );
      expect(survived, 'finished chunks survive').toBeGreaterThan(0);
    },
    timeout,
  );

  test(
    `killed ${Math.ceil(kills / 2)} times at instants uniform over its whole run`,
    async () => {
      const { expected, totalMs } = await unkilled(long);
      for (let attempt = 0; attempt < kills / 2; attempt += 1) {
        const site = copyOfSite(template, long);
        const running = startCommand(site);
        await sleep(random() * totalMs);
        const phase = await killNow(site, running);
        await expectRecovery(site, expected, { workers }, `kill ${attempt}, in phase ${phase}`);
        removeSite(site);
      }
    },
    timeout,
  );

  test(
    `a media process killed ${kills} times costs one attempt, never the run`,
    async () => {
      const { expected, totalMs } = await unkilled(middle);
      let spanMs = totalMs;
      let killed = 0;
      for (let attempt = 0; killed < kills; attempt += 1) {
        expect(attempt, 'most runs have a media process to kill').toBeLessThan(4 * kills);
        const site = copyOfSite(template, middle);
        const running = startCommand(site);
        const delayMs = random() * spanMs;
        await sleep(delayMs);
        const over = running.child.exitCode !== null;
        if (over) spanMs = delayMs;
        const children = over ? [] : childrenOf(running.child.pid ?? -1);
        const victim = children[Math.floor(random() * children.length)];
        if (victim !== undefined) killed += kill(victim) ? 1 : 0;
        const { code, stderr } = await running.ended;
        expect(code, `run ${attempt}: ${stderr}`).toBe(0);
        expect(digestAt(site), `run ${attempt}`).toBe(expected.cleanSha256);
        const after = await expectRecovery(site, expected, { workers }, `run ${attempt}`);
        expect(after.rendered).toBe(0);
        removeSite(site);
      }
    },
    timeout,
  );
});

describe.each([
  ['ledger append', (step: string): boolean => /\.patchwork(\.new)?( |$)/.test(step)],
  ['publication', (step: string): boolean => step.includes('.patchwork-publish-')],
  ['store', (step: string): boolean => step.includes('/store/packs') || step.includes('/store/ledgers')],
])('a run stopped and killed within its %s', (_, isMeant) => {
  test(
    `at least ${Math.min(kills, 10)} times`,
    async () => {
      const site = copyOfSite(template, short);
      const expected = await expectedAt(site, { workers });
      const steps = await stepsOfRun(site);
      removeSite(site);
      // The step itself not done or half done, and the one after it not done: so every step is also seen just done.
      const meant = steps
        .flatMap((step, index) => (isMeant(step) ? [index, index + 1] : []))
        .filter((index) => index < steps.length);
      const places = everyFew([...new Set(meant)], Math.max(kills, 10));
      process.stdout.write(
        `${places.length} places: ${places
          .map((index) =>
            steps[index]
              ?.replaceAll(site.folder, '')
              .replaceAll(/[0-9a-f]{60,}/g, '#')
              .slice(0, 60),
          )
          .join(' | ')}\n`,
      );
      for (let round = 0; round < Math.max(places.length, Math.min(kills, 10)); round += 1) {
        const step = places[round % places.length] ?? 0;
        const victim = copyOfSite(template, short);
        const name = await killAtStep(victim, step);
        await expectRecovery(victim, expected, { workers }, `killed at step ${step}, ${name}`);
        removeSite(victim);
      }
    },
    timeout,
  );
});

/** At most so many of a list, evenly spread. The rest is broken in one process by `faults.test.ts`. */
function everyFew(all: readonly number[], most: number): readonly number[] {
  const stride = Math.max(1, all.length / most);
  return all.filter((_, index) => Math.floor(index / stride) !== Math.floor((index - 1) / stride));
}

interface Unkilled {
  readonly expected: Expected;
  readonly renderMs: number;
  readonly totalMs: number;
}

const measured = new Map<Film, Promise<Unkilled>>();

function unkilled(film: Film): Promise<Unkilled> {
  const known = measured.get(film) ?? measure(film);
  measured.set(film, known);
  return known;
}

async function measure(film: Film): Promise<Unkilled> {
  const site = copyOfSite(template, film);
  const expected = await expectedAt(site, { workers });
  removeSite(site);
  const timed = copyOfSite(template, film);
  const startMs = performance.now();
  const running = startCommand(timed);
  await reachPhase(timed, running, 'render');
  const renderStartMs = performance.now();
  await reachPhase(timed, running, 'publication');
  const renderEndMs = performance.now();
  const { code, stderr } = await running.ended;
  const endMs = performance.now();
  expect(code, stderr).toBe(0);
  expect(digestAt(timed)).toBe(expected.cleanSha256);
  expect(
    (await forecastSite(timed, { workers })).plan.missing,
    'the command and this process are of one build',
  ).toEqual([]);
  removeSite(timed);
  return { expected, renderMs: renderEndMs - renderStartMs, totalMs: endMs - startMs };
}

async function killNow(site: Site, running: RunningCommand): Promise<string> {
  const phase = await reachPhase(site, running, 'start');
  running.child.kill('SIGKILL');
  await running.ended;
  return phase;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself since it was listed.
    return false;
  }
}
