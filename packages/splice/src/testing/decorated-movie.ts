import { readFileSync, writeFileSync } from 'node:fs';
import { nodeFiles, sha256 } from '@patchwork/files';
import { childBoxes, IndexBytes, moovBox, type Box } from '../container/box-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { Movie } from '../container/movie.ts';
import { readMovie } from '../container/movie-reader.ts';

/** A chapter of a {@link decorateMovie decorated} movie. */
export interface TestChapter {
  readonly frame: number;
  readonly title: string;
}

/** What a movie gets: chapters as a list and as a text track that the picture names, tags, and boxes of other programs. */
export interface Decoration {
  readonly chapters: readonly TestChapter[];
  /** Frames a second, a whole number. */
  readonly rate: number;
  readonly frames: number;
  /** Texts over some frames, as a track of German subtitles, with empty texts between. Default: no such track. */
  readonly subtitles?: readonly TestSubtitle[];
}

/** A text over frames [in, out). */
export interface TestSubtitle {
  readonly in: number;
  readonly out: number;
  readonly text: string;
}

/**
 * Gives a movie what delivery tools write into it, in the file itself: text samples and a new index are appended, the old
 * index becomes free space.
 */
export async function decorateMovie(path: string, decoration: Decoration): Promise<Movie> {
  const movie = await readMovie(nodeFiles(), path, sha256);
  const old = readFileSync(path);
  old.write('free', movie.moov.offset + 4, 'latin1');
  const samples = decoration.chapters.map(({ title }) => textSample(title));
  const subtitles = subtitleSamples(decoration);
  const out = new ByteWriter();
  out.bytes(old);
  out.box('mdat', () => [...samples, ...subtitles.map(({ bytes }) => bytes)].forEach((sample) => out.bytes(sample)));
  out.bytes(decoratedMoov(movie, decoration, samples, old.length + 8));
  writeFileSync(path, out.toBytes());
  return await readMovie(nodeFiles(), path, sha256);
}

function decoratedMoov(
  movie: Movie,
  decoration: Decoration,
  samples: readonly Uint8Array[],
  offset: number,
): Uint8Array {
  const index = new IndexBytes(movie.moov.bytes, 0, movie.path);
  const out = new ByteWriter();
  const textId = Math.max(...movie.tracks.map(({ id }) => id)) + 1;
  let track = -1;
  out.box('moov', () => {
    for (const box of childBoxes(index, moovBox(index))) {
      if (box.type === 'trak') track += 1;
      if (box.type === 'trak' && movie.tracks[track]?.handler === 'vide') pictureTrack(index, out, box, textId);
      else if (box.type !== 'udta' && box.type !== 'meta') out.bytes(index.bytes.subarray(box.start, box.end));
    }
    const duration = Math.round((decoration.frames * movie.timescale) / decoration.rate);
    textTrack(out, { id: textId, duration }, decoration, samples, offset);
    const place = offset + samples.reduce((sum, { length }) => sum + length, 0);
    if (decoration.subtitles !== undefined) subtitleTrack(out, { id: textId + 1, duration }, decoration, place);
    tags(out, decoration);
    out.box('uuid', () => out.latin1('0123456789abcdefmade elsewhere'));
  });
  return out.toBytes();
}

function pictureTrack(index: IndexBytes, out: ByteWriter, trak: Box, textId: number): void {
  out.box('trak', () => {
    const children = childBoxes(index, trak);
    const references = children.find(({ type }) => type === 'tref');
    for (const box of children) if (box !== references) out.bytes(index.bytes.subarray(box.start, box.end));
    out.box('tref', () => {
      if (references !== undefined) out.bytes(index.bytes.subarray(references.body, references.end));
      out.box('chap', () => out.u32(textId));
    });
    out.box('udta', () => out.box('name', () => out.latin1('Main picture')));
  });
}

function textTrack(
  out: ByteWriter,
  { id, duration }: Pick<PlainTrack, 'id' | 'duration'>,
  { chapters, rate, frames }: Decoration,
  samples: readonly Uint8Array[],
  offset: number,
): void {
  const lengths = chapters.map(({ frame }, i) => (chapters[i + 1]?.frame ?? frames) - frame);
  const tables = (): void => textTables(out, 'text', lengths, samples, offset);
  plainTrack(out, { id, duration, rate, frames, handler: 'text', name: '', language: 0x55c4 }, tables);
}

/** Texts and the empty ones between them, each with its length in frames. */
function subtitleSamples({ subtitles = [], frames }: Decoration): readonly { bytes: Uint8Array; length: number }[] {
  const list: { bytes: Uint8Array; length: number }[] = [];
  let at = 0;
  const add = (text: string, until: number): void => {
    if (until > at) list.push({ bytes: textSample(text), length: until - at });
    at = until;
  };
  for (const each of subtitles) {
    add('', each.in);
    add(each.text, each.out);
  }
  if (subtitles.length > 0) add('', frames);
  return list;
}

function subtitleTrack(
  out: ByteWriter,
  { id, duration }: Pick<PlainTrack, 'id' | 'duration'>,
  decoration: Decoration,
  offset: number,
): void {
  const { rate, frames } = decoration;
  const samples = subtitleSamples(decoration);
  // `deu`, five bits a letter.
  plainTrack(out, { id, duration, rate, frames, handler: 'sbtl', name: 'Untertitel', language: 0x10b5 }, () =>
    textTables(
      out,
      'tx3g',
      samples.map(({ length }) => length),
      samples.map(({ bytes }) => bytes),
      offset,
    ),
  );
}

interface PlainTrack extends Pick<Decoration, 'rate' | 'frames'> {
  readonly id: number;
  /** In the movie's ticks. */
  readonly duration: number;
  readonly handler: string;
  readonly name: string;
  readonly language: number;
}

