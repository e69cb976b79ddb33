import type { Digest, FileStat } from '@patchwork/kernel';
import type { EncodedChunk, Profile, Toolchain, VideoProfile } from '@patchwork/plan';
import type { Epoch, MediaInfo } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';

/** A chunk in a deliverable: its encoding, and where its bytes begin in that file. */
export interface LedgerChunk extends EncodedChunk {
  /** In bytes from the start of the deliverable. */
  readonly offset: number;
}

/** The timeline a deliverable was rendered from, whole: it can be diffed and rendered again when the file is gone. */
export interface TimelineSnapshot {
  /** The file's name, without its folder. */
  readonly name: string;
  /** `otio`, `fcpxml` …: which reader takes the text. */
  readonly format: string;
  readonly text: string;
}

/** The sound track of a deliverable, packed like the picture: runs of packets, each a chunk named by its own digest. */
export interface LedgerSound {
  /** Equal keys are equal sound bytes (the programme's sound, the sound profile, the toolchain). */
  readonly key: Digest;
  /** SHA-256 of all packets in order. */
  readonly digest: Digest;
  /** Decoder configuration, base64; empty where the codec has none. */
  readonly config: string;
  /** 1 for PCM, which has no packets: `sizes` of a piece may then be one run of any length. */
  readonly samplesPerPacket: number;
  /** Samples before the first one to be heard. */
  readonly priming: number;
  /** Samples to be heard. */
  readonly samples: number;
  /** In order. `key` of each is its digest, `sizes` are the packets'. */
  readonly pieces: readonly LedgerChunk[];
}

/** How long a run's work took, by the clock on the wall in milliseconds: what later forecasts go by. */
export interface WorkTimes {
  /** Pictures and sound, side by side. */
  readonly renderMs: number;
  /** Writing and proof. */
  readonly restMs: number;
  readonly withSound: boolean;
  /** Child processes that rendered. */
  readonly workers: number;
}

/** How chunks were encoded. */
export interface ChunkSettings {
  readonly video: VideoProfile;
  readonly toolchain: Toolchain;
  /** Decoder configuration of these chunks as the encoder gave it, base64. */
  readonly config: string;
}

/** Chunks of several settings in one deliverable (`--allow-mixed`). */
export interface MixedSettings {
  /** Oldest first: in this order their parameter sets are merged, so each stands on those before it. */
  readonly settings: readonly ChunkSettings[];
  /** For each chunk of the entry, the index of its settings. */
  readonly of: readonly number[];
}

/** One render of a deliverable, as a commit is one state of a tree. */
export interface LedgerEntry {
  /** Digest of everything below except `trust`. */
  readonly id: Digest;
  /** The entry of the deliverable that this one was patched from; null for a full render. */
  readonly parent: Digest | null;
  /** When it was written, milliseconds since 1970. */
  readonly timeMs: number;
  /** Names the file this entry describes. */
  readonly moovDigest: Digest;
  /** In bytes. */
  readonly fileSize: number;
  /** Null where not all of the file was read when it was published (`--fast`, `--in-place`, files of other programs). */
  readonly fileSha256: Digest | null;
  readonly profile: Profile;
  readonly toolchain: Toolchain;
  /** `actionKeySchema` of the chunks' keys. Entries from before it was written down are of `patchwork.action/2`. */
  readonly keySchema?: string;
  /** Absent where `profile` and `toolchain` are those of every chunk. */
  readonly mixed?: MixedSettings;
  readonly timeline: TimelineSnapshot;
  /** Which timeline of the file; null when the file holds one. */
  readonly timelineName: string | null;
  readonly media: readonly MediaInfo[];
  readonly epochs: readonly Epoch[];
  /** The part of the timeline that was rendered, in its frames; null for all of it. */
  readonly range: FrameRange | null;
  /** Which renderer made the frames: `ffmpeg`, `pieces` … */
  readonly renderer: string;
  /** Frames encoded in this run, and taken over. */
  readonly counts: { readonly rendered: number; readonly reused: number };
  /** How long the work took; absent where nothing was rendered by this program. */
  readonly took?: WorkTimes;
  /** In record order; a key may come more than once. Unpacked at first use, then kept. */
  readonly chunks: readonly LedgerChunk[];
  readonly sound: LedgerSound | null;
  /** The file's facts right after its publication; null when that was never recorded. */
  readonly trust: FileStat | null;
}

/** What the writer of an entry gives. */
export type NewLedgerEntry = Omit<LedgerEntry, 'id' | 'trust'>;

/** Where a deliverable's ledger stands: `film.mov` -> `film.mov.patchwork`. */
export function ledgerPath(deliverablePath: string): string {
  return `${deliverablePath}.patchwork`;
}
