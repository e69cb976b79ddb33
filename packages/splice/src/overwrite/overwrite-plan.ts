import type { FilePort } from '@patchwork/kernel';
import { readRuns } from '../bytes/byte-copy.ts';
import { chunkCorrupt } from '../container/chunk-bytes.ts';
import { corruptChunks } from '../patch/extraction.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { layOut } from '../write/layout.ts';
import { movieHead } from '../write/movie-head.ts';
import type { MovieSpec, SoundPlace } from '../container/movie-spec.ts';
import type { Movie } from '../container/movie.ts';
import type { PatchPlan } from '../patch/patch-plan.ts';
import { checkPieces, checkSound } from '../write/piece-check.ts';
import { SegmentCheck } from '../write/segment-check.ts';
import { changedSpans, readAll, type ChangedSpan, type Target } from './changed-spans.ts';

/** Bytes of a deliverable of ours to be overwritten, and where everything stands then. */
export interface OwnOverwrite {
  readonly spans: readonly ChangedSpan[];
  readonly placed: readonly number[];
  readonly soundPlaced: readonly SoundPlace[];
}

/**
 * Finds what to overwrite so that a deliverable of ours becomes the clean movie of a spec, byte for byte (E1): possible
 * where that one has the very same index (pictures of constant size, PCM, the same list of lengths) and nothing that is kept
 * moves. Null where it is not. What is fresh is held against its digests.
 *
 * @throws PW_SPLICE_CHUNK_CORRUPT, PW_SPLICE_SOUND_CORRUPT; as `writeMovie` for a spec that makes no sense; PW_FILE_*
 */
export async function planOwnOverwrite(
  files: FilePort,
  base: Movie,
  spec: MovieSpec,
  hashing: Hashing,
  trusted: (path: string) => boolean = (): boolean => false,
): Promise<OwnOverwrite | null> {
  checkPieces(spec.video);
  if (spec.sound !== null) checkSound(spec.sound);
  const layout = layOut(spec);
  const head = movieHead(spec, layout, hashing);
  const isSameFrame =
    head.moovDigest === base.moov.digest &&
    base.tail === null &&
    base.sizeBytes === head.dataOffset + layout.sizeBytes &&
    (await beginsWith(files, base.path, head.bytes));
  if (!isSameFrame) return null;
  const targets: Target[] = [];
  // Behind what the head holds of the content: timecode.
  let at = head.bytes.length;
  for (const { path, offset, sizeBytes } of layout.segments) {
    if (path !== base.path) targets.push({ offset: at, source: { path, offset, sizeBytes } });
    else if (offset !== at) return null;
    at += sizeBytes;
  }
  const check = new SegmentCheck(layout.segments, spec.sound, hashing, (path) => path === base.path || trusted(path));
  for (const [index, segment] of layout.segments.entries()) {
    if (segment.path === base.path) continue;
    await readRuns(
      files,
      [segment],
      (data) => check.see(data, index),
      () => check.fail(index),
    );
  }
  check.finish();
  return {
    spans: await changedSpans(files, base.path, targets),
    placed: layout.placed.map((offset) => head.dataOffset + offset),
    soundPlaced: layout.soundPlaced.map((place) => ({
      ...place,
      path: base.path,
      offset: head.dataOffset + place.offset,
    })),
  };
}

async function beginsWith(files: FilePort, path: string, bytes: Uint8Array): Promise<boolean> {
  const file = await files.open(path, 'read');
  try {
    return Buffer.compare(await readAll(file, path, 0, bytes.length), bytes) === 0;
  } finally {
    await file.close();
  }
}

/**
 * Finds what to overwrite of a film for fresh pictures that are exactly as large as those that they replace, each at its
 * place: intra pictures, whose index then says the same. Null where one is not.
 *
 * @throws PW_SPLICE_CHUNK_CORRUPT, PW_FILE_*
 */
export async function planFilmOverwrite(
  files: FilePort,
  plans: readonly PatchPlan[],
  hashing: Hashing,
): Promise<readonly ChangedSpan[] | null> {
  const [first] = plans;
  if (first === undefined) return null;
  const targets: Target[] = [];
  for (const plan of plans) {
    const found = targetsOf(plan);
    if (found === null) return null;
    targets.push(...found);
    const [bad] = await corruptChunks(files, plan.patch.pieces, hashing);
    if (bad !== undefined) throw chunkCorrupt(bad);
  }
  if (isShared(first.base.movie, targets)) return null;
  return await changedSpans(files, first.base.movie.path, targets);
}

function targetsOf(plan: PatchPlan): readonly Target[] | null {
  const { base, patch, merge, from, to } = plan;
  const { samples, track } = base;
  const isPlain =
    base.stream.family === 'intra' &&
    plan.brokenLink === null &&
    merge.config === null &&
    track.tables.chunkEntries.every((entry) => entry === 0) &&
    to - from === patch.pieces.reduce((sum, { sizes }) => sum + sizes.length, 0);
  if (!isPlain) return null;
  const targets: Target[] = [];
  let sample = from;
  for (const { path, offset, sizes, order, runs } of patch.pieces) {
    // Pictures out of order, or in pieces, have an index of their own.
    if (runs !== undefined || order.some((place, i) => place !== i)) return null;
    let at = offset;
    for (const sizeBytes of sizes) {
      if (samples.sizes[sample] !== sizeBytes) return null;
      targets.push({ offset: samples.offsets[sample] ?? 0, source: { path, offset: at, sizeBytes } });
      at += sizeBytes;
      sample += 1;
    }
  }
  return targets;
}

/** Tells whether bytes to be overwritten serve any other sample too: a writer may store equal samples once. */
function isShared(movie: Movie, targets: readonly Target[]): boolean {
  const places = movie.tracks.flatMap(({ samples, tables }): readonly (readonly [offset: number, end: number])[] => {
    if (samples !== null) {
      return Array.from(samples.offsets, (offset, i) => [offset, offset + (samples.sizes[i] ?? 0)] as const);
    }
    const size = typeof tables.sizes === 'number' ? tables.sizes : 0;
    return Array.from(
      tables.chunkOffsets,
      (offset, i) => [offset, offset + size * (tables.chunkSamples[i] ?? 0)] as const,
    );
  });
  const wanted = new Set(targets.map(({ offset }) => offset));
  let end = 0;
  let isWanted = false;
  for (const [offset, next] of places.toSorted((a, b) => a[0] - b[0])) {
    if (offset < end && (isWanted || wanted.has(offset))) return true;
    end = Math.max(end, next);
    isWanted = wanted.has(offset);
  }
  return false;
}
