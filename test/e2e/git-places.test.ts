import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTimelineFile, writeEdl, writeFcpxml, writeXmeml } from '@patchwork/formats';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeRange,
  makeTimeline,
  makeTrack,
  planScript,
  tracksOf,
  writeOtio,
  type Timeline,
} from '@patchwork/timeline';
import { patchwork } from './kit/patchwork.ts';
import { makeRepository } from './kit/repository.ts';

const fps = rational(24);
const { home, folder, env, git, tryGit, put, remove } = makeRepository('a b');
const inRepository = { store: join(home, 'store'), env, cwd: folder };
const before = readFileSync(join(folder, '.git/config'), 'utf8');
afterAll(remove);

const base = makeTimeline({
  name: 'film',
  tracks: [
    makeTrack({
      name: 'V1',
      children: Array.from({ length: 8 }, (_, i) => {
        const media = makeExternalReference({
          name: `m${i}.mov`,
          targetUrl: `/media/m${i}.mov`,
          availableRange: makeRange(0, 200, fps),
        });
        return makeClip({ name: `m${i}`, sourceRange: makeRange(0, 96, fps), media });
      }),
    }),
  ],
});
const without = (...names: readonly string[]): Timeline =>
  planScript(
    base,
    names.map((item) => ({ op: 'remove', item, fill: false })),
    { limits: 'strict' },
  ).after;
const shorter = (frames: number): Timeline =>
  planScript(base, [{ op: 'ripple', item: 'm5', out: -frames }], { limits: 'strict' }).after;

/** The same film in every format, under names that a shell or an option parser would trip over. */
const files: { readonly [name: string]: (timeline: Timeline) => string } = {
  'film one.otio': (timeline) => writeOtio(timeline, { style: 'canonical' }),
  '-o.fcpxml': (timeline) => writeFcpxml(timeline).text,
  'it\'s "one".xml': (timeline) => writeXmeml(timeline).text,
  'RE$EL/--help.EDL': (timeline) => writeEdl(timeline).text,
};

function putAll(timeline: Timeline): void {
  for (const [name, write] of Object.entries(files)) put(name, write(timeline));
  git('add', '-A');
}

function commit(branch: string, from: string, timeline: Timeline): void {
  git('checkout', '-q', '-B', branch, from);
  putAll(timeline);
  git('commit', '-qm', branch);
}

function clipsIn(name: string, root: string = folder): string {
  const bytes = readFileSync(join(root, name));
  const [timeline] = readTimelineFile({ name, bytes }, { edlRate: fps }).timelines;
  if (timeline === undefined) return 'no timeline';
  return tracksOf(timeline)
    .flatMap(({ children }) => children)
    .map((child) =>
      child.kind === 'Clip' && child.sourceRange !== null
        ? `${child.name}:${child.sourceRange.duration.value.num}`
        : child.kind,
    )
    .join(' ');
}

const both = 'm0:96 m3:96 m4:96 m5:96 m7:96';

beforeAll(async () => {
  expect((await patchwork(['git', 'install'], inRepository)).code).toBe(0);
  git('add', '-A');
  git('commit', '-qm', 'set Git up');
  commit('start', 'main', base);
  commit('ours', 'start', without('m1', 'm2'));
  commit('theirs', 'start', without('m6'));
  commit('ten', 'start', shorter(10));
  commit('twenty', 'start', shorter(20));
});

