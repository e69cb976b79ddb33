import { PatchworkError, type Digest, type FilePort } from '@patchwork/kernel';
import { readRuns, type ByteRun } from '../bytes/byte-copy.ts';
import type { Hashing } from '../bytes/hashing.ts';
import type { ByteSpan } from '../container/movie-spec.ts';
import type { Movie, SampleColumns, Track } from '../container/movie.ts';
import type { ProofFinding } from './table-proof.ts';

/** Samples of the picture track that were replaced, in decoding order: [from, to). */
export interface ReplacedSamples {
  readonly from: number;
  readonly to: number;
}

/**
 * Says what else changed than the samples that were to be replaced: tracks, clocks, edit lists, times, sizes and sync
 * marks of all other samples. Empty when nothing else did. Tables only; for the bytes see {@link trackDigests}.
 */
export function keptFindings(
  before: Movie,
  after: Movie,
  replaced: readonly ReplacedSamples[],
): readonly ProofFinding[] {
  const findings: ProofFinding[] = [];
  const find = (code: string, text: string): void => {
    findings.push({ code, text, frame: null });
  };
  if (before.tracks.length !== after.tracks.length || before.timescale !== after.timescale) {
    find('PW_PROOF_TRACKS', `${after.tracks.length} tracks instead of ${before.tracks.length}`);
    return findings;
  }
  before.tracks.forEach((old, i) => {
    const track = after.tracks[i];
    if (track === undefined) return;
    const skip = old.handler === 'vide' ? replaced : [];
    const name = `track ${old.id}`;
    if (headText(old) !== headText(track)) find('PW_PROOF_TRACKS', `${name}: its header or edit list changed`);
    if (old.tables.count !== track.tables.count) {
      find('PW_PROOF_FRAMES', `${name}: ${track.tables.count} samples instead of ${old.tables.count}`);
    } else if (old.samples !== null && track.samples !== null) {
      const at = firstDifference(old.samples, track.samples, skip);
      if (at !== null) find('PW_PROOF_TIME', `${name}: sample ${at} has another time, size or sync mark`);
    }
    if (skip.length === 0 && old.entries.some((entry, k) => !sameBytes(entry.bytes, track.entries[k]?.bytes))) {
      find('PW_PROOF_CONFIG', `${name}: another sample entry`);
    }
  });
  return findings;
}

function headText({ id, handler, timescale, duration, width, height, edits, references }: Track): string {
  return JSON.stringify([id, handler, timescale, duration, width, height, edits, references]);
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}

function firstDifference(a: SampleColumns, b: SampleColumns, skip: readonly ReplacedSamples[]): number | null {
  for (let i = 0; i < a.count; i++) {
    if (a.dts[i] !== b.dts[i] || a.durations[i] !== b.durations[i]) return i;
    if (isReplaced(skip, i)) continue;
    const isSame =
      a.sizes[i] === b.sizes[i] && a.compositionOffsets[i] === b.compositionOffsets[i] && a.sync[i] === b.sync[i];
    if (!isSame) return i;
  }
  return null;
}

function isReplaced(replaced: readonly ReplacedSamples[], sample: number): boolean {
  return replaced.some(({ from, to }) => sample >= from && sample < to);
}

/**
 * Says which tracks have packets elsewhere than before, the replaced ones aside: in a file that was only appended to,
 * packets that stand where they stood are the same bytes. Tables only, nothing is read.
 */
export function movedFindings(
  before: Movie,
  after: Movie,
  replaced: readonly ReplacedSamples[],
): readonly ProofFinding[] {
  return before.tracks.flatMap((old, i) => {
    const track = after.tracks[i];
    const skip = old.handler === 'vide' ? replaced : [];
    if (track !== undefined && !isMoved(old, track, skip)) return [];
    return [
      { code: 'PW_PROOF_BYTES', text: `packets of track ${old.id} outside of the patch were moved`, frame: null },
    ];
  });
}

