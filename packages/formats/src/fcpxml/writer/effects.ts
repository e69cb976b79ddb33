import { compare, formatRational, type Rational } from '@patchwork/time';
import { knownEffect, type Effect, type Keyframe, type KnownEffect, type Param } from '@patchwork/timeline';
import { isNeutral } from '../../neutral-effect.ts';
import { type FrameGrid, straightKeyframes, valueAt, withoutHolds } from './straight-keys.ts';
import { xml, type XmlOut } from '../../xml/write.ts';
import { blendModeNumber } from '../blend-mode.ts';
import { formatFcpTime } from '../time.ts';
import { decimal, shifted } from './decimals.ts';
import type { NotSaid } from './not-said.ts';
import type { FcpxmlProfile } from './options.ts';

/** What the adjustments of one clip are written with. */
export interface EffectContext {
  readonly notSaid: NotSaid;
  readonly where: string;
  readonly profile: FcpxmlProfile;
  /** Width ÷ height of the clip's own picture. */
  readonly aspect: number;
  /** The item's own range. */
  readonly ownStart: Rational;
  readonly ownEnd: Rational;
  readonly grid: FrameGrid;
  /** The item's own time → the clip's local time. */
  localFromOwn(own: Rational): Rational;
}

type Spell = (value: number) => string;

const unshifted: Spell = (value) => decimal(value);
const hundredfold: Spell = (value) => shifted(value, 2);

/** The vocabulary's effects among an item's; others are reported. Time effects are the caller's. */
export function knownEffectsOf(
  context: Pick<EffectContext, 'notSaid' | 'where'>,
  effects: readonly Effect[],
): KnownEffect[] {
  const known: KnownEffect[] = [];
  for (const effect of effects) {
    if (effect.timeScalar !== null || effect.schemaName === 'FreezeFrame') continue;
    const value = knownEffect(effect);
    if (value?.type === 'timeMap') continue;
    if (value === null || value.type === 'burnIn') {
      context.notSaid.add(
        'PW_WRITE_EFFECT',
        'warning',
        `the effect "${effect.effectName}" has no place in FCPXML; it was left out`,
        context.where,
      );
    } else if (effect.enabled) known.push(value);
    else
      context.notSaid.add(
        'PW_WRITE_EFFECT',
        'note',
        `the switched-off effect "${effect.effectName}" was left out`,
        context.where,
      );
  }
  return together(known);
}

/**
 * One effect of a type where several come to it: FCPXML has one place for each. Levels add up and opacities multiply, as
 * long as one of them moves; what changes nothing gives way to what does.
 */
function together(effects: readonly KnownEffect[]): KnownEffect[] {
  const joined: KnownEffect[] = [];
  for (const effect of effects) {
    const at = joined.findIndex(({ type }) => type === effect.type);
    const before = joined[at];
    const both = before === undefined ? null : bothOf(before, effect);
    if (both === null) joined.push(effect);
    else joined[at] = both;
  }
  return joined;
}

/** Two effects of one type as one; null where that cannot be said. */
function bothOf(a: KnownEffect, b: KnownEffect): KnownEffect | null {
  if (isNeutral(b)) return a;
  if (isNeutral(a)) return b;
  if (a.type === 'volume' && b.type === 'volume') {
    const gainDb = combined(a.gainDb, b.gainDb, (one, other) => one + other);
    return gainDb === null ? null : { type: 'volume', gainDb };
  }
  if (a.type === 'opacity' && b.type === 'opacity') {
    const opacity = combined(a.opacity, b.opacity, (one, other) => one * other);
    return opacity === null ? null : { type: 'opacity', opacity };
  }
  return null;
}

/** Two parameters as one, where at most one of them moves. */
function combined(a: Param, b: Param, combine: (one: number, other: number) => number): Param | null {
  if (typeof a === 'number' && typeof b === 'number') return combine(a, b);
  if (typeof a === 'number') return combined(b, a, combine);
  if (typeof b !== 'number') return null;
  return { keyframes: a.keyframes.map((key) => ({ ...key, value: combine(key.value, b) })) };
}

function keyframeElement(context: EffectContext, key: Pick<Keyframe, 'time' | 'interpolation'>, value: string): XmlOut {
  return xml('keyframe', [
    ['time', formatFcpTime(context.localFromOwn(key.time))],
    ['value', value],
    ['interp', key.interpolation === 'smooth' ? 'ease' : null],
    ['curve', key.interpolation === 'smooth' ? null : 'linear'],
  ]);
}

/** `<param>` with key frames, or null for a constant. */
function animated(context: EffectContext, name: string, param: Param, spell: Spell): XmlOut | null {
  if (typeof param === 'number') return null;
  return xml(
    'param',
    [['name', name]],
    [
      xml(
        'keyframeAnimation',
        [],
        withoutHolds(param.keyframes, context.grid).map((key) => keyframeElement(context, key, spell(key.value))),
      ),
    ],
  );
}

function constant(param: Param, spell: Spell): string | null {
  return typeof param === 'number' ? spell(param) : null;
}

