import type { Diagnostic, Json } from '@patchwork/kernel';
import { timelineRate } from '@patchwork/formats';
import {
  add,
  addTime,
  floor,
  formatRate,
  formatRational,
  multiply,
  secondsFromTime,
  zero,
  type Rate,
  type Rational,
} from '@patchwork/time';
import {
  activeReferenceOrNull,
  isItem,
  tracksOf,
  trimmedRange,
  type Item,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import type { CommandResult } from './output.ts';

/** The `patchwork.inspect/1` document: record frames from the timeline's start, source in media frames (`n/d` where fractional). */
export function inspectDocument(
  timelines: readonly Timeline[],
  diagnostics: readonly Diagnostic[],
): CommandResult['document'] {
  return {
    schema: 'patchwork.inspect/1',
    timelines: timelines.map(timelineJson),
    diagnostics: diagnostics.map((each): Json => ({ ...each })),
  };
}

function timelineJson(timeline: Timeline): Json {
  const rate = timelineRate(timeline);
  const tracks = tracksOf(timeline).map((track) => trackJson(track, rate));
  return {
    name: timeline.name,
    rate: formatRate(rate),
    start: timeline.globalStartTime === null ? 0 : frameAt(secondsFromTime(timeline.globalStartTime), rate),
    duration: Math.max(0, ...tracks.map(({ duration }) => duration)),
    tracks: tracks.map(({ json }) => json),
  };
}

function trackJson(track: Track, rate: Rate): { readonly json: Json; readonly duration: number } {
  let at: Rational = zero;
  const items: Json[] = [];
  for (const child of track.children) {
    if (!isItem(child)) {
      const here = frameAt(at, rate);
      items.push({ kind: child.kind, name: child.name, record: [here, here], source: null, media: null });
      continue;
    }
    const end = add(at, secondsFromTime(trimmedRange(child).duration));
    items.push({
      kind: child.kind,
      name: child.name,
      record: [frameAt(at, rate), frameAt(end, rate)],
      source: sourceJson(child),
      media: mediaOf(child),
    });
    at = end;
  }
  return { json: { kind: track.trackKind, name: track.name, items }, duration: frameAt(at, rate) };
}

function sourceJson(item: Item): Json {
  if (item.kind === 'Gap') return null;
  const { start, duration } = trimmedRange(item);
  return { rate: formatRate(start.rate), in: frames(start.value), out: frames(addTime(start, duration).value) };
}

function mediaOf(item: Item): string | null {
  const reference = item.kind === 'Clip' ? activeReferenceOrNull(item) : null;
  return reference?.kind === 'ExternalReference' ? reference.targetUrl : null;
}

function frames(value: Rational): Json {
  return value.den === 1 ? value.num : formatRational(value);
}

function frameAt(seconds: Rational, rate: Rate): number {
  return floor(multiply(seconds, rate));
}
