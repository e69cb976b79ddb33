import { one, zero, type RationalTime, type TimeRange } from '@patchwork/time';
import { boundsJson, type ImageBounds } from './algorithms/image-bounds.ts';
import { emptyObject, type JsonObject } from './json-value.ts';
import type {
  Clip,
  Composable,
  Effect,
  ExternalReference,
  Gap,
  GeneratorReference,
  ImageSequenceReference,
  Marker,
  MediaReference,
  MissingReference,
  SerializableCollection,
  Stack,
  Timeline,
  TimelineNode,
  Track,
  Transition,
} from './model.ts';
import { freshId } from './node-id.ts';

/** Fields every node may be given; all have defaults: name '', metadata {}. */
export interface NodeParts {
  readonly name?: string;
  readonly metadata?: JsonObject;
}

/** Fields of an item. Defaults: source range null (all of it), no effects, no markers, enabled. */
export interface ItemParts extends NodeParts {
  readonly sourceRange?: TimeRange | null;
  readonly effects?: readonly Effect[];
  readonly markers?: readonly Marker[];
  readonly enabled?: boolean;
  readonly color?: JsonObject | null;
}

/** Fields of a media reference. Default: available range and image bounds unknown. */
export interface ReferenceParts extends NodeParts {
  readonly availableRange?: TimeRange | null;
  readonly availableImageBounds?: ImageBounds | null;
}

/** Fields of a clip. `media` is put under the active key; default: a missing reference. */
export interface ClipParts extends ItemParts {
  readonly media?: MediaReference;
  /** Default: `DEFAULT_MEDIA`. */
  readonly activeMediaReferenceKey?: string;
}

/** Fields of a transition. */
export interface TransitionParts extends NodeParts {
  readonly inOffset: RationalTime;
  readonly outOffset: RationalTime;
  /** Default: `SMPTE_Dissolve`. */
  readonly transitionType?: string;
}

/** Fields of a marker. Defaults: GREEN, no comment. */
export interface MarkerParts extends NodeParts {
  readonly markedRange: TimeRange;
  readonly color?: string;
  readonly comment?: string;
}

function nodeFields(parts: NodeParts): Pick<TimelineNode, 'id' | 'name' | 'metadata' | 'extra'> {
  return { id: freshId(), name: parts.name ?? '', metadata: parts.metadata ?? emptyObject, extra: emptyObject };
}

type ItemFields = Pick<
  Clip,
  'id' | 'name' | 'metadata' | 'extra' | 'sourceRange' | 'effects' | 'markers' | 'enabled' | 'color'
>;

function itemFields(parts: ItemParts): ItemFields {
  return {
    id: freshId(),
    name: parts.name ?? '',
    metadata: parts.metadata ?? emptyObject,
    extra: emptyObject,
    sourceRange: parts.sourceRange ?? null,
    effects: parts.effects ?? [],
    markers: parts.markers ?? [],
    enabled: parts.enabled ?? true,
    color: parts.color ?? null,
  };
}

/** Makes a timeline of tracks, the lowest first, with a fresh id. Default start: null (zero). */
export function makeTimeline(
  parts: NodeParts & { readonly tracks: readonly Composable[]; readonly globalStartTime?: RationalTime | null },
): Timeline {
  const tracks = makeStack({ name: 'tracks', children: parts.tracks });
  return { kind: 'Timeline', ...nodeFields(parts), globalStartTime: parts.globalStartTime ?? null, tracks };
}

/** Makes a track with a fresh id. Default kind: `Video`. */
export function makeTrack(
  parts: ItemParts & { readonly trackKind?: string; readonly children?: readonly Composable[] } = {},
): Track {
  return { kind: 'Track', ...itemFields(parts), trackKind: parts.trackKind ?? 'Video', children: parts.children ?? [] };
}

/** Makes a stack of layers, the lowest first, with a fresh id. */
export function makeStack(parts: ItemParts & { readonly children?: readonly Composable[] } = {}): Stack {
  return { kind: 'Stack', ...itemFields(parts), children: parts.children ?? [] };
}

/** Makes a clip with a fresh id. */
export function makeClip(parts: ClipParts = {}): Clip {
  const key = parts.activeMediaReferenceKey ?? 'DEFAULT_MEDIA';
  // Spelled out and not spread: readers make clips by the hundred thousand.
  return {
    kind: 'Clip',
    id: freshId(),
    name: parts.name ?? '',
    metadata: parts.metadata ?? emptyObject,
    extra: emptyObject,
    sourceRange: parts.sourceRange ?? null,
    effects: parts.effects ?? [],
    markers: parts.markers ?? [],
    enabled: parts.enabled ?? true,
    color: parts.color ?? null,
    mediaReferences: [[key, parts.media ?? makeMissingReference()]],
    activeMediaReferenceKey: key,
  };
}

/** Makes a gap of a length, with a fresh id. */
export function makeGap(duration: RationalTime, parts: Omit<ItemParts, 'sourceRange'> = {}): Gap {
  return { kind: 'Gap', ...itemFields(parts), sourceRange: { start: { value: zero, rate: duration.rate }, duration } };
}