function plainTrack(
  out: ByteWriter,
  { id, duration, rate, frames, handler, name, language }: PlainTrack,
  tables: () => void,
): void {
  out.box('trak', () => {
    out.fullBox('tkhd', 0, 2, () => {
      for (const value of [0, 0, id, 0, duration]) out.u32(value);
      out.zeros(60);
    });
    out.box('mdia', () => {
      out.fullBox('mdhd', 0, 0, () => {
        for (const value of [0, 0, rate, frames, language * 65536]) out.u32(value);
      });
      out.fullBox('hdlr', 0, 0, () => {
        out.u32(0);
        out.latin1(handler);
        out.zeros(12);
        out.latin1(name);
        out.u8(0);
      });
      out.box('minf', () => {
        out.fullBox('nmhd', 0, 0, () => undefined);
        out.box('dinf', () => {
          out.fullBox('dref', 0, 0, () => {
            out.u32(1);
            out.fullBox('url ', 0, 1, () => undefined);
          });
        });
        out.box('stbl', tables);
      });
    });
  });
}

function textTables(
  out: ByteWriter,
  format: 'text' | 'tx3g',
  lengths: readonly number[],
  samples: readonly Uint8Array[],
  offset: number,
): void {
  out.fullBox('stsd', 0, 0, () => {
    out.u32(1);
    out.box(format, () => {
      out.zeros(6);
      out.u16(1);
      out.zeros(format === 'text' ? 43 : 30);
    });
  });
  out.fullBox('stts', 0, 0, () => {
    out.u32(lengths.length);
    for (const length of lengths) {
      out.u32(1);
      out.u32(length);
    }
  });
  out.fullBox('stsc', 0, 0, () => {
    for (const value of [1, 1, samples.length, 1]) out.u32(value);
  });
  out.fullBox('stsz', 0, 0, () => {
    out.u32(0);
    out.u32(samples.length);
    for (const { length } of samples) out.u32(length);
  });
  out.fullBox('stco', 0, 0, () => {
    out.u32(1);
    out.u32(offset);
  });
}

function tags(out: ByteWriter, { chapters, rate }: Decoration): void {
  out.box('udta', () => {
    out.box('\u00a9nam', () => {
      out.u16(4);
      out.u16(0);
      out.latin1('Reel');
    });
    out.fullBox('chpl', 1, 0, () => {
      out.u32(0);
      out.u8(chapters.length);
      for (const { frame, title } of chapters) {
        out.u64(Math.round((frame * 1e7) / rate));
        out.u8(title.length);
        out.latin1(title);
      }
    });
  });
  out.box('meta', () => out.box('xml ', () => out.latin1('<delivery>4711</delivery>')));
}

function textSample(title: string): Uint8Array {
  const out = new ByteWriter();
  out.u16(title.length);
  out.latin1(title);
  return out.toBytes();
}

const containers: readonly string[] = ['trak', 'mdia', 'minf', 'stbl', 'edts', 'dinf'];

/**
 * What an index says beside its sample tables, as text a person can compare: every box by its path and bytes. Left out are
 * the places of media data, and the tables and the entry of the pictures.
 */
export function sideBoxes(movie: Movie): readonly string[] {
  const index = new IndexBytes(movie.moov.bytes, 0, movie.path);
  const list: string[] = [];
  let track = -1;
  const visit = (parent: Box): void => {
    for (const box of childBoxes(index, parent)) {
      if (box.type === 'trak') track += 1;
      const isPicture = movie.tracks[track]?.handler === 'vide';
      if (['stco', 'co64'].includes(box.type) || (box.type === 'stbl' && isPicture)) continue;
      if (containers.includes(box.type)) visit(box);
      else list.push(`${box.path} ${Buffer.from(index.bytes.subarray(box.start, box.end)).toString('hex')}`);
    }
  };
  visit(moovBox(index));
  return list;
}

/** The text samples of a movie, in order. */
export function textsOf(movie: Movie): readonly string[] {
  const samples = movie.tracks.find(({ handler }) => handler === 'text')?.samples;
  const bytes = readFileSync(movie.path);
  return Array.from(samples?.offsets ?? [], (at, i) =>
    bytes.subarray(at + 2, at + (samples?.sizes[i] ?? 0)).toString('latin1'),
  );
}

/** The subtitles of a movie that say something: first frame, end, text. */
export function subtitlesOf(movie: Movie): readonly (readonly [first: number, end: number, text: string])[] {
  const samples = movie.tracks.find(({ handler }) => handler === 'sbtl')?.samples;
  const bytes = readFileSync(movie.path);
  return Array.from(samples?.offsets ?? [], (at, i) => {
    const first = samples?.dts[i] ?? 0;
    const text = bytes.subarray(at + 2, at + (samples?.sizes[i] ?? 0)).toString('latin1');
    return [first, first + (samples?.durations[i] ?? 0), text] as const;
  }).filter(([, , text]) => text !== '');
}

/** The list of chapters (`chpl`): times in 100 ns and titles. */
export function listOf({ moov }: Movie): readonly (readonly [time: number, title: string])[] {
  const bytes = Buffer.from(moov.bytes);
  let at = bytes.indexOf('chpl', 0, 'latin1') + 12;
  const count = bytes.readUInt8(at);
  at += 1;
  return Array.from({ length: count }, () => {
    const length = bytes.readUInt8(at + 8);
    const entry = [Number(bytes.readBigUInt64BE(at)), bytes.toString('latin1', at + 9, at + 9 + length)] as const;
    at += 9 + length;
    return entry;
  });
}
