import fc from 'fast-check';
import { rational, type Rate, type Rational } from '@patchwork/time';
import {
  jsonFrom,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeFreezeFrame,
  makeGap,
  makeGeneratorReference,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  makeTransition,
  withMember,
  emptyObject,
  type Clip,
  type Composable,
  type Effect,
  type JsonObject,
  type KnownEffect,
  type Param,
  type Timeline,
} from '@patchwork/timeline';

const rates: readonly Rate[] = [rational(24), rational(25), rational(30000, 1001), rational(24000, 1001), rational(60)];

/** What of a timeline a format can say; the random timelines keep to it. */
export interface Scope {
  /** Effects, generators, retimes. */
  readonly hasEffects: boolean;
  readonly hasTransitions: boolean;
}

const tenths = (least: number, most: number): fc.Arbitrary<number> =>
  fc.integer({ min: least * 10, max: most * 10 }).map((value) => value / 10);

function param(value: fc.Arbitrary<number>, start: Rational, length: Rational): fc.Arbitrary<Param> {
  const at = (share: number): Rational => {
    const num = start.num * length.den * 16 + length.num * start.den * share;
    return rational(num, start.den * length.den * 16);
  };
  const keys = fc
    .tuple(
      fc.subarray([0, 3, 8, 11, 16], { minLength: 2 }),
      fc.array(value, { minLength: 5, maxLength: 5 }),
      fc.array(fc.constantFrom('linear' as const, 'smooth' as const), { minLength: 5, maxLength: 5 }),
    )
    .map(([shares, values, interpolations]) => ({
      keyframes: shares.map((share, index) => ({
        time: at(share),
        value: values[index] ?? 0,
        interpolation: interpolations[index] ?? ('linear' as const),
      })),
    }))
    // Key frames that never move are read as the number that they are.
    .filter(({ keyframes }) => keyframes.some((key) => key.value !== keyframes[0]?.value));
  return fc.oneof({ weight: 2, arbitrary: value }, { weight: 1, arbitrary: keys });
}

function pictureEffects(start: Rational, length: Rational): fc.Arbitrary<KnownEffect[]> {
  const p = (value: fc.Arbitrary<number>): fc.Arbitrary<Param> => param(value, start, length);
  const crop = fc.record(
    {
      type: fc.constant('crop' as const),
      inPlace: fc.constant(true as const),
      left: fc.integer({ min: 0, max: 40 }).map((value) => value / 100),
      right: fc.constant(0),
      top: p(fc.constantFrom(0, 0.125, 0.3)),
      bottom: fc.constant(0.01),
    },
    { requiredKeys: ['type', 'left', 'right', 'top', 'bottom'] },
  );
  const conform = fc.record({
    type: fc.constant('conform' as const),
    mode: fc.constantFrom('fill' as const, 'none' as const),
  });
  const transform = fc.record({
    type: fc.constant('transform' as const),
    position: fc.record({ x: tenths(-2, 2), y: fc.integer({ min: -200, max: 200 }).map((value) => value / 1000) }),
    scale: fc.record({ x: tenths(1, 3), y: tenths(1, 3) }),
    rotation: p(tenths(-180, 180)),
    anchor: fc.constantFrom({ x: 0, y: 0 }, { x: 0.1, y: -0.3 }),
  });
  const opacity = fc.record({ type: fc.constant('opacity' as const), opacity: p(fc.constantFrom(0, 0.25, 0.5, 0.9)) });
  return fc
    .tuple(fc.option(crop), fc.option(conform), fc.option(transform), fc.option(opacity))
    .map((effects) => effects.filter((effect) => effect !== null));
}

