import fc from 'fast-check';
import { rational, toNumber } from '@patchwork/time';
import {
  emptyObject,
  isItem,
  jsonFrom,
  makeEffect,
  makeMarker,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTrack,
  planEdit,
  tracksOf,
  trimmedRange,
  type Clip,
  type Composable,
  type Edit,
  type Gap,
  type Item,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import { clip, fps24, gap, opacity, timeline } from './fixture.ts';

/** A track in short: `[file, first source frame, length]` for a clip, a length alone for a gap. */
export type Shots = readonly (readonly [file: number, start: number, length: number] | number)[];

/** Random shots over a handful of files, so that repeats occur; now and then a gap. */
const anyShot = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(fc.nat(6), fc.nat(200), fc.integer({ min: 3, max: 60 })) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 30 }) },
);

/** Sound under the lower video track: of the same shots, so that it is linked to them as files do it. */
export function withSound(tracks: readonly [Shots, Shots]): Timeline {
  const picture = timelineOf(tracks);
  const [lower] = tracksOf(picture);
  const children = lower?.children.map((child) => copyOf(child)) ?? [];
  const sound = makeTrack({ name: 'Audio 1', trackKind: 'Audio', children });
  const nest = makeStack({
    name: 'nest',
    sourceRange: makeRange(0, 40, fps24),
    children: tracksOf(
      timelineOf([
        [
          [3, 10, 20],
          [4, 0, 30],
        ],
        [12, [5, 7, 9]],
      ]),
    ),
  });
  const upper = tracksOf(picture)[1];
  const video = upper === undefined ? [] : [{ ...upper, children: [...upper.children, nest] }];
  return makeTimeline({ name: 'test', tracks: [...(lower === undefined ? [] : [lower]), ...video, sound] });
}

function copyOf(child: Composable): Composable {
  return child.kind === 'Clip' && child.sourceRange !== null
    ? { ...clip(child.name, 0, 1), sourceRange: child.sourceRange }
    : gap(toNumber(trimmedRange(child as Gap).duration.value));
}

/** Two video tracks. */
export const anyTracks: fc.Arbitrary<readonly [Shots, Shots]> = fc.tuple(
  fc.array(anyShot, { minLength: 3, maxLength: 24 }),
  fc.array(anyShot, { maxLength: 6 }),
);

export function timelineOf(tracks: readonly Shots[]): Timeline {
  return timeline(
    tracks.map((shots) =>
      shots.map((shot): Composable => (typeof shot === 'number' ? gap(shot) : clip(`f${shot[0]}`, shot[1], shot[2]))),
    ),
  );
}

/** An edit whose numbers are settled when the timeline is known. */
export type RandomEdit = readonly [op: number, track: number, item: number, amount: number];

export const anyEdits: fc.Arbitrary<readonly RandomEdit[]> = fc.array(
  fc.tuple(fc.nat(8), fc.nat(3), fc.nat(1000), fc.integer({ min: -12, max: 12 })),
  { minLength: 1, maxLength: 4 },
);

/** Performs what is possible of random edits, as a person would in sequence. */
export function edited(start: Timeline, edits: readonly RandomEdit[]): Timeline {
  let now = start;
  for (const edit of edits) {
    const made = editOf(now, edit);
    if (made === null) continue;
    try {
      now = planEdit(now, made).after;
    } catch (error) {
      // An edit that the neighbours or the media do not allow is no edit.
      if (!String((error as { code?: unknown }).code).startsWith('PW_EDIT')) throw error;
    }
  }
  return now;
}

/** Edits of places, and of looks: speeds, transitions, effects, switches, media, joins; also within the nest, and on sound. */
export const anyChanges: fc.Arbitrary<readonly RandomEdit[]> = fc.array(
  fc.tuple(fc.nat(19), fc.nat(5), fc.nat(1000), fc.integer({ min: -12, max: 12 })),
  { minLength: 1, maxLength: 4 },
);