/** Makes a transition with a fresh id. */
export function makeTransition(parts: TransitionParts): Transition {
  return {
    kind: 'Transition',
    ...nodeFields(parts),
    transitionType: parts.transitionType ?? 'SMPTE_Dissolve',
    inOffset: parts.inOffset,
    outOffset: parts.outOffset,
    enabled: true,
  };
}

/** Makes a reference to a file. */
export function makeExternalReference(parts: ReferenceParts & { readonly targetUrl: string }): ExternalReference {
  // Spelled out like a clip: readers make one a clip.
  const bounds = parts.availableImageBounds ?? null;
  return {
    kind: 'ExternalReference',
    id: freshId(),
    name: parts.name ?? '',
    metadata: parts.metadata ?? emptyObject,
    extra: emptyObject,
    availableRange: parts.availableRange ?? null,
    availableImageBounds: bounds === null ? null : boundsJson(bounds),
    targetUrl: parts.targetUrl,
  };
}

/** Makes a reference to media that cannot be named. */
export function makeMissingReference(parts: ReferenceParts = {}): MissingReference {
  return { kind: 'MissingReference', ...referenceFields(parts) };
}

/** Makes a reference to a picture or sound made by rule. */
export function makeGeneratorReference(
  parts: ReferenceParts & { readonly generatorKind: string; readonly parameters?: JsonObject },
): GeneratorReference {
  return {
    kind: 'GeneratorReference',
    ...referenceFields(parts),
    generatorKind: parts.generatorKind,
    parameters: parts.parameters ?? emptyObject,
  };
}

/** Makes a reference to numbered images. Defaults: first frame 1, step 1, no padding, a missing frame is an error. */
export function makeImageSequenceReference(
  parts: ReferenceParts &
    Pick<ImageSequenceReference, 'targetUrlBase' | 'namePrefix' | 'nameSuffix' | 'rate'> &
    Partial<Pick<ImageSequenceReference, 'startFrame' | 'frameStep' | 'frameZeroPadding' | 'missingFramePolicy'>>,
): ImageSequenceReference {
  return {
    kind: 'ImageSequenceReference',
    ...referenceFields(parts),
    targetUrlBase: parts.targetUrlBase,
    namePrefix: parts.namePrefix,
    nameSuffix: parts.nameSuffix,
    startFrame: parts.startFrame ?? 1,
    frameStep: parts.frameStep ?? 1,
    rate: parts.rate,
    frameZeroPadding: parts.frameZeroPadding ?? 0,
    missingFramePolicy: parts.missingFramePolicy ?? 'error',
  };
}

/** Makes a marker with a fresh id. */
export function makeMarker(parts: MarkerParts): Marker {
  return {
    kind: 'Marker',
    ...nodeFields(parts),
    markedRange: parts.markedRange,
    color: parts.color ?? 'GREEN',
    comment: parts.comment ?? '',
  };
}

/** Makes a bag of nodes with a fresh id. */
export function makeCollection(
  parts: NodeParts & { readonly children: readonly TimelineNode[] },
): SerializableCollection {
  return { kind: 'SerializableCollection', ...nodeFields(parts), children: parts.children };
}

/**
 * Makes a constant retime: media time = own time × scalar; 2 is twice as fast, −1 backwards.
 *
 * @throws TypeError when the scalar is not finite
 */
export function makeTimeWarp(scalar: number, parts: NodeParts = {}): Effect {
  if (!Number.isFinite(scalar)) throw new TypeError(`makeTimeWarp: scalar ${scalar} is not finite`);
  return {
    kind: 'Effect',
    ...nodeFields(parts),
    schemaName: 'LinearTimeWarp',
    effectName: 'LinearTimeWarp',
    enabled: true,
    timeScalar: scalar,
  };
}

/** Makes an effect that holds the item's first frame. */
export function makeFreezeFrame(parts: NodeParts = {}): Effect {
  return {
    kind: 'Effect',
    ...nodeFields(parts),
    schemaName: 'FreezeFrame',
    effectName: 'FreezeFrame',
    enabled: true,
    timeScalar: 0,
  };
}

/** Makes an effect that only its name and metadata describe. */
export function makePlainEffect(effectName: string, parts: NodeParts = {}): Effect {
  return { kind: 'Effect', ...nodeFields(parts), schemaName: 'Effect', effectName, enabled: true, timeScalar: null };
}

function referenceFields(
  parts: ReferenceParts,
): Pick<MissingReference, 'id' | 'name' | 'metadata' | 'extra' | 'availableRange' | 'availableImageBounds'> {
  const bounds = parts.availableImageBounds ?? null;
  return {
    ...nodeFields(parts),
    availableRange: parts.availableRange ?? null,
    availableImageBounds: bounds === null ? null : boundsJson(bounds),
  };
}

/** A range of `duration` units from `start`, both counted at `rate`. */
export function makeRange(start: number, duration: number, rate: RationalTime['rate']): TimeRange {
  return { start: makeTime(start, rate), duration: makeTime(duration, rate) };
}

/** A time of `value` whole units at `rate`. */
export function makeTime(value: number, rate: RationalTime['rate'] = one): RationalTime {
  if (!Number.isSafeInteger(value)) throw new TypeError(`makeTime: value ${value} is no safe integer`);
  return { value: value === 0 ? zero : { num: value, den: 1 }, rate };
}
