import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '@patchwork/kernel';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeGap,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTrack,
  readOtio,
  seenDigestOf,
  unmodelledOf,
  writeOtio,
  type Composable,
  type Item,
  type Timeline,
} from '@patchwork/timeline';
import { resolveProject, type ClipSketch, type ProjectSketch } from '../testing/resolve-project.ts';
import { readResolveProject } from './project.ts';
import { seenOf, withoutSeen, withResolveDigests } from './seen-timeline.ts';

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const fps24 = rational(24);
const start = 86_400;

const clipOf = (name: string, length = 96): Item =>
  makeClip({
    name,
    sourceRange: makeRange(0, length, fps24),
    media: makeExternalReference({ targetUrl: `file:///rushes/${name}%20a.mov` }),
  });

const timelineOf = (...tracks: readonly (readonly Composable[])[]): Timeline =>
  makeTimeline({
    name: 'Reel 1',
    globalStartTime: makeTime(start, fps24),
    tracks: tracks.map((children) => makeTrack({ children })),
  });

const seenAt = (name: string, at: number, more: Partial<ClipSketch> = {}): ClipSketch => ({
  name,
  start: start + at,
  duration: 96,
  ...more,
});

const projectOf = (tracks: readonly (readonly ClipSketch[])[], more: Partial<ProjectSketch> = {}): ProjectSketch => ({
  ...more,
  sequences: [{ name: 'Reel 1', tracks }, ...(more.sequences ?? [])],
});

interface Seen {
  readonly timeline: Timeline;
  readonly diagnostics: readonly Diagnostic[];
}

const seen = (timeline: Timeline, sketch: ProjectSketch): Seen =>
  withResolveDigests(timeline, readResolveProject('p.drp', resolveProject(sketch), sha256), 'p.drp');

/** What stands on each item, `m01: grade, group grade "Night"`, without the digests. */
function labels(timeline: Timeline): string[] {
  const walk = (node: Composable): string[] => [
    ...(unmodelledOf(node).length === 0
      ? []
      : [
          `${node.name}: ${unmodelledOf(node)
            .map(({ label }) => label)
            .join(', ')}`,
        ]),
    ...(node.kind === 'Track' || node.kind === 'Stack' ? node.children.flatMap(walk) : []),
  ];
  return [...unmodelledOf(timeline).map(({ label }) => label), ...walk(timeline.tracks)];
}

const digests = (timeline: Timeline): string => writeOtio(timeline, { style: 'canonical' });

