import fc from 'fast-check';
import { rational, type Rate, type Rational } from '@patchwork/time';
import {
  emptyObject,
  jsonFrom,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeFreezeFrame,
  makeGap,
  makeGeneratorReference,
  makeMarker,
  makeStack,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  makeTransition,
  withMember,
  type Composable,
  type Effect,
  type KnownEffect,
  type Marker,
  type Param,
  type Timeline,
} from '@patchwork/timeline';

/** What of a film a format can say. All of it stands on frames. */
export interface Sayable {
  readonly pictureTracks: number;
  readonly soundTracks: number;
  readonly effects: readonly KnownEffect['type'][];
  /** Whether width and height may be scaled apart. */
  readonly hasUnevenScale: boolean;
  /** Constant speeds; 0 holds. */
  readonly speeds: readonly number[];
  /** Speeds that change. */
  readonly hasRamps: boolean;
  readonly hasSolids: boolean;
  readonly hasNests: boolean;
  /** How far dissolves reach before and behind their cut. */
  readonly dissolves: readonly (readonly [before: number, behind: number])[];
  /** Whether a track may end in a dissolve. */
  readonly hasFadeOuts: boolean;
  readonly hasDisabled: boolean;
  /** How levels may go from key to key. */
  readonly soundCurves: readonly Interpolation[];
}

/** Everything of the vocabulary that OTIO and FCPXML can say. */
export const everything: Sayable = {
  pictureTracks: 3,
  soundTracks: 2,
  effects: ['transform', 'opacity', 'crop', 'conform', 'volume', 'pan', 'fade'],
  hasUnevenScale: true,
  speeds: [0.5, 2, -1, -0.25, 1.1, 0],
  hasRamps: true,
  hasSolids: true,
  hasNests: true,
  dissolves: [
    [0, 4],
    [4, 0],
    [2, 2],
    [1, 4],
  ],
  hasFadeOuts: true,
  hasDisabled: true,
  soundCurves: ['linear', 'smooth'],
};

/** What xmeml says without rounding. */
export const sayableInXmeml: Sayable = {
  ...everything,
  effects: ['transform', 'opacity', 'crop', 'volume', 'pan'],
  hasUnevenScale: false,
  speeds: [0.5, 2, -1, 0],
  dissolves: [
    [0, 4],
    [4, 0],
    [2, 2],
  ],
  soundCurves: ['linear'],
};

/** What a list says. */
export const sayableInEdl: Sayable = {
  pictureTracks: 1,
  soundTracks: 2,
  effects: [],
  hasUnevenScale: false,
  speeds: [0.5, 2, -1, 0],
  hasRamps: false,
  hasSolids: false,
  hasNests: false,
  dissolves: everything.dissolves,
  hasFadeOuts: true,
  hasDisabled: false,
  soundCurves: [],
};

const rates: readonly Rate[] = [rational(24), rational(25), rational(30000, 1001), rational(24000, 1001), rational(60)];

interface Making {
  readonly rate: Rate;
  readonly can: Sayable;
  readonly kind: 'Video' | 'Audio';
}

/** Frames at which the media begins: an hour of timecode. */
function mediaStart({ rate }: Making): number {
  return 3600 * Math.round(rate.num / rate.den);
}

function seconds(frames: number, rate: Rate): Rational {
  return rational(frames * rate.den, rate.num);
}

type Interpolation = 'linear' | 'smooth' | 'hold';

const curves: readonly Interpolation[] = ['linear', 'linear', 'smooth', 'hold'];

/** A number, or key frames on frames of the item. */
function param(making: Making, from: number, length: number, values: readonly number[]): fc.Arbitrary<Param> {
  const key = fc.record({
    frame: fc.integer({ min: 0, max: length }),
    value: fc.constantFrom(...values),
    interpolation: fc.constantFrom(...(making.kind === 'Video' ? curves : making.can.soundCurves)),
  });
  const keyed = fc
    .uniqueArray(key, { minLength: 2, maxLength: 4, selector: ({ frame }) => frame })
    .filter((keys) => keys.some(({ value }) => value !== keys[0]?.value))
    .map((keys): Param => ({
      keyframes: keys
        .toSorted((a, b) => a.frame - b.frame)
        .map(({ frame, ...rest }) => ({ ...rest, time: seconds(from + frame, making.rate) })),
    }));
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom<Param>(...values) }, { weight: 1, arbitrary: keyed });
}

