import type { ColorTags } from '@patchwork/program';
import {
  AVCOL_PRI_BT2020,
  AVCOL_PRI_BT470BG,
  AVCOL_PRI_BT470M,
  AVCOL_PRI_BT709,
  AVCOL_PRI_FILM,
  AVCOL_PRI_SMPTE170M,
  AVCOL_PRI_SMPTE240M,
  AVCOL_PRI_SMPTE428,
  AVCOL_PRI_SMPTE431,
  AVCOL_PRI_SMPTE432,
  AVCOL_PRI_UNSPECIFIED,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_RANGE_UNSPECIFIED,
  AVCOL_SPC_BT2020_CL,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_FCC,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_SPC_YCGCO,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_BT2020_10,
  AVCOL_TRC_BT2020_12,
  AVCOL_TRC_BT709,
  AVCOL_TRC_GAMMA22,
  AVCOL_TRC_GAMMA28,
  AVCOL_TRC_IEC61966_2_1,
  AVCOL_TRC_IEC61966_2_4,
  AVCOL_TRC_LINEAR,
  AVCOL_TRC_SMPTE170M,
  AVCOL_TRC_SMPTE2084,
  AVCOL_TRC_SMPTE240M,
  AVCOL_TRC_SMPTE428,
  AVCOL_TRC_UNSPECIFIED,
} from 'node-av/constants';
import type { AVColorPrimaries, AVColorRange, AVColorSpace, AVColorTransferCharacteristic } from 'node-av/constants';

const primaries: ReadonlyMap<string, AVColorPrimaries> = new Map([
  ['bt709', AVCOL_PRI_BT709],
  ['bt470m', AVCOL_PRI_BT470M],
  ['bt470bg', AVCOL_PRI_BT470BG],
  ['smpte170m', AVCOL_PRI_SMPTE170M],
  ['smpte240m', AVCOL_PRI_SMPTE240M],
  ['film', AVCOL_PRI_FILM],
  ['bt2020', AVCOL_PRI_BT2020],
  ['smpte428', AVCOL_PRI_SMPTE428],
  ['smpte431', AVCOL_PRI_SMPTE431],
  ['smpte432', AVCOL_PRI_SMPTE432],
  ['unknown', AVCOL_PRI_UNSPECIFIED],
]);
const transfers: ReadonlyMap<string, AVColorTransferCharacteristic> = new Map([
  ['bt709', AVCOL_TRC_BT709],
  ['gamma22', AVCOL_TRC_GAMMA22],
  ['gamma28', AVCOL_TRC_GAMMA28],
  ['smpte170m', AVCOL_TRC_SMPTE170M],
  ['smpte240m', AVCOL_TRC_SMPTE240M],
  ['linear', AVCOL_TRC_LINEAR],
  ['iec61966-2-1', AVCOL_TRC_IEC61966_2_1],
  ['iec61966-2-4', AVCOL_TRC_IEC61966_2_4],
  ['bt2020-10', AVCOL_TRC_BT2020_10],
  ['bt2020-12', AVCOL_TRC_BT2020_12],
  ['smpte2084', AVCOL_TRC_SMPTE2084],
  ['smpte428', AVCOL_TRC_SMPTE428],
  ['arib-std-b67', AVCOL_TRC_ARIB_STD_B67],
  ['unknown', AVCOL_TRC_UNSPECIFIED],
]);
const matrices: ReadonlyMap<string, AVColorSpace> = new Map([
  ['gbr', AVCOL_SPC_RGB],
  ['bt709', AVCOL_SPC_BT709],
  ['fcc', AVCOL_SPC_FCC],
  ['bt470bg', AVCOL_SPC_BT470BG],
  ['smpte170m', AVCOL_SPC_SMPTE170M],
  ['smpte240m', AVCOL_SPC_SMPTE240M],
  ['ycgco', AVCOL_SPC_YCGCO],
  ['bt2020nc', AVCOL_SPC_BT2020_NCL],
  ['bt2020c', AVCOL_SPC_BT2020_CL],
  ['unknown', AVCOL_SPC_UNSPECIFIED],
]);
const ranges: ReadonlyMap<string, AVColorRange> = new Map([
  ['tv', AVCOL_RANGE_MPEG],
  ['pc', AVCOL_RANGE_JPEG],
  ['unknown', AVCOL_RANGE_UNSPECIFIED],
]);

function nameOf(table: ReadonlyMap<string, number>, value: number): string {
  for (const [name, number] of table) if (number === value) return name;
  return value <= 2 ? 'unknown' : `#${value}`;
}

/** Colour tags as libav's numbers. */
export interface ColorNumbers {
  readonly primaries: AVColorPrimaries;
  readonly transfer: AVColorTransferCharacteristic;
  readonly matrix: AVColorSpace;
  readonly range: AVColorRange;
}

/** Names for libav's numbers; FFmpeg's own names; `unknown` where unspecified, `#n` where this list has no name. */
export function colorTags(numbers: {
  readonly colorPrimaries: number;
  readonly colorTrc: number;
  readonly colorSpace: number;
  readonly colorRange: number;
}): ColorTags {
  return {
    primaries: nameOf(primaries, numbers.colorPrimaries),
    transfer: nameOf(transfers, numbers.colorTrc),
    matrix: nameOf(matrices, numbers.colorSpace),
    range: nameOf(ranges, numbers.colorRange),
  };
}

/** libav's numbers for names; what is not in the list counts as unknown. */
export function colorNumbers(tags: ColorTags): ColorNumbers {
  return {
    primaries: primaries.get(tags.primaries) ?? AVCOL_PRI_UNSPECIFIED,
    transfer: transfers.get(tags.transfer) ?? AVCOL_TRC_UNSPECIFIED,
    matrix: matrices.get(tags.matrix) ?? AVCOL_SPC_UNSPECIFIED,
    range: ranges.get(tags.range) ?? AVCOL_RANGE_UNSPECIFIED,
  };
}
