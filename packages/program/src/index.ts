export type { Canvas, ColorTags } from './canvas.ts';
export type { MediaInfo, SoundStreamInfo, VideoStreamInfo } from './media-info.ts';
export type {
  MixPicture,
  NestPicture,
  OpacityPicture,
  OverPicture,
  Picture,
  SolidPicture,
  SourcePicture,
  Crop,
  TextPicture,
  TransformPicture,
  UnmodelledPicture,
} from './picture.ts';
export type { Anchor, ClipUse, Epoch, FrameKey, Program, Span, UnmodelledUse } from './program.ts';
export type { GainPoint, SoundPiece, SoundProgram } from './sound.ts';
export { compileProgram } from './compile-program.ts';
export type { CompiledTimeline } from './compile-program.ts';
export type { ProgramInput } from './program-input.ts';
export { pictureKey } from './frame-key.ts';
export { localityOf } from './locality.ts';
export type { Locality } from './locality.ts';
export { mediaUrlsOf } from './media-urls.ts';
export { ptsOf } from './stream-clock.ts';
