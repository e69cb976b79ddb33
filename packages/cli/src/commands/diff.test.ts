import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import {
  jsonFrom,
  makeClip,
  makeExternalReference,
  makeGap,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
  writeOtio,
  type Composable,
} from '@patchwork/timeline';
import { commandLineIn } from '../../test/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-diff-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Colour, as a terminal reads it. */
const sgr = new RegExp(`${String.fromCodePoint(27)}\\[[\\d;]*m`, 'g');

const said = commandLineIn(folder);

type Shot = readonly [name: string, start: number, length: number] | number;

interface Cut {
  readonly rate?: number;
  readonly start?: number;
  readonly raster?: readonly [number, number];
  readonly tracks?: readonly (readonly Shot[])[];
}

/** Writes a timeline file; its media is nowhere. */
function written(name: string, { rate = 24, start = 86_400, raster, tracks = [[['A', 0, 48]]] }: Cut): string {
  const fps = rational(rate);
  const item = (part: Shot): Composable =>
    typeof part === 'number'
      ? makeGap(makeTime(part, fps))
      : makeClip({
          name: part[0],
          sourceRange: makeRange(part[1], part[2], fps),
          media: makeExternalReference({ targetUrl: `${part[0]}.mov` }),
        });
  const canvas = raster === undefined ? {} : { canvas: { width: raster[0], height: raster[1], rate: `${rate}/1` } };
  const timeline = makeTimeline({
    name: 'film',
    globalStartTime: makeTime(start, fps),
    tracks: tracks.map((items) => makeTrack({ children: items.map(item) })),
    metadata: jsonFrom({ patchwork: canvas }),
  });
  const path = join(folder, `${name}.otio`);
  writeFileSync(path, writeOtio(timeline, { style: 'canonical' }));
  return path;
}

interface Told {
  readonly summary: string;
  readonly texts: readonly string[];
  readonly unknown: readonly string[];
  readonly unchanged: number;
}

async function told(old: string, next: string, ...flags: readonly string[]): Promise<Told> {
  const { exit, out, err } = await said(['diff', old, next, '--json', ...flags]);
  expect(exit, err).toBe(0);
  const { summary, changes, unknown, unchanged } = JSON.parse(out);
  return { summary, unknown, unchanged, texts: changes.map(({ text }: { text: string }) => text) };
}

const cut = written('v1', {
  tracks: [
    [
      ['A', 0, 48],
      ['B', 0, 48],
      ['C', 0, 48],
    ],
  ],
});
const recut = written('v2', {
  tracks: [
    [
      ['A', 0, 48],
      ['B', 4, 40],
      ['NEW', 0, 10],
      ['C', 0, 48],
    ],
  ],
});

test('the same file twice is no change, and everything is unchanged', async () => {
  expect(await told(cut, cut)).toMatchObject({ summary: 'no change', texts: [], unchanged: 3 });
  expect((await said(['diff', cut, cut])).out).toMatch(/^no change\n/);
});

test('what could not be compiled is said, and compared in words', async () => {
  const { unknown, texts } = await told(cut, recut);
  expect(texts).toEqual([
    'ripple trim in +4',
    'ripple trim out −4',
    'insert (10 frames)',
    'downstream 1 clip shifted +2',
  ]);
  expect(unknown.join('\n')).toMatch(/frame (size|rate|size and rate) (is|are) not known|PW_MEDIA_OFFLINE/);
  expect(unknown.join('\n')).toContain('pictures: not compared');
});

test('another rate, start, layout and frame size are each told', async () => {
  const at = (name: string, parts: Cut): string => written(name, parts);
  const base = at('base', { raster: [1920, 1080] });
  // Conformed frame for frame, with a trim on top.
  const rate = { rate: 25, start: 90_000, raster: [1920, 1080] } as const;
  expect((await told(base, at('rate', rate))).texts).toEqual(['timeline.rate 24/1 → 25/1']);
  const clips = (length: number): NonNullable<Cut['tracks']> => [
    [
      ['A', 0, length],
      ['B', 6, 48],
    ],
  ];
  const two = at('two', { raster: [1920, 1080], tracks: clips(48) });
  expect((await told(two, at('trim', { ...rate, tracks: clips(40) }))).texts).toEqual([
    'timeline.rate 24/1 → 25/1',
    'ripple trim out −8',
    'downstream 1 clip shifted −8',
  ]);
  expect((await told(base, at('start', { start: 0, raster: [1920, 1080] }))).texts).toContain(
    'timeline.start 01:00:00:00 → 00:00:00:00',
  );
  const layout = at('layout', { raster: [1920, 1080], tracks: [[['A', 0, 48]], [10, ['T', 0, 20]]] });
  expect((await told(base, layout)).texts).toEqual(['track V2 added', 'insert (20 frames)']);
  const size = await told(base, at('size', { raster: [1280, 720] }));
  expect([...size.texts, ...size.unknown].join('\n')).toMatch(/raster|canvas|metadata/);
});

