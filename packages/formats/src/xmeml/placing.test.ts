import { describe, expect, test } from 'vitest';
import { add, divide, rational, secondsFromTime, zero, type Rational } from '@patchwork/time';
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
  unmodelledOf,
  type KnownEffect,
  type Param,
  type Timeline,
  type TransformEffect,
} from '@patchwork/timeline';
import { keptIn } from '../clip-metadata.ts';
import { readTimelineFile } from '../read-timeline-file.ts';
import { hasSamples, sampleBytes } from '../testing/samples.ts';
import { readXmeml } from './read.ts';
import { writeXmeml } from './write.ts';

const rate = rational(24);
const frames = (count: number): ReturnType<typeof makeTime> => makeTime(count, rate);
const at = (frame: number): Rational => divide(rational(frame), rate);

function effectsOf(timeline: Timeline | undefined): (KnownEffect | null)[] {
  return timeline === undefined ? [] : [...clipsIn(timeline)].flatMap((clip) => clip.effects.map(knownEffect));
}

const parameter = (id: string, content: string): string =>
  `<parameter><parameterid>${id}</parameterid><name>${id}</name>${content}</parameter>`;
const point = (x: number, y: number): string => `<value><horiz>${x}</horiz><vert>${y}</vert></value>`;

/** One clip of 48 frames on a sequence of 1920 × 1080. */
function document(
  parts: { motion?: string; size?: string; version?: string; filter?: string; edges?: string } = {},
): string {
  const { size = '<width>1920</width><height>1080</height>', version = '4', motion, filter = '' } = parts;
  const basic =
    motion === undefined
      ? ''
      : `<filter><effect><name>Basic Motion</name><effectid>basic</effectid>${motion}</effect></filter>`;
  return `<xmeml version="${version}"><sequence id="s"><name>s</name><rate><timebase>24</timebase></rate><media><video>
    <format><samplecharacteristics><width>1920</width><height>1080</height></samplecharacteristics></format>
    <track><clipitem id="c"><name>c</name><rate><timebase>24</timebase></rate>${parts.edges ?? '<start>0</start><end>48</end><in>0</in><out>48</out>'}
    <file id="f"><name>f</name><pathurl>file:///m/f.mov</pathurl><duration>400</duration><media><video><samplecharacteristics>${size}</samplecharacteristics></video></media></file>
    ${basic}${filter}</clipitem></track></video></media></sequence></xmeml>`;
}

function read(text: string): ReturnType<typeof readXmeml> {
  return readXmeml('x.xml', text);
}

const atRest = { position: { x: 0, y: 0 }, rotation: 0, anchor: { x: 0, y: 0 } };
const uhd = '<width>3840</width><height>2160</height>';

