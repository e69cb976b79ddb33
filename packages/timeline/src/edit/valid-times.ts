import { PatchworkError } from '@patchwork/kernel';
import type { Rational, RationalTime, TimeRange } from '@patchwork/time';
import type { Item } from '../model.ts';
import type { Edit } from './edit.ts';

/**
 * Refuses an edit in which something stands for a time and is none: NaN, infinite, without a rate or with a negative one. The
 * types cannot say so, and reckoning with it would fail somewhere else.
 *
 * @throws PW_EDIT_TIME naming the field
 */
export function expectTimes(edit: Edit): void {
  const fields = edit as unknown as { readonly [field: string]: unknown };
  for (const field of timeFields) expectTime(fields[field], field, edit);
  if (edit.op === 'setMarker') expectTime(edit.marker.markedRange, 'marker.markedRange', edit);
  for (const field of ['item', 'fill']) {
    const item = fields[field];
    if (typeof item === 'object' && item !== null) expectTime((item as Item).sourceRange, `${field}.sourceRange`, edit);
  }
}

const timeFields = [
  'at',
  'delta',
  'deltaIn',
  'deltaOut',
  'range',
  'length',
  'from',
  'inOffset',
  'outOffset',
  'start',
] as const;

function expectTime(time: unknown, field: string, edit: Edit): void {
  if (time === undefined || time === null || time === 'media') return;
  const moments = isRange(time) ? [time.start, time.duration] : [time as RationalTime];
  for (const moment of moments) {
    if (isRational(moment.value) && isRational(moment.rate) && moment.rate.num > 0) continue;
    throw new PatchworkError('PW_EDIT_TIME', `${edit.op}: "${field}" is no time: ${said(moment)}`, {
      hint: 'A time is a fraction of whole numbers at a rate above 0.',
      details: { op: edit.op, field },
    });
  }
}

function isRange(time: unknown): time is TimeRange {
  return typeof time === 'object' && time !== null && 'start' in time;
}

function isRational(value: Rational | undefined): value is Rational {
  return value !== undefined && Number.isSafeInteger(value.num) && Number.isSafeInteger(value.den) && value.den > 0;
}

function said({ value, rate }: Partial<RationalTime>): string {
  const fraction = (part: Rational | undefined): string => (part === undefined ? 'nothing' : `${part.num}/${part.den}`);
  return `${fraction(value)} at rate ${fraction(rate)}`;
}
