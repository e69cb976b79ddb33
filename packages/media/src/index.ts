export { startWorkers } from './workers.ts';
export type { CallOptions, MediaWorkers, WorkerOptions } from './media-workers.ts';
export type {
  DecodeSoundJob,
  DecodedDigests,
  DecodedSound,
  DigestJob,
  EncodedSound,
  FrameDigest,
  FrameGrid,
  JobMedia,
  MovieScan,
  PictureJob,
  ProbedMedia,
  ReadCode,
  ReadCodesJob,
  ScannedPacket,
  ScannedStream,
  SoundJob,
  StatedVideoJob,
  TestMediaSpec,
  TestSoundSpec,
  TestVideoSpec,
  ThumbnailItem,
  ThumbnailJob,
} from './jobs.ts';
export { readTestCode } from './test-code.ts';
export type { LumaPlane } from './test-code.ts';
export { fontDigest, fontPath } from './font.ts';
export { nativeLibrary } from './native-library.ts';
export type { NativeLibrary } from './native-library.ts';