interface Pair {
  readonly x: Param;
  readonly y: Param;
}

function animatedPair(context: EffectContext, name: string, pair: Pair, spell: Spell): XmlOut | null {
  if (typeof pair.x === 'number' && typeof pair.y === 'number') return null;
  const { x, y } = togetherKeyed(context, name, pair);
  const times = new Map<string, Keyframe>();
  for (const param of [x, y]) {
    if (typeof param === 'number') continue;
    for (const key of param.keyframes)
      if (!times.has(formatRational(key.time))) times.set(formatRational(key.time), key);
  }
  const keys = [...times.values()].toSorted((a, b) => compare(a.time, b.time));
  const elements = keys.map((key) =>
    keyframeElement(context, key, `${spell(valueAt(x, key.time))} ${spell(valueAt(y, key.time))}`),
  );
  return xml('param', [['name', name]], [xml('keyframeAnimation', [], elements)]);
}

/**
 * A pair that one list of keys can hold: where its halves have theirs at different times, or ease differently, both are
 * given straight ones that meet at every frame.
 */
function togetherKeyed({ grid, notSaid, where }: EffectContext, name: string, { x, y }: Pair): Pair {
  const unheld = (param: Param): Param =>
    typeof param === 'number' ? param : { keyframes: withoutHolds(param.keyframes, grid) };
  const shape = (param: Param): string =>
    typeof param === 'number'
      ? ''
      : param.keyframes.map(({ time, interpolation }) => `${formatRational(time)} ${interpolation}`).join();
  const pair = { x: unheld(x), y: unheld(y) };
  const [left, right] = [shape(pair.x), shape(pair.y)];
  if (left === '' || right === '' || left === right) return pair;
  notSaid.add(
    'PW_WRITE_KEYFRAME',
    'warning',
    `"${name}" has keys of its halves at different times or curves; both were given the keys of both`,
    where,
  );
  const straight = (param: Param): Param =>
    typeof param === 'number' ? param : { keyframes: straightKeyframes(param.keyframes, grid) ?? param.keyframes };
  return { x: straight(pair.x), y: straight(pair.y) };
}

function constantPair(pair: Pair, spell: Spell): string | null {
  return typeof pair.x === 'number' && typeof pair.y === 'number' ? `${spell(pair.x)} ${spell(pair.y)}` : null;
}

function present(...elements: readonly (XmlOut | null)[]): XmlOut[] {
  return elements.filter((element): element is XmlOut => element !== null);
}

function lastOf<T extends KnownEffect['type']>(
  effects: readonly KnownEffect[],
  type: T,
): Extract<KnownEffect, { type: T }> | null {
  return (effects.findLast((effect) => effect.type === type) as Extract<KnownEffect, { type: T }> | undefined) ?? null;
}

/** Reports effects of one type beyond the last: FCPXML has one place for each. */
function reportStacked(context: EffectContext, effects: readonly KnownEffect[]): void {
  const types = effects.map(({ type }) => type);
  for (const type of new Set(types)) {
    if (types.filter((other) => other === type).length > 1) {
      context.notSaid.add(
        'PW_WRITE_EFFECT',
        'error',
        `several effects of type "${type}" on one item; only the last was written`,
        context.where,
      );
    }
  }
}

/** Writes the picture's adjustments in the order that the document type demands. */
export function pictureAdjustments(context: EffectContext, effects: readonly KnownEffect[]): XmlOut[] {
  reportStacked(
    context,
    effects.filter(({ type }) => type !== 'volume' && type !== 'pan' && type !== 'fade'),
  );
  const crop = lastOf(effects, 'crop');
  const conform = lastOf(effects, 'conform');
  const transform = lastOf(effects, 'transform');
  const opacity = lastOf(effects, 'opacity');
  const composite = lastOf(effects, 'composite');
  return present(
    crop === null ? null : cropElement(context, crop),
    conform === null ? null : xml('adjust-conform', [['type', conform.mode]]),
    transform === null ? null : transformElement(context, transform),
    opacity === null && composite === null
      ? null
      : blendElement(context, opacity?.opacity ?? 1, composite?.mode ?? 'normal'),
  );
}

function cropElement(context: EffectContext, crop: Extract<KnownEffect, { type: 'crop' }>): XmlOut {
  // As few digits as lead back to the value: what was 16 hundredths is not written as 15.999999999999998.
  const horizontal: Spell = (value) => {
    const heights = value * context.aspect;
    const short = Number(heights.toPrecision(15));
    return shifted(Number((short / context.aspect).toPrecision(15)) === value ? short : heights, 2);
  };
  const sides = [
    ['left', crop.left, horizontal],
    ['top', crop.top, hundredfold],
    ['right', crop.right, horizontal],
    ['bottom', crop.bottom, hundredfold],
  ] as const;
  const attributes = sides.map(([name, param, spell]) => [name, param === 0 ? null : constant(param, spell)] as const);
  const params = sides.map(([name, param, spell]) => animated(context, name, param, spell));
  if (isPan(context, crop)) {
    const rectangle = (time: Rational): XmlOut =>
      xml(
        'pan-rect',
        sides.map(([name, param, spell]) => [name, spell(valueAt(param, time))]),
      );
    return xml('adjust-crop', [['mode', 'pan']], [rectangle(context.ownStart), rectangle(context.ownEnd)]);
  }
  const mode = crop.inPlace === true ? 'trim' : 'crop';
  return xml('adjust-crop', [['mode', mode]], [xml(`${mode}-rect`, attributes, present(...params))]);
}

