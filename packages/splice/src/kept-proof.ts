import { PatchworkError, type Digest, type FilePort } from '@patchwork/kernel';
import { readRuns, type ByteRun } from './byte-copy.ts';
import type { Hashing } from './hashing.ts';
import type { Movie, SampleColumns, Track } from './movie.ts';
import type { ProofFinding } from './table-proof.ts';

/** Samples of the picture track that a patch replaced, in decoding order: [from, to). */
export interface ReplacedSamples {
  readonly from: number;
  readonly to: number;
}

/**
 * Says what else a patch changed than the samples it was to replace: tracks, clocks, edit lists, times, sizes and sync
 * marks of all other samples. Empty when nothing else did. Tables only; for the bytes see {@link trackDigests}.
 */
export function keptFindings(before: Movie, after: Movie, replaced: ReplacedSamples | null): readonly ProofFinding[] {
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
    const skip = old.handler === 'vide' ? replaced : null;
    const name = `track ${old.id}`;
    if (headText(old) !== headText(track)) find('PW_PROOF_TRACKS', `${name}: its header or edit list changed`);
    if (old.tables.count !== track.tables.count) {
      find('PW_PROOF_FRAMES', `${name}: ${track.tables.count} samples instead of ${old.tables.count}`);
    } else if (old.samples !== null && track.samples !== null) {
      const at = firstDifference(old.samples, track.samples, skip);
      if (at !== null) find('PW_PROOF_TIME', `${name}: sample ${at} has another time, size or sync mark`);
    }
    if (skip === null && old.entries.some((entry, k) => !sameBytes(entry.bytes, track.entries[k]?.bytes))) {
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

function firstDifference(a: SampleColumns, b: SampleColumns, skip: ReplacedSamples | null): number | null {
  for (let i = 0; i < a.count; i++) {
    if (a.dts[i] !== b.dts[i] || a.durations[i] !== b.durations[i]) return i;
    if (skip !== null && i >= skip.from && i < skip.to) continue;
    const isSame =
      a.sizes[i] === b.sizes[i] && a.compositionOffsets[i] === b.compositionOffsets[i] && a.sync[i] === b.sync[i];
    if (!isSame) return i;
  }
  return null;
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
    readonly skip?: ReplacedSamples | null;
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
  const { skip = null, wanted = (): boolean => true, onProgress = (): void => undefined } = options;
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
      trackRuns(movie, track, track.handler === 'vide' ? skip : null),
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

/** The runs of a track's bytes, in decoding order. */
function trackRuns(movie: Movie, track: Track, skip: ReplacedSamples | null): readonly ByteRun[] {
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
    if (skip === null || i < skip.from || i >= skip.to) add(samples.offsets[i] ?? 0, samples.sizes[i] ?? 0);
  }
  return runs;
}

/** Bytes of the file that no sample, no index in force and no other box that says something needs: what `compact` frees. */
export function deadBytes(movie: Movie): number {
  const marks: [number, number][] = [];
  for (const track of movie.tracks) {
    for (const run of trackRuns(movie, track, null)) marks.push([run.offset, run.offset + run.sizeBytes]);
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
