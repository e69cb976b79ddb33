import type { Digest } from '@patchwork/kernel';

/** An ISO base media or QuickTime file, its index read and checked; the samples' bytes stay in the file. */
export interface Movie {
  readonly path: string;
  /** Size of the file in bytes. */
  readonly sizeBytes: number;
  /** Major brand (`isom`, `qt  `); empty when the file has no `ftyp`. */
  readonly brand: string;
  /** All boxes of the file's top level, in order. */
  readonly boxes: readonly TopBox[];
  /** Where bytes begin that form no whole box (an append that was cut off); null when there are none. */
  readonly tail: number | null;
  readonly moov: MovieBox;
  /** Ticks per second of `duration` and of the edits' durations. */
  readonly timescale: number;
  readonly duration: number;
  readonly tracks: readonly Track[];
  /** Of the first timecode track; null when there is none. */
  readonly timecode: MovieTimecode | null;
}

/** A box at the top level of a file. */
export interface TopBox {
  readonly type: string;
  /** Where its header begins, in bytes. */
  readonly offset: number;
  /** Header included, in bytes. */
  readonly size: number;
  readonly headerSize: number;
  /** True when its size is written as 0: it runs to the end of the file, and nothing can be appended. */
  readonly toEnd: boolean;
}

/** The index of a movie, as it stands in the file. */
export interface MovieBox {
  readonly offset: number;
  /** The whole box, header included. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`: what a ledger entry names. */
  readonly digest: Digest;
}

/** What the timecode track says of the first frame. */
export interface MovieTimecode {
  /** Counted from 00:00:00:00. */
  readonly frame: number;
  readonly dropFrame: boolean;
  /** Numbers a second of timecode counts (30 for 29.97). */
  readonly framesPerSecond: number;
  readonly timescale: number;
  readonly frameDuration: number;
}

/** One track. Times are in ticks of its own timescale. */
export interface Track {
  readonly id: number;
  /** `vide`, `soun`, `tmcd`, `text`, `sbtl` … */
  readonly handler: string;
  readonly enabled: boolean;
  readonly timescale: number;
  readonly duration: number;
  /** Display size of the picture in pixels, from the track header; 0 for sound. */
  readonly width: number;
  readonly height: number;
  readonly entries: readonly SampleEntry[];
  readonly edits: readonly Edit[];
  /** Track references by type: `tmcd` → ids of timecode tracks. */
  readonly references: readonly TrackReference[];
  /** False when a data reference points outside the file. */
  readonly selfContained: boolean;
  readonly tables: SampleTables;
  /** One column entry a sample; null for uniform sound, whose every sample has one size and one duration. */
  readonly samples: SampleColumns | null;
}

/** One reference from a track to others. */
export interface TrackReference {
  readonly type: string;
  readonly ids: readonly number[];
}

/** One edit: `duration` in the movie's timescale; `mediaTime` in the track's, −1 for an empty edit; rate 1 = 65536. */
export interface Edit {
  readonly duration: number;
  readonly mediaTime: number;
  readonly rate: number;
}

/** One sample description: the bytes and what they say. */
export interface SampleEntry {
  /** `avc1`, `apch`, `mp4a`, `in24` … */
  readonly format: string;
  /** The whole entry, header included. */
  readonly bytes: Uint8Array;
  readonly video: VideoEntry | null;
  readonly sound: SoundEntry | null;
}

/** What a picture track's sample entry says. */
export interface VideoEntry {
  readonly width: number;
  readonly height: number;
  /** Decoder configuration record (content of `avcC`, `hvcC`, `av1C`), null when there is none. */
  readonly config: { readonly type: string; readonly bytes: Uint8Array } | null;
  /** From `colr`, as code points of ISO 23091-2; null when there is none. */
  readonly color: ColorCodes | null;
  readonly pixelAspect: { readonly horizontal: number; readonly vertical: number } | null;
}

/** Code points of ISO 23091-2 (CICP). */
export interface ColorCodes {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  /** Null where the box does not say (`nclc`). */
  readonly fullRange: boolean | null;
}

/** What a sound track's sample entry says. */
export interface SoundEntry {
  readonly channels: number;
  readonly sampleRate: number;
  readonly bitsPerSample: number;
  /** AudioSpecificConfig from `esds`; null when there is none. */
  readonly config: Uint8Array | null;
}

/** The sample tables as the file holds them: runs, not samples. All counts are checked against each other. */
export interface SampleTables {
  readonly count: number;
  /** Bytes of each sample, or the one size of all. */
  readonly sizes: Uint32Array | number;
  /** `stts`: runs of `counts[i]` samples of `durations[i]` ticks. */
  readonly durationRuns: { readonly counts: Uint32Array; readonly durations: Uint32Array };
  /** `ctts`: runs of composition offsets, read as signed in both versions; null when there is none. */
  readonly compositionRuns: {
    readonly counts: Uint32Array;
    readonly offsets: Int32Array;
    readonly version: number;
  } | null;
  /** `stss`: numbers of the sync samples, from 1, ascending; null when every sample is one. */
  readonly syncNumbers: Uint32Array | null;
  /** `stco`/`co64`: file offset of each storage chunk. */
  readonly chunkOffsets: Float64Array;
  readonly largeOffsets: boolean;
  /** Number of samples in each storage chunk. */
  readonly chunkSamples: Uint32Array;
  /** Sample description of each storage chunk, from 0. */
  readonly chunkEntries: Uint32Array;
  /** `sdtp`, one byte a sample; null when there is none. */
  readonly dependencies: Uint8Array | null;
  /** Types of all boxes in `stbl`, in order. */
  readonly boxTypes: readonly string[];
}

/** The samples of a track in decoding order, a typed array a column. */
export interface SampleColumns {
  readonly count: number;
  readonly sizes: Uint32Array;
  /** File offset in bytes (exact up to 2^53). */
  readonly offsets: Float64Array;
  /** Decoding time in ticks. */
  readonly dts: Float64Array;
  readonly durations: Uint32Array;
  /** Presentation time − decoding time, before the edit list. */
  readonly compositionOffsets: Int32Array;
  /** 1 where decoding can start. */
  readonly sync: Uint8Array;
}
