import { PatchworkError, type FilePort } from '@patchwork/kernel';
import { childBoxes, type Box, type IndexBytes } from './box-reader.ts';
import { readRuns } from './byte-copy.ts';
import { ByteWriter } from './byte-writer.ts';
import { picturesClock } from './movie-model.ts';
import type { Movie, SampleColumns, Track } from './movie.ts';
import { movedTick, type PictureMove } from './picture-move.ts';
import { chapterTrackId, indexBoxes, type ChapterTrack } from './side-index.ts';

/** Tables of a track of texts. With others it is not a plain list of chapters. */
const plainTables: readonly string[] = ['stsd', 'stts', 'stsc', 'stsz', 'stco', 'co64', 'stss', 'free'];

/** Most bytes of all texts: a menu, not a document. */
const mostBytes = 2 ** 20;

/**
 * A track of chapter texts whose chapters begin with their pictures in a movie written anew. Name, language, text format and
 * texts keep their bytes. Null where it is no plain list from the start on, or a chapter's picture is gone.
 *
 * @throws PW_MOVIE_*, PW_FILE_*
 */
export async function movedChapterTrack(
  files: FilePort,
  movie: Movie,
  track: Track,
  move: PictureMove,
): Promise<ChapterTrack | null> {
  const { samples } = track;
  if (samples === null || samples.count === 0 || track.references.length > 0) return null;
  const isPlain = track.edits.length === 0 || (track.edits.length === 1 && track.edits[0]?.mediaTime === 0);
  if (!isPlain || !track.tables.boxTypes.every((type) => plainTables.includes(type))) return null;
  const starts = movedStarts(samples, track.timescale, move);
  if (starts === null) return null;
  const bytes = await textBytes(files, movie, samples);
  const { index, boxes } = indexBoxes(movie);
  const trak = boxes.filter(({ type }) => type === 'trak')[movie.tracks.indexOf(track)];
  if (bytes === null || trak === undefined) return null;
  return { ...writtenTrack(index, trak, starts, move, samples.count), samples: bytes };
}

/** Beginnings of the chapters in the track's ticks, then the end of the movie; null where they are not ascending. */
function movedStarts(samples: SampleColumns, timescale: number, move: PictureMove): readonly number[] | null {
  const { rate, frames, frameAt } = move;
  const starts: number[] = [];
  for (let i = 0; i < samples.count; i++) {
    const tick = movedTick(BigInt(samples.dts[i] ?? 0), timescale, rate, i === 0 ? (): number => 0 : frameAt);
    if (tick === null) return null;
    starts.push(i === 0 ? 0 : Number(tick));
  }
  const end = (BigInt(frames) * BigInt(rate.den) * BigInt(timescale)) / BigInt(rate.num);
  starts.push(Number(end));
  return starts.every((start, i) => i === 0 || start > (starts[i - 1] ?? 0)) ? starts : null;
}

async function textBytes(files: FilePort, movie: Movie, { offsets, sizes }: SampleColumns): Promise<Uint8Array | null> {
  if (sizes.reduce((sum, size) => sum + size, 0) > mostBytes) return null;
  const runs = Array.from(offsets, (offset, i) => ({ path: movie.path, offset, sizeBytes: sizes[i] ?? 0 }));
  const parts: Uint8Array[] = [];
  await readRuns(
    files,
    runs.filter(({ sizeBytes }) => sizeBytes > 0),
    (data) => parts.push(data.slice()),
    () => {
      throw new PatchworkError('PW_MOVIE_CHANGED', `${JSON.stringify(movie.path)} became shorter while it was read`, {
        hint: 'Wait until the program that writes it is done, then run again.',
        details: { path: movie.path },
      });
    },
  );
  return Buffer.concat(parts);
}

function writtenTrack(
  index: IndexBytes,
  trak: Box,
  starts: readonly number[],
  { rate, frames }: PictureMove,
  count: number,
): Omit<ChapterTrack, 'samples'> {
  const out = new ByteWriter(trak.end - trak.start + 64);
  let offsetAt = 0;
  const write = (box: Box): void => {
    switch (box.type) {
      case 'trak':
      case 'mdia':
      case 'minf':
      case 'stbl':
        return out.box(box.type, () => childBoxes(index, box).forEach(write));
      // One edit from 0 on says nothing; every text is a sync sample.
      case 'edts':
      case 'stss':
        return;
      case 'tkhd':
        return header(index, out, box, { id: chapterTrackId, duration: frames * picturesClock(rate).frameDuration });
      case 'mdhd':
        return header(index, out, box, { id: null, duration: starts.at(-1) ?? 0 });
      case 'stts':
        return out.fullBox('stts', 0, 0, () => {
          out.u32(count);
          for (let i = 0; i < count; i++) {
            out.u32(1);
            out.u32((starts[i + 1] ?? 0) - (starts[i] ?? 0));
          }
        });
      case 'stsc':
        return out.fullBox('stsc', 0, 0, () => [1, 1, count, 1].forEach((value) => out.u32(value)));
      case 'stco':
      case 'co64':
        return out.fullBox('co64', 0, 0, () => {
          out.u32(1);
          offsetAt = out.length;
          out.u64(0);
        });
      default:
        return out.bytes(index.bytes.subarray(box.start, box.end));
    }
  };
  write(trak);
  return { trak: out.toBytes(), offsetAt };
}

/** A track's or a media's header with another duration, in 64 bits; times of day are 0. */
function header(
  index: IndexBytes,
  out: ByteWriter,
  box: Box,
  { id, duration }: { readonly id: number | null; readonly duration: number },
): void {
  const wide = index.u8(box, box.body) === 1;
  const afterTimes = box.body + 4 + (wide ? 16 : 8);
  // A track's header has its id and four bytes before the duration, a media's header the timescale.
  const before = id === null ? 4 : 8;
  out.fullBox(box.type, 1, index.u32(box, box.body) & 0xffffff, () => {
    out.zeros(16);
    out.u32(id ?? index.u32(box, afterTimes));
    if (id !== null) out.u32(0);
    out.u64(duration);
    out.bytes(index.copy(box, afterTimes + before + (wide ? 8 : 4), box.end));
  });
}
