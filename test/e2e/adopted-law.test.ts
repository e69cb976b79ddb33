import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { isPatchworkError } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers, type TestSoundSpec, type TestVideoSpec } from '@patchwork/media';
import {
  adoptDeliverable,
  forecastRender,
  renderDeliverable,
  restoreRevision,
  undoPatch,
  type PublicationMode,
  type RenderRequest,
} from '@patchwork/render';
import { findBoundaries, readMovie, rewriteMovie, type Movie } from '@patchwork/splice';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decorateMovie, subtitlesOf, type TestSubtitle } from '../../packages/splice/src/testing/decorated-movie.ts';
import { checkPictures } from './kit/check-pictures.ts';
import { atStore } from './kit/film-store.ts';
import { lengthOfFilm, type Film, type FilmMedia, type Shot } from './kit/film.ts';
import { testMedia } from './kit/fixture.ts';
import { foreignEdit } from './kit/foreign-edit.ts';
import { naiveFrameMap } from './kit/naive-frame-map.ts';
import { naiveSoundError } from './kit/naive-sound.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder } from './kit/patchwork.ts';

/**
 * The law of adopted films: after any edit, however it is published, our own reader and the media library see what the naive
 * map says, frame for frame and sample for sample; pictures that were kept are decoded as before; the other tracks follow;
 * and the way back gives the bytes of before. More runs: PW_RUNS=50 (a kind).
 */
const runs = Number(process.env['PW_RUNS'] ?? 3);
const seed = Number(process.env['PW_SEED'] ?? 20_21);
const size = { width: 256, height: 144, rate: { num: 24, den: 1 } } as const;
const hashing = { sha256, startSha256 };

interface Kind {
  readonly container: 'mp4' | 'mov';
  readonly video: Pick<TestVideoSpec, 'codec' | 'bFrames' | 'openGop' | 'x264' | 'color'>;
  readonly sound: TestSoundSpec['codec'] | null;
  readonly isFrontMoov?: boolean;
  readonly subtitles?: readonly TestSubtitle[];
}

const subtitles = [
  { in: 3, out: 20, text: 'one' },
  { in: 20, out: 27, text: 'over the first cut' },
  { in: 40, out: 70, text: 'two' },
];
const kinds: Readonly<Record<string, Kind>> = {
  'H.264 with B frames, AAC, chapters and subtitles': {
    container: 'mp4',
    video: { codec: 'h264', bFrames: 3, x264: ['b-pyramid=normal', 'ref=4'] },
    sound: 'aac',
    subtitles,
  },
  'H.264 with open GOPs, index in front': {
    container: 'mp4',
    video: { codec: 'h264', bFrames: 3, openGop: true },
    sound: 'aac',
    isFrontMoov: true,
  },
  'HEVC with open GOPs, PCM, subtitles': {
    container: 'mov',
    video: { codec: 'hevc', bFrames: 3, openGop: true },
    sound: 'pcm_s16le',
    subtitles,
  },
  'HEVC without sound, index in front': {
    container: 'mp4',
    video: { codec: 'hevc', bFrames: 2 },
    sound: null,
    isFrontMoov: true,
  },
  'AV1 that says no colours, AAC': {
    container: 'mp4',
    video: {
      codec: 'av1',
      color: { primaries: 'unknown', transfer: 'unknown', matrix: 'unknown', range: 'unknown' },
    },
    sound: 'aac',
  },
  'ProRes, PCM': { container: 'mov', video: { codec: 'prores' }, sound: 'pcm_s24le', isFrontMoov: true },
  'DNxHR, PCM, subtitles': { container: 'mov', video: { codec: 'dnxhr' }, sound: 'pcm_s16le', subtitles },
};

let workers: MediaWorkers;
let film: Film;

beforeAll(async () => {
  workers = startWorkers({ count: 1 });
  film = await foreignCut();
}, 60_000);

afterAll(() => workers.close());

/** Three shots of 24, 20 and 28 frames. */
async function foreignCut(): Promise<Film> {
  const media: Record<string, FilmMedia> = {};
  for (const [i, name] of ['m1', 'm2', 'm3', 'new'].entries()) {
    const toneHz = 200 + 100 * i;
    const path = await testMedia(name, {
      id: i + 1,
      container: 'mov',
      video: { codec: 'mjpeg', ...size, frames: 60 },
      sound: { codec: 'pcm_s16le', sampleRate: 48_000, channels: 2, frequency: toneHz, level: 0.25 },
    });
    media[name] = { path, id: i + 1, rate: [24, 1], frames: 60, toneHz };
  }
  const shots: readonly Shot[] = [
    { media: 'm1', from: 0, length: 24 },
    { media: 'm2', from: 4, length: 20 },
    { media: 'm3', from: 10, length: 28 },
  ];
  const { width, height } = size;
  return { name: 'foreign', rate: [24, 1], start: 86_400, width, height, video: [shots], audio: [shots], media };
}

