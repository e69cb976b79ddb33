import type { ColorCodes } from './movie.ts';
import type { BitReader, BitWriter } from '../bitstream/bits.ts';

/** `aspect_ratio_idc` of an aspect that is written out: 16 + 16 bits follow. */
const extendedAspect = 255;
/** `video_format`: unspecified. */
const anyFormat = 5;
const unspecified = 2;

/**
 * Moves the beginning of a VUI, which H.264 and HEVC write alike (E.1.1, E.2.1), from `vui_parameters_present_flag` on, with
 * other colours in it. What is unspecified is left out as far as the syntax allows.
 *
 * @param flagsBehind flags of the rest of a VUI, all of them zero where the set had none.
 */
export function recoloredVui(from: BitReader, to: BitWriter, color: ColorCodes, flagsBehind: number): void {
  const hasVui = from.flag();
  to.bit(1);
  if (hasVui) copyAspectAndOverscan(from, to);
  else to.bits(0, 2);
  writeSignalType(to, hasVui ? readFormat(from) : anyFormat, color);
  if (!hasVui) to.bits(0, flagsBehind);
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
