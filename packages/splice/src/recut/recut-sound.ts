import { base64FromBytes } from '../bytes/base64.ts';
import { fourCcAt } from '../container/box-reader.ts';
import type { SoundSpec } from '../container/movie-spec.ts';
import type { Edit, Movie, Track } from '../container/movie.ts';
import { oneRun } from '../bytes/runs.ts';
import { bytesPerSample, soundEntry } from '../container/sound-entry.ts';
import type { RecutChunk, RecutTrack } from './recut-model.ts';

/**
 * A sound track with other sound, rendered as a whole. It begins with the pictures: where these begin late, so does it.
 *
 * @throws PW_SPLICE_PAIR when this sound has no place in the film's container
 */
export function recutSound(movie: Movie, track: Track, picture: Track, sound: SoundSpec): RecutTrack {
  const packets = sound.packetSizes === null ? sound.samples : sound.packetSizes.length;
  const mediaDuration = packets * sound.samplesPerPacket;
  const late = picture.edits.filter(({ mediaTime }) => mediaTime < 0);
  const isPlain = sound.priming === 0 && late.length === 0 && track.edits.length === 0;
  // Rounded up: a reader that ends at the edit must not lose the last sample.
  const duration = Math.ceil((sound.samples * movie.timescale) / sound.profile.sampleRate);
  const edits: readonly Edit[] = isPlain ? [] : [...late, { duration, mediaTime: sound.priming, rate: 0x10000 }];
  return {
    count: packets,
    sizes: sound.packetSizes === null ? bytesPerSample(sound) * sound.channels : Uint32Array.from(sound.packetSizes),
    durationRuns: oneRun(packets, sound.samplesPerPacket),
    composition: null,
    sync: null,
    entry: entryFor(movie, track, sound),
    mediaDuration,
    edits,
    chunks: soundChunks(sound),
    keepsRoll: sound.profile.codec === 'aac',
  };
}

/** Null keeps the film's own, which says the same. */
function entryFor(movie: Movie, track: Track, sound: SoundSpec): Uint8Array | null {
  const entry = soundEntry(movie.brand.startsWith('qt') ? 'mov' : 'mp4', sound);
  const [own] = track.entries;
  const told = own?.sound ?? null;
  const isSame =
    own !== undefined &&
    track.entries.length === 1 &&
    told !== null &&
    own.format === fourCcAt(entry, 4) &&
    told.channels === sound.channels &&
    told.sampleRate === sound.profile.sampleRate &&
    (sound.packetSizes === null
      ? told.bitsPerSample === bytesPerSample(sound) * 8
      : base64FromBytes(told.config ?? new Uint8Array(0)) === sound.config);
  return isSame ? null : entry;
}

/** Storage chunks of half a second. */
function soundChunks(sound: SoundSpec): readonly RecutChunk[] {
  const { packetSizes, places, profile, samplesPerPacket } = sound;
  const [place] = places;
  if (place === undefined || places.length !== 1) throw new TypeError('recutSound: sound.places: one run is expected');
  const packets = packetSizes === null ? sound.samples : packetSizes.length;
  const most = Math.max(1, Math.round(profile.sampleRate / samplesPerPacket / 2));
  const uniform = packetSizes === null ? bytesPerSample(sound) * sound.channels : 0;
  const chunks: RecutChunk[] = [];
  let offset = place.offset;
  for (let first = 0; first < packets; first += most) {
    const samples = Math.min(most, packets - first);
    let sizeBytes = samples * uniform;
    if (packetSizes !== null) for (let i = first; i < first + samples; i++) sizeBytes += packetSizes[i] ?? 0;
    const seconds = (first * samplesPerPacket) / profile.sampleRate;
    chunks.push({ path: place.path, offset, sizeBytes, samples, seconds });
    offset += sizeBytes;
  }
  return chunks;
}
