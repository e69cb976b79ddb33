import { makeEffect, type Effect, type Unmodelled } from '@patchwork/timeline';

/** Level and balance of an event on one sound track. */
export interface EdlMix {
  /** `A1`, `A10`. */
  readonly track: string;
  readonly gainDb: number;
  /** −1 left … 1 right. */
  readonly pan: number;
}

/** What the comments of an event say. Null where nothing does. */
export interface EdlComments {
  readonly fromClipName: string | null;
  readonly toClipName: string | null;
  /** A path or file name. */
  readonly sourceFile: string | null;
  readonly isFreeze: boolean;
  /** Markers at record timecodes. */
  readonly locators: readonly { readonly timecode: string; readonly color: string; readonly name: string }[];
  /** Avid's `* A7 VOL = +2.0 DB PAN R100`. */
  readonly mixes: readonly EdlMix[];
  /** Colour decisions and other things that may show. */
  readonly unmodelled: readonly Unmodelled[];
  /** Everything else, as it stands. */
  readonly other: readonly string[];
}

function tail(line: string, pattern: RegExp): string | null {
  const match = pattern.exec(line);
  return match === null ? null : (match[1] ?? '').trim();
}

function mixOf(line: string): EdlMix | null {
  const match =
    /^A(\d{1,2})\s+VOL\s*=\s*([+-]?\d{1,3}(?:\.\d{1,3})?)\s*DB(?:\s+PAN\s+(?:([LR])(\d{1,3})|MID|C))?$/i.exec(line);
  if (match === null) return null;
  const share = Math.min(100, Number(match[4] ?? '0')) / 100;
  return {
    track: `A${Number(match[1])}`,
    gainDb: Number(match[2]) + 0,
    pan: match[3]?.toUpperCase() === 'L' && share > 0 ? -share : share,
  };
}

/** Reads the comments of an event. */
export function readComments(lines: readonly string[]): EdlComments {
  let fromClipName: string | null = null;
  let toClipName: string | null = null;
  let sourceFile: string | null = null;
  let fromFile: string | null = null;
  let isFreeze = false;
  const locators: { timecode: string; color: string; name: string }[] = [];
  const mixes: EdlMix[] = [];
  const grade: string[] = [];
  const other: string[] = [];
  for (const raw of lines) {
    const line = raw.replace(/^[*\s]+/, '');
    const locator = /^LOC:\s*(\d{1,2}[:;.]\d{2}[:;.]\d{2}[:;.,]\d{2,3})\s*(\S+)?\s*(.*)$/.exec(line);
    const mix = mixOf(line);
    const from = tail(line, /^FROM CLIP NAME:\s*(.*)$/);
    const to = tail(line, /^TO CLIP NAME:\s*(.*)$/);
    const source = tail(line, /^SOURCE FILE:\s*(.*)$/);
    const file = tail(line, /^FROM (?:CLIP|FILE):\s*(.*)$/);
    if (from !== null) fromClipName = from;
    else if (to !== null) toClipName = to;
    else if (source !== null) sourceFile = source;
    else if (file !== null) fromFile = file;
    else if (locator !== null)
      locators.push({
        timecode: locator[1] ?? '',
        color: (locator[2] ?? '').toUpperCase(),
        name: (locator[3] ?? '').trim(),
      });
    else if (mix !== null) mixes.push(mix);
    else if (/^ASC_(SOP|SAT)\b/.test(line)) grade.push(line.replaceAll(/\s+/g, ' '));
    else if (line.startsWith('FREEZE FRAME')) isFreeze = true;
    else other.push(raw);
  }
  const neutral = grade.every((line) =>
    /^ASC_SOP \(1(\.0*)? 1(\.0*)? 1(\.0*)?\)\(-?0(\.0*)? -?0(\.0*)? -?0(\.0*)?\)\(1(\.0*)? 1(\.0*)? 1(\.0*)?\)$|^ASC_SAT 1(\.0*)?$/.test(
      line,
    ),
  );
  const unmodelled = grade.length === 0 || neutral ? [] : [{ label: 'ASC CDL', content: grade.toSorted().join(' ') }];
  return { fromClipName, toClipName, sourceFile: fromFile ?? sourceFile, isFreeze, locators, mixes, unmodelled, other };
}

/** Level and balance that a comment names for a sound; neutral ones say nothing. */
export function mixEffects(mix: EdlMix | null): Effect[] {
  if (mix === null) return [];
  return [
    ...(mix.gainDb === 0 ? [] : [makeEffect({ type: 'volume', gainDb: mix.gainDb })]),
    ...(mix.pan === 0 ? [] : [makeEffect({ type: 'pan', pan: mix.pan })]),
  ];
}
