import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { rational } from '@patchwork/time';
import {
  jsonFrom,
  makeEffect,
  makeMarker,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  planScript,
  readOtio,
  tracksOf,
  withMember,
  writeOtio,
  type Clip,
  type Composable,
  type Marker,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import type { Json } from '@patchwork/kernel';
import { pictureKey } from '@patchwork/program';
import {
  clip,
  compile,
  dissolve,
  fps24,
  gap,
  must,
  opacity,
  sha256,
  storyClips,
  timeline,
} from '../../test/fixture.ts';
import { anyEdits, anyTracks, edited, timelineOf } from '../../test/random-edit.ts';
import { conflictLine } from './conflict.ts';
import { mergeTimelines, type Merge } from './merge-timelines.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);
const rates = { base: fps24, ours: fps24, theirs: fps24 };

function merged(base: Timeline, ours: Timeline, theirs: Timeline): Merge {
  return mergeTimelines({ base, ours, theirs, rates });
}

/** Merges both ways round, which must agree. */
function clean(base: Timeline, ours: Timeline, theirs: Timeline): Timeline {
  const [one, other] = [merged(base, ours, theirs), merged(base, theirs, ours)];
  expect(one.conflicts.map(conflictLine)).toEqual([]);
  expect(writeOtio(other.timeline, { style: 'canonical' })).toBe(writeOtio(one.timeline, { style: 'canonical' }));
  return one.timeline;
}

function conflicts(base: Timeline, ours: Timeline, theirs: Timeline): string[] {
  const merge = merged(base, ours, theirs);
  // Kept in a file that parses.
  const text = writeOtio(merge.timeline, { style: 'lossless' });
  expect(readOtio(text).timelines).toHaveLength(1);
  expect(text.split('MERGE CONFLICT').length - 1).toBe(merge.conflicts.length);
  return merge.conflicts.map(conflictLine);
}

function scripted(start: Timeline, ...steps: readonly { readonly [key: string]: Json }[]): Timeline {
  return planScript(start, steps, { limits: 'strict' }).after;
}

const base = timeline([storyClips()]);

function withClip(at: number, change: (one: Clip) => Composable): Timeline {
  return timeline([storyClips().map((one, i) => (i === at ? change(one) : one))]);
}

function shape(one: Timeline): string[] {
  return tracksOf(one).map(
    (track) =>
      `${track.name}: ${track.children
        .map((child) => {
          if (child.kind === 'Transition') return `<${child.inOffset.value.num}/${child.outOffset.value.num}>`;
          const range = 'sourceRange' in child ? child.sourceRange : null;
          const place = range === null ? '' : `${range.start.value.num}+${range.duration.value.num}`;
          return `${child.kind === 'Gap' ? 'gap' : child.name} ${place}`;
        })
        .join(' | ')}`,
  );
}

describe('one clip, two sides (G2)', () => {
  test('head and tail, and everything else, are merged each on its own', () => {
    const ours = scripted(base, { op: 'ripple', item: 'm05', in: 10 });
    const theirs = scripted(base, { op: 'ripple', item: 'm05', out: -20 });
    const both = clean(base, ours, theirs);
    expect(shape(both)[0]).toContain('m05 10+66');
    const faded = withClip(4, (one) => ({ ...one, effects: [opacity(0.5)] }));
    const scaled = makeEffect({
      type: 'transform',
      position: { x: 0, y: 0 },
      scale: { x: 2, y: 2 },
      rotation: 0,
      anchor: { x: 0, y: 0 },
    });
    const effects = clean(
      base,
      faded,
      withClip(4, (one) => ({ ...one, name: 'renamed', effects: [scaled] })),
    );
    const m05 = must(tracksOf(effects)[0]?.children[4]) as Clip;
    expect([m05.name, m05.effects.map(({ effectName }) => effectName)]).toEqual(['renamed', ['opacity', 'transform']]);
  });

  test('values of one effect; key frames of one value are one property', () => {
    const moved = (x: number, scale: number): Composable => ({
      ...clip('m05', 0, 96),
      effects: [
        makeEffect({
          type: 'transform',
          position: { x, y: 0 },
          scale: { x: scale, y: scale },
          rotation: 0,
          anchor: { x: 0, y: 0 },
        }),
      ],
    });
    const start = withClip(4, () => moved(0, 1));
    const both = clean(
      start,
      withClip(4, () => moved(0.25, 1)),
      withClip(4, () => moved(0, 1.5)),
    );
    expect(JSON.stringify((must(tracksOf(both)[0]?.children[4]) as Clip).effects[0]?.metadata)).toContain('0.25');
    const keyed = (value: number): Timeline =>
      withClip(4, (one) => ({
        ...one,
        effects: [
          makeEffect({
            type: 'opacity',
            opacity: { keyframes: [{ time: rational(0), value, interpolation: 'linear' }] },
          }),
        ],
      }));
    expect(conflicts(keyed(1), keyed(0.5), keyed(0.25))).toEqual([
      expect.stringMatching(/^V1 m05 at 00:00:16:00: ours .*; ours is kept$/),
    ]);
  });

  test('markers and metadata are merged by place and key', () => {
    const marker = (at: number, name: string): Marker => makeMarker({ name, markedRange: makeRange(at, 1, fps24) });
    const noted = (markers: readonly string[], notes: { readonly [key: string]: Json }): Timeline =>
      withClip(4, (one) => ({
        ...one,
        markers: markers.map((name, i) => marker(i * 10, name)),
        metadata: withMember(one.metadata, ['shot'], jsonFrom(notes)),
      }));
    const start = noted(['a'], { scene: 1, take: 1 });
    const both = clean(start, noted(['a', 'b'], { scene: 2, take: 1 }), noted(['c'], { scene: 1, take: 1, note: 'x' }));
    const m05 = must(tracksOf(both)[0]?.children[4]) as Clip;
    expect(m05.markers.map(({ name }) => name)).toEqual(['c', 'b']);
    expect(JSON.stringify(m05.metadata)).toMatch(/scene.*2.*take.*1.*note.*x/);
    expect(conflicts(start, noted(['a'], { scene: 2, take: 1 }), noted(['a'], { scene: 3, take: 1 }))).toHaveLength(1);
  });

  test('a trim and another speed are a conflict; a new version of the file and a trim are not', () => {
    const slow = withClip(4, (one) => ({
      ...one,
      effects: [makeTimeWarp(0.5)],
      sourceRange: makeRange(0, 192, fps24),
    }));
    expect(conflicts(base, scripted(base, { op: 'ripple', item: 'm05', out: -5 }), slow)).toHaveLength(1);
    const version = (number: number): Composable => ({ ...clip(`vfx_v${number}`, 0, 96), name: 'vfx' });
    const start = timeline([storyClips().map((one, i) => (i === 4 ? version(1) : one))]);
    const next = timeline([storyClips().map((one, i) => (i === 4 ? version(2) : one))]);
    const both = clean(start, scripted(start, { op: 'ripple', item: 'vfx', out: -5 }), next);
    expect(shape(both)[0]).toContain('vfx 0+91');
    expect(JSON.stringify(both)).toContain('vfx_v2');
  });

  test('a bladed clip gets in every part what the other side did to it', () => {
    const bladed = scripted(base, { op: 'slice', track: 'V1', at: 420 });
    const both = clean(
      base,
      bladed,
      withClip(4, (one) => ({ ...one, effects: [opacity(0.5)] })),
    );
    const parts = must(tracksOf(both)[0]).children.filter(
      (child): child is Clip => child.kind === 'Clip' && child.name === 'm05',
    );
    expect(parts.map(({ effects }) => effects.length)).toEqual([1, 1]);
    expect(shape(clean(base, bladed, scripted(base, { op: 'ripple', item: 'm05', out: -7 })))[0]).toContain(
      'm05 0+36 | m05 36+53',
    );
    const cut = scripted(base, {
      op: 'overwrite',
      track: 'V1',
      at: 420,
      clip: { name: 'X', media: 'X.mov', source: [0, 12] },
    });
    const pieces = clean(
      base,
      cut,
      withClip(4, (one) => ({ ...one, effects: [opacity(0.5)] })),
    );
    const film = must(tracksOf(pieces)[0]).children.filter(
      (child): child is Clip => child.kind === 'Clip' && child.name === 'm05',
    );
    expect(film.map(({ effects }) => effects.length)).toEqual([1, 1]);
  });
});

describe('places (G9, G10)', () => {
  const put = (name: string, at: number): { readonly [key: string]: Json } => ({
    op: 'insert',
    track: 'V1',
    at,
    clip: { name, media: `${name}.mov`, source: [0, 10] },
  });

  test('two inserts at one place are a conflict; the same one on both sides is one', () => {
    expect(conflicts(base, scripted(base, put('A', 192)), scripted(base, put('B', 192)))).toEqual([
      'V1 between m02 and m03 at 00:00:08:00: ours put in A (10 frames), theirs put in B (10 frames); ours is kept',
    ]);
    expect(
      shape(clean(base, scripted(base, put('A', 192)), scripted(base, put('A', 192), put('B', 500))))[0],
    ).toContain('m02 0+96 | A 0+10 | m03');
  });

  test('deletes of neighbours, and a replaced clip beside an insert, are merged in order', () => {
    const gone = (item: string): Timeline => scripted(base, { op: 'remove', item, fill: false });
    expect(shape(clean(base, gone('m05'), gone('m06')))[0]).toContain('m04 0+96 | m07 0+96');
    const replaced = timeline([storyClips().map((one, i) => (i === 4 ? clip('other', 7, 96) : one))]);
    expect(shape(clean(base, replaced, scripted(base, put('N', 480))))[0]).toContain(
      'm04 0+96 | other 7+96 | N 0+10 | m06',
    );
    const lifted = (from: number): Timeline => scripted(base, { op: 'lift', track: 'V1', range: [from, from + 96] });
    expect(shape(clean(base, lifted(384), lifted(480)))[0]).toContain('m04 0+96 | gap 0+96 | gap 0+96 | m07');
    expect(conflicts(base, lifted(384), gone('m05'))).toHaveLength(1);
  });

  test('trims from both sides of one cut that leave equal holes are a conflict, not one hole too few', () => {
    const left = scripted(base, { op: 'trim', item: 'm04', out: -10 });
    const right = scripted(base, { op: 'trim', item: 'm05', in: 10 });
    expect(conflicts(base, left, right)).toHaveLength(1);
    expect(shape(merged(base, left, right).timeline)).toEqual(shape(left));
  });

  test('one side rolls a cut and the other one trims at it: a conflict that is one side whole', () => {
    const roll = scripted(base, { op: 'roll', item: 'm04', out: 8 });
    const trim = scripted(base, { op: 'ripple', item: 'm04', out: -10 });
    expect(conflicts(base, roll, trim)).toHaveLength(1);
    expect(shape(merged(base, roll, trim).timeline)).toEqual(shape(roll));
    expect(shape(merged(base, trim, roll).timeline)).toEqual(shape(trim));
  });
});

describe('moves (G12, G13)', () => {
  const order = (...names: readonly string[]): Timeline =>
    timeline([names.map((name) => must(storyClips().find((one) => one.name === name)))]);
  const six = order('m01', 'm02', 'm03', 'm04', 'm05', 'm06');

  test('a clip moved by one side and trimmed by the other is both; moved by both it is a conflict and stands once', () => {
    const moved = order('m02', 'm03', 'm04', 'm05', 'm01', 'm06');
    expect(shape(clean(six, moved, scripted(six, { op: 'ripple', item: 'm01', out: -9 })))[0]).toContain(
      'm05 0+96 | m01 0+87 | m06',
    );
    const elsewhere = order('m02', 'm03', 'm01', 'm04', 'm05', 'm06');
    expect(conflicts(six, moved, elsewhere).length).toBeGreaterThan(0);
    expect(shape(merged(six, moved, elsewhere).timeline)).toEqual(shape(moved));
    expect(shape(merged(six, elsewhere, moved).timeline)).toEqual(shape(elsewhere));
  });

  test('no clip of the base is lost or doubled by a conflict, on random edits', () => {
    fc.assert(
      fc.property(anyTracks, anyEdits, anyEdits, (tracks, first, second) => {
        const start = timelineOf(tracks);
        // Blades and overwrites leave several pieces of one name: those are not counted here.
        const whole = (edits: typeof first): typeof first => edits.filter(([op]) => op !== 6 && op !== 8);
        const [ours, theirs] = [edited(start, whole(first)), edited(start, whole(second))];
        const { timeline: result, conflicts: found } = merged(start, ours, theirs);
        const names = (one: Timeline): string[] =>
          tracksOf(one).flatMap((track) => track.children.map(({ name }) => name));
        const counts = (one: Timeline, name: string): number => names(one).filter((each) => each === name).length;
        for (const name of new Set([...names(start), ...names(result)])) {
          // Gaps have no name: they come and go with what leaves them.
          if (name === '') continue;
          const [b, o, t, m] = [start, ours, theirs, result].map((one) => counts(one, name)) as [
            number,
            number,
            number,
            number,
          ];
          // What one side deleted and the other one changed stands.
          const [least, most] = [Math.min(o, t, o + t - b), Math.max(o, b) + Math.max(t, b) - b];
          expect(m, `${name}: ${b} ${o} ${t} -> ${m}, ${found.length} conflicts`).toBeGreaterThanOrEqual(least);
          expect(m, `${name}: ${b} ${o} ${t} -> ${m}, ${found.length} conflicts`).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: runs },
    );
  });
});

describe('transitions (G11)', () => {
  const three = (left: number, right: number, inner: readonly Composable[]): Timeline =>
    timeline([[clip('a', 50, left), ...inner, clip('b', 50, right), clip('c', 0, 96)]]);
  const start = three(96, 96, []);

  test('a transition added by one side, and a trim elsewhere, are merged', () => {
    const both = clean(start, three(96, 96, [dissolve(6, 6)]), scripted(start, { op: 'ripple', item: 'c', out: -9 }));
    expect(shape(both)).toEqual(['Video 1: a 50+96 | <6/6> | b 50+96 | c 0+87']);
    const changed = clean(
      three(96, 96, [dissolve(6, 6)]),
      three(96, 96, [dissolve(6, 9)]),
      three(96, 96, [dissolve(4, 6)]),
    );
    expect(shape(changed)[0]).toContain('<4/9>');
  });

  test('a transition whose neighbour goes, or gets too short, is a conflict', () => {
    const withDissolve = three(96, 96, [dissolve(6, 6)]);
    expect(conflicts(start, withDissolve, scripted(start, { op: 'remove', item: 'b', fill: false }))).toHaveLength(1);
    expect(conflicts(start, withDissolve, scripted(start, { op: 'ripple', item: 'b', out: -92 }))).toHaveLength(1);
  });
});

test('G13: a clip that one side cut in two by putting something into it and the other one moved is a conflict', () => {
  const start = timeline([storyClips()]);
  const put = { name: 'NEW', media: '/media/NEW.mov', source: [0, 20] };
  const cut = planScript(start, [{ op: 'overwrite', track: 'V1', at: 120, clip: put }], { limits: 'strict' }).after;
  const clips = storyClips();
  const moved = timeline([[...clips.slice(0, 1), ...clips.slice(2, 6), ...clips.slice(1, 2), ...clips.slice(6)]]);
  for (const [ours, theirs] of [
    [cut, moved],
    [moved, cut],
  ] as const) {
    const merge = merged(start, ours, theirs);
    expect(merge.conflicts.map(({ kind, subject }) => `${kind} ${subject}`)).toContain('move m02');
    // All of it from one side: no piece is lost or doubled.
    expect(shape(merge.timeline)).toEqual(shape(ours));
  }
});

describe('tracks, settings, compounds', () => {
  const track = (name: string, children: readonly Composable[], kind = 'Video'): Track =>
    makeTrack({ name, children, trackKind: kind });
  const film = (...tracks: readonly Track[]): Timeline => makeTimeline({ name: 'film', tracks });
  const v1 = (): Track => track('V1', storyClips());

  test('G19: tracks that both sides put at one place are both kept where their order says itself', () => {
    const start = film(makeTrack({ name: 'V1', children: storyClips() }));
    const [picture] = tracksOf(start);
    const withTracks = (...more: readonly Track[]): Timeline => film(must(picture), ...more);
    const title = (name: string, at: number, track = 'V2'): Track =>
      makeTrack({ name: track, children: [gap(at), clip(name, 0, 48)] });
    const sound = (name: string): Track =>
      makeTrack({ name: 'A1', trackKind: 'Audio', children: [clip(name, 0, 400)] });
    const shown = (one: Timeline): string[] =>
      tracksOf(one).map((track) => `${track.name} ${track.children.find(({ kind }) => kind === 'Clip')?.name ?? ''}`);
    expect(shown(clean(start, withTracks(title('late', 600)), withTracks(title('early', 100))))).toEqual([
      'V1 m01',
      'V2 early',
      'V3 late',
    ]);
    expect(shown(clean(start, withTracks(sound('music')), withTracks(title('early', 100))))).toEqual([
      'V1 m01',
      'V2 early',
      'A1 music',
    ]);
    expect(shown(clean(start, withTracks(sound('music')), withTracks(sound('atmos'))))).toEqual([
      'V1 m01',
      'A1 atmos',
      'A2 music',
    ]);
    // One on top of the other, or the same clip on both: that is for people.
    expect(conflicts(start, withTracks(title('one', 100)), withTracks(title('other', 120)))).toHaveLength(2);
    expect(conflicts(start, withTracks(title('one', 100)), withTracks(title('one', 600)))).toHaveLength(2);
  });

  test('tracks that came or went on different sides; a track put below another renames none', () => {
    const start = film(v1(), track('A1', [clip('s', 0, 300)], 'Audio'));
    const ours = film(track('under', [clip('bg', 0, 300)]), v1(), track('A1', [clip('s', 0, 300)], 'Audio'));
    const theirs = film(
      scriptedTrack(),
      track('A1', [clip('s', 0, 300)], 'Audio'),
      track('A2', [clip('t', 0, 30)], 'Audio'),
    );
    const both = clean(start, ours, theirs);
    expect(shape(both).map((line) => line.slice(0, 20))).toEqual([
      'under: bg 0+300',
      'V1: m01 0+96 | m02 0',
      'A1: s 0+300',
      'A2: t 0+30',
    ]);
    expect(shape(both)[1]).toContain('m03 0+86');
    expect(
      shape(clean(start, film(v1()), film(scriptedTrack(), track('A1', [clip('s', 0, 300)], 'Audio')))).length,
    ).toBe(1);
    expect(conflicts(start, film(v1()), film(v1(), track('A1', [clip('s', 0, 200)], 'Audio'))).length).toBeGreaterThan(
      0,
    );
  });

  function scriptedTrack(): Track {
    return track(
      'V1',
      storyClips().map((one, i) => (i === 2 ? { ...one, sourceRange: makeRange(0, 86, fps24) } : one)),
    );
  }

  test('name, start and metadata of the timeline; another rate', () => {
    const start = film(v1());
    const both = clean(
      start,
      { ...start, name: 'cut 2' },
      { ...start, globalStartTime: makeTime(86_400, fps24), metadata: withMember(start.metadata, ['x'], 1 as never) },
    );
    expect([both.name, both.globalStartTime?.value.num]).toEqual(['cut 2', 86_400]);
    expect(conflicts(start, { ...start, name: 'cut 2' }, { ...start, name: 'cut 3' })).toEqual([
      'name of the timeline at the whole timeline: ours cut 2, theirs cut 3; ours is kept',
    ]);
    const other = mergeTimelines({
      base: start,
      ours: { ...start, name: 'cut 2' },
      theirs: film(track('V1', [clip('m01', 0, 1)])),
      rates: { ...rates, theirs: rational(25) },
    });
    expect(other.conflicts.map(({ subject }) => subject)).toEqual(['timeline frame rate']);
  });

  test('what clashes in the stack itself, or in start or metadata, is kept whole (G2, G14)', () => {
    const start = film(v1());
    const marks = (name: string, comment: string): Timeline => {
      const mark = makeMarker({ name, comment, markedRange: makeRange(0, 1, fps24) });
      return { ...start, tracks: { ...start.tracks, markers: [mark] } };
    };
    expect(conflicts(start, marks('reel', 'A'), marks('reel', 'B'))).toHaveLength(1);
    const noted = (note: string): Timeline => {
      const metadata = withMember(start.tracks.metadata, ['note'], note);
      return { ...start, tracks: { ...start.tracks, metadata } };
    };
    expect(conflicts(start, noted('A'), noted('B'))).toEqual([
      'timeline stack.metadata.note at the whole timeline: ours A, theirs B; ours is kept',
    ]);
    const kept = JSON.stringify(merged(start, noted('A'), noted('B kept')).timeline.tracks.metadata);
    expect(kept).toContain('B kept');
    const from = (frame: number): Timeline => ({ ...start, globalStartTime: makeTime(frame, fps24) });
    const moved = merged(start, from(86_400), from(172_801));
    expect(moved.conflicts.map(({ subject }) => subject)).toEqual(['start of the timeline']);
    expect(writeOtio(moved.timeline, { style: 'canonical' })).toContain('172801');
    expect(conflicts(start, from(86_400), from(172_801))).toHaveLength(1);
  });

  test.each([['Stack'], ['Track']])('a %s as a clip: its ends and its name are merged as those of a clip', (kind) => {
    const compound = (first: number, length: number, name = 'comp'): Timeline => {
      const sourceRange = makeRange(first, length, fps24);
      const inside = track('n1', [clip('x', 0, 48), clip('y', 0, 48)]);
      const made =
        kind === 'Stack' ? makeStack({ name, sourceRange, children: [inside] }) : { ...inside, name, sourceRange };
      return film(track('V1', [clip('a', 0, 48), made, clip('b', 0, 48)]));
    };
    const start = compound(10, 60);
    const both = clean(start, compound(15, 55), compound(10, 50));
    const found = must(tracksOf(both)[0]?.children[1]);
    expect('sourceRange' in found && found.sourceRange).toEqual(makeRange(15, 45, fps24));
    expect(conflicts(start, compound(10, 60, 'ours'), compound(10, 60, 'theirs'))).toEqual([
      expect.stringContaining('comp'),
    ]);
  });

  test('what stands in a compound is merged likewise (G15)', () => {
    const nested = (...children: readonly Composable[]): Timeline =>
      film(
        track('V1', [
          clip('a', 0, 48),
          makeStack({ name: 'comp', children: [track('n1', children)] }),
          clip('b', 0, 48),
        ]),
      );
    const inner = [clip('x', 0, 48), clip('y', 0, 48), clip('z', 0, 48)] as const;
    const start = nested(...inner);
    const both = clean(
      start,
      nested(clip('x', 0, 40), inner[1], inner[2]),
      nested(inner[0], inner[1], clip('z', 0, 30)),
    );
    const compound = must(tracksOf(both)[0]?.children[1]);
    expect(
      compound.kind === 'Stack' &&
        compound.children.map(
          (child) =>
            'children' in child &&
            child.children.map((one) => 'sourceRange' in one && one.sourceRange?.duration.value.num),
        ),
    ).toEqual([[40, 48, 30]]);
    expect(
      conflicts(start, nested(clip('x', 0, 40), inner[1], inner[2]), nested(clip('x', 0, 30), inner[1], inner[2])),
    ).toEqual([expect.stringContaining('x in compound comp')]);
  });

  test('what clashes of the whole inside of a compound is kept on it (G14)', () => {
    const nested = (...tracks: readonly Track[]): Timeline =>
      film(track('V1', [clip('a', 0, 48), makeStack({ name: 'comp', children: tracks }), clip('b', 0, 48)]));
    const inner = track('n1', [clip('x', 0, 48)]);
    const [ours, theirs] = [track('n2', [clip('y', 0, 20)]), track('n3', [clip('z', 0, 20)])];
    // Counts the markers, too.
    expect(conflicts(nested(inner), nested(inner, ours), nested(inner, theirs))).toHaveLength(2);
  });

  test('linked picture and sound stay in sync, or are a conflict (G12)', () => {
    const av = (picture: readonly Composable[], sound: readonly Composable[]): Timeline =>
      film(track('V1', picture), track('A1', sound, 'Audio'));
    const start = av(storyClips(), storyClips());
    const new1 = clip('NEW', 0, 24);
    const put = (at: number): Timeline => av(storyClips().toSpliced(at, 0, new1), storyClips().toSpliced(at, 0, new1));
    const both = clean(start, put(2), scriptedBoth());
    expect(shape(both)[0]?.slice(4)).toBe(shape(both)[1]?.slice(4));
    function scriptedBoth(): Timeline {
      const shorter = storyClips().map((one, i) => (i === 8 ? { ...one, sourceRange: makeRange(0, 86, fps24) } : one));
      return av(shorter, shorter);
    }
    const other = clip('OTHER', 0, 30);
    const theirs = av(storyClips().toSpliced(2, 0, other), storyClips().toSpliced(2, 0, other));
    const merge = merged(start, put(2), theirs);
    expect(merge.conflicts.length).toBeGreaterThan(0);
    expect(shape(merge.timeline)).toEqual(shape(put(2)));
  });
});

test('G8: frames that neither side touched keep their keys', () => {
  const ours = scripted(base, {
    op: 'insert',
    track: 'V1',
    at: 192,
    clip: { name: 'm02', media: 'm02.mov', source: [0, 48] },
  });
  const theirs = scripted(base, { op: 'ripple', item: 'm09', out: -10 });
  const [before, after] = [compile(base), compile(clean(base, ours, theirs))];
  const key = (program: ReturnType<typeof compile>, frame: number): string =>
    pictureKey(program.pictureAt(frame), sha256);
  for (const frame of [0, 191, 192, 400, 853]) {
    const moved = frame < 192 ? frame : frame + 48;
    expect(key(after, moved)).toBe(key(before, frame));
  }
  expect(key(after, 864 + 48 - 10)).toBe(key(before, 864));
});

test('gaps count', () => {
  const start = timeline([[clip('a', 0, 48), gap(20), clip('b', 0, 48)]]);
  const longer = timeline([[clip('a', 0, 48), gap(30), clip('b', 0, 48)]]);
  const trimmed = scripted(start, { op: 'ripple', item: 'b', out: -8 });
  expect(shape(clean(start, longer, trimmed))).toEqual(['Video 1: a 0+48 | gap 0+30 | b 0+40']);
});

test('G14: any three timelines give one that parses, with every conflict in it and nothing of length zero', () => {
  const anyFilm = fc.tuple(anyTracks, anyEdits);
  fc.assert(
    fc.property(anyFilm, anyFilm, anyFilm, fc.nat(3), ([a], [b, edits], [c], mix) => {
      const [x, y, z] = [timelineOf(a), timelineOf(b), timelineOf(c)];
      const films: readonly (readonly [Timeline, Timeline, Timeline])[] = [
        [x, y, z],
        [x, edited(x, edits), z],
        [y, y, z],
        [x, z, edited(z, edits)],
      ];
      const film = must(films[mix]);
      const merge = merged(...film);
      expect(conflicts(...film)).toHaveLength(merge.conflicts.length);
      const lengths = tracksOf(merge.timeline).flatMap((track) =>
        track.children.flatMap((child) =>
          'sourceRange' in child && child.sourceRange !== null ? [child.sourceRange.duration.value.num] : [],
        ),
      );
      expect(lengths.every((length) => length > 0)).toBe(true);
    }),
    { numRuns: runs },
  );
});
