import { PatchworkError } from '@patchwork/kernel';
import type { Profile } from '@patchwork/plan';
import type { MediaInfo, Program } from '@patchwork/program';
import { base64FromBytes, trackDigests, type SoundPlace, type SoundSpec, type Track } from '@patchwork/splice';
import type { RenderContext } from '../context.ts';
import type { FinishedFilm } from './finished-film.ts';
import { renderSoundTrack } from '../sound-track.ts';

/** The sound of a film as it is: its packets, priming and sample entry are kept. @throws PW_ADOPT_SOUND, PW_FILE_* */
export async function filmSound(context: RenderContext, film: FinishedFilm, profile: Profile): Promise<SoundSpec> {
  const { movie } = film.base;
  const track = onlySound(film);
  const [entry] = track.entries;
  const told = entry?.sound ?? null;
  if (entry === undefined || told === null || track.entries.length !== 1)
    throw unknownSound(film, 'it says nothing of its sound');
  const [edit] = track.edits.filter(({ mediaTime }) => mediaTime >= 0);
  const priming = edit?.mediaTime ?? 0;
  const samplesPerPacket = track.tables.durationRuns.durations[0] ?? 1;
  const packets = track.tables.count * samplesPerPacket;
  const heard = edit === undefined ? packets : Math.floor((edit.duration * track.timescale) / movie.timescale);
  const digests = await trackDigests(context.files, movie, context.hashing, { wanted: (each) => each === track });
  return {
    profile: profile.sound,
    config: base64FromBytes(told.config ?? new Uint8Array(0)),
    channels: told.channels,
    samples: Math.min(heard, packets - priming),
    priming,
    packetSizes: track.samples === null ? null : track.samples.sizes,
    samplesPerPacket,
    places: placesOf(track, movie.path),
    digest: digests[movie.tracks.indexOf(track)] ?? '',
    entry: entry.bytes,
  };
}

/** The programme's sound in one pass, in the film's own codec. The caller removes `path`. @throws PW_ADOPT_SOUND, PW_MEDIA_* */
export async function newSound(
  context: RenderContext,
  film: FinishedFilm,
  profile: Profile,
  program: Program,
  media: readonly MediaInfo[],
): Promise<{ readonly spec: SoundSpec; readonly path: string }> {
  onlySound(film);
  if (profile.sound.codec === 'none') throw unknownSound(film, 'its sound is in a codec that cannot be rendered to');
  return renderSoundTrack(context, program.sound, profile.sound, media);
}

function onlySound(film: FinishedFilm): Track {
  const tracks = film.base.movie.tracks.filter(({ handler }) => handler === 'soun');
  const [track] = tracks;
  if (track !== undefined && tracks.length === 1) return track;
  throw unknownSound(film, `it has ${tracks.length} sound tracks`);
}

function unknownSound(film: FinishedFilm, what: string): PatchworkError {
  return new PatchworkError(
    'PW_ADOPT_SOUND',
    `the sound of ${JSON.stringify(film.path)} cannot follow the edit: ${what}`,
    {
      hint: 'Patch the pictures alone with patchwork patch, or render the film anew.',
      details: { path: film.path },
    },
  );
}

function placesOf(track: Track, path: string): readonly SoundPlace[] {
  const places: { path: string; offset: number; sizeBytes: number }[] = [];
  const { tables, samples } = track;
  let sample = 0;
  tables.chunkSamples.forEach((count, chunk) => {
    let sizeBytes = typeof tables.sizes === 'number' ? tables.sizes * count : 0;
    if (samples !== null) for (let i = sample; i < sample + count; i++) sizeBytes += samples.sizes[i] ?? 0;
    sample += count;
    const offset = tables.chunkOffsets[chunk] ?? 0;
    const last = places.at(-1);
    if (last !== undefined && last.offset + last.sizeBytes === offset) last.sizeBytes += sizeBytes;
    else places.push({ path, offset, sizeBytes });
  });
  return places;
}