/** Tells whether a crop eases from the item's head to its end and does nothing else: a Ken Burns move. */
function isPan({ ownStart, ownEnd }: EffectContext, crop: Extract<KnownEffect, { type: 'crop' }>): boolean {
  const keyed = [crop.left, crop.right, crop.top, crop.bottom].filter((param) => typeof param !== 'number');
  const goesAcross = keyed.every(
    ({ keyframes: [first, last, ...more] }) =>
      more.length === 0 &&
      first?.interpolation === 'smooth' &&
      last?.interpolation === 'smooth' &&
      compare(first.time, ownStart) === 0 &&
      compare(last.time, ownEnd) === 0,
  );
  return crop.inPlace !== true && keyed.length > 0 && goesAcross;
}

function transformElement(context: EffectContext, transform: Extract<KnownEffect, { type: 'transform' }>): XmlOut {
  return xml(
    'adjust-transform',
    [
      ['position', constantPair(transform.position, hundredfold)],
      ['anchor', constantPair(transform.anchor, hundredfold)],
      ['scale', constantPair(transform.scale, unshifted)],
      ['rotation', constant(transform.rotation, unshifted)],
    ],
    present(
      animatedPair(context, 'anchor', transform.anchor, hundredfold),
      animatedPair(context, 'position', transform.position, hundredfold),
      animated(context, 'rotation', transform.rotation, unshifted),
      animatedPair(context, 'scale', transform.scale, unshifted),
    ),
  );
}

function blendElement(context: EffectContext, opacity: Param, mode: string): XmlOut {
  const number = mode === 'normal' ? null : blendModeNumber(mode);
  if (mode !== 'normal' && number === null) {
    context.notSaid.add(
      'PW_WRITE_EFFECT',
      'error',
      `the blend mode "${mode}" has no place in FCPXML; normal was written`,
      context.where,
    );
  }
  return xml(
    'adjust-blend',
    [
      ['amount', constant(opacity, unshifted)],
      ['mode', number],
    ],
    present(animated(context, 'amount', opacity, unshifted)),
  );
}

/** Writes the sound's adjustments. */
export function soundAdjustments(context: EffectContext, effects: readonly KnownEffect[]): XmlOut[] {
  reportStacked(
    context,
    effects.filter(({ type }) => type === 'volume' || type === 'pan' || type === 'fade'),
  );
  const volume = lastOf(effects, 'volume');
  const fade = lastOf(effects, 'fade');
  const pan = lastOf(effects, 'pan');
  // Resolve drops a value with a unit; Final Cut writes it.
  reportSoundHolds(context, [volume?.gainDb ?? 0, pan?.pan ?? 0]);
  const decibels: Spell = (value) => `${decimal(value)}${context.profile === 'resolve' ? '' : 'dB'}`;
  return present(
    volume === null && fade === null ? null : volumeElement(context, volume?.gainDb ?? 0, fade, decibels),
    pan === null
      ? null
      : xml(
          'adjust-panner',
          [
            ['mode', '1'],
            ['amount', constant(pan.pan, hundredfold)],
          ],
          present(animated(context, 'amount', pan.pan, hundredfold)),
        ),
  );
}

/** A sound is heard between frames as well. */
function reportSoundHolds({ notSaid, where }: EffectContext, params: readonly Param[]): void {
  const isHeld = params.some(
    (param) => typeof param !== 'number' && param.keyframes.some(({ interpolation }) => interpolation === 'hold'),
  );
  if (isHeld)
    notSaid.add(
      'PW_WRITE_KEYFRAME',
      'warning',
      'a held level goes straight to the next one within its last frame: FCPXML has no hold',
      where,
    );
}

function volumeElement(
  context: EffectContext,
  gain: Param,
  fade: Extract<KnownEffect, { type: 'fade' }> | null,
  decibels: Spell,
): XmlOut {
  const fades =
    fade === null
      ? []
      : present(
          fade.inSeconds.num === 0
            ? null
            : xml('fadeIn', [
                ['type', 'linear'],
                ['duration', formatFcpTime(fade.inSeconds)],
              ]),
          fade.outSeconds.num === 0
            ? null
            : xml('fadeOut', [
                ['type', 'linear'],
                ['duration', formatFcpTime(fade.outSeconds)],
              ]),
        );
  const keys = animated(context, 'amount', gain, decibels);
  const content = [...fades, ...(keys === null ? [] : keys.content)];
  return xml(
    'adjust-volume',
    [['amount', gain === 0 ? null : constant(gain, decibels)]],
    content.length === 0 ? [] : [xml('param', [['name', 'amount']], content)],
  );
}
