import { PatchworkError } from '@patchwork/kernel';
import { add, multiply, one, rational, subtract, type Rational } from '@patchwork/time';
import { rationalFromDouble } from '../json/decimal.ts';
import { isJsonObject, member, withMember } from '../json/json-member.ts';
import type { JsonObject, JsonValue } from '../json-value.ts';
import { knownEffect, withKnownEffect } from '../known-effect.ts';
import type { Effect, Item, Marker } from '../model.ts';
import type { KnownEffect, Param } from '../vocabulary.ts';
import { trimmedRange } from '../ranges.ts';
import { secondsAsTime, secondsOfTime } from './seconds.ts';

/**
 * Media seconds per record second of an item: the product of its enabled time warps; 1 without any. Negative is
 * backwards: the media of `[start, start + |speed| × duration)` plays from its end.
 *
 * @throws PW_EDIT_SPEED when a scalar is no number
 */
export function speedOf(item: Item): Rational {
  let speed = one;
  for (const effect of item.effects) {
    if (effect.timeScalar === null || !effect.enabled) continue;
    const scalar = rationalFromDouble(effect.timeScalar);
    if (scalar === null) {
      throw new PatchworkError(
        'PW_EDIT_SPEED',
        `"${item.name}": speed ${effect.timeScalar} is no number to reckon with`,
        {
          hint: 'Set the speed of the clip again.',
          details: { item: item.name },
        },
      );
    }
    speed = multiply(speed, simple(scalar));
  }
  return speed;
}

/** Tells whether an effect changes time: a warp, a freeze, a ramp. Those are compared and set as speeds. */
export function isTimeEffect(effect: Effect): boolean {
  return effect.timeScalar !== null || effect.schemaName === 'FreezeFrame' || knownEffect(effect)?.type === 'timeMap';
}

/** A scalar of many digits stands for a simple ratio; a denominator above 10⁶ is noise below a thousandth of a frame. */
function simple(scalar: Rational): Rational {
  return scalar.den <= 1_000_000 ? scalar : rational(Math.round((scalar.num / scalar.den) * 1_000_000), 1_000_000);
}

/**
 * Effects and markers moved along the item's own time: what a change of its start does to things that are to stay on
 * their picture. `frames` is the same for effects of programs that count frames from the clip's first one (Resolve).
 */
export function shiftedParts(item: Item, shift: Rational, headFrames: number): Pick<Item, 'effects' | 'markers'> {
  const effects =
    shift.num === 0 && headFrames === 0
      ? item.effects
      : item.effects.map((effect) => shiftEffect(effect, shift, headFrames));
  const markers = shift.num === 0 ? item.markers : item.markers.map((marker) => shiftMarker(marker, shift));
  return {
    effects: effects.every((effect, at) => effect === item.effects[at]) ? item.effects : effects,
    markers,
  };
}

/** Effects and markers stretched about a moment of the item's own time: what a fit to another length does. */
export function stretchedParts(item: Item, about: Rational, factor: Rational): Pick<Item, 'effects' | 'markers'> {
  const stretch = (time: Rational): Rational =>
    add(about, multiply(add(time, { num: -about.num, den: about.den }), factor));
  return {
    effects: item.effects.map((effect) => mapKeyTimes(effect, stretch)),
    markers: item.markers.map((marker) => {
      const { start, duration } = marker.markedRange;
      return {
        ...marker,
        markedRange: {
          start: secondsAsTime(stretch(secondsOfTime(start)), start.rate),
          duration: secondsAsTime(multiply(secondsOfTime(duration), factor), duration.rate),
        },
      };
    }),
  };
}

/** Effects of one half of a divided item: a fade stays at the edge that its half kept. */
export function effectsOfHalf(effects: readonly Effect[], half: 'left' | 'right'): readonly Effect[] {
  return effects.map((effect) => {
    const known = knownOrNull(effect);
    if (known?.type !== 'fade') return effect;
    const nothing = rational(0);
    if (half === 'left')
      return known.outSeconds.num === 0 ? effect : withKnownEffect(effect, { ...known, outSeconds: nothing });
    return known.inSeconds.num === 0 ? effect : withKnownEffect(effect, { ...known, inSeconds: nothing });
  });
}

