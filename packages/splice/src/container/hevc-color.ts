import type { ColorCodes } from './movie.ts';
import { rewritten } from '../bitstream/h264.ts';
import { hevcTypes, hevcVuiPosition, readHevcConfig, writeHevcConfig } from '../bitstream/hevc.ts';
import { unescaped } from '../bitstream/nal.ts';
import { recoloredVui } from './vui-color.ts';

/** No chroma location, neutral chroma, fields, field information, display window, timing, restriction. */
const flagsBehind = 7;

/**
 * The same `hvcC`, all of its SPS saying these colours: decoders believe the SPS before the container's `colr`.
 *
 * @throws PW_STREAM_CONFIG, PW_STREAM_SHORT, PW_STREAM_VALUE
 */
export function coloredHevcConfig(hvcC: Uint8Array, color: ColorCodes): Uint8Array {
  const config = readHevcConfig(hvcC);
  const arrays = config.arrays.map((array) =>
    (array.kind & 63) === hevcTypes.sps
      ? { ...array, units: array.units.map((set) => coloredHevcSps(set, color)) }
      : array,
  );
  return writeHevcConfig({ ...config, arrays });
}

/**
 * The same SPS with these colours in its VUI, whatever it said before; all else is moved bit by bit.
 *
 * @throws PW_STREAM_SHORT, PW_STREAM_VALUE
 */
export function coloredHevcSps(nal: Uint8Array, color: ColorCodes): Uint8Array {
  const start = hevcVuiPosition(unescaped(nal.subarray(2)));
  return rewritten(nal, 2, (from, to) => {
    to.copy(from, start);
    recoloredVui(from, to, color, flagsBehind);
  });
}
