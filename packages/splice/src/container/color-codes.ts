import type { ColorCodes } from './movie.ts';

// Code points of ISO/IEC 23091-2 under FFmpeg's names.
const primaries: { readonly [name: string]: number } = {
  bt709: 1,
  unknown: 2,
  bt470m: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  film: 8,
  bt2020: 9,
  smpte428: 10,
  smpte431: 11,
  smpte432: 12,
  ebu3213: 22,
};
const transfers: { readonly [name: string]: number } = {
  bt709: 1,
  unknown: 2,
  bt470m: 4,
  gamma22: 4,
  bt470bg: 5,
  gamma28: 5,
  smpte170m: 6,
  smpte240m: 7,
  linear: 8,
  log100: 9,
  log316: 10,
  'iec61966-2-4': 11,
  bt1361e: 12,
  'iec61966-2-1': 13,
  'bt2020-10': 14,
  'bt2020-12': 15,
  smpte2084: 16,
  smpte428: 17,
  'arib-std-b67': 18,
};
const matrices: { readonly [name: string]: number } = {
  gbr: 0,
  bt709: 1,
  unknown: 2,
  fcc: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  ycgco: 8,
  bt2020nc: 9,
  bt2020c: 10,
  smpte2085: 11,
  ictcp: 14,
};

/** Gives the code points of named colour tags; a name that is not listed is `unknown` (2), a range other than `tv` and `pc` null. */
export function colorCodes(tags: {
  readonly primaries: string;
  readonly transfer: string;
  readonly matrix: string;
  readonly range: string;
}): ColorCodes {
  return {
    primaries: primaries[tags.primaries] ?? 2,
    transfer: transfers[tags.transfer] ?? 2,
    matrix: matrices[tags.matrix] ?? 2,
    fullRange: tags.range === 'pc' ? true : tags.range === 'tv' ? false : null,
  };
}
