import { ByteWriter } from '../bytes/byte-writer.ts';
import type { Edit, TrackReference } from './movie.ts';
import { writeRuns, type Runs } from '../bytes/runs.ts';
import { writeTags } from './tag-writer.ts';

/** A movie's index as values, ready to be written. */
export interface MoovModel {
  readonly format: 'mp4' | 'mov';
  readonly timescale: number;
  readonly duration: number;
  readonly tracks: readonly TrackModel[];
  readonly tags: { readonly [name: string]: string };
}

/** A track as values. Durations of edits and `duration` are in the movie's ticks, all else in the track's. */
export interface TrackModel {
  readonly id: number;
  readonly kind: 'picture' | 'sound' | 'timecode';
  readonly duration: number;
  readonly width: number;
  readonly height: number;
  readonly edits: readonly Edit[];
  readonly references: readonly TrackReference[];
  readonly timescale: number;
  readonly mediaDuration: number;
  readonly entry: Uint8Array;
  readonly sampleCount: number;
  readonly sizes: Uint32Array | number;
  readonly durationRuns: Runs;
  /** Null when presentation order is decoding order. */
  readonly compositionRuns: Runs | null;
  /** Null when every sample is a sync sample. */
  readonly syncNumbers: readonly number[] | null;
  readonly chunks: readonly StorageChunk[];
  /** Samples that must be decoded before one is right: −1 for AAC; null for none. */
  readonly roll: number | null;
}

/** A run of samples that stand one behind the other in the file. */
export interface StorageChunk {
  readonly offset: number;
  readonly samples: number;
}

/** Writes a `moov` box. All times of day are 0, all names fixed. `base` is added to every offset. */
export function moovBytes(model: MoovModel, base: number, largeOffsets: boolean): Uint8Array {
  const out = new ByteWriter(65536);
  out.box('moov', () => {
    movieHeader(out, model);
    for (const track of model.tracks) writeTrack(out, model, track, base, largeOffsets);
    writeTags(out, model.format, model.tags);
  });
  return out.toBytes();
}

/** Version 1 (64-bit) when a duration needs it. */
function timed(out: ByteWriter, type: string, flags: number, longest: number, body: (wide: boolean) => void): void {
  const wide = longest > 0xffffffff;
  out.fullBox(type, wide ? 1 : 0, flags, () => body(wide));
}

function ticks(out: ByteWriter, wide: boolean, value: number): void {
  if (wide) out.u64(value);
  else out.u32(value);
}

function unityMatrix(out: ByteWriter): void {
  for (const value of [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000]) out.u32(value);
}

function movieHeader(out: ByteWriter, model: MoovModel): void {
  timed(out, 'mvhd', 0, model.duration, (wide) => {
    ticks(out, wide, 0);
    ticks(out, wide, 0);
    out.u32(model.timescale);
    ticks(out, wide, model.duration);
    out.u32(0x10000); // rate 1
    out.u16(0x100); // volume 1
    out.zeros(10);
    unityMatrix(out);
    out.zeros(24);
    out.u32(Math.max(...model.tracks.map((track) => track.id)) + 1);
  });
}

function writeTrack(out: ByteWriter, model: MoovModel, track: TrackModel, base: number, largeOffsets: boolean): void {
  out.box('trak', () => {
    trackHeader(out, track);
    if (track.edits.length > 0) out.box('edts', () => editList(out, track.edits));
    if (track.references.length > 0) {
      out.box('tref', () => {
        for (const { type, ids } of track.references) out.box(type, () => ids.forEach((id) => out.u32(id)));
      });
    }
    out.box('mdia', () => {
      timed(out, 'mdhd', 0, track.mediaDuration, (wide) => {
        ticks(out, wide, 0);
        ticks(out, wide, 0);
        out.u32(track.timescale);
        ticks(out, wide, track.mediaDuration);
        out.u16(model.format === 'mov' ? 0x7fff : 0x55c4); // language not said
        out.u16(0);
      });
      mediaHandler(out, model.format, track.kind);
      out.box('minf', () => {
        mediaHeader(out, model.format, track.kind);
        if (model.format === 'mov') handler(out, 'dhlr', 'url ', 'Data', model.format);
        out.box('dinf', () => {
          out.fullBox('dref', 0, 0, () => {
            out.u32(1);
            out.fullBox('url ', 0, 1, () => undefined); // in this file
          });
        });
        out.box('stbl', () => sampleTable(out, track, base, largeOffsets));
      });
    });
  });
}

function trackHeader(out: ByteWriter, track: TrackModel): void {
  timed(out, 'tkhd', 3, track.duration, (wide) => {
    ticks(out, wide, 0);
    ticks(out, wide, 0);
    out.u32(track.id);
    out.u32(0);
    ticks(out, wide, track.duration);
    out.zeros(8);
    out.u16(0); // layer
    out.u16(track.kind === 'sound' ? 1 : 0); // alternate group
    out.u16(track.kind === 'sound' ? 0x100 : 0);
    out.u16(0);
    unityMatrix(out);
    out.u32(track.width * 65536);
    out.u32(track.height * 65536);
  });
}

