import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { readMovie } from '@patchwork/splice';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPictures } from './kit/check-pictures.ts';
import type { Film } from './kit/film.ts';
import { storyHeight, storyWidth, testMedia, withShot } from './kit/fixture.ts';
import { nativeCut, nativeFilm, nativeFrames, nativeSite, trimmed, type NativeSite } from './kit/native-film.ts';
import { otioText } from './kit/otio-text.ts';
import type { Ran } from './kit/patchwork.ts';
import { sha256OfPath } from './kit/story.ts';

/** Stories 16, 17, 21 and 22 on a film that another program rendered: adopted, or patched with no timeline at all. */
const frames = nativeFrames;
const trust = ['--on-unknown', 'trust'];
let workers: MediaWorkers;
let film: Film;
let native: string;

beforeAll(async () => {
  workers = startWorkers({ count: 1 });
  film = await nativeCut();
  native = await nativeFilm();
});

afterAll(() => workers.close());

async function adopted(): Promise<NativeSite> {
  const site = nativeSite(native);
  const ran = await site.run('adopt', site.path, '--timeline', site.timeline(film));
  expect(ran.code, ran.stdout).toBe(0);
  return site;
}

async function packetsOf(path: string, kind: 'video' | 'sound'): Promise<readonly string[]> {
  const { streams } = await workers.scanMovie(path);
  return streams.filter((each) => each.kind === kind).flatMap(({ packets }) => packets.map(({ digest }) => digest));
}

async function insert(length: number): Promise<string> {
  return testMedia('insert', {
    id: 9,
    container: 'mov',
    video: { codec: 'prores', width: storyWidth, height: storyHeight, rate: { num: 24, den: 1 }, frames: length },
    sound: null,
  });
}

describe('16: sound alone', () => {
  test('every picture packet is kept, the sound is encoded whole', async () => {
    const site = await adopted();
    const [pictures, sound] = [await packetsOf(site.path, 'video'), await packetsOf(site.path, 'sound')];
    const quieter = {
      ...film,
      audio: film.audio.map((shots) => withShot(shots, 'm2', (shot) => ({ ...shot, gainDb: -3 }))),
    };
    const ran = await site.run('render', site.timeline(quieter), '-o', site.path, ...trust);
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.json.frames).toEqual({ total: frames, rendered: 0, reused: frames });
    expect([ran.json.sound, ran.json.dirty]).toEqual(['render', []]);
    expect(await packetsOf(site.path, 'video')).toEqual(pictures);
    const now = await packetsOf(site.path, 'sound');
    const kept = new Set(sound);
    expect(now.length).toBeGreaterThan(300);
    expect(now.filter((digest) => kept.has(digest)).length, 'packets of the old sound').toBeLessThan(5);
    expect(await heardSamples(site.path), 'the length of the film').toBe((frames * 48_000) / 24);
    expect((await site.run('verify', site.path, '--deep')).code).toBe(0);
  });
});

/** Samples that a player hears of the first sound. */
async function heardSamples(path: string): Promise<number> {
  const { samples } = await workers.decodeSound({ path, outPath: `${path}.f32` });
  return samples;
}

describe('17: another delivery', () => {
  test('is refused with every setting that differs; the same settings are none; --full renders anew', async () => {
    const site = await adopted();
    const before = sha256OfPath(site.path);
    const timeline = site.timeline(trimmed(film));
    const own = (await site.run('show', site.path)).json.profile;
    const render = (profile: object, ...flags: string[]): Promise<Ran> => {
      const path = join(site.folder, 'profile.json');
      writeFileSync(path, JSON.stringify(profile));
      return site.run('render', timeline, '-o', site.path, '--profile', path, ...trust, ...flags);
    };
    const { video, sound } = own;
    const changes: readonly (readonly [string, object])[] = [
      ['video.options.crf 21.0 -> 18', { ...own, video: { ...video, options: { ...video.options, crf: '18' } } }],
      ['video.pixelFormat yuv420p -> yuv422p', { ...own, video: { ...video, pixelFormat: 'yuv422p' } }],
      ['sound.bitrate', { ...own, sound: { ...sound, bitrate: 96_000 } }],
    ];
    for (const [difference, profile] of changes) {
      const refused = await render(profile);
      expect([refused.code, refused.json.code], refused.stdout).toEqual([2, 'PW_FULL_REQUIRED']);
      expect(refused.json.message).toContain(difference);
    }
    expect(sha256OfPath(site.path), 'nothing was written').toBe(before);
    const same = await render(own, '--dry-run');
    expect(same.json.frames, same.stdout).toEqual({ total: 152, rendered: 3, reused: 149 });
    const full = await render({ base: 'h264' }, '--full');
    expect(full.json.frames, full.stdout).toEqual({ total: 152, rendered: 152, reused: 0 });
    expect(await checkPictures(site.path, trimmed(film), [], workers)).toBe(152);
  });
});