/** The film as another program writes it. */
async function foreignFilm(kind: Kind, path: string): Promise<void> {
  const [shots = []] = film.video;
  const source = await testMedia('foreign', {
    id: 1,
    container: kind.container,
    video: {
      ...kind.video,
      ...size,
      frames: lengthOfFilm(film),
      gop: 12,
      crf: 12,
      shots: shots.map(({ media, from, length }) => ({ id: film.media[media ?? '']?.id ?? 0, from, frames: length })),
    },
    sound: kind.sound === null ? null : { codec: kind.sound, sampleRate: 48_000, channels: 2, frequency: 333 },
    startTimecode: { frame: film.start, dropFrame: false },
  });
  copyFileSync(source, path);
  if (kind.subtitles !== undefined) {
    const chapters = [{ frame: 0, title: 'Opening' }];
    await decorateMovie(path, { chapters, subtitles: kind.subtitles, rate: 24, frames: lengthOfFilm(film) });
  }
  if (kind.isFrontMoov !== true) return;
  const front = `${path}.front`;
  await rewriteMovie(nodeFiles(), front, await readMovie(nodeFiles(), path, sha256), null, `${path}.scratch`, hashing);
  renameSync(front, path);
}

describe.each(Object.entries(kinds))('%s', (name, kind) => {
  test(`any edit, ${runs} of them`, async () => {
    const folder = freshFolder('adopted-law');
    const original = join(folder, `original.${kind.container}`);
    await foreignFilm(kind, original);
    await fc.assert(
      fc.asyncProperty(
        fc.array(foreignEdit, { minLength: 1, maxLength: 2 }),
        fc.constantFrom<PublicationMode>('whole', 'fast', 'in-place'),
        async (edits, mode) => {
          const next = edits.reduce((cut, { change }) => change(cut), film);
          await holds(kind, original, next, mode);
        },
      ),
      { numRuns: runs, seed: seed + name.length, endOnFailure: runs < 10 },
    );
    rmSync(folder, { recursive: true, force: true });
  }, 3_000_000);
});

async function holds(kind: Kind, original: string, next: Film, mode: PublicationMode): Promise<void> {
  const folder = freshFolder('adopted');
  try {
    const path = join(folder, `film.${kind.container}`);
    copyFileSync(original, path);
    await within(path, (context) =>
      adoptDeliverable(context, {
        deliverablePath: path,
        timelinePath: timelineOf(folder, film),
        timelineName: null,
        edlRate: null,
        mediaMap: [],
        searchFolders: [],
      }),
    );
    const request = requestOf(path, timelineOf(folder, next), mode);
    const made = await within(path, async (context) => {
      try {
        const forecast = await forecastRender(context, request);
        const delivery = await renderDeliverable(context, request);
        expect(delivery.frames.rendered, 'planned = rendered').toBe(forecast.plan.rendered);
        return { forecast, delivery };
      } catch (error) {
        // Where nothing stays it is another film: only where the first picture of an open film changed, or all of them.
        if (isPatchworkError(error) && error.code === 'PW_FULL_REQUIRED') return null;
        throw error;
      }
    });
    if (made === null) {
      // One fresh frame takes the GOP behind it along: all of a film that has a single one.
      const isOneGop = kind.video.codec === 'h264' && kind.video.openGop === true;
      if (!isOneGop)
        expect(keptAtMost(next), 'refused although pictures could be kept').toBeLessThan(lengthOfFilm(film));
      expect(readFileSync(path).equals(readFileSync(original))).toBe(true);
      return;
    }
    const fresh = made.forecast.plan.missing.map(({ range }) => range);
    await looksRight(path, original, next, (frame) => fresh.some((each) => frame >= each.in && frame < each.out));
    if (kind.sound !== null) await soundsRight(path, original, next, kind.sound, made.delivery.sound === 'render');
    const movie = await readMovie(nodeFiles(), path, sha256);
    expect(movie.timecode?.frame, 'start timecode').toBe(film.start);
    const isStanding = made.delivery.sound !== 'render' && lengthOfFilm(next) === lengthOfFilm(film);
    if (kind.subtitles !== undefined) followTexts(movie, next, kind.subtitles, isStanding);
    if (made.delivery.upToDate) return;
    await within<unknown>(path, (context) =>
      mode === 'whole' ? restoreRevision(context, { path, revision: '@{1}' }, null) : undoPatch(context, path),
    );
    expect(readFileSync(path).equals(readFileSync(original)), 'the way back').toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function within<Result>(path: string, work: Parameters<typeof atStore<Result>>[3]): Promise<Result> {
  return atStore(workers, path, nodeFiles(), work);
}

function timelineOf(folder: string, cut: Film): string {
  const path = join(folder, 'cut.otio');
  writeFileSync(path, otioText(cut));
  return path;
}

function requestOf(path: string, timelinePath: string, publication: PublicationMode): RenderRequest {
  return {
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
    publication,
    proof: 'default',
  };
}

/** What a frame shows, in one word. */
function signature(cut: Film, frame: number): string {
  return JSON.stringify(naiveFrameMap(cut, frame));
}

/** For each picture of the adopted film, its frame. No picture comes twice. */
function oldFrames(): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: lengthOfFilm(film) }, (_, frame) => [signature(film, frame), frame]));
}

