import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeFiles } from '@patchwork/files';
import { PatchworkError, type FilePort } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import type { Film } from './kit/film.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder, patchwork, type Ran } from './kit/patchwork.ts';
import {
  copyOfSite,
  deliveredSite,
  digestAt,
  emptySite,
  expectedAt,
  filmOf,
  removeSite,
  renderSite,
  siteIn,
  type Site,
} from './kit/site.ts';
import { reachPhase, startCommand } from './kit/killing.ts';

/** Input that is broken, hostile or in the way: a coded error that names it, the right exit code, and nothing lost. */
let workers: MediaWorkers;
let film: Film;
let other: Film;
let delivered: Site;

const timeout = 60_000;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  film = await filmOf([1, 0, 24]);
  other = await filmOf([1, 0, 24], [2, 0, 12]);
  delivered = await deliveredSite(film, { workers });
}, 300_000);

afterAll(async () => {
  await workers.close();
  removeSite(delivered);
});

function render(timeline: string, deliverable: string, store: string, extra: readonly string[] = []): Promise<Ran> {
  return patchwork(['render', timeline, '-o', deliverable, '--profile', 'h264-mov', ...extra], { store });
}

interface Refusal {
  readonly exit?: number;
  readonly code: RegExp;
  /** What the words must name. */
  readonly names: string;
}

/** A refusal as it must be, for people and for programs. */
function expectRefused(ran: Ran, { exit = 1, code, names }: Refusal): void {
  expect(ran.json, ran.stderr).toMatchObject({ schema: 'patchwork.error/1', code: expect.stringMatching(code) });
  expect(ran.code, ran.stdout).toBe(exit);
  expect(ran.json.code).not.toBe('PW_INTERNAL');
  expect(`${ran.json.message} ${ran.json.hint}`, 'it names what is meant').toContain(names);
  expect(ran.json.hint, `${ran.json.code}: ${ran.json.message}: a hint says what to do`).toMatch(/\w/);
  expect(ran.stderr, 'people read the same').toContain(ran.json.code);
  expect(ran.stderr, 'no stack trace').not.toMatch(/\n\s+at /);
}

describe.concurrent('media', () => {
  const bad: readonly (readonly [string, (path: string, whole: Buffer) => void, RegExp])[] = [
    ['missing', () => {}, /^PW_MEDIA_OFFLINE$/],
    [
      'truncated',
      (path, whole) => writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.6))),
      /^PW_MEDIA_(TRUNCATED|UNREADABLE)$/,
    ],
    ['zero bytes long', (path) => writeFileSync(path, ''), /^PW_MEDIA_(TRUNCATED|UNREADABLE)$/],
    [
      'text',
      (path) => writeFileSync(path, 'these are no pictures\n'.repeat(1000)),
      /^PW_MEDIA_(UNREADABLE|NO_STREAMS|NO_PICTURE)$/,
    ],
    ['noise', (path) => writeFileSync(path, randomBytes(100_000)), /^PW_MEDIA_(UNREADABLE|NO_STREAMS|TRUNCATED)$/],
    ['a folder', (path) => mkdirSync(path), /^PW_MEDIA_OFFLINE$/],
  ];

  test.each(bad)(
    '%s',
    async (_, make, code) => {
      const { folder, timeline, deliverable, store } = siteIn(freshFolder('bad-media'));
      const path = join(folder, 'rushes.mov');
      make(path, readFileSync(film.media['m1']?.path ?? ''));
      writeFileSync(timeline, otioText(withMedia(path)));
      const before = readdirSync(folder);
      const ran = await render(timeline, deliverable, store);
      expectRefused(ran, { code, names: 'rushes.mov' });
      expect(new Set(readdirSync(folder))).toEqual(new Set([...before, 'store']));
    },
    timeout,
  );

  test(
    'packets that cannot be decoded in the part that is used',
    async () => {
      const { folder, timeline, deliverable, store } = siteIn(freshFolder('bad-packets'));
      const path = join(folder, 'scratched.mov');
      const bytes = readFileSync(film.media['m1']?.path ?? '');
      const start = bytes.indexOf('mdat') + 4;
      for (let at = start + 200; at < start + 60_000 && at < bytes.length / 2; at += 7)
        bytes[at] = (bytes[at] ?? 0) ^ 0xa5;
      writeFileSync(path, bytes);
      writeFileSync(timeline, otioText(withMedia(path)));
      const ran = await render(timeline, deliverable, store);
      expectRefused(ran, { code: /^PW_MEDIA_/, names: 'scratched.mov' });
      expect(existsSync(deliverable)).toBe(false);
    },
    timeout,
  );
});

