import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rational } from '@patchwork/time';
import { openOtioz, readEntry, writeOtioz } from '@patchwork/formats';
import {
  makeClip,
  makeExternalReference,
  makeImageSequenceReference,
  makeRange,
  makeTimeline,
  makeTrack,
  writeOtio,
  type MediaReference,
} from '@patchwork/timeline';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-edit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** V1: four clips of 96 frames, media of 300. */
const cut = ((): string => {
  const rate = rational(24);
  const children = ['m01', 'm02', 'm03', 'm04'].map((name) =>
    makeClip({
      name,
      sourceRange: makeRange(100, 96, rate),
      media: makeExternalReference({ name, targetUrl: `${name}.mov`, availableRange: makeRange(0, 300, rate) }),
    }),
  );
  const timeline = makeTimeline({ name: 'cut', tracks: [makeTrack({ name: 'V1', children })] });
  return writeOtio(timeline, { style: 'canonical' });
})();

beforeEach(() => writeFileSync(at('cut.otio'), cut));

async function run(...words: readonly string[]): Promise<{ exit: number; out: string }> {
  let out = '';
  const exit = await runCommandLine(
    {
      terminal: { stdout: (text) => (out += text), stderr: () => true, columns: 0, color: false },
      env: { XDG_CACHE_HOME: at('cache'), XDG_CONFIG_HOME: at('config') },
      folder,
      signal: new AbortController().signal,
      nowMs: Date.now,
    },
    words,
  );
  return { exit, out };
}

async function picture(file: string): Promise<string> {
  const { out } = await run('edit', file, 'slice', 'track=0', 'at=97', '--dry-run', '--json');
  return (JSON.parse(out) as { readonly picture: readonly string[] }).picture[0] ?? out;
}

test('a dry run draws the changed track before and after, says what shows something else, and writes nothing', async () => {
  expect(await run('edit', 'cut.otio', 'ripple', 'item=m02', 'out=-10', '--dry-run')).toEqual({
    exit: 0,
    out: `V1  before  |100 m01 196|100 m02 196|100 m03 196| … 1 …
    after   |100 m01 196|100 m02 186|100 m03 196| … 1 …
  shows something else in [182, 384)
nothing written
`,
  });
  expect(readFileSync(at('cut.otio'), 'utf8')).toBe(cut);
});

test('a step in words, as JSON and in a script are the same', async () => {
  writeFileSync(at('script.json'), '[{"op":"roll","item":"m02","in":20},{"op":"lift","track":"V1","range":[10,20]}]');
  const asWords = await run('edit', 'cut.otio', 'lift', 'track=V1', 'range=[10,20]', '--dry-run', '--json');
  const asJson = await run('edit', 'cut.otio', '{"op":"lift","track":"V1","range":[10,20]}', '--dry-run', '--json');
  expect(asWords).toEqual(asJson);
  expect(JSON.parse((await run('edit', 'cut.otio', '--script', 'script.json', '--json')).out)).toEqual({
    schema: 'patchwork.edit/1',
    path: at('cut.otio'),
    rate: '24/1',
    events: 5,
    dirty: [
      [10, 20],
      [96, 116],
    ],
    limits: [],
    transitions: { dropped: [], adjusted: [] },
    picture: [
      'V1  before  |100 m01 196|100 m02 196|100 m03 196| … 1 …',
      '    after   |100 m01 110| GAP 10 |120 m01 216|120 m02 196|100 m03 196| … 1 …',
    ],
    notSaid: [],
  });
});

test('what was done in part is said, and refused with --strict', async () => {
  const { out } = await run('edit', 'cut.otio', 'slip', 'item=m02', 'delta=500', '--dry-run');
  expect(out).toContain('  "m02": moved by +104 of the +500 asked: no more media or room\n');
  const strict = await run('edit', 'cut.otio', 'slip', 'item=m02', 'delta=500', '--strict', '--json');
  expect([strict.exit, JSON.parse(strict.out)]).toMatchObject([1, { code: 'PW_EDIT_LIMIT' }]);
  expect(readFileSync(at('cut.otio'), 'utf8')).toBe(cut);
});

