import { PatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import { isAv1KeySample } from '../bitstream/av1.ts';
import { h264Types } from '../bitstream/h264.ts';
import { hevcTypes } from '../bitstream/hevc.ts';
import { ParameterSetIds } from '../parameters/parameter-set-ids.ts';
import type { Movie, SampleColumns, Track } from '../container/movie.ts';
import { pictureStream, type PictureStream } from '../parameters/picture-stream.ts';
import { sampleHeads, type SampleHead } from './sample-heads.ts';

/** A movie that can be patched: its picture track, how it is coded, and where it can be cut. */
export interface PatchableMovie {
  readonly movie: Movie;
  readonly track: Track;
  readonly samples: SampleColumns;
  readonly stream: PictureStream;
  /** Presentation times of all pictures, ascending, in the track's ticks, before the edit list. */
  readonly times: Float64Array;
  /**
   * For each place in decoding order, and for the end, 1 where everything decoded before is shown before everything
   * decoded from there on: fresh pictures may begin there.
   */
  readonly closed: Uint8Array;
  /** Where fresh pictures may end; ascending, the last one is the end of the movie. */
  readonly ends: readonly CutEnd[];
  /** Ids of parameter sets that the stream uses, in the entry and between the pictures. */
  readonly ids: ParameterSetIds;
}

/**
 * A place where kept pictures may begin again. At an open GOP (HEVC's CRA) the pictures that are decoded behind it and
 * shown before it belong to what is replaced:
 *
 *     decoded   … | P | CRA | b | b | P …        shown   … | P | b | b | CRA | P …
 *                       ^ sample   leading = 2                         ^ frame
 */
export interface CutEnd {
  /** First kept frame, in presentation order. */
  readonly frame: number;
  /** The sync sample, in decoding order. */
  readonly sample: number;
  readonly leading: number;
  /** Whether the sync sample must be marked as a broken link (CRA -> BLA) when what stands before it is replaced. */
  readonly brokenLink: boolean;
}

/**
 * Finds out whether and where a movie can be cut: reads the head of every sync sample (about 0.02 ms each where the file
 * is in memory).
 *
 * @throws PW_ADOPT_* naming what cannot be patched safely; PW_STREAM_*, PW_FILE_*
 */
export async function findBoundaries(files: FilePort, movie: Movie): Promise<PatchableMovie> {
  const { track, samples } = patchableTrack(movie);
  const entry = track.entries[0];
  if (entry === undefined) throw new TypeError('findBoundaries: a track without sample entry');
  const stream = pictureStream(entry);
  if (stream.formats.some((format) => !format.progressive)) {
    throw refusal(
      'PW_ADOPT_INTERLACED',
      movie,
      'its pictures are interlaced',
      'Only progressive deliverables can be patched.',
    );
  }
  const times = showingTimes(samples, movie);
  const closed = closedPlaces(samples);
  const ids = ParameterSetIds.of(stream);
  const file = await files.open(movie.path, 'read');
  try {
    const ends = await findEnds(file, movie, stream, samples, closed, ids);
    return { movie, track, samples, stream, times, closed, ends, ids };
  } finally {
    await file.close();
  }
}

/** What is replaced when frames change: the smallest safe range around them. */
export interface WidenedRange extends FrameRange {
  readonly end: CutEnd;
}

/**
 * Widens a range of frames to places where it can be cut out.
 *
 * @throws PW_PATCH_RANGE when it does not lie in the movie, PW_PATCH_NO_BOUNDARY when that takes more than `mostFrames`
 */
export function widened(base: PatchableMovie, range: FrameRange, mostFrames: number): WidenedRange {
  const { path } = base.movie;
  if (!(range.in >= 0 && range.in < range.out && range.out <= base.samples.count)) {
    throw new PatchworkError(
      'PW_PATCH_RANGE',
      `frames ${range.in}…${range.out} do not lie in ${JSON.stringify(path)}`,
      {
        hint: `It has ${base.samples.count} frames; ranges are half-open.`,
        details: { in: range.in, out: range.out, frames: base.samples.count },
      },
    );
  }
  let start = range.in;
  while (start > 0 && base.closed[start] !== 1) start -= 1;
  const end = base.ends.find((candidate) => candidate.frame >= range.out);
  if (end === undefined) throw new TypeError('widened: the end of the movie is always a place to end');
  if (end.frame - start > range.out - range.in + mostFrames) {
    throw new PatchworkError(
      'PW_PATCH_NO_BOUNDARY',
      `frames ${range.in}…${range.out} of ${JSON.stringify(path)} can be replaced only together with ${start}…${end.frame}`,
      {
        hint: 'The file has few places where decoding can start; give a piece for the whole of that range, or render with --full.',
        details: { in: start, out: end.frame },
      },
    );
  }
  return { in: start, out: end.frame, end };
}

function patchableTrack(movie: Movie): { readonly track: Track; readonly samples: SampleColumns } {
  const tracks = movie.tracks.filter((track) => track.handler === 'vide');
  const [track] = tracks;
  if (track === undefined || tracks.length > 1 || track.samples === null || track.samples.count === 0) {
    throw refusal(
      'PW_ADOPT_TRACKS',
      movie,
      `it has ${tracks.length} picture tracks`,
      'One picture track with pictures is needed.',
    );
  }
  if (track.entries.length !== 1) {
    throw refusal(
      'PW_ADOPT_ENTRIES',
      movie,
      `its pictures have ${track.entries.length} sample entries`,
      'Remux or convert it first.',
    );
  }
  if (!movie.tracks.every((each) => each.selfContained)) {
    throw refusal(
      'PW_ADOPT_REFERENCE',
      movie,
      'its media data stands in another file',
      'Save it self-contained first.',
    );
  }
  const bad = track.tables.boxTypes.find((type) => ['saiz', 'saio', 'senc'].includes(type));
  if (bad !== undefined)
    throw refusal('PW_ADOPT_ENCRYPTED', movie, 'its pictures are encrypted', 'Patch it before it is encrypted.');
  return { track, samples: track.samples };
}

function showingTimes(samples: SampleColumns, movie: Movie): Float64Array {
  const times = new Float64Array(samples.count);
  for (let i = 0; i < samples.count; i++) times[i] = shownAt(samples, i);
  times.sort();
  for (let i = 1; i < times.length; i++) {
    if (times[i] === times[i - 1]) {
      throw refusal('PW_ADOPT_TIMES', movie, `two pictures are shown at tick ${times[i]}`, 'Remux the file first.');
    }
  }
  return times;
}

/** Presentation time of a sample, in the track's ticks, before the edit list. */
export function shownAt(samples: SampleColumns, sample: number): number {
  return (samples.dts[sample] ?? 0) + (samples.compositionOffsets[sample] ?? 0);
}

function closedPlaces(samples: SampleColumns): Uint8Array {
  const { count } = samples;
  const closed = new Uint8Array(count + 1);
  const firstFrom = new Float64Array(count + 1);
  firstFrom[count] = Infinity;
  for (let i = count - 1; i >= 0; i--) firstFrom[i] = Math.min(firstFrom[i + 1] ?? 0, shownAt(samples, i));
  let lastBefore = -Infinity;
  for (let i = 0; i <= count; i++) {
    closed[i] = lastBefore < (firstFrom[i] ?? 0) ? 1 : 0;
    if (i < count) lastBefore = Math.max(lastBefore, shownAt(samples, i));
  }
  return closed;
}

async function findEnds(
  file: OpenFile,
  movie: Movie,
  stream: PictureStream,
  samples: SampleColumns,
  closed: Uint8Array,
  ids: ParameterSetIds,
): Promise<readonly CutEnd[]> {
  const starts: number[] = [];
  for (let sample = 0; sample < samples.count; sample++) {
    if (samples.sync[sample] === 1 && closed[sample] === 1) starts.push(sample);
  }
  const closedEnd = (sample: number): CutEnd => ({ frame: sample, sample, leading: 0, brokenLink: false });
  const ends = stream.family === 'intra' ? starts.map(closedEnd) : [];
  if (stream.family !== 'intra') {
    for await (const head of sampleHeads(file, samples, starts)) {
      const { sample } = head;
      const kind = await startKind(file, movie, stream, samples, head, ids);
      if (kind === 'closed') ends.push(closedEnd(sample));
      if (kind !== 'open') continue;
      const leading = leadingPictures(samples, sample);
      if (closed[sample + leading + 1] === 1) ends.push({ frame: sample + leading, sample, leading, brokenLink: true });
    }
  }
  ends.push(closedEnd(samples.count));
  return ends;
}

/** Samples decoded behind a picture and shown before it. */
function leadingPictures(samples: SampleColumns, sample: number): number {
  const shown = shownAt(samples, sample);
  let count = 0;
  while (sample + count + 1 < samples.count && shownAt(samples, sample + count + 1) < shown) count += 1;
  return count;
}

/** How decoding can start at a sample: with everything from there on, with all but leading pictures, or not safely. */
async function startKind(
  file: OpenFile,
  movie: Movie,
  stream: Exclude<PictureStream, { family: 'intra' }>,
  samples: SampleColumns,
  { sample, bytes: known }: SampleHead,
  ids: ParameterSetIds,
): Promise<'closed' | 'open' | 'none'> {
  const size = samples.sizes[sample] ?? 0;
  const offset = samples.offsets[sample] ?? 0;
  const got = known.length;
  if (stream.family === 'av1') return isAv1KeySample(known, size) ? 'closed' : 'none';
  const { lengthBytes } = stream.config;
  let at = 0;
  // Units before the first slice are small; one that is not is passed over by its length with another read.
  for (let unit = 0; unit < 64 && at + lengthBytes < size; unit++) {
    const bytes = at + 512 <= got ? known.subarray(at) : await bytesAt(file, offset + at, Math.min(size - at, 512));
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[i] ?? 0);
    const nal = bytes.subarray(lengthBytes, lengthBytes + length);
    const kind = stream.family === 'h264' ? h264Kind(nal, movie, ids) : hevcKind(nal, movie, ids);
    if (kind !== null) return kind;
    at += lengthBytes + length;
  }
  return 'none';
}

