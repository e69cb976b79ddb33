import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { planScript, readOtio, sameValue, tracksOf, writeOtio, type Clip, type Timeline } from '@patchwork/timeline';
import { canonicalJson, type Json } from '@patchwork/kernel';
import { clip, fps24, must, opacity, storyClips, timeline } from '../../test/fixture.ts';
import { anyEdits, anyTracks, edited, timelineOf } from '../../test/random-edit.ts';
import { isSameTimeline } from '../script/exact-node.ts';
import { isSamePlaces } from '../script/same-tracks.ts';
import { trackViews } from '../items/track-item.ts';
import { conflictLine } from './conflict.ts';
import { mergeByParts, mergeTimelines, type Merge } from './merge-timelines.ts';

const runs = Number(process.env['PW_RUNS'] ?? 80);

const rates = { base: fps24, ours: fps24, theirs: fps24 };

function merged(base: Timeline, ours: Timeline, theirs: Timeline): Merge {
  return mergeTimelines({ base, ours, theirs, rates });
}

function scripted(start: Timeline, ...steps: readonly { readonly [key: string]: Json }[]): Timeline {
  return planScript(start, steps, { limits: 'strict' }).after;
}

function lines(merge: Merge): string[] {
  return merge.conflicts.map(conflictLine);
}

/** What a timeline says, ids and spelling aside. */
function said(one: Timeline): Json {
  return JSON.parse(writeOtio(one, { style: 'canonical' })) as Json;
}

/** The same film, the marks of conflicts aside. */
function isSameFilm(a: Timeline, b: Timeline): boolean {
  const [x, y] = [a, b].map((one) => trackViews(one, fps24, () => null));
  const looksOf = (views: typeof x): Json =>
    (views ?? []).map(({ items }) => items.map(({ look, inside, name }) => [look, inside, name]));
  return isSamePlaces(x ?? [], y ?? []) && canonicalJson(looksOf(x)) === canonicalJson(looksOf(y));
}

function names(one: Timeline): string[] {
  return tracksOf(one).map((track) =>
    track.children.map((child) => (child.kind === 'Gap' ? '.' : child.name || child.kind)).join(' '),
  );
}

const base = timeline([storyClips()]);
const insertNew = { op: 'insert', track: 'V1', at: 192, clip: { name: 'NEW', media: 'NEW.mov', source: [0, 48] } };

describe('story 26', () => {
  test('G1: an insert and a ripple trim at different places are merged, whichever is ours', () => {
    const [a, b] = [scripted(base, insertNew), scripted(base, { op: 'ripple', item: 'm09', out: -10 })];
    const merge = merged(base, a, b);
    expect(merge.conflicts).toEqual([]);
    expect(said(merge.timeline)).toEqual(said(scripted(b, insertNew)));
    expect(said(merged(base, b, a).timeline)).toEqual(said(merge.timeline));
  });

  test('G2: two trims of one edge are a conflict; ours stands, theirs is kept beside it', () => {
    const [a, b] = [-10, -20].map((out) => scripted(base, { op: 'ripple', item: 'm05', out })) as [Timeline, Timeline];
    const merge = merged(base, a, b);
    expect(lines(merge)).toEqual(['V1 m05 at 00:00:16:00: ours trim out −10, theirs trim out −20; ours is kept']);
    const again = must(readOtio(writeOtio(merge.timeline, { style: 'lossless' })).timelines[0]);
    expect(isSameFilm(again, a)).toBe(true);
    const m05 = tracksOf(again)[0]?.children[4];
    expect(JSON.stringify(m05)).toContain('theirsVersion');
    expect(m05?.kind === 'Clip' && m05.markers.map(({ name, comment }) => `${name}${comment}`)).toEqual([
      'MERGE CONFLICT m05: ours trim out −10; theirs trim out −20; ours is kept here',
    ]);
  });

  test.each([['ours'], ['theirs']])(
    'G3: %s deletes a clip that the other side changed: a conflict, and the clip stands',
    (who) => {
      const deleted = scripted(base, { op: 'remove', item: 'm07', fill: false });
      const clips = storyClips();
      clips[6] = { ...clip('m07', 0, 96, [opacity(0.5)]) };
      const graded = timeline([clips]);
      const merge = who === 'ours' ? merged(base, deleted, graded) : merged(base, graded, deleted);
      expect(merge.conflicts.map(({ kind, subject, kept }) => ({ kind, subject, kept }))).toEqual([
        { kind: 'delete', subject: 'm07', kept: who === 'ours' ? 'theirs' : 'ours' },
      ]);
      expect(isSameFilm(merge.timeline, graded)).toBe(true);
    },
  );

  test('G4: a clip that occurs twice stays two', () => {
    const twice = timeline([
      [clip('a', 0, 48), clip('x', 0, 48), clip('b', 0, 48), clip('x', 0, 48), clip('c', 0, 48)],
    ]);
    const ours = scripted(twice, { op: 'ripple', track: 'V1', index: 0, out: -5 });
    const theirs = scripted(twice, { op: 'ripple', track: 'V1', index: 4, out: -7 });
    const merge = merged(twice, ours, theirs);
    expect(merge.conflicts).toEqual([]);
    expect(names(merge.timeline)).toEqual(['a x b x c']);
  });

  test('G5: two runs write the same bytes', () => {
    const run = (): string => {
      const [b, o, t] = [base, scripted(base, insertNew), scripted(base, { op: 'ripple', item: 'm09', out: -10 })].map(
        (one) => readOtio(writeOtio(one, { style: 'canonical' })).timelines[0],
      ) as [Timeline, Timeline, Timeline];
      return writeOtio(merged(b, o, t).timeline, { style: 'lossless' });
    };
    expect(run()).toBe(run());
  });
});

