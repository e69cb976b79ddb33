import type { Change, Side, SideItem } from '@patchwork/diff';
import type { FrameRange } from '@patchwork/time';
import { groupOf } from './change-group.ts';
import { html, raw, type Markup } from './html.ts';
import { frameOnOtherSide, placesOf } from './where-else.ts';

/**
 * Draws what lies around a change before and after, both from the change's own in point and on one scale. Null for what
 * moves no edge.
 *
 *     old  [m04][  m05  ][    m06    ][m07]
 *     new  [m04][  m05  ][  m06  ][m07]
 */
export function changeDetail(change: Change, old: Side, next: Side): Markup | null {
  if (!isSeenInPlace(change)) return null;
  const [before, after] = [hullOf(change, 'old'), hullOf(change, 'new')];
  const track = (change.new ?? change.old)?.track ?? '';
  const oldTrack = change.old?.track ?? track;
  const from = before ?? emptyAt(frameOnOtherSide(next, track, after?.in ?? 0));
  const to = after ?? emptyAt(frameOnOtherSide(old, oldTrack, before?.in ?? 0));
  const length = Math.max(from.out - from.in, to.out - to.in);
  const second = next.rate.num / next.rate.den;
  const margin = Math.round(Math.max(second, Math.min(length, 6 * second)));
  const frames = length + 2 * margin;
  return html`<div class="detail" role="img" aria-label="the clips around it, before and after">
    ${detailLane('old', old, oldTrack, from, { in: from.in - margin, out: from.in - margin + frames }, change)}
    ${detailLane('new', next, track, to, { in: to.in - margin, out: to.in - margin + frames }, change)}
  </div>`;
}

function isSeenInPlace({ kind, old, new: next }: Change): boolean {
  if (old === null && next === null) return false;
  const group = groupOf({ kind, department: 'picture' });
  if (kind === 'shift' || kind === 'content' || kind === 'extend') return false;
  return group !== 'look' && group !== 'sound' && group !== 'note';
}

/** From the first to the last clip of one track. */
function hullOf(change: Change, side: 'old' | 'new'): FrameRange | null {
  const places = placesOf(change, side);
  const [first] = places;
  if (first === undefined) return null;
  const own = places.filter(({ track }) => track === first.track);
  return {
    in: Math.min(...own.map(({ record }) => record.in)),
    out: Math.max(...own.map(({ record }) => record.out)),
  };
}

function emptyAt(frame: number): FrameRange {
  return { in: frame, out: frame };
}

function detailLane(
  name: 'old' | 'new',
  side: Side,
  label: string,
  about: FrameRange,
  shown: FrameRange,
  change: Change,
): Markup {
  const items = side.tracks.find((track) => track.label === label)?.items ?? [];
  const visible = items.filter(({ record }) => record.in < shown.out && record.out > shown.in).slice(0, 60);
  const isAbout = ({ record }: SideItem): boolean => record.in >= about.in && record.out <= about.out;
  const group = groupOf(change);
  return html`<div class="row">
    <span class="side">${name}</span>
    <div class="track">
      ${visible.map((item) => {
        const from = Math.max(item.record.in, shown.in);
        const to = Math.min(item.record.out, shown.out);
        const place = `left:${percent(from - shown.in, shown)};width:${percent(to - from, shown)}`;
        return html`<span class="${isAbout(item) ? `g-${group}` : ''}" style="${raw(place)}">${item.name}</span>`;
      })}
      ${about.in === about.out ? html`<i style="${raw(`left:${percent(about.in - shown.in, shown)}`)}"></i>` : null}
    </div>
  </div>`;
}

function percent(frames: number, shown: FrameRange): string {
  return `${Math.round((frames * 100_000) / (shown.out - shown.in)) / 1000}%`;
}
