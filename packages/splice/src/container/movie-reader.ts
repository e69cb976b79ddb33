import { PatchworkError, type FilePort, type OpenFile, type Sha256 } from '@patchwork/kernel';
import { childBoxes, findBox, fourCcAt, IndexBytes, movieError, moovBox, needBox, type Box } from './box-reader.ts';
import type { Movie, MovieTimecode, TopBox, Track } from './movie.ts';
import { readMediaHeader, readTrack } from './track-parser.ts';

/** Largest index that is read: about 100 hours of picture and sound with 64-bit offsets take a third of it. */
const largestMoov = 512 * 2 ** 20;

/** Most boxes at the top level: a file of millions of 8-byte boxes is an attack. */
const mostTopBoxes = 10_000;

/** Most tracks of a movie. */
const mostTracks = 1000;

/**
 * Reads a movie's index: `moov` anywhere, 32- and 64-bit sizes, MP4 and MOV. Every size, count and offset is checked
 * against the box and the file that hold it, before memory is taken for it. Of two `moov` boxes the first counts, as for
 * every player; what follows the last whole box is told in `tail`.
 *
 * @throws PW_MOVIE_NOT_MOVIE, PW_MOVIE_NO_MOOV, PW_MOVIE_TRUNCATED, PW_MOVIE_FRAGMENTED, PW_MOVIE_COMPRESSED,
 * PW_MOVIE_TOO_LARGE, PW_MOVIE_BOX, PW_MOVIE_TABLE, PW_MOVIE_SAMPLE_OUTSIDE, PW_MOVIE_CHANGED, each naming box and byte;
 * PW_FILE_*
 */
export async function readMovie(files: FilePort, path: string, sha256: Sha256): Promise<Movie> {
  const file = await files.open(path, 'read');
  try {
    const before = await file.stat();
    const movie = await readOpenMovie(file, path, before.size, sha256);
    const after = await file.stat();
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
      throw new PatchworkError('PW_MOVIE_CHANGED', `${JSON.stringify(path)} changed while it was read`, {
        hint: 'Wait until the program that writes it is done, then try again.',
        details: { file: path },
      });
    }
    return movie;
  } finally {
    await file.close();
  }
}

/** Reads the index of an open file of so many bytes. @throws as {@link readMovie} */
export async function readOpenMovie(
  file: Pick<OpenFile, 'read'>,
  path: string,
  sizeBytes: number,
  sha256: Sha256,
): Promise<Movie> {
  const { boxes, tail } = await readTopBoxes(file, path, sizeBytes);
  const top = boxes.find((box) => box.type === 'moov');
  if (top === undefined) {
    if (tail !== null) {
      throw movieError('PW_MOVIE_TRUNCATED', path, 'file', tail, 'the file ends inside a box, before its index');
    }
    throw movieError('PW_MOVIE_NO_MOOV', path, 'file', sizeBytes, 'there is no moov: the index is missing');
  }
  if (top.size > largestMoov) {
    throw movieError('PW_MOVIE_TOO_LARGE', path, 'moov', top.offset, `an index of ${top.size} bytes`);
  }
  const bytes = await readExactly(file, path, top.offset, top.size);
  const index = new IndexBytes(bytes, top.offset, path);
  const moov = moovBox(index);
  const children = childBoxes(index, moov);
  refuseOtherKinds(index, moov, children);
  const header = readMediaHeader(index, needBox(index, moov, children, 'mvhd'));
  const traks = children.filter((box) => box.type === 'trak');
  if (traks.length > mostTracks) throw index.error('PW_MOVIE_TOO_LARGE', moov, 0, `${traks.length} tracks`);
  const tracks = readTracks(index, traks, sizeBytes, path, tail);
  return {
    path,
    sizeBytes,
    brand: await readBrand(file, path, boxes),
    boxes,
    tail,
    moov: { offset: top.offset, bytes, digest: sha256(bytes) },
    ...header,
    tracks,
    timecode: await readTimecode(file, path, tracks),
  };
}

/** A sample outside a file whose last box is cut means that the file was cut. */
function readTracks(
  index: IndexBytes,
  traks: readonly Box[],
  sizeBytes: number,
  path: string,
  tail: number | null,
): readonly Track[] {
  try {
    return traks.map((trak) => readTrack(index, trak, sizeBytes, path));
  } catch (error) {
    if (tail !== null && error instanceof PatchworkError && error.code === 'PW_MOVIE_SAMPLE_OUTSIDE') {
      throw movieError('PW_MOVIE_TRUNCATED', path, 'file', sizeBytes, 'the file ends before its last samples');
    }
    throw error;
  }
}

