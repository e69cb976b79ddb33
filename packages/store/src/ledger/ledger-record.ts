import type { Digest, FileStat, Json } from '@patchwork/kernel';
import type { Profile, Toolchain } from '@patchwork/plan';
import type { Epoch } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';
import type { ChunkSettings, TimelineSnapshot, WorkTimes } from './ledger-entry.ts';

/*
 * The records of a ledger, one a line (`record-line.ts`). A record of a type that is not here is kept and skipped: a
 * newer version may have written it. An entry is referred to by the digest of its line.
 *
 *   ledger   the first line: that this is a ledger, and of which version
 *   entry    one render; its new parts and chunks, and all its chunks by index
 *   trust    the file's facts after an entry's publication; the last one of an entry counts
 *
 * An append is exactly one line: of a larger one, a power cut could lose the first line and keep the second, which would
 * look like damage. A part is a value that entries share (a timeline's text, a MediaInfo), named by the digest of its
 * canonical JSON; the first entry that needs it carries it.
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
  /** Values of the parts that no earlier entry carried. */
  readonly parts: readonly Json[];
  readonly parent: Digest | null;
  readonly timeMs: number;
  readonly moovDigest: Digest;
  readonly fileSize: number;
  readonly fileSha256: Digest | null;
  readonly profile: Profile;
  readonly toolchain: Toolchain;
  readonly keySchema?: string;
  /** `of` as pairs (`packRuns`). */
  readonly mixed?: { readonly settings: readonly ChunkSettings[]; readonly of: readonly number[] };
  /** `text` is a part. */
  readonly timeline: TimelineSnapshot;
  readonly timelineName: string | null;
  /** Parts. */
  readonly media: readonly Digest[];
  readonly epochs: readonly Epoch[];
  readonly range: FrameRange | null;
  readonly renderer: string;
  readonly counts: { readonly rendered: number; readonly reused: number };
  readonly took?: WorkTimes;
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