describe('21: frames of different length', () => {
  const durationsMs = Array.from({ length: frames }, (_, index) => (index % 2 === 0 ? 50 : 33));

  test('cannot be adopted, by name; an insert edit takes its own times', async () => {
    const site = nativeSite(await nativeFilm({}, { durationsMs }));
    const before = readFileSync(site.path);
    const refused = await site.run('adopt', site.path, '--timeline', site.timeline(film));
    expect([refused.code, refused.json.code]).toEqual([5, 'PW_ADOPT_MISMATCH']);
    expect(refused.json.message).toContain('frames of different length');
    expect(readFileSync(site.path).equals(before)).toBe(true);
    const times = await timesOf(site.path);
    const ran = await site.run('patch', site.path, '--range', '60:80', '--with', await insert(20));
    expect(ran.code, ran.stdout).toBe(0);
    expect(await timesOf(site.path), 'every picture keeps its time').toEqual(times);
    const codes = await workers.readCodes({ path: site.path, codeRow: 'top' });
    expect(codes.slice(58, 82).map((code) => code?.id)).toEqual([1, 1, ...Array.from({ length: 20 }, () => 9), 2, 2]);
  });
});

/** Presentation times of the pictures, as they are shown. */
async function timesOf(path: string): Promise<readonly number[]> {
  const { streams } = await workers.scanMovie(path);
  const times = streams.flatMap((each) => (each.kind === 'video' ? each.packets.map(({ pts }) => Number(pts)) : []));
  return times.toSorted((a, b) => a - b);
}

