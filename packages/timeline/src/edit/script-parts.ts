import { isPatchworkError, type Json, type PatchworkError } from '@patchwork/kernel';
import { parseRational, type Rational, type TimeRange } from '@patchwork/time';
import { makeExternalReference, makePlainEffect } from '../builders.ts';
import { defaultJsonLimits } from '../json/json-limits.ts';
import { jsonFrom, withMember } from '../json/json-member.ts';
import { JsonScanner } from '../json/json-scanner.ts';
import { emptyObject } from '../json-value.ts';
import { knownEffect } from '../known-effect.ts';
import type { Effect, Item, MediaReference, TimelineNode } from '../model.ts';
import { freshId } from '../node-id.ts';
import { NodeReader } from '../otio/node-reader.ts';
import { isItem } from '../ranges.ts';
import type { Unmodelled } from '../unmodelled.ts';
import type { RetimeSpeed } from './edit.ts';

interface Plain {
  readonly [key: string]: Json;
}

/** Reads what a step of a script holds beside numbers: OTIO objects, effects in short, speeds. */
export class StepParts {
  readonly #wrong: (key: string, wanted: string) => PatchworkError;

  constructor(wrong: (key: string, wanted: string) => PatchworkError) {
    this.#wrong = wrong;
  }

  /** A clip, gap or compound as OTIO. */
  item(key: string, value: Json): Item {
    const node = this.#node(key, value);
    if (node.kind === 'Clip' || node.kind === 'Gap' || node.kind === 'Stack' || node.kind === 'Track') {
      if (isItem(node)) return node;
    }
    throw this.#wrong(key, `be an OTIO clip, gap, stack or track, not ${node.kind}`);
  }

  /** A path or URL, or an OTIO media reference. */
  media(key: string, value: Json | undefined, available: TimeRange | null): MediaReference {
    if (typeof value === 'string') return makeExternalReference({ targetUrl: value, availableRange: available });
    const node = this.#node(key, value);
    switch (node.kind) {
      case 'ExternalReference':
      case 'MissingReference':
      case 'GeneratorReference':
      case 'ImageSequenceReference':
        return node;
      default:
        throw this.#wrong(key, `be a path, a URL or an OTIO media reference, not ${node.kind}`);
    }
  }

  /** `{"type": "opacity", "opacity": 0.5}`, or an OTIO effect. */
  effect(key: string, value: Json | undefined): Effect {
    if (!isPlain(value)) throw this.#wrong(key, 'be an object with a "type", or an OTIO effect');
    if (value['OTIO_SCHEMA'] !== undefined) {
      const node = this.#node(key, value);
      if (node.kind === 'Effect') return node;
      throw this.#wrong(key, `be an effect, not ${node.kind}`);
    }
    const { type } = value;
    if (typeof type !== 'string') throw this.#wrong(`${key}.type`, 'be a text');
    const effect = makePlainEffect(type, { metadata: withMember(emptyObject, ['patchwork'], jsonFrom(value)) });
    if (knownEffect(effect) === null) throw this.#wrong(`${key}.type`, `be one of the vocabulary, not ${type}`);
    return effect;
  }

  /** `2`, `"1/2"`, `-1`, `"freeze"`, or `{"points": [["0", "0"], …], "sampling": "nearest"}` in seconds. */
  speed(key: string, value: Json | undefined): RetimeSpeed {
    if (value === 'freeze') return { num: 0, den: 1 };
    if (isPlain(value)) return this.#ramp(key, value);
    const speed = typeof value === 'number' || typeof value === 'string' ? parseRational(String(value)) : null;
    if (speed === null) throw this.#wrong(key, 'be a speed (2, "1/2", -1), "freeze", or an object with "points"');
    return speed;
  }

  /** A list of `{"label", "content"}`. */
  unmodelled(key: string, value: Json | undefined): readonly Unmodelled[] {
    const list = Array.isArray(value) ? (value as readonly Json[]) : [];
    const read = list.flatMap((entry) => {
      const { label, content } = isPlain(entry) ? entry : {};
      return typeof label === 'string' && typeof content === 'string' ? [{ label, content }] : [];
    });
    if (Array.isArray(value) && read.length === list.length) return read;
    throw this.#wrong(key, 'be a list of objects with "label" and "content"');
  }

  #ramp(key: string, { points, sampling = 'nearest' }: Plain): RetimeSpeed {
    if (sampling !== 'nearest' && sampling !== 'blend') throw this.#wrong(`${key}.sampling`, 'be "nearest" or "blend"');
    if (!Array.isArray(points) || points.length < 2)
      throw this.#wrong(`${key}.points`, 'be a list of two points or more');
    return {
      sampling,
      points: (points as readonly Json[]).map((point) => {
        const [time, media] = Array.isArray(point) ? (point as readonly Json[]).map(rationalOf) : [];
        if (time === undefined || media === undefined || time === null || media === null)
          throw this.#wrong(`${key}.points`, 'hold pairs of seconds: own time, media time');
        return { time, value: media };
      }),
    };
  }

  #node(key: string, value: Json | undefined): TimelineNode {
    if (!isPlain(value)) throw this.#wrong(key, 'be an OTIO object');
    try {
      const scanner = new JsonScanner(JSON.stringify(value), key, defaultJsonLimits);
      return new NodeReader(scanner, freshId).readNode('anywhere');
    } catch (error) {
      if (isPatchworkError(error)) throw this.#wrong(key, `be an OTIO object (${error.message})`);
      throw error;
    }
  }
}

function rationalOf(value: Json): Rational | null {
  return typeof value === 'number' || typeof value === 'string' ? parseRational(String(value)) : null;
}

function isPlain(value: Json | undefined): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