function soundEffects(start: Rational, length: Rational): fc.Arbitrary<KnownEffect[]> {
  const volume = fc.record({
    type: fc.constant('volume' as const),
    gainDb: param(
      tenths(-30, 6).map((x) => x || -1),
      start,
      length,
    ),
  });
  const fade = fc.record({
    type: fc.constant('fade' as const),
    inSeconds: fc.constant(rational(1, 8)),
    outSeconds: fc.constantFrom(rational(0), rational(1, 25)),
  });
  const pan = fc.record({
    type: fc.constant('pan' as const),
    pan: param(fc.constantFrom(-1, -0.25, 0.5), start, length),
  });
  return fc
    .tuple(fc.option(volume), fc.option(fade), fc.option(pan))
    .map((effects) => effects.filter((effect) => effect !== null));
}

interface Placed {
  readonly children: Composable[];
  /** Whether a track of linked sound goes with it. */
  readonly hasSound: boolean;
}

/** The sound of a picture track's file clips: linked, at the same place, with the same retimes. */
function soundOf(
  children: readonly Composable[],
  name: string,
  known: readonly KnownEffect[][],
): { picture: Composable[]; sound: Composable[] } {
  const picture: Composable[] = [];
  const sound: Composable[] = [];
  children.forEach((child, index) => {
    if (child.kind === 'Clip' && child.mediaReferences[0]?.[1].kind === 'ExternalReference') {
      const link = `${name}-${index}`;
      const times = child.effects.filter((effect) => effect.timeScalar !== null);
      picture.push({ ...child, metadata: metadata(link) });
      sound.push({ ...child, metadata: metadata(link), effects: [...times, ...(known[index] ?? []).map(makeEffect)] });
    } else {
      picture.push(child);
      sound.push(child.kind === 'Clip' && child.sourceRange !== null ? makeGap(child.sourceRange.duration) : child);
    }
  });
  return { picture, sound };
}

function metadata(link: string | null): JsonObject {
  return link === null ? emptyObject : withMember(emptyObject, ['patchwork', 'link'], link);
}

function retime(rate: Rate, scope: Scope): fc.Arbitrary<Effect[]> {
  if (!scope.hasEffects) return fc.constant([]);
  void rate;
  return fc
    .constantFrom<(() => Effect[])[]>(
      () => [],
      () => [],
      () => [makeTimeWarp(0.5)],
      () => [makeTimeWarp(-1)],
      () => [makeTimeWarp(1.1)],
      () => [makeFreezeFrame()],
    )
    .map((make) => make());
}

function seconds(frames: number, rate: Rate): Rational {
  return rational(frames * rate.den, rate.num);
}

function clip(side: 'video' | 'audio', rate: Rate, scope: Scope, link: string | null): fc.Arbitrary<Clip> {
  return fc
    .record({
      media: fc.integer({ min: 1, max: 4 }),
      start: fc.integer({ min: 0, max: 300 }),
      length: fc.integer({ min: 2, max: 60 }),
      enabled: fc.boolean(),
    })
    .chain(({ media, start, length, enabled }) => {
      const from = 3600 * Math.round(rate.num / rate.den) + start;
      const [own, span] = [seconds(from, rate), seconds(length, rate)];
      const effects: fc.Arbitrary<readonly KnownEffect[]> = scope.hasEffects
        ? side === 'video'
          ? pictureEffects(own, span)
          : soundEffects(own, span)
        : fc.constant<readonly KnownEffect[]>([]);
      return fc
        .record({ effects, time: retime(rate, scope), isSolid: fc.boolean() })
        .map(({ effects: known, time, isSolid }) =>
          makeClip({
            name: `m${media}`,
            sourceRange: { start: makeTime(from, rate), duration: makeTime(length, rate) },
            enabled,
            effects:
              isSolid && side === 'video' && scope.hasEffects
                ? known.map(makeEffect)
                : [...time, ...known.map(makeEffect)],
            metadata: metadata(link),
            media:
              isSolid && side === 'video' && scope.hasEffects
                ? makeGeneratorReference({
                    name: `m${media}`,
                    generatorKind: 'SolidColor',
                    parameters: jsonFrom({ color: [0.25, media / 4, 0, 1] }),
                  })
                : makeExternalReference({
                    name: `m${media}.mov`,
                    targetUrl: `file:///m/m${media}.mov`,
                    availableRange: {
                      start: makeTime(3600 * Math.round(rate.num / rate.den), rate),
                      duration: makeTime(1000, rate),
                    },
                  }),
          }),
        );
    });
}

