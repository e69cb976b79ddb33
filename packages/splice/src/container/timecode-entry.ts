import type { Rate } from '@patchwork/time';
import { ByteWriter } from '../bytes/byte-writer.ts';

const dropFrameFlag = 1;
const wrapsAfter24HoursFlag = 2;

/** Numbers that a second of timecode counts: 30 for 30000/1001. */
export function timecodeNumbers(rate: Rate): number {
  return Math.round(rate.num / rate.den);
}

/** The `tmcd` sample entry (QuickTime): flags, ticks a second, ticks a frame, numbers a second. */
export function timecodeEntry(rate: Rate, dropFrame: boolean): Uint8Array {
  const out = new ByteWriter(64);
  out.box('tmcd', () => {
    out.zeros(6);
    out.u16(1);
    out.u32(0);
    out.u32(wrapsAfter24HoursFlag | (dropFrame ? dropFrameFlag : 0));
    out.u32(rate.num);
    out.u32(rate.den);
    out.u8(timecodeNumbers(rate));
    out.u8(0);
  });
  return out.toBytes();
}