describe.concurrent('timelines', () => {
  const otio = (): string => otioText(film);
  const bomb = `<?xml version="1.0"?><!DOCTYPE fcpxml [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 20 }, (_, level) => `<!ENTITY ${'abcdefghijklmnopqrstuvwxyz'[level + 1]} "${`&${'abcdefghijklmnopqrstuvwxyz'[level]};`.repeat(10)}">`).join('')}]><fcpxml version="1.10"><resources>&u;</resources></fcpxml>`;
  const bad: readonly (readonly [string, string, (() => string | Uint8Array) | null, RegExp])[] = [
    ['missing', 'cut.otio', null, /^PW_FILE_ABSENT$/],
    ['empty', 'cut.otio', () => '', /^PW_(JSON|FORMAT|TEXT|TIMELINE)_/],
    ['an empty XML', 'cut.fcpxml', () => '', /^PW_(XML|FORMAT|TEXT|FCPXML)_/],
    ['truncated JSON', 'cut.otio', () => otio().slice(0, 700), /^PW_JSON_TRUNCATED$/],
    [
      'truncated XML',
      'cut.fcpxml',
      () => '<?xml version="1.0"?><!DOCTYPE fcpxml><fcpxml version="1.10"><resources><format id="r1"',
      /^PW_XML_SYNTAX$/,
    ],
    ['an entity bomb', 'cut.fcpxml', () => bomb, /^PW_XML_ENTITY$/],
    [
      'an outer entity',
      'cut.fcpxml',
      () =>
        '<?xml version="1.0"?><!DOCTYPE fcpxml [<!ENTITY x SYSTEM "file:///etc/hostname">]><fcpxml version="1.10">&x;</fcpxml>',
      /^PW_XML_ENTITY$/,
    ],
    ['noise named otio', 'cut.otio', () => randomBytes(5000), /^PW_/],
    ['noise named fcpxml', 'cut.fcpxml', () => randomBytes(5000), /^PW_/],
    ['noise of no name', 'cut', () => randomBytes(5000), /^PW_/],
    ['JSON of something else', 'cut.otio', () => '{"name": "package"}', /^PW_(OTIO|FORMAT|TIMELINE)_/],
    ['JSON nested without end', 'cut.otio', () => '['.repeat(1_000_000), /^PW_(JSON|FORMAT)_/],
    ['a null', 'cut.otio', () => 'null', /^PW_/],
  ];

  test.each(bad)(
    '%s',
    async (_, name, content, code) => {
      const folder = freshFolder('bad-timeline');
      const timeline = join(folder, name);
      if (content !== null) writeFileSync(timeline, content());
      const deliverable = join(folder, 'film.mov');
      const ran = await render(timeline, deliverable, join(folder, 'store'));
      expectRefused(ran, { code, names: name });
      expect(existsSync(deliverable)).toBe(false);
    },
    timeout,
  );

  test(
    'a folder',
    async () => {
      const folder = freshFolder('bad-timeline');
      mkdirSync(join(folder, 'cut.otio'));
      expectRefused(await render(join(folder, 'cut.otio'), join(folder, 'film.mov'), join(folder, 'store')), {
        code: /^PW_FILE_IS_FOLDER$/,
        names: 'cut.otio',
      });
    },
    timeout,
  );
});

