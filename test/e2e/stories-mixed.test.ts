import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { refitChunks, sharedConfig, writeMovie, type PlacedChunk } from '@patchwork/splice';
import { deliverableChunks, readLedger, type LedgerEntry, type MixedSettings } from '@patchwork/store';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkPictures } from './kit/check-pictures.ts';
import { recut, storyFilm, withShot } from './kit/fixture.ts';
import type { Film } from './kit/film.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder, patchwork, type Ran, type StoryProfile } from './kit/patchwork.ts';
import { clean, handedOver, renderFilm, sha256OfPath, type Output } from './kit/story.ts';

/** Story 17, `--allow-mixed`: pictures of other encoder settings beside new ones, and what equality then means (E3). */
let film: Film;
/** m06 slipped by 24: 48 frames of output A are new. */
let slipped: Film;

beforeAll(async () => {
  film = await storyFilm();
  slipped = recut(film, (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, from: 72 })));
}, 120_000);

const timeout = 180_000;
const files = nodeFiles();
const hashing = { sha256, startSha256 };

interface Place {
  readonly folder: string;
  readonly deliverable: string;
  readonly store: string;
}

async function delivered(output: Output = 'A'): Promise<Place> {
  return handedOver(await clean(film, output));
}

/** Renders a film over a deliverable under its changed profile. */
async function rerender(
  place: Place,
  next: Film,
  change: (profile: StoryProfile) => void,
  extra: readonly string[],
): Promise<Ran> {
  const shown = await patchwork(['show', place.deliverable], { store: place.store });
  const profile = structuredClone(shown.json.profile);
  change(profile);
  const path = join(place.folder, 'profile.json');
  writeFileSync(path, JSON.stringify(profile));
  const timeline = `${place.deliverable}.otio`;
  writeFileSync(timeline, otioText(next));
  return patchwork(['render', timeline, '-o', place.deliverable, '--profile', path, ...extra], { store: place.store });
}

const faster = (profile: StoryProfile): void =>
  void Object.assign(profile.video.options, { preset: 'veryfast', crf: '26' });
const asItWas = (): void => undefined;

async function entryOf(deliverable: string): Promise<LedgerEntry> {
  const entry = (await readLedger(files, deliverable, sha256))?.entries.at(-1);
  if (entry === undefined) throw new Error('there is no entry');
  return entry;
}

/** The mixed film from clean renders alone: each chunk from the render of its settings, fitted in the ledger's order. */
async function assembled(deliverable: string, next: Film): Promise<string> {
  const entry = await entryOf(deliverable);
  const { mixed } = entry;
  if (mixed === undefined) throw new Error('the deliverable is not mixed');
  const folder = freshFolder('assembled');
  const renders = await Promise.all(
    mixed.settings.map((each, index) => cleanOf(each, entry, next, `${folder}-${index}`)),
  );
  const shared = sharedConfig(
    'avc1',
    renders.map((chunks) => chunks[0]?.config ?? ''),
  );
  expect(shared.pps.at(-1), 'the settings do not differ in what the file says of them').not.toBeNull();
  const pieces: PlacedChunk[] = [];
  for (const [index, setting] of mixed.of.entries()) {
    const chunk = renders[setting]?.[index];
    if (chunk === undefined) throw new Error(`no chunk ${index} of settings ${setting}`);
    const pps = shared.pps[setting] ?? null;
    const pack = join(folder, `${index}.pack`);
    const [fitted] =
      pps === null ? [chunk] : await refitChunks(files, 'avc1', shared.config, [{ chunk, pps }], pack, hashing);
    pieces.push({ ...(fitted ?? chunk), config: shared.config });
  }
  const sound = entry.sound;
  if (sound === null) throw new Error('the film has sound');
  const path = join(folder, 'film.mov');
  const reorder = Math.max(...mixed.settings.map(({ video }) => video.reorder));
  const { sha256: whole } = await writeMovie(
    files,
    path,
    {
      format: 'mov',
      video: { profile: { ...entry.profile.video, reorder }, pieces },
      sound: {
        profile: entry.profile.sound,
        config: '',
        channels: 2,
        samples: sound.samples,
        priming: 0,
        packetSizes: null,
        samplesPerPacket: 1,
        digest: sound.digest,
        places: sound.pieces.map(({ offset, sizes }) => ({
          path: deliverable,
          offset,
          sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
        })),
      },
      timecode: { frame: 86_400, dropFrame: false },
      tags: {},
    },
    hashing,
  );
  return whole ?? '';
}

/** The chunks of a clean render under given settings. */
async function cleanOf(
  { video }: MixedSettings['settings'][number],
  { profile }: LedgerEntry,
  next: Film,
  folder: string,
): Promise<readonly PlacedChunk[]> {
  mkdirSync(folder);
  const deliverable = join(folder, 'film.mov');
  const path = join(folder, 'profile.json');
  writeFileSync(path, JSON.stringify({ ...profile, video }));
  const ran = await renderFilm(next, deliverable, 'A', join(folder, 'store'), ['--profile', path]);
  expect(ran.code, ran.stderr).toBe(0);
  return deliverableChunks(await entryOf(deliverable), deliverable);
}

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
      expect(sha256OfPath(place.deliverable), 'E3').toBe(await assembled(place.deliverable, slipped));

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
      expect(sha256OfPath(place.deliverable), 'E3, the second time').toBe(await assembled(place.deliverable, rolled));

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
