import type { Json } from '@patchwork/kernel';
import { formatRational } from '@patchwork/time';
import {
  emptyObject,
  member,
  plainJson,
  sameValue,
  unmodelledOf,
  withMember,
  type Item,
  type JsonObject,
  type JsonValue,
  type Marker,
  type Timeline,
} from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import { isSameNode, linksIn, sameJson, sameMetadata, withoutIds } from './exact-node.ts';
import { effectSteps } from './effect-step.ts';
import { otioStep } from './step-writer.ts';

/** What a step names its object by, or a part of it. */
export interface StepPart {
  readonly [key: string]: Json;
}

/** Whether the numbers of linked clips are to be set: only where other clips are linked than before. */
export interface MarkOptions {
  readonly links: boolean;
}

/** What differs in the timeline itself and in its stack. */
export function frameSteps(old: Timeline, next: Timeline): ScriptStep[] {
  const options = { links: true };
  const start = next.globalStartTime;
  const isStart = sameValue(old.globalStartTime, start);
  const own: StepPart = {
    ...(old.name === next.name ? {} : { rename: next.name }),
    ...(isStart
      ? {}
      : start === null
        ? { start }
        : { start: formatRational(start.value), rate: formatRational(start.rate) }),
    ...metadataPart(old.metadata, next.metadata, options),
  };
  const stack = { of: 'stack' };
  return [
    ...(Object.keys(own).length === 0 ? [] : [{ op: 'set', of: 'timeline', ...own }]),
    ...trackMarkSteps(stack, old.tracks, next.tracks, options),
  ];
}

/** What differs in a track, or in the timeline's stack, what it holds aside. */
export function trackMarkSteps(select: StepPart, old: Item, next: Item, options: MarkOptions): ScriptStep[] {
  const state: StepPart = {
    ...(old.enabled === next.enabled ? {} : { enabled: next.enabled }),
    ...(old.name === next.name ? {} : { rename: next.name }),
    ...unmodelledPart(old, next),
    ...markPart(old, next, options),
  };
  return [
    ...(effectSteps(old.effects, next.effects) ?? []).map((parts): ScriptStep => ({ ...select, ...parts })),
    ...(Object.keys(state).length === 0 ? [] : [{ op: 'set', ...select, ...state }]),
    ...markerSteps(select, old.markers, next.markers),
  ];
}

/** Colour and metadata. */
export function markPart(old: Item, next: Item, options: MarkOptions): StepPart {
  return {
    ...(sameValue(old.color, next.color) ? {} : { color: next.color === null ? null : plainJson(next.color) }),
    ...metadataPart(old.metadata, next.metadata, options),
  };
}

/** What no model says. */
export function unmodelledPart(old: Item, next: Item): StepPart {
  const [a, b] = [unmodelledOf(old), unmodelledOf(next)];
  return sameValue(a, b) ? {} : { unmodelled: b.map((one): Json => ({ ...one })) };
}

/** Tells whether other clips are linked than before. Both timelines hold the same clips in the same places. */
export function areLinksChanged(old: Timeline, next: Timeline): boolean {
  return !sameValue(linksIn(old), linksIn(next));
}

function metadataPart(old: JsonObject, next: JsonObject, { links }: MarkOptions): StepPart {
  if (!links && sameMetadata(old, next)) return {};
  const [a, b] = [old, next].map((metadata) =>
    withMember(links ? metadata : withoutIds(metadata), ['patchwork', 'unmodelled'], undefined),
  );
  if (a === undefined || b === undefined) return {};
  const values = differences(a, b, []);
  return values.length === 0 ? {} : { metadata: values };
}

/** Leaves that differ, by path; what the new side has not is named without a value. */
function differences(old: JsonObject, next: JsonObject, path: readonly string[]): Json[] {
  const keys = [...new Set([...old.entries, ...next.entries].map(([key]) => key))];
  return keys.flatMap((key): Json[] => {
    const [a, b] = [member(old, key), member(next, key)];
    const at = [...path, key];
    // What is not modelled stands there, too, and is set for itself.
    if (at.length === 1 && key === 'patchwork') return differences(objectIn(a), objectIn(b), at);
    if (b === undefined) return [{ path: at }];
    if (isObject(a) && isObject(b) && b.entries.length > 0) return differences(a, b, at);
    return a !== undefined && sameJson(a, b) ? [] : [{ path: at, value: plainJson(b) }];
  });
}

function objectIn(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : emptyObject;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && value.type === 'object';
}

/**
 * Markers: those in the middle that differ are put in each other's places, what is too many goes, what is missing comes behind the
 * others, which are put there anew where it stands before them.
 */
export function markerSteps(select: StepPart, old: readonly Marker[], next: readonly Marker[]): ScriptStep[] {
  const isSame = (a: Marker | undefined, b: Marker | undefined): boolean =>
    a !== undefined && b !== undefined && isSameNode(a, b);
  let head = 0;
  while (isSame(old[head], next[head])) head += 1;
  let tail = 0;
  const most = Math.min(old.length, next.length) - head;
  while (tail < most && isSame(old.at(-1 - tail), next.at(-1 - tail))) tail += 1;
  // Where some come before others that stay, those are put in anew.
  if (next.length > old.length) tail = 0;
  const [gone, come] = [old.length - tail - head, next.length - tail - head];
  const set = (at: number, number: number | null): ScriptStep[] => {
    const marker = next[at];
    const node = marker === undefined ? null : otioStep(marker);
    return node === null ? [] : [{ op: 'setMarker', ...select, marker: node, ...(number === null ? {} : { number }) }];
  };
  return [
    ...Array.from({ length: Math.min(gone, come) }, (_, i) => set(head + i, head + i + 1)).flat(),
    ...Array.from({ length: Math.max(0, gone - come) }, (_, i) => ({
      op: 'removeMarker',
      ...select,
      number: head + gone - i,
    })),
    ...Array.from({ length: Math.max(0, come - gone) }, (_, i) => set(head + gone + i, null)).flat(),
  ];
}
