import { toNumber, type RationalTime } from '@patchwork/time';
import { isPatchworkError, type Json } from '@patchwork/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeEffect, effectKind } from '../known-effect.ts';
import { makeGap, makeMarker, makeRange, makeStack, makeTimeline, makeTrack, makeTransition } from '../builders.ts';
import { jsonFrom } from '../json/json-member.ts';
import type { Composable, Timeline, Track } from '../model.ts';
import { readOtio } from '../otio/read-otio.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { isItem, trimmedRange } from '../ranges.ts';
import { tracksOf } from '../tracks.ts';
import { at, clip, fps } from '../testing/lane-text.ts';
import { runs } from '../testing/random-track.ts';
import type { Edit } from './edit.ts';
import { eventsFromJson, eventsToJson } from './event-json.ts';
import { applyEvents, invertEvents } from './event.ts';
import { planEdit, redoPlan, undoPlan } from './plan.ts';
import { planScript } from './script.ts';

type Shot = readonly [name: number, start: number, length: number] | number;

const anyShot: fc.Arbitrary<Shot> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.nat(4), fc.nat(40), fc.integer({ min: 2, max: 12 })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) },
);

const anyTimeline: fc.Arbitrary<Timeline> = fc
  .array(fc.array(anyShot, { maxLength: 5 }), { minLength: 1, maxLength: 4 })
  .map((tracks) =>
    makeTimeline({
      name: 'many',
      tracks: tracks.map((shots, at) =>
        makeTrack({ name: `t${at}`, trackKind: at === 3 ? 'Audio' : 'Video', children: shots.map(itemOf) }),
      ),
    }),
  );

function itemOf(shot: Shot): Composable {
  return typeof shot === 'number' ? makeGap(at(shot)) : clip(`c${shot[0]}`, shot[1], shot[1] + shot[2]);
}

type Seed = readonly [op: number, track: number, item: number, amount: number];
const anySeed: fc.Arbitrary<Seed> = fc.tuple(fc.nat(11), fc.nat(5), fc.nat(20), fc.integer({ min: 0, max: 9 }));

/** An edit of marks, looks or tracks that fits a timeline. */
function editOf(timeline: Timeline, [op, trackNumber, itemNumber, amount]: Seed): Edit | null {
  const tracks = tracksOf(timeline);
  const track = tracks[trackNumber % Math.max(1, tracks.length)];
  const items = track?.children.filter(isItem) ?? [];
  const all = [timeline.tracks, ...(track === undefined ? [] : [track]), ...items];
  const node = all[itemNumber % all.length] ?? timeline.tracks;
  const target = trackNumber === 5 ? timeline : node;
  switch (op) {
    case 0:
      return {
        op: 'addTrack',
        track: makeTrack({ name: 'new', children: [clip('n', 0, amount + 1)] }),
        index: itemNumber % (tracks.length + 1),
      };
    case 1:
      return track === undefined ? null : { op: 'removeTrack', track: track.id };
    case 2:
    case 3:
      return track === undefined ? null : { op: 'moveTrack', track: track.id, index: itemNumber % tracks.length };
    case 4:
      return {
        op: 'set',
        item: target.id,
        name: `n${amount}`,
        metadata: [{ path: ['notes', `k${amount % 3}`], value: amount > 4 ? jsonFrom({ amount }) : undefined }],
      };
    case 5:
      return {
        op: 'set',
        item: node.id,
        enabled: amount > 4,
        color: amount % 2 === 0 ? null : jsonFrom({ r: amount }),
      };
    case 6:
      return {
        op: 'setMarker',
        item: node.id,
        marker: makeMarker({ name: `m${amount}`, markedRange: makeRange(amount, 1, fps) }),
        ...(amount < node.markers.length ? { number: amount + 1 } : {}),
      };
    case 7:
      return node.markers.length === 0
        ? null
        : { op: 'removeMarker', item: node.id, number: (amount % node.markers.length) + 1 };
    case 8:
      return { op: 'setEffect', item: node.id, effect: makeEffect({ type: 'opacity', opacity: amount / 10 }) };
    case 9:
      return node.effects.some((effect) => effectKind(effect) === 'opacity')
        ? { op: 'removeEffect', item: node.id, effect: 'opacity' }
        : null;
    case 10:
      return { op: 'set', item: timeline.id, start: amount === 0 ? null : at(86400 + amount) };
    default:
      return track === undefined
        ? null
        : { op: 'insert', track: track.id, item: clip('x', 0, amount + 1), at: at(itemNumber) };
  }
}

const text = (timeline: Timeline): string => writeOtio(timeline, { style: 'lossless' });