test('a title is one line: its text, font, size, parameters; a trim of it is a trim', async () => {
  interface Title {
    readonly words?: string;
    readonly font?: string;
    readonly size?: number;
    readonly position?: string;
    readonly frames?: number;
  }
  const titled = (
    name: string,
    { words = 'Hello', font = 'Helvetica', size = 63, position = '0 -100', frames = 40 }: Title,
  ): string => {
    const path = join(folder, `${name}.fcpxml`);
    writeFileSync(
      path,
      `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE fcpxml><fcpxml version="1.10"><resources>
<format id="r1" frameDuration="1/24s" width="1920" height="1080"/>
<effect id="r2" name="Basic Title" uid=".../Basic Title.moti"/>
<asset id="r3" name="m01" src="file:///media/m01.mov" start="0s" duration="200/24s" hasVideo="1" format="r1"/>
</resources><library><event><project name="film"><sequence format="r1"><spine>
<asset-clip ref="r3" name="m01" duration="96/24s" offset="0s">
<title ref="r2" lane="1" name="Credit" offset="20/24s" start="3600s" duration="${frames}/24s"><param name="Position" key="1/2/3" value="${position}"/><text><text-style ref="ts${name}">${words}</text-style></text><text-style-def id="ts${name}"><text-style font="${font}" fontSize="${size}" fontColor="1 1 1 1"/></text-style-def></title>
</asset-clip></spine></sequence></project></event></library></fcpxml>`,
    );
    return path;
  };
  const base = titled('plain', {});
  const all = async (parts: Title): Promise<unknown> => {
    const { out } = await said(['diff', base, titled('other', parts), '--json']);
    const { changes } = JSON.parse(out) as {
      changes: {
        kind: string;
        text: string;
        department: string;
        values: { name: string; old: unknown; new: unknown }[];
      }[];
    };
    return changes.map(({ kind, text, department, values }) => [
      kind,
      department,
      text,
      ...values.map((each) => [each.name, each.old, each.new]),
    ]);
  };
  expect(await all({})).toEqual([]);
  expect(await all({ words: 'Goodbye' })).toEqual([
    ['title', 'titles', 'text "Hello" → "Goodbye"', ['text', 'Hello', 'Goodbye']],
  ]);
  expect(await all({ font: 'Futura', size: 80 })).toEqual([
    ['title', 'titles', 'font Helvetica → Futura, size 63 → 80', ['font', 'Helvetica', 'Futura'], ['size', '63', '80']],
  ]);
  expect(await all({ position: '0 -90' })).toEqual([
    ['title', 'titles', 'Position 0 -100 → 0 -90', ['Position', '0 -100', '0 -90']],
  ]);
  expect(await all({ frames: 30 })).toEqual([['ripple-trim', 'picture', 'ripple trim out −10']]);
});

test('empty timelines', async () => {
  const empty = written('empty', { tracks: [[]] });
  const none = written('none', { tracks: [] });
  expect((await told(empty, empty)).summary).toBe('no change');
  expect((await told(none, none)).summary).toBe('no change');
  expect((await told(empty, cut)).texts).toContain('insert of 3 clips (144 frames)');
  expect((await told(cut, none)).texts).toContain('delete of 3 clips (144 frames)');
});

test('a file that was read in part is compared in part, and what was left out is said', async () => {
  const event = (number: number, reel: string, source: string, record: string): string =>
    `00${number}  ${reel}        V     C        ${source} ${record}\n`;
  const list = (second: string): string =>
    `TITLE: half\nFCM: NON-DROP FRAME\n\n${event(1, 'A', '01:00:00:00 01:00:02:00', '01:00:00:00 01:00:02:00')}${second}${event(3, 'C', '01:00:00:00 01:00:02:00', '01:00:04:00 01:00:06:00')}`;
  const [whole, half] = [join(folder, 'whole.edl'), join(folder, 'half.edl')];
  writeFileSync(whole, list(event(2, 'B', '01:00:00:00 01:00:02:00', '01:00:02:00 01:00:04:00')));
  writeFileSync(half, list(event(2, 'B', '01:00:00:00 nonsense', '01:00:02:00 01:00:04:00')));
  const { texts, unknown } = await told(whole, half, '--edl-rate', '24');
  expect(texts).toEqual(['lift (48 frames)']);
  expect(unknown).toContainEqual(
    expect.stringMatching(/^half\.edl: line not understood: 002 .*half\.edl:5:1.*PW_EDL_LINE/),
  );
  expect(unknown.filter((each) => /^whole\.edl: (?!its frame size)/.test(each))).toEqual([]);
});

