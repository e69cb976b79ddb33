import type { Unmodelled } from '@patchwork/timeline';

/** What the comments of an event say. Null where nothing does. */
export interface EdlComments {
  readonly fromClipName: string | null;
  readonly toClipName: string | null;
  /** A path or file name. */
  readonly sourceFile: string | null;
  readonly isFreeze: boolean;
  /** Markers at record timecodes. */
  readonly locators: readonly { readonly timecode: string; readonly color: string; readonly name: string }[];
  /** Colour decisions and other things that may show. */
  readonly unmodelled: readonly Unmodelled[];
  /** Everything else, as it stands. */
  readonly other: readonly string[];
}

function tail(line: string, pattern: RegExp): string | null {
  const match = pattern.exec(line);
  return match === null ? null : (match[1] ?? '').trim();
}

/** Reads the comments of an event. */
export function readComments(lines: readonly string[]): EdlComments {
  let fromClipName: string | null = null;
  let toClipName: string | null = null;
  let sourceFile: string | null = null;
  let fromFile: string | null = null;
  let isFreeze = false;
  const locators: { timecode: string; color: string; name: string }[] = [];
  const grade: string[] = [];
  const other: string[] = [];
  for (const raw of lines) {
    const line = raw.replace(/^[*\s]+/, '');
    const locator = /^LOC:\s*(\d{1,2}[:;.]\d{2}[:;.]\d{2}[:;.,]\d{2,3})\s*(\S+)?\s*(.*)$/.exec(line);
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
  return { fromClipName, toClipName, sourceFile: fromFile ?? sourceFile, isFreeze, locators, unmodelled, other };
}
