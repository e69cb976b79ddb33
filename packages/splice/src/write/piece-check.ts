import { PatchworkError } from '@patchwork/kernel';
import { runsOf, type PlacedChunk, type SoundSpec, type VideoSpec } from '../container/movie-spec.ts';
import { sumOf } from './layout.ts';
import { bytesPerSample } from '../container/sound-entry.ts';

/**
 * Checks that the pieces form one valid stream: one configuration, whole descriptions, a sync sample first, no picture
 * shown before the profile's reorder depth lets it be decoded.
 *
 * @throws PW_SPLICE_EMPTY, PW_SPLICE_CONFIG_DIFFERS, PW_SPLICE_CHUNK_SHAPE, PW_SPLICE_REORDER
 */
export function checkPieces(video: VideoSpec): void {
  const first = video.pieces[0];
  if (first === undefined) {
    throw new PatchworkError('PW_SPLICE_EMPTY', 'the deliverable would have no pictures', {
      hint: 'Render a range that holds at least one frame.',
    });
  }
  // One chunk stands in many places of a programme with repeats: its shape is checked once.
  const checked = new Set<PlacedChunk>();
  video.pieces.forEach((piece, index) => {
    if (checked.has(piece)) return;
    checked.add(piece);
    if (piece.config !== first.config) {
      throw new PatchworkError(
        'PW_SPLICE_CONFIG_DIFFERS',
        `chunk ${index} (${piece.key.slice(0, 12)}) needs another decoder configuration than the deliverable's first chunk`,
        {
          hint: 'Chunks of different encoder settings cannot share a file; render again with --full.',
          details: { key: piece.key, index, config: piece.config, expected: first.config },
        },
      );
    }
    checkShape(piece, index, video.profile.reorder);
  });
}

function checkShape(piece: PlacedChunk, index: number, reorder: number): void {
  const { sizes, order, sync } = piece;
  const count = sizes.length;
  if (count === 0 || order.length !== count || sync.length !== count) {
    throw shapeError(piece, index, `${count} sizes, ${order.length} places, ${sync.length} sync marks`);
  }
  if (sync[0] !== true) throw shapeError(piece, index, 'decoding cannot start at its first sample');
  const runs = runsOf(piece);
  if (runs.some((run) => !Number.isSafeInteger(run.offset) || run.offset < 0 || !(run.sizeBytes > 0))) {
    throw shapeError(piece, index, 'a run of its bytes has no place');
  }
  const bytes = runs.reduce((sum, run) => sum + run.sizeBytes, 0);
  if (bytes !== sumOf(sizes)) throw shapeError(piece, index, `its runs hold ${bytes} bytes`);
  const seen = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const size = sizes[i] ?? 0;
    if (!Number.isInteger(size) || size <= 0 || size > 0xffffffff)
      throw shapeError(piece, index, `sample ${i} of ${size} bytes`);
    const place = order[i] ?? -1;
    if (!Number.isInteger(place) || place < 0 || place >= count || seen[place] === 1) {
      throw shapeError(piece, index, `sample ${i} is shown in place ${place} of ${count}`);
    }
    seen[place] = 1;
    if (place - i + reorder < 0) {
      throw new PatchworkError(
        'PW_SPLICE_REORDER',
        `chunk ${index} (${piece.key.slice(0, 12)}) decodes its picture ${place} ${i - place} frames late; the profile allows ${reorder}`,
        {
          hint: 'The profile names a smaller reorder depth than the encoder used; correct the profile and render again.',
          details: { key: piece.key, index, needed: i - place, reorder },
        },
      );
    }
  }
}

function shapeError(piece: PlacedChunk, index: number, what: string): PatchworkError {
  return new PatchworkError(
    'PW_SPLICE_CHUNK_SHAPE',
    `chunk ${index} (${piece.key.slice(0, 12)}) is described wrongly: ${what}`,
    {
      hint: 'Run `patchwork fsck` on the store; the chunk must be rendered again.',
      details: { key: piece.key, index },
    },
  );
}

/**
 * Checks that the sound's places hold exactly its packets and its packets all its samples.
 *
 * @throws PW_SPLICE_SOUND_SHAPE
 */
export function checkSound(sound: SoundSpec): void {
  let bytes = 0;
  for (const place of sound.places) bytes += place.sizeBytes;
  let wanted: number;
  let given: number;
  if (sound.packetSizes === null) {
    wanted = sound.samples * bytesPerSample(sound) * sound.channels;
    given = sound.samples;
  } else {
    wanted = 0;
    for (let i = 0; i < sound.packetSizes.length; i++) wanted += sound.packetSizes[i] ?? 0;
    given = sound.packetSizes.length * sound.samplesPerPacket;
  }
  if (bytes !== wanted || given < sound.samples + sound.priming || sound.samples <= 0) {
    throw new PatchworkError(
      'PW_SPLICE_SOUND_SHAPE',
      `the sound is described wrongly: ${bytes} bytes for packets of ${wanted}, ${given} samples for ${sound.samples} + ${sound.priming}`,
      {
        hint: 'Render the sound again.',
        details: { bytes, wanted, given, samples: sound.samples, priming: sound.priming },
      },
    );
  }
}
