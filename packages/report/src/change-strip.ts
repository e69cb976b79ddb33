import {
  departmentsOf,
  timecodeText,
  type Change,
  type Changes,
  type Side,
  type SideItem,
  type SideTrack,
} from '@patchwork/diff';
import { clippedTo } from '@patchwork/formats';
import type { FrameRange } from '@patchwork/time';
import { groupOf, type ChangeGroup } from './change-group.ts';
import { html, raw, type Markup } from './html.ts';
import { placesOf } from './where-else.ts';

const width = 1200;
const gutter = 40;
const laneHeight = 18;
const laneGap = 3;
const bandHeight = 30;
const rulerHeight = 18;
/** A timecode that would be cut off at the right is left out. */
const timecodeWidth = 66;
/** Narrower clips are drawn without their name. */
const leastNamedWidth = 44;
/** A single changed frame in two hours must be seen. */
const leastMarkWidth = 3;
/** More would make a page of links that no one tabs through. */
const mostLinks = 200;

interface Scale {
  readonly x: (frame: number) => number;
}

/** Where a change shows on one side. */
interface Mark {
  readonly track: string;
  readonly record: FrameRange;
  readonly group: ChangeGroup;
  readonly department: string;
  readonly index: number;
  readonly text: string;
}

/**
 * Draws both timelines one above the other on one scale: clips grey, what a change touches in its group's colour, and
 * between them, for the lowest picture track, what moved where.
 *
 *     V1  [ m01 ][ m02 ][ m03 ][ m04 ]
 *         |      |    \_____  \_____
 *     V1  [ m01 ][ m02 ][NEW][ m03 ][ m04 ]
 */
