import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import type { FilePort, PatchworkError } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { renderDeliverable, type Delivery, type PublicationMode, type RenderRequest } from '@patchwork/render';
import { readMovie, type Movie } from '@patchwork/splice';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  decorateMovie,
  listOf,
  sideBoxes,
  subtitlesOf,
  textsOf,
} from '../../packages/splice/src/testing/decorated-movie.ts';
import { checkPictures } from './kit/check-pictures.ts';
import { countedFiles } from './kit/counted-files.ts';
import { atStore } from './kit/film-store.ts';
import type { Film } from './kit/film.ts';
import { recut, storyHeight, storyWidth, testMedia, withShot } from './kit/fixture.ts';
import { filmOf } from './kit/site.ts';
import { nativeCut, nativeFilm, nativeFrames, nativeSite, trimmed } from './kit/native-film.ts';

/**
 * A film of three shots that another program rendered (libavformat, x264 with other settings, a B-pyramid, AAC) is bound to
 * its timeline, cut anew, and patched: by the built-in renderer, and with pieces that another program renders. Every frame
 * is read back and held against the naive map.
 */
const frames = nativeFrames;
let workers: MediaWorkers;
let film: Film;
let native: string;

beforeAll(async () => {
  workers = startWorkers({ count: 1 });
  film = await nativeCut();
  native = await nativeFilm();
});

afterAll(() => workers.close());

/** A render in this process, on files as given. */
function rendered(
  path: string,
  timelinePath: string,
  files: FilePort,
  changes: Partial<RenderRequest>,
): Promise<Delivery> {
  return atStore(workers, path, files, (context) =>
    renderDeliverable(context, {
      timelinePath,
      timelineName: null,
      edlRate: null,
      deliverablePath: path,
      profile: null,
      range: null,
      forceRanges: [],
      full: false,
      allowMixed: false,
      onUnknown: 'trust',
      mediaMap: [],
      searchFolders: [],
      paranoid: false,
      proof: 'default',
      ...changes,
    }),
  );
}

async function packetsOf(path: string): Promise<ReadonlyMap<string, number>> {
  const { streams } = await workers.scanMovie(path);
  return new Map(streams.flatMap((each) => (each.kind === 'video' ? each.packets.map((p, i) => [p.digest, i]) : [])));
}

test('adopted, ripple-trimmed and patched by the built-in renderer: kept packets move, only changed GOPs are fresh', async () => {
  const site = nativeSite(native);
  const before = await packetsOf(site.path);
  const adopted = await site.run('adopt', site.path, '--timeline', site.timeline(film));
  expect(adopted.code, adopted.stdout).toBe(0);
  expect(JSON.parse(adopted.stdout)).toMatchObject({ frames, chunks: 8, cuts: { checked: 2, unseen: 0 } });
  expect(readFileSync(site.path).equals(readFileSync(native)), 'the film is only read').toBe(true);

  const timeline = site.timeline(trimmed(film));
  const refused = await site.run('render', timeline, '-o', site.path);
  expect([refused.code, refused.json.code]).toEqual([3, 'PW_UNKNOWN_REFUSED']);
  const plan = await site.run('plan', timeline, site.path, '--on-unknown', 'trust');
  const render = await site.run('render', timeline, '-o', site.path, '--on-unknown', 'trust');
  expect(render.code, render.stdout).toBe(0);
  expect(render.json.frames).toEqual(plan.json.frames);
  expect(render.json.frames).toEqual({ total: 152, rendered: 3, reused: 149 });
  expect(await checkPictures(site.path, trimmed(film), [], workers)).toBeGreaterThan(140);
  const after = await packetsOf(site.path);
  expect([...before.keys()].filter((digest) => after.has(digest)).length, 'packets kept byte for byte').toBe(149);
  expect((await site.run('verify', site.path, '--deep')).code).toBe(0);
  const again = await site.run('render', timeline, '-o', site.path, '--on-unknown', 'trust');
  expect(again.json.upToDate).toBe(true);
  expect((await site.run('restore', `${site.path}@{1}`)).code).toBe(0);
  expect(readFileSync(site.path).equals(readFileSync(native)), 'the film as it was adopted, bit for bit').toBe(true);
});

