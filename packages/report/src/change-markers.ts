import { clipsText, timecodeText, type Changes } from '@patchwork/diff';
import { changeGroups, groupNames, groupOf, type ChangeGroup } from './change-group.ts';
import { markerEdl } from './marker-edl.ts';
import { placeNow } from './where-else.ts';

interface Marked {
  readonly frame: number;
  readonly frames: number;
  readonly texts: readonly string[];
  readonly group: ChangeGroup;
}

/**
 * Writes the changes as timeline markers for DaVinci Resolve: one a frame at which something changed, coloured by what it
 * is (green came, red went, yellow trimmed, …), as long as the clip. Changes that begin on one frame share a marker, for
 * a host keeps one a frame. Without the changes that have no place.
 */
export function changeMarkers(changes: Changes): string {
  const { rate, start } = changes.sides.new;
  const timecode = (frame: number): string => timecodeText(start.frame + frame, rate, start.dropFrame);
  return markerEdl({
    title: `changes in ${changes.sides.new.name}`,
    dropFrame: start.dropFrame,
    markers: [...markedFrames(changes).values()]
      .toSorted((a, b) => a.frame - b.frame)
      .map(({ frame, frames, texts, group }) => ({
        in: timecode(frame),
        out: timecode(frame + 1),
        frames,
        name: texts.join('; '),
        color: changeGroups[group].resolve,
      })),
  });
}

function markedFrames(changes: Changes): Map<number, Marked> {
  const byFrame = new Map<number, Marked>();
  for (const change of changes.changes) {
    const place = placeNow(change, changes.sides.old);
    if (place === null) continue;
    const group = groupOf(change);
    const who = clipsText(change);
    const text = `${who === '' ? '' : `${who}: `}${change.text}`;
    const frame = Math.min(place.in, Math.max(0, changes.sides.new.frames - 1));
    const frames = change.kind === 'shift' ? 1 : Math.max(1, place.out - place.in);
    const known = byFrame.get(frame);
    byFrame.set(frame, {
      frame,
      frames: Math.max(frames, known?.frames ?? 1),
      texts: [...(known?.texts ?? []), text],
      group: known === undefined ? group : stronger(known.group, group),
    });
  }
  return byFrame;
}

/** What is listed first among the groups says more. */
function stronger(a: ChangeGroup, b: ChangeGroup): ChangeGroup {
  return groupNames.indexOf(a) <= groupNames.indexOf(b) ? a : b;
}
