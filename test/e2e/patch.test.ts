import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256 } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import {
  startWorkers,
  type MediaWorkers,
  type ReadCode,
  type TestMediaSpec,
  type TestVideoSpec,
} from '@patchwork/media';
import { patchDeliverable, undoPatch, verifyDeliverable, type PublicationMode } from '@patchwork/render';
import { readMovie } from '@patchwork/splice';
import type { ProcessPort } from '@patchwork/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countedFiles } from './kit/counted-files.ts';
import { startEngine } from './kit/engine.ts';
import { atStore } from './kit/film-store.ts';
import { storyFilm, testMedia } from './kit/fixture.ts';
import { freshFolder, patchwork, type Ran } from './kit/patchwork.ts';
import { mortalProcesses } from './kit/mortal-processes.ts';

/**
 * Insert edits into files of another program, through the command. What every frame shows is read back: outside of the
 * piece the film's own code and number, inside the piece's.
 */
const rate = { num: 25, den: 1 };
const frames = 100;
const picture: TestVideoSpec = { codec: 'h264', width: 192, height: 108, rate, frames, gop: 25, bFrames: 2 };
const tone = { codec: 'aac', sampleRate: 48000, channels: 2, frequency: 440 } as const;
let workers: MediaWorkers;

beforeAll(() => {
  workers = startWorkers({ count: 1 });
});

afterAll(() => workers.close());

function film(name: string, change: Partial<TestMediaSpec>, video: Partial<TestVideoSpec> = {}): Promise<string> {
  return testMedia(name, { id: 1, container: 'mp4', video: { ...picture, ...video }, sound: tone, ...change });
}

function piece(length: number, video: Partial<TestVideoSpec> = {}, container: 'mov' | 'mp4' = 'mov'): Promise<string> {
  return testMedia('piece', { id: 2, container, video: { ...picture, frames: length, ...video }, sound: null });
}

interface PatchDocument {
  readonly range: readonly [number, number];
  readonly widened: readonly [number, number];
  readonly how: string;
  readonly frames: { readonly total: number; readonly rendered: number; readonly reused: number };
  readonly entries: readonly unknown[];
  readonly deadBytes: number;
  readonly verified: boolean;
  readonly code: string;
}

function documentOf(ran: Ran): PatchDocument {
  return JSON.parse(ran.stdout) as PatchDocument;
}

/** A copy of a film in a folder of its own, and a way to run commands on it. */
function siteOf(path: string): { readonly path: string; readonly run: (...args: string[]) => Promise<Ran> } {
  const folder = freshFolder('patch');
  const copy = join(folder, `film${path.slice(path.lastIndexOf('.'))}`);
  copyFileSync(path, copy);
  const run = (command: string, ...rest: string[]): Promise<Ran> =>
    patchwork([command, copy, ...rest], { store: join(folder, 'store') });
  return { path: copy, run };
}

/** What the film must show with the piece at a range. */
async function expectShown(path: string, start: number, length: number, total = frames): Promise<void> {
  const expected = Array.from({ length: total }, (_, frame): ReadCode =>
    frame >= start && frame < start + length ? { id: 2, frame: frame - start } : { id: 1, frame },
  );
  expect(await workers.readCodes({ path, codeRow: 'top' })).toEqual(expected);
}

