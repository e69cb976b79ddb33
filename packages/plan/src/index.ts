export type { Chunk, ChunkPlace, EncodedChunk } from './chunk.ts';
export type { MissingChunk, Plan, Reason } from './plan.ts';
export type { ContainerProfile, Profile, SoundProfile, Toolchain, VideoCodec, VideoProfile } from './profile.ts';
