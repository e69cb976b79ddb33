import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { refitChunks, sharedConfig, writeMovie, type PlacedChunk, type SoundSpec } from '@patchwork/splice';
import { deliverableChunks, readLedger, type LedgerEntry, type MixedSettings } from '@patchwork/store';
import { expect } from 'vitest';
import type { Film } from './film.ts';
import { otioText } from './otio-text.ts';
import { freshFolder, patchwork, type Ran, type StoryProfile } from './patchwork.ts';
import { renderFilm } from './story.ts';

const files = nodeFiles();
const hashing = { sha256, startSha256 };

/** A deliverable, the folder that is its own, and its store. */
export interface MixedPlace {
  readonly folder: string;
  readonly deliverable: string;
  readonly store: string;
}

/** Renders a film over a deliverable under its changed profile. */
export async function rerender(
  place: MixedPlace,
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

/**
 * The mixed QuickTime film from clean renders alone: each chunk from the render of its settings, fitted in the ledger's
 * order; PCM sound, where there is any, from the deliverable. Its SHA-256 is the right side of E3.
 *
 * @param sampleFormat `avc1` or `hvc1`.
 */
export async function assembled(deliverable: string, next: Film, sampleFormat: string): Promise<string> {
  const entry = await entryOf(deliverable);
  const { mixed } = entry;
  if (mixed === undefined) throw new Error('the deliverable is not mixed');
  const folder = freshFolder('assembled');
  const renders = await Promise.all(
    mixed.settings.map((each, index) => cleanOf(each, entry, next, `${folder}-${index}`)),
  );
  const shared = sharedConfig(
    sampleFormat,
    renders.map((chunks) => chunks[0]?.config ?? ''),
  );
  // AV1 names no parameter sets.
  if (sampleFormat !== 'av01') {
    expect(shared.pps.at(-1), 'the settings do not differ in what the file says of them').not.toBeNull();
  }
  const pieces: PlacedChunk[] = [];
  for (const [index, setting] of mixed.of.entries()) {
    const chunk = renders[setting]?.[index];
    if (chunk === undefined) throw new Error(`no chunk ${index} of settings ${setting}`);
    const pps = shared.pps[setting] ?? null;
    const pack = join(folder, `${index}.pack`);
    const [fitted] =
      pps === null ? [chunk] : await refitChunks(files, sampleFormat, shared.config, [{ chunk, pps }], pack, hashing);
    pieces.push({ ...(fitted ?? chunk), config: shared.config });
  }
  const { format } = entry.profile.container;
  const path = join(folder, `film.${format}`);
  const reorder = Math.max(...mixed.settings.map(({ video }) => video.reorder));
  const { sha256: whole } = await writeMovie(
    files,
    path,
    {
      format,
      video: { profile: { ...entry.profile.video, reorder }, pieces },
      sound: soundOf(entry, deliverable),
      timecode: { frame: 86_400, dropFrame: false },
      tags: {},
    },
    hashing,
  );
  return whole ?? '';
}

async function entryOf(deliverable: string): Promise<LedgerEntry> {
  const entry = (await readLedger(files, deliverable, sha256))?.entries.at(-1);
  if (entry === undefined) throw new Error('there is no entry');
  return entry;
}

function soundOf({ sound, profile }: LedgerEntry, deliverable: string): SoundSpec | null {
  if (sound === null) return null;
  return {
    profile: profile.sound,
    config: sound.config,
    channels: 2,
    samples: sound.samples,
    priming: sound.priming,
    packetSizes: sound.samplesPerPacket === 1 ? null : sound.pieces.flatMap(({ sizes }) => sizes),
    samplesPerPacket: sound.samplesPerPacket,
    digest: sound.digest,
    places: sound.pieces.map(({ offset, sizes }) => ({
      path: deliverable,
      offset,
      sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
    })),
  };
}

/** The chunks of a clean render under given settings. */
async function cleanOf(
  { video }: MixedSettings['settings'][number],
  { profile }: LedgerEntry,
  next: Film,
  folder: string,
): Promise<readonly PlacedChunk[]> {
  mkdirSync(folder);
  const deliverable = join(folder, `film.${profile.container.format}`);
  const path = join(folder, 'profile.json');
  writeFileSync(path, JSON.stringify({ ...profile, video }));
  const ran = await renderFilm(next, deliverable, 'A', join(folder, 'store'), ['--profile', path]);
  expect(ran.code, ran.stderr).toBe(0);
  return deliverableChunks(await entryOf(deliverable), deliverable);
}
