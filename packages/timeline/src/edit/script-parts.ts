import { isPatchworkError, type Json, type PatchworkError } from '@patchwork/kernel';
import { parseRational, subtract, zero, type Rate, type Rational, type TimeRange } from '@patchwork/time';
import { makeClip, makeExternalReference, makeGap, makeMarker, makePlainEffect } from '../builders.ts';
import { defaultJsonLimits } from '../json/json-limits.ts';
import { jsonFrom, withMember } from '../json/json-member.ts';
import { JsonScanner } from '../json/json-scanner.ts';
import { emptyObject, type JsonObject } from '../json-value.ts';
import { knownEffect } from '../known-effect.ts';
import type { Effect, Item, Marker, MediaReference, TimelineNode, Track } from '../model.ts';
import { freshId } from '../node-id.ts';
import { NodeReader } from '../otio/node-reader.ts';
import { isItem } from '../ranges.ts';
import type { Unmodelled } from '../unmodelled.ts';
import type { RetimeSpeed } from './edit.ts';
import type { MetadataValue } from './mark-edit.ts';
import { framesFrom, mediaFileName, rangeBetween, rateFrom } from './step-number.ts';

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

  /** `{"name", "media", "source": [in, out], "available", "rate"}`, `{"gap": frames}`, or OTIO. */
  clip(key: string, value: Json | undefined, usualRate: () => Rate): Item {
    if (!isPlain(value)) throw this.#wrong(key, 'be an object with "source" and "media", or with "gap"');
    if (value['OTIO_SCHEMA'] !== undefined) return this.item(key, value);
    const rate = value['rate'] === undefined ? usualRate() : rateFrom(value['rate']);
    if (rate === null) throw this.#wrong(`${key}.rate`, 'be a rate, 25 or "24000/1001"');
    const frames = (part: string, said: Json | undefined): Rational => {
      const read = framesFrom(said);
      if (read === null) throw this.#wrong(`${key}.${part}`, 'be frames: a whole number, or "n/d"');
      return read;
    };
    if (value['gap'] !== undefined) return makeGap({ value: frames('gap', value['gap']), rate });
    const { name, media } = value;
    if (typeof media !== 'string') throw this.#wrong(`${key}.media`, 'be a path or URL');
    const range = (part: string): TimeRange => {
      const ends = value[part];
      if (!Array.isArray(ends) || ends.length !== 2) throw this.#wrong(`${key}.${part}`, 'be [in, out]');
      const [from, to] = ends as readonly Json[];
      return rangeBetween(frames(part, from), frames(part, to), rate);
    };
    const available = value['available'] === undefined ? {} : { availableRange: range('available') };
    return makeClip({
      name: typeof name === 'string' ? name : mediaFileName(media),
      sourceRange: range('source'),
      media: makeExternalReference({ targetUrl: media, ...available }),
    });
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

  /** A track as OTIO. */
  track(key: string, value: Json): Track {
    const node = this.#node(key, value);
    if (node.kind === 'Track') return node;
    throw this.#wrong(key, `be an OTIO track, not ${node.kind}`);
  }

  /** `{"name", "comment", "color", "range": [in, out]}` in frames of the marked node's own time, or an OTIO marker. */
  marker(key: string, value: Json | undefined, rate: Rate): Marker {
    if (!isPlain(value)) throw this.#wrong(key, 'be an object with "range" and "name", or an OTIO marker');
    if (value['OTIO_SCHEMA'] !== undefined) {
      const node = this.#node(key, value);
      if (node.kind === 'Marker') return node;
      throw this.#wrong(key, `be a marker, not ${node.kind}`);
    }
    const text = (part: string, usual: string): string => {
      const said = value[part] ?? usual;
      if (typeof said === 'string') return said;
      throw this.#wrong(`${key}.${part}`, 'be a text');
    };
    const { range } = value;
    const [from, to] = Array.isArray(range) ? (range as readonly Json[]).map(rationalOf) : [];
    const length = from === undefined || to === undefined || from === null || to === null ? null : subtract(to, from);
    if (length === null || length.num < 0) throw this.#wrong(`${key}.range`, 'be [in, out]');
    return makeMarker({
      name: text('name', ''),
      comment: text('comment', ''),
      color: text('color', 'RED'),
      markedRange: { start: { value: from ?? zero, rate }, duration: { value: length, rate } },
    });
  }

  /** What gives way in a fill. */
  reference(value: Json | undefined): 'source' | 'sequence' | 'fit' {
    if (value === 'source' || value === 'sequence' || value === 'fit') return value;
    throw this.#wrong('reference', 'be "source", "sequence" or "fit"');
  }

  /** A colour object, or null. */
  color(key: string, value: Json): JsonObject | null {
    return value === null ? null : this.object(key, value);
  }

  /** Any object. */
  object(key: string, value: Json): JsonObject {
    if (isPlain(value)) return jsonFrom(value);
    throw this.#wrong(key, 'be an object');
  }

  /** A list of `{"path": "a.b" or ["a", "b"], "value"}`; without a value it is taken away. */
  metadata(key: string, list: Json): readonly MetadataValue[] {
    if (!Array.isArray(list)) throw this.#wrong(key, 'be a list of objects with "path" and "value"');
    return (list as readonly Json[]).map((entry, at) => {
      const { path, value } = isPlain(entry) ? entry : {};
      const keys = typeof path === 'string' ? path.split('.') : Array.isArray(path) ? (path as readonly Json[]) : [];
      if (keys.length === 0 || !keys.every((part) => typeof part === 'string'))
        throw this.#wrong(`${key}[${at}].path`, 'be keys: "a.b", or ["a", "b"]');
      return { path: keys, value: value === undefined ? undefined : jsonFrom(value) };
    });
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
