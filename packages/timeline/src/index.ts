export type * from './model.ts';
export { emptyObject } from './json-value.ts';
export type { JsonArray, JsonNumber, JsonObject, JsonValue } from './json-value.ts';
export type {
  BurnInEffect,
  CompositeEffect,
  ConformEffect,
  CropEffect,
  FadeEffect,
  Keyframe,
  KnownEffect,
  OpacityEffect,
  PanEffect,
  Param,
  TimeMapEffect,
  TransformEffect,
  VolumeEffect,
} from './vocabulary.ts';
