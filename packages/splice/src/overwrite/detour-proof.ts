import type { FilePort, OpenFile } from '@patchwork/kernel';
import { appendedMediaAt } from '../publish/append.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { readOpenMovie } from '../container/movie-reader.ts';
import type { Movie } from '../container/movie.ts';
import { readAll } from './changed-spans.ts';
import { detourIndex, type Span } from './detour.ts';
import { otherMovie, withFile } from './steps.ts';
import { readOldBytes, type UndoGroup, type UndoJournal } from './undo-journal.ts';

interface Copy extends Span {
  readonly place: number;
}

/**
 * Checks that a movie is the one that the journal's group sent on its detour, before a byte of it is written: the index from
 * before stands there, the one that counts is what it becomes, and the copies hold the bytes that the group knows. Movies of
 * constant size share sizes and places: an append to another one looks alike.
 *
 * @throws PW_UNDO_OTHER; PW_UNDO_JOURNAL, PW_MOVIE_*, PW_FILE_*
 */
export async function requireDetour(
  files: FilePort,
  movie: Movie,
  journal: UndoJournal,
  group: UndoGroup,
  played: 'old' | 'fresh',
  hashing: Pick<Hashing, 'sha256'>,
): Promise<void> {
  const { path } = movie;
  await withFile(files, path, 'read', async (film) => {
    const home = await readOpenMovie(withIndex(film, group), path, group.sizeBytes, hashing.sha256);
    if (home.moov.digest !== group.moovDigest) throw otherMovie(path);
    const copies: Copy[] = [];
    let end = appendedMediaAt(group.sizeBytes);
    const index = await detourIndex(home, group.records, async (span) => {
      copies.push({ ...span, place: end });
      end += span.sizeBytes;
      return end - span.sizeBytes;
    });
    if (movie.moov.offset !== end || movie.moov.digest !== hashing.sha256(index)) throw otherMovie(path);
    copies.sort((a, b) => a.offset - b.offset);
    await withFile(files, journal.path, 'read', async (kept) => {
      let next = 0;
      for (const record of group.records) {
        while (endOf(copies[next]) <= record.offset) next += 1;
        const bytes = await playedBytes(film, path, record, copies, next);
        const wanted =
          played === 'fresh'
            ? record.fresh
            : hashing.sha256(await readOldBytes(kept, journal.path, record, hashing.sha256));
        if (hashing.sha256(bytes) !== wanted) throw otherMovie(path);
      }
    });
  });
}

/** The file as it was before: its own index counts. */
function withIndex(film: OpenFile, { moovOffset }: UndoGroup): Pick<OpenFile, 'read'> {
  const type = new TextEncoder().encode('moov');
  return {
    read: async (into, position) => {
      const got = await film.read(into, position);
      for (const [i, byte] of type.entries()) {
        const at = moovOffset + 4 + i - position;
        if (at >= 0 && at < got) into[at] = byte;
      }
      return got;
    },
  };
}

function endOf(copy: Copy | undefined): number {
  return copy === undefined ? Infinity : copy.offset + copy.sizeBytes;
}

/** A record's bytes as the copies from number `next` on hold them. */
async function playedBytes(
  film: OpenFile,
  path: string,
  { offset, sizeBytes }: Span,
  copies: readonly Copy[],
  next: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  for (let i = next; i < copies.length; i++) {
    const copy = copies[i];
    if (copy === undefined || copy.offset >= offset + sizeBytes) break;
    const from = Math.max(offset, copy.offset);
    const to = Math.min(offset + sizeBytes, endOf(copy));
    bytes.set(await readAll(film, path, copy.place + from - copy.offset, to - from), from - offset);
  }
  return bytes;
}
