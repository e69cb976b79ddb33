import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, divide, rational, type Rational } from '@patchwork/time';
import {
  clipsIn,
  jsonFrom,
  knownEffect,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeTime,
  makeTimeline,
  makeTrack,
  type KnownEffect,
  type Param,
  type TimeMapEffect,
  type TransformEffect,
} from '@patchwork/timeline';
import { readXmeml } from './read.ts';
import { writeXmeml } from './write.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);
const rate = rational(24);
const mediaStart = rational(3600);
/** Own time of a frame of the media. */
const ownTime = (frame: number): Rational => add(mediaStart, divide(rational(Math.round(frame * 20), 20), rate));

/** One clip of 48 frames from frame 10 of its media on a canvas of 1920 × 1080. */
function timelineWith(effect: KnownEffect): ReturnType<typeof makeTimeline> {
  const frames = (count: number): ReturnType<typeof makeTime> => makeTime(count, rate);
  const clip = makeClip({
    name: 'one',
    sourceRange: { start: frames(86410), duration: frames(48) },
    effects: [makeEffect(effect)],
    media: makeExternalReference({
      name: 'a.mov',
      targetUrl: 'file:///m/a.mov',
      availableRange: { start: frames(86400), duration: frames(200) },
    }),
  });
  return makeTimeline({
    name: 't',
    tracks: [makeTrack({ name: 'V1', trackKind: 'Video', children: [clip] })],
    globalStartTime: frames(86400),
    metadata: jsonFrom({ patchwork: { canvas: { width: 1920, height: 1080, rate: '24/1', colorSpace: '' } } }),
  });
}

function again(effect: KnownEffect): (KnownEffect | null)[] {
  const { text, notSaid } = writeXmeml(timelineWith(effect));
  expect(notSaid).toEqual([]);
  const [back] = readXmeml('again', text).timelines;
  return back === undefined ? [] : [...clipsIn(back)].flatMap((clip) => clip.effects.map(knownEffect));
}

const value = fc.integer({ min: -3_000_000, max: 3_000_000 }).map((millionths) => millionths / 1_000_000 + 0);

/** A number, or key frames at the given frames whose values are not all the same. */
function param(frames: readonly number[], values: fc.Arbitrary<number>): fc.Arbitrary<Param> {
  const keys = fc
    .array(values, { minLength: frames.length, maxLength: frames.length })
    .filter((all) => new Set(all).size > 1)
    .map((all) => ({
      keyframes: frames.map((frame, index) => ({
        time: ownTime(frame),
        value: all[index] ?? 0,
        interpolation: 'linear' as const,
      })),
    }));
  return fc.oneof(values, keys);
}

const transform: fc.Arbitrary<TransformEffect> = fc
  .record({
    x: param([10, 20, 57], value),
    y: param([10, 20, 57], value),
    scale: param([12, 13], value),
    rotation: param([0, 100], value),
    anchor: fc.oneof(fc.constant({ x: 0, y: 0 }), fc.record({ x: value, y: value })),
  })
  .filter(({ x, y, scale, rotation }) => x !== 0 || y !== 0 || scale !== 1 || rotation !== 0)
  .map(({ x, y, scale, rotation, anchor }) => ({
    type: 'transform',
    position: { x, y },
    scale: { x: scale, y: scale },
    rotation,
    anchor,
  }));