test('a cut of which the film holds nothing is another film: refused with exit code 2, and the film stays', async () => {
  const site = nativeSite(native);
  expect((await site.run('adopt', site.path, '--timeline', site.timeline(film))).code).toBe(0);
  const other = site.timeline(await filmOf([4, 0, 60], [5, 0, 60], [6, 0, 40]));
  for (const words of [
    ['plan', other, site.path],
    ['render', other, '-o', site.path],
  ]) {
    const { code, json } = await site.run(...words, '--on-unknown', 'trust');
    expect([code, json.code]).toEqual([2, 'PW_FULL_REQUIRED']);
  }
  expect(readFileSync(site.path).equals(readFileSync(native)), 'the film is untouched').toBe(true);
});

test('patched with pieces that another program rendered, ripples included', async () => {
  const site = nativeSite(native);
  await site.run('adopt', site.path, '--timeline', site.timeline(film));
  const cut = trimmed(film);
  const timeline = site.timeline(cut);
  const pieces = join(site.folder, 'pieces');
  const flags = ['--on-unknown', 'trust', '--renderer', 'pieces', '--pieces', pieces];
  const plan = await site.run('plan', timeline, site.path, ...flags);
  expect(plan.code, plan.stdout).toBe(0);
  const orders = (JSON.parse(plan.stdout) as { pieces: { file: string; range: [number, number] }[] }).pieces;
  expect(orders.map(({ range }) => range)).toEqual([[49, 52]]);
  const [order] = orders;
  expect(readFileSync(join(pieces, 'pieces.csv'), 'utf8').split('\r\n')[1]).toBe(
    `${order?.file},3,49,52,51,01:00:02:01,01:00:02:04,01:00:02:03`,
  );
  expect(readFileSync(join(pieces, 'pieces.edl'), 'utf8')).toContain(`|M:${order?.file} |D:3`);

  const missing = await site.run('render', timeline, '-o', site.path, ...flags);
  expect(missing.json.code).toBe('PW_PIECE_MISSING');
  const write = (length: number, timecode: number): Promise<void> =>
    workers.writeTestMedia({
      path: join(pieces, `${order?.file}.mov`),
      id: 1,
      container: 'mov',
      video: {
        codec: 'prores',
        width: storyWidth,
        height: storyHeight,
        rate: { num: 24, den: 1 },
        frames: length,
        firstNumber: 49,
      },
      sound: null,
      startTimecode: { frame: timecode, dropFrame: false },
    });
  await write(2, 86449);
  expect((await site.run('render', timeline, '-o', site.path, ...flags)).json.code).toBe('PW_PIECE_LENGTH');
  await write(3, 86450);
  expect((await site.run('render', timeline, '-o', site.path, ...flags)).json.code).toBe('PW_PIECE_TIMECODE');
  await write(3, 86449);
  const render = await site.run('render', timeline, '-o', site.path, ...flags);
  expect(render.code, render.stdout).toBe(0);
  expect(render.json.frames).toEqual({ total: 152, rendered: 3, reused: 149 });
  expect(await checkPictures(site.path, cut, [], workers)).toBeGreaterThan(140);
  expect((await site.run('verify', site.path)).code).toBe(0);
});

test('a film that was not made from the timeline is exit 5, with where', async () => {
  const site = nativeSite(native);
  const other = recut(film, (shots) =>
    withShot(
      withShot(shots, 'm1', (shot) => ({ ...shot, length: 62 })),
      'm2',
      (shot) => ({ ...shot, length: 58 }),
    ),
  );
  const moved = await site.run('adopt', site.path, '--timeline', site.timeline(other));
  expect([moved.code, moved.json.code]).toEqual([5, 'PW_ADOPT_MISMATCH']);
  expect(moved.json.details).toMatchObject({ cuts: [62] });
  const shorter = await site.run('adopt', site.path, '--timeline', site.timeline({ ...trimmed(film), start: 0 }));
  expect(shorter.code).toBe(5);
  expect(shorter.json.message).toMatch(/starts at 01:00:00:00.*160 frames, the timeline 152/);
});

