import {
  arePicturesCompared,
  departmentsOf,
  type Change,
  type Changes,
  type Side,
  type SideTrack,
} from '@patchwork/diff';
import type { FrameRange } from '@patchwork/time';
import { groupOf, type ChangeGroup } from './change-group.ts';
import { html, raw, type HtmlPart, type Markup } from './html.ts';
import { laneHeight, laneNames, laneShapes } from './strip-lane.ts';
import { ruler } from './strip-ruler.ts';
import { stripScale, type StripScale } from './strip-scale.ts';
import { placesOf } from './where-else.ts';

const laneGap = 3;
const bandHeight = 30;
const rulerHeight = 18;
/** More would make a page of links that no one follows. */
const mostLinks = 200;
/** More are not tabbed through: the list below has them all. */
const mostTabStops = 30;
/** Of more clips the sound's names, which are the pictures', are left out. */
const mostSoundNames = 600;

/** Where a change shows on one side. */
interface Mark {
  readonly track: string;
  readonly record: FrameRange;
  readonly group: ChangeGroup;
  readonly department: string;
  readonly index: number;
  readonly text: string;
}

/** A track and where it is drawn. */
interface Lane {
  readonly track: SideTrack;
  readonly top: number;
}

/**
 * Draws both timelines one above the other on one scale: clips grey, what a change touches in its group's colour, and
 * between them, for the lowest picture track, what moved where. Long timelines can be zoomed into: the page's style makes
 * the strip wider, in a frame that scrolls, and shows the names that fit then.
 *
 *     V1  [ m01 ][ m02 ][ m03 ][ m04 ]
 *         |      |    \_____  \_____
 *     V1  [ m01 ][ m02 ][NEW][ m03 ][ m04 ]
 */
export function changeStrip(changes: Changes): Markup {
  const { old, new: next } = changes.sides;
  const scale = stripScale(old, next);
  const oldLanes = lanesOf(old, rulerHeight);
  const bandTop = bottomOf(oldLanes, rulerHeight);
  const newLanes = lanesOf(next, bandTop + bandHeight);
  const dirtyTop = bottomOf(newLanes, bandTop + bandHeight) + 2;
  const rulerTop = dirtyTop + (arePicturesCompared(changes) ? 10 : 0);
  const height = rulerTop + rulerHeight;
  const shapes = html`<svg
    width="100%"
    height="${height}"
    viewBox="0 0 ${scale.frames} ${height}"
    preserveAspectRatio="none"
  >
    ${oldLanes.map(({ track, top }) => laneShapes(track, 'old', top, scale))}
    ${band(oldLanes, newLanes, bandTop - laneGap)}
    ${newLanes.map(({ track, top }) => laneShapes(track, 'new', top, scale))}
    ${changes.dirty.map((range) => html`<path class="differs" d="M${range.in} ${dirtyTop}h${range.out - range.in}v5h${range.in - range.out}z" />`)}
  </svg>`;
  return html`${zooms(scale)}
    <div class="overview">
      <svg class="strip-labels" width="44" height="${height}" aria-hidden="true">
        ${[...oldLanes, ...newLanes].map(({ track, top }) => html`<text x="0" y="${top + 13}">${track.label}</text>`)}
        ${arePicturesCompared(changes) ? html`<text x="0" y="${dirtyTop + 7}">differs</text>` : null}
      </svg>
      <div class="scroll" tabindex="0" role="region" aria-label="old and new timeline">
        <svg
          class="strips"
          height="${height}"
          role="group"
          aria-label="the old timeline above the new one, changed clips in colour"
        >
          ${ruler(old, scale, rulerHeight - 7)} ${shapes} ${marks(changes, 'old', oldLanes, scale)}
          ${marks(changes, 'new', newLanes, scale)} ${names(oldLanes, scale)} ${names(newLanes, scale)}
          ${ruler(next, scale, height - 4)}
        </svg>
      </div>
    </div>`;
}