/** Headers of the top level. `tail`: where the last box begins that is not whole or is none; null when all are whole. */
async function readTopBoxes(
  file: Pick<OpenFile, 'read'>,
  path: string,
  sizeBytes: number,
): Promise<{ readonly boxes: readonly TopBox[]; readonly tail: number | null }> {
  const boxes: TopBox[] = [];
  const head = new Uint8Array(16);
  const view = new DataView(head.buffer);
  let offset = 0;
  while (offset < sizeBytes) {
    const got = await file.read(head, offset);
    if (got < 8) return { boxes, tail: offset };
    const type = fourCcAt(head, 4);
    if (offset === 0 && !looksLikeMovie(type)) {
      throw movieError('PW_MOVIE_NOT_MOVIE', path, 'file', 0, 'it begins with no box of an MP4 or MOV file');
    }
    let size = view.getUint32(0);
    let headerSize = 8;
    // Zeros where an append was cut off before its header was written.
    if (size === 0 && type === '\0\0\0\0') return { boxes, tail: offset };
    const toEnd = size === 0;
    if (toEnd) size = sizeBytes - offset;
    else if (size === 1) {
      headerSize = 16;
      if (got < 16) return { boxes, tail: offset };
      size = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
    }
    if (size < headerSize || offset + size > sizeBytes) return { boxes, tail: offset };
    if (type === 'moof' || type === 'styp') {
      throw movieError(
        'PW_MOVIE_FRAGMENTED',
        path,
        type,
        offset,
        'the movie is fragmented (DASH, fMP4); remux it to a plain file',
      );
    }
    boxes.push({ type, offset, size, headerSize, toEnd });
    if (boxes.length > mostTopBoxes) {
      throw movieError('PW_MOVIE_TOO_LARGE', path, 'file', offset, `more than ${mostTopBoxes} boxes at the top level`);
    }
    offset += size;
  }
  return { boxes, tail: null };
}

/** Types that a movie file may begin with. */
function looksLikeMovie(type: string): boolean {
  return ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'styp', 'moof', 'sidx'].includes(type);
}

function refuseOtherKinds(index: IndexBytes, moov: Box, children: readonly Box[]): void {
  const fragments = findBox(children, 'mvex');
  if (fragments !== null) {
    throw index.error(
      'PW_MOVIE_FRAGMENTED',
      fragments,
      fragments.start,
      'the movie is fragmented; remux it to a plain file',
    );
  }
  const compressed = findBox(children, 'cmov');
  if (compressed !== null) {
    throw index.error('PW_MOVIE_COMPRESSED', compressed, compressed.start, 'the index is compressed; remux the file');
  }
  if (findBox(children, 'mvhd') === null) throw index.error('PW_MOVIE_BOX', moov, 0, 'it holds no mvhd');
}

async function readBrand(file: Pick<OpenFile, 'read'>, path: string, boxes: readonly TopBox[]): Promise<string> {
  const ftyp = boxes.find((box) => box.type === 'ftyp');
  if (ftyp === undefined || ftyp.size < ftyp.headerSize + 4) return '';
  return fourCcAt(await readExactly(file, path, ftyp.offset + ftyp.headerSize, 4), 0);
}

/** The first number of the first timecode track. */
async function readTimecode(
  file: Pick<OpenFile, 'read'>,
  path: string,
  tracks: readonly Track[],
): Promise<MovieTimecode | null> {
  const track = tracks.find((candidate) => candidate.entries[0]?.format === 'tmcd');
  const entry = track?.entries[0];
  const at = track?.samples?.offsets[0];
  if (track === undefined || entry === undefined || at === undefined || (track.samples?.sizes[0] ?? 0) < 4) return null;
  if (entry.bytes.length < 34) return null;
  const description = new DataView(entry.bytes.buffer, entry.bytes.byteOffset);
  const sample = await readExactly(file, path, at, 4);
  return {
    frame: new DataView(sample.buffer).getUint32(0),
    dropFrame: (description.getUint32(20) & 1) === 1,
    timescale: description.getUint32(24),
    frameDuration: description.getUint32(28),
    framesPerSecond: description.getUint8(32),
  };
}

async function readExactly(
  file: Pick<OpenFile, 'read'>,
  path: string,
  offset: number,
  size: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  const got = await file.read(bytes, offset);
  if (got < size)
    throw movieError('PW_MOVIE_TRUNCATED', path, 'file', offset + got, `${size} bytes are needed, ${got} are there`);
  return bytes;
}
