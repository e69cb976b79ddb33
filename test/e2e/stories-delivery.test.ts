import {
  copyFileSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  openSync,
  readSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import { checkPictures } from './kit/check-pictures.ts';
import {
  recut,
  repictured,
  storyFilm,
  storyHeight,
  storyMedia,
  storyWidth,
  testMedia,
  withShot,
} from './kit/fixture.ts';
import type { Film, FilmMedia, Shot } from './kit/film.ts';
import { rerender } from './kit/mixed-film.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder, patchwork, type Ran, type RunDocument, type StoryProfile } from './kit/patchwork.ts';
import { clean, handedOver, patchTo, renderFilm, sha256OfPath, type Output } from './kit/story.ts';

/** Stories 12, 13, 16–18 and 20–22 of the acceptance list. */
let film: Film;

beforeAll(async () => {
  film = await storyFilm();
}, 300_000);

const timeout = 180_000;

function mediaOf(name: string): FilmMedia {
  const media = film.media[name];
  if (media === undefined) throw new Error(`the story has no ${name}`);
  return media;
}

describe('12: media', () => {
  /** The film with m02 at a path of its own, so that the file there can be exchanged. */
  function withM02At(path: string): Film {
    const m02 = film.media['m02'];
    if (m02 === undefined) throw new Error('the story has no m02');
    return { ...film, media: { ...film.media, m02: { ...m02, path } } };
  }

  test(
    '12: another file under the same name, size and time renders every use again',
    async () => {
      const folder = freshFolder('swap');
      const path = join(folder, 'm02.mov');
      const original = film.media['m02']?.path ?? '';
      copyFileSync(original, path);
      const old = await clean(withM02At(path), 'A');
      const place = handedOver(old);
      // The same card with id 22, padded or cut to the same size, and the old times put back.
      const other = readFileSync((await storyMedia(22)).path);
      const before = statSync(path);
      writeFileSync(path, sameSize(other, before.size));
      utimesSync(path, before.atime, before.mtime);
      const ran = await renderFilm(withM02At(path), place.deliverable, 'A', place.store);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.frames.rendered).toBe(96);
      expect(ran.json.dirty).toEqual([[96, 192]]);
      expect(JSON.stringify(ran.json.reasons)).toContain('content changed, same path');
      const seen: FilmMedia = { ...mediaOf('m02'), id: 22 };
      await checkPictures(place.deliverable, { ...film, media: { ...film.media, m02: seen } });
    },
    timeout,
  );

  test(
    '12: the same bytes elsewhere render nothing',
    async () => {
      const path = join(freshFolder('relink'), 'elsewhere.mov');
      copyFileSync(film.media['m02']?.path ?? '', path);
      const { ran } = await patchTo(film, withM02At(path), 'A');
      expect(ran.json.frames.rendered).toBe(0);
    },
    timeout,
  );

  test(
    '12: a file used twice dirties both uses',
    async () => {
      const twice = (media: FilmMedia): Film => ({
        ...recut(film, (shots) => withShot(shots, 'm09', (shot) => ({ ...shot, media: 'm02', from: 100 }))),
        media: { ...film.media, m02: media },
      });
      const { ran } = await patchTo(twice(mediaOf('m02')), twice(await storyMedia(22)), 'A');
      expect(ran.json.dirty).toEqual([
        [96, 192],
        [768, 864],
      ]);
      expect(ran.json.frames.rendered).toBe(192);
    },
    timeout,
  );

  test(
    '12: a missing file stops the run before anything is rendered',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      const before = sha256OfPath(place.deliverable);
      const ran = await renderFilm(withM02At('/nowhere/m02.mov'), place.deliverable, 'A', place.store);
      expect(ran.code).toBe(1);
      expect(ran.json.code).toBe('PW_MEDIA_OFFLINE');
      expect(ran.json.message).toContain('m02');
      expect(sha256OfPath(place.deliverable)).toBe(before);
    },
    timeout,
  );
});

/** A QuickTime file made as long as asked: a `free` box at the end changes its size and nothing that plays. */
function sameSize(bytes: Buffer, size: number): Buffer {
  const missing = size - bytes.length;
  if (missing === 0) return bytes;
  if (missing < 8) throw new Error(`cannot pad by ${missing} bytes`);
  const free = Buffer.alloc(missing);
  free.writeUInt32BE(missing, 0);
  free.write('free', 4, 'latin1');
  return Buffer.concat([bytes, free]);
}