function zooms({ zooms: offered }: StripScale): Markup | null {
  if (offered.length === 1) return null;
  return html`<form class="filters zoom" aria-label="zoom">
    <fieldset>
      <legend>Zoom</legend>
      ${offered.map(
        (zoom) =>
          html`<label class="chip"
            ><input type="radio" name="zoom" id="zoom-${zoom}" ${zoom === 1 ? raw('checked') : null} /><span
              >${zoom === 1 ? 'All' : `${zoom}×`}</span
            ></label
          >`,
      )}
    </fieldset>
  </form>`;
}

/** Pictures from the highest track down, then sound from the first. */
function lanesOf({ tracks }: Side, top: number): readonly Lane[] {
  const isSound = ({ label }: SideTrack): boolean => label.startsWith('A');
  const drawn = [...tracks.filter((track) => !isSound(track)).toReversed(), ...tracks.filter(isSound)];
  return drawn.map((track, index) => ({ track, top: top + index * (laneHeight + laneGap) }));
}

function bottomOf(lanes: readonly Lane[], top: number): number {
  return top + lanes.length * (laneHeight + laneGap);
}

/** Above the marks, whose colour would dim them. */
function names(lanes: readonly Lane[], scale: StripScale): HtmlPart {
  const isLong = lanes.reduce((sum, { track }) => sum + track.items.length, 0) > mostSoundNames;
  const named = isLong ? lanes.filter(({ track }) => !track.label.startsWith('A')) : lanes;
  return named.map(({ track, top }) => laneNames(track, top, scale));
}

function marks(changes: Changes, side: 'old' | 'new', lanes: readonly Lane[], scale: StripScale): readonly Markup[] {
  const tops = new Map(lanes.map(({ track, top }) => [track.label, top]));
  const all = changes.changes.flatMap((change, index) => marksOf(change, index, side));
  const count = changes.changes.length;
  const named = new Set<number>();
  return all.flatMap(({ track, record, group, department, index, text }): Markup[] => {
    const y = tops.get(track);
    const change = changes.changes[index];
    if (y === undefined || change === undefined) return [];
    const isFirst = markedSide(change) === side && !named.has(index);
    if (isFirst) named.add(index);
    const box = html`<rect
      ${isFirst ? html`id="s${index + 1}"` : null}
      class="mark g-${group} d-${department}"
      x="${scale.percent(record.in)}"
      y="${y}"
      width="${scale.percent(record.out - record.in)}"
      height="${laneHeight}"
      ><title>${text}</title></rect
    >`;
    if (side !== 'new' || count > mostLinks) return [box];
    return [
      html`<a href="#c${index + 1}" aria-label="${text}" ${count > mostTabStops ? raw(' tabindex="-1"') : null}
        >${box}</a
      >`,
    ];
  });
}

/** The side on which a change is marked with `s` and its number; null for what has no mark. */
export function markedSide(change: Change): 'old' | 'new' | null {
  if (marksOf(change, 0, 'new').length > 0) return 'new';
  return marksOf(change, 0, 'old').length > 0 ? 'old' : null;
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
function band(old: readonly Lane[], next: readonly Lane[], top: number): Markup | null {
  const label = old.findLast(({ track }) => track.label.startsWith('V'))?.track.label;
  const lane = old.find(({ track }) => track.label === label);
  if (lane === undefined || !next.some(({ track }) => track.label === label)) return null;
  const runs: { old: { in: number; out: number }; next: { in: number; out: number } }[] = [];
  for (const { record, other } of lane.track.items) {
    if (other === null || other.track !== label) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.old.out === record.in && last.next.out === other.record.in) {
      last.old.out = record.out;
      last.next.out = other.record.out;
    } else runs.push({ old: { ...record }, next: { ...other.record } });
  }
  const bottom = top + bandHeight + laneGap;
  const bend = (top + bottom) / 2;
  return html`${runs.map(({ old: from, next: to }) => {
    const path = `M${from.in} ${top}H${from.out}C${from.out} ${bend} ${to.out} ${bend} ${to.out} ${bottom}H${to.in}C${to.in} ${bend} ${from.in} ${bend} ${from.in} ${top}z`;
    return html`<path class="band${from.in === to.in ? '' : ' moved'}" d="${raw(path)}" />`;
  })}`;
}