describe('an insert edit', () => {
  const cases: readonly (readonly [string, Partial<TestMediaSpec>, Partial<TestVideoSpec>])[] = [
    ['H.264 with B-frames and AAC', {}, {}],
    ['no B-frames, many GOPs', {}, { bFrames: 0, gop: 10 }],
    ['open GOPs: the patch runs on to the end', {}, { openGop: true }],
    ['10 bits', {}, { pixelFormat: 'yuv420p10le' }],
    ['ProRes and PCM in MOV', { container: 'mov', sound: { ...tone, codec: 'pcm_s24le' } }, { codec: 'prores' }],
    [
      'frames of different length',
      {},
      { durationsMs: Array.from({ length: frames }, (_, i) => (i % 3 === 0 ? 50 : 40)) },
    ],
  ];

  test.each(cases)('shows the piece and nothing else changed: %s', async (name, change, video) => {
    const site = siteOf(await film('film', change, video));
    const before = await soundOf(site.path);
    const done = await atStore(workers, site.path, nodeFiles(), async (context) =>
      patchDeliverable(context, {
        deliverablePath: site.path,
        range: '40:52',
        piecePath: await piece(12, { codec: 'prores' }),
        mode: 'whole',
        paranoid: false,
      }),
    );
    const rendered = done.widened.out - done.widened.in;
    expect(done.frames, name).toEqual({ total: frames, rendered, reused: frames - rendered });
    await expectShown(site.path, 40, 12);
    expect(await soundOf(site.path), 'the packets of the sound').toEqual(before);
    const verdict = await atStore(workers, site.path, nodeFiles(), (context) =>
      verifyDeliverable(context, site.path, 'deep'),
    );
    expect(verdict.findings).toEqual([]);
  });

  test('takes timecodes of the film, copies packets that fit, and is taken back byte for byte', async () => {
    const site = siteOf(await film('timed', { startTimecode: { frame: 90000, dropFrame: false } }));
    const old = readFileSync(site.path);
    const conform = await piece(25, { crf: 30 }, 'mp4');
    const ran = await site.run('patch', '--range', '01:00:01:00:01:00:02:00', '--with', conform, '--in-place');
    expect(documentOf(ran)).toMatchObject({ range: [25, 50], widened: [25, 50], how: 'copied', verified: true });
    await expectShown(site.path, 25, 25);
    const again = await site.run('patch', '--range', '80:85', '--with', await piece(5), '--fast');
    expect(again.code, again.stdout).toBe(0);
    const log = documentOf(await site.run('log'));
    expect(log.entries.length).toBe(3);
    expect(log.deadBytes).toBeGreaterThan(0);
    expect((await site.run('undo')).code).toBe(0);
    await expectShown(site.path, 25, 25);
    expect((await site.run('undo')).code).toBe(0);
    expect(readFileSync(site.path).equals(old), 'the film as it was').toBe(true);
    expect(documentOf(await site.run('undo'))).toMatchObject({ code: 'PW_UNDO_NONE' });
    expect(documentOf(await site.run('log')).entries.length).toBe(1);
  });

  test('an older version is restored beside the film, with a history of its own', async () => {
    const site = siteOf(await film('film', {}));
    const store = join(site.path, '..', 'store');
    await site.run('patch', '--range', '25:50', '--with', await piece(25), '--in-place');
    const before = readFileSync(site.path);
    await site.run('patch', '--range', '75:100', '--with', await piece(25), '--in-place');
    const copy = join(site.path, '..', 'copy.mp4');
    const ran = await patchwork(['restore', `${site.path}@{1}`, '-o', copy], { store });
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(readFileSync(copy).equals(before), 'the version before, byte for byte').toBe(true);
    const log = await patchwork(['log', copy], { store });
    expect(documentOf(log).entries).toHaveLength(1);
    expect((await patchwork(['verify', copy], { store })).code).toBe(0);
    expect((await patchwork(['patch', copy, '--range', '0:25', '--with', await piece(25)], { store })).code).toBe(0);
  });

  test('versions that were written anew are restored bit for bit, there and back, or refused where the store let go of them', async () => {
    const site = siteOf(await film('film', {}));
    const store = join(site.path, '..', 'store');
    const versions = [readFileSync(site.path)];
    for (const range of ['25:50', '75:85']) {
      const [start = 0, end = 0] = range.split(':').map(Number);
      const ran = await site.run('patch', '--range', range, '--with', await piece(end - start));
      const { before } = documentOf(ran) as unknown as { before: { where: string; bytes: number } };
      expect(before.where, ran.stdout + ran.stderr).toBe('store');
      expect(before.bytes, 'replaced pictures and the index').toBeLessThan((versions.at(-1)?.length ?? 0) / 2);
      versions.push(readFileSync(site.path));
    }
    const ids = (documentOf(await site.run('log')).entries as unknown as { id: string }[]).map(({ id }) => id);
    const copy = join(site.path, '..', 'copy.mp4');
    const first = await patchwork(['restore', `${site.path}@{2}`, '-o', copy], { store });
    expect(first.code, first.stdout + first.stderr).toBe(0);
    expect(readFileSync(copy).equals(versions[0] ?? Buffer.of()), 'by way of the version between').toBe(true);
    for (const [name, version] of [
      ['@{1}', versions[1]],
      [`@{${ids[0]?.slice(0, 12)}}`, versions[2]],
      [`@{${ids[2]?.slice(0, 12)}}`, versions[0]],
    ] as const) {
      const ran = await patchwork(['restore', `${site.path}${name}`], { store });
      expect(ran.code, ran.stdout + ran.stderr).toBe(0);
      expect(readFileSync(site.path).equals(version ?? Buffer.of()), name).toBe(true);
    }
    expect((await site.run('verify', '--deep')).code).toBe(0);
    rmSync(store, { recursive: true });
    const refused = await patchwork(['restore', `${site.path}@{${ids[0]?.slice(0, 12)}}`], { store });
    expect([refused.code, documentOf(refused).code]).toEqual([1, 'PW_RESTORE_FILM']);
    expect(readFileSync(site.path).equals(versions[0] ?? Buffer.of()), 'the film is left alone').toBe(true);
    const full = { store, env: { PATCHWORK_STORE_CAP: '1000' } };
    const small = await patchwork(['patch', site.path, '--range', '25:50', '--with', await piece(25)], full);
    expect(documentOf(small)).toMatchObject({ before: { where: 'gone' } });
  });

  test('blame says which patch put a frame in, and what was there before', async () => {
    const site = siteOf(await film('film', { startTimecode: { frame: 90_000, dropFrame: false } }));
    const insert = await piece(10);
    await site.run('patch', '--range', '30:40', '--with', insert);
    await site.run('patch', '--range', '80:90', '--with', insert, '--in-place');
    const all = documentOf(await site.run('blame')) as unknown as {
      stretches: { range: [number, number]; entry: { timeline: string; renderer: string } }[];
    };
    const told = all.stretches.map(({ range, entry }) => `${range.join('-')} ${entry.renderer} ${entry.timeline}`);
    // A patch is widened by frames of the film, which it encodes anew.
    expect(told).toEqual([
      '0-29 found as found',
      '29-50 patch 30:40 piece.mov',
      '50-79 found as found',
      '79-100 patch 80:90 piece.mov',
    ]);
    const one = await patchwork(['blame', site.path, '01:00:01:06'], { store: join(site.path, '..', 'store') });
    expect(documentOf(one)).toMatchObject({ stretches: [{ range: [29, 50], entry: { timeline: '30:40 piece.mov' } }] });
  });

  test('compact frees what was replaced and keeps what is shown', async () => {
    const site = siteOf(await film('film', {}));
    await site.run('patch', '--range', '30:40', '--with', await piece(10), '--in-place');
    const before = documentOf(await site.run('verify'));
    expect(before.deadBytes).toBeGreaterThan(0);
    expect((await site.run('compact')).code).toBe(0);
    await expectShown(site.path, 30, 10);
    expect(documentOf(await site.run('verify'))).toMatchObject({ verified: true, deadBytes: 0 });
  });

  test('goes into a deliverable of ours as well; render then refuses it by name, restore brings the render back', async () => {
    const folder = freshFolder('own');
    const path = join(folder, 'film.mov');
    const store = join(folder, 'store');
    const media = await film('film', {});
    const timeline = join(folder, 'film.otio');
    writeFileSync(timeline, otioOf(media));
    await patchwork(['render', timeline, '-o', path], { store });
    const old = readFileSync(path);
    const ran = await patchwork(['patch', path, '--range', '10:20', '--with', await piece(10)], { store });
    expect(ran.code, ran.stdout).toBe(0);
    await expectShown(path, 10, 10);
    expect((await patchwork(['verify', path], { store })).code).toBe(0);
    const refused = await patchwork(['render', timeline, '-o', path], { store });
    expect(refused.json.code).toBe('PW_DELIVERABLE_PATCHED');
    const restored = await patchwork(['restore', `${path}@{1}`], { store });
    expect(restored.code, restored.stdout).toBe(0);
    expect(readFileSync(path).equals(old), 'the render, bit for bit').toBe(true);
  });
});

