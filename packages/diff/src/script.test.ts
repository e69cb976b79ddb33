import { expect, test } from 'vitest';
import fc from 'fast-check';
import { makeRange, planScript, type Clip, type Composable, type Timeline } from '@patchwork/timeline';
import type { Json } from '@patchwork/kernel';
import { clip, fps24, gap, storyClips, timeline } from '../test/fixture.ts';
import {
  anyChanges,
  anyEdits,
  anyTracks,
  edited,
  timelineOf,
  withSound,
  type RandomEdit,
  type Shots,
} from '../test/random-edit.ts';
import type { Changes } from './changes/change.ts';
import { diffTimelines } from './diff-timelines.ts';
import { sameTracks } from './script/same-tracks.ts';
import { trackViews } from './items/track-item.ts';

const runs = Number(process.env['PW_RUNS'] ?? 200);

function diff(old: ReturnType<typeof timeline>, next: ReturnType<typeof timeline>): Changes {
  return diffTimelines({ old, new: next, oldProgram: null, newProgram: null, rate: fps24 });
}

function ranged(one: Clip | undefined, start: number, length: number): Clip {
  return { ...(one as Clip), sourceRange: makeRange(start, length, fps24) };
}

const clips = storyClips();
const base = timeline([clips]);

test.each<[string, readonly Composable[], readonly Json[]]>([
  [
    'ripple trim out',
    clips.with(5, ranged(clips[5], 48, 86)),
    [{ op: 'rippleTrim', track: 'V1', atFrame: 480, name: 'm06', edge: 'out', delta: -10 }],
  ],
  [
    'ripple trim in',
    clips.with(5, ranged(clips[5], 58, 86)),
    [{ op: 'rippleTrim', track: 'V1', atFrame: 480, name: 'm06', edge: 'in', delta: 10 }],
  ],
  [
    'slip',
    clips.with(5, ranged(clips[5], 72, 96)),
    [{ op: 'slip', track: 'V1', atFrame: 480, name: 'm06', delta: 24 }],
  ],
  [
    'roll',
    clips.with(3, ranged(clips[3], 0, 104)).with(4, ranged(clips[4], 8, 88)),
    [{ op: 'roll', track: 'V1', atFrame: 288, name: 'm04', edge: 'out', delta: 8 }],
  ],
  [
    'insert',
    clips.toSpliced(3, 0, clip('NEW', 0, 48)),
    [{ op: 'insert', track: 'V1', at: 288, clip: { name: 'NEW', media: 'NEW.mov', source: [0, 48], rate: '24' } }],
  ],
  ['delete', clips.toSpliced(3, 1), [{ op: 'remove', track: 'V1', atFrame: 288, fill: false, name: 'm04' }]],
  [
    'lift',
    [...clips.slice(0, 3), gap(96), ...clips.slice(4)],
    [{ op: 'remove', track: 'V1', atFrame: 288, fill: true, name: 'm04' }],
  ],
  [
    'blade',
    clips.toSpliced(6, 1, ranged(clips[6], 0, 40), ranged(clips[6], 40, 56)),
    [{ op: 'slice', track: 'V1', at: 616 }],
  ],
  [
    'overwrite',
    [...clips.slice(0, 3), ranged(clips[3], 0, 86), clip('NEW', 0, 30), ranged(clips[4], 20, 76), ...clips.slice(5)],
    [{ op: 'overwrite', track: 'V1', at: 374, clip: { name: 'NEW', media: 'NEW.mov', source: [0, 30], rate: '24' } }],
  ],
  [
    'another file in the slot',
    clips.with(3, clip('other', 7, 96)),
    [
      {
        op: 'replace',
        track: 'V1',
        atFrame: 288,
        name: 'm04',
        media: 'other.mov',
        available: [0, 400],
        from: 7,
        rename: 'other',
      },
    ],
  ],
])('E1: the shortest script, proved by replay: %s', (_, next, script) => {
  const changes = diff(base, timeline([next]));
  expect([changes.scriptProof, changes.script]).toEqual(['replayed', script]);
});

type Draw = readonly [
  name: string,
  edits: fc.Arbitrary<readonly RandomEdit[]>,
  make: (tracks: readonly [Shots, Shots]) => Timeline,
  share: number,
];

test.each<Draw>([
  ['edits of places', anyEdits, timelineOf, 0.97],
  ['edits of all kinds, with sound and a compound', anyChanges, withSound, 0.96],
])('E2: a script that is returned gives the new timeline: %s', (name, edits, make, share) => {
  let proved = 0;
  let tried = 0;
  fc.assert(
    fc.property(anyTracks, edits, (tracks, drawn) => {
      const old = make(tracks);
      const next = edited(old, drawn);
      const changes = diff(old, next);
      if (changes.changes.length === 0) return;
      tried += 1;
      if (changes.scriptProof === 'none') {
        if (process.env['PW_SHOW'] !== undefined) process.stderr.write(`${JSON.stringify([tracks, drawn])}\n`);
        expect(changes.script).toEqual([]);
        return;
      }
      proved += 1;
      const replayed = planScript(old, changes.script).after;
      const views = (of: Timeline): ReturnType<typeof trackViews> => trackViews(of, fps24, () => null);
      expect(sameTracks(views(replayed), views(next))).toBe(changes.scriptProof);
    }),
    { numRuns: runs },
  );
  process.stderr.write(`scripts proved by replay, ${name}: ${proved} of ${tried}\n`);
  expect(proved / tried).toBeGreaterThan(share);
});
