import { diffTimelines, type Changes } from '@patchwork/diff';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
  type Clip,
  type Composable,
  type Timeline,
} from '@patchwork/timeline';

const rate = rational(24);

/** A clip of a file named like it. */
export function shot(name: string, start: number, length: number, gainDb: number = 0): Clip {
  return makeClip({
    name,
    effects: gainDb === 0 ? [] : [makeEffect({ type: 'volume', gainDb })],
    sourceRange: makeRange(start, length, rate),
    media: makeExternalReference({ targetUrl: `file:///vol/${name}.mov`, availableRange: makeRange(0, 400, rate) }),
  });
}

/** A timeline from 01:00:00:00 at 24 fps. */
export function cut(name: string, video: readonly Composable[], audio: readonly Composable[] = []): Timeline {
  return makeTimeline({
    name,
    globalStartTime: makeTime(86_400, rate),
    tracks: [
      makeTrack({ name: 'V', children: video }),
      ...(audio.length === 0 ? [] : [makeTrack({ name: 'A', trackKind: 'Audio', children: audio })]),
    ],
  });
}

/** Compares in words: no programme, so no frames are known to differ. */
export function changesOf(old: Timeline, next: Timeline): Changes {
  return diffTimelines({ old, new: next, oldProgram: null, newProgram: null, rate });
}

/** Five shots of 48 frames; then B is trimmed by 8 at its tail, D is gone, a NEW one stands before C. */
export function twoCuts(): { readonly old: Timeline; readonly next: Timeline; readonly changes: Changes } {
  const shots = (): Clip[] => ['A', 'B', 'C', 'D', 'E'].map((name) => shot(name, 24, 48));
  const recut = (): Clip[] => [
    shot('A', 24, 48),
    shot('B', 24, 40),
    shot('NEW', 0, 12),
    shot('C', 24, 48),
    shot('E', 24, 48),
  ];
  const [old, next] = [cut('v1', shots(), shots()), cut('v2', recut(), recut())];
  return { old, next, changes: changesOf(old, next) };
}

/** One shot whose file holds something else under the same path. */
export function otherContent(oldDigest: string, newDigest: string): Changes {
  const one = cut('v', [shot('A', 0, 48)]);
  return diffTimelines({
    old: one,
    new: one,
    oldProgram: null,
    newProgram: null,
    rate,
    oldIdentity: () => oldDigest,
    newIdentity: () => newDigest,
  });
}