test('a second patch in place reads the index and what is fresh, not the film', async () => {
  const site = siteOf(await film('large', { container: 'mov', sound: { ...tone, codec: 'pcm_s24le' } }, { crf: 1 }));
  const insert = await piece(25, { crf: 40 }, 'mp4');
  const readBytes: number[] = [];
  for (const paranoid of [false, false, true]) {
    const counted = countedFiles(nodeFiles(), site.path);
    await atStore(workers, site.path, counted.files, (context) =>
      patchDeliverable(context, {
        deliverablePath: site.path,
        range: '25:50',
        piecePath: insert,
        mode: 'in-place',
        paranoid,
      }),
    );
    readBytes.push(counted.readBytes());
  }
  const { size } = statSync(site.path);
  const [first = 0, second = 0, paranoid = 0] = readBytes;
  expect(first, 'the history needs all of it').toBeGreaterThan(size / 2);
  expect(second, `of ${size} bytes`).toBeLessThan(size / 10);
  expect(paranoid).toBeGreaterThan(size / 2);
  expect((await site.run('verify')).code).toBe(0);
});

describe('bytes that another program changed are not trusted', () => {
  /** A film whose patch was published, and then one byte of its first picture, or of its sound, changed. */
  async function damagedSite(handler: 'vide' | 'soun'): Promise<ReturnType<typeof siteOf>> {
    const site = siteOf(await film('film', {}));
    expect((await site.run('patch', '--range', '30:40', '--with', await piece(10), '--in-place')).code).toBe(0);
    await changeByte(site.path, handler);
    return site;
  }

  const again = async (site: ReturnType<typeof siteOf>): Promise<Ran> =>
    site.run('patch', '--range', '80:85', '--with', await piece(5), '--in-place');

  test('after an undo they are held against the history by the next patch', async () => {
    const site = await damagedSite('vide');
    expect((await site.run('undo')).code).toBe(0);
    const ran = await again(site);
    expect([ran.code, documentOf(ran).code]).toEqual([5, 'PW_VERIFY_FAILED']);
  });

  test.each(['restore', 'compact'] as const)('%s refuses them and leaves the file', async (command) => {
    for (const handler of ['vide', 'soun'] as const) {
      const site = await damagedSite(handler);
      const old = readFileSync(site.path);
      const store = join(site.path, '..', 'store');
      const name = command === 'restore' ? `${site.path}@{1}` : site.path;
      const ran = await patchwork([command, name], { store });
      expect([ran.code, documentOf(ran).code], handler).toEqual([5, 'PW_VERIFY_FAILED']);
      expect(readFileSync(site.path).equals(old), handler).toBe(true);
    }
  });

  test('damaged sound is refused by the next patch, not recorded as what was written', async () => {
    const site = await damagedSite('soun');
    const ran = await again(site);
    expect([ran.code, documentOf(ran).code]).toEqual([5, 'PW_VERIFY_FAILED']);
    expect(documentOf(ran)).toMatchObject({ message: expect.stringMatching(/not what its history says: sound$/) });
    expect((await site.run('verify')).code).toBe(5);
  });

  test('so is that of a deliverable of ours', async () => {
    const folder = freshFolder('own-sound');
    const [path, timeline, store] = [join(folder, 'film.mov'), join(folder, 'film.otio'), join(folder, 'store')];
    writeFileSync(timeline, otioOf(await film('film', {})));
    await patchwork(['render', timeline, '-o', path], { store });
    await changeByte(path, 'soun');
    const ran = await patchwork(['patch', path, '--range', '10:20', '--with', await piece(10)], { store });
    expect([ran.code, documentOf(ran).code]).toEqual([5, 'PW_VERIFY_FAILED']);
  });
});