describe('every format, names of any kind', () => {
  test.each([
    ['merge', '--no-edit', 'theirs'],
    ['cherry-pick', 'theirs'],
    ['rebase', '-q', 'theirs'],
  ])('R11: git %s joins what goes together, whatever the exports number anew', (...words) => {
    git('checkout', '-q', '-B', 'joined', 'ours');
    const { code, said } = tryGit(...words);
    expect(code, said).toBe(0);
    expect(Object.keys(files).map((name) => clipsIn(name))).toEqual(Object.keys(files).map(() => both));
  });

  test('R11: git stash pop likewise', () => {
    git('checkout', '-q', '-B', 'stashed', 'start');
    putAll(without('m6'));
    git('stash', '-q');
    putAll(without('m1', 'm2'));
    git('commit', '-qm', 'meanwhile');
    expect(tryGit('stash', 'pop').code).toBe(0);
    expect(Object.keys(files).map((name) => clipsIn(name))).toEqual(Object.keys(files).map(() => both));
    git('reset', '-q', '--hard');
  });

  test('R12: in a second work tree, with conflicts: they stand in the files, are decided, and go', async () => {
    const tree = join(home, 'tree two');
    git('worktree', 'add', '-q', '-B', 'decided', tree, 'ten');
    const there = (...words: readonly string[]): { readonly code: number | null; readonly said: string } =>
      tryGit('-C', tree, ...words);
    expect(there('rebase', 'twenty').code).not.toBe(0);
    expect(there('diff', '--name-only', '--diff-filter=U', '-z').said.split('\0').filter(Boolean).toSorted()).toEqual(
      Object.keys(files).toSorted(),
    );
    for (const name of Object.keys(files)) expect(clipsIn(name, tree)).toContain('m5:76');
    const open = Object.keys(files).map((name) => `./${name}`);
    const said = await patchwork(['git', 'resolved', '--json', ...open], { ...inRepository, cwd: tree });
    expect(said.json.files.map(({ marks }) => marks)).toEqual([1, 1, 1, 1]);
    for (const name of Object.keys(files))
      expect(readFileSync(join(tree, name), 'utf8')).not.toContain('MERGE CONFLICT');
    there('add', '-A');
    // What is left is what stands: there is nothing to commit.
    expect(there('rebase', '--skip').code).toBe(0);
    git('worktree', 'remove', '--force', tree);
  });
});

describe('odd files', () => {
  test('R13: a file that one side took away is a conflict for Git, and the changed one stands', () => {
    git('checkout', '-q', '-B', 'gone', 'start');
    git('rm', '-q', '--', ...Object.keys(files));
    git('commit', '-qm', 'gone');
    git('checkout', '-q', '-B', 'kept', 'ours');
    expect(tryGit('merge', '--no-edit', 'gone').code).toBe(1);
    expect(Object.keys(files).map((name) => clipsIn(name))).toEqual(
      Object.keys(files).map(() => 'm0:96 m3:96 m4:96 m5:96 m6:96 m7:96'),
    );
    git('merge', '--abort');
  });

  test('R13: half a file, an empty one, and bytes that are no text keep ours, and are conflicts', () => {
    const whole = files['film one.otio']?.(base) ?? '';
    for (const broken of [whole.slice(0, 1000), '', Uint8Array.from({ length: 3000 }, (_, at) => (at * 7919) % 256)]) {
      git('checkout', '-q', '-B', 'broken', 'start');
      put('film one.otio', broken);
      git('commit', '-qam', 'broken');
      expect(tryGit('diff', 'HEAD~1').code).toBe(0);
      git('checkout', '-q', '-B', 'whole', 'ours');
      const { code, said } = tryGit('merge', '--no-edit', 'broken');
      expect([code, said.includes('film one.otio: not merged, ours is kept')]).toEqual([1, true]);
      expect(clipsIn('film one.otio')).toBe('m0:96 m3:96 m4:96 m5:96 m6:96 m7:96');
      git('merge', '--abort');
    }
  });
});

test('R14: where the program is gone, git diff shows the files as they are, and a merge is a conflict that keeps ours', () => {
  const lines = (key: string): string => git('config', '--get', key).trim();
  const [textconv, driver] = [lines('diff.patchwork.textconv'), lines('merge.patchwork.driver')];
  const absent = (command: string): string => command.replaceAll(process.execPath, '/absent/node');
  git('config', 'diff.patchwork.textconv', absent(textconv));
  git('config', 'merge.patchwork.driver', absent(driver));
  git('checkout', '-q', '-B', 'absent', 'ours');
  expect(tryGit('diff', 'start', '--', 'film one.otio').said).toContain('-                        "name": "m1"');
  expect(tryGit('merge', '--no-edit', 'theirs').code).toBe(1);
  expect(clipsIn('film one.otio')).toBe('m0:96 m3:96 m4:96 m5:96 m6:96 m7:96');
  git('merge', '--abort');
  git('config', 'diff.patchwork.textconv', textconv);
  git('config', 'merge.patchwork.driver', driver);
});

test('R1: git uninstall leaves no trace', async () => {
  git('checkout', '-q', 'main');
  expect((await patchwork(['git', 'uninstall'], inRepository)).code).toBe(0);
  expect(readFileSync(join(folder, '.git/config'), 'utf8')).toBe(before);
  expect(git('status', '--short').trim()).toBe('D .gitattributes');
});