function track(kind: 'Video' | 'Audio', name: string, rate: Rate, scope: Scope): fc.Arbitrary<Placed> {
  const item = fc.oneof(
    { weight: 4, arbitrary: clip(kind === 'Video' ? 'video' : 'audio', rate, scope, null) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((length) => makeGap(makeTime(length, rate))) },
  );
  void name;
  return fc
    .tuple(
      fc.array(item, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }),
      fc.boolean(),
    )
    .map(([items, reach, hasSound]) => ({
      children: withTransitions(withoutGapPairs(items), reach, rate, scope),
      hasSound,
    }));
}

/** Two gaps in a row, and one at the end of a track, say nothing that a format keeps. */
function withoutGapPairs(items: readonly Composable[]): Composable[] {
  const kept = items.filter((item, index) => item.kind !== 'Gap' || items[index + 1]?.kind === 'Clip');
  return kept;
}

function withTransitions(
  items: readonly Composable[],
  reach: readonly number[],
  rate: Rate,
  scope: Scope,
): Composable[] {
  if (!scope.hasTransitions) return [...items];
  return items.flatMap((item, index) => {
    const length = reach[index] ?? 0;
    const isCut = index > 0 && items[index - 1]?.kind === 'Clip' && item.kind === 'Clip';
    return isCut && length > 0
      ? [
          makeTransition({
            name: 'Cross Dissolve',
            inOffset: makeTime(length - 1, rate),
            outOffset: makeTime(1, rate),
          }),
          item,
        ]
      : [item];
  });
}

/** Random timelines: 1 to 3 video and 0 to 2 audio tracks, none empty, none ending in a gap. */
export function randomTimeline(scope: Scope): fc.Arbitrary<Timeline> {
  return fc
    .constantFrom(...rates)
    .chain((rate) =>
      fc
        .record({
          videos: fc.array(track('Video', 'V', rate, scope), { minLength: 1, maxLength: 3 }),
          audios: fc.array(track('Audio', 'A', rate, scope), { minLength: 0, maxLength: 2 }),
        })
        .map(({ videos, audios }) => {
          const nonEmpty = (placed: Placed): boolean => placed.children.some((child) => child.kind === 'Clip');
          const gain: KnownEffect[] = [{ type: 'volume', gainDb: -3 }];
          const paired = videos.filter(nonEmpty).map(({ children, hasSound }, index) => {
            // Sound with crossfades, or with holes in a row, pairs differently; the plain case is what is tested here.
            const isPlain = children.every(
              (child) => child.kind === 'Clip' && child.mediaReferences[0]?.[1].kind === 'ExternalReference',
            );
            return index === 0 && hasSound && isPlain
              ? soundOf(children, `l${index}`, [[], gain])
              : { picture: children, sound: [] };
          });
          const sounds = [...paired.map(({ sound }) => sound), ...audios.map(({ children }) => children)].filter(
            (children) => children.some((child) => child.kind === 'Clip'),
          );
          const tracks = [
            ...paired.map(({ picture }, index) =>
              makeTrack({ name: `V${index + 1}`, trackKind: 'Video', children: picture }),
            ),
            ...sounds.map((children, index) => makeTrack({ name: `A${index + 1}`, trackKind: 'Audio', children })),
          ];
          const canvas = { width: 1920, height: 1080, rate: `${rate.num}/${rate.den}`, colorSpace: '' };
          return makeTimeline({
            name: 'random',
            tracks,
            globalStartTime: makeTime(3600 * Math.round(rate.num / rate.den), rate),
            metadata: withMember(emptyObject, ['patchwork'], jsonFrom({ canvas, dropFrame: rate.num === 30000 })),
          });
        }),
    )
    .filter((timeline) =>
      timeline.tracks.children.some((child) => child.kind === 'Track' && child.trackKind === 'Video'),
    );
}
