import { PatchworkError } from '@patchwork/kernel';
import { ceil, multiply, rational, toNumber, type Rate } from '@patchwork/time';

/** Tables A.8 and A.9 of ITU-T H.265: luma samples of a picture and of a second. */
const levels: readonly (readonly [level: string, perPicture: number, perSecond: number])[] = [
  ['1.0', 36_864, 552_960],
  ['2.0', 122_880, 3_686_400],
  ['2.1', 245_760, 7_372_800],
  ['3.0', 552_960, 16_588_800],
  ['3.1', 983_040, 33_177_600],
  ['4.0', 2_228_224, 66_846_720],
  ['4.1', 2_228_224, 133_693_440],
  ['5.0', 8_912_896, 267_386_880],
  ['5.1', 8_912_896, 534_773_760],
  ['5.2', 8_912_896, 1_069_547_520],
  ['6.0', 35_651_584, 1_069_547_520],
  ['6.1', 35_651_584, 2_139_095_040],
  ['6.2', 35_651_584, 4_278_190_080],
];

/**
 * The lowest HEVC level that holds a raster at a rate; any has room for six decoded pictures of its largest raster, more
 * than the built-in options take. Fixed from the outside, so that no content chooses it.
 *
 * @throws PW_PROFILE_RASTER when no level holds it.
 */
export function hevcLevel(width: number, height: number, rate: Rate): string {
  const picture = width * height;
  const second = ceil(multiply(rational(picture), rate));
  for (const [level, perPicture, perSecond] of levels) {
    const longestSide = Math.floor(Math.sqrt(8 * perPicture));
    if (picture > perPicture || second > perSecond || width > longestSide || height > longestSide) continue;
    return level;
  }
  throw new PatchworkError('PW_PROFILE_RASTER', `no HEVC level holds ${width}x${height} at ${toNumber(rate)} fps`, {
    hint: 'Choose a smaller raster, a lower rate or a ProRes profile.',
    details: { width, height },
  });
}