describe.concurrent('words', () => {
  const wrong: readonly (readonly [string, (site: Site) => readonly string[], Refusal])[] = [
    ['a range without an end', () => ['--range', '10'], { code: /^PW_RANGE_FORM$/, names: '10' }],
    ['a range of nonsense', () => ['--range', 'a:b'], { code: /^PW_(RANGE|POSITION|TIMECODE)_/, names: 'a' }],
    ['a range backwards', () => ['--range', '20:10'], { code: /^PW_RANGE_/, names: '10' }],
    ['a range outside', () => ['--range', '0:10000'], { code: /^PW_(RANGE|POSITION)_OUTSIDE$/, names: '10000' }],
    ['a profile of no name', () => ['--profile', 'h265-imax'], { code: /^PW_PROFILE_NAME$/, names: 'h265-imax' }],
    [
      'a profile that is no JSON',
      (site) => ['--profile', written(site, 'my profile.json', '{"base": "h264-mov",')],
      { code: /^PW_PROFILE_SYNTAX$/, names: 'my profile.json' },
    ],
    [
      'a profile that is a list',
      (site) => ['--profile', written(site, 'list.json', '[1]')],
      { code: /^PW_PROFILE_/, names: 'profile' },
    ],
    [
      'a profile with a wrong key',
      (site) => ['--profile', written(site, 'key.json', '{"base":"h264-mov","video":{"colour":"red"}}')],
      { code: /^PW_PROFILE_KEY$/, names: 'colour' },
    ],
    [
      'a profile with an absurd value',
      (site) => ['--profile', written(site, 'value.json', '{"base":"h264-mov","video":{"gop":-4}}')],
      { code: /^PW_PROFILE_/, names: 'gop' },
    ],
    ['an unknown flag', () => ['--sharpen'], { code: /^PW_USAGE$/, names: '--sharpen' }],
    ['an unknown policy', () => ['--on-unknown', 'hope'], { code: /^PW_USAGE_POLICY$/, names: 'hope' }],
    ['workers of nonsense', () => ['--workers', 'many'], { code: /^PW_(SETTINGS|USAGE)/, names: 'workers' }],
    ['a timeline of no name', () => ['--timeline', 'reel 9'], { code: /^PW_TIMELINE_NONE$/, names: 'reel 9' }],
  ];

  test.each(wrong)(
    '%s',
    async (_, words, refusal) => {
      const site = emptySite(film);
      const ran = await patchwork(['render', site.timeline, '-o', site.deliverable, ...words(site)], {
        store: site.store,
      });
      expectRefused(ran, refusal);
      expect(digestAt(site)).toBe('absent');
    },
    timeout,
  );

  test(
    'an extension that says no container',
    async () => {
      const site = emptySite(film);
      const ran = await patchwork(['render', site.timeline, '-o', join(site.folder, 'film.xyz')], {
        store: site.store,
      });
      expectRefused(ran, { code: /^PW_PROFILE_EXTENSION$/, names: '.xyz' });
    },
    timeout,
  );

  test(
    'a folder that does not exist',
    async () => {
      const site = emptySite(film);
      const ran = await render(site.timeline, join(site.folder, 'no', 'where', 'film.mov'), site.store);
      expectRefused(ran, { code: /^PW_(FILE|DELIVERABLE)_/, names: 'where' });
      expect(existsSync(join(site.folder, 'no'))).toBe(false);
    },
    timeout,
  );
});

function written(site: Site, name: string, text: string): string {
  const path = join(site.folder, name);
  writeFileSync(path, text);
  return path;
}