describe('13: what the whole film stands on', () => {
  test(
    '13: another timeline rate needs a full render and writes nothing',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      const before = sha256OfPath(place.deliverable);
      const ran = await renderFilm({ ...film, rate: [25, 1] }, place.deliverable, 'A', place.store);
      expect(ran.code).toBe(2);
      expect(ran.json.code).toBe('PW_FULL_REQUIRED');
      expect(`${ran.json.message} ${JSON.stringify(ran.json.details)}`).toContain('timeline.rate 24/1 -> 25/1');
      expect(sha256OfPath(place.deliverable)).toBe(before);
    },
    timeout,
  );

  test(
    '13: another raster needs a full render',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      const ran = await renderFilm({ ...film, width: 128, height: 72 }, place.deliverable, 'A', place.store);
      expect(ran.code).toBe(2);
    },
    timeout,
  );

  test(
    '13: another start timecode is a remux',
    async () => {
      const { ran } = await patchTo(film, { ...film, start: 90000 }, 'A');
      expect(ran.json.frames.rendered).toBe(0);
    },
    timeout,
  );
});

describe('16: sound alone', () => {
  test.each([
    ['gain', (shot: Shot): Shot => ({ ...shot, gainDb: -3 })],
    ['mute', (shot: Shot): Shot => ({ ...shot, enabled: false })],
  ])(
    '16: %s on A1 m03 leaves every picture packet alone',
    async (_, change) => {
      const next = { ...film, audio: film.audio.map((shots) => withShot(shots, 'm03', change)) };
      const { ran } = await patchTo(film, next, 'A');
      expect(ran.json.frames.rendered).toBe(0);
      expect(ran.json.sound).toBe('render');
      expect(ran.json.dirty).toEqual([]);
    },
    timeout,
  );
});

function withCrf18(profile: StoryProfile): void {
  profile.video.options['crf'] = '18';
}

/** Colour tags as libav reports them of a file: of the decoder's parameter sets before the container's. */
async function colorOf(path: string): Promise<unknown> {
  const probed = await patchwork(['probe', path], { store: join(freshFolder('probe'), 'store') });
  return probed.json.media.video.color;
}

/** What a comparison tells, a text a change. */
function textsOf({ json }: Ran): readonly string[] {
  return json.changes.map(({ text }) => text);
}

