import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { checkPictures } from './kit/check-pictures.ts';
import type { Film } from './kit/film.ts';
import { recut, withShot } from './kit/fixture.ts';
import { assembled, rerender, type MixedPlace } from './kit/mixed-film.ts';
import { freshFolder, patchwork, type StoryProfile } from './kit/patchwork.ts';
import { filmOf } from './kit/site.ts';
import { renderFilm, sha256OfPath } from './kit/story.ts';

/** Story 17, `--allow-mixed`, in the codecs beside H.264: three shots of 48 frames in GOPs of 24, the middle one slipped. */
let film: Film;
let slipped: Film;

beforeAll(async () => {
  film = { ...(await filmOf([1, 0, 48], [2, 0, 48], [3, 0, 48])), audio: [] };
  slipped = recut(film, (shots) => withShot(shots, 'm2', (shot) => ({ ...shot, from: 24 })));
});

async function delivered(container: 'mov' | 'mp4', profile: object): Promise<MixedPlace> {
  const folder = freshFolder('mixed');
  const place = { folder, deliverable: join(folder, `film.${container}`), store: join(folder, 'store') };
  const path = join(folder, 'first.json');
  writeFileSync(path, JSON.stringify(profile));
  const ran = await renderFilm(film, place.deliverable, 'A', place.store, ['--profile', path]);
  expect(ran.code, ran.stderr).toBe(0);
  return place;
}

test('17: HEVC of another CRF and other tools is patched with --allow-mixed, and equals the clean renders of each chunk (E3)', async () => {
  const place = await delivered('mov', {
    base: 'hevc-mov',
    video: { gop: 24, options: { 'x265-params.rc-lookahead': '5', 'x265-params.subme': '1' } },
  });
  // Sign hiding stands in the picture parameter set, the other two in the sequence's.
  const other = { crf: '30', 'x265-params.signhide': '0', 'x265-params.sao': '0', 'x265-params.ctu': '32' };
  const ran = await rerender(place, slipped, (profile) => void Object.assign(profile.video.options, other), [
    '--allow-mixed',
    '--deep',
  ]);
  expect(ran.code, ran.stdout).toBe(0);
  expect(ran.json.frames).toEqual({ total: 144, rendered: 24, reused: 120 });
  expect(await checkPictures(place.deliverable, slipped)).toBe(144);
  expect(sha256OfPath(place.deliverable), 'E3').toBe(await assembled(place.deliverable, slipped, 'hvc1'));
  const verified = await patchwork(['verify', place.deliverable, '--deep'], { store: place.store });
  expect(verified.stdout, 'verify').toContain('mixed settings, so never called clean');
  // A mixed base, whose fitted chunks move: nothing is encoded again.
  const swapped = recut(slipped, ([a, b, c]) => [a, c, b].filter((shot) => shot !== undefined));
  const moved = await rerender(place, swapped, () => undefined, ['--allow-mixed']);
  expect(moved.json.frames, moved.stdout).toEqual({ total: 144, rendered: 0, reused: 144 });
  expect(await checkPictures(place.deliverable, swapped)).toBe(144);
});

test('17: another colour tag of HEVC is a remux, and the clean render (E1)', async () => {
  const settings = { gop: 24, options: { 'x265-params.rc-lookahead': '5', 'x265-params.subme': '1' } };
  const place = await delivered('mp4', { base: 'hevc-mp4', video: settings });
  const tag = (profile: StoryProfile): void =>
    void Object.assign(profile.video.color, { primaries: 'smpte170m', transfer: 'gamma28' });
  const ran = await rerender(place, film, tag, []);
  expect(ran.code, ran.stdout).toBe(0);
  expect(ran.json.frames).toEqual({ total: 144, rendered: 0, reused: 144 });
  const probed = await patchwork(['probe', place.deliverable], { store: place.store });
  const told = { primaries: 'smpte170m', transfer: 'gamma28', matrix: 'bt709', range: 'tv' };
  expect(probed.json.media.video.color, 'what a decoder is told').toEqual(told);
  const labelled = sha256OfPath(place.deliverable);
  const anew = await rerender({ ...place, store: join(place.folder, 'empty') }, film, tag, ['--full']);
  expect(anew.json.frames.rendered, anew.stdout).toBe(144);
  expect(sha256OfPath(place.deliverable)).toBe(labelled);
  const other = await rerender(place, film, (profile) => void (profile.video.color.matrix = 'smpte170m'), []);
  expect([other.code, other.json.message]).toEqual([2, expect.stringContaining('video.color.matrix')]);
});

test('17: AV1 of another CRF', async () => {
  const place = await delivered('mp4', { base: 'av1-mp4', video: { gop: 24, options: { preset: '12' } } });
  const ran = await rerender(place, slipped, (profile) => void (profile.video.options['crf'] = '50'), [
    '--allow-mixed',
    '--deep',
  ]);
  expect(ran.code, ran.stdout).toBe(0);
  expect(ran.json.frames).toEqual({ total: 144, rendered: 24, reused: 120 });
  expect(await checkPictures(place.deliverable, slipped)).toBe(144);
  expect(sha256OfPath(place.deliverable), 'E3').toBe(await assembled(place.deliverable, slipped, 'av01'));
  const verified = await patchwork(['verify', place.deliverable, '--deep'], { store: place.store });
  expect([verified.code, verified.json.verified], verified.stdout).toEqual([0, true]);
  // A third setting, and a base that is mixed. AV1 names no parameter sets: every key frame brings its sequence header.
  const third = await rerender(place, film, (profile) => void (profile.video.options['preset'] = '10'), [
    '--allow-mixed',
  ]);
  expect(third.json.frames, third.stdout).toEqual({ total: 144, rendered: 24, reused: 120 });
  expect(await checkPictures(place.deliverable, film)).toBe(144);
});
