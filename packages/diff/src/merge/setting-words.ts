import {
  canDropFrame,
  formatRational,
  formatTimecode,
  isInteger,
  secondsFromTime,
  type RationalTime,
} from '@patchwork/time';
import { isJsonNumber, type JsonValue } from '@patchwork/timeline';

const names: ReadonlyMap<string, string> = new Map([
  ['name', 'name of the timeline'],
  ['globalStartTime', 'start of the timeline'],
  ['metadata.patchwork.canvas', 'frame size'],
  ['metadata.patchwork.canvas.width', 'frame width'],
  ['metadata.patchwork.canvas.height', 'frame height'],
  ['metadata.patchwork.dropFrame', 'drop frame'],
]);

/** What a field of the timeline is called. */
export function settingName(property: string): string {
  return names.get(property) ?? `timeline ${property}`;
}

/** What a side made of it. */
export function settingText(value: unknown): string {
  if (value === undefined || value === null) return 'took it away';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return 'changed it';
  if (isJsonNumber(value as JsonValue)) return (value as { readonly lexeme: string }).lexeme;
  if ('value' in value && 'rate' in value) return timeText(value as RationalTime);
  return 'changed it';
}

function timeText(time: RationalTime): string {
  const hasTimecode = time.rate.den === 1 || canDropFrame(time.rate) || time.rate.num % 1000 === 0;
  return hasTimecode && isInteger(time.value) && time.rate.num <= 1_000_000
    ? formatTimecode(time.value.num, time.rate, false)
    : `${formatRational(secondsFromTime(time))} s`;
}