describe('motion', () => {
  test('X8: scale, rotation, centre and anchor are read as they were written, key frames included', () => {
    fc.assert(
      fc.property(transform, (effect) => {
        expect(again(effect)).toEqual([effect]);
      }),
      { numRuns: runs },
    );
  });

  const basic = `<xmeml version="4"><sequence id="s"><name>s</name>
    <rate><timebase>24</timebase></rate><media><video><format><samplecharacteristics><width>1920</width><height>1080</height></samplecharacteristics></format>
    <track><clipitem id="c"><name>c</name><rate><timebase>24</timebase></rate><start>0</start><end>24</end><in>0</in><out>24</out>
    <file id="f"><name>f</name><pathurl>file:///m/f.mov</pathurl><media><video><samplecharacteristics><width>1920</width><height>1080</height></samplecharacteristics></video></media></file>
    <filter><effect><name>Basic Motion</name><effectid>basic</effectid>
    <parameter><parameterid>scale</parameterid><value>50</value></parameter>
    <parameter><parameterid>center</parameterid><value><horiz>0.25</horiz><vert>0.1</vert></value></parameter>
    <parameter><parameterid>centerOffset</parameterid><value><horiz>0</horiz><vert>-0.2</vert></value></parameter>
    </effect></filter></clipitem></track></video></media></sequence></xmeml>`;

  test('X8: a quarter of 1920 to the right is 480 pixels, 4/9 of the height; the anchor comes to lie on the centre', () => {
    const { timelines, diagnostics } = readXmeml('x.xml', basic);
    expect(diagnostics).toEqual([]);
    expect(timelines.flatMap((one) => [...clipsIn(one)].flatMap((clip) => clip.effects.map(knownEffect)))).toEqual([
      {
        type: 'transform',
        // The anchor lies 0.2 heights above the middle, the centre 0.1 below: the picture is moved by −0.1 − 0.2.
        position: { x: 0.444444444444444, y: -0.3 },
        scale: { x: 0.5, y: 0.5 },
        rotation: 0,
        anchor: { x: 0, y: 0.2 },
      },
    ]);
  });
});

const share = fc.integer({ min: 0, max: 400 }).map((thousandths) => thousandths / 1000);

test('X10: crops in place are read as they were written; others are named', () => {
  fc.assert(
    fc.property(param([10, 30], share), share, param([0, 5], share), (left, right, bottom) => {
      const effect: KnownEffect = { type: 'crop', inPlace: true, left, right, top: 0.5, bottom };
      expect(again(effect)).toEqual([effect]);
    }),
    { numRuns: runs },
  );
  const conformed = timelineWith({ type: 'crop', left: 0.1, right: 0, top: 0, bottom: 0 });
  expect(writeXmeml(conformed).notSaid.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    'error the effect "crop" has no place in xmeml; it was left out',
  ]);
});

const timeMap: fc.Arbitrary<TimeMapEffect> = fc
  .record({
    frames: fc.uniqueArray(fc.integer({ min: 0, max: 4000 }), { minLength: 2, maxLength: 6 }),
    values: fc.array(fc.integer({ min: 0, max: 16_000 }), { minLength: 6, maxLength: 6 }),
    sampling: fc.constantFrom('nearest' as const, 'blend' as const),
  })
  .map(({ frames, values, sampling }) => ({
    type: 'timeMap',
    // Tenths of record frames, quarters of source frames: a list of decimals says both exactly.
    points: frames
      .toSorted((a, b) => a - b)
      .map((frame, index) => ({ time: ownTime(frame / 10), value: ownTime((values[index] ?? 0) / 4) })),
    sampling,
  }));

describe('changing speeds', () => {
  test('X9: the points of a retime are read as they were written', () => {
    fc.assert(
      fc.property(timeMap, (effect) => {
        expect(again(effect)).toEqual([effect]);
      }),
      { numRuns: runs },
    );
  });

  test('X9: curves between the points are kept, drawn straight and said so; a graph without points stays unmodelled', () => {
    const { text } = writeXmeml(
      timelineWith({
        type: 'timeMap',
        points: [
          { time: ownTime(0), value: ownTime(0) },
          { time: ownTime(24), value: ownTime(72) },
        ],
        sampling: 'nearest',
      }),
    );
    const curved = text.replace('</when>', '</when><outbez><horiz>1</horiz><vert>2</vert></outbez>');
    expect(readXmeml('x', curved).diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'PW_XMEML_CURVE the curves of "graphdict" are not modelled; they are made of straight pieces here',
    ]);
    const empty = text.replaceAll(/<keyframe>[\s\S]*?<\/keyframe>/g, '');
    expect(readXmeml('x', empty).diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'PW_XMEML_UNMODELLED filter "Time Remap" ramps the speed, which is not modelled',
    ]);
  });
});
