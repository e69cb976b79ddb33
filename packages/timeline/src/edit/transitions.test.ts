import { describe, expect, test } from 'vitest';
import { makeEffect, knownEffect } from '../known-effect.ts';
import { jsonFrom, withMember } from '../json/json-member.ts';
import { makeMarker, makeRange, makeStack, makeTimeline, makeTimeWarp, makeTrack } from '../builders.ts';
import type { Clip, Timeline } from '../model.ts';
import { tracksOf } from '../tracks.ts';
import { at, clip, firstTrack, fps, idOf, pictureOf, planOn, timelineFrom, trackFrom } from '../testing/lane-text.ts';
import { drawTrack } from './picture.ts';
import { planEdit } from './plan.ts';

const media = { A: [0, 100], B: [0, 100], C: [0, 100] } as const;

function itemNamed(timeline: Timeline, name: string): Clip {
  const found = firstTrack(timeline).children.find((child) => child.name === name);
  if (found?.kind !== 'Clip') throw new TypeError(`no clip ${name}`);
  return found;
}

describe('T40: transitions', () => {
  const track = '|10 A 40<4/6>10 B 40|10 C 40|';

  test('T40: a roll moves the transition with its cut', () => {
    const plan = planOn(timelineFrom(track, media), (id) => ({ op: 'roll', item: id('B'), deltaIn: at(5) }));
    expect(pictureOf(plan.after)).toBe('|10 A 45<4/6>15 B 40|10 C 40|');
    expect(plan.droppedTransitions).toEqual([]);
  });

  test('T40: a ripple into the media leaves what handle there is', () => {
    const plan = planOn(timelineFrom(track, media), (id) => ({ op: 'ripple', item: id('B'), deltaIn: at(-8) }));
    expect(pictureOf(plan.after)).toBe('|10 A 40<2/6>2 B 40|10 C 40|');
    expect(plan.adjustedTransitions).toHaveLength(1);
  });

  test('T40: no handle at all on one side keeps the other side, none on both drops it', () => {
    const oneSided = planOn(timelineFrom(track, media), (id) => ({ op: 'ripple', item: id('B'), deltaIn: at(-10) }));
    expect(pictureOf(oneSided.after)).toBe('|10 A 40<0/6>0 B 40|10 C 40|');
    const noTail = planOn(oneSided.after, (id) => ({ op: 'ripple', item: id('A'), deltaOut: at(60) }));
    expect(pictureOf(noTail.after)).toBe('|10 A 100|0 B 40|10 C 40|');
    expect(noTail.droppedTransitions).toHaveLength(1);
  });

  test('T41: a transition whose cut is gone is dropped, never left at another cut', () => {
    const removed = planOn(timelineFrom(track, media), (id) => ({ op: 'remove', item: id('B'), fill: false }));
    expect(pictureOf(removed.after)).toBe('|10 A 40|10 C 40|');
    const between = planOn(timelineFrom(track, media), (_, to) => ({
      op: 'insert',
      item: clip('N', 0, 5),
      track: to,
      at: at(30),
    }));
    expect(pictureOf(between.after)).toBe('|10 A 40|0 N 5|10 B 40|10 C 40|');
    expect(between.droppedTransitions).toHaveLength(1);
  });

  test('T41: removing the clip between two transitions leaves none, not two side by side', () => {
    const plan = planOn(timelineFrom('|10 A 40<4/4>10 B 40<4/4>10 C 40|', media), (id) => ({
      op: 'remove',
      item: id('B'),
      fill: true,
    }));
    expect(pictureOf(plan.after)).toBe('|10 A 40| GAP 30 |10 C 40|');
  });

  test('T41: an edit away from a transition leaves it alone', () => {
    const plan = planOn(timelineFrom(track, media), (id) => ({ op: 'ripple', item: id('C'), deltaOut: at(-5) }));
    expect(pictureOf(plan.after)).toBe('|10 A 40<4/6>10 B 40|10 C 35|');
  });

  test('T42: policy remove drops, policy error refuses', () => {
    const edit = (id: (name: string) => string) => ({ op: 'ripple', item: id('B'), deltaIn: at(-8) }) as const;
    expect(pictureOf(planOn(timelineFrom(track, media), edit, { transitions: 'remove' }).after)).toBe(
      '|10 A 40|2 B 40|10 C 40|',
    );
    expect(() => planOn(timelineFrom(track, media), edit, { transitions: 'error' })).toThrow(
      expect.objectContaining({ code: 'PW_EDIT_TRANSITION' }),
    );
  });

  test('T43: a slice inside the reach of a transition shortens it to the new half', () => {
    const plan = planOn(timelineFrom(track, media), (_, to) => ({ op: 'slice', target: to, at: at(28) }));
    expect(pictureOf(plan.after)).toBe('|10 A 38|38 A 40<2/6>10 B 40|10 C 40|');
  });

  test('T44: the dirty range covers an adjusted transition', () => {
    const plan = planOn(timelineFrom(track, media), (id) => ({ op: 'ripple', item: id('B'), deltaIn: at(-8) }));
    expect(
      plan.dirty.map(({ range }) => [range.start.value.num, range.start.value.num + range.duration.value.num]),
    ).toEqual([[26, 98]]);
  });
});

