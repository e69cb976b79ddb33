import type { Json } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import type { Change, Changes, Place } from './change.ts';
import { timecodeText } from './place.ts';
import type { Side } from './side.ts';

/**
 * The machine-readable report, `patchwork.diff/1`: ranges as `[in, out]` (half-open, frames from the timeline's start), times
 * as timecode text, `null` for what does not apply.
 */
export function changesJson(changes: Changes): Json {
  return {
    schema: changes.schema,
    summary: changes.summary,
    unchanged: changes.unchanged,
    old: sideJson(changes.sides.old),
    new: sideJson(changes.sides.new),
    changes: changes.changes.map(changeJson),
    script: changes.script,
    scriptProof: changes.scriptProof,
    dirty: changes.dirty.map(rangeJson),
    framesToRender: changes.framesToRender,
    unknown: changes.unknown,
  };
}

function changeJson(change: Change): Json {
  const { kind, department, text, clips, tracks, delta, framesToRender } = change;
  return {
    kind,
    department,
    text,
    clips,
    tracks,
    delta,
    old: change.old === null ? null : placeJson(change.old),
    new: change.new === null ? null : placeJson(change.new),
    others: change.others.map((pair) => ({
      old: pair.old === null ? null : placeJson(pair.old),
      new: pair.new === null ? null : placeJson(pair.new),
    })),
    values: change.values.map((value) => ({ name: value.name, old: value.old, new: value.new })),
    dirty: change.dirty.map(rangeJson),
    framesToRender,
  };
}

function placeJson(place: Place): Json {
  const { track, name, record, recordTimecode, source, sourceTimecode, media } = place;
  return { track, name, record: rangeJson(record), recordTimecode, source, sourceTimecode, media };
}

function sideJson({ name, rate, start, frames }: Side): Json {
  return {
    name,
    rate: `${rate.num}/${rate.den}`,
    start: timecodeText(start.frame, rate, start.dropFrame),
    dropFrame: start.dropFrame,
    frames,
  };
}

function rangeJson(range: FrameRange): Json {
  return [range.in, range.out];
}
