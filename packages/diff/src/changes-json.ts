import type { Json } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import type { Change, Changes, Place } from './change.ts';

/**
 * The machine-readable report, `patchwork.diff/1`: ranges as `[in, out]` (half-open, frames from the timeline's start), times
 * as timecode text, `null` for what does not apply.
 */
export function changesJson(changes: Changes): Json {
  return {
    schema: changes.schema,
    summary: changes.summary,
    changes: changes.changes.map(changeJson),
    script: changes.script,
    scriptProof: changes.scriptProof,
    dirty: changes.dirty.map(rangeJson),
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
    values: change.values.map((value) => ({ name: value.name, old: value.old, new: value.new })),
    dirty: change.dirty.map(rangeJson),
    framesToRender,
  };
}

function placeJson(place: Place): Json {
  const { track, name, record, recordTimecode, source, media } = place;
  return { track, name, record: rangeJson(record), recordTimecode, source, media };
}

function rangeJson(range: FrameRange): Json {
  return [range.in, range.out];
}
