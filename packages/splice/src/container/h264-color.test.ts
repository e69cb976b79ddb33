import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codedStream } from '../testing/coded-movie.ts';
import type { ColorCodes } from './movie.ts';
import { BitWriter } from '../bitstream/bits.ts';
import { coloredAvcConfig, coloredH264Sps } from './h264-color.ts';
import { readAvcConfig, readH264Sps, renumberedH264Sps } from '../bitstream/h264.ts';
import { escaped, unescaped } from '../bitstream/nal.ts';

const runs = Number(process.env['PW_RUNS'] ?? 300);
const streams = ['h264', 'h264 open gop', 'h264 cavlc slices', 'h264 10 bit', 'h264 other'] as const;
const untold: ColorCodes = { primaries: 2, transfer: 2, matrix: 2, fullRange: null };

/** Zeros are common: three bytes of them must be escaped. */
const code = fc.oneof(fc.constant(0), fc.constant(2), fc.nat({ max: 255 }));
const colors: fc.Arbitrary<ColorCodes> = fc.record({
  primaries: code,
  transfer: code,
  matrix: code,
  fullRange: fc.constantFrom(true, false, null),
});

/** The parts of a VUI around the colours, as E.1.1 orders them; null where it is left out. */
interface Around {
  readonly aspect: number | null;
  readonly overscan: boolean | null;
  readonly format: number;
  readonly timing: readonly [number, number] | null;
  readonly restriction: readonly number[] | null;
}

const around: fc.Arbitrary<Around> = fc.record({
  aspect: fc.option(fc.oneof(fc.constant(255), fc.nat({ max: 16 }))),
  overscan: fc.option(fc.boolean()),
  format: fc.nat({ max: 7 }),
  timing: fc.option(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 0xffffffff }))),
  restriction: fc.option(fc.array(fc.nat({ max: 16 }), { minLength: 5, maxLength: 5 })),
});

/** A baseline SPS of 96 x 64 with these colours; `null` for one without a VUI. */
function written(vui: Around | null, color: ColorCodes): Uint8Array {
  const out = new BitWriter();
  out.bits(66, 8);
  out.bits(0, 8);
  out.bits(30, 8);
  // Id, frame number, order type 2, one reference, no gaps; 6 x 4 blocks, progressive, 8x8 inference, no cropping.
  for (const value of [0, 0, 2, 1]) out.ue(value);
  out.bit(0);
  out.ue(5);
  out.ue(3);
  out.bits(0b110, 3);
  out.bit(vui === null ? 0 : 1);
  if (vui !== null) writeVui(out, vui, color);
  out.bit(1);
  return Uint8Array.from([0x67, ...escaped(out.toBytes())]);
}

function writeVui(out: BitWriter, vui: Around, color: ColorCodes): void {
  out.bit(vui.aspect === null ? 0 : 1);
  if (vui.aspect !== null) out.bits(vui.aspect, 8);
  if (vui.aspect === 255) out.bits(0x00010001, 32);
  out.bit(vui.overscan === null ? 0 : 1);
  if (vui.overscan !== null) out.bit(vui.overscan ? 1 : 0);
  const codes = [color.primaries, color.transfer, color.matrix];
  const described = codes.some((each) => each !== 2);
  const said = described || color.fullRange !== null || vui.format !== 5;
  out.bit(said ? 1 : 0);
  if (said) {
    out.bits(vui.format, 3);
    out.bit(color.fullRange === true ? 1 : 0);
    out.bit(described ? 1 : 0);
    if (described) for (const each of codes) out.bits(each, 8);
  }
  out.bit(0);
  out.bit(vui.timing === null ? 0 : 1);
  if (vui.timing !== null) {
    out.bits(vui.timing[0], 32);
    out.bits(vui.timing[1], 32);
    out.bit(1);
  }
  out.bits(0, 3);
  out.bit(vui.restriction === null ? 0 : 1);
  if (vui.restriction !== null) {
    out.bit(1);
    for (const value of vui.restriction) out.ue(value);
    out.ue(4);
  }
}

describe('colours of a parameter set', () => {
  test('B12: an SPS under other colours is the SPS that would have been written with them, whatever stands around', () => {
    fc.assert(
      fc.property(around, colors, colors, (vui, before, after) => {
        const moved = coloredH264Sps(written(vui, before), after);
        expect([...moved]).toEqual([...written(vui, after)]);
        for (let i = 2; i < moved.length; i++) {
          const isForbidden = moved[i - 2] === 0 && moved[i - 1] === 0 && (moved[i] ?? 0) < 3;
          expect(isForbidden, 'a start code inside a unit').toBe(false);
        }
      }),
      { numRuns: runs },
    );
  });

  test('B12: an SPS without a VUI gets one that says nothing else', () => {
    const bare: Around = { aspect: null, overscan: null, format: 5, timing: null, restriction: null };
    fc.assert(
      fc.property(colors, (color) => {
        expect([...coloredH264Sps(written(null, untold), color)]).toEqual([...written(bare, color)]);
      }),
      { numRuns: runs },
    );
  });

  test('B13: of real encoders too, all else is said as before, and the old colours bring the old bytes back', () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), colors, fc.nat({ max: 31 }), (name, color, id) => {
        for (const set of readAvcConfig(Buffer.from(codedStream(name).config, 'base64')).sps) {
          const { format } = readH264Sps(set);
          const moved = coloredH264Sps(renumberedH264Sps(set, id), color);
          const isRangeTold =
            color.fullRange !== null || [color.primaries, color.transfer, color.matrix].some((each) => each !== 2);
          const fullRange = isRangeTold ? color.fullRange === true : null;
          expect(readH264Sps(moved)).toEqual({ id, format: { ...format, ...color, fullRange } });
          expect([...renumberedH264Sps(coloredH264Sps(moved, format), readH264Sps(set).id)]).toEqual([...set]);
        }
      }),
      { numRuns: runs / 4 },
    );
  });

  test('B13: three zero codes in a row are escaped', () => {
    const [set] = readAvcConfig(Buffer.from(codedStream('h264').config, 'base64')).sps;
    if (set === undefined) throw new TypeError('the stream has a parameter set');
    const moved = coloredH264Sps(set, { primaries: 0, transfer: 0, matrix: 0, fullRange: false });
    expect(readH264Sps(moved).format).toMatchObject({ primaries: 0, transfer: 0, matrix: 0, fullRange: false });
    expect(moved.length).toBeGreaterThan(1 + unescaped(moved.subarray(1)).length);
  });

  test('B14: a configuration under other colours keeps its profile, picture sets and trailer', () => {
    const config = new Uint8Array(Buffer.from(codedStream('h264').config, 'base64'));
    const color = { primaries: 6, transfer: 6, matrix: 1, fullRange: false };
    const before = readAvcConfig(config);
    const after = readAvcConfig(coloredAvcConfig(config, color));
    expect(after).toEqual({ ...before, sps: before.sps.map((set) => coloredH264Sps(set, color)) });
    expect(() => coloredAvcConfig(config.subarray(0, 12), color)).toThrow(
      expect.objectContaining({ code: 'PW_STREAM_CONFIG' }),
    );
  });
});
