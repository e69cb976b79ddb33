import { PatchworkError, type Json } from '@patchwork/kernel';
import { formatRational, parseRational, type RationalTime, type TimeRange } from '@patchwork/time';
import { makeGap, makeTime } from '../builders.ts';
import { defaultJsonLimits } from '../json/json-limits.ts';
import { JsonScanner } from '../json/json-scanner.ts';
import type { Composable, NodeId, TimelineNode } from '../model.ts';
import { NodeReader } from '../otio/node-reader.ts';
import { writeOtio } from '../otio/write-otio.ts';
import type { EditEvent, NodePatch } from './event.ts';
import { reidentified } from './piece.ts';

interface Plain {
  readonly [key: string]: Json;
}

/** Fields of a patch that are times, and those that are ranges; the others travel in a node that carries them. */
const timeFields: ReadonlySet<string> = new Set(['inOffset', 'outOffset', 'globalStartTime']);
const carriedFields: ReadonlySet<string> = new Set(['effects', 'markers', 'metadata', 'name', 'enabled', 'color']);

/**
 * Events as JSON, `{"schema":"patchwork.events/1","events":[…]}`. Nodes stand in it as OTIO text with their ids beside, and
 * with the very bytes they were read from; so an undo from a file gives the same bytes as one from memory.
 *
 * To apply them to a timeline that was read anew, read it with the same `idPrefix`.
 */
export function eventsToJson(events: readonly EditEvent[]): Json {
  return { schema: 'patchwork.events/1', events: events.map(eventToJson) };
}

/** Reads what {@link eventsToJson} wrote. @throws PW_EDIT_EVENTS when it is something else */
export function eventsFromJson(json: Json): readonly EditEvent[] {
  const document = plainObject(json, 'the document');
  if (document['schema'] !== 'patchwork.events/1') throw malformed('schema', 'be "patchwork.events/1"');
  const events = document['events'];
  if (!Array.isArray(events)) throw malformed('events', 'be a list');
  return events.map((event: Json, at) => eventFromJson(plainObject(event, `events[${at}]`), `events[${at}]`));
}

function eventToJson(event: EditEvent): Json {
  const { kind, parent, index } = event;
  switch (event.kind) {
    case 'insert':
    case 'remove':
      return { kind, parent, index, node: nodeToJson(event.node) };
    case 'replace':
      return { kind, parent, index, before: nodeToJson(event.before), after: nodeToJson(event.after) };
    case 'modify':
      return { kind, parent, index, id: event.id, before: patchToJson(event.before), after: patchToJson(event.after) };
  }
}

function eventFromJson(event: Plain, path: string): EditEvent {
  const { kind } = event;
  const parent = textOf(event['parent'], `${path}.parent`);
  const index = event['index'];
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0)
    throw malformed(`${path}.index`, 'be a count');
  switch (kind) {
    case 'insert':
    case 'remove':
      return { kind, parent, index, node: nodeFromJson(event['node'], `${path}.node`) };
    case 'replace':
      return {
        kind,
        parent,
        index,
        before: nodeFromJson(event['before'], `${path}.before`),
        after: nodeFromJson(event['after'], `${path}.after`),
      };
    case 'modify':
      return {
        kind,
        parent,
        index,
        id: textOf(event['id'], `${path}.id`),
        before: patchFromJson(event['before'], `${path}.before`),
        after: patchFromJson(event['after'], `${path}.after`),
      };
    default:
      throw malformed(`${path}.kind`, 'be insert, remove, modify or replace');
  }
}

function nodeToJson(node: TimelineNode): Json {
  const ids: NodeId[] = [];
  reidentified(node, (id) => {
    ids.push(id);
    return id;
  });
  return { otio: writeOtio(node, { style: 'lossless' }), ids };
}

function nodeFromJson(json: Json | undefined, path: string): Composable {
  const { otio, ids } = plainObject(json, path);
  if (!Array.isArray(ids)) throw malformed(`${path}.ids`, 'be a list');
  const scanner = new JsonScanner(textOf(otio, `${path}.otio`), path, defaultJsonLimits);
  const node = new NodeReader(scanner, () => '').readNode('track');
  scanner.expectEnd();
  let at = 0;
  const known = reidentified(node, () => {
    at += 1;
    return textOf(ids[at - 1] as Json | undefined, `${path}.ids[${at - 1}]`);
  });
  if (at !== ids.length) throw malformed(`${path}.ids`, `have ${at} ids`);
  return known as Composable;
}

function patchToJson(patch: NodePatch): Json {
  const result: { [key: string]: Json } = {};
  const carried: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === 'sourceRange') result[key] = value === null ? null : rangeToJson(value as TimeRange);
    else if (timeFields.has(key)) result[key] = value === null ? null : timeToJson(value as RationalTime);
    else if (carriedFields.has(key)) carried[key] = value;
    else throw malformed(key, 'be a field that an edit changes');
  }
  const fields = Object.keys(carried);
  if (fields.length === 0) return result;
  return { ...result, fields, carrier: nodeToJson({ ...makeGap(makeTime(0)), ...carried }) };
}

function patchFromJson(json: Json | undefined, path: string): NodePatch {
  const patch: { [property: string]: unknown } = {};
  const { fields, carrier, ...times } = plainObject(json, path);
  for (const [key, value] of Object.entries(times)) {
    if (key === 'sourceRange') patch[key] = value === null ? null : rangeFromJson(value, `${path}.${key}`);
    else if (timeFields.has(key)) patch[key] = value === null ? null : timeFromJson(value, `${path}.${key}`);
    else throw malformed(`${path}.${key}`, 'not be there');
  }
  if (carrier === undefined || !Array.isArray(fields)) return patch;
  const node = nodeFromJson(carrier, `${path}.carrier`) as unknown as NodePatch;
  for (const field of fields) {
    const name = textOf(field as Json, `${path}.fields`);
    if (!carriedFields.has(name)) throw malformed(`${path}.fields`, `not name ${name}`);
    patch[name] = node[name];
  }
  return patch;
}

/** `value@rate`, both exact: `86400@24000/1001`. */
function timeToJson(time: RationalTime): string {
  return `${formatRational(time.value)}@${formatRational(time.rate)}`;
}

function timeFromJson(json: Json, path: string): RationalTime {
  const [value, rate] = textOf(json, path).split('@').map(parseRational);
  if (value === undefined || value === null || rate === undefined || rate === null || rate.num <= 0) {
    throw malformed(path, 'be a time, "value@rate"');
  }
  return { value, rate };
}

function rangeToJson(range: TimeRange): Json {
  return [timeToJson(range.start), timeToJson(range.duration)];
}

function rangeFromJson(json: Json, path: string): TimeRange {
  if (!Array.isArray(json) || json.length !== 2) throw malformed(path, 'be a start and a duration');
  const [start, duration] = json as readonly Json[];
  return { start: timeFromJson(start ?? null, path), duration: timeFromJson(duration ?? null, path) };
}

function plainObject(json: Json | undefined, path: string): Plain {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Plain;
  throw malformed(path, 'be an object');
}

function textOf(json: Json | undefined, path: string): string {
  if (typeof json === 'string') return json;
  throw malformed(path, 'be a text');
}

function malformed(path: string, wanted: string): PatchworkError {
  return new PatchworkError('PW_EDIT_EVENTS', `edit events: ${path} should ${wanted}`, {
    hint: 'Was the file written by eventsToJson?',
    details: { path },
  });
}