test('a cut within one file is looked for as well, where its two pictures differ plainly', async () => {
  const shot = (id: number): object => ({ id, from: 0, frames: 60 });
  const video = { codec: 'prores', width: storyWidth, height: storyHeight, rate: { num: 24, den: 1 } } as const;
  const reel = await testMedia('reel', {
    id: 1,
    container: 'mov',
    video: { ...video, frames: 180, shots: [shot(1), shot(2), shot(3)] as never },
    sound: { codec: 'pcm_s16le', sampleRate: 48000, channels: 2, frequency: 300 },
  });
  const media = { reel: { path: reel, id: 1, rate: [24, 1] as const, frames: 180, toneHz: 300 } };
  /** The first and the third scene of the reel, and at its end a jump within a scene. */
  const cut = (length: number): Film => {
    const shots = [
      { media: 'reel', from: 0, length },
      { media: 'reel', from: 120, length: 100 - length - 20 },
      { media: 'reel', from: 160, length: 20 },
    ];
    return { ...film, video: [shots], audio: [shots], media };
  };
  const source = await nativeFilm(
    {},
    {
      frames: 100,
      shots: [
        { id: 1, from: 0, frames: 50 },
        { id: 3, from: 0, frames: 30 },
        { id: 3, from: 40, frames: 20 },
      ],
    },
  );
  const site = nativeSite(source);
  const moved = await site.run('adopt', site.path, '--timeline', site.timeline(cut(54)));
  expect([moved.code, moved.json.details], moved.stdout).toMatchObject([5, { cuts: [54] }]);
  const adopted = await site.run('adopt', site.path, '--timeline', site.timeline(cut(50)));
  expect(adopted.code, adopted.stdout).toBe(0);
  expect(JSON.parse(adopted.stdout)).toMatchObject({ cuts: { checked: 2, unseen: 0 } });
});

test('a dissolve is looked for where the timeline has it', async () => {
  const cut = await nativeCut();
  const dissolved = (before: number, length = 60): Film =>
    recut(cut, (shots) =>
      withShot(
        withShot(shots, 'm1', (shot) => ({ ...shot, length, dissolve: { before, after: before } })),
        'm2',
        (shot) => ({ ...shot, from: length - 40, length: 120 - length }),
      ),
    );
  const site = nativeSite(native);
  const master = join(site.folder, 'master.mp4');
  const render = await site.run('render', site.timeline(dissolved(8)), '-o', master);
  expect(render.code, render.stdout).toBe(0);
  // As a film of another program: nothing here knows of it.
  const film = nativeSite(master);
  const adopt = async (path: string, made: Film): Promise<unknown> => {
    const ran = await film.run('adopt', path, '--timeline', film.timeline(made));
    const { cuts } = JSON.parse(ran.stdout) as { cuts?: object };
    return ran.code === 0 ? cuts : [ran.code, ran.json.details];
  };
  expect(await adopt(film.path, dissolved(8, 80)), 'a dissolve elsewhere').toMatchObject([5, { cuts: [72] }]);
  expect(await adopt(film.path, dissolved(8))).toEqual({ checked: 2, unseen: 0, transitions: 1 });
}, 300_000);

test('an edit that moves nothing leaves index, metadata and sound of the film alone, and is taken back byte for byte', async () => {
  const site = nativeSite(native);
  await site.run('adopt', site.path, '--timeline', site.timeline(film));
  const before = readFileSync(site.path);
  // The picture alone: the third shot is slipped, and a frame of the first one is another.
  const [shots = []] = film.video;
  const slipped = { ...film, video: [withShot(shots, 'm3', (shot) => ({ ...shot, from: 30 }))] };
  const render = await site.run(
    'render',
    site.timeline(slipped),
    '-o',
    site.path,
    '--on-unknown',
    'trust',
    '--in-place',
  );
  expect(render.code, render.stdout).toBe(0);
  expect(render.json.frames).toEqual({ total: frames, rendered: 40, reused: 120 });
  expect(render.json.sound).toBe('reuse');
  expect(await checkPictures(site.path, slipped, [], workers)).toBe(frames);
  expect((await site.run('verify', site.path)).code).toBe(0);
  expect((await site.run('undo', site.path)).code).toBe(0);
  expect(readFileSync(site.path).equals(before)).toBe(true);
  // Two stretches, as a whole file.
  const twice = {
    ...slipped,
    video: slipped.video.map((track) => withShot(track, 'm1', (shot) => ({ ...shot, from: 1 }))),
  };
  const again = await site.run('render', site.timeline(twice), '-o', site.path, '--on-unknown', 'trust');
  expect(again.code, again.stdout).toBe(0);
  expect(await checkPictures(site.path, twice, [], workers)).toBe(frames);
  const log = await site.run('log', site.path);
  expect((JSON.parse(log.stdout) as { entries: unknown[] }).entries.length).toBe(3);
});

