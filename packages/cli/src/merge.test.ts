import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '@patchwork/kernel';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeRange,
  makeTimeline,
  makeTrack,
  planScript,
  writeOtio,
  type Timeline,
} from '@patchwork/timeline';
import { commandLineIn, type Said } from '../test/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-merge-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = commandLineIn(folder);

async function said(...words: readonly string[]): Promise<Said & { readonly json: { readonly [key: string]: Json } }> {
  const ran = await run(words);
  return { ...ran, json: words.includes('--json') ? (JSON.parse(ran.out) as { readonly [key: string]: Json }) : {} };
}

const fps = rational(24);
const base = makeTimeline({
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

function put(name: string, timeline: Timeline): void {
  writeFileSync(join(folder, name), writeOtio(timeline, { style: 'canonical' }));
}

function edited(...steps: readonly { readonly [key: string]: Json }[]): Timeline {
  return planScript(base, steps, { limits: 'strict' }).after;
}

function text(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

put('base.otio', base);
put(
  'new.otio',
  edited({ op: 'insert', track: 'V1', at: 192, clip: { name: 'NEW', media: '/media/NEW.mov', source: [0, 48] } }),
);
put('ninth.otio', edited({ op: 'ripple', item: 'm09', out: -10 }));
put('ten.otio', edited({ op: 'ripple', item: 'm05', out: -10 }));
put('twenty.otio', edited({ op: 'ripple', item: 'm05', out: -20 }));

test('merge: clean is exit 0, equal whichever order; what one side alone changed is its file, byte for byte', async () => {
  expect((await said('merge', 'base.otio', 'new.otio', 'ninth.otio', '-o', 'one.otio')).exit).toBe(0);
  const { exit, json } = await said('merge', 'base.otio', 'ninth.otio', 'new.otio', '-o', 'two.otio', '--json');
  expect([exit, json]).toEqual([
    0,
    {
      schema: 'patchwork.merge/1',
      path: join(folder, 'two.otio'),
      clean: true,
      ours: '1 ripple trim, downstream 3 clips shifted −10',
      theirs: '1 insert, downstream 10 clips shifted +48',
      conflicts: [],
      notSaid: [],
    },
  ]);
  expect(text('one.otio')).toBe(text('two.otio'));
  const { json: changes } = await said('diff', 'base.otio', 'one.otio', '--json');
  expect(changes['changes']).toMatchObject([
    { text: 'insert (48 frames)' },
    { text: '7 clips shifted +48' },
    { text: 'ripple trim out −10' },
    { text: 'downstream 3 clips shifted +38' },
  ]);
  await said('merge', 'base.otio', 'base.otio', 'new.otio', '-o', 'same.otio');
  expect(text('same.otio')).toBe(text('new.otio'));
});

test('merge: a conflict is exit 1, told with a picture, and written; a dry run writes nothing', async () => {
  const { exit, out } = await said('merge', 'base.otio', 'ten.otio', 'twenty.otio', '-o', 'dry.otio', '--dry-run');
  expect([exit, existsSync(join(folder, 'dry.otio'))]).toEqual([1, false]);
  expect(out.split('\n')).toEqual([
    'ours    1 ripple trim, downstream 7 clips shifted −10',
    'theirs  1 ripple trim, downstream 7 clips shifted −20',
    '1 conflict',
    '',
    '00:00:16:00  V1  m05',
    '  ours    trim out −10  (00:00:16:00 – 00:00:19:14)',
    '  theirs  trim out −20  (00:00:16:00 – 00:00:19:04)',
    '  ours stands here; theirs is kept in metadata.patchwork.conflicts',
    '    base    |0 m04 96|0 m05 96|48 m06 144|',
    '    ours    |0 m04 96|0 m05 86|48 m06 144|',
    '    theirs  |0 m04 96|0 m05 76|48 m06 144|',
    '    merged  |0 m04 96|0 m05 86|48 m06 144|',
    '',
    'nothing written',
    '',
  ]);
  const { json } = await said('merge', 'base.otio', 'ten.otio', 'twenty.otio', '-o', 'conflict.otio', '--json');
  expect(json).toMatchObject({
    clean: false,
    conflicts: [
      {
        kind: 'property',
        track: 'V1',
        subject: 'm05',
        frame: 384,
        timecode: '00:00:16:00',
        properties: ['out'],
        kept: 'ours',
      },
    ],
  });
  expect((await said('inspect', 'conflict.otio', '--json')).exit).toBe(0);
});

test.each(['otio', 'fcpxml', 'xml', 'edl'])(
  'merge: conflicts stand in .%s, are told by whoever reads it, and are taken away by one command',
  async (ending) => {
    const file = `conflict.${ending}`;
    const { exit, out } = await said('merge', 'base.otio', 'ten.otio', 'twenty.otio', '-o', file);
    expect([exit, out.split('\n')[2]]).toEqual([1, '1 conflict']);
    const shown = await said('inspect', file, '--json');
    expect([shown.exit, shown.json['diagnostics']]).toMatchObject([
      0,
      expect.arrayContaining([
        expect.objectContaining({
          code: 'PW_MERGE_CONFLICT',
          message: 'a merge left a conflict: m05: ours trim out −10; theirs trim out −20; ours is kept here',
        }),
      ]),
    ]);
    const resolved = await said('git', 'resolved', file, '--json');
    expect([resolved.exit, resolved.json['files']]).toEqual([0, [{ path: join(folder, file), marks: 1 }]]);
    expect(text(file)).not.toContain('MERGE CONFLICT');
    const rate = ending === 'edl' ? ['--edl-rate', '24'] : [];
    const { json } = await said('diff', 'ten.otio', file, '--json', ...rate);
    expect(
      (json['changes'] as readonly { readonly kind: string }[]).filter(
        ({ kind }) => kind !== 'metadata' && kind !== 'project',
      ),
    ).toEqual([]);
    if (ending === 'otio') expect(text(file)).toBe(text('ten.otio'));
    expect((await said('git', 'resolved', file)).out).toContain('no conflict in it');
  },
);

test('merge: a format that cannot hold the merged timeline is refused by name, and nothing is written', async () => {
  put('faint.otio', edited({ op: 'setEffect', item: 'm03', effect: { type: 'opacity', opacity: 0.5 } }));
  const { exit, json } = await said('merge', 'base.otio', 'faint.otio', 'ninth.otio', '-o', 'film.edl', '--json');
  expect([exit, json['code'], existsSync(join(folder, 'film.edl'))]).toEqual([1, 'PW_MERGE_FORMAT', false]);
});

test('merge: a conflict of the whole timeline stands in every format', async () => {
  writeFileSync(join(folder, 'slow.otio'), text('ten.otio').replaceAll(/"rate": 24(?:\.0)?\b/g, '"rate": 25'));
  for (const file of ['film.xml', 'film.fcpxml', 'film.edl']) {
    const words = ['base.otio', 'slow.otio', 'twenty.otio', '-o', file, '--json'];
    expect((await said('merge', ...words)).json['conflicts'], file).toMatchObject([{ kind: 'settings' }]);
    expect(text(file)).toContain('MERGE CONFLICT timeline frame rate');
  }
});

test('merge: a list is read back at the rate of the timeline', async () => {
  for (const name of ['new', 'ninth', 'base']) {
    const slower = text(`${name}.otio`).replaceAll(/"rate": 24(?:\.0)?\b/g, `"rate": ${24_000 / 1001}`);
    expect(slower).not.toBe(text(`${name}.otio`));
    writeFileSync(join(folder, `${name}-23.otio`), slower);
  }
  const { exit, json } = await said(
    'merge',
    'base-23.otio',
    'new-23.otio',
    'ninth-23.otio',
    '-o',
    'film.edl',
    '--json',
  );
  expect([exit, json['code'] ?? json['clean']]).toEqual([0, true]);
});

test('apply and revert: the edits of a diff on what another one made, and back', async () => {
  await said('diff', 'base.otio', 'ninth.otio', '--format', 'json', '-o', 'ninth.json');
  const { exit, json } = await said('apply', 'new.otio', 'ninth.json', '-o', 'both.otio', '--json');
  expect([exit, json]).toMatchObject([0, { schema: 'patchwork.apply/1', way: 'apply', notApplied: [] }]);
  expect(json['steps']).toEqual([
    { op: 'rippleTrim', track: 'V1', atFrame: 816, name: 'm09', edge: 'out', delta: -10 },
  ]);
  await said('merge', 'base.otio', 'new.otio', 'ninth.otio', '-o', 'merged.otio');
  expect(text('both.otio')).toBe(text('merged.otio'));
  await said('revert', 'both.otio', 'ninth.json', '-o', 'back.otio');
  expect(text('back.otio')).toBe(text('new.otio'));
});

test('apply: what does not fit is refused by name, and nothing is written; a hand-written script goes by names', async () => {
  await said('diff', 'base.otio', 'ten.otio', '--format', 'json', '-o', 'ten.json');
  const before = text('twenty.otio');
  const { exit, json } = await said('apply', 'twenty.otio', 'ten.json', '--json');
  expect([exit, json['code'], text('twenty.otio')]).toEqual([1, 'PW_APPLY_CHANGED', before]);
  writeFileSync(join(folder, 'hand.json'), JSON.stringify([{ op: 'ripple', item: 'm09', out: -10 }]));
  expect((await said('apply', 'base.otio', 'hand.json', '-o', 'hand.otio', '--json')).exit).toBe(0);
  expect(text('hand.otio')).toBe(text('ninth.otio'));
  expect((await said('revert', 'hand.otio', 'hand.json', '-o', 'unhand.otio', '--json')).exit).toBe(0);
  expect(text('unhand.otio')).toBe(text('base.otio'));
  writeFileSync(join(folder, 'hand.json'), JSON.stringify([{ op: 'ripple', item: 'm99', out: -10 }]));
  expect((await said('apply', 'base.otio', 'hand.json', '-o', 'no.otio', '--json')).json['code']).toBe('PW_EDIT_ITEM');
  expect(existsSync(join(folder, 'no.otio'))).toBe(false);
});

test('apply, revert: the list of one department holds no steps, for they would make all changes', async () => {
  const grown = edited({ op: 'ripple', item: 'm09', out: -10 });
  writeFileSync(
    join(folder, 'two-lists.otio'),
    writeOtio(grown, { style: 'canonical' }).replace('"name": "m03"', '"name": "renamed"'),
  );
  const all = await said('diff', 'base.otio', 'two-lists.otio', '--json', '--only', 'picture', '--only', 'metadata');
  expect(all.json).toEqual((await said('diff', 'base.otio', 'two-lists.otio', '--json')).json);
  await said('diff', 'base.otio', 'two-lists.otio', '--format', 'json', '--only', 'metadata', '-o', 'only.json');
  expect(JSON.parse(text('only.json'))).toMatchObject({
    changes: [{ text: 'renamed m03 → renamed' }],
    script: [],
    scriptProof: 'none',
    patch: { steps: [], inverse: [], inverseProof: 'none' },
  });
  for (const [way, film] of [
    ['apply', 'base.otio'],
    ['revert', 'two-lists.otio'],
  ] as const) {
    const { exit, json } = await said(way, film, 'only.json', '--partial', '-o', 'no.otio', '--json');
    expect([exit, json['code']]).toEqual([1, 'PW_APPLY_NONE']);
  }
  expect(existsSync(join(folder, 'no.otio'))).toBe(false);
});

test('apply, revert: tracks that came and were switched off, markers, metadata, names', async () => {
  const marks: readonly Json[] = [
    { op: 'addTrack', track: 'V2', name: 'Titles' },
    { op: 'insert', track: 'V2', at: 10, clip: { name: 'title', media: 't.mov', source: [0, 40] } },
    { op: 'set', track: 'V1', rename: 'picture' },
    { op: 'setMarker', item: 'm04', marker: { name: 'fix', range: [10, 11] } },
    { op: 'set', item: 'm05', metadata: [{ path: 'notes.vfx', value: 'plate' }], color: { r: 1 } },
    { op: 'setMarker', of: 'stack', marker: { name: 'reel 2', range: [96, 97] } },
    { op: 'set', of: 'timeline', rename: 'cut 2', start: 86_400 },
  ];
  const marked = planScript(edited(), marks, { limits: 'strict' }).after;
  writeFileSync(join(folder, 'marked.otio'), writeOtio(marked, { style: 'canonical' }));
  await said('diff', 'base.otio', 'marked.otio', '--format', 'json', '-o', 'marked.json');
  const { exit, json } = await said('apply', 'new.otio', 'marked.json', '-o', 'with-marks.otio', '--json');
  expect([exit, json['notApplied']]).toEqual([0, []]);
  const told = (await said('diff', 'new.otio', 'with-marks.otio', '--json')).json['changes'];
  expect((told as readonly { readonly text: string }[]).map(({ text }) => text)).toEqual([
    'timeline.start 00:00:00:00 → 01:00:00:00',
    'timeline renamed film → cut 2',
    'timeline marker added',
    'track V1 renamed V1 → picture',
    'track V2 added',
    'insert (40 frames)',
    'marker added',
    'clip colour changed',
    'metadata changed: notes.vfx',
  ]);
  expect((await said('apply', 'with-marks.otio', 'marked.json', '-o', 'no.otio', '--json')).json['code']).toBe(
    'PW_APPLY_CHANGED',
  );
  await said('revert', 'with-marks.otio', 'marked.json', '-o', 'back.otio');
  expect((await said('diff', 'new.otio', 'back.otio', '--json')).json['changes']).toEqual([]);
});

test('apply: a diff whose steps do not say everything is refused, or taken in part', async () => {
  const grown = edited({ op: 'ripple', item: 'm09', out: -10 });
  // No step says from where to where a whole track is played.
  const cut = grown.tracks.children.map((track) =>
    track.kind === 'Track' ? { ...track, sourceRange: makeRange(0, 1000, rational(24)) } : track,
  );
  const named = { ...grown, tracks: { ...grown.tracks, children: cut } };
  writeFileSync(join(folder, 'off.otio'), writeOtio(named, { style: 'canonical' }));
  await said('diff', 'base.otio', 'off.otio', '--format', 'json', '-o', 'off.json');
  expect((await said('apply', 'new.otio', 'off.json', '-o', 'no.otio', '--json')).json['code']).toBe(
    'PW_APPLY_PARTIAL',
  );
  const { exit, json } = await said('apply', 'new.otio', 'off.json', '-o', 'part.otio', '--partial', '--json');
  expect([exit, json['notApplied']]).toEqual([0, []]);
});

test('apply, revert: speeds, effects, names, transitions and linked sound, on a timeline that others edited', async () => {
  const looks: readonly Json[] = [
    { op: 'retime', item: 'm02', speed: '1/2' },
    { op: 'setEffect', item: 'm03', effect: { type: 'opacity', opacity: 0.5 } },
    { op: 'set', item: 'm04', rename: 'title' },
    { op: 'setTransition', track: 'V1', at: 480, in: 0, out: 6 },
  ];
  const looked = planScript(edited(), looks, { limits: 'strict' }).after;
  writeFileSync(join(folder, 'looked.otio'), writeOtio(looked, { style: 'canonical' }));
  await said('diff', 'base.otio', 'looked.otio', '--format', 'json', '-o', 'looked.json');
  const { json } = await said('apply', 'new.otio', 'looked.json', '-o', 'both.otio', '--json');
  expect([json['notApplied'], (json['steps'] as readonly unknown[]).length]).toEqual([[], 4]);
  await said('revert', 'both.otio', 'looked.json', '-o', 'back.otio');
  expect((await said('diff', 'new.otio', 'back.otio', '--json')).json['changes']).toEqual([]);
});

test('merge: with a rate given a list stays a list, byte for byte', async () => {
  await said('convert', 'base.otio', 'base.edl');
  await said('convert', 'ninth.otio', 'ninth.edl');
  const words = ['base.edl', 'base.edl', 'ninth.edl', '-o', 'merged.edl', '--edl-rate', '24'];
  expect((await said('merge', ...words)).exit).toBe(0);
  expect(text('merged.edl')).toBe(text('ninth.edl'));
});

describe('what stands beside the timeline', () => {
  const commented = (from: string, to: string, comment: string): void =>
    writeFileSync(join(folder, to), text(from).replace('</fcpxml>', `<!-- ${comment} --></fcpxml>`));
  const browser = '<event name="e"><clip name="rushes" duration="4s"/></event></fcpxml>';

  beforeAll(async () => {
    for (const name of ['base', 'ninth']) await said('convert', `${name}.otio`, `${name}.fcpxml`);
    commented('base.fcpxml', 'a.fcpxml', 'a');
    commented('base.fcpxml', 'b.fcpxml', 'b');
    writeFileSync(join(folder, 'more.fcpxml'), text('base.fcpxml').replace('</fcpxml>', browser));
  });

  async function merged(...words: readonly [base: string, ours: string, theirs: string]): Promise<string> {
    rmSync(join(folder, 'out.fcpxml'), { force: true });
    const { exit, json } = await said('merge', ...words.map((name) => `${name}.fcpxml`), '-o', 'out.fcpxml', '--json');
    expect([exit, json['conflicts']]).toEqual([0, []]);
    return text('out.fcpxml');
  }

  test('one side alone changed it: its file is taken', async () => {
    expect(await merged('base', 'base', 'base')).toBe(text('base.fcpxml'));
    expect(await merged('base', 'a', 'base')).toBe(text('a.fcpxml'));
    expect(await merged('base', 'base', 'a')).toBe(text('a.fcpxml'));
    expect(await merged('base', 'a', 'a')).toBe(text('a.fcpxml'));
    expect(await merged('base', 'base', 'ninth')).toBe(text('ninth.fcpxml'));
  });

  test('both sides changed it, or one it and the other the timeline: what both did', async () => {
    expect(await merged('base', 'a', 'b')).toBe(
      text('base.fcpxml').replace('</fcpxml>', '<!-- a -->\n<!-- b --></fcpxml>'),
    );
    expect(await merged('base', 'b', 'a')).toBe(await merged('base', 'a', 'b'));
    const both = text('ninth.fcpxml').replace('</fcpxml>', '<!-- a --></fcpxml>');
    expect(await merged('base', 'a', 'ninth')).toBe(both);
    expect(await merged('base', 'ninth', 'a')).toBe(both);
  });

  test('clips of a browser: those that came stay, those that one side took away go', async () => {
    const both = text('ninth.fcpxml').replace('</fcpxml>', browser);
    expect(await merged('base', 'more', 'ninth')).toBe(both);
    expect(await merged('base', 'ninth', 'more')).toBe(both);
    expect(await merged('more', 'base', 'ninth')).toBe(text('ninth.fcpxml'));
  });

  test('one element that both sides changed is a conflict: ours stands, a comment holds theirs, the file parses', async () => {
    for (const [name, duration] of [
      ['more', '4s'],
      ['long', '8s'],
      ['short', '2s'],
    ] as const)
      writeFileSync(
        join(folder, `${name}.fcpxml`),
        text('base.fcpxml').replace('</fcpxml>', browser.replace('4s', duration)),
      );
    writeFileSync(join(folder, 'gone.fcpxml'), text('more.fcpxml').replace('<clip name="rushes" duration="4s"/>', ''));
    const merge = async (ours: string, theirs: string): Promise<readonly unknown[]> => {
      const words = ['more.fcpxml', `${ours}.fcpxml`, `${theirs}.fcpxml`, '-o', 'out.fcpxml'];
      const { exit, json } = await said('merge', ...words, '--json');
      expect([exit, (await said('inspect', 'out.fcpxml')).exit]).toEqual([1, 0]);
      return json['conflicts'] as readonly unknown[];
    };
    expect(await merge('long', 'short')).toMatchObject([
      {
        kind: 'document',
        timeline: null,
        subject: '<clip> "rushes"',
        properties: ['duration'],
        ours: { text: '8s' },
        theirs: { text: '2s' },
        kept: 'ours',
      },
    ]);
    expect(text('out.fcpxml')).toContain(
      '<clip name="rushes" duration="8s"/><!-- MERGE CONFLICT <clip> "rushes": ours stands, theirs is <clip name="rushes" duration="2s"/> -->',
    );
    for (const [ours, theirs] of [
      ['long', 'gone'],
      ['gone', 'long'],
    ] as const) {
      expect(await merge(ours, theirs)).toMatchObject([{ kind: 'document', properties: ['deleted'] }]);
      expect(text('out.fcpxml')).toContain('<clip name="rushes" duration="8s"/><!-- MERGE CONFLICT');
    }
  });
});

describe('a file with several timelines', () => {
  const project = (name: string, clips: string): string =>
    `<project name="${name}"><sequence format="r1"><spine>${clips}</spine></sequence></project>`;
  const clip = (name: string, start: number, frames: number): string =>
    `<asset-clip ref="r2" name="${name}" start="${start}s" duration="${frames}/24s"/>`;
  const file = (name: string, version: string, ...projects: readonly string[]): void =>
    writeFileSync(
      join(folder, name),
      `<?xml version="1.0"?><!DOCTYPE fcpxml><fcpxml version="${version}"><resources><format id="r1" frameDuration="1/24s" width="64" height="36"/><asset id="r2" name="m" start="0s" duration="100s" hasVideo="1" format="r1"><media-rep kind="original-media" src="file:///m.mov"/></asset></resources>${projects.join('')}</fcpxml>`,
    );
  const three = (base: number, ...lengths: readonly number[]): string =>
    `${clip('a', 0, lengths[0] ?? base)}${clip('b', 10, lengths[1] ?? base)}${clip('c', 20, lengths[2] ?? base)}`;

  test('each is merged by its name', async () => {
    file('b.fcpxml', '1.10', project('one', three(48)), project('two', three(48)));
    file('o.fcpxml', '1.10', project('one', three(48, 40)), project('two', three(48, 40)));
    file(
      't.fcpxml',
      '1.10',
      project('one', three(48)),
      project('two', three(48).replace('20s', '21s')),
      project('three', ''),
    );
    const { exit, json } = await said('merge', 'b.fcpxml', 'o.fcpxml', 't.fcpxml', '-o', 'm.fcpxml', '--json');
    expect([exit, json['ours'], json['theirs']]).toEqual([
      0,
      '"one": 1 ripple trim, downstream 2 clips shifted −8; "two": 1 ripple trim, downstream 2 clips shifted −8',
      '"two": 1 slip; "three" is new',
    ]);
    const shown = JSON.parse((await run(['inspect', 'm.fcpxml', '--json'])).out) as {
      readonly timelines: readonly { readonly name: string; readonly duration: number }[];
    };
    expect(shown.timelines.map(({ name, duration }) => [name, duration])).toEqual([
      ['one', 136],
      ['two', 136],
      ['three', 0],
    ]);
    expect(text('m.fcpxml')).toContain('name="c" start="21s"');
  });

  test('conflicts name their timeline', async () => {
    file('b.fcpxml', '1.10', project('one', three(48)), project('two', three(48)));
    file('o.fcpxml', '1.10', project('one', three(48)), project('two', three(48, 40)));
    file('t.fcpxml', '1.10', project('one', three(48)), project('two', three(48, 30)));
    const { exit, json } = await said('merge', 'b.fcpxml', 'o.fcpxml', 't.fcpxml', '-o', 'm.fcpxml', '--json');
    expect([exit, json['conflicts']]).toMatchObject([1, [{ timeline: 'two', subject: 'a', properties: ['out'] }]]);
    expect(text('m.fcpxml').match(/MERGE CONFLICT/g)).toHaveLength(1);
  });

  test("what has no place in its document is refused, and Git's driver keeps ours", async () => {
    const words = ['O', 'A', 'B'];
    [48, 40, 48].forEach((length, at) =>
      file(words[at] ?? '', '1.8', project('one', three(48, length, at === 2 ? 30 : 48)), project('two', '')),
    );
    const before = text('A');
    expect((await said('git', 'merge-driver', 'O', 'A', 'B', 'film.fcpxml')).exit).toBe(1);
    expect(text('A')).toBe(before);
    expect((await said('merge', ...words, '-o', 'm8.fcpxml', '--json')).json['code']).toBe('PW_FCPXML_PLACE');
  });

  test('other formats say how to make files that can be merged', async () => {
    const { exit, json } = await said('merge', 'b.fcpxml', 'o.fcpxml', 't.fcpxml', '-o', 'm.otio', '--json');
    expect([exit, json['code']]).toEqual([1, 'PW_MERGE_FORMAT']);
    expect(json['hint']).toContain('patchwork convert FILE ONE.otio --timeline NAME');
  });
});
