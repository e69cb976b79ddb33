export { actionKey, actionKeySchema, encodingDigest, planChunks } from './action-key.ts';
export {
  builtInProfile,
  builtInProfileNames,
  containerOfBuiltIn,
  defaultGop,
  isBuiltInProfileName,
} from './built-in-profile.ts';
export type { BuiltInProfileName, Raster } from './built-in-profile.ts';
export type { Chunk, ChunkPlace, EncodedChunk } from './chunk.ts';
export { codecFacts, videoCodecs } from './codec-facts.ts';
export type { CodecFacts } from './codec-facts.ts';
export { colorNames } from './color-names.ts';
export { dirtyRanges } from './dirty-range.ts';
export type { EncoderOptions, Pins } from './encoder-options.ts';
export { estimate, guessRates, measuredRates } from './estimate.ts';
export type { Estimate, MeasuredRun, RenderRates } from './estimate.ts';
export { explainFrame } from './explain-frame.ts';
export type { FrameExplanation } from './explain-frame.ts';
export { chunkGrid } from './grid.ts';
export { h264Level } from './h264-level.ts';
export { makePlan } from './make-plan.ts';
export type { PlanInput, PreviousDelivery } from './plan-input.ts';
export type { MissingChunk, Plan, Reason } from './plan.ts';
export { formatDifference, profileDifference, timelineDifference, toolchainDifference } from './profile-difference.ts';
export type { SettingDifference } from './profile-difference.ts';
export { pictureChanges } from './picture-change.ts';
export type { PictureChange, PictureNames } from './picture-change.ts';
export { readProfileDocument } from './profile-document.ts';
export type { ProfileDocument } from './profile-document.ts';
export type { ContainerProfile, Profile, SoundProfile, Toolchain, VideoCodec, VideoProfile } from './profile.ts';
export { mergeReasons, PictureReasons } from './reason-finder.ts';
export { resolveProfile } from './resolve-profile.ts';
export type { ProfileRequest, RasterFacts } from './resolve-profile.ts';
