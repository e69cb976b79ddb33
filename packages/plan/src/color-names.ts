import type { ColorTags } from '@patchwork/program';

/**
 * Colour tags that a profile may name: FFmpeg's names that encoder, parameter sets and containers all have a number for. A
 * name beyond these would be written as `unknown`, and the file would not say what its profile says.
 */
export const colorNames: { readonly [tag in keyof ColorTags]: readonly string[] } = {
  primaries: [
    'bt709',
    'bt470m',
    'bt470bg',
    'smpte170m',
    'smpte240m',
    'film',
    'bt2020',
    'smpte428',
    'smpte431',
    'smpte432',
    'unknown',
  ],
  transfer: [
    'bt709',
    'gamma22',
    'gamma28',
    'smpte170m',
    'smpte240m',
    'linear',
    'iec61966-2-1',
    'iec61966-2-4',
    'bt2020-10',
    'bt2020-12',
    'smpte2084',
    'smpte428',
    'arib-std-b67',
    'unknown',
  ],
  matrix: ['gbr', 'bt709', 'fcc', 'bt470bg', 'smpte170m', 'smpte240m', 'ycgco', 'bt2020nc', 'bt2020c', 'unknown'],
  range: ['tv', 'pc', 'unknown'],
};
