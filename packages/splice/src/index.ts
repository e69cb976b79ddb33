export type { Hashing, RunningDigest } from './hashing.ts';
export { movieSizeBytes, writeMovie } from './movie-writer.ts';
export type { WriteMovieOptions } from './movie-writer.ts';
export type { MovieSpec, PlacedChunk, SoundPlace, SoundSpec, VideoSpec, WrittenMovie } from './movie-spec.ts';
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
