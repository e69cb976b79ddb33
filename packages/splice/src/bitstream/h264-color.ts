import type { ColorCodes } from '../movie.ts';
import type { BitReader, BitWriter } from './bits.ts';
import { readAvcConfig, rewritten, vuiPosition, writeAvcConfig } from './h264.ts';
import { unescaped } from './nal.ts';

/** `aspect_ratio_idc` of an aspect that is written out: 16 + 16 bits follow. */
const extendedAspect = 255;
/** `video_format`: unspecified. */
const anyFormat = 5;
const unspecified = 2;

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
    const hasVui = from.flag();
    to.bit(1);
    if (hasVui) copyAspectAndOverscan(from, to);
    else to.bits(0, 2);
    writeSignalType(to, hasVui ? readFormat(from) : anyFormat, color);
    // No chroma location, timing, HRD of NAL or VCL, picture structure, restriction.
    if (!hasVui) to.bits(0, 6);
  });
}

/** `aspect_ratio_info_present_flag` … `overscan_appropriate_flag` (E.1.1). */
function copyAspectAndOverscan(from: BitReader, to: BitWriter): void {
  if (copyFlag(from, to)) {
    const aspect = from.bits(8);
    to.bits(aspect, 8);
    if (aspect === extendedAspect) to.copy(from, 32);
  }
  if (copyFlag(from, to)) to.copy(from, 1);
}

function copyFlag(from: BitReader, to: BitWriter): boolean {
  const flag = from.flag();
  to.bit(flag ? 1 : 0);
  return flag;
}

/** Reads `video_signal_type_present_flag` and what hangs on it; gives `video_format`. */
function readFormat(from: BitReader): number {
  if (!from.flag()) return anyFormat;
  const format = from.bits(3);
  from.skip(1);
  if (from.flag()) from.skip(24);
  return format;
}

/** `video_signal_type_present_flag`, format (3), full range (1), description present (1), primaries, transfer, matrix (8 each). */
function writeSignalType(to: BitWriter, format: number, color: ColorCodes): void {
  const { primaries, transfer, matrix, fullRange } = color;
  const hasDescription = [primaries, transfer, matrix].some((code) => code !== unspecified);
  const isSaid = hasDescription || fullRange !== null || format !== anyFormat;
  to.bit(isSaid ? 1 : 0);
  if (!isSaid) return;
  to.bits(format, 3);
  to.bit(fullRange === true ? 1 : 0);
  to.bit(hasDescription ? 1 : 0);
  if (!hasDescription) return;
  for (const code of [primaries, transfer, matrix]) to.bits(code, 8);
}
