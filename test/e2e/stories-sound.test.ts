import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rational } from '@patchwork/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { soundOf, startEngine } from './kit/engine.ts';
import { recut, storyFilm, storyHeight, storyWidth, testMedia, withShot } from './kit/fixture.ts';
import type { Film, Shot } from './kit/film.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder, patchwork } from './kit/patchwork.ts';
import { clean, handedOver, patchTo, renderFilm, sha256OfPath } from './kit/story.ts';

/** Stories 16 and 20 beyond their first lines: what of the sound changes, and rates that are nearly the same. */
let film: Film;
const engine = startEngine(1);

beforeAll(async () => {
  film = await storyFilm();
}, 300_000);
afterAll(() => engine.close());

const timeout = 180_000;
/** m03 stands on [192, 288): at 24 frames and 48,000 samples a second. */
const [m03In, m03Out] = [384_000, 576_000];

function voiced(change: (shot: Shot) => Shot): Film {
  return { ...film, audio: film.audio.map((shots) => withShot(shots, 'm03', change)) };
}

/** The samples at which two stereo tracks differ, from the first to behind the last. */
function differing(a: readonly Float32Array[], b: readonly Float32Array[]): readonly [number, number] {
  expect(a.map(({ length }) => length)).toEqual(b.map(({ length }) => length));
  let [first, last] = [Infinity, -1];
  a.forEach((channel, index) => {
    channel.forEach((value, n) => {
      if (value === b[index]?.[n]) return;
      first = Math.min(first, n);
      last = Math.max(last, n);
    });
  });
  return [first, last + 1];
}

describe('16: which samples change', () => {
  test.each([
    ['gain', { gainDb: -3 }],
    ['pan', { pan: -0.5 }],
    ['a fade', { fade: [1, 1] as const }],
    ['mute', { enabled: false }],
  ])(
    '16: PCM, %s on m03 changes its samples and no others, and no picture',
    async (name, change) => {
      const old = await soundOf(engine, (await clean(film, 'A')).deliverable);
      const { ran, deliverable } = await patchTo(
        film,
        voiced((shot) => ({ ...shot, ...change })),
        'A',
      );
      expect(ran.json).toMatchObject({ frames: { rendered: 0 }, dirty: [], sound: 'render' });
      const [first, end] = differing(old, await soundOf(engine, deliverable));
      expect(first).toBeGreaterThanOrEqual(m03In);
      expect(end).toBeLessThanOrEqual(m03Out);
      // A tone crosses zero now and then; a fade begins with what was silent anyway.
      expect(end - first, 'nearly all of its samples').toBeGreaterThan(name === 'a fade' ? 190_000 : 191_900);
    },
    timeout,
  );

  test(
    '16: AAC is one encode of the whole programme, as long as a clean one, and equal to it',
    async () => {
      const aac = ['--profile', 'h264'];
      const folder = freshFolder('aac');
      const deliverable = join(folder, 'film.mp4');
      const first = await renderFilm(film, deliverable, 'A', join(folder, 'store'), aac);
      expect(first.code, first.stderr).toBe(0);
      const quieter = voiced((shot) => ({ ...shot, gainDb: -3 }));
      const patched = await renderFilm(quieter, deliverable, 'A', join(folder, 'empty'), aac);
      expect(patched.json, patched.stderr).toMatchObject({ frames: { rendered: 0, reused: 1152 }, sound: 'render' });
      const reference = join(folder, 'clean.mp4');
      const anew = await renderFilm(quieter, reference, 'A', join(folder, 'clean-store'), aac);
      expect(anew.code, anew.stderr).toBe(0);
      expect(sha256OfPath(deliverable), 'E1 and E5').toBe(sha256OfPath(reference));
      const shown = await patchwork(['show', deliverable], { store: join(folder, 'store') });
      expect(shown.json).toMatchObject({ sound: { samples: 48 * 48_000 } });
    },
    timeout,
  );
});

describe('20: 23.976 is not 24', () => {
  test.each([['23.976'], ['23.98']])(
    '20: %s in a file is read as 24000/1001, with a note',
    async (decimal) => {
      const path = join(freshFolder('rate'), 'film.otio');
      const text = otioText(film).replaceAll('"rate": 24,', `"rate": ${decimal},`);
      writeFileSync(path, text.replaceAll('"rate": "24/1"', '"rate": null'));
      const seen = await patchwork(['inspect', path], { store: join(freshFolder('rate'), 'store') });
      expect(seen.code, seen.stderr).toBe(0);
      expect(seen.json).toMatchObject({ timelines: [{ rate: '24000/1001' }] });
      expect(seen.stdout).toContain('24000/1001');
      const { diagnostics } = seen.json as unknown as { diagnostics: readonly { severity: string; message: string }[] };
      expect(diagnostics.some(({ message }) => message.includes(decimal) && message.includes('24000/1001'))).toBe(true);
    },
    timeout,
  );

  test(
    '20: 24 is 24, and a timeline that changes from it to 23.976 needs a full render, by that name',
    async () => {
      const place = handedOver(await clean(film, 'A'));
      const before = sha256OfPath(place.deliverable);
      const slow = await renderFilm({ ...film, rate: [24_000, 1001] }, place.deliverable, 'A', place.store);
      expect([slow.code, slow.json.code]).toEqual([2, 'PW_FULL_REQUIRED']);
      expect(slow.json.message).toContain('timeline.rate 24/1 -> 24000/1001');
      expect(sha256OfPath(place.deliverable)).toBe(before);
    },
    timeout,
  );

  test(
    '20: media taken to run at 24 instead of 23.976 is told as that, and its uses are dirty',
    async () => {
      const video = {
        codec: 'h264',
        width: storyWidth,
        height: storyHeight,
        rate: rational(24),
        frames: 1100,
      } as const;
      const path = await testMedia('take', { id: 40, container: 'mov', video, sound: null });
      // Frame 1000 of 23.976 a second is as late as frame 1001 of 24: all that is shown from there on is one frame off.
      const at = (rate: readonly [number, number]): Film => {
        const media = { ...film.media, take: { path, id: 40, rate, frames: 1100, toneHz: 0 } };
        const use: Shot = { media: 'take', from: 1000, length: 48 };
        const next = recut({ ...film, media }, (shots) => [use, ...shots.slice(0, 1), use]);
        return { ...next, audio: [] };
      };
      const place = handedOver(await clean(at([24_000, 1001]), 'A'));
      const next = at([24, 1]);
      const timeline = join(place.folder, 'next.otio');
      writeFileSync(timeline, otioText(next));
      const diff = await patchwork(['diff', place.deliverable, timeline], { store: place.store });
      expect(diff.code, diff.stderr).toBe(0);
      expect(diff.stdout).toContain('interpretation changed');
      const ran = await renderFilm(next, place.deliverable, 'A', place.store);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json.dirty).toEqual([
        [0, 48],
        [144, 192],
      ]);
      expect(sha256OfPath(place.deliverable), 'E1').toBe(sha256OfPath((await clean(next, 'A')).deliverable));
    },
    timeout,
  );
});