/** All of these, and marks, colours, metadata, names, the start, looks of tracks, and tracks that come, go and move. */
export const anyEditAtAll: fc.Arbitrary<readonly RandomEdit[]> = fc.array(
  fc.tuple(fc.nat(30), fc.nat(5), fc.nat(1000), fc.integer({ min: -12, max: 12 })),
  { minLength: 1, maxLength: 5 },
);

function editOf(now: Timeline, [op, trackNumber, itemNumber, amount]: RandomEdit): Edit | null {
  const tracks = tracksOf(now);
  const nest = tracks.flatMap(({ children }) => children).find((child): child is Stack => child.kind === 'Stack');
  const within = nest?.children.find((child): child is Track => child.kind === 'Track');
  const track = trackNumber === 4 ? tracks.at(-1) : trackNumber === 5 ? within : tracks[trackNumber === 3 ? 1 : 0];
  const clips = track?.children.filter((child): child is Clip => child.kind === 'Clip') ?? [];
  const item = clips[itemNumber % Math.max(1, clips.length)];
  if (track === undefined || item === undefined) return null;
  const delta = makeTime(amount === 0 ? 1 : amount, fps24);
  const at = makeTime((itemNumber * 7) % 300, fps24);
  const put = clip('new', itemNumber % 100, 10 + Math.abs(amount));
  switch (op) {
    case 0:
      return { op: 'ripple', item: item.id, deltaOut: delta };
    case 1:
      return { op: 'ripple', item: item.id, deltaIn: delta };
    case 2:
      return { op: 'roll', item: item.id, deltaOut: delta };
    case 3:
      return { op: 'slip', item: item.id, delta };
    case 4:
      return { op: 'slide', item: item.id, delta };
    case 5:
      return { op: 'insert', track: track.id, item: put, at };
    case 6:
      return { op: 'overwrite', track: track.id, item: put, at };
    case 7:
      return { op: 'remove', item: item.id, fill: amount > 0 };
    case 8:
      return { op: 'slice', target: track.id, at };
    case 9:
    case 10: {
      const speed =
        [rational(1, 2), rational(2), rational(-1), rational(0), rational(1)][itemNumber % 5] ?? rational(1);
      const length = op === 9 ? {} : { length: makeTime(10 + Math.abs(amount), fps24), ripple: amount > 0 };
      return { op: 'retime', item: item.id, speed, ...length };
    }
    case 11: {
      const points = [0, 1, 3].map((time) => ({
        time: rational(time),
        value: rational(time * (2 + (itemNumber % 3)), 2),
      }));
      return { op: 'retime', item: item.id, speed: { points, sampling: 'nearest' } };
    }
    case 12:
    case 13: {
      const cut = cutsOf(track)[itemNumber % Math.max(1, cutsOf(track).length)] ?? 0;
      const [inOffset, outOffset] = [makeTime(Math.abs(amount) % 5, fps24), makeTime(itemNumber % 4, fps24)];
      return { op: 'setTransition', track: track.id, at: makeTime(cut, fps24), inOffset, outOffset };
    }
    case 14: {
      const cut = cutsOf(track)[itemNumber % Math.max(1, cutsOf(track).length)] ?? 0;
      return amount > 0
        ? { op: 'join', track: track.id, at: makeTime(cut, fps24) }
        : { op: 'removeTransition', track: track.id, at: makeTime(cut, fps24) };
    }
    case 15:
      return { op: 'setEffect', item: item.id, effect: opacity((amount + 12) / 24) };
    case 16:
      return amount > 0
        ? { op: 'removeEffect', item: item.id, effect: 'opacity' }
        : {
            op: 'setEffect',
            item: item.id,
            effect: makeEffect({ type: 'crop', left: 0.1, right: 0, top: 0, bottom: 0 }),
          };
    case 17:
      return { op: 'set', item: item.id, enabled: amount > 0, ...(amount % 2 === 0 ? { name: `n${amount}` } : {}) };
    case 18: {
      const [, media] = clip(`f${itemNumber % 9}`, 0, 1).mediaReferences[0] ?? [];
      return media === undefined
        ? null
        : { op: 'replace', item: item.id, media, from: makeTime(itemNumber % 200, fps24) };
    }
    case 19:
      return { op: 'ripple', item: item.id, deltaIn: delta, deltaOut: delta };
    default:
      return op < 23
        ? trackEdit(now, track, [op, trackNumber, itemNumber, amount])
        : markEdit(now, [item, track, now.tracks][itemNumber % 3] ?? item, [op, trackNumber, itemNumber, amount]);
  }
}

