import type { RationalTime } from '@patchwork/time';
import type { JsonObject, JsonValue } from '../json-value.ts';
import type { Marker, NodeId } from '../model.ts';
import type { Unmodelled } from '../unmodelled.ts';

/**
 * Sets what a node is beside its place and its effects. What is left out stays. The node is an item, a track, the timeline's stack or
 * the timeline itself; of the timeline there are name, metadata and start alone.
 */
export interface SetEdit {
  readonly op: 'set';
  readonly item: NodeId;
  readonly enabled?: boolean;
  readonly name?: string;
  /** What no model says and may be seen: grades, plug-ins. */
  readonly unmodelled?: readonly Unmodelled[];
  /** As OTIO's colour object; null takes it away. */
  readonly color?: JsonObject | null;
  /** Set one after the other. */
  readonly metadata?: readonly MetadataValue[];
  /** Of the timeline: timecode of its first frame; null means zero. */
  readonly start?: RationalTime | null;
}

/** A value of the metadata at a path of keys; undefined takes it away. */
export interface MetadataValue {
  readonly path: readonly string[];
  readonly value: JsonValue | undefined;
}

/** Gives an item, a track or the timeline's stack a marker, or puts another one in the place of one that it has. */
export interface SetMarkerEdit {
  readonly op: 'setMarker';
  readonly item: NodeId;
  readonly marker: Marker;
  /** Which one is replaced, from 1. Default: none, the marker is added behind the others. */
  readonly number?: number;
}

/** Takes a marker away. */
export interface RemoveMarkerEdit {
  readonly op: 'removeMarker';
  readonly item: NodeId;
  /** Which one, from 1. */
  readonly number: number;
}
