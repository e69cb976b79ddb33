import {
  add,
  ceil,
  compare,
  max,
  min,
  multiply,
  rational,
  secondsFromTime,
  subtract,
  zero,
  type FrameRange,
  type Rate,
  type Rational,
} from '@patchwork/time';
import {
  isTimeEffect,
  rangeOfChildAt,
  trimmedRange,
  type Composable,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';

/** Something of a timeline that stands over a moment. */
export interface TimelinePlace {
  /** As on the timeline, compounds by their way in: `V1 / Scene / V2`. */
  readonly track: string;
  readonly kind: 'clip' | 'compound' | 'transition';
  readonly name: string;
  /** Record frames of the timeline from its start. */
  readonly record: FrameRange;
}

interface Window {
  readonly from: Rational;
  readonly to: Rational;
}

/**
 * Finds what stands on a timeline at a record frame: pictures from the highest track down, then sound; what is within a
 * compound behind it, unless that is retimed. What is switched off is left out.
 */
export function placesAt(timeline: Timeline, frame: number, rate: Rate): readonly TimelinePlace[] {
  const at = rational(frame * rate.den, rate.num);
  return stackPlaces(timeline.tracks, '', { from: zero, to: rational(2 ** 40) }, zero, { at, rate });
}

interface Moment {
  readonly at: Rational;
  readonly rate: Rate;
}

/** `origin`: record time at which the stack's own time is zero. `window`: what of record time shows it. */
function stackPlaces(stack: Stack, way: string, window: Window, origin: Rational, moment: Moment): TimelinePlace[] {
  const tracks = stack.children.filter((child): child is Track => child.kind === 'Track');
  const labelled = (isSound: boolean): readonly { readonly track: Track; readonly label: string }[] =>
    tracks
      .filter(({ trackKind }) => (trackKind === 'Audio') === isSound)
      .map((track, index) => ({ track, label: track.name === '' ? `${isSound ? 'A' : 'V'}${index + 1}` : track.name }));
  return [...labelled(false).toReversed(), ...labelled(true)]
    .filter(({ track }) => track.enabled)
    .flatMap(({ track, label }) => trackPlaces(track, `${way}${label}`, window, origin, moment));
}

function trackPlaces(track: Track, label: string, window: Window, origin: Rational, moment: Moment): TimelinePlace[] {
  return track.children.flatMap((child, index): TimelinePlace[] => {
    if (child.kind === 'Unknown' || child.kind === 'Gap' || !isOn(child)) return [];
    const range = rangeOfChildAt(track, index);
    const start = add(origin, secondsFromTime(range.start));
    const from = max(window.from, start);
    const to = min(window.to, add(start, secondsFromTime(range.duration)));
    if (compare(moment.at, from) < 0 || compare(moment.at, to) >= 0) return [];
    const record = { in: ceil(multiply(from, moment.rate)), out: ceil(multiply(to, moment.rate)) };
    const kind = child.kind === 'Transition' ? 'transition' : child.kind === 'Clip' ? 'clip' : 'compound';
    const place: TimelinePlace = { track: label, kind, name: child.name, record };
    if (child.kind !== 'Stack' || child.effects.some(isTimeEffect)) return [place];
    const inner = subtract(start, secondsFromTime(trimmedRange(child).start));
    return [place, ...stackPlaces(child, `${label} / ${child.name} / `, { from, to }, inner, moment)];
  });
}

function isOn(child: Exclude<Composable, { kind: 'Unknown' }>): boolean {
  return child.kind === 'Transition' || child.enabled;
}