export function changeStrip(changes: Changes): Markup {
  const { old, new: next } = changes.sides;
  const frames = Math.max(1, old.frames, next.frames);
  const scale: Scale = { x: (frame) => round(gutter + (frame * (width - gutter)) / frames) };
  const oldTracks = drawnTracks(old);
  const newTracks = drawnTracks(next);
  const oldTop = rulerHeight;
  const bandTop = oldTop + oldTracks.length * (laneHeight + laneGap);
  const newTop = bandTop + bandHeight;
  const dirtyTop = newTop + newTracks.length * (laneHeight + laneGap) + 2;
  const height = dirtyTop + 10 + rulerHeight;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="old and new timeline">
    <svg
      class="strips"
      viewBox="0 0 ${width} ${height}"
      role="img"
      aria-label="the old timeline above the new one, changed clips in colour"
    >
      ${ruler(old, scale, rulerHeight - 7, frames)}
      ${oldTracks.map((track, index) => lane(track, 'old', oldTop + index * (laneHeight + laneGap), scale))}
      ${band(oldTracks, newTracks, bandTop - laneGap, scale)}
      ${newTracks.map((track, index) => lane(track, 'new', newTop + index * (laneHeight + laneGap), scale))}
      ${marks(changes, 'old', oldTracks, oldTop, scale)} ${marks(changes, 'new', newTracks, newTop, scale)}
      ${oldTracks.map((track, index) => clipNames(track, oldTop + index * (laneHeight + laneGap), scale))}
      ${newTracks.map((track, index) => clipNames(track, newTop + index * (laneHeight + laneGap), scale))}
      <text class="lane" x="0" y="${dirtyTop + 7}">differs</text>
      ${changes.dirty.map((range) => html`<rect class="differs" x="${scale.x(range.in)}" y="${dirtyTop}" width="${Math.max(1, round(scale.x(range.out) - scale.x(range.in)))}" height="5" />`)}
      ${ruler(next, scale, height - 4, frames)}
    </svg>
  </div>`;
}

/** Pictures from the highest track down, then sound from the first. */
function drawnTracks({ tracks }: Side): readonly SideTrack[] {
  const isSound = ({ label }: SideTrack): boolean => label.startsWith('A');
  return [...tracks.filter((track) => !isSound(track)).toReversed(), ...tracks.filter(isSound)];
}

/** All clips of a track in one path; where they are narrower than a hair, as one block. */
function lane(track: SideTrack, side: string, top: number, { x }: Scale): Markup {
  const boxes: { from: number; to: number }[] = [];
  for (const { record } of track.items) {
    const [from, to] = [x(record.in), x(record.out)];
    const last = boxes.at(-1);
    const isHair = to - from < 2.4;
    if (last !== undefined && isHair && from - last.to < 0.6) last.to = to;
    // A title of two seconds in two hours must be seen.
    else boxes.push({ from, to: isHair ? Math.max(to, round(from + 1.5)) : round(to - 0.8) });
  }
  const path = boxes.map(({ from, to }) => `M${from} ${top}H${to}v${laneHeight}H${from}z`).join('');
  return html`<text class="lane" x="0" y="${top + 13}">${track.label}</text>
    <path class="clips ${track.label.startsWith('A') ? 'heard' : 'seen'}" d="${raw(path)}"
      ><title>${side} ${track.label}, ${track.items.length} clips</title></path
    >`;
}

/** Above the marks, whose colour would dim them. */
function clipNames({ items }: SideTrack, top: number, { x }: Scale): readonly Markup[] {
  const named = items.filter(({ record }) => x(record.out) - x(record.in) >= leastNamedWidth);
  return named.map((item) => clipName(item, top, x));
}

function clipName({ name, record }: SideItem, top: number, x: Scale['x']): Markup {
  const letters = Math.floor((x(record.out) - x(record.in) - 8) / 6.8);
  return html`<text x="${round(x(record.in) + 4)}" y="${top + 13}">${clippedTo(name, Math.max(2, letters))}</text>`;
}

function marks(
  changes: Changes,
  side: 'old' | 'new',
  tracks: readonly SideTrack[],
  top: number,
  { x }: Scale,
): readonly Markup[] {
  const tops = new Map(tracks.map(({ label }, index) => [label, top + index * (laneHeight + laneGap)]));
  const all = changes.changes.flatMap((change, index) => marksOf(change, index, side));
  return all.flatMap(({ track, record, group, department, index, text }): Markup[] => {
    const y = tops.get(track);
    if (y === undefined) return [];
    const size = Math.max(leastMarkWidth, round(x(record.out) - x(record.in) - 0.8));
    const box = html`<rect
      class="mark g-${group} d-${department}"
      x="${x(record.in)}"
      y="${y}"
      width="${size}"
      height="${laneHeight}"
      ><title>${text}</title></rect
    >`;
    const isLinked = side === 'new' && changes.changes.length <= mostLinks;
    return [isLinked ? html`<a href="#c${index + 1}" aria-label="${text}">${box}</a>` : box];
  });
}

function marksOf(change: Change, index: number, side: 'old' | 'new'): Mark[] {
  // A push is what the band shows; a gap is no clip.
  if (change.kind === 'shift' || change.kind === 'gap') return [];
  const about = {
    group: groupOf(change),
    department: departmentsOf(change).join('-'),
    index,
    text: `${index + 1}. ${change.clips.slice(0, 3).join(' | ')}: ${change.text}`,
  };
  if (change.kind === 'transition')
    return change.dirty.flatMap((record) => change.tracks.map((track) => ({ ...about, track, record })));
  return placesOf(change, side).flatMap(({ track, record }) =>
    [...new Set([track, ...linkedTracks(change, track)])].map((each) => ({ ...about, track: each, record })),
  );
}

/** Linked sound stands where its picture stands. */
function linkedTracks({ tracks }: Change, track: string): readonly string[] {
  return tracks.filter((each) => each.startsWith('A') !== track.startsWith('A'));
}

/** Runs of clips that moved by one distance, from their old place to the new one. */
function band(old: readonly SideTrack[], next: readonly SideTrack[], top: number, { x }: Scale): Markup | null {
  const label = old.findLast((track) => track.label.startsWith('V'))?.label;
  const track = old.find((each) => each.label === label);
  if (track === undefined || !next.some((each) => each.label === label)) return null;
  const runs: { old: { in: number; out: number }; next: { in: number; out: number } }[] = [];
  for (const { record, other } of track.items) {
    if (other === null || other.track !== label) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.old.out === record.in && last.next.out === other.record.in) {
      last.old.out = record.out;
      last.next.out = other.record.out;
    } else runs.push({ old: { ...record }, next: { ...other.record } });
  }
  const bottom = top + bandHeight + laneGap;
  const bend = round((top + bottom) / 2);
  return html`${runs.map((run) => {
    const [a, b, c, d] = [run.old.in, run.old.out, run.next.out, run.next.in].map(x);
    const path = `M${a} ${top}H${b}C${b} ${bend} ${c} ${bend} ${c} ${bottom}H${d}C${d} ${bend} ${a} ${bend} ${a} ${top}z`;
    return html`<path class="band${run.old.in === run.next.in ? '' : ' moved'}" d="${raw(path)}" />`;
  })}`;
}

/** Timecodes at even distances. */
function ruler(side: Side, { x }: Scale, y: number, frames: number): readonly Markup[] {
  const { rate, start } = side;
  const second = Math.max(1, Math.round(rate.num / rate.den));
  const step = (steps.find((seconds) => frames / (seconds * second) <= 8) ?? 7200) * second;
  const ticks: Markup[] = [];
  for (let frame = 0; frame === 0 || (frame <= side.frames && x(frame) <= width - timecodeWidth); frame += step)
    ticks.push(
      html`<text class="lane" x="${x(frame)}" y="${y}"
        >${timecodeText(start.frame + frame, rate, start.dropFrame)}</text
      >`,
    );
  return ticks;
}

const steps: readonly number[] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
