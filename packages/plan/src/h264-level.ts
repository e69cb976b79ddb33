import { ceil, multiply, rational, toNumber, type Rate } from '@patchwork/time';
import { PatchworkError } from '@patchwork/kernel';

/** Table A-1 of the H.264 specification: macroblocks per second, per frame, and in the decoded picture buffer. */
const levels: readonly (readonly [level: string, perSecond: number, perFrame: number, buffer: number])[] = [
  ['1.0', 1_485, 99, 396],
  ['1.1', 3_000, 396, 900],
  ['1.2', 6_000, 396, 2_376],
  ['1.3', 11_880, 396, 2_376],
  ['2.0', 11_880, 396, 2_376],
  ['2.1', 19_800, 792, 4_752],
  ['2.2', 20_250, 1_620, 8_100],
  ['3.0', 40_500, 1_620, 8_100],
  ['3.1', 108_000, 3_600, 18_000],
  ['3.2', 216_000, 5_120, 20_480],
  ['4.0', 245_760, 8_192, 32_768],
  ['4.2', 522_240, 8_704, 34_816],
  ['5.0', 589_824, 22_080, 110_400],
  ['5.1', 983_040, 36_864, 184_320],
  ['5.2', 2_073_600, 36_864, 184_320],
  ['6.0', 4_177_920, 139_264, 696_320],
  ['6.1', 8_355_840, 139_264, 696_320],
  ['6.2', 16_711_680, 139_264, 696_320],
];

/**
 * The lowest H.264 level that holds a raster at a rate with `buffered` decoded pictures (4.1 differs from 4.0 in bit rate
 * only and is left out). Fixed from the outside, because an encoder that picks the level by content gives its chunks
 * different parameter sets.
 *
 * @throws PW_PROFILE_RASTER when no level holds it.
 */
export function h264Level(width: number, height: number, rate: Rate, buffered: number): string {
  const across = Math.ceil(width / 16);
  const down = Math.ceil(height / 16);
  const frame = across * down;
  const second = ceil(multiply(rational(frame), rate));
  for (const [level, perSecond, perFrame, buffer] of levels) {
    const longestSide = Math.floor(Math.sqrt(8 * perFrame));
    if (second > perSecond || frame > perFrame || across > longestSide || down > longestSide) continue;
    if (frame * buffered <= buffer) return level;
  }
  throw new PatchworkError('PW_PROFILE_RASTER', `no H.264 level holds ${width}x${height} at ${toNumber(rate)} fps`, {
    hint: 'Choose a smaller raster, a lower rate or a ProRes profile.',
    details: { width, height },
  });
}
