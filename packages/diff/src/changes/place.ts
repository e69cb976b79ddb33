import type { Program } from '@patchwork/program';
import {
  add,
  canDropFrame,
  compare,
  floor,
  formatRational,
  formatTimecode,
  multiply,
  rational,
  round,
  secondsFromTime,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { member, type Timeline } from '@patchwork/timeline';
import type { Place } from './change.ts';
import { ownRange, type SideFacts } from './side.ts';
import { mediaSpan, type TrackItem } from '../items/track-item.ts';

/** Name, rate, timecode and length of a timeline; its programme knows them best. `end` is in frames of the layout. */
export function sideFacts(
  timeline: Timeline,
  program: Program | null,
  { own, layout }: { readonly own: Rate; readonly layout: Rate },
  end: number,
): SideFacts {
  const start = program?.start ?? {
    frame: timeline.globalStartTime === null ? 0 : round(multiply(secondsFromTime(timeline.globalStartTime), own)),
    dropFrame: member(timeline.metadata, 'patchwork', 'dropFrame') === true && canDropFrame(own),
  };
  const facts = { name: timeline.name, rate: own, start, frames: 0, layoutRate: layout };
  return { ...facts, frames: program?.frames ?? ownRange(facts, { in: 0, out: end }).out };
}

/** Where an item stands, for people. `said` is the item with its source as its own timeline has it. */
export function placeOf(item: TrackItem, facts: SideFacts, said: TrackItem = item): Place {
  const { from, to } = mediaSpan(said);
  const { rate, start } = facts;
  const frames = (seconds: Rational): string => formatRational(multiply(seconds, rate));
  const end = item.speed.kind === 'freeze' ? add(from, rational(rate.den, rate.num)) : to;
  const range = ownRange(facts, item.record);
  const record = (frame: number): string => timecodeText(start.frame + frame, rate, start.dropFrame);
  return {
    track: item.track,
    name: item.name,
    record: range,
    recordTimecode: [record(range.in), record(range.out)],
    source: item.url === null ? null : [frames(from), frames(end)],
    sourceTimecode: item.url === null ? null : sourceTimecode(item, from, end, facts),
    media: item.url,
  };
}

/** Counted at the rate in which the clip writes its source; drop-frame where the record is and both rates are one. */
function sourceTimecode(item: TrackItem, from: Rational, to: Rational, facts: SideFacts): [string, string] {
  const rate = item.node.sourceRange?.start.rate ?? facts.rate;
  const dropFrame = facts.start.dropFrame && compare(rate, facts.rate) === 0;
  const text = (seconds: Rational): string => timecodeText(floor(multiply(seconds, rate)), rate, dropFrame);
  return [text(from), text(to)];
}

/** Timecode where the rate has one, else the number of the frame. */
export function timecodeText(frame: number, rate: Rate, dropFrame: boolean): string {
  const hasTimecode =
    (rate.den === 1 && rate.num <= 1000) || canDropFrame(rate) || (rate.den === 1001 && rate.num % 1000 === 0);
  return hasTimecode ? formatTimecode(frame, rate, dropFrame && canDropFrame(rate)) : String(frame);
}