test('a timeline behind a symbolic link is edited where it stands, and the link stays', async () => {
  mkdirSync(at('disk'), { recursive: true });
  writeFileSync(at('disk/real.otio'), cut);
  symlinkSync('disk/real.otio', at('link.otio'));
  for (const output of [[], ['-o', 'link.otio']]) {
    expect((await run('edit', 'link.otio', 'slip', 'item=m02', 'delta=1', ...output)).exit).toBe(0);
    expect(lstatSync(at('link.otio')).isSymbolicLink()).toBe(true);
  }
  expect(await picture('link.otio')).toBe(await picture('disk/real.otio'));
  expect(readFileSync(at('disk/real.otio'), 'utf8')).not.toBe(cut);
});

describe('every format in and out', () => {
  test.each(['otio', 'fcpxml', 'xml', 'edl', 'otioz', 'otiod'])('.%s', async (ending) => {
    for (const name of ['m01', 'm02', 'm03', 'm04']) writeFileSync(at(`${name}.mov`), `media of ${name}`);
    const [made, edited] = [`made.${ending}`, `edited.${ending}`];
    for (const file of [made, edited]) rmSync(at(file), { recursive: true, force: true });
    expect((await run('edit', 'cut.otio', '[]', '-o', made)).exit, 'no step is a copy').toBe(0);
    const { exit, out } = await run('edit', made, 'remove', 'track=0', 'index=1', 'fill=false', '-o', edited);
    expect(exit, out).toBe(0);
    expect(await picture(edited)).toBe('V1  before  |100 m01 196|100 m03 196|100 m04 196|');
  });
});

test.each([
  [['edit', 'cut.otio'], 'PW_USAGE_EDIT'],
  [['edit', 'cut.otio', 'slip', 'm02'], 'PW_USAGE_EDIT'],
  [['edit', 'cut.otio', '{"op":'], 'PW_EDIT_SCRIPT'],
  [['edit', 'cut.otio', 'swirl', 'item=m02'], 'PW_EDIT_SCRIPT'],
  [['edit', 'cut.otio', 'slip', 'item=m09', 'delta=1'], 'PW_EDIT_ITEM'],
  [['edit', 'cut.otio', 'slip', 'item=m02', 'delta=1', '--transitions', 'maybe'], 'PW_USAGE_POLICY'],
  [['edit', 'cut.otio', 'slip', 'item=m02', 'delta=1', '-o', 'cut.aaf'], 'PW_FORMAT_WRITE'],
  [['edit', 'none.otio', '[]'], 'PW_FILE_ABSENT'],
])('%j is refused by name', async (words, code) => {
  const { exit, out } = await run(...words, '--json');
  expect([exit, JSON.parse(out)]).toMatchObject([1, { schema: 'patchwork.error/1', code }]);
  expect(readFileSync(at('cut.otio'), 'utf8')).toBe(cut);
});

describe('a file that holds more than the timeline is not written over', () => {
  const sequence = (name: string): string =>
    `<sequence><name>${name}</name><rate><timebase>24</timebase></rate><media><video><track/></video></media></sequence>`;
  const collection = (count: number): string =>
    `{"OTIO_SCHEMA":"SerializableCollection.1","name":"reels","metadata":{},"children":[${Array.from({ length: count }, (_, i) => cut.replace('"name": "cut"', `"name": "cut ${i + 1}"`)).join(',')}]}`;

  test.each([
    ['sequences.xml', `<xmeml version="5">${sequence('cut 1')}${sequence('cut 2')}</xmeml>`],
    [
      'bin.xml',
      `<xmeml version="5"><bin><children>${sequence('cut 1')}<clip id="c"><name>rushes</name></clip></children></bin></xmeml>`,
    ],
    ['collection.otio', collection(2)],
    ['one.otio', collection(1)],
  ])('%s', async (name, text) => {
    writeFileSync(at(name), text);
    writeFileSync(at('none.json'), '[]');
    const lift = ['--timeline', 'cut 1', '--json'];
    for (const words of [
      ['edit', name, '[]', ...lift],
      ['edit', name, '[]', '--dry-run', ...lift],
      ['edit', name, '[]', '-o', name, ...lift],
      ['apply', name, 'none.json', ...lift],
      ['revert', name, 'none.json', ...lift],
      ['convert', name, name, ...lift],
    ]) {
      const { exit, out } = await run(...words);
      expect([exit, JSON.parse(out)]).toMatchObject([1, { code: 'PW_EDIT_PLACE' }]);
    }
    expect(readFileSync(at(name), 'utf8')).toBe(text);
    expect((await run('edit', name, '[]', '-o', 'reel.otio', ...lift)).exit).toBe(0);
  });
});

