import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codedStream } from '../testing/coded-movie.ts';
import type { ColorCodes } from './movie.ts';
import { coloredHevcConfig, coloredHevcSps } from './hevc-color.ts';
import { hevcTypes, hevcUnits, readHevcConfig, readHevcSps, renumberedHevcSps } from '../bitstream/hevc.ts';

const runs = Number(process.env['PW_RUNS'] ?? 300);
const streams = ['hevc open gop', 'hevc other'] as const;

/** Zeros are common: three bytes of them must be escaped. */
const code = fc.oneof(fc.constant(0), fc.constant(2), fc.nat({ max: 255 }));
const colors: fc.Arbitrary<ColorCodes> = fc.record({
  primaries: code,
  transfer: code,
  matrix: code,
  fullRange: fc.constantFrom(true, false, null),
});

function setsOf(name: (typeof streams)[number]): readonly Uint8Array[] {
  return hevcUnits(readHevcConfig(Buffer.from(codedStream(name).config, 'base64')), hevcTypes.sps);
}

describe('colours of an HEVC parameter set', () => {
  test('B15: all else is said as before, and the old colours bring the old bytes back', () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), colors, fc.nat({ max: 15 }), (name, color, id) => {
        for (const set of setsOf(name)) {
          const { format, vps } = readHevcSps(set);
          const moved = coloredHevcSps(renumberedHevcSps(set, id, vps), color);
          const isRangeTold =
            color.fullRange !== null || [color.primaries, color.transfer, color.matrix].some((each) => each !== 2);
          const fullRange = isRangeTold ? color.fullRange === true : null;
          expect(readHevcSps(moved)).toEqual({ id, vps, format: { ...format, ...color, fullRange } });
          const back = renumberedHevcSps(coloredHevcSps(moved, format), readHevcSps(set).id, vps);
          expect(readHevcSps(back)).toEqual(readHevcSps(set));
          expect([...coloredHevcSps(back, color)]).toEqual([...coloredHevcSps(set, color)]);
          for (let i = 2; i < moved.length; i++) {
            const isForbidden = moved[i - 2] === 0 && moved[i - 1] === 0 && (moved[i] ?? 0) < 3;
            expect(isForbidden, 'a start code inside a unit').toBe(false);
          }
        }
      }),
      { numRuns: runs },
    );
  });

  test('B15: there and back again are the same bytes, once the set says its colours as we do', () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), colors, colors, (name, before, after) => {
        for (const set of setsOf(name)) {
          const own = coloredHevcSps(set, before);
          expect([...coloredHevcSps(coloredHevcSps(own, after), before)]).toEqual([...own]);
        }
      }),
      { numRuns: runs },
    );
  });

  test('B15: of a configuration only the SPS change', () => {
    const config = new Uint8Array(Buffer.from(codedStream('hevc other').config, 'base64'));
    const color = { primaries: 9, transfer: 16, matrix: 9, fullRange: false };
    const before = readHevcConfig(config);
    const after = readHevcConfig(coloredHevcConfig(config, color));
    expect(after.head).toEqual(before.head);
    for (const type of [hevcTypes.vps, hevcTypes.pps]) expect(hevcUnits(after, type)).toEqual(hevcUnits(before, type));
    expect(hevcUnits(after, hevcTypes.sps)).toEqual(
      hevcUnits(before, hevcTypes.sps).map((set) => coloredHevcSps(set, color)),
    );
    expect(() => coloredHevcConfig(config.subarray(0, 30), color)).toThrow(
      expect.objectContaining({ code: 'PW_STREAM_CONFIG' }),
    );
  });
});
