import type { Diagnostic, Json } from '@patchwork/kernel';
import {
  add,
  divide,
  formatRate,
  formatRational,
  isInteger,
  multiply,
  secondsFromTime,
  toNumber,
  zero,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { trimmedRange, type Item, type Timeline, type Track } from '@patchwork/timeline';
import { timelineRate } from './listing.ts';

/** A number of frames: an integer, or `"n/d"` where it lies between frames. */
function frames(seconds: Rational, rate: Rate): Json {
  const value = multiply(seconds, rate);
  return isInteger(value) ? value.num : formatRational(value);
}

function mediaOf(item: Item): Json {
  if (item.kind !== 'Clip') return null;
  const reference = item.mediaReferences.find(([key]) => key === item.activeMediaReferenceKey)?.[1];
  if (reference?.kind === 'ExternalReference') return reference.targetUrl;
  return reference?.kind === 'GeneratorReference' ? `generator:${reference.generatorKind}` : null;
}

function itemsOf(track: Track, rate: Rate): Json[] {
  let start: Rational = zero;
  return track.children.flatMap((child): Json[] => {
    if (child.kind === 'Unknown')
      return [{ kind: child.schemaName, name: child.name, record: null, source: null, media: null }];
    if (child.kind === 'Transition') {
      const from = multiply(
        add(start, divide({ num: -child.inOffset.value.num, den: child.inOffset.value.den }, child.inOffset.rate)),
        rate,
      );
      const to = multiply(add(start, secondsFromTime(child.outOffset)), rate);
      const plain = (value: Rational): Json => (isInteger(value) ? value.num : formatRational(value));
      return [{ kind: 'Transition', name: child.name, record: [plain(from), plain(to)], source: null, media: null }];
    }
    const range = trimmedRange(child);
    const end = add(start, secondsFromTime(range.duration));
    const sourceStart = secondsFromTime(range.start);
    const sourceRate = range.start.rate;
    const item: Json = {
      kind: child.kind,
      name: child.name,
      record: [frames(start, rate), frames(end, rate)],
      source:
        child.kind === 'Gap'
          ? null
          : {
              rate: formatRate(sourceRate),
              in: frames(sourceStart, sourceRate),
              out: frames(add(sourceStart, secondsFromTime(range.duration)), sourceRate),
            },
      media: mediaOf(child),
    };
    start = end;
    return [item];
  });
}

/**
 * The document of `patchwork inspect --json`, schema `patchwork.inspect/1`: record positions in frames from the timeline's
 * start, source positions in frames of the media, as the range stands before any retime.
 */
export function inspection(timelines: readonly Timeline[], diagnostics: readonly Diagnostic[]): Json {
  return {
    schema: 'patchwork.inspect/1',
    timelines: timelines.map((timeline): Json => {
      const rate = timelineRate(timeline);
      const tracks = timeline.tracks.children.filter((child): child is Track => child.kind === 'Track');
      const end = tracks.reduce<Rational>((most, track) => {
        const length = track.children.reduce<Rational>(
          (sum, child) =>
            child.kind === 'Unknown' || child.kind === 'Transition'
              ? sum
              : add(sum, secondsFromTime(trimmedRange(child).duration)),
          zero,
        );
        return toNumber(length) > toNumber(most) ? length : most;
      }, zero);
      return {
        name: timeline.name,
        rate: formatRate(rate),
        start: timeline.globalStartTime === null ? 0 : frames(secondsFromTime(timeline.globalStartTime), rate),
        duration: frames(end, rate),
        tracks: tracks.map((track): Json => ({ kind: track.trackKind, name: track.name, items: itemsOf(track, rate) })),
      };
    }),
    diagnostics: diagnostics.map(({ code, severity, message, where, hint }): Json => ({
      code,
      severity,
      message,
      where,
      hint,
    })),
  };
}