describe('FCPXML is edited in its own text', () => {
  const fcpxml = (inside: string): string =>
    `<fcpxml version="1.11"><resources><format id="r1" frameDuration="1/24s" width="320" height="240"/><asset id="r2" name="m01" start="0s" duration="300/24s" hasVideo="1" format="r1"><media-rep kind="original-media" src="file:///m/m01.mov"/></asset></resources><event name="e">${inside}<keyword-collection name="good"/></event></fcpxml>`;
  const project = (name: string): string =>
    `<project name="${name}"><sequence format="r1" tcStart="0s"><spine><asset-clip ref="r2" offset="0s" name="a" start="0s" duration="4s"/></spine></sequence></project>`;
  const rushes =
    '<asset-clip ref="r2" name="rushes" duration="4s"><keyword start="0s" duration="1s" value="good"/></asset-clip>';
  const step = ['ripple', 'track=0', 'index=0', 'out=-10'];

  test.each([
    ['another project', fcpxml(project('cut 1') + project('cut 2'))],
    ['a clip of the browser', fcpxml(project('cut 1') + rushes)],
    ['a collection alone', fcpxml(project('cut 1'))],
  ])('in place, %s stays letter by letter', async (_name, text) => {
    writeFileSync(at('in.fcpxml'), text);
    const { exit, out } = await run('edit', 'in.fcpxml', ...step, '--timeline', 'cut 1');
    expect(exit, out).toBe(0);
    const written = readFileSync(at('in.fcpxml'), 'utf8');
    const outside = (whole: string): string => whole.replace(/<sequence [^]*?<\/sequence>/, '…');
    expect(outside(written)).toBe(outside(text));
    expect(written).toContain('duration="43/12s"');
  });

  test('into another file, and converted, collections stay', async () => {
    writeFileSync(at('in.fcpxml'), fcpxml(project('cut 1')));
    expect((await run('edit', 'in.fcpxml', ...step, '-o', 'out.fcpxml')).exit).toBe(0);
    expect((await run('convert', 'in.fcpxml', 'converted.fcpxml')).exit).toBe(0);
    for (const name of ['out.fcpxml', 'converted.fcpxml'])
      expect(readFileSync(at(name), 'utf8')).toContain('<keyword-collection name="good"/>');
  });

  test('where the document cannot take it, it is refused and stays; a file that holds nothing else is written anew', async () => {
    const old = fcpxml(project('cut 1') + project('cut 2')).replace('1.11', '1.8');
    writeFileSync(at('old.fcpxml'), old);
    const { exit, out } = await run('edit', 'old.fcpxml', ...step, '--timeline', 'cut 1', '--json');
    expect([exit, JSON.parse(out)]).toMatchObject([1, { code: 'PW_FCPXML_PLACE' }]);
    expect(readFileSync(at('old.fcpxml'), 'utf8')).toBe(old);
    writeFileSync(at('old.fcpxml'), fcpxml(project('cut 1')).replace('1.11', '1.8'));
    expect((await run('edit', 'old.fcpxml', ...step)).exit).toBe(0);
    expect(readFileSync(at('old.fcpxml'), 'utf8')).toContain('<fcpxml version="1.10">');
  });
});

