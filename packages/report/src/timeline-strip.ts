import { clippedTo } from '@patchwork/formats';
import type { FrameRange } from '@patchwork/time';
import { html, raw, type Markup } from './html.ts';

/** A track of the strip, as drawn: the first one on top. */
export interface StripTrack {
  readonly name: string;
  readonly kind: 'picture' | 'sound';
  readonly items: readonly StripItem[];
}

/** A clip in the strip. */
export interface StripItem extends FrameRange {
  readonly name: string;
  /** True for what the edit touched: drawn in colour. */
  readonly changed: boolean;
}

const width = 1200;
const gutter = 44;
const laneHeight = 20;
const gap = 3;
/** Narrower clips are drawn without their name. */
const leastNamedWidth = 34;

/**
 * Draws the tracks, and under them the deliverable: kept frames grey, rendered ones in colour. A rendered run is at least
 * two units wide, so that a single frame in two hours can be seen.
 *
 *     V2          [  title  ]
 *     V1  [ m01 ][ m02 ][ m03 ][ m04 ]
 *     A1  [ m01 ][ m02 ][ m03 ][ m04 ]
 *         ░░░░░░░░░░█████░░░░░░░░░░░░░
 */
export function timelineStrip(
  tracks: readonly StripTrack[],
  rendered: readonly FrameRange[],
  totalFrames: number,
): Markup {
  const scale = (width - gutter) / Math.max(1, totalFrames);
  const x = (frame: number): number => round(gutter + frame * scale);
  const height = (tracks.length + 1) * (laneHeight + gap) + 8;
  const lane = (index: number): number => index * (laneHeight + gap);
  const last = lane(tracks.length) + 5;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="timeline">
      <svg
        class="strip"
        viewBox="0 0 ${width} ${height}"
        role="img"
        aria-label="timeline, ${rendered.length} rendered ranges"
      >
        ${tracks.map(
          (track, index) =>
            html`<text class="track" x="0" y="${lane(index) + 14}">${track.name}</text>
              ${clips(track, x, lane(index))}`,
        )}
        <text class="track" x="0" y="${last + 14}">file</text>
        <rect class="kept" x="${gutter}" y="${last}" width="${width - gutter}" height="${laneHeight}" />
        ${rendered.map(({ in: start, out }) => html`<rect class="rendered" x="${x(start)}" y="${last}" width="${Math.max(2, round((out - start) * scale))}" height="${laneHeight}"><title>rendered frames ${start}–${out - 1}</title></rect>`)}
      </svg>
    </div>
    <p class="legend">
      <span class="key kept"></span> kept byte for byte <span class="key rendered"></span> rendered in this run
    </p> `;
}

/** Clips narrower than this, of which a long film has thousands, are one shape without names. */
const leastBoxWidth = 1.5;

function clips(track: StripTrack, x: (frame: number) => number, y: number): Markup {
  const isHair = (item: StripItem): boolean => !item.changed && x(item.out) - x(item.in) < leastBoxWidth;
  const boxes: { from: number; to: number }[] = [];
  for (const item of track.items.filter(isHair)) {
    const [from, to] = [x(item.in), x(item.out)];
    const last = boxes.at(-1);
    if (last !== undefined && from - last.to < 0.3) last.to = Math.max(last.to, to);
    else boxes.push({ from, to: Math.max(to, round(from + 0.6)) });
  }
  const path = boxes.map(({ from, to }) => `M${from} ${y}H${to}v${laneHeight}H${from}z`).join('');
  const others = track.items.filter((item) => !isHair(item));
  return html`${path === '' ? null : html`<path class="clip ${track.kind}" d="${raw(path)}" />`}
  ${others.map((item) => clip(item, track, x, y))}`;
}

function clip(item: StripItem, track: StripTrack, x: (frame: number) => number, y: number): Markup {
  const left = x(item.in);
  const size = Math.max(item.changed ? 2 : 0.6, round(x(item.out) - left - 0.6));
  const className = `clip ${track.kind}${item.changed ? ' changed' : ''}`;
  const room = Math.floor((size - 8) / 6.8);
  const label =
    size < leastNamedWidth || room < 2
      ? null
      : html`<text class="name" x="${left + 4}" y="${y + 14}">${clippedTo(item.name, room)}</text>`;
  return html`<rect class="${className}" x="${left}" y="${y}" width="${size}" height="${laneHeight}" rx="2"
      ><title>${item.name}</title></rect
    >${label}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
