import { canonicalJson, type Json } from '@patchwork/kernel';
import { formatRational, type Rational } from '@patchwork/time';
import type { RasterFacts } from './resolve-profile.ts';
import type { Profile, Toolchain } from './profile.ts';

/** One setting that differs, as people read it: `video.options.crf`, `20`, `18`. `none` where one side has no such setting. */
export interface SettingDifference {
  readonly key: string;
  readonly old: string;
  readonly new: string;
  /** What it costs: `video` a full render, `sound` the sound pass, `container` a remux. */
  readonly domain: 'video' | 'sound' | 'container';
}

/**
 * Members of an H.264 or HEVC profile that stand in the file's sample entry and in no chunk. ProRes writes them into every
 * frame header. Must agree with what {@link encodingDigest} leaves out: a test compares them.
 */
const entryLabels: readonly string[] = ['video.color.primaries', 'video.color.transfer'];

/** All settings in which two profiles differ, by key. The name is not one: it is for people. */
export function profileDifference(previous: Profile, next: Profile): SettingDifference[] {
  const video = differences('video', 'video', previous.video as unknown as Json, next.video as unknown as Json);
  const { codec } = previous.video;
  const isLabelled = codec === next.video.codec && (codec === 'h264' || codec === 'hevc');
  const labels = isLabelled ? entryLabels : [];
  return [
    ...video.map((each) => (labels.includes(each.key) ? { ...each, domain: 'container' as const } : each)),
    ...differences('sound', 'sound', previous.sound as unknown as Json, next.sound as unknown as Json),
    ...differences('container', 'container', previous.container as unknown as Json, next.container as unknown as Json),
  ];
}

/** Parts of the toolchain that differ: all of them make every picture a stranger. */
export function toolchainDifference(previous: Toolchain, next: Toolchain): SettingDifference[] {
  return differences('toolchain', 'video', previous as unknown as Json, next as unknown as Json);
}

/** Raster and rate in which two timelines differ: `timeline.rate 24/1 -> 25/1`. What one does not say is no difference. */
export function timelineDifference(previous: RasterFacts, next: RasterFacts): SettingDifference[] {
  return (['width', 'height', 'rate'] as const).flatMap((name) => {
    const [before, after] = [previous[name], next[name]];
    if (before === null || after === null) return [];
    return differences(`timeline.${name}`, 'video', before as unknown as Json, after as unknown as Json);
  });
}

/** Writes a difference: `video.options.crf 20 -> 18`. */
export function formatDifference(difference: SettingDifference): string {
  return `${difference.key} ${difference.old} -> ${difference.new}`;
}

function differences(
  key: string,
  domain: SettingDifference['domain'],
  previous: Json | undefined,
  next: Json | undefined,
): SettingDifference[] {
  if (isPlainObject(previous) && isPlainObject(next) && !isRate(previous) && !isRate(next)) {
    const names = [...new Set([...Object.keys(previous), ...Object.keys(next)])].toSorted();
    return names.flatMap((name) => differences(`${key}.${name}`, domain, previous[name], next[name]));
  }
  const before = spelled(previous);
  const after = spelled(next);
  return before === after ? [] : [{ key, old: before, new: after, domain }];
}

function isPlainObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== undefined && value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isRate(value: { readonly [key: string]: Json }): boolean {
  return typeof value['num'] === 'number' && typeof value['den'] === 'number';
}

function spelled(value: Json | undefined): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'string') return value;
  if (isPlainObject(value) && isRate(value)) {
    const rate = value as unknown as Rational;
    return rate.den === 1 ? `${rate.num}/1` : formatRational(rate);
  }
  return canonicalJson(value);
}
