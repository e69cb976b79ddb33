import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTimelineFile, writeEdl, writeFcpxml, writeXmeml } from '@patchwork/formats';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeRange,
  makeTimeline,
  makeTrack,
  planScript,
  tracksOf,
  withMember,
  writeOtio,
  type Timeline,
} from '@patchwork/timeline';
import type { Json } from '@patchwork/kernel';
import { patchwork } from './kit/patchwork.ts';
import { makeRepository } from './kit/repository.ts';

const fps = rational(24);
const { home, folder: repository, env, git, tryGit, put, remove } = makeRepository('a film’s "project"');
const store = join(home, 'store');
afterAll(remove);

const base: Timeline = makeTimeline({
  name: 'film',
  tracks: [
    makeTrack({
      name: 'V1',
      children: Array.from({ length: 12 }, (_, i) => {
        const name = `m${String(i + 1).padStart(2, '0')}`;
        const media = makeExternalReference({
          targetUrl: `/media/${name}.mov`,
          availableRange: makeRange(0, 200, fps),
        });
        return makeClip({ name, sourceRange: makeRange(name === 'm06' ? 48 : 0, 96, fps), media });
      }),
    }),
  ],
});

function edited(...steps: readonly { readonly [key: string]: Json }[]): Timeline {
  return planScript(base, steps, { limits: 'strict' }).after;
}

const insert = { op: 'insert', track: 'V1', at: 192, clip: { name: 'NEW', media: '/media/NEW.mov', source: [0, 48] } };
const withNew = edited(insert);
const ninth = edited({ op: 'ripple', item: 'm09', out: -10 });
const fifthByTen = edited({ op: 'ripple', item: 'm05', out: -10 });
const fifthByTwenty = edited({ op: 'ripple', item: 'm05', out: -20 });
const seventhGone = edited({ op: 'remove', item: 'm07', fill: false });
const seventhGraded: Timeline = {
  ...base,
  tracks: {
    ...base.tracks,
    children: tracksOf(base).map((track) => ({
      ...track,
      children: track.children.map((child) =>
        child.kind === 'Clip' && child.name === 'm07'
          ? {
              ...child,
              effects: [makeEffect({ type: 'opacity', opacity: 0.5 })],
              metadata: withMember(child.metadata, ['grade'], 'warm'),
            }
          : child,
      ),
    })),
  },
};

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('must: nothing is there');
  return value;
}

function otio(timeline: Timeline): string {
  return writeOtio(timeline, { style: 'canonical' });
}

function timelineIn(name: string): Timeline {
  const [timeline] = readTimelineFile({ name, bytes: readFileSync(join(repository, name)) }).timelines;
  if (timeline === undefined) throw new TypeError(`no timeline in ${name}`);
  return timeline;
}

function shots(timeline: Timeline): string {
  return tracksOf(timeline)
    .flatMap((track) => track.children)
    .map((child) =>
      child.kind === 'Clip' && child.sourceRange !== null
        ? `${child.name} ${child.sourceRange.duration.value.num}`
        : child.kind,
    )
    .join(' | ');
}

/** Commits `first` on a branch of its own and `second` on another, and merges them there. */
function mergeOf(
  name: string,
  before: string,
  first: string,
  second: string,
): { readonly code: number | null; readonly said: string } {
  git('checkout', '-q', '-B', 'start', 'main');
  put(name, before);
  git('add', '-A');
  git('commit', '-qm', 'before');
  git('checkout', '-q', '-B', 'second');
  put(name, second);
  git('commit', '-qam', 'second');
  git('checkout', '-q', '-B', 'first', 'start');
  put(name, first);
  git('commit', '-qam', 'first');
  return tryGit('merge', '--no-edit', 'second');
}

beforeAll(async () => {
  put('.gitattributes', '*.mov binary\n*.otio text');
  git('add', '-A');
  git('commit', '-qm', 'begin');
  const installed = await patchwork(['git', 'install'], { store, env, cwd: repository });
  expect([installed.code, installed.stderr]).toEqual([0, '']);
  git('add', '-A');
  git('commit', '-qm', 'set Git up');
});

describe('git install', () => {
  test('R1: keeps the lines that are there, and adds its own once', async () => {
    const text = readFileSync(join(repository, '.gitattributes'), 'utf8');
    expect(text.split('\n')).toEqual([
      '*.mov binary',
      '*.otio text',
      '*.[oO][tT][iI][oO] diff=patchwork merge=patchwork',
      '*.[fF][cC][pP][xX][mM][lL] diff=patchwork merge=patchwork',
      '*.[eE][dD][lL] diff=patchwork merge=patchwork',
      '*.[xX][mM][lL] diff=patchwork merge=patchwork',
      '',
    ]);
    expect((await patchwork(['git', 'install'], { store, env, cwd: repository })).code).toBe(0);
    expect(readFileSync(join(repository, '.gitattributes'), 'utf8')).toBe(text);
    expect(git('config', '--get-all', 'diff.patchwork.textconv').trim().split('\n')).toHaveLength(1);
  });

  test('R1: outside of a repository it is refused by name; --global needs none; uninstall leaves nothing of ours', async () => {
    const outside = await patchwork(['git', 'install'], {
      store,
      env: { ...env, GIT_CEILING_DIRECTORIES: home },
      cwd: home,
    });
    expect([outside.code, outside.json.code]).toEqual([1, 'PW_GIT_REPOSITORY']);
    const global = { store, env: { ...env, HOME: join(home, 'other') }, cwd: home };
    mkdirSync(join(home, 'other'));
    expect((await patchwork(['git', 'install', '--global'], global)).code).toBe(0);
    expect(readFileSync(join(home, 'config/git/attributes'), 'utf8')).toContain('merge=patchwork');
    expect((await patchwork(['git', 'uninstall', '--global'], global)).code).toBe(0);
    expect(existsSync(join(home, 'config/git/attributes'))).toBe(false);
    expect(readFileSync(join(home, 'other/.gitconfig'), 'utf8')).not.toContain('patchwork');
  });
});