function known(making: Making, type: KnownEffect['type'], from: number, length: number): fc.Arbitrary<KnownEffect> {
  const p = (...values: readonly number[]): fc.Arbitrary<Param> => param(making, from, length, values);
  switch (type) {
    case 'transform':
      return fc
        .record({
          // One half moves at a time: the keys of two halves at different times are rounded.
          position: fc.record({ x: p(0, 0.25, -0.5), y: fc.constantFrom(0, 0.125) }),
          x: p(1, 1.5, 0.5),
          y: fc.constantFrom(1, 2),
          rotation: p(0, 10, -90),
          anchor: fc.constantFrom({ x: 0, y: 0 }, { x: 0.25, y: -0.5 }),
        })
        .map(({ position, x, y, rotation, anchor }) => ({
          type,
          position,
          scale: { x, y: making.can.hasUnevenScale ? y : x },
          rotation,
          anchor,
        }));
    case 'opacity':
      return p(0.25, 0.5, 0.75).map((opacity) => ({ type, opacity }));
    case 'crop':
      return fc
        .record({ left: p(0, 0.25), top: p(0.125, 0.5) })
        .map(({ left, top }) => ({ type, inPlace: true, left, top, right: 0, bottom: 0.25 }));
    case 'conform':
      return fc.constantFrom('fill' as const, 'none' as const).map((mode) => ({ type, mode }));
    case 'volume':
      return p(-6, -20, 3).map((gainDb) => ({ type, gainDb }));
    case 'pan':
      return p(-1, -0.5, 0.25, 1).map((pan) => ({ type, pan }));
    case 'fade':
      return fc.constant({ type, inSeconds: seconds(2, making.rate), outSeconds: seconds(1, making.rate) });
    case 'composite':
    case 'timeMap':
    case 'burnIn':
      throw new TypeError(`known: no ${type} here`);
  }
}

const soundTypes: ReadonlySet<string> = new Set(['volume', 'pan', 'fade']);

function effects(making: Making, from: number, length: number): fc.Arbitrary<readonly Effect[]> {
  const types = making.can.effects.filter((type) => soundTypes.has(type) === (making.kind === 'Audio'));
  if (types.length === 0) return fc.constant([]);
  return fc
    .subarray([...types], { maxLength: 2 })
    .chain((some) => fc.tuple(...some.map((type) => known(making, type, from, length))))
    .map((list) => list.map(makeEffect));
}

function retime(making: Making, from: number, length: number): fc.Arbitrary<readonly Effect[]> {
  const { can, rate } = making;
  const point = (frame: number, source: number): { time: Rational; value: Rational } => ({
    time: seconds(from + frame, rate),
    value: seconds(from + source, rate),
  });
  const ramp = (): Effect =>
    makeEffect({
      type: 'timeMap',
      sampling: 'nearest',
      points: [point(0, 0), point(length / 2, length), point(length, length * 1.5)],
    });
  const makers: (() => readonly Effect[])[] = [
    ...can.speeds.map((speed) => (): readonly Effect[] => [speed === 0 ? makeFreezeFrame() : makeTimeWarp(speed)]),
    ...(can.hasRamps ? [(): readonly Effect[] => [ramp()]] : []),
  ];
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly Effect[]>([]) },
    ...(makers.length === 0 ? [] : [{ weight: 1, arbitrary: fc.constantFrom(...makers).map((make) => make()) }]),
  );
}

function markers(making: Making, from: number, length: number): fc.Arbitrary<readonly Marker[]> {
  return fc.array(
    fc.integer({ min: 0, max: length - 1 }).map((frame) =>
      makeMarker({
        name: `mark ${frame}`,
        markedRange: { start: makeTime(from + frame, making.rate), duration: makeTime(1, making.rate) },
      }),
    ),
    { maxLength: 1 },
  );
}

function clip(making: Making): fc.Arbitrary<Composable> {
  const { rate, can, kind } = making;
  const numbers = fc.record({
    media: fc.integer({ min: 1, max: 4 }),
    // Multiples of four: at half and double speed everything stays on frames.
    start: fc.integer({ min: 20, max: 75 }).map((four) => 4 * four),
    length: fc.integer({ min: 4, max: 15 }).map((four) => 4 * four),
    isEnabled: can.hasDisabled ? fc.boolean() : fc.constant(true),
    isSolid: can.hasSolids && kind === 'Video' ? fc.constantFrom(false, false, false, true) : fc.constant(false),
  });
  return numbers.chain(({ media, start, length, isEnabled, isSolid }) => {
    const from = mediaStart(making) + start;
    const times = isSolid ? fc.constant<readonly Effect[]>([]) : retime(making, from, length);
    return fc
      .record({ times, own: effects(making, from, length), marks: markers(making, from, length) })
      .map(({ times: speeds, own, marks }) =>
        makeClip({
          name: `m${media}`,
          sourceRange: { start: makeTime(from, rate), duration: makeTime(length, rate) },
          enabled: isEnabled,
          effects: [...speeds, ...own],
          markers: marks,
          media: isSolid
            ? makeGeneratorReference({
                name: `m${media}`,
                generatorKind: 'SolidColor',
                parameters: jsonFrom({ color: [0.2, media / 5, 0, 1] }),
              })
            : makeExternalReference({
                name: `m${media}.mov`,
                targetUrl: `file:///m/m${media}.mov`,
                availableRange: { start: makeTime(mediaStart(making), rate), duration: makeTime(2000, rate) },
              }),
        }),
      );
  });
}