async function bytesAt(file: OpenFile, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await file.read(bytes, offset));
}

/** Null for a unit that is no slice. */
function h264Kind(nal: Uint8Array, movie: Movie, ids: ParameterSetIds): 'closed' | 'none' | null {
  const type = (nal[0] ?? 0) & 31;
  if (type === h264Types.sei) refuseSei(nal.subarray(1), movie);
  if (type === h264Types.sps || type === h264Types.pps) ids.addH264(nal);
  if (type === h264Types.idrSlice) return 'closed';
  return type >= h264Types.slice && type <= h264Types.partitionC ? 'none' : null;
}

function hevcKind(nal: Uint8Array, movie: Movie, ids: ParameterSetIds): 'closed' | 'open' | 'none' | null {
  const type = ((nal[0] ?? 0) >> 1) & 63;
  if (type === hevcTypes.prefixSei) refuseSei(nal.subarray(2), movie);
  if (type >= hevcTypes.vps && type <= hevcTypes.pps) ids.addHevc(nal);
  if (type > hevcTypes.lastSlice) return null;
  if (type === hevcTypes.idrWRadl || type === hevcTypes.idrNLp || type === hevcTypes.blaNLp) return 'closed';
  if (type === hevcTypes.cra || type === hevcTypes.blaWLp || type === hevcTypes.blaWLp + 1) return 'open';
  return 'none';
}

/** Metadata that is said anew with every picture (ITU-T T.35): a patch would not have it. */
function refuseSei(message: Uint8Array, movie: Movie): void {
  const isRegistered = message[0] === 4 && message[2] === 0xb5;
  if (!isRegistered) return;
  const provider = ((message[3] ?? 0) << 8) | (message[4] ?? 0);
  if (provider === 0x003c) {
    throw refusal(
      'PW_ADOPT_DYNAMIC_HDR',
      movie,
      'its pictures carry HDR10+ metadata',
      'Patch it before the metadata is added.',
    );
  }
  if (provider === 0x0031) {
    throw refusal(
      'PW_ADOPT_CAPTIONS',
      movie,
      'its pictures carry closed captions',
      'Patch it before captions are added.',
    );
  }
}

function refusal(code: string, movie: Movie, what: string, hint: string): PatchworkError {
  return new PatchworkError(code, `${JSON.stringify(movie.path)} cannot be patched: ${what}`, {
    hint,
    details: { path: movie.path },
  });
}
