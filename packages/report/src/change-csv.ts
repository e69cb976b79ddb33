import { arePicturesCompared, type Change, type Changes, type Place, type PlacePair } from '@patchwork/diff';
import { lengthOfRanges } from '@patchwork/time';
import type { Json } from '@patchwork/kernel';
import { csvCell } from './csv-cell.ts';
import { shortDigests } from './digest-text.ts';

const headings: readonly string[] = [
  'No.',
  'Change',
  'Department',
  'Track',
  'Clip',
  'Description',
  'Delta',
  'Record In',
  'Record Out (exclusive)',
  'Duration',
  'Source In',
  'Source Out (exclusive)',
  'Media',
  'Values',
  'Frames Differing',
  'Frames To Render',
];

/**
 * Writes the changes as a table for spreadsheets: a row a clip, old values in parentheses behind the new ones
 * (`01:00:20:00 (01:00:18:00)`), a push of many clips in one row. UTF-8 with a byte order mark, lines end in CR LF. What a
 * spreadsheet would take for a formula is quoted with an apostrophe. Frames that
 * differ are left out where pictures were not compared.
 */
export function changesCsv(changes: Changes): string {
  const isCompared = arePicturesCompared(changes);
  const rows = changes.changes.flatMap((change, index) => rowsOf(change, index + 1, isCompared));
  return `\uFEFF${[headings, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

function rowsOf(change: Change, number: number, isCompared: boolean): string[][] {
  const differing = isCompared ? lengthOfRanges(change.dirty) : null;
  const others = change.kind === 'shift' ? [] : change.others;
  return [
    row(change, change, number, differing),
    ...others.map((pair): string[] => row(change, pair, number, null, false)),
  ];
}

/** `differing`: frames that differ, null where pictures were not compared. What belongs to the whole change stands in its first row. */
function row(
  change: Change,
  pair: PlacePair,
  number: number,
  differing: number | null,
  isFirst: boolean = true,
): string[] {
  const both = (pick: (place: Place) => string): string => withOld(pair, pick);
  const first = (value: number | null): string => (isFirst && value !== null ? String(value) : '');
  const isPush = change.kind === 'shift';
  return [
    String(number),
    change.kind,
    change.department,
    change.tracks.join('+'),
    isPush ? '' : both(({ name }) => name),
    change.text,
    first(change.delta),
    both(({ recordTimecode }) => recordTimecode[0]),
    isPush ? '' : both(({ recordTimecode }) => recordTimecode[1]),
    isPush ? '' : both(({ record }) => String(record.out - record.in)),
    isPush ? '' : both(({ sourceTimecode }) => sourceTimecode?.[0] ?? ''),
    isPush ? '' : both(({ sourceTimecode }) => sourceTimecode?.[1] ?? ''),
    isPush ? '' : both(({ media }) => media ?? ''),
    isFirst
      ? change.values.map((value) => `${value.name} ${shownValue(value.new)} (${shownValue(value.old)})`).join('; ')
      : '',
    first(differing),
    first(change.framesToRender),
  ];
}

/** `new`, `new (old)` where they differ, `(old)` for what is gone. */
function withOld(pair: PlacePair, pick: (place: Place) => string): string {
  const [old, next] = [pair.old, pair.new].map((place) => (place === null ? '' : pick(place)));
  if (old === next || old === '' || old === undefined) return next ?? '';
  return `${next ?? ''} (${old})`.trimStart();
}

function shownValue(value: Json): string {
  return shortDigests(plain(value));
}

/** A value as people read it. */
export function plain(value: Json): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers. */
function cell(text: string): string {
  const isNumber = /^[+-]?\d+(\.\d+)?$/.test(text);
  return csvCell(!isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
}