/** A composition of its own raster; its own dissolves and effects included, nothing nested further. */
function nest(making: Making): fc.Arbitrary<Composable> {
  const inside: Making = { ...making, can: { ...making.can, hasNests: false, hasFadeOuts: false } };
  const canvas = fc.constantFrom({ width: 1920, height: 1080 }, { width: 1280, height: 720 });
  return fc.tuple(row(inside), canvas, fc.boolean()).chain(([children, raster, isTrimmed]) => {
    const length = children.reduce(
      (sum, child) =>
        sum + (child.kind === 'Clip' || child.kind === 'Gap' ? (child.sourceRange?.duration.value.num ?? 0) : 0),
      0,
    );
    const from = isTrimmed ? 4 : 0;
    const shown = Math.max(4, length - 2 * from);
    return effects(making, from, shown).map((own) =>
      makeStack({
        name: 'nest',
        sourceRange: { start: makeTime(from, making.rate), duration: makeTime(shown, making.rate) },
        children: [makeTrack({ name: 'V1', trackKind: 'Video', children })],
        effects: own,
        metadata: withMember(
          emptyObject,
          ['patchwork'],
          jsonFrom({ canvas: { ...raster, rate: `${making.rate.num}/${making.rate.den}`, colorSpace: '' } }),
        ),
      }),
    );
  });
}

/** Items of one track, none a gap at its end. */
function row(making: Making): fc.Arbitrary<Composable[]> {
  const { can, rate, kind } = making;
  const item = fc.oneof(
    { weight: 6, arbitrary: clip(making) },
    { weight: 1, arbitrary: fc.integer({ min: 2, max: 9 }).map((four) => makeGap(makeTime(4 * four, rate))) },
    ...(can.hasNests && kind === 'Video' ? [{ weight: 1, arbitrary: nest(making) }] : []),
  );
  const reach = fc.option(fc.constantFrom(...can.dissolves));
  return fc
    .tuple(fc.array(item, { minLength: 1, maxLength: 5 }), fc.array(reach, { minLength: 6, maxLength: 6 }))
    .map(([items, reaches]) => {
      const kept = items.filter((one, index) => one.kind !== 'Gap' || (items[index + 1]?.kind ?? 'Gap') !== 'Gap');
      return kept.flatMap((one, index): Composable[] => {
        const at = reaches[index] ?? null;
        const before = kept[index - 1];
        const isCut = before !== undefined && before.kind !== 'Gap' && one.kind !== 'Gap';
        const tail =
          index === kept.length - 1 && can.hasFadeOuts && reaches[5] !== null ? [dissolve([4, 0], rate)] : [];
        return [...(at !== null && isCut ? [dissolve(at, rate)] : []), one, ...(one.kind === 'Gap' ? [] : tail)];
      });
    })
    .filter((items) => items.some(({ kind: one }) => one !== 'Gap'));
}

function dissolve([before, behind]: readonly [number, number], rate: Rate): Composable {
  return makeTransition({
    name: 'Cross Dissolve',
    inOffset: makeTime(before, rate),
    outOffset: makeTime(behind, rate),
    transitionType: 'SMPTE_Dissolve',
  });
}

/** Random films with cuts, dissolves, fades to black, speeds, ramps, key frames, nests and markers, as far as a format says them. */
export function randomFilm(can: Sayable): fc.Arbitrary<Timeline> {
  return fc.constantFrom(...rates).chain((rate) => {
    const pictures = fc.array(row({ rate, can, kind: 'Video' }), { minLength: 1, maxLength: can.pictureTracks });
    const sounds = fc.array(row({ rate, can, kind: 'Audio' }), { maxLength: can.soundTracks });
    const marks = markers({ rate, can, kind: 'Video' }, 0, 12);
    return fc.tuple(pictures, sounds, marks).map(([videos, audios, ofTimeline]) => {
      const tracks = [
        ...videos.map((children, index) => makeTrack({ name: `V${index + 1}`, trackKind: 'Video', children })),
        ...audios.map((children, index) => makeTrack({ name: `A${index + 1}`, trackKind: 'Audio', children })),
      ];
      const canvas = { width: 1920, height: 1080, rate: `${rate.num}/${rate.den}`, colorSpace: '' };
      const timeline = makeTimeline({
        name: 'film',
        tracks,
        globalStartTime: makeTime(3600 * Math.round(rate.num / rate.den), rate),
        metadata: withMember(emptyObject, ['patchwork'], jsonFrom({ canvas, dropFrame: rate.num === 30000 })),
      });
      return { ...timeline, tracks: { ...timeline.tracks, markers: ofTimeline } };
    });
  });
}
