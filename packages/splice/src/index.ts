export type { Hashing, RunningDigest } from './hashing.ts';
export type {
  ColorCodes,
  Edit,
  Movie,
  MovieBox,
  MovieTimecode,
  SampleColumns,
  SampleEntry,
  SampleTables,
  SoundEntry,
  TopBox,
  Track,
  TrackReference,
  VideoEntry,
} from './movie.ts';
export { readMovie } from './movie-reader.ts';
export type { MovieSpec, PlacedChunk, SoundPlace, SoundSpec, VideoSpec, WrittenMovie } from './movie-spec.ts';
export { movieSizeBytes, writeMovie } from './movie-writer.ts';
export type { WriteMovieOptions } from './movie-writer.ts';
export { chunksAtOffsets, chunksOf, corruptChunks, pictureSamples } from './extraction.ts';
export { isSameFile, publish, refuseSmallDisk, removeLeftovers, temporaryPath } from './publication.ts';
export type { Publication, Published } from './publication.ts';
export { proveTables } from './table-proof.ts';
export type { ProofFinding } from './table-proof.ts';
export { deepSeams, proveDecoding, seams } from './decode-proof.ts';
export type { ChunkOrigin, DecodedFrame, DecodedFrames, DecodePlan, DecodePort } from './decode-proof.ts';
