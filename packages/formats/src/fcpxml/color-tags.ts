import type { PlainObject } from './nodes.ts';

/** ISO 23001-8 code points, as Apple's colour spaces number them, in FFmpeg's names. */
const primaries: ReadonlyMap<string, string> = new Map([
  ['1', 'bt709'],
  ['5', 'bt470bg'],
  ['6', 'smpte170m'],
  ['9', 'bt2020'],
  ['11', 'smpte431'],
  ['12', 'smpte432'],
]);
const transfers: ReadonlyMap<string, string> = new Map([
  ['1', 'bt709'],
  ['6', 'smpte170m'],
  ['13', 'iec61966-2-1'],
  ['14', 'bt2020-10'],
  ['16', 'smpte2084'],
  ['18', 'arib-std-b67'],
]);
const matrices: ReadonlyMap<string, string> = new Map([
  ['1', 'bt709'],
  ['5', 'bt470bg'],
  ['6', 'smpte170m'],
  ['9', 'bt2020nc'],
]);

/** Colour tags of a colour space as FCPXML spells it (`1-1-1 (Rec. 709)`); empty where it does not say or is not known. */
export function colorTagsOf(colorSpace: string): PlainObject {
  const [, first = '', second = '', third = ''] = /^(\d+)-(\d+)-(\d+)/.exec(colorSpace) ?? [];
  const [primary, transfer, matrix] = [primaries.get(first), transfers.get(second), matrices.get(third)];
  if (primary === undefined || transfer === undefined || matrix === undefined) return {};
  return { color: { primaries: primary, transfer, matrix, range: 'tv' } };
}