describe('17: another delivery', () => {
  /** Renders a delivered film again, in a folder of its own and without its store, under a changed profile. */
  async function delivered(
    change: (profile: StoryProfile) => void,
    extra: readonly string[] = [],
    deliverable?: string,
  ): Promise<Ran> {
    const old = await clean(film, 'A');
    return rerender(handedOver({ ...old, deliverable: deliverable ?? old.deliverable }), film, change, extra);
  }

  test.each([
    ['video.options.crf', withCrf18],
    ['video.options.preset', (profile: StoryProfile): void => void (profile.video.options['preset'] = 'veryfast')],
    ['video.pixelFormat', (profile: StoryProfile): void => void (profile.video.pixelFormat = 'yuv422p')],
  ])(
    '17: a change of %s is refused by name',
    async (key, change) => {
      const ran = await delivered(change);
      expect(ran.code, ran.stderr).toBe(2);
      expect(`${ran.json.message} ${JSON.stringify(ran.json.details)}`).toContain(key);
    },
    timeout,
  );

  test(
    '17: --full renders anew',
    async () => {
      const ran = await delivered(withCrf18, ['--full']);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.frames.rendered).toBe(1152);
      const old = await clean(film, 'A');
      const diff = await patchwork(['diff', old.deliverable, ran.json.deliverable], {
        store: join(old.folder, 'store'),
      });
      expect([diff.code, textsOf(diff)], diff.stderr).toEqual([0, ['video.options.crf 20 → 18']]);
    },
    timeout,
  );

  test(
    '17: another colour tag is a remux',
    async () => {
      const tag = (profile: StoryProfile): void =>
        void Object.assign(profile.video.color, { primaries: 'smpte170m', transfer: 'gamma28' });
      const ran = await delivered(tag);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.frames).toEqual({ total: 1152, rendered: 0, reused: 1152 });
      expect(ran.json.dirty).toEqual([]);
      expect(ran.json.reasons).toEqual([]);
      const color = { primaries: 'smpte170m', transfer: 'gamma28', matrix: 'bt709', range: 'tv' };
      expect(await colorOf(ran.json.deliverable), 'what a decoder is told').toEqual(color);
      const anew = await delivered(tag, ['--full']);
      expect(anew.json.frames.rendered).toBe(1152);
      expect(sha256OfPath(ran.json.deliverable), 'E1: the remux is the clean render').toBe(
        sha256OfPath(anew.json.deliverable),
      );
      // And back again: the old file.
      const old = await clean(film, 'A');
      const back = await delivered(
        (profile) => void Object.assign(profile.video.color, { primaries: 'bt709', transfer: 'bt709' }),
        [],
        ran.json.deliverable,
      );
      expect(back.json.frames.rendered).toBe(0);
      expect(sha256OfPath(back.json.deliverable)).toBe(sha256OfPath(old.deliverable));
    },
    timeout,
  );

  test(
    '17: a colour tag that pixels depend on needs a full render',
    async () => {
      const ran = await delivered((profile) => void (profile.video.color.matrix = 'smpte170m'));
      expect(ran.code, ran.stderr).toBe(2);
      expect(ran.json.message).toContain('video.color.matrix bt709 -> smpte170m');
    },
    timeout,
  );

  test(
    '17: a colour tag of ProRes stands in every frame',
    async () => {
      const ran = await delivered(
        (profile) => void (profile.video.color.primaries = 'smpte170m'),
        [],
        (await clean(film, 'B')).deliverable,
      );
      expect(ran.code, ran.stderr).toBe(2);
      expect(ran.json.message).toContain('video.color.primaries bt709 -> smpte170m');
    },
    timeout,
  );

  test(
    '17: --allow-mixed is harmless where nothing differs',
    async () => {
      const same = await delivered(() => undefined, ['--allow-mixed']);
      expect(same.code, same.stderr).toBe(0);
      expect(same.json.frames.rendered).toBe(0);
    },
    timeout,
  );

  test(
    '17: sound in another format leaves the picture alone',
    async () => {
      const ran = await delivered(
        (profile) => void (profile.sound = { codec: 'aac', sampleRate: 48000, layout: 'stereo', bitrate: 192000 }),
      );
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.frames.rendered).toBe(0);
    },
    timeout,
  );
});

describe('18: parts of a timeline', () => {
  const part = async (output: Output): Promise<RunDocument> => {
    const folder = freshFolder('part');
    const deliverable = join(folder, 'film.mov');
    const store = join(folder, 'store');
    const first = await renderFilm(film, deliverable, output, store, ['--range', '240:720']);
    expect(first.code, first.stderr).toBe(0);
    rmSync(store, { recursive: true, force: true });
    const second = await renderFilm(film, deliverable, output, store, ['--range', '200:700']);
    expect(second.code, second.stderr).toBe(0);
    const reference = join(folder, 'clean.mov');
    const whole = await renderFilm(film, reference, output, join(folder, 'clean-store'), ['--range', '200:700']);
    expect(whole.code, whole.stderr).toBe(0);
    expect(sha256OfPath(deliverable), 'E1').toBe(sha256OfPath(reference));
    await checkPictures(deliverable, film, ['--range', '200:700']);
    return second.json;
  };

  test(
    '18: [240,720) becomes [200,700), output A renders 68',
    async () => {
      expect((await part('A')).frames).toEqual({ total: 500, rendered: 68, reused: 432 });
    },
    timeout,
  );

  test(
    '18: [240,720) becomes [200,700), output B renders 40',
    async () => {
      expect((await part('B')).frames).toEqual({ total: 500, rendered: 40, reused: 460 });
    },
    timeout,
  );
});