/** Changes the last byte of a track's first sample. */
async function changeByte(path: string, handler: 'vide' | 'soun'): Promise<void> {
  const movie = await readMovie(nodeFiles(), path, sha256);
  const tables = movie.tracks.find((track) => track.handler === handler)?.tables;
  const size = typeof tables?.sizes === 'number' ? tables.sizes : tables?.sizes[0];
  if (tables?.chunkOffsets[0] === undefined || size === undefined) throw new TypeError(`${path} has no ${handler}`);
  const bytes = readFileSync(path);
  const at = tables.chunkOffsets[0] + size - 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  writeFileSync(path, bytes);
}

describe('what does not fit is refused by name, and nothing is written', () => {
  test.each([
    ['PW_PIECE_LENGTH', '40:50', { frames: 11 }],
    ['PW_PIECE_RASTER', '40:50', { frames: 10, width: 128 }],
    ['PW_PIECE_RATE', '40:50', { frames: 10, rate: { num: 24, den: 1 } }],
    ['PW_PATCH_RANGE', '95:105', { frames: 10 }],
    ['PW_RANGE_FORM', 'here', { frames: 10 }],
  ] as const)('%s', async (code, range, video) => {
    const site = siteOf(await film('film', {}));
    const old = readFileSync(site.path);
    const ran = await site.run('patch', '--range', range, '--with', await piece(video.frames, video));
    expect(documentOf(ran).code).toBe(code);
    expect(ran.code).toBe(1);
    expect(readFileSync(site.path).equals(old)).toBe(true);
    expect(readdirSync(join(site.path, '..')).filter((name) => name !== 'store')).toEqual(['film.mp4']);
  });

  test('PW_PATCH_ENCODER: pictures that can be copied but not encoded; a piece of their kind is copied', async () => {
    const site = siteOf(await film('jpegs', { container: 'mov' }, { codec: 'mjpeg' }));
    expect(documentOf(await site.run('patch', '--range', '40:50', '--with', await piece(10))).code).toBe(
      'PW_PATCH_ENCODER',
    );
    const ran = await site.run('patch', '--range', '40:50', '--with', await piece(10, { codec: 'mjpeg' }));
    expect(documentOf(ran)).toMatchObject({ how: 'copied', widened: [40, 50] });
    await expectShown(site.path, 40, 10);
  });
});

