import { type Json, PatchworkError, isPatchworkError } from '@patchwork/kernel';
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

/** Every job: what goes to a child and what comes back. Values cross by structured clone. */
export interface JobTypes {
  readonly probe: { readonly in: string; readonly out: ProbedMedia };
  readonly statedVideo: { readonly in: StatedVideoJob; readonly out: VideoStreamInfo | null };
  readonly encodePictures: { readonly in: PictureJob; readonly out: readonly EncodedChunk[] };
  readonly renderSound: { readonly in: SoundJob; readonly out: EncodedSound };
  readonly decodeDigests: { readonly in: DigestJob; readonly out: DecodedDigests };
  readonly scanMovie: { readonly in: string; readonly out: MovieScan };
  readonly thumbnails: { readonly in: ThumbnailJob; readonly out: readonly Uint8Array[] };
  readonly toolchain: { readonly in: VideoProfile; readonly out: Toolchain };
  readonly writeTestMedia: { readonly in: TestMediaSpec; readonly out: null };
  readonly readCodes: { readonly in: ReadCodesJob; readonly out: readonly ReadCode[] };
  readonly decodeSound: { readonly in: DecodeSoundJob; readonly out: DecodedSound };
  /** For tests of the pool: the child dies while this file does not exist, having made it; `always` dies every time. */
  readonly crash: { readonly in: { readonly markerPath: string; readonly always: boolean }; readonly out: string };
}

/** Name of a job. */
export type JobKind = keyof JobTypes;

/** Parent to child. */
export interface JobMessage {
  readonly id: number;
  readonly kind: JobKind;
  readonly job: unknown;
}

/** Child to parent. */
export type AnswerMessage =
  | { readonly id: number; readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly id: number; readonly type: 'done'; readonly result: unknown }
  | { readonly id: number; readonly type: 'failed'; readonly error: SentError };

/** An error that crosses the process boundary; class instances would lose their prototype. */
export interface SentError {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
  readonly details: { readonly [key: string]: Json };
  readonly stack: string;
  readonly cause: SentError | null;
}

/** Takes an error apart. */
export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { name: 'Error', code: null, message: String(error), hint: null, details: {}, stack: '', cause: null };
  }
  const known = isPatchworkError(error) ? error : null;
  return {
    name: error.name,
    code: known?.code ?? null,
    message: error.message,
    hint: known?.hint ?? null,
    details: known?.details ?? {},
    stack: error.stack ?? '',
    cause: error.cause === undefined ? null : sentError(error.cause),
  };
}

/** Puts an error together again. A failure without a code is a fault of this package or of FFmpeg: PW_MEDIA_NATIVE. */
export function receivedError(sent: SentError): Error {
  const cause = sent.cause === null ? undefined : receivedError(sent.cause);
  if (sent.code === null && sent.name === 'TypeError')
    return new TypeError(sent.message, cause === undefined ? {} : { cause });
  const error = new PatchworkError(sent.code ?? 'PW_MEDIA_NATIVE', sent.message, {
    ...(sent.hint === null ? {} : { hint: sent.hint }),
    details: sent.details,
    ...(cause === undefined ? {} : { cause }),
  });
  if (sent.code === null) error.stack = sent.stack;
  return error;
}