function keptAtMost(next: Film): number {
  const known = oldFrames();
  return Array.from({ length: lengthOfFilm(next) }, (_, frame) => frame).filter((frame) =>
    known.has(signature(next, frame)),
  ).length;
}

/** Every picture is the right one, by libav and by our own reader; kept ones are decoded as before, after seeks too. */
async function looksRight(
  path: string,
  original: string,
  next: Film,
  isFresh: (frame: number) => boolean,
): Promise<void> {
  const frames = lengthOfFilm(next);
  await checkPictures(path, next, [], workers);
  const base = await findBoundaries(nodeFiles(), await readMovie(nodeFiles(), path, sha256));
  const [start = 0, second = 0] = base.times;
  expect([...base.times].map((time) => time - start)).toEqual(
    Array.from({ length: frames }, (_, frame) => frame * (second - start)),
  );
  const digestsOf = async (of: string, length: number): Promise<readonly (string | null)[]> => {
    const seeks = [length - 1, length >> 1, (length >> 1) - 1, 0, length >> 2].filter((frame) => frame >= 0);
    const { linear, sought, findings } = await workers.decodeDigests({
      path: of,
      ranges: [{ in: 0, out: length }],
      seeks,
    });
    expect(findings, `${of} decodes without complaint`).toEqual([]);
    for (const { frame, digest } of sought) expect(digest, `a seek to ${frame}`).toBe(linear[frame]?.digest);
    return linear.map(({ digest }) => digest);
  };
  const [before, after] = [await digestsOf(original, lengthOfFilm(film)), await digestsOf(path, frames)];
  const known = oldFrames();
  const changed = after.flatMap((digest, frame) =>
    isFresh(frame) || digest === before[known.get(signature(next, frame)) ?? -1] ? [] : [frame],
  );
  expect(changed, 'kept frames that are decoded otherwise').toEqual([]);
}

async function soundsRight(
  path: string,
  original: string,
  next: Film,
  codec: TestSoundSpec['codec'],
  isRendered: boolean,
): Promise<void> {
  const channels = await soundAt(path);
  if (!isRendered) {
    expect(channels, 'sound that is kept').toEqual(await soundAt(original));
    return;
  }
  expect(channels[0]?.length, 'heard samples').toBe((lengthOfFilm(next) * 48_000) / 24);
  if (codec !== 'aac') expect(await naiveSoundError(next, channels)).toBeLessThan(3e-4);
}

async function soundAt(path: string): Promise<readonly Float32Array[]> {
  const outPath = `${path}.f32`;
  const { channels, samples } = await workers.decodeSound({ path, outPath });
  const bytes = readFileSync(outPath);
  rmSync(outPath);
  return Array.from({ length: channels }, (_, channel) => {
    const start = bytes.byteOffset + channel * samples * 4;
    return new Float32Array(bytes.buffer.slice(start, start + samples * 4));
  });
}

/** Texts are shown over the pictures that they were shown over; where nothing moves, they stay where they are. */
function followTexts(movie: Movie, next: Film, told: readonly TestSubtitle[], isStanding: boolean): void {
  const known = oldFrames();
  const textAt = (list: readonly (readonly [number, number, string])[], frame: number): string | null =>
    list.find(([first, end]) => frame >= first && frame < end)?.[2] ?? null;
  const before = told.map((each) => [each.in, each.out, each.text] as const);
  const now = subtitlesOf(movie);
  const frames = Array.from({ length: lengthOfFilm(next) }, (_, frame) => frame);
  const wanted = frames.map((frame) => {
    const from = isStanding ? frame : known.get(signature(next, frame));
    return from === undefined ? null : textAt(before, from);
  });
  expect(frames.map((frame) => textAt(now, frame))).toEqual(wanted);
}
