export type * from './model.ts';
export { emptyObject } from './json-value.ts';
export type { JsonArray, JsonNumber, JsonObject, JsonValue } from './json-value.ts';
export type {
  BurnInEffect, CompositeEffect, ConformEffect, CropEffect, FadeEffect, Keyframe, KnownEffect, OpacityEffect, PanEffect,
  Param, TimeMapEffect, TransformEffect, VolumeEffect,
} from './vocabulary.ts';
export { isJsonNumber, isJsonObject, jsonFrom, member, plainJson, withMember } from './json/json-member.ts';
export { defaultJsonLimits } from './json/json-scanner.ts';
export type { JsonLimits } from './json/json-scanner.ts';
export { rationalFromDecimal, rationalFromDouble } from './json/decimal.ts';
export { readOtio } from './otio/read-otio.ts';
export type { OtioFile, ReadOtioOptions } from './otio/read-otio.ts';
export { writeOtio } from './otio/write-otio.ts';
export type { WriteOtioOptions } from './otio/write-otio.ts';
export { freshId } from './node-id.ts';
export {
  makeClip, makeCollection, makeExternalReference, makeFreezeFrame, makeGap, makeGeneratorReference,
  makeImageSequenceReference, makeMarker, makeMissingReference, makePlainEffect, makeRange, makeStack, makeTime,
  makeTimeline, makeTimeWarp, makeTrack, makeTransition,
} from './builders.ts';
export type { ClipParts, ItemParts, MarkerParts, NodeParts, ReferenceParts, TransitionParts } from './builders.ts';
export { knownEffect, makeEffect, withKnownEffect } from './known-effect.ts';
export { unmodelledOf, withUnmodelled } from './unmodelled.ts';
export type { Unmodelled } from './unmodelled.ts';
export {
  activeReference, activeReferenceOrNull, availableRange, durationOf, isItem, rangeInParent, rangeOfChildAt, trimmedRange,
} from './ranges.ts';
export { audioTracksOf, childNodesOf, clipsIn, tracksOf, videoTracksOf } from './tracks.ts';