describe.concurrent('deliverables', () => {
  test(
    'a folder',
    async () => {
      const site = emptySite(film);
      mkdirSync(site.deliverable);
      expectRefused(await render(site.timeline, site.deliverable, site.store), {
        code: /^PW_DELIVERABLE_FOLDER$/,
        names: 'film.mov',
      });
    },
    timeout,
  );

  const strange: readonly (readonly [string, (site: Site) => void, Refusal])[] = [
    [
      'not ours',
      (site) => replaced(site, readFileSync(film.media['m1']?.path ?? '')),
      { code: /^PW_DELIVERABLE_FOREIGN$/, names: 'film.mov' },
    ],
    [
      'text, with our sidecar',
      (site) => writeFileSync(site.deliverable, 'no movie at all'),
      { exit: 2, code: /^PW_FULL_REQUIRED$/, names: 'film.mov' },
    ],
    [
      'empty, without a sidecar',
      (site) => replaced(site, Buffer.alloc(0)),
      { exit: 2, code: /^PW_FULL_REQUIRED$/, names: 'film.mov' },
    ],
    [
      'beside a sidecar of noise',
      (site) => writeFileSync(`${site.deliverable}.patchwork`, randomBytes(3000)),
      { code: /^PW_LEDGER_/, names: 'film.mov.patchwork' },
    ],
  ];

  test.each(strange)(
    '%s',
    async (_, make, refusal) => {
      const site = copyOfSite(delivered, other);
      make(site);
      const before = digestAt(site);
      expectRefused(await render(site.timeline, site.deliverable, site.store), refusal);
      expect(digestAt(site), 'it is left as it was').toBe(before);
    },
    timeout,
  );

  const damaged: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['edited by hand', (bytes) => Buffer.concat([bytes, Buffer.from('\0\0\0\x0cfreemine', 'latin1')])],
    [
      'with a flipped byte',
      (bytes) => {
        const at = bytes.indexOf('mdat') + 300;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return bytes;
      },
    ],
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 40)],
  ];

  test.each(damaged)(
    '%s: what can be used is used, what comes out is clean',
    async (_, change) => {
      const site = copyOfSite(delivered, other);
      writeFileSync(site.deliverable, change(readFileSync(site.deliverable)));
      const before = digestAt(site);
      const expected = await cleanOfOther();
      const ran = await render(site.timeline, site.deliverable, site.store);
      if (ran.code === 0) expect(digestAt(site)).toBe(expected);
      else {
        expectRefused(ran, { exit: ran.code, code: /^PW_(FULL_REQUIRED|DELIVERABLE_FOREIGN)$/, names: 'film.mov' });
        expect(digestAt(site)).toBe(before);
      }
      const full = await render(site.timeline, site.deliverable, site.store, ['--full']);
      expect(full.code, full.stderr).toBe(0);
      expect(digestAt(site), '--full always helps').toBe(expected);
    },
    timeout,
  );
});

let clean: Promise<string> | null = null;

function cleanOfOther(): Promise<string> {
  clean ??= expectedAt(emptySite(other), { workers }).then(({ cleanSha256 }) => cleanSha256);
  return clean;
}

/** Another file in place of the deliverable, and no sidecar. */
function replaced(site: Site, bytes: Buffer): void {
  writeFileSync(site.deliverable, bytes);
  rmSync(`${site.deliverable}.patchwork`);
}