describe('T45: what travels with a half', () => {
  test('T45: markers go with the half their start lies in, fades with their edge, key frames stay on their picture', () => {
    const base = clip('A', 100, 148) as Clip;
    const decorated: Clip = {
      ...base,
      markers: [
        makeMarker({ name: 'early', markedRange: makeRange(105, 1, fps) }),
        makeMarker({ name: 'late', markedRange: makeRange(140, 1, fps) }),
      ],
      effects: [makeEffect({ type: 'fade', inSeconds: { num: 1, den: 2 }, outSeconds: { num: 1, den: 3 } })],
    };
    const timeline = makeTimeline({ name: 't', tracks: [makeTrack({ children: [decorated] })] });
    const [left, right] = firstTrack(planEdit(timeline, { op: 'slice', target: decorated.id, at: at(20) }).after)
      .children as Clip[];
    expect(left?.markers.map((marker) => marker.name)).toEqual(['early']);
    expect(right?.markers.map((marker) => marker.name)).toEqual(['late']);
    expect([left, right].map((half) => half?.effects.map(knownEffect))).toEqual([
      [{ type: 'fade', inSeconds: { num: 1, den: 2 }, outSeconds: { num: 0, den: 1 } }],
      [{ type: 'fade', inSeconds: { num: 0, den: 1 }, outSeconds: { num: 1, den: 3 } }],
    ]);
    expect(right?.id).not.toBe(decorated.id);
  });

  test('T46: a warp moves the source by offset × scalar; keys and markers follow their picture', () => {
    const fast: Clip = {
      ...(clip('A', 0, 48) as Clip),
      effects: [
        makeTimeWarp(2),
        makeEffect({
          type: 'opacity',
          opacity: { keyframes: [{ time: { num: 1, den: 1 }, value: 1, interpolation: 'linear' }] },
        }),
      ],
      markers: [makeMarker({ markedRange: makeRange(30, 1, fps) })],
    };
    const timeline = makeTimeline({ name: 't', tracks: [makeTrack({ children: [fast] })] });
    const after = planEdit(timeline, { op: 'ripple', item: fast.id, deltaIn: at(10) }).after;
    const cut = itemNamed(after, 'A');
    expect(pictureOf(after)).toBe('|20 A 58|');
    // The key stood at record frame 24, that is now frame 14 of the clip, whose own time begins at 20.
    expect(cut.effects.map(knownEffect)[1]).toEqual({
      type: 'opacity',
      opacity: {
        keyframes: [{ time: { num: 34, den: 24 }, value: 1, interpolation: 'linear' }].map((key) => ({
          ...key,
          time: { num: 17, den: 12 },
        })),
      },
    });
    expect(cut.markers[0]?.markedRange.start.value).toEqual({ num: 40, den: 1 });
  });

  test("T47: Resolve's key frames, counted from the clip's first frame, shift when the head goes", () => {
    const keys = jsonFrom({
      Resolve_OTIO: { Parameters: [{ 'Parameter ID': 'zoom', 'Key Frames': { x203: 0 } }, { 'Key Frames': {} }] },
    });
    const numbered = withMember(keys, ['Resolve_OTIO', 'Parameters'], {
      type: 'array',
      items: [
        {
          type: 'object',
          entries: [
            [
              'Key Frames',
              {
                type: 'object',
                entries: [
                  ['203', true],
                  ['3', false],
                ],
              },
            ],
          ],
        },
      ],
    });
    const base = clip('A', 0, 300) as Clip;
    const zoomed: Clip = { ...base, effects: [{ ...makeEffect({ type: 'opacity', opacity: 1 }), metadata: numbered }] };
    const timeline = makeTimeline({ name: 't', tracks: [makeTrack({ children: [zoomed] })] });
    const after = itemNamed(planEdit(timeline, { op: 'ripple', item: zoomed.id, deltaIn: at(10) }).after, 'A');
    expect(JSON.stringify(after.effects[0]?.metadata)).toContain('[["193",true],["-7",false]]');
  });

  test('T48: a nested stack is edited as one child', () => {
    const inner = makeStack({ name: 'S', children: [trackFrom('|0 X 50|')] });
    const timeline = makeTimeline({
      name: 't',
      tracks: [makeTrack({ children: [clip('A', 0, 10), inner, clip('B', 0, 10)] })],
    });
    const sliced = planEdit(timeline, { op: 'slice', target: inner.id, at: at(30) });
    expect(pictureOf(sliced.after)).toBe('|0 A 10|0 S 20|20 S 50|0 B 10|');
    const longer = planEdit(timeline, { op: 'ripple', item: inner.id, deltaOut: at(5) });
    expect(
      longer.limits.map((limit) => limit.applied.value.num),
      'it is as long as what it holds',
    ).toEqual([0]);
  });
});