describe('a film in a codec that we render to, without its history', () => {
  test.each([
    ['hevc-mp4', 'mp4', 192, 108],
    ['av1-mp4', 'mp4', 192, 108],
    ['dnxhr-hq-mov', 'mov', 256, 144],
  ] as const)('%s: pictures like its own are encoded', async (base, container, width, height) => {
    const story = await storyFilm();
    const shots = (story.video[0] ?? []).slice(0, 1);
    const folder = freshFolder('codec-film');
    const source = join(folder, `film.${container}`);
    const engine = startEngine(1);
    try {
      const shown = { ...story, video: [shots], audio: [] };
      await engine.render(shown, source, join(folder, 'store'), { base, video: { width, height } });
    } finally {
      await engine.close();
    }
    const site = siteOf(source);
    const insert = await piece(12, { codec: 'prores', width, height, rate: { num: 24, den: 1 } });
    const ran = await site.run('patch', '--range', '40:52', '--with', insert);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(documentOf(ran).how).toBe('encoded');
    const expected = Array.from({ length: 96 }, (_, frame): ReadCode =>
      frame >= 40 && frame < 52 ? { id: 2, frame: frame - 40 } : { id: 1, frame },
    );
    expect(await workers.readCodes({ path: site.path, codeRow: 'top' })).toEqual(expected);
    expect((await site.run('verify', '--deep')).code).toBe(0);
  });
});

