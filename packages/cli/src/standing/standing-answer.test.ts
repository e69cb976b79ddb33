import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { nodeFiles, sha256 } from '@patchwork/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandLineKey } from './command-line-key.ts';
import { observedFiles, type ObservedFiles } from './observed-files.ts';
import { keepAnswer, standingAnswer } from './standing-answer.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);
const key = sha256('patchwork plan cut.otio film.mp4');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchwork-standing-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const names = ['a.mov', 'b.mov', 'cut.otio', 'film.mp4', 'absent.json', 'rushes', 'link'] as const;
type Name = (typeof names)[number];
const at = (name: string): string => join(folder, name);

/** Two files, a timeline, a film, a folder with one file, a link to a file; `absent.json` is absent. */
function layOut(): void {
  for (const name of ['a.mov', 'b.mov', 'cut.otio', 'film.mp4']) writeFileSync(at(name), `content of ${name}`);
  mkdirSync(at('rushes'));
  writeFileSync(at('rushes/c.mov'), 'content of c.mov');
  symlinkSync(at('b.mov'), at('link'));
}

/** A run that looks at everything. `startMs` decides what is young. */
async function lookedAtAll(startMs: number, wanted: readonly Name[] = names): Promise<ObservedFiles> {
  const observed = observedFiles(nodeFiles(), startMs);
  for (const name of wanted) {
    if (name === 'rushes') await observed.files.list(at(name));
    else await observed.files.stat(at(name));
  }
  return observed;
}

function keep(observed: ObservedFiles): void {
  keepAnswer(join(folder, 'store'), key, observed, { deliverable: at('film.mp4') }, 'up to date\n');
}

function answer(): string | null {
  return standingAnswer(join(folder, 'store'), key);
}

/** What can happen to a file between two runs, each seen by its facts or by its names. */
const accidents: { readonly [name: string]: (path: string) => void } = {
  'a byte more': (path) => appendFileSync(path, 'x'),
  'a byte less': (path) => truncateSync(path, statSync(path).size - 1),
  'other bytes, size and time kept': (path) => {
    const { atime, mtime, size } = statSync(path);
    writeFileSync(path, 'z'.repeat(size));
    utimesSync(path, atime, mtime);
  },
  'the same bytes, written again': (path) => writeFileSync(path, readFileSync(path)),
  'a copy in its place': (path) => {
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
  },
  removed: (path) => rmSync(path),
};

test('an answer stands while nothing changes, again and again', async () => {
  layOut();
  keep(await lookedAtAll(Date.now() + 60_000));
  expect([answer(), answer()]).toEqual(['up to date\n', 'up to date\n']);
  expect(standingAnswer(join(folder, 'store'), sha256('another command line'))).toBe(null);
  expect(standingAnswer(join(folder, 'another store'), key)).toBe(null);
});

test('property: whatever happens to whatever was looked at, the answer falls', async () => {
  const file = fc.constantFrom('a.mov', 'b.mov', 'cut.otio', 'film.mp4');
  await fc.assert(
    fc.asyncProperty(file, fc.constantFrom(...Object.keys(accidents)), fc.boolean(), async (name, accident, young) => {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      layOut();
      // Of files that are older than the run their facts are enough; of others the content counts as well.
      keep(await lookedAtAll(Date.now() + (young ? 0 : 60_000)));
      expect(answer()).toBe('up to date\n');
      // Behind the tick of the file system's clock (4 or 10 ms), within which no fact tells two writes apart (S3).
      await sleep(30);
      accidents[accident]?.(at(name));
      expect(answer(), `${accident}: ${name}`).toBe(null);
    }),
    { numRuns: runs },
  );
});

describe('what is not a change of a file', () => {
  test.each<readonly [string, () => void]>([
    ['a file appears', () => writeFileSync(at('absent.json'), '{}')],
    ['a name in a folder that was searched', () => writeFileSync(at('rushes/d.mov'), 'd')],
    ['a name less', () => rmSync(at('rushes/c.mov'))],
    ['a link leads elsewhere', () => (rmSync(at('link')), symlinkSync(at('a.mov'), at('link')))],
    ['a folder in place of a file', () => (rmSync(at('a.mov')), mkdirSync(at('a.mov')))],
    ['another run holds the film', () => writeFileSync(at('film.mp4.patchwork.lock'), '')],
    ['the answer is torn', () => truncateSync(join(folder, 'store', 'answers', `${key}.json`), 200)],
  ])('%s: the answer falls', async (_, change) => {
    layOut();
    keep(await lookedAtAll(Date.now() + 60_000));
    expect(answer()).toBe('up to date\n');
    change();
    expect(answer()).toBe(null);
  });
});

test('what changes during the run is kept by no answer', async () => {
  layOut();
  for (const change of [
    () => appendFileSync(at('cut.otio'), 'x'),
    () => writeFileSync(at('rushes/e.mov'), 'e'),
    () => writeFileSync(at('absent.json'), '{}'),
  ]) {
    const observed = await lookedAtAll(Date.now());
    change();
    keep(observed);
    expect(answer()).toBe(null);
  }
});

test('a young file that is too large to be hashed keeps no answer, unless its facts were recorded', async () => {
  layOut();
  truncateSync(at('a.mov'), 17 << 20);
  keep(await lookedAtAll(Date.now()));
  expect(answer()).toBe(null);
  truncateSync(at('film.mp4'), 17 << 20);
  keep(await lookedAtAll(Date.now(), ['film.mp4', 'cut.otio']));
  expect(answer()).toBe('up to date\n');
});

test('a store that cannot be written keeps no answer and says nothing', async () => {
  layOut();
  writeFileSync(at('store'), 'a file');
  keep(await lookedAtAll(Date.now()));
  expect(answer()).toBe(null);
});

test('single modules, which change while somebody works on them, have no name', () => {
  const terminal = { color: false };
  expect(commandLineKey({ words: ['plan'], folder, env: {}, terminal })).toBe(null);
});

test('a run that looked through a whole disk keeps no answer', async () => {
  layOut();
  const observed = await lookedAtAll(Date.now() + 60_000);
  observed.note(Array.from({ length: 20_000 }, (_, at) => join(folder, `absent-${at}`)));
  keep(observed);
  expect(answer()).toBe(null);
});