describe('pictures of another size', () => {
  test('X8: Final Cut Pro 7 and Premiere show them pixel by pixel, whether they are scaled or not', () => {
    expect(effectsOf(read(document({ size: uhd })).timelines[0])).toEqual([{ type: 'conform', mode: 'none' }]);
    const scaled = (value: number): unknown => {
      const { timelines, diagnostics } = read(
        document({ size: uhd, motion: parameter('scale', `<value>${value}</value>`) }),
      );
      expect(diagnostics).toEqual([]);
      return effectsOf(timelines[0]);
    };
    // Half of 3840 × 2160 just fits; the vocabulary counts from there.
    expect(scaled(50)).toEqual([]);
    expect(scaled(75)).toEqual([{ type: 'transform', ...atRest, scale: { x: 1.5, y: 1.5 } }]);
    expect(scaled(100)).toEqual([{ type: 'conform', mode: 'none' }]);
  });

  test('X8: their points are fractions of their own size: a quarter of 3840 is 960 pixels, 8/9 of 1080', () => {
    const motion = parameter('center', point(0.25, 0.1)) + parameter('centeroffset', point(0, -0.2));
    expect(effectsOf(read(document({ size: uhd, motion })).timelines[0])).toEqual([
      {
        type: 'transform',
        // 0.1 of 2160 is 216 pixels down, 0.2 of 1080; the anchor lies 432 pixels of the file above its middle, 216 when it is
        // fitted, 0.2 of 1080. At 100 % it is twice as large as fitted.
        position: { x: 0.888888888888889, y: -0.4 },
        scale: { x: 2, y: 2 },
        rotation: 0,
        anchor: { x: 0, y: 0.2 },
      },
    ]);
  });

  test('X8: Resolve fits them first; what its points are measured in nobody says, so a moved one is kept and named', () => {
    const scaled = read(document({ size: uhd, version: '5', motion: parameter('scale', '<value>50</value>') }));
    expect(effectsOf(scaled.timelines[0])).toEqual([{ type: 'transform', ...atRest, scale: { x: 0.5, y: 0.5 } }]);
    const moved = read(document({ size: uhd, version: '5', motion: parameter('center', point(0.25, 0)) }));
    expect(moved.diagnostics.map(({ message }) => message)).toEqual([
      'filter "Basic Motion" moves a picture of a size that is not the sequence’s, which is not modelled',
    ]);
    expect(effectsOf(moved.timelines[0])).toEqual([]);
  });

  test('X8: so is a moved one of pixels that are not square', () => {
    const size = '<width>720</width><height>480</height><pixelaspectratio>NTSC-601</pixelaspectratio>';
    const { timelines, diagnostics } = read(document({ size, motion: parameter('center', point(0.25, 0)) }));
    expect(diagnostics.map(({ code }) => code)).toEqual(['PW_XMEML_UNMODELLED']);
    expect(effectsOf(timelines[0])).toEqual([{ type: 'conform', mode: 'none' }]);
  });

  test.runIf(hasSamples())('X8: Premiere fills 1920 pixels with 2048 at 93.75 %, and with 1280 at 150 %', () => {
    const files = [
      // [file, width of the media, clips that fill the frame as they are, clips at 93.8 %, half a thousandth more; nested ones too]
      ['xmeml/empty_name_tags.xml', 2048, 62, 61],
      ['xmeml/kdenlive_example_from_fcp.xml', 1280, 5, 0],
    ] as const;
    for (const [path, width, filling, others] of files) {
      const [timeline] = readTimelineFile({ name: path, bytes: sampleBytes(path) }).timelines;
      const clips = [...clipsIn(timeline ?? makeTimeline({ tracks: [] }))].filter((clip) => {
        const media = clip.mediaReferences[0]?.[1];
        return media?.kind === 'ExternalReference' && keptIn(media.metadata, 'xmeml')['width'] === width;
      });
      const transformed = clips
        .flatMap((clip) => clip.effects.map(knownEffect))
        .filter((known) => known?.type === 'transform');
      expect(
        transformed.map((known) => known.scale.x),
        path,
      ).toEqual(Array.from({ length: others }, () => Number((0.938 / 0.9375).toPrecision(12))));
      expect(clips.filter(({ effects }) => effects.length === 0).length, path).toBeGreaterThanOrEqual(filling);
    }
  });
});

function timelineWith(effects: readonly KnownEffect[], raster: { width: number; height: number } | null): Timeline {
  const clip = makeClip({
    name: 'one',
    sourceRange: { start: frames(0), duration: frames(48) },
    effects: effects.map(makeEffect),
    media: makeExternalReference({
      name: 'a.mov',
      targetUrl: 'file:///m/a.mov',
      availableRange: { start: frames(0), duration: frames(200) },
      metadata: jsonFrom(raster === null ? {} : { fcpxml: { format: { ...raster } } }),
    }),
  });
  return makeTimeline({
    name: 't',
    tracks: [makeTrack({ name: 'V1', trackKind: 'Video', children: [clip] })],
    metadata: jsonFrom({ patchwork: { canvas: { width: 1920, height: 1080, rate: '24/1', colorSpace: '' } } }),
  });
}

function written(effects: readonly KnownEffect[], raster: { width: number; height: number } | null): unknown {
  const { text, notSaid } = writeXmeml(timelineWith(effects, raster));
  return {
    again: effectsOf(read(text).timelines[0]),
    notSaid: notSaid.map(({ severity, message }) => `${severity} ${message}`),
  };
}