test('several stretches that do not move go through a copy of the film, whose room is asked for', async () => {
  const site = nativeSite(native);
  const timeline = site.timeline(film);
  await site.run('adopt', site.path, '--timeline', timeline);
  const needed = async (publication: PublicationMode, forceRanges: readonly string[]): Promise<number> => {
    const files = { ...nodeFiles(), freeBytes: async () => 0 };
    const refusal: unknown = await rendered(site.path, timeline, files, { publication, forceRanges }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: 'PW_FILE_NO_SPACE' });
    return Number((refusal as PatchworkError).details['neededBytes']);
  };
  const copy = async (...ranges: readonly string[]): Promise<number> =>
    (await needed('whole', ranges)) - (await needed('fast', ranges));
  expect([await copy('10:15'), await copy('10:15', '125:130')]).toEqual([0, statSync(site.path).size]);
});

test.each([
  ['hevc', 20],
  // Without a further IDR everything behind the change is rendered, and what lies before it is kept.
  ['h264', 95],
] as const)('with open GOPs in %s a few changed frames cost no more than %i', async (codec, most) => {
  const site = nativeSite(await nativeFilm({ container: 'mp4' }, { codec, openGop: true }));
  const timeline = site.timeline(film);
  const adopted = await site.run('adopt', site.path, '--timeline', timeline);
  expect(adopted.code, adopted.stdout).toBe(0);
  const before = readFileSync(site.path);
  const flags = ['--on-unknown', 'trust', '--in-place', '--force-range', '70:75'];
  const render = await site.run('render', timeline, '-o', site.path, ...flags);
  expect(render.code, render.stdout).toBe(0);
  expect(render.json.frames?.rendered).toBeLessThanOrEqual(most);
  expect(await checkPictures(site.path, film, [], workers)).toBe(frames);
  expect((await site.run('verify', site.path, '--deep')).code).toBe(0);
  expect((await site.run('undo', site.path)).code).toBe(0);
  expect(readFileSync(site.path).equals(before)).toBe(true);
});

test('tags and chapters: untouched by an edit that moves nothing, moved with their pictures by a ripple', async () => {
  const site = nativeSite(native);
  const titles = ['Opening', 'Second', 'Third'];
  const chapters = [0, 60, 120].map((frame, i) => ({ frame, title: titles[i] ?? '' }));
  const found = await decorateMovie(site.path, { chapters, rate: 24, frames });
  await site.run('adopt', site.path, '--timeline', site.timeline(film));
  const [shots = []] = film.video;
  const slipped = { ...film, video: [withShot(shots, 'm3', (shot) => ({ ...shot, from: 30 }))] };
  const trust = ['--on-unknown', 'trust'];
  const still = await site.run('render', site.timeline(slipped), '-o', site.path, ...trust);
  expect(still.code, still.stdout).toBe(0);
  const same = await readMovie(nodeFiles(), site.path, sha256);
  expect([sideBoxes(same), textsOf(same)]).toEqual([sideBoxes(found), titles]);

  const cut = trimmed(slipped);
  const moved = await site.run('render', site.timeline(cut), '-o', site.path, ...trust);
  expect(moved.code, moved.stdout).toBe(0);
  expect(await checkPictures(site.path, cut, [], workers)).toBeGreaterThan(140);
  const now = await readMovie(nodeFiles(), site.path, sha256);
  const tick = 1e7 / 24;
  expect(listOf(now)).toEqual([0, 52, 112].map((frame, i) => [Math.round(frame * tick), titles[i]]));
  expect(textsOf(now)).toEqual(titles);
  expect([...(now.tracks.find(({ handler }) => handler === 'text')?.samples?.dts ?? [])]).toEqual([0, 52, 112]);
  const kept = (movie: Movie): readonly string[] => sideBoxes(movie).filter((line) => /^moov.(meta|uuid) /.test(line));
  expect(kept(now)).toEqual(kept(found));
  expect((await site.run('verify', site.path, '--deep')).code).toBe(0);
});

test('a second render in place reads the index and what is fresh, not the film', async () => {
  const sound = { codec: 'pcm_s24le', sampleRate: 48000, channels: 2, frequency: 300 } as const;
  const site = nativeSite(await nativeFilm({ container: 'mov', sound }));
  const timeline = site.timeline(film);
  await site.run('adopt', site.path, '--timeline', timeline);
  const readBytes: number[] = [];
  for (const paranoid of [false, true]) {
    const counted = countedFiles(nodeFiles(), site.path);
    const made = await rendered(site.path, timeline, counted.files, {
      forceRanges: ['125:130'],
      paranoid,
      publication: 'in-place',
    });
    expect(made.frames.rendered).toBe(15);
    readBytes.push(counted.readBytes());
  }
  const { size } = statSync(site.path);
  const [plain = 0, paranoid = 0] = readBytes;
  expect(plain, `of ${size} bytes`).toBeLessThan(size / 4);
  expect(paranoid).toBeGreaterThan(size / 2);
  expect((await site.run('verify', site.path)).code).toBe(0);
});