function editList(out: ByteWriter, edits: readonly Edit[]): void {
  const wide = edits.some((edit) => edit.duration > 0xffffffff || edit.mediaTime > 0x7fffffff);
  out.fullBox('elst', wide ? 1 : 0, 0, () => {
    out.u32(edits.length);
    for (const edit of edits) {
      ticks(out, wide, edit.duration);
      if (wide) out.i64(edit.mediaTime);
      else out.u32(edit.mediaTime);
      out.u32(edit.rate);
    }
  });
}

function mediaHandler(out: ByteWriter, format: 'mp4' | 'mov', kind: TrackModel['kind']): void {
  switch (kind) {
    case 'picture':
      return handler(out, 'mhlr', 'vide', 'Picture', format);
    case 'sound':
      return handler(out, 'mhlr', 'soun', 'Sound', format);
    case 'timecode':
      return handler(out, 'mhlr', 'tmcd', 'Timecode', format);
  }
}

/** QuickTime names the component and counts the name's characters; ISO has a zero there and ends the name with one. */
function handler(out: ByteWriter, component: string, type: string, name: string, format: 'mp4' | 'mov'): void {
  out.fullBox('hdlr', 0, 0, () => {
    if (format === 'mov') out.latin1(component);
    else out.u32(0);
    out.latin1(type);
    out.zeros(12);
    if (format === 'mov') out.u8(name.length);
    out.latin1(name);
    if (format === 'mp4') out.u8(0);
  });
}

function mediaHeader(out: ByteWriter, format: 'mp4' | 'mov', kind: TrackModel['kind']): void {
  switch (kind) {
    case 'picture':
      return out.fullBox('vmhd', 0, 1, () => out.zeros(8));
    case 'sound':
      return out.fullBox('smhd', 0, 0, () => out.zeros(4));
    case 'timecode':
      if (format === 'mp4') return out.fullBox('nmhd', 0, 0, () => undefined);
      return out.box('gmhd', () => {
        out.fullBox('gmin', 0, 0, () => {
          out.u16(0x40); // dither copy
          for (let i = 0; i < 3; i++) out.u16(0x8000);
          out.zeros(4);
        });
        out.box('tmcd', () => {
          out.fullBox('tcmi', 0, 0, () => {
            out.u16(0); // system font, plain
            out.u16(0);
            out.u16(12);
            out.u16(0);
            out.zeros(6); // black on white
            for (let i = 0; i < 3; i++) out.u16(0xffff);
            out.u8(0);
          });
        });
      });
  }
}

function runTable(out: ByteWriter, type: string, runs: Runs): void {
  out.fullBox(type, 0, 0, () => writeRuns(out, runs));
}

function sampleTable(out: ByteWriter, track: TrackModel, base: number, largeOffsets: boolean): void {
  out.fullBox('stsd', 0, 0, () => {
    out.u32(1);
    out.bytes(track.entry);
  });
  runTable(out, 'stts', track.durationRuns);
  if (track.syncNumbers !== null) {
    const numbers = track.syncNumbers;
    out.fullBox('stss', 0, 0, () => {
      out.u32(numbers.length);
      for (const number of numbers) out.u32(number);
    });
  }
  if (track.compositionRuns !== null) runTable(out, 'ctts', track.compositionRuns);
  out.fullBox('stsc', 0, 0, () => chunkRuns(out, track.chunks));
  out.fullBox('stsz', 0, 0, () => {
    const { sizes } = track;
    out.u32(typeof sizes === 'number' ? sizes : 0);
    out.u32(track.sampleCount);
    if (typeof sizes !== 'number') for (const size of sizes) out.u32(size);
  });
  out.fullBox(largeOffsets ? 'co64' : 'stco', 0, 0, () => {
    out.u32(track.chunks.length);
    for (const chunk of track.chunks) {
      if (largeOffsets) out.u64(base + chunk.offset);
      else out.u32(base + chunk.offset);
    }
  });
  if (track.roll !== null) rollGroup(out, track.roll, track.sampleCount);
}

function chunkRuns(out: ByteWriter, chunks: readonly StorageChunk[]): void {
  const starts: number[] = [];
  chunks.forEach((chunk, i) => {
    if (i === 0 || chunk.samples !== chunks[i - 1]?.samples) starts.push(i);
  });
  out.u32(starts.length);
  for (const start of starts) {
    out.u32(start + 1);
    out.u32(chunks[start]?.samples ?? 0);
    out.u32(1);
  }
}

/** All samples in one group that says how far decoding must start earlier (ISO 14496-12, 10.1). */
function rollGroup(out: ByteWriter, roll: number, samples: number): void {
  out.fullBox('sgpd', 1, 0, () => {
    out.latin1('roll');
    out.u32(2);
    out.u32(1);
    out.u16(roll & 0xffff);
  });
  out.fullBox('sbgp', 0, 0, () => {
    out.latin1('roll');
    out.u32(1);
    out.u32(samples);
    out.u32(1);
  });
}