describe('writing pictures of another size', () => {
  const big = { width: 3840, height: 2160 };
  const none: KnownEffect = { type: 'conform', mode: 'none' };
  const move: TransformEffect = {
    type: 'transform',
    position: { x: 0.5, y: -0.25 },
    scale: { x: 0.5, y: 0.5 },
    rotation: 0,
    anchor: { x: 0.25, y: 0 },
  };

  test('X8: fitted ones are read as they were written, in the size that other programs show them at', () => {
    expect(written([move], big)).toEqual({ again: [move], notSaid: [] });
    expect(written([], big)).toEqual({ again: [], notSaid: [] });
    expect(writeXmeml(timelineWith([move], big)).text).toContain('<value>25</value>');
  });

  test('X8: where a transform has no place, the picture keeps its size', () => {
    const uneven: KnownEffect = { ...move, scale: { x: 1, y: 0.5 } };
    expect(written([uneven], big)).toEqual({
      again: [],
      notSaid: [
        'error a scale that differs between width and height has no place in xmeml; the transform was left out',
      ],
    });
    expect(writeXmeml(timelineWith([uneven], big)).text).toContain('<value>50</value>');
  });

  test('X8: so are those that are shown pixel by pixel and left alone; a moved one says what is different', () => {
    expect(written([none], big)).toEqual({ again: [none], notSaid: [] });
    expect(written([none, move], big)).toMatchObject({
      notSaid: [
        'warning a transform of a picture that is shown pixel by pixel moves all of it in xmeml, not what the frame left of it',
      ],
    });
  });

  test('X8: what came from Resolve goes back to it as it means it', () => {
    const motion = parameter('scale', '<value>50</value>');
    const [timeline] = read(document({ size: uhd, version: '5', motion })).timelines;
    const { text, notSaid } = writeXmeml(timeline ?? makeTimeline({ tracks: [] }));
    expect(notSaid).toEqual([]);
    expect(effectsOf(read(text).timelines[0])).toEqual([{ type: 'transform', ...atRest, scale: { x: 0.5, y: 0.5 } }]);
  });

  test('X8: of an unknown size only the fit can be written', () => {
    expect(written([none], null)).toEqual({
      again: [],
      notSaid: [
        'error the conform "none" of a picture of unknown size, or for Resolve, has no place in xmeml; it was left out',
      ],
    });
  });
});

const key = (when: number, value: number, more: string = ''): string =>
  `<keyframe><when>${when}</when><value>${value}</value>${more}</keyframe>`;
const hold = '<interpolation><name>hold</name></interpolation>';
const bezier = '<outbez><horiz>0.1</horiz><vert>0.2</vert></outbez>';

describe('key frames', () => {
  const opacity = (content: string): ReturnType<typeof readXmeml> =>
    read(
      document({
        filter: `<filter><effect><name>Opacity</name><effectid>opacity</effectid>${parameter('opacity', content)}</effect></filter>`,
      }),
    );

  test('X11: a held key holds, whether the key or the whole parameter says so', () => {
    const keyframes = [
      { time: zero, value: 0, interpolation: 'hold' },
      { time: at(24), value: 1, interpolation: 'linear' },
      { time: at(36), value: 0.5, interpolation: 'linear' },
    ];
    const own = opacity(`<value>0</value>${key(0, 0, hold)}${key(24, 100)}${key(36, 50)}`);
    expect(effectsOf(own.timelines[0])).toEqual([{ type: 'opacity', opacity: { keyframes } }]);
    expect(own.diagnostics).toEqual([]);
    const whole = opacity(`<value>0</value>${key(0, 0)}${key(24, 100)}${hold}`);
    expect(effectsOf(whole.timelines[0])).toEqual([
      {
        type: 'opacity',
        opacity: { keyframes: keyframes.slice(0, 2).map((one) => ({ ...one, interpolation: 'hold' })) },
      },
    ]);
  });

  test('X11: a curve is kept as unmodelled, so another curve is another picture; a flat one is none', () => {
    const kept = (handle: string): (readonly [string, string])[] => {
      const [timeline] = opacity(`${key(0, 0, handle)}${key(24, 100)}`).timelines;
      return [...clipsIn(timeline ?? makeTimeline({ tracks: [] }))].flatMap((clip) =>
        unmodelledOf(clip).map(({ label, content }) => [label, content] as const),
      );
    };
    expect(kept('')).toEqual([]);
    expect(kept(bezier).map(([label]) => label)).toEqual(['curve of "opacity"']);
    expect(kept(bezier)).not.toEqual(kept(bezier.replace('0.2', '0.3')));
    expect(kept('<interpolation><name>bezier</name></interpolation>')).toHaveLength(1);
    expect(kept('<interpolation><name>FCPCurve</name></interpolation>')).toEqual([]);
    expect(opacity(`${key(0, 50, bezier)}${key(24, 50)}`).diagnostics).toEqual([]);
  });

  test('X11: both halves of a curved point are told once', () => {
    const place = (when: number, x: number): string =>
      `<keyframe><when>${when}</when>${point(x, x)}<inscale>0.5</inscale></keyframe>`;
    const { diagnostics } = read(document({ motion: parameter('center', place(0, 0) + place(24, 0.5)) }));
    expect(diagnostics.map(({ code }) => code)).toEqual(['PW_XMEML_CURVE']);
  });

  test('X8: an anchor that moves straight moves the picture the other way', () => {
    const place = (when: number, x: number): string => `<keyframe><when>${when}</when>${point(x, 0)}</keyframe>`;
    const motion =
      parameter('center', place(0, 0) + place(24, 0.5)) + parameter('centeroffset', place(0, 0) + place(48, 0.5));
    const moving = (values: readonly (readonly [number, number])[]): Param => ({
      keyframes: values.map(([when, value]) => ({ time: at(when), value, interpolation: 'linear' })),
    });
    expect(effectsOf(read(document({ motion })).timelines[0])).toEqual([
      {
        type: 'transform',
        scale: { x: 1, y: 1 },
        rotation: 0,
        anchor: {
          x: moving([
            [0, 0],
            [48, 0.888888888888889],
          ]),
          y: 0,
        },
        // At 24 the centre stands at 8/9 and the anchor at 4/9; at 48 both at 8/9.
        position: {
          x: moving([
            [0, 0],
            [24, 0.444444444444],
            [48, 0],
          ]),
          y: 0,
        },
      },
    ]);
  });

  const eased = (interpolation: 'hold' | 'smooth'): KnownEffect => ({
    type: 'opacity',
    opacity: {
      keyframes: [
        { time: at(4), value: 0, interpolation },
        { time: at(8), value: 1, interpolation: 'linear' },
      ],
    },
  });

  test('X11: holds and eases are written as straight pieces that show the same at every frame', () => {
    const rows = (interpolation: 'hold' | 'smooth'): unknown => {
      const { text, notSaid } = writeXmeml(timelineWith([eased(interpolation)], null));
      expect(notSaid).toEqual([]);
      const [known] = effectsOf(read(text).timelines[0]);
      return known?.type === 'opacity' && typeof known.opacity !== 'number'
        ? known.opacity.keyframes.map(({ time, value }) => [(time.num * 24) / time.den, value])
        : known;
    };
    expect(rows('hold')).toEqual([
      [4, 0],
      [7, 0],
      [8, 1],
    ]);
    // 3u² − 2u³ at a quarter, a half and three quarters.
    expect(rows('smooth')).toEqual([
      [4, 0],
      [5, 0.15625],
      [6, 0.5],
      [7, 0.84375],
      [8, 1],
    ]);
  });

  test('X11: keys between frames cannot be straightened, which is said', () => {
    const effect = eased('smooth');
    const [first, second] =
      effect.type === 'opacity' && typeof effect.opacity !== 'number' ? effect.opacity.keyframes : [];
    if (first === undefined || second === undefined) throw new TypeError('no keys');
    const between = { ...first, time: add(first.time, divide(at(1), rational(2))) };
    const { notSaid } = writeXmeml(
      timelineWith([{ type: 'opacity', opacity: { keyframes: [between, second] } }], null),
    );
    expect(notSaid.map(({ code, message }) => `${code} ${message}`)).toContain(
      'PW_WRITE_KEYFRAME held and eased key frames are written as linear ones',
    );
  });
});

