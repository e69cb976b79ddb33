import { PatchworkError, type Json } from '@patchwork/kernel';
import { parseRational, rational, type Rate } from '@patchwork/time';
import { builtInProfileNames, isBuiltInProfileName, type BuiltInProfileName } from './built-in-profile.ts';
import { colorNames } from './color-names.ts';
import { videoCodecs } from './codec-facts.ts';
import type { ContainerProfile, SoundProfile, VideoCodec } from './profile.ts';

/** A profile as a person writes it: a built-in base and what differs from it. A whole {@link Profile} is one, too. */
export interface ProfileDocument {
  readonly name: string | null;
  /** Null takes the built-in profile that fits the codec, else the file's extension. */
  readonly base: BuiltInProfileName | null;
  readonly video: {
    readonly codec: VideoCodec | null;
    readonly width: number | null;
    readonly height: number | null;
    readonly rate: Rate | null;
    readonly pixelFormat: string | null;
    readonly color: {
      readonly primaries?: string;
      readonly transfer?: string;
      readonly matrix?: string;
      readonly range?: string;
    };
    readonly gop: number | null;
    readonly reorder: number | null;
    readonly options: { readonly [name: string]: string };
  };
  readonly sound: { readonly [K in keyof SoundProfile]: SoundProfile[K] | undefined };
  readonly container: { readonly [K in keyof ContainerProfile]: ContainerProfile[K] | undefined };
}

/**
 * Reads a profile document. Unknown keys are refused: a misspelt option that is silently left out gives another film.
 * Numbers in `video.options` may be written as numbers or booleans; `rate` as `24`, `"24000/1001"` or `{ num, den }`.
 *
 * @throws PW_PROFILE_SYNTAX, PW_PROFILE_KEY, PW_PROFILE_VALUE naming the key's path.
 */
export function readProfileDocument(json: Json): ProfileDocument {
  const root = object(json, '');
  refuseUnknown(root, '', ['name', 'base', 'video', 'sound', 'container']);
  const video = object(root['video'] ?? {}, 'video');
  refuseUnknown(video, 'video', [
    'codec',
    'width',
    'height',
    'rate',
    'pixelFormat',
    'color',
    'gop',
    'reorder',
    'options',
  ]);
  const color = object(video['color'] ?? {}, 'video.color');
  const tags = ['primaries', 'transfer', 'matrix', 'range'] as const;
  refuseUnknown(color, 'video.color', tags);
  const sound = object(root['sound'] ?? {}, 'sound');
  refuseUnknown(sound, 'sound', ['codec', 'sampleRate', 'layout', 'bitrate']);
  const container = object(root['container'] ?? {}, 'container');
  refuseUnknown(container, 'container', ['format', 'startTimecode']);
  return {
    name: optional(root['name'], (value) => text(value, 'name')),
    base: optional(root['base'], (value) => baseName(value)),
    video: {
      codec: optional(video['codec'], (value) => oneOf(value, 'video.codec', videoCodecs)),
      width: optional(video['width'], (value) => even(value, 'video.width')),
      height: optional(video['height'], (value) => even(value, 'video.height')),
      rate: optional(video['rate'], (value) => rate(value, 'video.rate')),
      pixelFormat: optional(video['pixelFormat'], (value) => text(value, 'video.pixelFormat')),
      color: Object.fromEntries(
        tags.flatMap((tag) => {
          const value = color[tag];
          return value === undefined ? [] : [[tag, oneOf(value, `video.color.${tag}`, colorNames[tag])]];
        }),
      ),
      gop: optional(video['gop'], (value) => whole(value, 'video.gop', 1, 600)),
      reorder: optional(video['reorder'], (value) => whole(value, 'video.reorder', 0, 2)),
      options: options(video['options'] ?? {}),
    },
    sound: {
      codec: absent(sound['codec'], (v) => oneOf(v, 'sound.codec', ['pcm_s16le', 'pcm_s24le', 'aac', 'none'] as const)),
      sampleRate: absent(sound['sampleRate'], (v) => whole(v, 'sound.sampleRate', 8_000, 192_000)),
      layout: absent(sound['layout'], (v) => oneOf(v, 'sound.layout', ['stereo'] as const)),
      bitrate: absent(sound['bitrate'], (v) => (v === null ? null : whole(v, 'sound.bitrate', 16_000, 1_000_000))),
    },
    container: {
      format: absent(container['format'], (v) => oneOf(v, 'container.format', ['mp4', 'mov'] as const)),
      startTimecode: absent(container['startTimecode'], (v) => (v === null ? null : startTimecode(v))),
    },
  };
}

