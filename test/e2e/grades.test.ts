import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
  writeOtio,
} from '@patchwork/timeline';
import { resolveProject } from '../../packages/formats/src/testing/resolve-project.ts';
import { commandLineIn } from '../../packages/cli/test/command-line.ts';

/* Timeline files beside the projects that they were exported with. */

const folder = mkdtempSync(join(tmpdir(), 'patchwork-grades-'));
afterAll(() => rmSync(folder, { recursive: true }));
const said = commandLineIn(folder);
const fps = rational(24);

function cut(name: string, lengths: readonly number[]): string {
  const timeline = makeTimeline({
    name: 'film',
    globalStartTime: makeTime(86_400, fps),
    tracks: [
      makeTrack({
        children: lengths.map((length, at) =>
          makeClip({
            name: `m${at}`,
            sourceRange: makeRange(0, length, fps),
            media: makeExternalReference({ targetUrl: `m${at}.mov` }),
          }),
        ),
      }),
    ],
  });
  writeFileSync(join(folder, name), writeOtio(timeline, { style: 'canonical' }));
  return name;
}

function drp(name: string, lengths: readonly number[], grades: readonly (string | null)[]): string {
  let start = 86_400;
  const clips = lengths.map((duration, at) => {
    const grade = grades[at] ?? null;
    const clip = { name: `m${at}`, start, duration, ...(grade === null ? {} : { grade }) };
    start += duration;
    return clip;
  });
  writeFileSync(join(folder, name), resolveProject({ sequences: [{ name: 'film', tracks: [clips] }] }));
  return name;
}

interface Told {
  readonly texts: readonly string[];
  readonly unknown: readonly string[];
  readonly script: readonly unknown[];
  readonly scriptProof: string;
}

async function told(...words: readonly string[]): Promise<Told> {
  const { exit, out, err } = await said(['diff', ...words, '--json']);
  expect(exit, out + err).toBe(0);
  const { changes, unknown, script, scriptProof } = JSON.parse(out);
  return { texts: changes.map(({ text }: { text: string }) => text), unknown, script, scriptProof };
}

const old = cut('old.otio', [48, 48, 48]);
const next = cut('next.otio', [48, 40, 48]);
const monday = drp('monday.drp', [48, 48, 48], ['a', 'b', null]);
const tuesday = drp('tuesday.drp', [48, 40, 48], ['a', 'B', 'c']);

test('two timeline files, each with its project: the edit and the grades; the script says the edit alone', async () => {
  const both = await told(old, next, '--old-grades', monday, '--grades', tuesday);
  expect(both.texts).toEqual(['ripple trim out −8', 'grade changed', 'grade added', 'downstream 1 clip shifted −8']);
  expect(both.unknown.filter((text) => text.startsWith('unknown:'))).toEqual([]);
  expect(both.scriptProof).toBe('replayed-places');
  expect(JSON.stringify(both.script)).not.toContain('seen');
});

test('a patch of an edit of graded clips says no grade, and fits the files without their projects', async () => {
  const wednesday = drp('wednesday.drp', [48, 40, 48], ['a', 'b', null]);
  const words = ['diff', old, next, '--old-grades', monday, '--grades', wednesday];
  expect((await told(...words.slice(1))).scriptProof).toBe('replayed');
  const patch = join(folder, 'patch.json');
  expect((await said([...words, '--format', 'json', '-o', patch])).exit).toBe(0);
  const applied = await said(['apply', old, patch, '-o', 'applied.otio']);
  expect(applied.exit, applied.out + applied.err).toBe(0);
  expect((await told(next, 'applied.otio')).texts).toEqual([]);
  expect(readFileSync(join(folder, 'applied.otio'), 'utf8')).not.toContain('seen grade');
  const back = await said(['revert', 'applied.otio', patch, '-o', 'back.otio']);
  expect(back.exit, back.out + back.err).toBe(0);
  expect((await told(old, 'back.otio')).texts).toEqual([]);
});

test('one side with its project and the other without: the edit is compared, the colour is unknown', async () => {
  for (const words of [
    [old, next, '--grades', tuesday],
    [old, next, '--old-grades', monday],
  ]) {
    const half = await told(...words);
    expect(half.texts).toEqual(['ripple trim out −8', 'downstream 1 clip shifted −8']);
    expect(half.unknown).toContain('unknown: colour, Fusion, effects');
  }
  expect((await told(old, next)).unknown.join('\n')).not.toContain('colour');
});

test('a project of another state, of another film, and no project at all are told by name', async () => {
  const stale = await told(old, next, '--old-grades', monday, '--grades', monday);
  expect(stale.unknown.join('\n')).toMatch(/unknown: .*colour of V1 \/ m1/);
  expect(stale.unknown.join('\n')).toContain('PW_GRADES_UNSEEN');
  writeFileSync(join(folder, 'other.drp'), resolveProject({ sequences: [{ name: 'reel', tracks: [[]] }] }));
  writeFileSync(join(folder, 'broken.drp'), 'PK not a zip');
  for (const [grades, code] of [
    ['other.drp', 'PW_GRADES_TIMELINE'],
    ['broken.drp', /^PW_ZIP_/],
    ['absent.drp', /^PW_FILE_/],
    [old, 'PW_GRADES_FILE'],
  ] as const) {
    const { exit, out } = await said(['diff', old, next, '--grades', grades, '--json']);
    expect([exit, JSON.parse(out).code]).toEqual([1, expect.stringMatching(code)]);
  }
  const film = await said(['diff', 'film.mov', next, '--old-grades', monday, '--json']);
  expect(JSON.parse(film.out)).toMatchObject({ code: 'PW_USAGE_GRADES' });
});