describe('media that changes under the run', () => {
  test.each(['replaced', 'cut short', 'removed'] as const)(
    '%s: nothing is published, and nothing wrong is kept',
    async (how) => {
      const folder = freshFolder('changing');
      const path = join(folder, 'live.mov');
      copyFileSync(film.media['m1']?.path ?? '', path);
      const long: Film = { ...withMedia(path), video: [[{ media: 'm1', from: 0, length: 192 }]] };
      const site = copyOfSite(delivered, long);
      const before = digestAt(site);
      let changed = false;
      const change = (): void => {
        changed = true;
        if (how === 'cut short') truncateSync(path, 1000);
        else rmSync(path);
        if (how !== 'replaced') return;
        copyFileSync(other.media['m2']?.path ?? '', `${path}.new`);
        renameSync(`${path}.new`, path);
      };
      const run = renderSite(site, {
        workers,
        onProgress: ({ phase }) => (phase === 'render' && !changed ? change() : undefined),
      });
      const codes =
        how === 'replaced'
          ? ['PW_MEDIA_CHANGED']
          : [
              'PW_MEDIA_CHANGED',
              'PW_MEDIA_OFFLINE',
              'PW_MEDIA_CHANGING',
              'PW_MEDIA_UNREADABLE',
              'PW_MEDIA_MISSING',
              'PW_MEDIA_TRUNCATED',
            ];
      const error: unknown = await run.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(codes).toContain(codeOf(error));
      expect(String(error)).toContain('live.mov');
      expect(digestAt(site)).toBe(before);
      // The file comes back: no chunk that was drawn from the other one may be found under its keys.
      copyFileSync(film.media['m1']?.path ?? '', `${path}.back`);
      renameSync(`${path}.back`, path);
      const { cleanSha256 } = await expectedAt(site, { workers });
      await renderSite(site, { workers });
      expect(digestAt(site)).toBe(cleanSha256);
      removeSite(site);
    },
    timeout,
  );
});

function codeOf(error: unknown): string {
  return error instanceof PatchworkError ? error.code : String(error);
}

describe('the disk refuses', () => {
  const refusals: readonly (readonly [string, string, (path: string) => boolean])[] = [
    ['the new deliverable', 'PW_FILE_NO_SPACE', (path) => path.includes('.patchwork-publish-')],
    ['the store', 'PW_FILE_NO_SPACE', (path) => path.includes('/store/')],
    ['the sidecar', 'PW_FILE_NO_SPACE', (path) => path.endsWith('.patchwork')],
    ['the new deliverable', 'PW_FILE_DENIED', (path) => path.includes('.patchwork-publish-')],
    ['the sidecar', 'PW_FILE_DENIED', (path) => path.endsWith('.patchwork')],
    ['the store', 'PW_FILE_DENIED', (path) => path.includes('/store/')],
  ];

  test.each(refusals)(
    'to write %s: %s',
    async (_, code, isMeant) => {
      const site = copyOfSite(delivered, other);
      const { cleanSha256, oldSha256 } = await expectedAt(site, { workers });
      const files = refusingFiles(code, isMeant);
      await expect(renderSite(site, { workers, files })).rejects.toMatchObject({ code });
      expect(digestAt(site), 'the old file is intact').toBe(oldSha256);
      expect(
        readdirSync(site.folder).filter((name) => name.startsWith('.')),
        'nothing half made is left',
      ).toEqual([]);
      await renderSite(site, { workers });
      expect(digestAt(site), 'with room it goes on').toBe(cleanSha256);
      removeSite(site);
    },
    timeout,
  );

  test(
    'a disk that is too small is refused before anything is rendered',
    async () => {
      const site = copyOfSite(delivered, other);
      const files: FilePort = { ...nodeFiles(), freeBytes: async () => 1000 };
      const phases = new Set<string>();
      const run = renderSite(site, { workers, files, onProgress: ({ phase }) => phases.add(phase) });
      await expect(run).rejects.toMatchObject({ code: 'PW_FILE_NO_SPACE', hint: expect.stringMatching(/\w/) });
      expect(phases).not.toContain('render');
      removeSite(site);
    },
    timeout,
  );
});

/** Files of which some cannot be written. */
function refusingFiles(code: string, isMeant: (path: string) => boolean): FilePort {
  const inner = nodeFiles();
  const refuse = (path: string): void => {
    if (isMeant(path)) throw new PatchworkError(code, `cannot write ${JSON.stringify(path)}`, { hint: 'Make room.' });
  };
  return {
    ...inner,
    open: async (path, mode) => {
      if (code === 'PW_FILE_DENIED' && mode !== 'read') refuse(path);
      const file = await inner.open(path, mode);
      return {
        ...file,
        write: async (data, position) => {
          refuse(path);
          await file.write(data, position);
        },
      };
    },
  };
}