describe('a bundle keeps the media that nothing plays', () => {
  const names = ['m01', 'm02', 'm03', 'm04'];
  const rate = rational(24);
  const reference = (name: string): MediaReference =>
    makeExternalReference({ name, targetUrl: `${name}.mov`, availableRange: makeRange(0, 300, rate) });

  /** m02 is switched off, m04 has a second reference, m05. */
  function idle(): string {
    const children = names.map((name) => {
      const clip = makeClip({ name, sourceRange: makeRange(100, 96, rate), media: reference(name) });
      if (name === 'm02') return { ...clip, enabled: false };
      const other = ['proxy', reference('m05')] as const;
      return name === 'm04' ? { ...clip, mediaReferences: [...clip.mediaReferences, other] } : clip;
    });
    const timeline = makeTimeline({ name: 'cut', tracks: [makeTrack({ name: 'V1', children })] });
    return writeOtio(timeline, { style: 'canonical' });
  }

  async function held(file: string): Promise<readonly (readonly [name: string, text: string])[]> {
    const bytes = readFileSync(at(file));
    const port = {
      size: bytes.length,
      read: async (from: number, length: number) => bytes.subarray(from, from + length),
    };
    const { media } = await openOtioz(file, port);
    return Promise.all(
      media.map(async (entry) => [entry.name, new TextDecoder().decode(await readEntry(file, port, entry))] as const),
    );
  }

  test('edited in place and converted', async () => {
    for (const name of [...names, 'm05']) writeFileSync(at(`${name}.mov`), `media of ${name}`);
    writeFileSync(at('idle.otio'), idle());
    const all = [...names, 'm05'].map((name) => [`media/${name}.mov`, `media of ${name}`]);
    expect(await run('convert', 'idle.otio', 'idle.otioz')).toMatchObject({ exit: 0 });
    expect(await held('idle.otioz')).toEqual(all);
    for (const name of [...names, 'm05']) rmSync(at(`${name}.mov`));
    expect((await run('edit', 'idle.otioz', 'ripple', 'item=m03', 'out=-10')).exit).toBe(0);
    expect(await held('idle.otioz')).toEqual(all);
    expect(await run('convert', 'idle.otioz', 'again.otioz')).toMatchObject({ exit: 0 });
    expect(await held('again.otioz')).toEqual(all);
    expect(await run('convert', 'idle.otio', 'none.otioz', '--json')).toMatchObject({ exit: 1 });
  });

  test('single pictures, which bundles are written without, are not written over', async () => {
    const media = makeImageSequenceReference({
      targetUrlBase: 'media/',
      namePrefix: 'p.',
      nameSuffix: '.png',
      rate: 24,
      availableRange: makeRange(0, 300, rate),
    });
    const clip = makeClip({ name: 'm01', sourceRange: makeRange(100, 96, rate), media });
    const root = makeTimeline({ name: 'cut', tracks: [makeTrack({ name: 'V1', children: [clip] })] });
    const archive = writeOtioz({ root, media: [], diagnostics: [] }, () => {
      throw new Error('there is no media');
    });
    await writeFile(at('pictures.otioz'), archive);
    const before = readFileSync(at('pictures.otioz'));
    const { exit, out } = await run('edit', 'pictures.otioz', 'ripple', 'item=m01', 'out=-10', '--json');
    expect([exit, JSON.parse(out)]).toMatchObject([1, { code: 'PW_EDIT_PLACE' }]);
    expect(readFileSync(at('pictures.otioz'))).toEqual(before);
    writeFileSync(at('bundle.otio'), before);
    const misnamed = await run('edit', 'bundle.otio', 'ripple', 'item=m01', 'out=-10', '--json');
    const message = 'bundle.otio/content.otio holds media: that would be lost';
    expect([misnamed.exit, JSON.parse(misnamed.out)]).toMatchObject([1, { code: 'PW_EDIT_PLACE', message }]);
    expect(readFileSync(at('bundle.otio'))).toEqual(before);
  });
});
