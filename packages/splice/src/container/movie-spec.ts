import type { Digest } from '@patchwork/kernel';
import type { ChunkPlace, EncodedChunk, SoundProfile, VideoProfile } from '@patchwork/plan';

/** Everything that decides the bytes of a canonical movie: equal specs (places aside) give equal files. */
export interface MovieSpec {
  readonly format: 'mp4' | 'mov';
  readonly video: VideoSpec;
  /** Null for a movie without sound. */
  readonly sound: SoundSpec | null;
  /** Of the first frame, counted from 00:00:00:00. Null writes no timecode track. */
  readonly timecode: { readonly frame: number; readonly dropFrame: boolean } | null;
  /** Written as metadata, sorted by name. Known: `title`, `artist`, `comment`, `copyright`, `date`, `encoder`. */
  readonly tags: { readonly [name: string]: string };
}

/** The picture track. */
export interface VideoSpec {
  readonly profile: VideoProfile;
  /** In record order; one chunk may stand here any number of times. */
  readonly pieces: readonly PlacedChunk[];
  /** The whole sample entry. Default: built from the profile and the chunks' configuration. */
  readonly entry?: Uint8Array;
}

/** A chunk and where its bytes are: one run from `offset`, or `runs`. */
export type PlacedChunk = EncodedChunk &
  ChunkPlace & {
    /** In files of other programs sound may stand between the pictures of a chunk; then the runs, in order. */
    readonly runs?: readonly ByteSpan[];
  };

/** A run of bytes in a known file. */
export interface ByteSpan {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The runs of a chunk's bytes, in order. */
export function runsOf(chunk: PlacedChunk): readonly ByteSpan[] {
  return chunk.runs ?? [{ offset: chunk.offset, sizeBytes: chunk.sizes.reduce((sum, size) => sum + size, 0) }];
}

/** The sound track: one stream, cut into places. */
export interface SoundSpec {
  readonly profile: SoundProfile;
  /** AAC: the AudioSpecificConfig, base64. PCM: empty. */
  readonly config: string;
  readonly channels: number;
  /** Samples per channel that are heard (priming and padding not counted). */
  readonly samples: number;
  /** Samples per channel the decoder gives before the first that is heard; 0 for PCM. */
  readonly priming: number;
  /** AAC: bytes of each packet. PCM: null, the stream is divided anywhere between samples. */
  readonly packetSizes: ArrayLike<number> | null;
  /** Samples per channel of a packet: AAC 1024, PCM 1. */
  readonly samplesPerPacket: number;
  /** The stream's bytes, in order. */
  readonly places: readonly SoundPlace[];
  /** SHA-256 of the whole stream. */
  readonly digest: Digest;
}

/** A run of the sound stream's bytes in a file. */
export interface SoundPlace {
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** What {@link writeMovie} wrote. */
export interface WrittenMovie {
  readonly sizeBytes: number;
  /** SHA-256 of the whole file; null when it was not asked for. */
  readonly sha256: Digest | null;
  readonly moovDigest: Digest;
  /** File offset of each piece, in the order of `video.pieces`. */
  readonly placed: readonly number[];
  /** Where the sound stands in the new file, in stream order. */
  readonly soundPlaced: readonly SoundPlace[];
}
