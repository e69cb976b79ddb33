import { beforeAll, describe, expect, test } from 'vitest';
import { checkPictures } from './kit/check-pictures.ts';
import { recut, storyFilm, withShot } from './kit/fixture.ts';
import type { Film } from './kit/film.ts';
import { assembled, rerender, type MixedPlace } from './kit/mixed-film.ts';
import { patchwork, type StoryProfile } from './kit/patchwork.ts';
import { clean, handedOver, sha256OfPath, type Output } from './kit/story.ts';

/** Story 17, `--allow-mixed`: pictures of other encoder settings beside new ones, and what equality then means (E3). */
let film: Film;
/** m06 slipped by 24: 48 frames of output A are new. */
let slipped: Film;

beforeAll(async () => {
  film = await storyFilm();
  slipped = recut(film, (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, from: 72 })));
}, 300_000);

const timeout = 180_000;
async function delivered(output: Output = 'A'): Promise<MixedPlace> {
  return handedOver(await clean(film, output));
}

const faster = (profile: StoryProfile): void =>
  void Object.assign(profile.video.options, { preset: 'veryfast', crf: '26' });
const asItWas = (): void => undefined;

describe('17: mixed settings', () => {
  test(
    '17: another CRF and preset with --allow-mixed patch, twice, and equal the clean renders of each chunk (E3)',
    async () => {
      const place = await delivered();
      const before = sha256OfPath(place.deliverable);
      const forecast = await rerender(place, slipped, faster, ['--allow-mixed', '--dry-run']);
      const ran = await rerender(place, slipped, faster, ['--allow-mixed', '--deep']);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.frames).toEqual({ total: 1152, rendered: 48, reused: 1104 });
      expect(forecast.json.frames, 'I8').toEqual(ran.json.frames);
      expect(new Set(ran.json.reasons.map(({ code }) => code)).has('profile')).toBe(false);
      await checkPictures(place.deliverable, slipped);
      expect(sha256OfPath(place.deliverable), 'E3').toBe(await assembled(place.deliverable, slipped, 'avc1'));

      // Every picture stands in the file, though its settings are older: nothing to do.
      const again = await rerender(place, slipped, asItWas, ['--allow-mixed']);
      expect([again.code, again.json.upToDate], again.stderr).toEqual([0, true]);
      // And another edit, over a base that is mixed and whose new chunks were fitted: m05 and m06 change places.
      const swapped = recut(slipped, ([a, b, c, d, e, f, ...rest]) =>
        [a, b, c, d, f, e, ...rest].filter((shot) => shot !== undefined),
      );
      const moved = await rerender(place, swapped, asItWas, ['--allow-mixed']);
      expect(moved.json.frames, moved.stderr).toEqual({ total: 1152, rendered: 0, reused: 1152 });
      const rolled = recut(swapped, (shots) => withShot(shots, 'm02', (shot) => ({ ...shot, from: 48 })));
      const third = await rerender(place, rolled, asItWas, ['--allow-mixed']);
      expect(third.json.frames, third.stderr).toEqual({ total: 1152, rendered: 48, reused: 1104 });
      await checkPictures(place.deliverable, rolled);
      expect(sha256OfPath(place.deliverable), 'E3, the second time').toBe(
        await assembled(place.deliverable, rolled, 'avc1'),
      );

      const verified = await patchwork(['verify', place.deliverable, '--deep'], { store: place.store });
      expect(verified.code, verified.stdout).toBe(0);
      expect(verified.stdout).toContain('mixed settings, so never called clean');
      const log = await patchwork(['log', place.deliverable], { store: place.store });
      expect(log.json).toMatchObject({
        entries: [{ mixed: true }, { mixed: true }, { mixed: true }, { mixed: false }],
      });

      const refused = await rerender(place, rolled, asItWas, []);
      expect([refused.code, refused.json.code]).toEqual([2, 'PW_FULL_REQUIRED']);
      expect(refused.json.message).toContain('mixed settings');

      const restored = await patchwork(['restore', `${place.deliverable}@{3}`], { store: place.store });
      expect(restored.code, restored.stderr).toBe(0);
      expect(sha256OfPath(place.deliverable), 'the old file comes back').toBe(before);
      const mixedAgain = await patchwork(['restore', `${place.deliverable}@{1}`], { store: place.store });
      expect(mixedAgain.code, mixedAgain.stderr).toBe(0);
      await checkPictures(place.deliverable, rolled);

      const full = await rerender(place, rolled, asItWas, ['--full']);
      expect(full.code, full.stderr).toBe(0);
      const anew = await patchwork(['show', place.deliverable], { store: place.store });
      expect(anew.json).toMatchObject({ mixed: false });
    },
    timeout,
  );

  test(
    '17: what one picture track cannot hold is refused by name, and the file stays',
    async () => {
      const place = await delivered();
      const before = sha256OfPath(place.deliverable);
      const format = await rerender(place, slipped, (profile) => void (profile.video.pixelFormat = 'yuv422p'), [
        '--allow-mixed',
      ]);
      expect([format.code, format.json.code]).toEqual([2, 'PW_MIXED_UNSUPPORTED']);
      expect(format.json.message).toContain('video.pixelFormat yuv420p -> yuv422p');
      const color = await rerender(place, slipped, (profile) => void (profile.video.color['matrix'] = 'smpte170m'), [
        '--allow-mixed',
      ]);
      expect([color.code, color.json.code]).toEqual([2, 'PW_MIXED_UNSUPPORTED']);
      expect(sha256OfPath(place.deliverable)).toBe(before);
      const intra = await delivered('B');
      const flavour = await rerender(intra, slipped, (profile) => void (profile.video.options['profile'] = 'hq'), [
        '--allow-mixed',
      ]);
      expect([flavour.code, flavour.json.code], flavour.stderr).toEqual([2, 'PW_MIXED_UNSUPPORTED']);
    },
    timeout,
  );
});