describe('D7: the digests of a project on its timeline', () => {
  const cut = timelineOf([clipOf('m01'), makeGap(makeTime(24, fps24)), clipOf('m02')], [clipOf('m03')]);

  test('each on its own clip, all domains, one thing a domain and level', () => {
    const all = { grade: 'warm', effects: 'blur', fusion: 'comp', retime: 'ramp' };
    const found = seen(
      cut,
      projectOf([[seenAt('m01', 0, all), seenAt('m02', 120, { grade: 'cold' })], [seenAt('m03', 0)]]),
    );
    expect(labels(found.timeline)).toEqual([
      'm01: time map in Resolve, effects in Resolve, Fusion composition, grade',
      'm02: grade',
    ]);
    expect(found.diagnostics).toEqual([]);
    expect(seenOf(found.timeline)?.unseen).toEqual([]);
  });

  test('equal on another export of the same state, other ids and times; different where one grade is', () => {
    const sketch = projectOf([
      [seenAt('m01', 0, { grade: 'warm' }), seenAt('m02', 120, { grade: 'cold' })],
      [seenAt('m03', 0)],
    ]);
    const again = digests(seen(cut, { ...sketch, export: 7 }).timeline);
    expect(again).toBe(digests(seen(cut, sketch).timeline));
    const other = projectOf([
      [seenAt('m01', 0, { grade: 'warm' }), seenAt('m02', 120, { grade: 'COLD' })],
      [seenAt('m03', 0)],
    ]);
    expect(digests(seen(cut, other).timeline)).not.toBe(again);
  });

  test('a grade that Resolve itself calls no correction is none; one that stands with the media counts', () => {
    const sketch = projectOf([
      [
        seenAt('m01', 0, { grade: 'untouched', isCorrected: false }),
        seenAt('m02', 120, { grade: 'cold', isRemote: true }),
      ],
      [seenAt('m03', 0)],
    ]);
    expect(labels(seen(cut, sketch).timeline)).toEqual(['m02: grade']);
    const touched = projectOf([
      [seenAt('m01', 0), seenAt('m02', 120, { grade: 'COLD', isRemote: true })],
      [seenAt('m03', 0)],
    ]);
    expect(digests(seen(cut, touched).timeline)).not.toBe(digests(seen(cut, sketch).timeline));
  });

  test('a group grades its members; one whose members nobody names grades all, with a warning', () => {
    const groups = [{ name: 'Night', grade: 'blue' }];
    const members = projectOf(
      [[seenAt('m01', 0, { group: 'Night' }), seenAt('m02', 120)], [seenAt('m03', 0, { group: 'Night' })]],
      { groups },
    );
    expect(labels(seen(cut, members).timeline)).toEqual(['m01: group grade "Night"', 'm03: group grade "Night"']);
    const loose = seen(cut, projectOf([[seenAt('m01', 0), seenAt('m02', 120)], [seenAt('m03', 0)]], { groups }));
    expect(labels(loose.timeline).length).toBe(3);
    expect(loose.diagnostics.map(({ code }) => code)).toEqual(['PW_GRADES_GROUP']);
  });

  test('the timeline’s own grade stands on the timeline', () => {
    const sketch: ProjectSketch = {
      sequences: [
        { name: 'Reel 1', tracks: [[seenAt('m01', 0), seenAt('m02', 120)], [seenAt('m03', 0)]], grade: 'film look' },
      ],
    };
    const { timeline } = seen(cut, sketch);
    expect(labels(timeline)).toEqual(['timeline grade']);
    expect(seenDigestOf(unmodelledOf(timeline)[0]?.content ?? '')).toMatchObject({
      domain: 'grade',
      level: 'timeline',
    });
  });

  test('matched by place and name, on another track where the file counts tracks otherwise, from the first clip where the start differs', () => {
    const moved = projectOf([
      [],
      [seenAt('m01', 0, { grade: 'a' }), seenAt('m02', 120, { grade: 'b' })],
      [seenAt('m03', 0, { grade: 'c' })],
    ]);
    expect(labels(seen(cut, moved).timeline)).toEqual(['m01: grade', 'm02: grade', 'm03: grade']);
    const early = (name: string, at: number): ClipSketch => ({ ...seenAt(name, at, { grade: 'a' }), start: at });
    expect(
      labels(seen(cut, projectOf([[early('m01', 0), early('m02', 120)], [early('m03', 0)]])).timeline).length,
    ).toBe(3);
    const renamed = projectOf([
      [seenAt('A001', 0, { grade: 'a' }), seenAt('x', 120, { grade: 'b', media: '/Volumes/R/m02 a.mov' })],
    ]);
    expect(labels(seen(cut, renamed).timeline)).toEqual(['m01: grade', 'm02: grade']);
  });

  test('one place and one name on two tracks: each clip keeps its own', () => {
    const twice = timelineOf([clipOf('m01')], [clipOf('m01')]);
    const sketch = projectOf([[seenAt('m01', 0, { grade: 'low' })], [seenAt('m01', 0, { grade: 'high' })]]);
    const contents = seen(twice, sketch).timeline.tracks.children.flatMap((track) =>
      track.kind === 'Track'
        ? track.children.flatMap((child) => unmodelledOf(child).map(({ content }) => content))
        : [],
    );
    expect(new Set(contents).size).toBe(2);
  });

  test('what finds no partner is named on both sides, and kept as unseen', () => {
    const found = seen(cut, projectOf([[seenAt('m01', 0), seenAt('m02', 121, { grade: 'b' })], [seenAt('m03', 0)]]));
    expect(seenOf(found.timeline)?.unseen).toEqual(['V1 / m02']);
    expect(found.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'PW_GRADES_UNSEEN the timeline has clips that the project does not at the same place: V1 / m02',
      'PW_GRADES_LEFT the project has graded clips that the timeline does not at the same place: V1 / m02',
    ]);
  });

  test('inside of compounds as well; one that the project does not hold is unseen inside', () => {
    const inner = makeStack({ name: 'Titles', children: [makeTrack({ children: [clipOf('m05')] })] });
    const nest = timelineOf([clipOf('m01'), inner]);
    const outer = [seenAt('m01', 0), seenAt('Titles', 96)];
    const known = projectOf([outer], {
      sequences: [{ name: 'Titles', tracks: [[{ ...seenAt('m05', 0, { grade: 'warm' }), start: 0 }]], grade: 'look' }],
    });
    expect(labels(seen(nest, known).timeline)).toEqual(['Titles: timeline grade', 'm05: grade']);
    expect(seenOf(seen(nest, projectOf([outer])).timeline)?.unseen).toEqual(['V1 / Titles, inside']);
  });

  test('taken off again it is the timeline that was read; written and read it is the same', () => {
    const { timeline } = seen(
      cut,
      projectOf([[seenAt('m01', 0, { grade: 'a' }), seenAt('m02', 120)], [seenAt('m03', 0)]]),
    );
    expect(digests(withoutSeen(timeline))).toBe(digests(cut));
    const [read] = readOtio(digests(timeline)).timelines;
    expect(read === undefined ? null : [seenOf(read), labels(read)]).toEqual([seenOf(timeline), labels(timeline)]);
  });

  test('a project without the timeline, or with two of its name, is refused with the names that it holds', () => {
    const other: ProjectSketch = { sequences: [{ name: 'Reel 2', tracks: [[]] }] };
    expect(() => seen(cut, other)).toThrow(
      expect.objectContaining({ code: 'PW_GRADES_TIMELINE', hint: expect.stringContaining('"Reel 2"') }),
    );
  });
});
