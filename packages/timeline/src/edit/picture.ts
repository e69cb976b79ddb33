import { addTime, formatRational, one, rescaled, type Rate, type RationalTime } from '@patchwork/time';
import type { Composable, Timeline, Track } from '../model.ts';
import { isItem, trimmedRange } from '../ranges.ts';
import { tracksOf } from '../tracks.ts';
import { Lane, rateOfTimeline } from './lane.ts';

/**
 * Draws a track on one line, as the pictures in these docs: `| GAP 20 |5 A 50|0 B 10|`. A gap shows its length, any other item
 * its source in and out in frames of the track; `<4/6>` is a transition that reaches 4 back and 6 on.
 */
export function drawTrack(track: Track, rate?: Rate): string {
  const grid = rate ?? new Lane(track, one).rate;
  const parts = track.children.map((child) => drawChild(child, grid));
  return parts.length === 0 ? '|' : `|${parts.join('|')}|`.replaceAll('|<', '<').replaceAll('>|', '>');
}

/** Draws all tracks, the topmost first, each with its name before it. */
export function drawTimeline(timeline: Timeline): string {
  const rate = rateOfTimeline(timeline) ?? one;
  const tracks = tracksOf(timeline).toReversed();
  const width = Math.max(0, ...tracks.map((track) => label(track).length));
  return tracks
    .map((track) => `${label(track).padEnd(width)}  ${drawTrack(track, new Lane(track, rate).rate)}`)
    .join('\n');
}

/** What a track is called in pictures. */
export function label(track: Track): string {
  return track.name === '' ? track.trackKind : track.name;
}

/** Draws one child of a track on a grid. */
export function drawChild(child: Composable, rate: Rate): string {
  if (child.kind === 'Transition') return `<${frames(child.inOffset, rate)}/${frames(child.outOffset, rate)}>`;
  if (!isItem(child)) return ` ${child.schemaName}? `;
  const { start, duration } = trimmedRange(child);
  if (child.kind === 'Gap') return ` GAP ${frames(duration, rate)} `;
  const name = child.name === '' ? child.kind : child.name;
  return `${frames(start, rate)} ${name} ${frames(addTime(start, duration), rate)}`;
}

function frames(time: RationalTime, rate: Rate): string {
  return formatRational(rescaled(time, rate).value);
}
