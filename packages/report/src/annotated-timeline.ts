import { clipsText, timecodeText, type Change, type Changes, type Place } from '@patchwork/diff';
import type { Json } from '@patchwork/kernel';
import {
  jsonFrom,
  makeMarker,
  makeTime,
  trimmedRange,
  type Composable,
  type JsonObject,
  type Marker,
  type NodeId,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import { changeGroups, groupNames, groupOf, type ChangeGroup } from './change-group.ts';
import { shortDigests } from './digest-text.ts';
import { placeNow, placesOf } from './where-else.ts';

/** What is said of one clip. */
interface Note {
  readonly changes: readonly (readonly [change: Change, index: number])[];
  readonly group: ChangeGroup;
}

/**
 * The new timeline with every change written into it: changed clips in their group's colour, each with a marker that says
 * what happened; on the timeline itself markers for what went away. For looking at in any program that reads OpenTimelineIO: clip
 * colours that were there are replaced, everything else stays as it is.
 */
export function annotatedTimeline(timeline: Timeline, changes: Changes): Timeline {
  const notes = notesOf(changes);
  return { ...timeline, tracks: annotatedStack(timeline.tracks, changes, notes) };
}

function notesOf(changes: Changes): Map<NodeId, Note> {
  const ids = new Map(
    changes.sides.new.tracks.flatMap(({ label, items }) =>
      items.map((item) => [placeName(label, item.record.in), item] as const),
    ),
  );
  const notes = new Map<NodeId, Note>();
  changes.changes.forEach((change, index) => {
    // A push is told once, where it begins.
    const places = placesOf(change, 'new').slice(0, change.kind === 'shift' ? 1 : undefined);
    for (const place of places) {
      for (const track of change.kind === 'shift' ? [place.track] : [place.track, ...change.tracks]) {
        const item = ids.get(placeName(track, place.record.in));
        if (item === undefined || item.record.out !== place.record.out) continue;
        const known = notes.get(item.id);
        if (known?.changes.some(([other]) => other === change) === true) continue;
        notes.set(item.id, withNote(known, change, index));
      }
    }
  });
  return notes;
}

function placeName(track: string, frame: number): string {
  return `${track} ${frame}`;
}

function withNote(known: Note | undefined, change: Change, index: number): Note {
  const group = groupOf(change);
  const isStronger = known === undefined || groupNames.indexOf(group) < groupNames.indexOf(known.group);
  return { changes: [...(known?.changes ?? []), [change, index]], group: isStronger ? group : known.group };
}

function metadataOf(change: Change, index: number): JsonObject {
  return jsonFrom({
    patchwork: { change: { number: index + 1, kind: change.kind, department: change.department, delta: change.delta } },
  });
}

/** Where it was, in words. */
function commentOf({ old, values }: Change): string {
  const place = (at: Place): string => `was ${at.track} ${at.recordTimecode.join(' - ')}`;
  const named = (value: Json): string => shortDigests(typeof value === 'string' ? value : JSON.stringify(value));
  return [
    ...(old === null ? [] : [place(old)]),
    ...values.map((value) => `${value.name}: ${named(value.old)} → ${named(value.new)}`),
  ].join('\n');
}

function annotatedStack(stack: Stack, changes: Changes, notes: ReadonlyMap<NodeId, Note>): Stack {
  const { rate, start } = changes.sides.new;
  const gone = changes.changes.flatMap((change, index): Marker[] => {
    const place = change.new === null ? placeNow(change, changes.sides.old) : null;
    if (place === null) return [];
    const group = groupOf(change);
    const who = clipsText(change);
    return [
      makeMarker({
        name: who === '' ? change.text : `${who}: ${change.text}`,
        color: changeGroups[group].otio,
        comment: `${timecodeText(start.frame + place.in, rate, start.dropFrame)} ${commentOf(change)}`,
        markedRange: { start: makeTime(place.in, rate), duration: makeTime(place.out - place.in, rate) },
        metadata: metadataOf(change, index),
      }),
    ];
  });
  const children = stack.children.map((child) => (child.kind === 'Track' ? annotatedTrack(child, notes) : child));
  return { ...stack, children, markers: [...stack.markers, ...gone] };
}

function annotatedTrack(track: Track, notes: ReadonlyMap<NodeId, Note>): Track {
  return { ...track, children: track.children.map((child) => annotatedItem(child, notes)) };
}

function annotatedItem(child: Composable, notes: ReadonlyMap<NodeId, Note>): Composable {
  const note = notes.get(child.id);
  if (note === undefined || child.kind === 'Transition' || child.kind === 'Unknown') return child;
  // Markers stand in the item's own time: over all of it.
  const markedRange = trimmedRange(child);
  const [red, green, blue] = changeGroups[note.group].rgb;
  const color = { OTIO_SCHEMA: 'Color.1', name: changeGroups[note.group].label, r: red, g: green, b: blue, a: 1 };
  return {
    ...child,
    color: jsonFrom(color),
    markers: [
      ...child.markers,
      ...note.changes.map(([change, index]) =>
        makeMarker({
          name: change.text,
          color: changeGroups[groupOf(change)].otio,
          comment: commentOf(change),
          markedRange,
          metadata: metadataOf(change, index),
        }),
      ),
    ],
  };
}
