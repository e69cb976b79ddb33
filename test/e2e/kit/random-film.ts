import * as fc from 'fast-check';
import { rational } from '@patchwork/time';
import type { Film, FilmMedia, Shot } from './film.ts';
import { storyHeight, storyWidth, testMedia } from './fixture.ts';

/** Names of the pool, by what they are for. */
const lower = ['long', 'mixed', 'intra', 'still'] as const;
const upper = ['upA', 'upB'] as const;
const sounds = ['long', 'upA', 'aac'] as const;

const size = { width: storyWidth, height: storyHeight };

/** The media that random films draw from: long-GOP, another rate, intra, a still, AAC sound, and two with the code at the bottom. */
export async function mediaPool(): Promise<Readonly<Record<string, FilmMedia>>> {
  const movie = async (
    id: number,
    name: string,
    spec: {
      codec: 'h264' | 'mjpeg';
      rate: number;
      codeRow?: 'top' | 'bottom';
      toneHz?: number;
      sound?: 'pcm_s16le' | 'aac';
    },
  ): Promise<FilmMedia> => {
    const { toneHz = 0 } = spec;
    const path = await testMedia(name, {
      id,
      container: 'mov',
      video: {
        codec: spec.codec,
        ...size,
        rate: rational(spec.rate),
        frames: 200,
        codeRow: spec.codeRow ?? 'top',
        gop: 48,
        bFrames: 2,
      },
      sound:
        toneHz === 0
          ? null
          : { codec: spec.sound ?? 'pcm_s16le', sampleRate: 48000, channels: 2, frequency: toneHz, level: 0.25 },
    });
    return { path, id, rate: [spec.rate, 1], frames: 200, toneHz };
  };
  const still = await testMedia('still', {
    id: 44,
    container: 'png',
    video: { codec: 'png', ...size, rate: rational(24), frames: 1 },
    sound: null,
  });
  return {
    long: await movie(41, 'long', { codec: 'h264', rate: 24, toneHz: 300 }),
    mixed: await movie(42, 'mixed', { codec: 'h264', rate: 25, toneHz: 400 }),
    intra: await movie(43, 'intra', { codec: 'mjpeg', rate: 24 }),
    still: { path: still, id: 44, rate: [24, 1], frames: 1, toneHz: 0, still: true },
    upA: await movie(45, 'upA', { codec: 'h264', rate: 24, codeRow: 'bottom', toneHz: 500 }),
    upB: await movie(46, 'upB', { codec: 'mjpeg', rate: 24, codeRow: 'bottom' }),
    aac: await movie(47, 'aac', { codec: 'mjpeg', rate: 24, toneHz: 600, sound: 'aac' }),
  };
}

const length = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 11 }) },
  { weight: 5, arbitrary: fc.integer({ min: 8, max: 50 }) },
  { weight: 1, arbitrary: fc.integer({ min: 50, max: 200 }) },
);

const speed = fc.constantFrom(1, 1, 1, 1, 0.5, 2, -1, 0);

const lowerShot: fc.Arbitrary<Shot> = fc
  .record({
    media: fc.option(fc.constantFrom(...lower), { freq: 9 }),
    from: fc.integer({ min: 0, max: 120 }),
    length,
    speed,
    enabled: fc.constantFrom(true, true, true, true, true, false),
    wantsDissolve: fc.constantFrom(0, 0, 0, 1, 3),
  })
  .map(({ wantsDissolve, ...shot }) => ({
    ...shot,
    ...(wantsDissolve > 0 ? { dissolve: { before: wantsDissolve, after: wantsDissolve + 1 } } : {}),
  }));

const opacity = fc.oneof(
  fc.constantFrom(1, 0.5, 0.25),
  fc.constant([
    { frame: 0, value: 0.2 },
    { frame: 10, value: 0.9 },
  ]),
);

const upperShot: fc.Arbitrary<Shot> = fc.record({
  media: fc.option(fc.constantFrom(...upper), { freq: 1 }),
  from: fc.integer({ min: 0, max: 120 }),
  length,
  opacity,
});

const soundShot: fc.Arbitrary<Shot> = fc.record({
  media: fc.option(fc.constantFrom(...sounds), { freq: 3 }),
  from: fc.integer({ min: 0, max: 100 }),
  length: fc.integer({ min: 2, max: 60 }),
  gainDb: fc.constantFrom(0, -6, -12),
});

