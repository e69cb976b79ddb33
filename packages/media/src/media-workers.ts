import type { EncodedChunk, Toolchain, VideoProfile } from '@patchwork/plan';
import type { VideoStreamInfo } from '@patchwork/program';
import type {
  DecodeSoundJob,
  DecodedDigests,
  DecodedSound,
  DigestJob,
  EncodedSound,
  MovieScan,
  PictureJob,
  ProbedMedia,
  ReadCode,
  ReadCodesJob,
  SoundJob,
  StatedVideoJob,
  TestMediaSpec,
  ThumbnailJob,
} from './jobs.ts';

/** How a call is watched and stopped. */
export interface CallOptions {
  /** Aborting ends the child that does the job, and rejects with `PW_MEDIA_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Called as the job goes on: units done (frames, or sound samples) of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** How many children there are and who hears of them. */
export interface WorkerOptions {
  /** Child processes at most, at least 1. They start when first needed. */
  readonly count: number;
  /** Hears of crashes and retries; default nobody. */
  readonly log?: (line: string) => void;
  /** Bytes of decoded pictures that one child may keep; default 64 MiB. */
  readonly frameCacheBytes?: number;
}

/**
 * The native work, done in child processes: a crash of native code ends one attempt at one job, not the run. Each child
 * does one job at a time; further jobs wait in order. A job whose child died is tried once more in a new one, then fails
 * with `PW_MEDIA_WORKER_DIED`.
 */
export interface MediaWorkers {
  readonly count: number;
  /** Starts children ahead of need, until there are `children` (at most `count`): their start costs 0.1 to 0.2 s each. */
  warm(children: number): void;
  /** @throws PW_MEDIA_MISSING, PW_MEDIA_UNREADABLE, PW_MEDIA_TRUNCATED, PW_MEDIA_NO_STREAMS */
  probe(path: string, options?: CallOptions): Promise<ProbedMedia>;
  /**
   * The picture stream of a movie as {@link probe} gives it, without reading its packets: how many there are and how they
   * are spaced, the caller has read from its tables. Null where the demuxer says otherwise, or only packets would tell.
   *
   * @throws as `probe`
   */
  statedVideo(job: StatedVideoJob, options?: CallOptions): Promise<VideoStreamInfo | null>;
  /** @throws PW_MEDIA_DECODE, PW_RENDER_UNMODELLED, PW_MEDIA_ENCODER, PW_MEDIA_WRITE */
  encodePictures(job: PictureJob, options?: CallOptions): Promise<readonly EncodedChunk[]>;
  /** @throws PW_MEDIA_DECODE, PW_MEDIA_ENCODER, PW_MEDIA_WRITE */
  renderSound(job: SoundJob, options?: CallOptions): Promise<EncodedSound>;
  decodeDigests(job: DigestJob, options?: CallOptions): Promise<DecodedDigests>;
  scanMovie(path: string, options?: CallOptions): Promise<MovieScan>;
  /** JPEG or PNG files, in the order of the items. */
  thumbnails(job: ThumbnailJob, options?: CallOptions): Promise<readonly Uint8Array[]>;
  /** What this machine would encode the profile with. @throws PW_MEDIA_ENCODER when it cannot. */
  toolchain(video: VideoProfile, options?: CallOptions): Promise<Toolchain>;
  writeTestMedia(spec: TestMediaSpec, options?: CallOptions): Promise<void>;
  /** Reads the test code of every frame, in presentation order. */
  readCodes(job: ReadCodesJob, options?: CallOptions): Promise<readonly ReadCode[]>;
  decodeSound(job: DecodeSoundJob, options?: CallOptions): Promise<DecodedSound>;
  /** Ends the children; jobs still running reject with `PW_MEDIA_ABORTED`. */
  close(): Promise<void>;
}