describe('18: more on parts', () => {
  test(
    '18: the start timecode is the record timecode of the in point',
    async () => {
      const part = await clean(film, 'A', ['--range', '200:260']);
      const probed = await patchwork(['probe', part.deliverable], { store: join(part.folder, 'store') });
      expect(probed.json.media).toMatchObject({ startTimecode: { frame: 86_400 + 200, dropFrame: false } });
    },
    timeout,
  );

  test(
    '18: the timeline is compared whole; what is to be rendered is what the part needs',
    async () => {
      const old = await clean(film, 'A', ['--range', '400:560']);
      const timeline = join(freshFolder('part-words'), 'new.otio');
      const slip = (shots: readonly Shot[], name: string): readonly Shot[] =>
        withShot(shots, name, (shot) => ({ ...shot, from: shot.from + 24 }));
      writeFileSync(timeline, otioText(recut(film, (shots) => slip(slip(shots, 'm06'), 'm11'))));
      const place = handedOver(old);
      const diff = await patchwork(['diff', place.deliverable, timeline], { store: place.store });
      expect([diff.code, textsOf(diff)], diff.stderr).toEqual([0, ['slip +24', 'slip +24']]);
      const plan = await patchwork(['plan', timeline, place.deliverable, '--range', '400:560'], { store: place.store });
      expect([diff.json.framesToRender, plan.json.frames.total]).toEqual([plan.json.frames.rendered, 160]);
      expect(diff.json.framesToRender).toBeLessThan(160);
      expect(diff.json.unknown).toEqual([]);
    },
    timeout,
  );

  test(
    '18: of two parts that have nothing in common everything is rendered, nothing refused',
    async () => {
      const folder = freshFolder('disjoint');
      const deliverable = join(folder, 'film.mov');
      const first = await renderFilm(film, deliverable, 'A', join(folder, 'store'), ['--range', '0:96']);
      expect(first.code, first.stderr).toBe(0);
      const second = await renderFilm(film, deliverable, 'A', join(folder, 'empty'), ['--range', '192:384']);
      expect(second.code, second.stderr).toBe(0);
      expect(second.json.frames).toEqual({ total: 192, rendered: 192, reused: 0 });
    },
    timeout,
  );
});

describe('the words of a change, between a deliverable and a timeline', () => {
  test.each<[string, (shots: readonly Shot[]) => readonly Shot[], string]>([
    ['3', (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, length: 86 })), 'ripple trim out −10'],
    ['4', (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, from: 58, length: 86 })), 'ripple trim in +10'],
    ['5', (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, from: 72 })), 'slip +24'],
  ])(
    'story %s is told in words',
    async (_, change, words) => {
      const old = await clean(film, 'A');
      const timeline = join(freshFolder('words'), 'new.otio');
      writeFileSync(timeline, otioText(recut(film, change)));
      const diff = await patchwork(['diff', old.deliverable, timeline], { store: join(old.folder, 'store') });
      expect(diff.code, diff.stderr).toBe(0);
      expect(diff.stdout).toContain(words);
    },
    timeout,
  );
});

describe('20: 23.976 is not 24', () => {
  test(
    '20: the rate of the timeline decides the length',
    async () => {
      const slow: Film = { ...film, rate: [24000, 1001] };
      const old = await clean(slow, 'A');
      const probed = await patchwork(['probe', old.deliverable], { store: join(old.folder, 'store') });
      expect(probed.json.media.video.rate).toBe('24000/1001');
      expect(probed.json.media.video.frames).toBe(1152);
    },
    timeout,
  );
});

describe('21: variable frame rate', () => {
  test(
    '21: every record frame shows what a linear decode says',
    async () => {
      const durationsMs = Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? 50 : 33));
      const path = await testMedia('vfr', {
        id: 30,
        container: 'mp4',
        video: {
          codec: 'h264',
          width: storyWidth,
          height: storyHeight,
          rate: rational(24),
          frames: 400,
          durationsMs,
          gop: 48,
          bFrames: 2,
        },
        sound: null,
      });
      const shot: Shot = { media: 'vfr', from: 0, length: 300 };
      const media = { vfr: { path, id: 30, rate: film.rate, frames: 400, toneHz: 0 } };
      const vfr: Film = { ...film, media, video: [[shot]], audio: [] };
      const { deliverable } = await clean(vfr, 'A');
      const { readCodeRows } = await import('./kit/check-pictures.ts');
      const { top } = await readCodeRows(deliverable);
      const expected = Array.from({ length: 300 }, (_, frame) => shownAt(durationsMs, frame));
      expect(top.map((code) => code?.frame)).toEqual(expected);
    },
    timeout,
  );
});

