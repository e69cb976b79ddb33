import { rational, type Rate, type RationalTime } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeGap,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
  makeTransition,
} from '../builders.ts';
import { planEdit, type EditPlan } from '../edit/plan.ts';
import type { Edit, EditOptions } from '../edit/edit.ts';
import { drawTrack } from '../edit/picture.ts';
import type { Composable, Item, NodeId, Timeline, Track } from '../model.ts';
import { tracksOf } from '../tracks.ts';

/** 24 fps: the grid of all pictures. */
export const fps: Rate = rational(24);

/** Frames at 24 fps. */
export function at(frame: number): RationalTime {
  return makeTime(frame, fps);
}

/** Media by clip name, `[first, end)`; a clip that is not listed has media of unknown length. */
export interface MediaTable {
  readonly [name: string]: readonly [first: number, end: number];
}

/** Makes a timeline of one track from its picture, `| GAP 20 |5 A 50|0 B 10|`, `<4/6>` a transition. */
export function timelineFrom(picture: string, media: MediaTable = {}): Timeline {
  return makeTimeline({ name: 'test', tracks: [trackFrom(picture, media)] });
}

/** Makes a track from its picture. */
export function trackFrom(picture: string, media: MediaTable = {}, name: string = 'V1'): Track {
  return makeTrack({
    name,
    children: picture
      .replaceAll('<', '|<')
      .replaceAll('>', '>|')
      .split('|')
      .filter((part) => part.trim() !== '')
      .map((part) => childFrom(part.trim(), media)),
  });
}

/** Makes a clip that shows source frames [first, end) of its media. */
export function clip(name: string, first: number, end: number, media: MediaTable = {}): Item {
  const range = media[name];
  return makeClip({
    name,
    sourceRange: makeRange(first, end - first, fps),
    media: makeExternalReference({
      targetUrl: `${name}.mov`,
      ...(range === undefined ? {} : { availableRange: makeRange(range[0], range[1] - range[0], fps) }),
    }),
  });
}

function childFrom(part: string, media: MediaTable): Composable {
  const transition = /^<(\d+)\/(\d+)>$/.exec(part);
  if (transition !== null)
    return makeTransition({ inOffset: at(Number(transition[1])), outOffset: at(Number(transition[2])) });
  const gap = /^GAP (\d+)$/.exec(part);
  if (gap !== null) return makeGap(at(Number(gap[1])));
  const item = /^(-?\d+)\s+(\S+)\s+(-?\d+)$/.exec(part);
  if (item === null) throw new TypeError(`childFrom: cannot read "${part}"`);
  return clip(item[2] ?? '', Number(item[1]), Number(item[3]), media);
}

/** The first track. */
export function firstTrack(timeline: Timeline): Track {
  const [track] = tracksOf(timeline);
  if (track === undefined) throw new TypeError('firstTrack: the timeline has none');
  return track;
}

/** The picture of the first track. */
export function pictureOf(timeline: Timeline): string {
  return drawTrack(firstTrack(timeline), fps);
}

/** Id of the first item of a name in any track. */
export function idOf(timeline: Timeline, name: string): NodeId {
  const found = tracksOf(timeline)
    .flatMap((track) => track.children)
    .find((child) => child.name === name);
  if (found === undefined) throw new TypeError(`idOf: no ${name}`);
  return found.id;
}

/** Plans an edit on the timeline of a picture. `make` gets a look-up of ids by name; `track` is the first track's id. */
export function planOn(
  timeline: Timeline,
  make: (id: (name: string) => NodeId, track: NodeId) => Edit | readonly Edit[],
  options: EditOptions = {},
): EditPlan {
  return planEdit(
    timeline,
    make((name) => idOf(timeline, name), firstTrack(timeline).id),
    options,
  );
}
