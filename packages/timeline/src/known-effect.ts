import { PatchworkError, type Json } from '@patchwork/kernel';
import { compare, formatRational, parseRational, type Rational } from '@patchwork/time';
import { makePlainEffect } from './builders.ts';
import { jsonFrom, member, plainJson, withMember } from './json/json-member.ts';
import type { JsonValue } from './json-value.ts';
import type { Effect } from './model.ts';
import type { Keyframe, KnownEffect, Param } from './vocabulary.ts';

/** Makes an effect of the vocabulary: named by its type, its value in `metadata.patchwork`, exact times as `n/d` text. */
export function makeEffect(known: KnownEffect): Effect {
  return makePlainEffect(known.type, { metadata: { type: 'object', entries: [['patchwork', spelled(known)]] } });
}

/** The effect with another value; its other metadata stays. */
export function withKnownEffect(effect: Effect, known: KnownEffect): Effect {
  const unmodelled = member(effect.metadata, 'patchwork', 'unmodelled');
  const value = spelled(known);
  const metadata = withMember(effect.metadata, ['patchwork'], value);
  return {
    ...effect,
    metadata: unmodelled === undefined ? metadata : withMember(metadata, ['patchwork', 'unmodelled'], unmodelled),
  };
}

/**
 * What an effect says in the vocabulary; null for one that says nothing in it.
 *
 * @throws PW_EFFECT_MALFORMED when `metadata.patchwork` names a type but does not hold its values
 */
export function knownEffect(effect: Effect): KnownEffect | null {
  const value = member(effect.metadata, 'patchwork');
  const type = member(value, 'type');
  if (value === undefined || typeof type !== 'string') return null;
  return new Parser(effect).parse(type, value);
}

/** What an effect is, value aside: its type in the vocabulary, else its schema and name, `Effect Blur`. */
export function effectKind(effect: Effect): string {
  return knownEffect(effect)?.type ?? `${effect.schemaName} ${effect.effectName}`;
}

/** A value of the vocabulary as JSON, exact times as text. */
function spelled(part: unknown): JsonValue {
  if (typeof part !== 'object' || part === null) return jsonFrom(part as Json);
  if (Array.isArray(part)) return { type: 'array', items: part.map(spelled) };
  const object = part as { readonly [key: string]: unknown };
  if (typeof object['num'] === 'number' && typeof object['den'] === 'number')
    return formatRational(object as unknown as Rational);
  const entries: [string, unknown][] = Object.entries(object);
  for (const entry of entries) entry[1] = spelled(entry[1]);
  return { type: 'object', entries: entries as [string, JsonValue][] };
}

/** Reads the value back, checking every part. */
class Parser {
  readonly #effect: Effect;

  constructor(effect: Effect) {
    this.#effect = effect;
  }

  parse(type: string, value: JsonValue): KnownEffect | null {
    const param = (...path: string[]): Param => this.#param(value, path);
    const pair = (key: string): { readonly x: Param; readonly y: Param } => ({
      x: param(key, 'x'),
      y: param(key, 'y'),
    });
    switch (type) {
      case 'transform':
        return {
          type,
          position: pair('position'),
          scale: pair('scale'),
          rotation: param('rotation'),
          anchor: pair('anchor'),
        };
      case 'crop':
        return {
          type,
          ...(this.#isTrue(value, 'inPlace') ? { inPlace: true } : {}),
          left: param('left'),
          right: param('right'),
          top: param('top'),
          bottom: param('bottom'),
        };
      case 'opacity':
        return { type, opacity: param('opacity') };
      case 'composite':
        return { type, mode: this.#text(value, 'mode') };
      case 'conform':
        return { type, mode: this.#oneOf(value, 'mode', ['fit', 'fill', 'none'] as const) };
      case 'timeMap':
        return {
          type,
          points: this.#points(value),
          sampling: this.#oneOf(value, 'sampling', ['nearest', 'blend'] as const),
        };
      case 'volume':
        return { type, gainDb: param('gainDb') };
      case 'pan':
        return { type, pan: param('pan') };
      case 'fade':
        return { type, inSeconds: this.#rational(value, 'inSeconds'), outSeconds: this.#rational(value, 'outSeconds') };
      case 'burnIn':
        return {
          type,
          content: this.#oneOf(value, 'content', ['record-timecode', 'source-timecode', 'clip-name'] as const),
        };
      default:
        return null;
    }
  }

  #param(value: JsonValue, path: readonly string[]): Param {
    const found = member(value, ...path);
    const plain = found === undefined ? undefined : plainJson(found);
    if (typeof plain === 'number') return plain;
    const keys = found === undefined ? undefined : member(found, 'keyframes');
    if (typeof keys !== 'object' || keys === null || keys.type !== 'array')
      throw this.#malformed(path, 'a number or key frames');
    return {
      keyframes: this.#ascending(
        keys.items.map((key) => this.#keyframe(key, path)),
        path,
      ),
    };
  }

  #keyframe(key: JsonValue, path: readonly string[]): Keyframe {
    const value = member(key, 'value');
    const plain = value === undefined ? undefined : plainJson(value);
    if (typeof plain !== 'number') throw this.#malformed(path, 'a number in every key frame');
    return {
      time: this.#rational(key, 'time'),
      value: plain,
      interpolation: this.#oneOf(key, 'interpolation', ['linear', 'hold', 'smooth'] as const),
    };
  }

  #points(value: JsonValue): { readonly time: Rational; readonly value: Rational }[] {
    const points = member(value, 'points');
    if (typeof points !== 'object' || points === null || points.type !== 'array')
      throw this.#malformed(['points'], 'a list');
    const read = points.items.map((point) => ({
      time: this.#rational(point, 'time'),
      value: this.#rational(point, 'value'),
    }));
    return this.#ascending(read, ['points']);
  }

  #ascending<T extends { readonly time: Rational }>(keys: T[], path: readonly string[]): T[] {
    keys.forEach((key, at) => {
      const before = keys[at - 1];
      if (before !== undefined && compare(before.time, key.time) >= 0)
        throw this.#malformed(path, 'times in ascending order');
    });
    return keys;
  }

  #rational(value: JsonValue, key: string): Rational {
    const text = member(value, key);
    const parsed = typeof text === 'string' ? parseRational(text) : null;
    if (parsed === null) throw this.#malformed([key], 'a fraction as text, "n/d"');
    return parsed;
  }

  #text(value: JsonValue, key: string): string {
    const text = member(value, key);
    if (typeof text !== 'string') throw this.#malformed([key], 'a text');
    return text;
  }

  #oneOf<T extends string>(value: JsonValue, key: string, choices: readonly T[]): T {
    const text = member(value, key);
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw this.#malformed([key], `one of ${choices.join(', ')}`);
    return found;
  }

  #isTrue(value: JsonValue, key: string): boolean {
    const flag = member(value, key);
    if (flag !== undefined && flag !== true) throw this.#malformed([key], 'true, or absent');
    return flag === true;
  }

  #malformed(path: readonly string[], wanted: string): PatchworkError {
    const { effectName } = this.#effect;
    return new PatchworkError(
      'PW_EFFECT_MALFORMED',
      `effect "${effectName}": metadata.patchwork.${path.join('.')} should be ${wanted}`,
      {
        hint: 'Remove the effect or write it again with makeEffect.',
        details: { effect: effectName, path: path.join('.') },
      },
    );
  }
}
