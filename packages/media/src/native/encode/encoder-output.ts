import type { VideoProfile } from '@patchwork/plan';
import type { EncodedPacket } from './video-encoder.ts';

/** A closed group of pictures as a chunk holds it. */
export interface CodedGroup {
  /** Decoder configuration: `avcC`, `hvcC` or `av1C`. */
  readonly config: Buffer;
  readonly samples: readonly CodedSample[];
}

/** A picture's bytes as MP4 holds them. */
export interface CodedSample {
  readonly data: Buffer;
  /** Decoding can start here. */
  readonly starts: boolean;
}

/** What an encoder gave for a chunk, before anything is left out. */
export interface EncoderOutput {
  readonly extradata: Uint8Array;
  readonly packets: readonly EncodedPacket[];
  readonly video: VideoProfile;
}