interface JsonObject {
  readonly [key: string]: Json;
}

function valueError(path: string, expected: string, value: Json): PatchworkError {
  return new PatchworkError('PW_PROFILE_VALUE', `profile: ${path} is ${JSON.stringify(value)}, expected ${expected}`, {
    hint: `Correct ${path} in the profile.`,
    details: { key: path, value },
  });
}

function object(value: Json, path: string): JsonObject {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  if (path !== '') throw valueError(path, 'an object', value);
  throw new PatchworkError('PW_PROFILE_SYNTAX', 'profile: the document is no JSON object', {
    hint: `Write { "base": "${builtInProfileNames[0]}", … } or name a built-in profile: ${builtInProfileNames.join(', ')}.`,
  });
}

function refuseUnknown(value: JsonObject, path: string, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const full = path === '' ? key : `${path}.${key}`;
    throw new PatchworkError('PW_PROFILE_KEY', `profile: unknown key ${full}`, {
      hint: `Known here: ${known.join(', ')}.`,
      details: { key: full },
    });
  }
}

function optional<T>(value: Json | undefined, read: (value: Json) => T): T | null {
  return value === undefined || value === null ? null : read(value);
}

function absent<T>(value: Json | undefined, read: (value: Json) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function text(value: Json, path: string): string {
  if (typeof value !== 'string' || value === '') throw valueError(path, 'a text', value);
  return value;
}

function oneOf<T extends string>(value: Json, path: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw valueError(path, choices.join(' | '), value);
  return found;
}

function whole(value: Json, path: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw valueError(path, `a whole number from ${least} to ${most}`, value);
}

function even(value: Json, path: string): number {
  const pixels = whole(value, path, 16, 16_384);
  if (pixels % 2 !== 0) throw valueError(path, 'an even number of pixels', value);
  return pixels;
}

function rate(value: Json, path: string): Rate {
  let read: Rate | null = null;
  if (typeof value === 'string') read = parseRational(value);
  else if (typeof value === 'number' && Number.isSafeInteger(value)) read = rational(value);
  else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const parts = value as JsonObject;
    refuseUnknown(parts, path, ['num', 'den']);
    read = rational(
      whole(parts['num'] ?? null, `${path}.num`, 1, 1_000_000),
      whole(parts['den'] ?? null, `${path}.den`, 1, 1_000_000),
    );
  }
  // 23.976 as a number is refused: it does not say which rate it means, and a profile is written once.
  if (read === null || read.num <= 0) throw valueError(path, 'an exact rate like "24000/1001" or 25', value);
  return read;
}

function baseName(value: Json): BuiltInProfileName {
  const name = text(value, 'base');
  if (!isBuiltInProfileName(name)) throw valueError('base', builtInProfileNames.join(' | '), value);
  return name;
}

function options(value: Json): { readonly [name: string]: string } {
  const entries = Object.entries(object(value, 'video.options')).map(([name, option]): [string, string] => {
    if (typeof option === 'string') return [name, option];
    if (typeof option === 'number' && Number.isFinite(option)) return [name, String(option)];
    if (typeof option === 'boolean') return [name, option ? '1' : '0'];
    throw valueError(`video.options.${name}`, 'a text or a number', option);
  });
  return Object.fromEntries(entries);
}

function startTimecode(value: Json): { readonly frame: number; readonly dropFrame: boolean } {
  const parts = object(value, 'container.startTimecode');
  refuseUnknown(parts, 'container.startTimecode', ['frame', 'dropFrame']);
  const dropFrame = parts['dropFrame'] ?? false;
  if (typeof dropFrame !== 'boolean') throw valueError('container.startTimecode.dropFrame', 'true or false', dropFrame);
  return { frame: whole(parts['frame'] ?? null, 'container.startTimecode.frame', 0, 100_000_000), dropFrame };
}
