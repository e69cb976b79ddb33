import type { ColorCodes } from './movie.ts';
import { readAvcConfig, rewritten, vuiPosition, writeAvcConfig } from '../bitstream/h264.ts';
import { unescaped } from '../bitstream/nal.ts';
import { recoloredVui } from './vui-color.ts';

/** No chroma location, timing, HRD of NAL or VCL, picture structure, restriction. */
const flagsBehind = 6;

/**
 * The same `avcC`, all of its SPS saying these colours. H.264 decoders believe the SPS before the container's `colr`, so
 * both must be written from one source.
 *
 * @throws PW_STREAM_CONFIG, PW_STREAM_SHORT, PW_STREAM_VALUE
 */
export function coloredAvcConfig(avcC: Uint8Array, color: ColorCodes): Uint8Array {
  const config = readAvcConfig(avcC);
  return writeAvcConfig({ ...config, sps: config.sps.map((set) => coloredH264Sps(set, color)) });
}

/**
 * The same SPS with these colours in its VUI, whatever it said before; all else is moved bit by bit. What is unspecified
 * is left out as far as the syntax allows, so the result depends on the rest of the set and on `color` alone.
 *
 * @throws PW_STREAM_SHORT, PW_STREAM_VALUE
 */
export function coloredH264Sps(nal: Uint8Array, color: ColorCodes): Uint8Array {
  const start = vuiPosition(unescaped(nal.subarray(1)));
  return rewritten(nal, 1, (from, to) => {
    to.copy(from, start);
    recoloredVui(from, to, color, flagsBehind);
  });
}
