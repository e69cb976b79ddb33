import type { RationalTime, TimeRange } from '@patchwork/time';
import type { JsonObject } from './json-value.ts';

/**
 * The OpenTimelineIO data model as immutable nodes. A node never points to its parent; an index per snapshot does.
 * `id` lives in memory only and is unique within a timeline. `extra` keeps the fields of a known schema that we do not
 * know, in file order; unknown schemas are {@link UnknownNode}s, kept whole and in place.
 */
export type TimelineNode = Timeline | Composable | Effect | Marker | MediaReference | SerializableCollection;

/** Identifies a node within one timeline, in memory. */
export type NodeId = string;

interface NodeFields {
  readonly id: NodeId;
  /** Empty when the file has none or null. */
  readonly name: string;
  readonly metadata: JsonObject;
  readonly extra: JsonObject;
}

/** What can stand in a track or stack. */
export type Composable = Clip | Gap | Transition | Track | Stack | UnknownNode;

/** A composable that takes up time of its own. */
export type Item = Clip | Gap | Track | Stack;

interface ItemFields extends NodeFields {
  /** In the item's own time; null means all of it (for a clip: the media's available range). */
  readonly sourceRange: TimeRange | null;
  readonly effects: readonly Effect[];
  readonly markers: readonly Marker[];
  readonly enabled: boolean;
  readonly color: JsonObject | null;
}

/** A file's timeline. `tracks` are drawn bottom first. */
export interface Timeline extends NodeFields {
  readonly kind: 'Timeline';
  /** Timecode of the first frame; null means zero. */
  readonly globalStartTime: RationalTime | null;
  readonly tracks: Stack;
}

/** Layers played together; the first child is the lowest. */
export interface Stack extends ItemFields {
  readonly kind: 'Stack';
  readonly children: readonly Composable[];
}

/** Items played one after another. */
export interface Track extends ItemFields {
  readonly kind: 'Track';
  /** `Video`, `Audio` or a kind of the file's own. */
  readonly trackKind: string;
  readonly children: readonly Composable[];
}

/** A piece of media in a track. */
export interface Clip extends ItemFields {
  readonly kind: 'Clip';
  /** By key, in file order. */
  readonly mediaReferences: readonly (readonly [key: string, reference: MediaReference])[];
  readonly activeMediaReferenceKey: string;
}

/** Nothing, for a while. */
export interface Gap extends ItemFields {
  readonly kind: 'Gap';
}

/** A transition at the cut where it stands between its neighbours; it takes up no time of its own. */
export interface Transition extends NodeFields {
  readonly kind: 'Transition';
  readonly transitionType: string;
  /** How far it reaches back before the cut. */
  readonly inOffset: RationalTime;
  /** How far it reaches on after the cut. */
  readonly outOffset: RationalTime;
  readonly enabled: boolean;
}

/** A node of a schema that we do not know, kept whole. Takes up no time. */
export interface UnknownNode extends NodeFields {
  readonly kind: 'Unknown';
  readonly schemaName: string;
  readonly schemaVersion: number;
}

/** Where a clip's media is. */
export type MediaReference =
  | ExternalReference
  | MissingReference
  | GeneratorReference
  | ImageSequenceReference
  | UnknownNode;

interface MediaReferenceFields extends NodeFields {
  /** In media time; null when unknown. */
  readonly availableRange: TimeRange | null;
  readonly availableImageBounds: JsonObject | null;
}

/** A file. */
export interface ExternalReference extends MediaReferenceFields {
  readonly kind: 'ExternalReference';
  /** A URL or a plain path, as the file spells it. */
  readonly targetUrl: string;
}

/** Media that the file could not name. */
export interface MissingReference extends MediaReferenceFields {
  readonly kind: 'MissingReference';
}

/** A picture or sound made by rule (`SolidColor`, bars, a title). */
export interface GeneratorReference extends MediaReferenceFields {
  readonly kind: 'GeneratorReference';
  readonly generatorKind: string;
  readonly parameters: JsonObject;
}

/** Numbered image files. */
export interface ImageSequenceReference extends MediaReferenceFields {
  readonly kind: 'ImageSequenceReference';
  readonly targetUrlBase: string;
  readonly namePrefix: string;
  readonly nameSuffix: string;
  readonly startFrame: number;
  readonly frameStep: number;
  /** Frames per second, as spelled. */
  readonly rate: number;
  readonly frameZeroPadding: number;
  readonly missingFramePolicy: 'error' | 'hold' | 'black';
}

/** An effect on an item, first applied first. */
export interface Effect extends NodeFields {
  readonly kind: 'Effect';
  /** `Effect`, `TimeEffect`, `LinearTimeWarp`, `FreezeFrame`, or an unknown schema's name. */
  readonly schemaName: string;
  readonly effectName: string;
  readonly enabled: boolean;
  /** Of a `LinearTimeWarp` (1 = as shot, negative = backwards); 0 for a `FreezeFrame`; null for other effects. */
  readonly timeScalar: number | null;
}

/** A note on a range of an item, in the item's own time. */
export interface Marker extends NodeFields {
  readonly kind: 'Marker';
  readonly markedRange: TimeRange;
  /** A name (`RED`) or a Color object, as read. */
  readonly color: string | JsonObject | null;
  readonly comment: string;
}

/** A bag of timelines, clips or anything else. */
export interface SerializableCollection extends NodeFields {
  readonly kind: 'SerializableCollection';
  readonly children: readonly TimelineNode[];
}
