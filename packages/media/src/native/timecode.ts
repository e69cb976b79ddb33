import type { Rate } from '@patchwork/time';

/** Frame number of a timecode text in file metadata (`01:00:00:00`, drop frame with `;` or `.`); null for other text. */
export function timecodeFrame(text: string, rate: Rate): { frame: number; dropFrame: boolean } | null {
  const match = /^(\d{1,2}):(\d{2}):(\d{2})([:;.])(\d{2,3})$/.exec(text.trim());
  if (match === null) return null;
  const [hours, minutes, seconds, frames] = [match[1], match[2], match[3], match[5]].map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined || frames === undefined) return null;
  const counted = Math.round(rate.num / rate.den);
  if (minutes > 59 || seconds > 59 || frames >= counted) return null;
  const dropFrame = match[4] !== ':' && counted % 30 === 0;
  const allMinutes = hours * 60 + minutes;
  const dropped = dropFrame ? (counted / 15) * (allMinutes - Math.floor(allMinutes / 10)) : 0;
  return { frame: (allMinutes * 60 + seconds) * counted + frames - dropped, dropFrame };
}

/** The text that FFmpeg's writers take for a start timecode. */
export function timecodeText(frame: number, rate: Rate, dropFrame: boolean): string {
  const counted = Math.round(rate.num / rate.den);
  let number = frame;
  if (dropFrame) {
    // SMPTE 12M: the first two numbers (four at 60) of each minute are left out, save every tenth minute.
    const drop = counted / 15;
    const perTen = counted * 600 - drop * 9;
    const perMinute = counted * 60 - drop;
    const rest = number % perTen;
    number += drop * 9 * Math.floor(number / perTen) + (rest < drop ? 0 : drop * Math.floor((rest - drop) / perMinute));
  }
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(number / counted);
  return `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${dropFrame ? ';' : ':'}${two(number % counted)}`;
}