function reread(timeline: Timeline): Timeline {
  const [read] = readOtio(writeOtio(timeline, { style: 'canonical' })).timelines;
  if (read === undefined) throw new TypeError('reread: no timeline');
  return read;
}

const frames = (time: RationalTime): number => toNumber(time.value) * (24 / toNumber(time.rate));

/** What each frame shows, the lowest layer first, and what it plays, in no order. Disabled tracks and clips, and gaps, show nothing. */
function shown(timeline: Timeline): string[] {
  const pictures: string[][] = [];
  const sounds: string[][] = [];
  for (const track of tracksOf(timeline)) {
    if (!track.enabled) continue;
    const layers = track.trackKind === 'Audio' ? sounds : pictures;
    let now = 0;
    for (const child of track.children) {
      if (!isItem(child)) continue;
      const { start, duration } = trimmedRange(child);
      for (let frame = 0; frame < frames(duration); frame += 1) {
        const looks = [...track.effects, ...child.effects].map((effect) => JSON.stringify(effect.metadata)).join();
        if (child.kind !== 'Gap' && child.enabled)
          (layers[now + frame] ??= []).push(`${media(child)}@${frames(start) + frame} ${looks}`);
      }
      now += frames(duration);
    }
  }
  const over = JSON.stringify(timeline.tracks.effects.map((effect) => effect.metadata));
  return Array.from({ length: Math.max(pictures.length, sounds.length) }, (_, frame) => {
    const layers = [...(pictures[frame] ?? []), '|', ...(sounds[frame] ?? []).toSorted()];
    return layers.length === 1 ? '' : `${over} ${timeline.tracks.enabled} ${layers.join(' ')}`;
  });
}

function media(child: Composable): string {
  return child.kind === 'Clip'
    ? JSON.stringify(
        child.mediaReferences.map(([, reference]) => ('targetUrl' in reference ? reference.targetUrl : '')),
      )
    : child.kind;
}

describe('T58: marks, looks of tracks, and tracks that come, go and move', () => {
  test('T31: undo ∘ do gives the same bytes, do ∘ undo ∘ do is do, and events survive JSON', () => {
    fc.assert(
      fc.property(anyTimeline, fc.array(anySeed, { minLength: 1, maxLength: 6 }), (made, seeds) => {
        const timeline = reread(made);
        let current = timeline;
        for (const seed of seeds) {
          const edit = editOf(current, seed);
          if (edit === null) continue;
          const before = text(current);
          const plan = planEdit(current, edit);
          expect(text(current), 'planning touches nothing').toBe(before);
          expect(text(redoPlan(current, plan)), JSON.stringify(edit)).toBe(text(plan.after));
          if (current === timeline) {
            const events = eventsFromJson(JSON.parse(JSON.stringify(eventsToJson(plan.events))) as Json);
            expect(text(applyEvents(plan.after, invertEvents(events)))).toBe(before);
          }
          const undone = undoPlan(plan.after, plan);
          expect(text(undone)).toBe(before);
          expect(text(redoPlan(undone, plan))).toBe(text(plan.after));
          current = plan.after;
        }
      }),
      { numRuns: runs(120) },
    );
  });

  test('T33: outside its dirty ranges nothing new shows: one by one, and as one transaction', () => {
    fc.assert(
      fc.property(anyTimeline, fc.array(anySeed, { minLength: 1, maxLength: 6 }), (timeline, seeds) => {
        let current = timeline;
        const edits: Edit[] = [];
        for (const seed of seeds) {
          const edit = editOf(current, seed);
          if (edit === null) continue;
          const plan = planEdit(current, edit);
          expectClean(current, plan);
          edits.push(edit);
          current = plan.after;
        }
        const plan = planOf(timeline, edits);
        if (plan !== null) expectClean(timeline, plan);
      }),
      { numRuns: runs(500) },
    );
  });

  test('a mark, a name and moved sound show nothing new', () => {
    const sound = makeTrack({ name: 'A1', trackKind: 'Audio', children: [clip('a', 0, 9)] });
    const timeline = makeTimeline({
      name: 'x',
      tracks: [makeTrack({ children: [clip('a', 0, 9)] }), sound, { ...sound, id: 'other', children: [] }],
    });
    const [picture] = tracksOf(timeline);
    const item = picture?.children[0]?.id ?? '';
    const marker = makeMarker({ markedRange: makeRange(0, 1, fps) });
    for (const edit of [
      { op: 'setMarker', item, marker },
      { op: 'setMarker', item: timeline.tracks.id, marker },
      { op: 'set', item: timeline.id, name: 'y', start: at(10), metadata: [{ path: ['a', 'b'], value: 'c' }] },
      { op: 'set', item: picture?.id ?? '', name: 'y', color: jsonFrom({ r: 1 }) },
      { op: 'moveTrack', track: sound.id, index: 0 },
    ] satisfies Edit[]) {
      const plan = planEdit(timeline, edit);
      expect([plan.dirty, plan.events.length > 0], edit.op).toEqual([[], true]);
    }
  });
});