describe('21: the same packets in another file', () => {
  /** m02 with a `free` box behind it and another name: other bytes on disk, the same packets at the same times. */
  test(
    '21: a remux is a relink and renders nothing',
    async () => {
      const path = join(freshFolder('remux'), 'm02-remuxed.mov');
      const original = readFileSync(mediaOf('m02').path);
      writeFileSync(path, sameSize(original, original.length + 4096));
      const next = { ...film, media: { ...film.media, m02: { ...mediaOf('m02'), path } } };
      const { ran } = await patchTo(film, next, 'A');
      expect(ran.json.frames.rendered).toBe(0);
      expect(ran.json.dirty).toEqual([]);
    },
    timeout,
  );

  test(
    '21: one changed presentation time renders every use',
    async () => {
      const spec = {
        codec: 'h264',
        width: storyWidth,
        height: storyHeight,
        rate: rational(24),
        frames: 100,
        gop: 48,
        bFrames: 2,
      } as const;
      const vfr = async (last: number): Promise<Film> => {
        const durationsMs = Array.from({ length: 100 }, (_, index) =>
          index === 98 ? last : index % 2 === 0 ? 50 : 33,
        );
        const path = await testMedia('vfr21', {
          id: 31,
          container: 'mp4',
          video: { ...spec, durationsMs },
          sound: null,
        });
        const shots: Shot[] = [
          { media: 'vfr', from: 0, length: 48 },
          { media: 'm01', from: 0, length: 20 },
          { media: 'vfr', from: 0, length: 48 },
        ];
        return {
          ...film,
          media: { m01: mediaOf('m01'), vfr: { path, id: 31, rate: film.rate, frames: 100, toneHz: 0 } },
          video: [shots],
          audio: [],
        };
      };
      const place = handedOver(await clean(await vfr(50), 'A'));
      const ran = await renderFilm(await vfr(80), place.deliverable, 'A', place.store);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.dirty).toEqual([
        [0, 48],
        [68, 116],
      ]);
      expect(sha256OfPath(place.deliverable)).toBe(sha256OfPath((await clean(await vfr(80), 'A')).deliverable));
    },
    timeout,
  );
});

/** The number of the picture on show at record frame f of 24 a second: the last whose time has come. Milliseconds, whole. */
function shownAt(durationsMs: readonly number[], frame: number): number {
  let time = 0;
  for (const [index, duration] of durationsMs.entries()) {
    time += duration;
    if (time * 24 > frame * 1000) return index;
  }
  return durationsMs.length - 1;
}

describe('22: a damaged deliverable', () => {
  const longer = (): Film => repictured(film, (shots) => withShot(shots, 'm12', (shot) => ({ ...shot, from: 48 })));

  test(
    '22a: a flipped byte in GOP 7 is found and that chunk rendered again',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      const shown = await patchwork(['show', place.deliverable], { store: place.store });
      const chunk = shown.json.chunks[7];
      flipByte(place.deliverable, (chunk?.offset ?? 0) + 40);
      const verified = await patchwork(['verify', place.deliverable], { store: place.store });
      expect(verified.code).toBe(5);
      const ran = await renderFilm(film, place.deliverable, 'A', place.store);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.frames.rendered).toBe(48);
      expect(JSON.stringify(ran.json.reasons)).toContain('reused span failed hash');
      expect(sha256OfPath(place.deliverable)).toBe(sha256OfPath((await clean(film, 'A')).deliverable));
    },
    timeout,
  );

  test(
    '22b: of a file cut at 60 % every whole chunk is reused',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      truncateSync(place.deliverable, Math.floor(statSync(place.deliverable).size * 0.6));
      const ran = await renderFilm(longer(), place.deliverable, 'A', place.store);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.frames.rendered).toBeLessThan(700);
      expect(ran.json.frames.rendered).toBeGreaterThan(300);
      expect(sha256OfPath(place.deliverable)).toBe(sha256OfPath((await clean(longer(), 'A')).deliverable));
    },
    timeout,
  );

  test(
    '22b: without sidecar and store a cut file needs a full render',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      truncateSync(place.deliverable, Math.floor(statSync(place.deliverable).size * 0.6));
      rmSync(`${place.deliverable}.patchwork`);
      const ran = await renderFilm(film, place.deliverable, 'A', place.store);
      expect(ran.code).toBe(2);
    },
    timeout,
  );

  test(
    '22c: another file of that name is left alone',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      copyFileSync(film.media['m01']?.path ?? '', place.deliverable);
      const before = sha256OfPath(place.deliverable);
      const ran = await renderFilm(film, place.deliverable, 'A', place.store);
      expect(ran.code).toBe(1);
      expect(sha256OfPath(place.deliverable)).toBe(before);
    },
    timeout,
  );
});

function flipByte(path: string, position: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  byte[0] = (byte[0] ?? 0) ^ 0x55;
  writeSync(file, byte, 0, 1, position);
  closeSync(file);
}
