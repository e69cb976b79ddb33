import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { reorderOf } from '../patch/adoption.ts';
import { writeSample } from '../bitstream/nal.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { MovieSpec, PlacedChunk } from '../container/movie-spec.ts';
import type { Movie } from '../container/movie.ts';
import { readMovie } from '../container/movie-reader.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { hashing } from './hashing.ts';
import { specOf } from './random-movie.ts';

/** Really coded pictures of 96 x 64: what x264, x265 and SVT-AV1 made of a moving pattern. */
interface CodedStream {
  readonly format: string;
  readonly config: string;
  readonly samples: readonly { readonly frame: number; readonly sync: boolean; readonly bytes: string }[];
}

const streams = JSON.parse(readFileSync(new URL('streams.json', import.meta.url), 'utf8')) as {
  readonly [name: string]: CodedStream;
};

/** The coded streams, by name. */
export type StreamName =
  | 'h264'
  | 'h264 open gop'
  | 'h264 cavlc slices'
  | 'h264 other'
  | 'h264 10 bit'
  | 'hevc open gop'
  | 'hevc other'
  | 'av1';

/** A stream as listed. */
export function codedStream(name: StreamName): CodedStream {
  const stream = streams[name];
  if (stream === undefined) throw new TypeError(`codedStream: no stream ${name}`);
  return stream;
}

/** The stream's samples. */
export function codedSamples(name: StreamName): readonly Uint8Array[] {
  return codedStream(name).samples.map((sample) => new Uint8Array(Buffer.from(sample.bytes, 'base64')));
}

let packs = 0;

/** Frames [0, frames) of a stream as one chunk in a pack of its own. The frames must be closed in decoding order. */
export function codedChunk(name: StreamName, folder: string, frames: number = Infinity): PlacedChunk {
  packs += 1;
  const stream = codedStream(name);
  const samples = stream.samples.slice(0, frames);
  const parts = codedSamples(name).slice(0, frames);
  const path = join(folder, `coded-${packs}.pack`);
  const bytes = Buffer.concat(parts);
  writeFileSync(path, bytes);
  return {
    key: sha256(name),
    digest: sha256(bytes),
    sizes: parts.map((part) => part.length),
    order: samples.map((sample) => sample.frame),
    sync: samples.map((sample) => sample.sync),
    config: stream.config,
    path,
    offset: 0,
  };
}

/** A spec of a movie of one coded stream, with sound and timecode. */
export function codedSpec(name: StreamName, folder: string, sound: 'aac' | 'pcm_s24le' | 'none' = 'aac'): MovieSpec {
  const chunk = codedChunk(name, folder);
  const spec = specOf(
    {
      format: 'mov',
      codec: 'h264',
      rate: { num: 25, den: 1 },
      reorder: reorderOf([chunk]),
      chunks: [{ sizes: chunk.sizes, order: chunk.order, sync: chunk.sync }],
      use: [0],
      sound,
      dropFrame: false,
      startFrame: 90000,
      tags: { title: 'coded' },
    },
    folder,
    0,
  );
  const { format } = codedStream(name);
  const video = { ...spec.video, pieces: [chunk] };
  return format === 'avc1' ? { ...spec, video } : { ...spec, video: { ...video, entry: entryOf(name) } };
}

/** Writes the movie of a coded stream and reads it. */
export async function codedMovie(
  name: StreamName,
  folder: string,
  sound?: 'aac' | 'pcm_s24le' | 'none',
): Promise<Movie> {
  packs += 1;
  const path = join(folder, `coded-${packs}.mov`);
  const files = nodeFiles();
  await writeMovie(files, path, codedSpec(name, folder, sound), hashing);
  return await readMovie(files, path, sha256);
}

/** Joins NAL units to a sample, each behind its length. */
export function sampleOf(units: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  const out = new ByteWriter();
  writeSample(
    out,
    units.map((unit) => [unit]),
    lengthBytes,
  );
  return out.toBytes();
}

/** A sample entry of 96 x 64 with the stream's configuration. */
function entryOf(name: StreamName): Uint8Array {
  const { format, config } = codedStream(name);
  const out = new ByteWriter();
  out.box(format, () => {
    out.zeros(6);
    out.u16(1);
    out.zeros(16);
    out.u16(96);
    out.u16(64);
    out.u32(0x00480000);
    out.u32(0x00480000);
    out.u32(0);
    out.u16(1);
    out.zeros(32);
    out.u16(24);
    out.u16(0xffff);
    out.box(format === 'av01' ? 'av1C' : 'hvcC', () => out.bytes(Buffer.from(config, 'base64')));
  });
  return out.toBytes();
}