describe('killed at any step', () => {
  test.each(['in-place', 'fast', 'whole'] as const)('the film is the old one or the new one (%s)', async (mode) => {
    const source = await film('film', {});
    const insert = await piece(25, { crf: 30 }, 'mp4');
    const all = faultyFiles(nodeFiles(), { after: Infinity, how: 'stop' });
    const first = siteOf(source);
    await patchAt(first.path, insert, mode, all);
    const stride = Number(process.env['PW_FAULT_STRIDE'] ?? 7);
    const old = readFileSync(source);
    const pictures = (path: string): ReturnType<MediaWorkers['decodeDigests']> =>
      workers.decodeDigests({ path, ranges: [{ in: 20, out: 55 }], seeks: [] });
    const [oldPictures, newPictures] = [await pictures(source), await pictures(first.path)];
    const oldIndex = (await readMovie(nodeFiles(), source, sha256)).moov.digest;
    let published = 0;
    for (let after = 0; after < all.steps.length; after += stride) {
      const site = siteOf(source);
      const machine = mortalProcesses();
      const processes = machine.start();
      const files = faultyFiles(nodeFiles(), { after, how: 'stop', write: 'half' });
      await expect(patchAt(site.path, insert, mode, files, processes)).rejects.toThrow();
      machine.kill(processes);
      const step = all.steps[after];
      const now = await readMovie(nodeFiles(), site.path, sha256);
      const isNew = now.moov.digest !== oldIndex;
      if (isNew) published += 1;
      expect(await pictures(site.path), step).toEqual(isNew ? newPictures : oldPictures);
      // The next run succeeds, and leaves nothing behind.
      await patchAt(site.path, insert, mode, nodeFiles(), machine.start());
      await expectShown(site.path, 25, 25);
      expect(readdirSync(join(site.path, '..')).filter((name) => name !== 'store')).toEqual([
        'film.mp4',
        'film.mp4.patchwork',
      ]);
      if (mode === 'in-place' && !isNew) {
        await atStore(workers, site.path, nodeFiles(), (context) => undoPatch(context, site.path), machine.start());
        expect(readFileSync(site.path).equals(old), `${step}: undone`).toBe(true);
      }
    }
    expect(published).toBeLessThan(all.steps.length / stride);
  });
});

async function patchAt(
  path: string,
  insert: string,
  mode: PublicationMode,
  files: FilePort,
  processes?: ProcessPort,
): Promise<void> {
  await atStore(
    workers,
    path,
    files,
    (context) =>
      patchDeliverable(context, { deliverablePath: path, range: '25:50', piecePath: insert, mode, paranoid: false }),
    processes,
  );
}

async function soundOf(path: string): Promise<readonly unknown[]> {
  const { streams } = await workers.scanMovie(path);
  return streams.filter(({ kind }) => kind === 'sound').flatMap(({ packets }) => packets);
}

function otioOf(media: string): string {
  const time = (value: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', rate: 25, value });
  const range = { OTIO_SCHEMA: 'TimeRange.1', start_time: time(0), duration: time(frames) };
  const reference = { OTIO_SCHEMA: 'ExternalReference.1', target_url: media, available_range: range };
  const clip = { OTIO_SCHEMA: 'Clip.1', name: 'a', source_range: range, media_reference: reference };
  const track = { OTIO_SCHEMA: 'Track.1', name: 'V1', kind: 'Video', children: [clip] };
  expect(existsSync(media)).toBe(true);
  return JSON.stringify({
    OTIO_SCHEMA: 'Timeline.1',
    name: 'film',
    global_start_time: time(0),
    tracks: { OTIO_SCHEMA: 'Stack.1', name: 'tracks', children: [track] },
  });
}
