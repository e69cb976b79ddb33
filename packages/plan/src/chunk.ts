import type { Digest } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';

/** The unit of reuse: one closed GOP, or one frame of an intra codec. Its bytes do not depend on its record position. */
export interface Chunk extends FrameRange {
  /** Equal action keys are equal bytes. */
  readonly key: Digest;
}

/** A chunk's encoding, all but the bytes. Samples stand in decoding order. */
export interface EncodedChunk {
  readonly key: Digest;
  /** SHA-256 of all sample bytes, in order. */
  readonly digest: Digest;
  /** Bytes of each sample. H.264 samples are NAL units behind 4-byte lengths, without parameter sets and options SEI. */
  readonly sizes: readonly number[];
  /** For each sample, its place in the chunk's showing order, 0…n−1. */
  readonly order: readonly number[];
  /** For each sample, whether decoding can start there. The first is true. */
  readonly sync: readonly boolean[];
  /** Decoder configuration, base64: H.264 the `avcC` content; empty where the codec has none. Equal over one deliverable. */
  readonly config: string;
}

/** Where a chunk's bytes stand: one run in a file. */
export interface ChunkPlace {
  readonly path: string;
  /** In bytes. */
  readonly offset: number;
}
