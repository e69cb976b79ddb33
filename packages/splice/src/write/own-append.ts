import type { Digest, FilePort } from '@patchwork/kernel';
import { appendMovie, type Appended, type AppendBytes } from '../publish/append.ts';
import { placeRuns } from '../publish/appended-runs.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { layOut, sumOf, type Layout } from './layout.ts';
import { moovBytes, type StorageChunk } from '../container/moov-writer.ts';
import { movieModel, timecodeFrames } from './movie-model.ts';
import type { MovieSpec, SoundPlace } from '../container/movie-spec.ts';
import type { Movie } from '../container/movie.ts';
import { SegmentCheck } from './segment-check.ts';
import { checkPieces, checkSound } from './piece-check.ts';

/** What an append of our own movie did, and where everything stands now. */
export interface AppendedOwn extends Appended {
  readonly placed: readonly number[];
  readonly soundPlaced: readonly SoundPlace[];
}

/**
 * Turns a deliverable of ours into another one in place (E2): what the spec takes from the file itself stays where it is,
 * the rest is appended, and a new index is committed. Ripples, moves and deletions cost an index. Replaced pictures stay
 * in the file as dead bytes until it is written anew. Sound that is not in the file is appended whole.
 *
 * @throws as `writeMovie` and `appendMovie`
 */
export async function appendOwnMovie(
  files: FilePort,
  base: Movie,
  spec: MovieSpec,
  hashing: Hashing,
  record: ((moovDigest: Digest, placed: Pick<AppendedOwn, 'placed' | 'soundPlaced'>) => Promise<void>) | null,
  trusted: (path: string) => boolean = (): boolean => false,
): Promise<AppendedOwn> {
  checkPieces(spec.video);
  if (spec.sound !== null) checkSound(spec.sound);
  if (spec.video.pieces.some((piece) => (piece.runs?.length ?? 1) > 1)) {
    throw new TypeError('appendOwnMovie: spec.video.pieces: a chunk of our own movies stands in one run');
  }
  const layout = layOut(spec);
  let places: Pick<AppendedOwn, 'placed' | 'soundPlaced'> = { placed: [], soundPlaced: [] };
  const appended = await appendMovie(
    files,
    base,
    hashing,
    async (append) => {
      const timecode = await appendTimecode(spec, layout, append);
      const offsets = await placeSegments(files, base, spec, layout, hashing, append, trusted);
      const placement = placementOf(spec, layout, offsets);
      places = {
        placed: placement.placed,
        soundPlaced: placement.soundPlaced.map((place) => ({ ...place, path: base.path })),
      };
      const model = movieModel(spec, { ...layout, timecode, picture: placement.picture, sound: placement.sound });
      const large = [...timecode, ...placement.picture, ...placement.sound].some((chunk) => chunk.offset > 0xffffffff);
      return moovBytes(model, 0, large);
    },
    record === null ? null : (moovDigest) => record(moovDigest, places),
  );
  return { ...appended, ...places };
}

async function appendTimecode(spec: MovieSpec, layout: Layout, append: AppendBytes): Promise<readonly StorageChunk[]> {
  const list: StorageChunk[] = [];
  for (const frame of timecodeFrames(spec, layout)) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, frame);
    list.push({ offset: await append(bytes), samples: 1 });
  }
  return list;
}

/** Offsets of the segments in the file, in their order: those that are there, and those that had to be appended. */
async function placeSegments(
  files: FilePort,
  base: Movie,
  spec: MovieSpec,
  layout: Layout,
  hashing: Hashing,
  append: AppendBytes,
  trusted: (path: string) => boolean,
): Promise<Float64Array> {
  const check = new SegmentCheck(layout.segments, spec.sound, hashing, (path) => path === base.path || trusted(path));
  const offsets = await placeRuns(
    files,
    base.path,
    layout.segments,
    append,
    (data, run) => check.see(data, run),
    (run) => check.fail(run),
  );
  check.finish();
  return offsets;
}

interface Placement {
  readonly picture: readonly StorageChunk[];
  readonly sound: readonly StorageChunk[];
  readonly placed: readonly number[];
  readonly soundPlaced: readonly SoundPlace[];
}

/**
 * A storage chunk a piece; a sound run of whole packets likewise. Runs are joined within one stride, as in the canonical
 * file: sound that was appended whole stands in one, and a history names and reads it run by run.
 */
function placementOf(spec: MovieSpec, layout: Layout, offsets: Float64Array): Placement {
  const picture: StorageChunk[] = [];
  const placed: number[] = [];
  const runs: SoundPlace[] = [];
  let isNewStride = true;
  layout.segments.forEach((segment, i) => {
    const offset = offsets[i] ?? 0;
    if (segment.piece === null) {
      const last = runs.at(-1);
      if (!isNewStride && last !== undefined && last.offset + last.sizeBytes === offset) {
        runs[runs.length - 1] = { ...last, sizeBytes: last.sizeBytes + segment.sizeBytes };
      } else runs.push({ path: segment.path, offset, sizeBytes: segment.sizeBytes });
      isNewStride = false;
      return;
    }
    isNewStride = true;
    placed.push(offset);
    picture.push({ offset, samples: segment.piece.sizes.length });
  });
  return { picture, placed, sound: soundChunks(spec, runs), soundPlaced: runs };
}

/** Storage chunks of the sound's runs. @throws TypeError when a run does not end between packets */
function soundChunks(spec: MovieSpec, runs: readonly SoundPlace[]): readonly StorageChunk[] {
  const { sound } = spec;
  if (sound === null) return [];
  const constant = sound.packetSizes === null ? Math.round(sumOf(runs.map((run) => run.sizeBytes)) / sound.samples) : 0;
  let packet = 0;
  return runs.map((run) => {
    const first = packet;
    if (constant > 0) packet += run.sizeBytes / constant;
    else {
      let left = run.sizeBytes;
      for (; left > 0; packet++) left -= sound.packetSizes?.[packet] ?? left;
      if (left < 0) packet = NaN;
    }
    if (!Number.isInteger(packet))
      throw new TypeError(`sound.places: a run of ${run.sizeBytes} bytes ends inside a packet`);
    return { offset: run.offset, samples: packet - first };
  });
}