test('X9: a constant speed that mixes frames is a straight map; backwards it runs from the end of its range', () => {
  const remap = (speed: number, reverse: boolean): string =>
    `<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>${parameter('speed', `<value>${speed}</value>`)}${parameter('reverse', `<value>${reverse ? 'TRUE' : 'FALSE'}</value>`)}${parameter('frameblending', '<value>TRUE</value>')}</effect></filter>`;
  const edges = '<start>0</start><end>48</end><in>24</in><out>72</out><duration>200</duration>';
  const seen = (speed: number, reverse: boolean): unknown => {
    const { timelines, diagnostics } = read(document({ filter: remap(speed, reverse), edges }));
    expect(diagnostics).toEqual([]);
    const [clip] = [...clipsIn(timelines[0] ?? makeTimeline({ tracks: [] }))];
    const range = clip?.sourceRange;
    return [
      range === null || range === undefined ? null : secondsFromTime(range.start),
      clip?.effects.map(knownEffect),
    ];
  };
  // In is retimed frame 24, at half speed media frame 12 = 0.5 s; 48 frames at half speed are 1 s of media.
  expect(seen(50, false)).toEqual([
    rational(1, 2),
    [
      {
        type: 'timeMap',
        sampling: 'blend',
        points: [
          { time: rational(1, 2), value: rational(1, 2) },
          { time: rational(5, 2), value: rational(3, 2) },
        ],
      },
    ],
  ]);
  // Backwards retimed frame 24 of 200 is 176 before the end: media frame 352 at 200 %; 48 frames take 96: 256 to 352.
  expect(seen(200, true)).toEqual([
    rational(32, 3),
    [
      {
        type: 'timeMap',
        sampling: 'blend',
        points: [
          { time: rational(32, 3), value: rational(44, 3) },
          { time: rational(38, 3), value: rational(32, 3) },
        ],
      },
    ],
  ]);
});