test('a deliverable without a history, a file that is none, and flags that say nothing are refused by code', async () => {
  writeFileSync(join(folder, 'film.mov'), 'not a movie');
  writeFileSync(join(folder, 'broken.otio'), '{ "OTIO_SCHEMA": ');
  const refused = async (...words: string[]): Promise<unknown> => {
    const { exit, out } = await said(['diff', ...words, '--json']);
    expect(exit).toBe(1);
    const { code, hint } = JSON.parse(out);
    expect(hint).toMatch(/\w/);
    return code;
  };
  expect(await refused('film.mov', cut)).toBe('PW_LEDGER_MISSING');
  expect(await refused('film.mov@{3}', cut)).toBe('PW_LEDGER_MISSING');
  expect(await refused('broken.otio', cut)).toMatch(/^PW_/);
  expect(await refused('absent.otio', cut)).toMatch(/^PW_FILE_/);
  expect(await refused(cut, recut, '--format', 'pdf')).toBe('PW_USAGE_FORMAT');
  expect(await refused(cut, recut, '--format', 'csv')).toBe('PW_USAGE_FORMAT');
  expect(await refused(cut, recut, '--only', 'grips')).toBe('PW_USAGE_ONLY');
  expect(await refused(cut, recut, '--handles', '-1')).toBe('PW_USAGE_HANDLES');
});