describe('two runs at one deliverable', () => {
  test(
    'the second waits or refuses by name; the file is the clean render of one of them',
    async () => {
      const site = copyOfSite(delivered, other);
      const { cleanSha256 } = await expectedAt(site, { workers });
      const ends = await Promise.all([startCommand(site).ended, startCommand(site).ended]);
      expect(
        ends.some(({ code }) => code === 0),
        ends.map(({ stderr }) => stderr).join(''),
      ).toBe(true);
      for (const { code, stdout, stderr } of ends) {
        if (code === 0) continue;
        expect(JSON.parse(stdout).code, stderr).toBe('PW_DELIVERABLE_BUSY');
      }
      expect(digestAt(site)).toBe(cleanSha256);
      expect(readdirSync(site.folder)).toEqual(['film.mov', 'film.mov.otio', 'film.mov.patchwork', 'store']);
      removeSite(site);
    },
    timeout,
  );

  test(
    'Ctrl-C ends a run by name and leaves everything as it was',
    async () => {
      const site = copyOfSite(delivered, await filmOf([3, 0, 192], [4, 0, 192], [5, 0, 192]));
      const before = digestAt(site);
      const running = startCommand(site);
      await reachPhase(site, running, 'render');
      running.child.kill('SIGINT');
      const { code, stdout, stderr } = await running.ended;
      // A fast machine may be done by then.
      if (code !== 0) {
        expect(JSON.parse(stdout).code, stderr).toMatch(/^PW_(INTERRUPTED|MEDIA_ABORTED)$/);
        expect(digestAt(site)).toBe(before);
        expect(readdirSync(site.folder)).toEqual(['film.mov', 'film.mov.otio', 'film.mov.patchwork', 'store']);
      }
      removeSite(site);
    },
    timeout,
  );

  test(
    'a hangup does not reach a run that has no terminal, as under nohup',
    async () => {
      const site = copyOfSite(delivered, await filmOf([3, 0, 48]));
      const running = startCommand(site);
      await reachPhase(site, running, 'render');
      running.child.kill('SIGHUP');
      const { code, stderr } = await running.ended;
      expect(code, stderr).toBe(0);
      removeSite(site);
    },
    timeout,
  );
});

describe.concurrent('names', () => {
  const names: readonly (readonly [string, string])[] = [
    ['spaces', 'a  b c'],
    ['quotes', `it's "fine"`],
    ['a newline', 'two\nlines'],
    ['a percent sign', '50 % of'],
    ['a pattern', 'shot_%03d'],
    ['a leading dash', '-o'],
    ['Unicode', 'Größe 映画 🎬'],
    ['a colon', 'http:reel'],
    ['a file URL', 'file:'],
    ['a backslash', 'a\\b'],
    ['a hash and a question', 'a#b?c'],
    ['an escape', 'a%20b'],
  ];

  test.each(names)(
    'with %s',
    async (_, name) => {
      const folder = join(freshFolder('names'), name);
      mkdirSync(folder);
      const path = join(folder, `${name}.mov`);
      copyFileSync(film.media['m1']?.path ?? '', path);
      writeFileSync(join(folder, `${name}.otio`), otioText(withMedia(path)));
      // As a person would, from within the folder; a name that begins with a dash goes behind `--`.
      const out = `out ${name}.mov`;
      const first = await named(['render', '-o', out, '--profile', 'h264-mov'], `${name}.otio`, folder);
      expect(first.code, first.stderr).toBe(0);
      const again = await named(['render', '-o', join(folder, out)], `${name}.otio`, folder);
      expect(again.json.upToDate, again.stderr).toBe(true);
    },
    timeout,
  );
});

function named(words: readonly string[], timeline: string, folder: string): Promise<Ran> {
  return patchwork([...words, '--', timeline], { store: join(folder, 'a store'), cwd: folder });
}

function withMedia(path: string): Film {
  const { m1 } = film.media;
  if (m1 === undefined) throw new Error('the film has no m1');
  return { ...film, media: { m1: { ...m1, path } } };
}