function isMoved(old: Track, track: Track, skip: readonly ReplacedSamples[]): boolean {
  if (old.samples === null || track.samples === null) {
    const places = [old, track].map(({ tables }) => [[...tables.chunkOffsets], [...tables.chunkSamples], tables.sizes]);
    return old.samples !== track.samples || JSON.stringify(places[0]) !== JSON.stringify(places[1]);
  }
  const { offsets } = track.samples;
  return old.samples.offsets.some((offset, sample) => offset !== offsets[sample] && !isReplaced(skip, sample));
}

/**
 * Hashes the samples of each track in decoding order, those of `skip` left out of the picture. Reads all media data once;
 * `onProgress` hears of bytes done.
 *
 * @throws PW_MOVIE_CHANGED, PW_FILE_*
 */
export async function trackDigests(
  files: FilePort,
  movie: Movie,
  hashing: Hashing,
  options: {
    readonly skip?: readonly ReplacedSamples[];
    /** Which tracks, by their place in the movie; the others are given as null. Default: all. */
    readonly wanted?: (track: Track) => boolean;
    readonly onProgress?: (doneBytes: number) => void;
  } = {},
): Promise<readonly (Digest | null)[]> {
  const shorter = (): never => {
    throw new PatchworkError('PW_MOVIE_CHANGED', `${JSON.stringify(movie.path)} became shorter while it was read`, {
      hint: 'Wait until the program that writes it is done, then run again.',
      details: { path: movie.path },
    });
  };
  const { skip = [], wanted = (): boolean => true, onProgress = (): void => undefined } = options;
  const digests: (Digest | null)[] = [];
  let done = 0;
  for (const track of movie.tracks) {
    if (!wanted(track)) {
      digests.push(null);
      continue;
    }
    const hash = hashing.startSha256();
    await readRuns(
      files,
      trackRuns(movie, track, track.handler === 'vide' ? skip : []),
      (data) => {
        hash.update(data);
        done += data.length;
        onProgress(done);
      },
      shorter,
    );
    digests.push(hash.digest());
  }
  return digests;
}

/** Where all bytes of a track stand, in decoding order. */
export function trackSpans(movie: Movie, track: Track): readonly ByteSpan[] {
  return trackRuns(movie, track, []);
}

/** The runs of a track's bytes, in decoding order. */
function trackRuns(movie: Movie, track: Track, skip: readonly ReplacedSamples[]): readonly ByteRun[] {
  const runs: { path: string; offset: number; sizeBytes: number }[] = [];
  const add = (offset: number, sizeBytes: number): void => {
    const last = runs.at(-1);
    if (sizeBytes === 0) return;
    if (last !== undefined && last.offset + last.sizeBytes === offset) last.sizeBytes += sizeBytes;
    else runs.push({ path: movie.path, offset, sizeBytes });
  };
  const { samples, tables } = track;
  if (samples === null) {
    const size = typeof tables.sizes === 'number' ? tables.sizes : 0;
    tables.chunkOffsets.forEach((offset, i) => add(offset, size * (tables.chunkSamples[i] ?? 0)));
    return runs;
  }
  for (let i = 0; i < samples.count; i++) {
    if (!isReplaced(skip, i)) add(samples.offsets[i] ?? 0, samples.sizes[i] ?? 0);
  }
  return runs;
}

/** Bytes of the file that no sample, no index in force and no other box that says something needs: what `compact` frees. */
export function deadBytes(movie: Movie): number {
  const marks: [number, number][] = [];
  for (const track of movie.tracks) {
    for (const run of trackRuns(movie, track, [])) marks.push([run.offset, run.offset + run.sizeBytes]);
  }
  for (const box of movie.boxes) {
    const isEmpty = ['free', 'skip', 'wide', 'foov', 'mdat'].includes(box.type);
    const isDeadIndex = box.type === 'moov' && box.offset !== movie.moov.offset;
    marks.push([box.offset, box.offset + (isEmpty || isDeadIndex ? box.headerSize : box.size)]);
  }
  marks.sort((a, b) => a[0] - b[0]);
  let end = 0;
  let live = 0;
  for (const [from, to] of marks) {
    live += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return Math.max(0, movie.sizeBytes - live);
}
