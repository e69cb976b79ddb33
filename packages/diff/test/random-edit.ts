import fc from 'fast-check';
import {
  makeTime,
  planEdit,
  tracksOf,
  type Clip,
  type Composable,
  type Edit,
  type Timeline,
} from '@patchwork/timeline';
import { clip, fps24, gap, timeline } from './fixture.ts';

/** A track in short: `[file, first source frame, length]` for a clip, a length alone for a gap. */
export type Shots = readonly (readonly [file: number, start: number, length: number] | number)[];

/** Random shots over a handful of files, so that repeats occur; now and then a gap. */
const anyShot = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(fc.nat(6), fc.nat(200), fc.integer({ min: 3, max: 60 })) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 30 }) },
);

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

function editOf(now: Timeline, [op, trackNumber, itemNumber, amount]: RandomEdit): Edit | null {
  const tracks = tracksOf(now);
  const track = tracks[trackNumber === 3 ? 1 : 0];
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
    default:
      return { op: 'slice', target: track.id, at };
  }
}