test.each([
  ['csv', /^\uFEFFNo\.,Change,/],
  ['html', /^<!doctype html>/],
  ['edl', /^TITLE: changes film to film, V1\n/],
  ['markers', /\|C:ResolveColorGreen \|M:NEW: insert \(10 frames\) \|D:10/],
  ['otio', /^\{\s*"OTIO_SCHEMA": *"Timeline\.1"/],
])('--format %s to stdout and to a file; --json beside it', async (format, form) => {
  const { exit, out } = await said(['diff', cut, recut, '--format', format]);
  expect(exit).toBe(0);
  expect(out).toMatch(form);
  const file = join(folder, `report.${format}`);
  const beside = await said(['diff', cut, recut, '--format', format, '-o', file, '--json']);
  expect(JSON.parse(beside.out).schema).toBe('patchwork.diff/1');
  expect(readFileSync(file, 'utf8').trim()).toBe(out.trim());
});

test('text: titles by department, one list with --only, unchanged clips counted or listed', async () => {
  const renamed = written('v3', {
    tracks: [
      [
        ['A', 0, 48],
        ['B', 0, 40],
        ['C', 0, 48],
      ],
    ],
  });
  const plain = await said(['diff', cut, renamed]);
  expect(plain.out.split('\n').slice(0, 3)).toEqual([
    '1 ripple trim, downstream 1 clip shifted −8',
    '  01:00:02:00  V1  B: ripple trim out −8',
    '  01:00:03:16  V1  downstream 1 clip shifted −8',
  ]);
  expect(plain.out).toContain('2 clips unchanged (--all lists them)');
  const all = await said(['diff', cut, renamed, '--all']);
  expect(all.out).toContain('2 clips unchanged\n  01:00:00:00  V1  A\n  01:00:03:16  V1  C');
  expect((await told(cut, renamed, '--only', 'sound')).summary).toBe('no change');
  expect((await said(['diff', cut, renamed, '--only', 'sound'])).out).toMatch(/^no change for sound/);
});

test('text: what moved is told with where it came from', async () => {
  const shots = (...names: readonly string[]): Cut => ({ tracks: [names.map((name): Shot => [name, 0, 48])] });
  const [before, after] = [
    written('home', shots('A', 'B', 'C', 'D', 'E')),
    written('away', shots('A', 'E', 'B', 'C', 'D')),
  ];
  expect((await said(['diff', before, after])).out.split('\n').slice(0, 2)).toEqual([
    '1 move of 1 clip',
    '  01:00:02:00  V1  E: move of 1 clip, from 01:00:08:00',
  ]);
});

test('text: a terminal folds a long list in its middle; a file and --all get all of it', async () => {
  const shots = (start: number): Shot[] => Array.from({ length: 100 }, (_, i) => [`c${i}`, start, 24]);
  const [before, after] = [written('before', { tracks: [shots(0)] }), written('after', { tracks: [shots(5)] })];
  const slips = (text: string): number => [...text.matchAll(/: slip \+5/g)].length;
  const folded = await said(['diff', before, after], { width: 100 });
  expect(slips(folded.out)).toBe(60);
  expect(folded.out).toContain('\n  … 40 more changes: --all or a pipe lists them, -o FILE writes them\n');
  const list = join(folder, 'list.txt');
  await said(['diff', before, after, '-o', list], { width: 100 });
  expect(slips(readFileSync(list, 'utf8'))).toBe(100);
  expect(slips((await said(['diff', before, after, '--all'], { width: 100 })).out)).toBe(100);
});

test('text: fits its width, and is coloured on a terminal alone', async () => {
  const long = written('long', {
    tracks: [
      [
        ['A', 0, 48],
        ['a name that goes on and on '.repeat(5), 0, 48],
      ],
    ],
  });
  const { out } = await said(['diff', cut, long, '--media-map', '/x=/y']);
  for (const line of out.split('\n')) if (!line.includes(folder)) expect(line.length).toBeLessThanOrEqual(80);
  expect(out).not.toContain('\u001B');
  const { out: colored } = await said(['diff', cut, recut], { color: true, width: 120 });
  expect(colored).toContain('\u001B[32m');
  expect(colored.replaceAll(sgr, '')).toBe((await said(['diff', cut, recut], { width: 120 })).out);
  const evil = written('evil', { tracks: [[['\u001B]0;owned\u0007', 0, 48]]] });
  expect((await said(['diff', cut, evil])).out).not.toMatch(/[^\n\P{Cc}]/u);
});

test('lists of a colour house: our own readers open what is written, a list a track', async () => {
  const old = written('layers-1', {
    tracks: [
      [
        ['A', 0, 48],
        ['B', 0, 48],
        ['C', 0, 48],
      ],
      [20, ['T', 0, 24]],
    ],
  });
  const next = written('layers-2', {
    tracks: [
      [
        ['A', 0, 40],
        ['C', 0, 48],
      ],
      [['T', 0, 24], 16, ['B', 0, 48]],
    ],
  });
  const { exit, out, err } = await said([
    'diff',
    old,
    next,
    '--format',
    'edl',
    '--track',
    'all',
    '-o',
    join(folder, 'c.edl'),
  ]);
  expect(exit, err).toBe(0);
  expect(out.split('\n').slice(0, 2)).toEqual([join(folder, 'c.V1.edl'), join(folder, 'c.V2.edl')]);
  const [first, second] = ['c.V1.edl', 'c.V2.edl'].map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(first).toContain('* MOVED TO V2: 01:00:02:00 01:00:04:00 B');
  expect(second).toContain('* WAS ON V1: 01:00:02:00 01:00:04:00');
  await said(['diff', old, next, '--format', 'markers', '-o', join(folder, 'm.edl')]);
  for (const [name, frames] of [
    ['c.V1.edl', 88],
    ['c.V2.edl', 88],
    ['m.edl', null],
  ] as const) {
    const read = await said(['inspect', join(folder, name), '--edl-rate', '24', '--json']);
    expect(read.exit, read.err).toBe(0);
    const { timelines, diagnostics } = JSON.parse(read.out);
    expect(diagnostics.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
    expect(timelines[0].start).toBe(86_400);
    if (frames !== null) expect(timelines[0].duration).toBe(frames);
  }
  await said(['diff', old, next, '--format', 'otio', '-o', join(folder, 'marked.otio')]);
  expect((await told(next, join(folder, 'marked.otio'))).texts.every((text) => /marker|colour/.test(text))).toBe(true);
});

test('a track that is none, or no list of tracks, is refused by name', async () => {
  for (const flags of [
    ['--track', 'V9', '--format', 'edl'],
    ['--track', 'V1'],
    ['--track', 'all', '--format', 'edl'],
  ]) {
    const { exit, err } = await said(['diff', cut, recut, ...flags]);
    expect([exit, /PW_USAGE_TRACK/.test(err)]).toEqual([1, true]);
  }
});
