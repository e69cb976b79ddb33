import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { makeRange, makeStack, makeTrack, readOtio, tracksOf, writeOtio, type Timeline } from '@patchwork/timeline';
import { rational } from '@patchwork/time';
import type { Film, Shot } from './kit/film.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder, patchwork } from './kit/patchwork.ts';
import { filmOf, removeSite, renderSite, siteIn, type Site } from './kit/site.ts';

/**
 * Which inputs made a frame, where they stand on the timeline, and what of them differs from the delivery before: cuts,
 * dissolves, speeds, layers above, compounds, sound.
 */
const mainPath = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

let workers: MediaWorkers;
let site: Site;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  site = siteIn(freshFolder('explain'));
  writeFileSync(site.timeline, await cut({ second: 10, above: 0.5, inner: 0, gainDb: 0 }));
  await renderSite(site, { workers });
  writeFileSync(site.timeline, await cut({ second: 12, above: 0.25, inner: 3, gainDb: -3 }));
  await renderSite(site, { workers });
}, 120_000);

afterAll(async () => {
  await workers.close();
  removeSite(site);
});

interface Cut {
  /** First source frame of the second shot, and of the one within the compound. */
  readonly second: number;
  readonly inner: number;
  readonly above: number;
  readonly gainDb: number;
}

/** 0 m1, a dissolve over 24, m2, 48 m3 at half speed, 72 a compound of m1; above them m4 from 30 to 42. */
async function cut({ second, above, inner, gainDb }: Cut): Promise<string> {
  const film: Film = await filmOf([1, 0, 24], [2, 0, 24], [3, 0, 24], [4, 0, 24]);
  const shots: Shot[] = [
    { media: 'm1', from: 0, length: 24, dissolve: { before: 4, after: 4 } },
    { media: 'm2', from: second, length: 24 },
    { media: 'm3', from: 0, length: 24, speed: 0.5 },
    { media: 'm1', name: 'inner', from: inner, length: 24 },
  ];
  const upper: Shot[] = [
    { media: null, from: 0, length: 30 },
    { media: 'm4', name: 'title', from: 0, length: 12, opacity: above },
  ];
  const [timeline] = readOtio(
    otioText({ ...film, video: [shots, upper], audio: [[{ media: 'm2', from: 0, length: 96, gainDb }]] }),
  ).timelines;
  if (timeline === undefined) throw new TypeError('cut: no timeline');
  return writeOtio(withCompound(timeline), { style: 'lossless' });
}

/** The last clip of the lowest track put into a compound. */
function withCompound(timeline: Timeline): Timeline {
  const [lowest] = tracksOf(timeline);
  const last = lowest?.children.at(-1);
  if (lowest === undefined || last === undefined) throw new TypeError('withCompound: no clip');
  const scene = makeStack({
    name: 'Scene',
    sourceRange: makeRange(0, 24, rational(24)),
    children: [makeTrack({ name: 'V1', children: [last] })],
  });
  const children = [{ ...lowest, children: lowest.children.with(-1, scene) }, ...timeline.tracks.children.slice(1)];
  return { ...timeline, tracks: { ...timeline.tracks, children } };
}

interface Explained {
  readonly frame: number;
  readonly code: string;
  readonly chunk: { readonly key: string; readonly frames: readonly number[]; readonly differs: readonly number[][] };
  readonly made: string;
  readonly places: readonly { track: string; kind: string; name: string; record: readonly number[] }[];
  readonly before: { readonly kind: string; readonly changes: readonly { readonly text: string }[] };
  readonly sound: { readonly same: boolean };
}

async function explained(position: string | number): Promise<Explained> {
  const { stdout } = await patchwork(['explain', site.deliverable, String(position)], { store: site.store });
  return JSON.parse(stdout) as Explained;
}

const sound = { track: 'A1', kind: 'clip', name: 'm2', record: [0, 96] };
const [first, second, third] = ['m1', 'm2', 'm3'].map((name, index) => ({
  track: 'V1',
  kind: 'clip',
  name,
  record: [24 * index, 24 * index + 24],
}));

test.each([
  ['a plain shot', 5, 'kept', [], [first, sound]],
  [
    'within a dissolve, whose second shot slipped',
    22,
    'changed',
    ['m2: other source frames'],
    [first, { track: 'V1', kind: 'transition', name: 'dissolve', record: [20, 28] }, sound],
  ],
  [
    'below a layer that is fainter, on a shot that slipped: held against where its picture was',
    35,
    'changed',
    ['title: opacity 50 % → 25 %', 'title: other source frames'],
    [{ track: 'V2', kind: 'clip', name: 'title', record: [30, 42] }, second, sound],
  ],
  ['a retimed shot', 60, 'kept', [], [third, sound]],
  [
    'within a compound that slipped inside',
    80,
    'moved',
    [],
    [
      { track: 'V1', kind: 'compound', name: 'Scene', record: [72, 96] },
      { track: 'V1 / Scene / V1', kind: 'clip', name: 'inner', record: [72, 96] },
      sound,
    ],
  ],
])(
  '%s',
  async (_, frame, kind, changes, places) => {
    const { before, places: found, sound: heard } = await explained(frame);
    expect(before.kind).toBe(kind);
    expect(before.changes.map(({ text }) => text)).toEqual(changes);
    expect(found).toEqual(places);
    expect(heard.same, 'the sound became softer').toBe(false);
  },
  60_000,
);

test('a chunk by its key, and what of it differs; an unchanged frame of a chunk that was rendered', async () => {
  const { chunk, made } = await explained(5);
  expect([chunk.frames, chunk.differs, made]).toEqual([[0, 24], [[20, 24]], 'rendered']);
  expect((await explained(chunk.key.slice(0, 10))).frame).toBe(0);
  expect((await explained('abcdef0123456789')).code).toBe('PW_POSITION_CHUNK');
  const { stdout } = await patchwork(['explain', site.deliverable, '60'], { store: site.store });
  expect(JSON.parse(stdout)).toMatchObject({ made: 'reused', chunk: { differs: [] } });
}, 60_000);

test('in words: what was otherwise, as it was', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    mainPath,
    'explain',
    site.deliverable,
    '22',
    '--store',
    site.store,
  ]);
  const lines = stdout.split('\n').map((line) => line.trim());
  expect(lines).toContain('V1  01:00:00:20 – 01:00:01:04  transition dissolve');
  expect(lines).toContain('differs from the delivery before:');
  expect(lines.filter((line) => line.startsWith('it was: ')).join()).toMatch(
    /m02?\.\w+ \([0-9a-f]{12}\) stream 0 frame 8 /,
  );
  expect(lines).toContain(
    'sound: its programme or settings differ from the delivery before, so it was made anew as a whole',
  );
}, 60_000);