describe('laws', () => {
  const anyPair = fc.tuple(anyTracks, anyEdits, anyEdits);

  test('G6: merge(b, b, x) = merge(b, x, b) = merge(b, x, x) = x, also without looking first', () => {
    fc.assert(
      fc.property(anyPair, ([tracks, edits]) => {
        const b = timelineOf(tracks);
        const x = edited(b, edits);
        for (const [ours, theirs] of [
          [b, x],
          [x, b],
          [x, x],
        ] as const) {
          expect(sameValue(merged(b, ours, theirs).timeline, x)).toBe(true);
          const slow = mergeByParts({ base: b, ours, theirs, rates });
          expect(lines(slow)).toEqual([]);
          expect(isSameTimeline(slow.timeline, x)).toBe(true);
        }
      }),
      { numRuns: runs },
    );
  });

  test('G7: a clean merge does not depend on who is ours, and conflicts are found from either side', () => {
    fc.assert(
      fc.property(anyPair, ([tracks, first, second]) => {
        const b = timelineOf(tracks);
        const [x, y] = [edited(b, first), edited(b, second)];
        const [one, other] = [merged(b, x, y), merged(b, y, x)];
        expect(one.conflicts.length === 0).toBe(other.conflicts.length === 0);
        if (one.conflicts.length === 0)
          expect(canonicalJson(said(one.timeline))).toBe(canonicalJson(said(other.timeline)));
      }),
      { numRuns: runs },
    );
  });

  test('G16: a deleted clip that the other side changed in any way stands, and is a conflict from either side', () => {
    const shot = fc.tuple(fc.nat(4), fc.integer({ min: 40, max: 90 }), fc.integer({ min: 24, max: 60 }));
    const changes = fc.constantFrom(
      (item: string) => ({ op: 'ripple', item, out: -7 }),
      (item: string) => ({ op: 'ripple', item, in: 5 }),
      (item: string) => ({ op: 'slip', item, delta: 6 }),
    );
    const looks = fc.constantFrom(
      (one: Clip): Clip => ({ ...one, effects: [opacity(0.5)] }),
      (one: Clip): Clip => ({ ...one, enabled: false }),
      (one: Clip): Clip => ({ ...one, mediaReferences: clip('other', 0, 60).mediaReferences }),
    );
    fc.assert(
      fc.property(
        fc.array(shot, { minLength: 3, maxLength: 14 }),
        fc.nat(),
        fc.boolean(),
        fc.oneof(
          changes,
          looks.map((look) => ({ look })),
        ),
        (shots, at, fill, change) => {
          // Files repeat, names do not.
          const clips = shots.map(([file, start, length], i) => clip(`f${file}`, start, length, [], `c${i}`));
          const k = at % clips.length;
          const name = `c${k}`;
          const b = timeline([clips]);
          const gone = scripted(b, { op: 'remove', item: name, fill });
          const next =
            typeof change === 'function'
              ? scripted(b, change(name))
              : timeline([clips.with(k, change.look(must(clips[k])))]);
          for (const merge of [merged(b, gone, next), merged(b, next, gone)]) {
            expect(merge.conflicts.map(({ subject }) => subject)).toContain(name);
            const stands = tracksOf(merge.timeline)[0]?.children.filter((child) => child.name === name) ?? [];
            expect(stands.length, `${name} stands once`).toBe(1);
          }
        },
      ),
      { numRuns: runs },
    );
  });

  test('G8: edits of two places merge to what both do one after the other', () => {
    let clean = 0;
    fc.assert(
      fc.property(fc.tuple(anyTracks, anyEdits), fc.tuple(anyTracks, anyEdits), ([left, first], [right, second]) => {
        // Two films with three clips between them that nobody touches: each side edits one of them.
        const wall = [clip('w1', 0, 400), clip('w2', 0, 400), clip('w3', 0, 400)];
        const films = [left, right].map((tracks) => timelineOf([tracks[0]]));
        const [a, c] = films as [Timeline, Timeline];
        const [a2, c2] = [edited(a, first), edited(c, second)];
        const joined = (x: Timeline, y: Timeline): Timeline =>
          timeline([[...(tracksOf(x)[0]?.children ?? []), ...wall, ...(tracksOf(y)[0]?.children ?? [])]]);
        const merge = merged(joined(a, c), joined(a2, c), joined(a, c2));
        if (merge.conflicts.length > 0) return;
        clean += 1;
        expect(isSameTimeline(merge.timeline, joined(a2, c2))).toBe(true);
      }),
      { numRuns: runs },
    );
    // Files occur in both halves, so a clip may look moved; most draws are clean all the same.
    expect(clean / runs).toBeGreaterThan(0.9);
  });
});
