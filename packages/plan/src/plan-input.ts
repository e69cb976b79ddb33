import type { Digest } from '@patchwork/kernel';
import type { Program } from '@patchwork/program';
import type { Chunk } from './chunk.ts';
import type { Toolchain, VideoProfile } from './profile.ts';

/** What was delivered before, as its ledger tells. */
export interface PreviousDelivery {
  readonly program: Program;
  readonly chunks: readonly Chunk[];
  readonly video: VideoProfile;
  readonly toolchain: Toolchain;
  /**
   * Added to a frame's number to find its old one: where the two deliveries cover different ranges of the timeline, the new
   * range's start minus the old one's. Default 0.
   */
  readonly shift?: number;
  /** Why an unchanged picture beside no changed one is rendered, in words. Default: `its GOP was cut differently`. */
  readonly whyCut?: string;
}

/** What a plan is made from. */
export interface PlanInput {
  readonly program: Program;
  /** `planChunks` of the program. */
  readonly chunks: readonly Chunk[];
  readonly video: VideoProfile;
  readonly toolchain: Toolchain;
  /** Whether the sound of this program's key and profile is at hand. */
  readonly soundAtHand: boolean;
  /** Whether a chunk can be had, its hash verified, without encoding. Must not change its answer while the plan is made. */
  readonly isAtHand: (key: Digest) => boolean;
  /** Null for a first render. */
  readonly previous: PreviousDelivery | null;
}
