import { expect, test } from 'vitest';
import fc from 'fast-check';
import { makeRange, planScript, type Clip, type Composable, type Timeline } from '@patchwork/timeline';
import type { Json } from '@patchwork/kernel';
import { clip, fps24, gap, storyClips, timeline } from '../test/fixture.ts';
import {
  anyChanges,
  anyEditAtAll,
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
import { timelineText } from './items/timeline-text.ts';
import { isSameTimeline } from './script/exact-node.ts';

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
    [
      {
        op: 'insert',
        track: 'V1',
        at: 288,
        clip: { name: 'NEW', media: 'NEW.mov', available: [0, 400], source: [0, 48], rate: '24' },
      },
    ],
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
    [
      {
        op: 'overwrite',
        track: 'V1',
        at: 374,
        clip: { name: 'NEW', media: 'NEW.mov', available: [0, 400], source: [0, 30], rate: '24' },
      },
    ],
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

/** As Git is shown it, an independent account; gaps side by side are one. */
function linesOf(of: Timeline): string {
  return timelineText(of, fps24).replaceAll(/(?:^ *gap of \d+\n)+/gm, (gaps) => {
    const length = [...gaps.matchAll(/\d+/g)].reduce((sum, [frames]) => sum + Number(frames), 0);
    return `gap of ${length}\n`;
  });
}

type Draw = readonly [
  name: string,
  edits: fc.Arbitrary<readonly RandomEdit[]>,
  make: (tracks: readonly [Shots, Shots]) => Timeline,
  share: number,
];

test.each<Draw>([
  ['edits of places', anyEdits, timelineOf, 0.97],
  ['edits of all kinds, with sound and a compound', anyChanges, withSound, 0.96],
  ['edits of all kinds, marks, metadata and tracks', anyEditAtAll, withSound, 0.96],
])('E2: a script that is returned gives the new timeline in all it holds: %s', (name, edits, make, share) => {
  const counts = { replayed: 0, 'replayed-places': 0, none: 0, 'not-tried': 0 };
  let tried = 0;
  fc.assert(
    fc.property(anyTracks, edits, (tracks, drawn) => {
      const old = make(tracks);
      const next = edited(old, drawn);
      if (isSameTimeline(old, next)) return;
      const changes = diff(old, next);
      tried += 1;
      counts[changes.scriptProof] += 1;
      if (changes.scriptProof !== 'replayed' && process.env['PW_SHOW'] !== undefined)
        process.stderr.write(`${changes.scriptProof} ${JSON.stringify([tracks, drawn])}\n`);
      if (changes.scriptProof === 'none') expect(changes.script).toEqual([]);
      if (changes.scriptProof !== 'replayed') return;
      const replayed = planScript(old, changes.script).after;
      expect(isSameTimeline(replayed, next)).toBe(true);
      expect(linesOf(replayed), 'nor can Git tell them apart').toBe(linesOf(next));
    }),
    { numRuns: runs },
  );
  process.stderr.write(`scripts proved by replay, ${name}: ${JSON.stringify(counts)} of ${tried}\n`);
  expect(counts.replayed / tried).toBeGreaterThan(share);
});
