import type { Digest, FileStat, Json } from '@patchwork/kernel';
import type { Profile, Toolchain } from '@patchwork/plan';
import type { Epoch, MediaInfo } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';
import type { TimelineSnapshot } from './ledger-entry.ts';

/*
 * The records of a ledger, one a line (`record-line.ts`). A record of a type that is not here is kept and skipped: a
 * newer version may have written it. References to parts and entries are the digests of their lines.
 *
 *   ledger   the first line: that this is a ledger, and of which version
 *   part     a value that several entries may share: a timeline's text, a MediaInfo
 *   entry    one render; its new chunks, and all its chunks by index
 *   trust    the file's facts after an entry's publication; the last one of an entry counts
 */

/** Version of the records below. Raised when a reader of the old one would misread the new one. */
export const ledgerVersion = 1;

/** A list of chunks in a deliverable. */
export interface PlacedRecord {
  /** Indexes into the dictionary, as runs (`packSequences`). */
  readonly order: readonly number[];
  /** Before each chunk, the bytes that separate it from the end of the one before, as pairs (`packRuns`); may be negative. */
  readonly gaps: readonly number[];
}

/** The `sound` of an {@link EntryRecord}. */
export interface SoundRecord extends PlacedRecord {
  readonly key: Digest;
  readonly digest: Digest;
  readonly config: string;
  readonly samplesPerPacket: number;
  readonly priming: number;
  readonly samples: number;
}

/** See {@link LedgerEntry}; large values are parts. */
export interface EntryRecord {
  readonly type: 'entry';
  readonly parent: Digest | null;
  readonly timeMs: number;
  readonly moovDigest: Digest;
  readonly fileSize: number;
  readonly fileSha256: Digest;
  readonly profile: Profile;
  readonly toolchain: Toolchain;
  /** `text` is a part. */
  readonly timeline: TimelineSnapshot;
  readonly timelineName: string | null;
  /** Parts. */
  readonly media: readonly Digest[];
  readonly epochs: readonly Epoch[];
  readonly range: FrameRange | null;
  readonly renderer: string;
  readonly counts: { readonly rendered: number; readonly reused: number };
  /** What `ChunkDictionary.plan` gave: the chunks, of picture and sound, that no earlier record named. */
  readonly fresh: Json;
  readonly picture: PlacedRecord;
  readonly sound: SoundRecord | null;
}

/** See `recordTrust`. */
export interface TrustRecord {
  readonly type: 'trust';
  readonly entry: Digest;
  readonly stat: FileStat;
}

/** A part's value: text, or a MediaInfo. */
export type PartValue = string | MediaInfo;