describe('T50: linked groups', () => {
  function linked(): Timeline {
    const link = jsonFrom({ patchwork: { link: 'scene 1' } });
    const [picture, sound] = [clip('A', 10, 40, { A: [0, 45] }), clip('A.wav', 10, 40, { 'A.wav': [0, 100] })];
    return makeTimeline({
      name: 't',
      tracks: [
        makeTrack({ name: 'V1', children: [{ ...picture, metadata: link }, clip('B', 0, 30)] }),
        makeTrack({ name: 'A1', trackKind: 'Audio', children: [{ ...sound, metadata: link }, clip('B.wav', 0, 30)] }),
      ],
    });
  }
  const pictures = (timeline: Timeline): string[] => tracksOf(timeline).map((track) => drawTrack(track));

  test('T50: picture and sound ripple by what the tighter of them allows', () => {
    const timeline = linked();
    const plan = planEdit(timeline, { op: 'ripple', item: idOf(timeline, 'A'), deltaOut: at(20) }, { group: 'linked' });
    expect(pictures(plan.after)).toEqual(['|10 A 45|0 B 30|', '|10 A.wav 45|0 B.wav 30|']);
    expect(plan.limits.map((limit) => limit.applied.value.num)).toEqual([5]);
    expect(() =>
      planEdit(
        timeline,
        { op: 'ripple', item: idOf(timeline, 'A.wav'), deltaOut: at(20) },
        { group: 'linked', limits: 'strict' },
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'PW_EDIT_LIMIT',
        details: expect.objectContaining({ possible: '5' }) as unknown,
      }),
    );
  });

  test('T50: sliced together, the right halves belong to each other', () => {
    const timeline = linked();
    const plan = planEdit(timeline, { op: 'slice', target: idOf(timeline, 'A'), at: at(10) }, { group: 'linked' });
    expect(pictures(plan.after)).toEqual(['|10 A 20|20 A 40|0 B 30|', '|10 A.wav 20|20 A.wav 40|0 B.wav 30|']);
    const again = planEdit(
      plan.after,
      { op: 'remove', item: tracksOf(plan.after)[0]?.children[1]?.id ?? '', fill: false },
      { group: 'linked' },
    );
    expect(pictures(again.after)).toEqual(['|10 A 20|0 B 30|', '|10 A.wav 20|0 B.wav 30|']);
  });

  test('T50: a named group moves together', () => {
    const timeline = linked();
    const plan = planEdit(
      timeline,
      { op: 'move', item: idOf(timeline, 'A'), at: at(40) },
      { group: [idOf(timeline, 'A.wav')] },
    );
    expect(pictures(plan.after)).toEqual(['| GAP 30 |0 B 10|10 A 40|', '| GAP 30 |0 B.wav 10|10 A.wav 40|']);
  });
});
