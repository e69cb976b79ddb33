import type { SideItem, SideTrack } from '@patchwork/diff';
import { clippedTo } from '@patchwork/formats';
import { html, raw, type Markup } from './html.ts';
import { firstZoom, nameZoom, zoomClass, type StripScale, type Zoom } from './strip-scale.ts';

/** Height of a track in pixels. */
export const laneHeight = 18;

/** Cuts that stand closer would be nothing but lines. */
const leastCutDistance = 3;

/**
 * Draws the clips of a track as grey stretches, in frames: one shape for all that touch, and one line a cut where there is room
 * for lines. In frames by pixels, to be stretched to the strip's width.
 */
export function laneShapes(track: SideTrack, side: string, top: number, scale: StripScale): Markup {
  const runs: { from: number; to: number }[] = [];
  const cuts: number[] = [];
  for (const { record } of track.items) {
    const last = runs.at(-1);
    if (last !== undefined && last.to >= record.in) {
      cuts.push(record.in);
      last.to = Math.max(last.to, record.out);
    } else runs.push({ from: record.in, to: record.out });
  }
  const path = runs.map(({ from, to }) => `M${from} ${top}h${to - from}v${laneHeight}h${from - to}z`).join('');
  return html`<path class="clips ${track.label.startsWith('A') ? 'heard' : 'seen'}" d="${raw(path)}"
      ><title>${side} ${track.label}, ${track.items.length} clips</title></path
    >${cutLines(cuts, track, top, scale)}`;
}

function cutLines(cuts: readonly number[], { items }: SideTrack, top: number, scale: StripScale): Markup | null {
  const covered = items.reduce((sum, { record }) => sum + record.out - record.in, 0);
  const zoom = cuts.length === 0 ? null : firstZoom(scale, covered / items.length, leastCutDistance);
  if (zoom === null) return null;
  let at = 0;
  const steps = cuts.map((cut) => {
    const step = `m${cut - at}-${laneHeight}v${laneHeight}`;
    at = cut;
    return step;
  });
  return html`<path class="cuts ${zoomClass(zoom)}" d="${raw(`M0 ${top + laneHeight}${steps.join('')}`)}" />`;
}

/** The names of a track's clips, each from the zoom on at which it has room. */
export function laneNames({ items }: SideTrack, top: number, scale: StripScale): readonly Markup[] {
  return scale.zooms.flatMap((zoom): Markup[] => {
    const named = items.filter(({ record }) => nameZoom(scale, record.out - record.in) === zoom);
    if (named.length === 0) return [];
    return [
      html`<g class="${zoomClass(zoom)}" transform="translate(4,${top + 13})"
        >${named.map((item) => clipName(item, zoom, scale))}</g
      >`,
    ];
  });
}

function clipName({ name, record }: SideItem, zoom: Zoom, { pixels, percent }: StripScale): Markup {
  const letters = Math.max(2, Math.floor((pixels(record.out - record.in, zoom) - 8) / 6.8));
  return html`<text x="${percent(record.in)}">${clippedTo(name, letters)}</text>`;
}