function shiftEffect(effect: Effect, shift: Rational, headFrames: number): Effect {
  const moved = shift.num === 0 ? effect : mapKeyTimes(effect, (time) => add(time, shift));
  return headFrames === 0 ? moved : shiftResolveKeys(moved, headFrames);
}

function shiftMarker(marker: Marker, shift: Rational): Marker {
  const { start, duration } = marker.markedRange;
  return { ...marker, markedRange: { start: secondsAsTime(add(secondsOfTime(start), shift), start.rate), duration } };
}

/** The effect with the times of its key frames mapped; the same object when it has none. */
function mapKeyTimes(effect: Effect, map: (time: Rational) => Rational): Effect {
  const known = knownOrNull(effect);
  if (known === null) return effect;
  const mapped = mapKnown(known, map);
  return mapped === known ? effect : withKnownEffect(effect, mapped);
}

function mapKnown(known: KnownEffect, map: (time: Rational) => Rational): KnownEffect {
  if (known.type === 'timeMap')
    return { ...known, points: known.points.map((point) => ({ ...point, time: map(point.time) })) };
  let changed = false;
  const mapParam = (param: Param): Param => {
    if (typeof param === 'number') return param;
    changed = true;
    return { keyframes: param.keyframes.map((key) => ({ ...key, time: map(key.time) })) };
  };
  const mapPair = (pair: { readonly x: Param; readonly y: Param }): { readonly x: Param; readonly y: Param } => ({
    x: mapParam(pair.x),
    y: mapParam(pair.y),
  });
  const mapped = ((): KnownEffect => {
    switch (known.type) {
      case 'transform':
        return {
          ...known,
          position: mapPair(known.position),
          scale: mapPair(known.scale),
          rotation: mapParam(known.rotation),
          anchor: mapPair(known.anchor),
        };
      case 'crop':
        return {
          ...known,
          left: mapParam(known.left),
          right: mapParam(known.right),
          top: mapParam(known.top),
          bottom: mapParam(known.bottom),
        };
      case 'opacity':
        return { ...known, opacity: mapParam(known.opacity) };
      case 'volume':
        return { ...known, gainDb: mapParam(known.gainDb) };
      case 'pan':
        return { ...known, pan: mapParam(known.pan) };
      default:
        return known;
    }
  })();
  return changed ? mapped : known;
}

/** A malformed effect of ours cannot be shifted; the reader of effects reports it where it is drawn. */
function knownOrNull(effect: Effect): KnownEffect | null {
  return isJsonObject(member(effect.metadata, 'patchwork')) ? knownEffect(effect) : null;
}

/**
 * DaVinci Resolve writes key frames as `"Key Frames": {"24": …}`, counted in frames from the clip's first one: when `frames`
 * of the head go away, each key's number falls by as much.
 */
function shiftResolveKeys(effect: Effect, frames: number): Effect {
  const path = ['Resolve_OTIO', 'Parameters'] as const;
  const parameters = member(effect.metadata, ...path);
  if (typeof parameters !== 'object' || parameters === null || parameters.type !== 'array') return effect;
  let changed = false;
  const items = parameters.items.map((parameter): JsonValue => {
    const keys = member(parameter, 'Key Frames');
    if (!isJsonObject(parameter) || !isJsonObject(keys) || keys.entries.length === 0) return parameter;
    changed = true;
    return withMember(parameter, ['Key Frames'], shiftKeys(keys, frames));
  });
  return changed ? { ...effect, metadata: withMember(effect.metadata, path, { type: 'array', items }) } : effect;
}

function shiftKeys(keys: JsonObject, frames: number): JsonObject {
  return {
    type: 'object',
    entries: keys.entries.map(
      ([key, value]) => [/^-?\d{1,15}$/.test(key) ? String(Number(key) - frames) : key, value] as const,
    ),
  };
}

/** What an item plays when it has run for `offset` record seconds: a time of its media or of what it holds. */
export function ownTimeAt(item: Item, offset: Rational): Rational {
  const range = trimmedRange(item);
  const speed = speedOf(item);
  const start = secondsOfTime(range.start);
  if (speed.num >= 0) return add(start, multiply(speed, offset));
  return add(start, multiply(speed, subtract(offset, secondsOfTime(range.duration))));
}
