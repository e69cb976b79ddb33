import type { Digest } from '@patchwork/kernel';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { Hashing } from '../bytes/hashing.ts';
import type { Layout } from './layout.ts';
import { moovBytes } from '../container/moov-writer.ts';
import { movieModel, timecodeFrames } from './movie-model.ts';
import type { MovieSpec } from '../container/movie-spec.ts';

/** The bytes of a movie before its first picture, and where the content of `mdat` begins. */
export interface MovieHead {
  readonly bytes: Uint8Array;
  readonly moovDigest: Digest;
  readonly dataOffset: number;
}

/**
 * Builds everything before the first picture: `ftyp`, `moov`, the header of `mdat`, the timecode samples. Offsets and
 * the size of `mdat` take 64 bits only where the file needs them.
 */
export function movieHead(spec: MovieSpec, layout: Layout, hashing: Pick<Hashing, 'sha256'>): MovieHead {
  const out = new ByteWriter(1024);
  fileType(out, spec.format);
  const model = movieModel(spec, layout);
  const small = moovBytes(model, 0, false).length;
  // Decided by the small form's size, so that the decision does not move what it is about.
  const largeOffsets = out.length + small + 16 + layout.sizeBytes > 0xffffffff;
  const moovSize = largeOffsets ? moovBytes(model, 0, true).length : small;
  const wide = layout.sizeBytes + 8 > 0xffffffff;
  const dataOffset = out.length + moovSize + (wide ? 16 : 8);
  const moov = moovBytes(model, dataOffset, largeOffsets);
  out.bytes(moov);
  out.u32(wide ? 1 : layout.sizeBytes + 8);
  out.latin1('mdat');
  if (wide) out.u64(layout.sizeBytes + 16);
  for (const frame of timecodeFrames(spec, layout)) out.u32(frame);
  return { bytes: out.toBytes(), moovDigest: hashing.sha256(moov), dataOffset };
}

function fileType(out: ByteWriter, format: 'mp4' | 'mov'): void {
  out.box('ftyp', () => {
    out.latin1(format === 'mov' ? 'qt  ' : 'isom');
    out.u32(0x200);
    out.latin1(format === 'mov' ? 'qt  ' : 'isomiso2avc1mp41');
  });
}