/** A film over the pool: two picture and two sound tracks. */
export function randomFilm(media: Readonly<Record<string, FilmMedia>>): fc.Arbitrary<Film> {
  return fc
    .record({
      v1: fc.array(lowerShot, { minLength: 2, maxLength: 7 }),
      v2: fc.array(upperShot, { minLength: 0, maxLength: 3 }),
      a1: fc.array(soundShot, { minLength: 1, maxLength: 4 }),
      a2: fc.array(soundShot, { minLength: 0, maxLength: 2 }),
    })
    .map(({ v1, v2, a1, a2 }) =>
      tidied({ name: 'law', rate: [24, 1], start: 86400, ...size, video: [v1, v2], audio: [a1, a2], media }),
    );
}

/** One edit, as a function from film to film. */
export const randomEdit: fc.Arbitrary<(film: Film) => Film> = fc
  .record({
    kind: fc.constantFrom(
      'length',
      'slip',
      'insert',
      'remove',
      'swap',
      'blade',
      'speed',
      'enable',
      'opacity',
      'gain',
      'dissolve',
    ),
    at: fc.nat(20),
    amount: fc.integer({ min: 1, max: 30 }),
    fresh: lowerShot,
  })
  .map(
    ({ kind, at, amount, fresh }) =>
      (film: Film): Film =>
        tidied(edited(film, kind, at, amount, fresh)),
  );

function edited(film: Film, kind: string, at: number, amount: number, fresh: Shot): Film {
  const [v1 = [], v2 = []] = film.video;
  const [a1 = [], ...restSound] = film.audio;
  const index = at % v1.length;
  const lowerTrack = (change: (shots: readonly Shot[]) => readonly Shot[]): Film => ({
    ...film,
    video: [change(v1), v2],
  });
  const one = (change: (shot: Shot) => Shot): Film =>
    lowerTrack((shots) => shots.map((shot, each) => (each === index ? change(shot) : shot)));
  switch (kind) {
    case 'length':
      return one((shot) => ({ ...shot, length: Math.max(1, shot.length + (amount % 2 === 0 ? amount : -amount)) }));
    case 'slip':
      return one((shot) => ({ ...shot, from: Math.min(150, shot.from + amount) }));
    case 'insert':
      return lowerTrack((shots) => [...shots.slice(0, index), fresh, ...shots.slice(index)]);
    case 'remove':
      return v1.length > 1 ? lowerTrack((shots) => shots.filter((_, each) => each !== index)) : film;
    case 'swap':
      return lowerTrack((shots) => shots.toReversed());
    case 'blade':
      return lowerTrack((shots) => shots.flatMap((shot, each) => (each === index ? bladed(shot, amount) : [shot])));
    case 'speed':
      return one((shot) => ({ ...shot, speed: amount % 3 === 0 ? -1 : amount % 3 === 1 ? 0.5 : 1 }));
    case 'enable':
      return one((shot) => ({ ...shot, enabled: !(shot.enabled ?? true) }));
    case 'opacity':
      return {
        ...film,
        video: [v1, v2.map((shot, each) => (each === at % Math.max(1, v2.length) ? { ...shot, opacity: 0.7 } : shot))],
      };
    case 'gain':
      return { ...film, audio: [a1.map((shot, each) => (each === 0 ? { ...shot, gainDb: -3 } : shot)), ...restSound] };
    case 'dissolve':
      return one(({ dissolve, ...shot }) =>
        dissolve === undefined ? { ...shot, dissolve: { before: 2, after: 2 } } : shot,
      );
    default:
      throw new TypeError(`no edit ${kind}`);
  }
}

/** A cut through a shot at normal speed: nothing that is seen changes. */
function bladed(shot: Shot, amount: number): Shot[] {
  const at = amount % shot.length;
  if (at === 0 || shot.media === 'mixed' || shot.media === 'still' || (shot.speed ?? 1) !== 1) return [shot];
  const { dissolve, ...plain } = shot;
  const tail: Shot = {
    ...plain,
    from: shot.from + at,
    length: shot.length - at,
    ...(dissolve === undefined ? {} : { dissolve }),
  };
  return [{ ...plain, length: at }, tail];
}

/** Takes away what no host would write: dissolves that their shots are too short for, at the end, or beside a gap. */
function tidied(film: Film): Film {
  return { ...film, video: film.video.map((track) => track.map((shot, index) => withRoom(shot, track, index))) };
}

function withRoom(shot: Shot, track: readonly Shot[], index: number): Shot {
  const { dissolve, ...plain } = shot;
  const next = track[index + 1];
  const before = track[index - 1]?.dissolve?.after ?? 0;
  if (dissolve === undefined || next === undefined || shot.media === null || next.media === null) return plain;
  const fits = shot.length - before >= dissolve.before && next.length >= 2 * dissolve.after + 2;
  return fits ? shot : plain;
}