test.each([[], ['--in-place'], ['--fast']])(
  'a ripple %j keeps names, languages and all that is not about places; subtitles stay over their pictures',
  async (...mode: string[]) => {
    const site = nativeSite(native);
    const subtitles = [
      { in: 10, out: 30, text: 'whole' },
      { in: 45, out: 55, text: 'cut at its end' },
      { in: 56, out: 70, text: 'cut at its beginning' },
      { in: 130, out: 150, text: 'moved' },
    ];
    const chapters = [{ frame: 0, title: 'Opening' }];
    const found = await decorateMovie(site.path, { chapters, subtitles, rate: 24, frames });
    const before = readFileSync(site.path);
    await site.run('adopt', site.path, '--timeline', site.timeline(film));
    const cut = trimmed(film);
    const ran = await site.run('render', site.timeline(cut), '-o', site.path, '--on-unknown', 'trust', ...mode);
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.json.frames).toEqual({ total: 152, rendered: 3, reused: 149 });
    expect(await checkPictures(site.path, cut, [], workers)).toBeGreaterThan(140);
    const now = await readMovie(nodeFiles(), site.path, sha256);
    expect(subtitlesOf(now)).toEqual([
      [10, 30, 'whole'],
      [45, 52, 'cut at its end'],
      [52, 62, 'cut at its beginning'],
      [122, 142, 'moved'],
    ]);
    const plain = (movie: Movie): readonly string[] =>
      sideBoxes(movie).filter(
        (line) => !/\/(mvhd|tkhd|mdhd|elst|stts|stsz|stsc|stss|sbgp|stsd|chpl) |^moov\/udta /.test(line),
      );
    expect(plain(now)).toEqual(plain(found));
    expect(now.tracks.map(({ id, handler }) => [id, handler])).toEqual(
      found.tracks.map(({ id, handler }) => [id, handler]),
    );
    // Times of day, languages, matrices: all of a header but its duration.
    expect(headers(now)).toEqual(headers(found));
    expect(now.timecode).toEqual(found.timecode);
    const seconds = now.tracks.map(({ duration, timescale }) => duration / timescale);
    for (const each of seconds) expect(Math.abs(each - 152 / 24)).toBeLessThan(0.1);
    expect((await site.run('verify', site.path, '--deep')).code).toBe(0);
    if (mode.length === 0) return;
    expect((await site.run('undo', site.path)).code).toBe(0);
    expect(readFileSync(site.path).equals(before)).toBe(true);
  },
);

/** Headers of a movie, its tracks and their media, without the four bytes of their durations. */
function headers(movie: Movie): readonly string[] {
  return sideBoxes(movie)
    .filter((line) => /\/(mvhd|tkhd|mdhd) /.test(line))
    .map((line) => {
      const [path = '', hex = ''] = line.split(' ');
      const at = 2 * (path.endsWith('tkhd') ? 28 : 24);
      return `${path} ${hex.slice(0, at)} ${hex.slice(at + 8)}`;
    });
}

test('a range that is forced is encoded although the store has its pictures, and one outside of the film is refused', async () => {
  const site = nativeSite(native);
  const timeline = site.timeline(film);
  await site.run('adopt', site.path, '--timeline', timeline);
  const forced = (range: string): ReturnType<typeof site.run> =>
    site.run('render', timeline, '-o', site.path, '--on-unknown', 'trust', '--in-place', '--force-range', range);
  const stored = (): readonly string[] =>
    readdirSync(join(site.folder, 'store'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.pack'),
    );
  const packs: number[] = [];
  for (let i = 0; i < 2; i++) {
    const render = await forced('125:130');
    expect(render.code, render.stdout).toBe(0);
    expect(render.json.frames).toEqual({ total: frames, rendered: 15, reused: 145 });
    expect(render.json['reasons']).toEqual([
      expect.objectContaining({ code: 'epoch', text: 'the range was declared stale' }),
    ]);
    packs.push(stored().length);
    expect((await site.run('undo', site.path)).code).toBe(0);
  }
  expect(packs).toEqual([1, 2]);
  const outside = await forced(`150:${frames + 1}`);
  expect([outside.code, outside.json.code]).toEqual([1, 'PW_RANGE_OUTSIDE']);
});