function trackEdit(now: Timeline, track: Track, [op, , itemNumber, amount]: RandomEdit): Edit | null {
  const tracks = tracksOf(now);
  const index = itemNumber % tracks.length;
  if (op === 21) return tracks.length < 2 ? null : { op: 'removeTrack', track: track.id };
  if (op === 22) return { op: 'moveTrack', track: track.id, index };
  const children = [gap(Math.abs(amount)), clip(`f${itemNumber % 9}`, 3, 9)];
  const made = makeTrack({
    name: `new ${amount}`,
    trackKind: itemNumber % 4 === 0 ? 'Audio' : 'Video',
    children: amount > 6 ? [] : children,
  });
  return { op: 'addTrack', track: made, index };
}

function markEdit(now: Timeline, node: Item, [op, , itemNumber, amount]: RandomEdit): Edit | null {
  const marker = makeMarker({
    name: `m${itemNumber % 4}`,
    comment: `${amount}`,
    color: amount > 0 ? 'RED' : 'BLUE',
    markedRange: makeRange(itemNumber % 20, Math.abs(amount) % 3, fps24),
    metadata: amount > 8 ? jsonFrom({ note: amount }) : emptyObject,
  });
  switch (op) {
    case 23:
    case 24:
      return {
        op: 'setMarker',
        item: node.id,
        marker,
        ...(amount > 3 && node.markers.length > 0 ? { number: 1 } : {}),
      };
    case 25:
      return node.markers.length === 0
        ? null
        : { op: 'removeMarker', item: node.id, number: (itemNumber % node.markers.length) + 1 };
    case 26: {
      const path = [
        ['Resolve_OTIO', 'Keywords'],
        ['notes'],
        ['notes', 'deep', `${amount % 3}`],
        ['patchwork', 'soundStream'],
      ][itemNumber % 4] ?? ['x'];
      if (amount > 9) return { op: 'set', item: node.id, unmodelled: [{ label: 'grade', content: `${amount}` }] };
      const target = itemNumber % 7 === 0 ? now : node;
      return {
        op: 'set',
        item: target.id,
        metadata: [{ path, value: amount < -6 ? undefined : jsonFrom([amount, 'a', { b: null }]) }],
      };
    }
    case 27:
      return {
        op: 'set',
        item: node.id,
        color: amount > 4 ? null : jsonFrom({ OTIO_SCHEMA: 'Color.1', r: amount / 16, name: '' }),
      };
    case 28:
      return { op: 'set', item: node.id, enabled: amount > 0, ...(amount % 2 === 0 ? { name: `n${amount}` } : {}) };
    case 29:
      return { op: 'setEffect', item: node.id, effect: opacity((amount + 12) / 24) };
    default:
      return {
        op: 'set',
        item: now.id,
        ...(amount > 6 ? { start: null } : { start: makeTime(86_400 + amount, fps24) }),
        ...(amount % 3 === 0 ? { name: `cut ${amount}` } : {}),
      };
  }
}

function cutsOf(track: Track): readonly number[] {
  let at = 0;
  return track.children.flatMap((child) => {
    if (!isItem(child)) return [];
    at += toNumber(trimmedRange(child).duration.value);
    return [at];
  });
}