describe('git diff and git log', () => {
  test('R2: a ripple trim is one line, not every clip behind it; log -p and names of any kind likewise', () => {
    for (const name of ['a b/it\'s "quoted" ü ’; $(touch hacked) `touch hacked`.otio', '-dash.otio']) {
      git('checkout', '-q', '-B', 'diffs', 'main');
      put(name, otio(base));
      git('add', '-A');
      git('commit', '-qm', 'before');
      put(name, otio(ninth));
      const changed = (text: string): string[] => text.split('\n').filter((line) => /^[-+][^-+]/.test(line));
      const lines = ['-  clip "m09" from 0, 96 frames', '+  clip "m09" from 0, 86 frames'];
      expect(changed(git('diff', '--', name))).toEqual(lines);
      git('commit', '-qam', 'trim m09');
      expect(changed(git('log', '-p', '-1', '--', name))).toEqual(lines);
      expect(existsSync(join(repository, 'hacked'))).toBe(false);
    }
  });

  test('R9: a renamed and trimmed file is one line; one that came or went is listed whole', () => {
    git('checkout', '-q', '-B', 'renames', 'main');
    const [old, next] = ['reel "1"/cut ü.otio', 'reel 2/it’s.otio'];
    put(old, otio(base));
    git('add', '-A');
    git('commit', '-qm', 'before');
    mkdirSync(dirname(join(repository, next)), { recursive: true });
    git('mv', old, next);
    put(next, otio(ninth));
    git('add', '-A');
    const changed = (text: string): string[] => text.split('\n').filter((line) => /^[-+][^-+]/.test(line));
    const lines = ['-  clip "m09" from 0, 96 frames', '+  clip "m09" from 0, 86 frames'];
    const renamed = git('diff', '-M', '--cached');
    expect([renamed.includes('rename to'), changed(renamed)]).toEqual([true, lines]);
    git('commit', '-qm', 'rename and trim');
    expect(changed(git('log', '-p', '-1', '-M'))).toEqual(lines);
    expect(changed(git('log', '-p', '-1', '--follow', '--', next))).toEqual(lines);
    git('rm', '-q', next);
    const gone = changed(git('diff', '--cached'));
    expect(gone).toContain('-  clip "m09" from 0, 86 frames');
    expect(gone.every((line) => line.startsWith('-'))).toBe(true);
    git('reset', '-q', '--hard');
  });

  test('R3: files that are no timelines, or broken ones, are shown as they are', () => {
    git('checkout', '-q', '-B', 'others', 'main');
    const files = {
      'settings.xml': ['<settings>\n<a>1</a>\n</settings>\n', '<settings>\n<a>2</a>\n</settings>\n'],
      'broken.otio': ['{"OTIO_SCHEMA": "Timeline.1",\n"name": 1\n', '{"OTIO_SCHEMA": "Timeline.1",\n"name": 2\n'],
      'notes.edl': ['one\n', 'two\n'],
      'latin.xml': ['<a>caf\u00E9</a>\n', '<a>caf\u00E8</a>\n'],
    } as const;
    for (const [name, [before]] of Object.entries(files)) put(name, before);
    git('add', '-A');
    git('commit', '-qm', 'before');
    for (const [name, [, after]] of Object.entries(files)) put(name, after);
    const shown = git('diff');
    for (const line of ['-<a>1</a>', '+<a>2</a>', '-"name": 1', '+"name": 2', '-one', '+two', '+<a>caf\u00E8</a>'])
      expect(shown.split('\n')).toContain(line);
    git('commit', '-qam', 'after');
  });
});

