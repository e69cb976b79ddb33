export type {
  Clip,
  Composable,
  Effect,
  ExternalReference,
  Gap,
  GeneratorReference,
  ImageSequenceReference,
  Item,
  Marker,
  MediaReference,
  MissingReference,
  NodeId,
  SerializableCollection,
  Stack,
  Timeline,
  TimelineNode,
  Track,
  Transition,
  UnknownNode,
} from './model.ts';
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
export { isJsonNumber, isJsonObject, jsonFrom, member, plainJson, withMember } from './json/json-member.ts';
export { defaultJsonLimits } from './json/json-limits.ts';
export type { JsonLimits } from './json/json-limits.ts';
export { rationalFromDecimal, rationalFromDouble } from './json/decimal.ts';
export { readOtio } from './otio/read-otio.ts';
export type { OtioFile, ReadOtioOptions } from './otio/read-otio.ts';
export { sameValue } from './otio/node-equality.ts';
export { writeOtio } from './otio/write-otio.ts';
export type { WriteOtioOptions } from './otio/write-otio.ts';
export { freshId } from './node-id.ts';
export {
  makeClip,
  makeCollection,
  makeExternalReference,
  makeFreezeFrame,
  makeGap,
  makeGeneratorReference,
  makeImageSequenceReference,
  makeMarker,
  makeMissingReference,
  makePlainEffect,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  makeTransition,
} from './builders.ts';
export type { ClipParts, ItemParts, MarkerParts, NodeParts, ReferenceParts, TransitionParts } from './builders.ts';
export { effectKind, knownEffect, makeEffect, withKnownEffect } from './known-effect.ts';
export { seenDigestOf, seenThing, withoutSeenThings } from './seen-digest.ts';
export type { SeenDigest, SeenDomain, SeenLevel } from './seen-digest.ts';
export { unmodelledOf, withUnmodelled } from './unmodelled.ts';
export type { Unmodelled } from './unmodelled.ts';
export {
  activeReference,
  activeReferenceOrNull,
  availableRange,
  durationOf,
  isItem,
  rangeInParent,
  rangeOfChildAt,
  trimmedRange,
} from './ranges.ts';
export { audioTracksOf, childNodesOf, clipsIn, tracksOf, videoTracksOf } from './tracks.ts';
export { TimelineIndex } from './snapshot/timeline-index.ts';
export type { NodePlace } from './snapshot/timeline-index.ts';
export { TrackIndex } from './snapshot/track-index.ts';
export { childAtTime, childrenInRange, findChildren, topClipAtTime } from './algorithms/children.ts';
export type { FindOptions, SearchOptions, SearchRoot } from './algorithms/children.ts';
export { availableImageBounds, uniteBounds } from './algorithms/image-bounds.ts';
export type { ImageBounds, ImagePoint } from './algorithms/image-bounds.ts';
export { flattenStack, timelineTrimmedToRange, trackTrimmedToRange } from './algorithms/cut-out.ts';
export { expandedTransitions } from './algorithms/expand.ts';
export type { ExpandedTransition } from './algorithms/expand.ts';
export { filteredComposition } from './algorithms/filter.ts';
export type { FilterContext, NodeFilter } from './algorithms/filter.ts';
export { handlesOf, neighboursOf, trimmedRangeOfChildAt, visibleRange } from './algorithms/handles.ts';
export type { Handles } from './algorithms/handles.ts';
export { transformedRange, transformedTime } from './edit/transformed-time.ts';
export type {
  Edit,
  EditLimit,
  EditOptions,
  ExtractEdit,
  FillEdit,
  InsertEdit,
  JoinEdit,
  LiftEdit,
  MoveEdit,
  OverwriteEdit,
  RemoveEdit,
  RemoveEffectEdit,
  RemoveTransitionEdit,
  ReplaceEdit,
  RetimeEdit,
  RetimeSpeed,
  RippleEdit,
  RollEdit,
  SetEffectEdit,
  SetTransitionEdit,
  SliceEdit,
  SlideEdit,
  SlipEdit,
  TrimEdit,
} from './edit/edit.ts';
export type { MetadataValue, RemoveMarkerEdit, SetEdit, SetMarkerEdit } from './edit/mark-edit.ts';
export type { RipplingEdit } from './edit/sync.ts';
export type { SyncLock } from './edit/sync-lock.ts';
export type { AddTrackEdit, MoveTrackEdit, RemoveTrackEdit } from './edit/track-edit.ts';
export { applyEvents, invertEvent, invertEvents } from './edit/event.ts';
export type { EditEvent, InsertEvent, ModifyEvent, NodePatch, RemoveEvent, ReplaceEvent } from './edit/event.ts';
export { applyEdit, changedTracks, dirtyFrames, planEdit, redoPlan, undoPlan } from './edit/plan.ts';
export type { EditPlan } from './edit/plan.ts';
export type { DirtyRange } from './edit/dirty.ts';
export { linkedWith, linkOf } from './edit/group.ts';
export { roomOf, slipRoomOf } from './edit/room.ts';
export type { Room } from './edit/room.ts';
export { isTimeEffect, speedOf } from './edit/retime.ts';
export { eventsFromJson, eventsToJson } from './edit/event-json.ts';
export { rateOfTimeline as gridOf } from './edit/lane.ts';
export { drawEdit } from './edit/change-picture.ts';
export { drawTimeline, drawTrack } from './edit/picture.ts';
export { editFromStep, planScript } from './edit/script.ts';
export { mediaFileName } from './edit/step-number.ts';
export type { ScriptStep } from './edit/step-reader.ts';
export { selectItem, selectTrack } from './edit/select.ts';
export type { ItemSelector } from './edit/select.ts';
export {
  nearestSmpteRate,
  otioAdd,
  otioAlmostEquals,
  otioBegins,
  otioContains,
  otioContainsTime,
  otioEnd,
  otioEpsilonSeconds,
  otioEquals,
  otioFinishes,
  otioFrames,
  otioFromSeconds,
  otioFromTimecode,
  otioIntersects,
  otioIsBefore,
  otioIsLess,
  otioLast,
  otioMeets,
  otioOverlaps,
  otioRange,
  otioRescaled,
  otioSeconds,
  otioSubtract,
  otioTime,
  otioTimecode,
  smpteRates,
  timeFromOtio,
} from './opentime/otio-doubles.ts';
export type { OtioRange, OtioTime } from './opentime/otio-doubles.ts';
export {
  lastFrameOf,
  rangeBegins,
  rangeBetween,
  rangeClampedTo,
  rangeContains,
  rangeExtendedBy,
  rangeFinishes,
  rangeIsBefore,
  rangeMeets,
  rangeOverlaps,
  rangesIntersect,
  rangeThrough,
  timeClampedTo,
} from './opentime/range-relations.ts';
export { formatTimeString, parseTimeString } from './opentime/time-string.ts';
export { transformRange, transformTime } from './opentime/time-transform.ts';
export type { TimeTransform } from './opentime/time-transform.ts';
export {
  abstractUrl,
  frameNumberAt,
  frameNumbersIn,
  imageCount,
  imageTime,
  imageUrl,
  lastFrameNumber,
} from './algorithms/image-sequence.ts';