describe('22: a damaged film', () => {
  /** A byte in the middle of a packet of the pictures (frames 60–79), or of the sound, is changed. */
  async function damage(path: string, handler: 'vide' | 'soun'): Promise<void> {
    const { tracks } = await readMovie(nodeFiles(), path, sha256);
    const samples = tracks.find((track) => track.handler === handler)?.samples;
    const at = (samples?.offsets[65] ?? 0) + Math.floor((samples?.sizes[65] ?? 0) / 2);
    const bytes = readFileSync(path);
    bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    writeFileSync(path, bytes);
  }

  const where = 'frames 60–79 (01:00:02:12–01:00:03:07)';

  test('a flipped byte: verify names it; adopt, and a patch elsewhere, leave the film as it is', async () => {
    const site = await adopted();
    await damage(site.path, 'vide');
    const damaged = sha256OfPath(site.path);
    const verified = await site.run('verify', site.path);
    expect([verified.code, verified.stdout]).toEqual([5, expect.stringContaining(where)]);
    const adoption = await site.run('adopt', site.path, '--timeline', site.timeline(film));
    const patch = await site.run('patch', site.path, '--range', '100:120', '--with', await insert(20));
    for (const ran of [adoption, patch]) {
      expect([ran.code, ran.json.code]).toEqual([5, 'PW_VERIFY_FAILED']);
      expect(ran.json.message).toContain(where);
      expect(ran.json.hint).toContain('patchwork patch --range 60:80');
    }
    expect(sha256OfPath(site.path)).toBe(damaged);
    const covered = await site.run('patch', site.path, '--range', '60:80', '--with', await insert(20), '--in-place');
    expect(covered.code, covered.stdout).toBe(0);
    expect((await site.run('verify', site.path, '--deep')).code).toBe(0);
  });

  test.each([
    ['--in-place', 20, frames],
    ['whole', 23, 152],
  ])('a flipped byte: a render makes its frames anew and keeps all others (%s)', async (mode, rendered, total) => {
    const site = await adopted();
    const packets = new Set(await packetsOf(site.path, 'video'));
    await damage(site.path, 'vide');
    // In place the edit is none; the ripple of the other one moves all that is kept.
    const cut = mode === 'whole' ? trimmed(film) : film;
    const flags = mode === 'whole' ? trust : [...trust, mode];
    const timeline = site.timeline(cut);
    const plan = await site.run('plan', timeline, site.path, ...trust);
    const reasons = plan.json.reasons.filter(({ code }) => code === 'lost');
    expect(reasons, plan.stdout).toEqual([expect.objectContaining({ text: 'reused span failed hash' })]);
    const ran = await site.run('render', timeline, '-o', site.path, ...flags);
    expect([ran.code, ran.json.frames], ran.stdout).toEqual([0, { total, rendered, reused: total - rendered }]);
    expect(plan.json.frames).toEqual(ran.json.frames);
    const now = await packetsOf(site.path, 'video');
    expect(now.filter((digest) => packets.has(digest)).length, 'kept packets').toBe(total - rendered);
    expect(await checkPictures(site.path, cut, [], workers)).toBeGreaterThan(140);
    expect((await site.run('verify', site.path, '--deep')).code).toBe(0);
    expect((await site.run('render', timeline, '-o', site.path, ...trust)).json.upToDate).toBe(true);
  });

  test('damaged sound cannot be made anew: every command says so, and leaves the film as it is', async () => {
    const site = await adopted();
    await damage(site.path, 'soun');
    const damaged = sha256OfPath(site.path);
    const verified = await site.run('verify', site.path);
    expect([verified.code, verified.stdout]).toEqual([5, expect.stringContaining('sound is not what was written')]);
    const ran = await site.run('render', site.timeline(trimmed(film)), '-o', site.path, ...trust);
    expect([ran.code, ran.json.code]).toEqual([5, 'PW_VERIFY_FAILED']);
    expect(ran.json.message).toMatch(/not what its history says: sound$/);
    expect(sha256OfPath(site.path)).toBe(damaged);
  });

  test.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['cut at 60 %', (bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.6)), 'PW_MOVIE_TRUNCATED'],
    ['its index gone', withoutIndex, 'PW_MOVIE_NO_MOOV'],
  ])('%s: found by every command, and left as it is', async (_, change, unreadable) => {
    const site = await adopted();
    writeFileSync(site.path, change(readFileSync(site.path)));
    const damaged = sha256OfPath(site.path);
    const [old, timeline] = [join(site.folder, 'old.otio'), site.timeline(trimmed(film))];
    writeFileSync(old, otioText(film));
    const commands = [
      ['verify', site.path],
      ['plan', timeline, site.path, ...trust],
      ['render', timeline, '-o', site.path, ...trust],
      ['patch', site.path, '--range', '60:80', '--with', await insert(20)],
      ['adopt', site.path, '--timeline', old],
    ];
    const heard: (readonly [number, string])[] = [];
    for (const args of commands) {
      const ran = await site.run(...args);
      // A verdict of verify is no error: it is the exit code that says it.
      heard.push([ran.code, ran.json.code ?? (ran.json.verified === false ? 'PW_VERIFY_FAILED' : '')]);
      if (ran.code === 2) expect([ran.json.hint, ran.json.message].join()).toMatch(/backup.*is damaged/);
    }
    expect(heard).toEqual([
      [5, 'PW_VERIFY_FAILED'],
      [2, 'PW_FULL_REQUIRED'],
      [2, 'PW_FULL_REQUIRED'],
      [1, unreadable],
      [1, unreadable],
    ]);
    expect(sha256OfPath(site.path)).toBe(damaged);
    expect(readdirSync(site.folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

function withoutIndex(bytes: Buffer): Buffer {
  bytes.write('free', bytes.indexOf('moov'), 'latin1');
  return bytes;
}