describe('git merge (story 26)', () => {
  test.each(['film.otio', 'it\'s a "film"; touch hacked $(touch hacked) ü.otio'])(
    'R4: an insert before m03 and a ripple trim of m09 are merged, equal whichever order: %s',
    (name) => {
      const results = [
        [withNew, ninth],
        [ninth, withNew],
      ].map(([first, second]) => {
        const { code, said } = mergeOf(name, otio(base), otio(must(first)), otio(must(second)));
        expect([code, said]).toEqual([0, expect.stringContaining('Merge made by')]);
        return readFileSync(join(repository, name), 'utf8');
      });
      expect(results[0]).toBe(results[1]);
      expect(shots(timelineIn(name))).toBe(shots(planScript(ninth, [insert]).after));
      expect(existsSync(join(repository, 'hacked'))).toBe(false);
    },
  );

  test('R10: renamed on one side and edited on both; cherry-pick, rebase and stash pop likewise', () => {
    const [old, next] = ['reel "1"/film ü.otio', 'reel 2/it’s a film.otio'];
    const both = shots(planScript(ninth, [insert]).after);
    git('checkout', '-q', '-B', 'start', 'main');
    put(old, otio(base));
    git('add', '-A');
    git('commit', '-qm', 'before');
    git('checkout', '-q', '-B', 'second');
    put(old, otio(ninth));
    git('commit', '-qam', 'second');
    git('checkout', '-q', '-B', 'first', 'start');
    mkdirSync(dirname(join(repository, next)), { recursive: true });
    git('mv', old, next);
    put(next, otio(withNew));
    git('add', '-A');
    git('commit', '-qm', 'first');
    for (const [words, back] of [
      [['merge', '--no-edit', 'second'], 'HEAD~1'],
      [['cherry-pick', 'second'], 'HEAD~1'],
      [['rebase', '-q', 'second'], 'ORIG_HEAD'],
    ] as const) {
      const { code, said } = tryGit(...words);
      expect(code, `${words.join(' ')}: ${said}`).toBe(0);
      expect(shots(timelineIn(next)), words.join(' ')).toBe(both);
      git('reset', '-q', '--hard', back);
      expect(shots(timelineIn(next))).toBe(shots(withNew));
    }
    git('checkout', '-q', '-B', 'stashed', 'start');
    put(old, otio(ninth));
    git('stash');
    put(old, otio(withNew));
    git('commit', '-qam', 'meanwhile');
    git('stash', 'pop');
    expect(shots(timelineIn(old))).toBe(both);
    git('reset', '-q', '--hard');
  });

  test('R5: two trims of m05 are a conflict: Git says so, and the file still parses', () => {
    const { code, said } = mergeOf('film.otio', otio(base), otio(fifthByTen), otio(fifthByTwenty));
    expect(code).toBe(1);
    expect(said).toContain('CONFLICT (content): Merge conflict in film.otio');
    expect(said).toContain('ours    trim out −10  (00:00:16:00 – 00:00:19:14)');
    expect(said).toContain('theirs  trim out −20  (00:00:16:00 – 00:00:19:04)');
    expect(shots(timelineIn('film.otio'))).toBe(shots(fifthByTen));
    expect(readFileSync(join(repository, 'film.otio'), 'utf8')).toContain('theirsVersion');
    git('merge', '--abort');
  });

  test('R6: deleting a clip never wins over changing it', () => {
    for (const [first, second] of [
      [seventhGone, seventhGraded],
      [seventhGraded, seventhGone],
    ] as const) {
      const { code } = mergeOf('film.otio', otio(base), otio(first), otio(second));
      expect(code).toBe(1);
      expect(shots(timelineIn('film.otio'))).toContain('m07 96');
      git('merge', '--abort');
    }
  });

  test('R7: FCPXML, xmeml and EDL are merged in their own format; conflicts stand in markers', () => {
    const formats = {
      'film.fcpxml': (one: Timeline) => writeFcpxml(one).text,
      'film.xml': (one: Timeline) => writeXmeml(one).text,
      'REEL.EDL': (one: Timeline) => writeEdl(one).text,
    };
    for (const [name, write] of Object.entries(formats)) {
      const conflict = mergeOf(name, write(base), write(fifthByTen), write(fifthByTwenty));
      expect(conflict.code).toBe(1);
      expect(readFileSync(join(repository, name), 'utf8')).toContain('MERGE CONFLICT m05');
      expect(shots(timelineIn(name))).toBe(shots(fifthByTen));
      git('merge', '--abort');
    }
  });

  test('R8: XML that is no timeline is merged as text; what cannot be read keeps ours and is a conflict', () => {
    const text = (a: number, b: number): string => `<settings>\n<a>${a}</a>\n\n\n\n\n<b>${b}</b>\n</settings>\n`;
    expect(mergeOf('settings.xml', text(1, 1), text(2, 1), text(1, 2)).code).toBe(0);
    expect(readFileSync(join(repository, 'settings.xml'), 'utf8')).toBe(text(2, 2));
    expect(mergeOf('settings.xml', text(1, 1), text(2, 1), text(3, 1)).code).toBe(1);
    expect(readFileSync(join(repository, 'settings.xml'), 'utf8')).toContain('<<<<<<< ours:settings.xml');
    git('merge', '--abort');
    const broken = mergeOf('film.otio', otio(base), '{"broken": ', otio(ninth));
    expect(broken.code).toBe(1);
    expect(broken.said).toContain('film.otio: not merged, ours is kept');
    expect(readFileSync(join(repository, 'film.otio'), 'utf8')).toBe('{"broken": ');
    git('merge', '--abort');
  });
});