/** Ids of fresh gaps are others at each planning: a list can only name what stood there or came in by the list. */
function planOf(timeline: Timeline, edits: readonly Edit[]): ReturnType<typeof planEdit> | null {
  try {
    return planEdit(timeline, edits);
  } catch (error) {
    if (isPatchworkError(error) && error.code === 'PW_EDIT_ITEM') return null;
    throw error;
  }
}

function expectClean(before: Timeline, plan: ReturnType<typeof planEdit>): void {
  const [old, now] = [shown(before), shown(plan.after)];
  for (let frame = 0; frame < Math.max(old.length, now.length); frame += 1) {
    if ((old[frame] ?? '') === (now[frame] ?? '')) continue;
    const isDirty = plan.dirty.some(
      ({ range }) => frame >= frames(range.start) && frame < frames(range.start) + frames(range.duration),
    );
    expect(isDirty, `frame ${frame}: ${old[frame]} → ${now[frame]}`).toBe(true);
  }
}

describe('T65: steps of marks and tracks', () => {
  const cut = (): Timeline =>
    makeTimeline({
      name: 'cut',
      tracks: [
        makeTrack({ name: 'V1', children: [clip('a', 0, 10), clip('b', 0, 10)] }),
        makeTrack({ name: 'A1', trackKind: 'Audio', children: [clip('a', 0, 10)] }),
      ],
    });
  const names = (timeline: Timeline): string[] =>
    tracksOf(timeline).map(({ name, trackKind }) => `${trackKind} ${name}`);

  test('a track is added by what it is to be called, or by its place', () => {
    const step = (rest: { readonly [key: string]: Json }): string[] =>
      names(planScript(cut(), { op: 'addTrack', ...rest }).after);
    expect(step({ track: 'V2', name: 'Titles' })).toEqual(['Video V1', 'Video Titles', 'Audio A1']);
    expect(step({ track: 'V1', name: 'Under' })).toEqual(['Video Under', 'Video V1', 'Audio A1']);
    expect(step({ track: 'A2' })).toEqual(['Video V1', 'Audio A1', 'Audio ']);
    expect(step({ kind: 'Subtitle', name: 'S' })).toEqual(['Video V1', 'Audio A1', 'Subtitle S']);
    expect(step({ place: 0, name: 'first' })).toEqual(['Video first', 'Video V1', 'Audio A1']);
    expect(() => step({ track: 'V4' })).toThrow(expect.objectContaining({ code: 'PW_EDIT_TRACK' }));
    expect(() => step({ place: 9 })).toThrow(expect.objectContaining({ code: 'PW_EDIT_TRACK' }));
  });

  test('tracks move, go, and are switched off', () => {
    expect(names(planScript(cut(), { op: 'moveTrack', track: 'A1', place: 0 }).after)).toEqual([
      'Audio A1',
      'Video V1',
    ]);
    expect(names(planScript(cut(), { op: 'removeTrack', track: 'A1' }).after)).toEqual(['Video V1']);
    const off = planScript(cut(), { op: 'set', track: 'V1', enabled: false, rename: 'off' });
    expect(tracksOf(off.after).map(({ name, enabled }) => [name, enabled])).toEqual([
      ['off', false],
      ['A1', true],
    ]);
    expect(off.dirty.map(({ range }) => [frames(range.start), frames(range.duration)])).toEqual([[0, 20]]);
  });

  test('marks of a clip, a track, the stack; name, start and metadata of the timeline', () => {
    const { after } = planScript(cut(), [
      { op: 'setMarker', item: 'a', track: 'V1', marker: { name: 'one', range: [2, 3] } },
      { op: 'setMarker', item: 'a', track: 'V1', marker: { name: 'two', range: [4, 4] } },
      {
        op: 'setMarker',
        item: 'a',
        track: 'V1',
        marker: { name: 'uno', comment: 'c', color: 'BLUE', range: [2, 3] },
        number: 1,
      },
      { op: 'removeMarker', item: 'a', track: 'V1', number: 2 },
      { op: 'setMarker', track: 'V1', marker: { name: 'track', range: [0, 1] } },
      { op: 'setMarker', of: 'stack', marker: { name: 'all', range: [5, 6] } },
      {
        op: 'set',
        of: 'timeline',
        rename: 'new',
        start: 86400,
        rate: '24',
        metadata: [
          { path: 'a.b', value: 1 },
          { path: ['c.d'], value: null },
        ],
      },
      { op: 'set', item: 'a', track: 'V1', color: { r: 1 }, metadata: [{ path: 'gone' }] },
    ]);
    const [track] = tracksOf(after);
    const first = track?.children[0];
    expect({
      name: after.name,
      start: after.globalStartTime,
      metadata: after.metadata,
      all: after.tracks.markers.map(({ name }) => name),
      track: track?.markers.map(({ name }) => name),
      clip:
        first?.kind === 'Clip'
          ? [
              first.color,
              first.markers.map(({ name, comment, color, markedRange }) => [
                name,
                comment,
                color,
                frames(markedRange.start),
              ]),
            ]
          : null,
    }).toEqual({
      name: 'new',
      start: at(86400),
      metadata: jsonFrom({ a: { b: 1 }, 'c.d': null }),
      all: ['all'],
      track: ['track'],
      clip: [jsonFrom({ r: 1 }), [['uno', 'c', 'BLUE', 2]]],
    });
  });

  test('a track is added within a compound', () => {
    const nest = makeStack({
      name: 'nest',
      sourceRange: makeRange(0, 10, fps),
      children: [makeTrack({ children: [clip('a', 0, 10)] })],
    });
    const timeline = makeTimeline({ tracks: [makeTrack({ name: 'V1', children: [nest] })] });
    const inside = { item: 'nest' };
    const { after } = planScript(timeline, [
      { op: 'addTrack', inside, track: 'V2' },
      { op: 'insert', inside, track: 'V2', at: 0, clip: { name: 'new', media: 'n.mov', source: [0, 5] } },
    ]);
    const held = tracksOf(after)[0]?.children[0];
    expect(held?.kind === 'Stack' ? held.children.map((track) => (track as Track).children.length) : null).toEqual([
      1, 1,
    ]);
  });

  test('a transition keeps and gets a name and metadata', () => {
    const transition = makeTransition({ name: 'old', inOffset: at(2), outOffset: at(2) });
    const timeline = makeTimeline({
      tracks: [makeTrack({ name: 'V1', children: [clip('a', 0, 10), transition, clip('b', 0, 10)] })],
    });
    const step = { op: 'setTransition', track: 'V1', at: 10, in: 2, out: 2, rename: 'new', metadata: { a: 1 } };
    const { after } = planScript(timeline, step);
    expect(tracksOf(after)[0]?.children[1]).toMatchObject({ name: 'new', metadata: jsonFrom({ a: 1 }) });
  });

  test.each<readonly [Json, string]>([
    [{ op: 'set', of: 'timeline', enabled: false }, 'PW_EDIT_SET'],
    [{ op: 'set', of: 'timeline', color: null }, 'PW_EDIT_SET'],
    [{ op: 'set', track: 'V1', start: 5 }, 'PW_EDIT_SET'],
    [{ op: 'set', track: 'V1', metadata: [{ path: [], value: 1 }] }, 'PW_EDIT_SCRIPT'],
    [{ op: 'set', track: 'V1', color: 'red' }, 'PW_EDIT_SCRIPT'],
    [{ op: 'set', of: 'nothing' }, 'PW_EDIT_SCRIPT'],
    [{ op: 'set' }, 'PW_EDIT_SCRIPT'],
    [{ op: 'setMarker', of: 'timeline', marker: { range: [0, 1] } }, 'PW_EDIT_ITEM'],
    [{ op: 'setEffect', of: 'timeline', effect: { type: 'opacity', opacity: 1 } }, 'PW_EDIT_ITEM'],
    [{ op: 'setMarker', track: 'V1', marker: { range: [1, 0] } }, 'PW_EDIT_SCRIPT'],
    [{ op: 'setMarker', track: 'V1', marker: { range: [1, 2] }, number: 1 }, 'PW_EDIT_MARKER'],
    [{ op: 'removeMarker', track: 'V1' }, 'PW_EDIT_MARKER'],
    [{ op: 'moveTrack', track: 'V1', place: 2 }, 'PW_EDIT_TRACK'],
    [{ op: 'moveTrack', track: 'V1' }, 'PW_EDIT_SCRIPT'],
    [{ op: 'addTrack', track: 'titles' }, 'PW_EDIT_SCRIPT'],
    [{ op: 'addTrack', content: { OTIO_SCHEMA: 'Gap.1' } }, 'PW_EDIT_SCRIPT'],
  ])('%j is refused by name', (step, code) => {
    expect(() => planScript(cut(), step)).toThrow(expect.objectContaining({ code }));
  });
});
