import { clipsText, departmentNames, timecodeText, type Change, type Changes, type Department } from '@patchwork/diff';
import { widthOf } from '@patchwork/formats';
import { groupOf, type ChangeGroup } from '@patchwork/report';
import { counted } from './words.ts';

/** How a comparison is written for a terminal. */
export interface DiffTextOptions {
  /** Lines are broken before this column. */
  readonly width: number;
  readonly color: boolean;
  /** Lists the unchanged clips as well, and every change in a terminal too. */
  readonly all: boolean;
  /** Changes of one department beyond these are folded in their middle; null: all are listed. */
  readonly rows: number | null;
  /** The lists that were asked for; empty for all. */
  readonly only: readonly Department[];
}

const titles: { readonly [name in Department]: string } = {
  picture: 'Picture',
  sound: 'Sound',
  vfx: 'VFX',
  titles: 'Titles',
  metadata: 'Metadata',
};

/** Escape sequences (SGR) of the groups; the words say the same without them. */
const colors: { readonly [group in ChangeGroup]: string } = {
  added: '32',
  removed: '31',
  replaced: '35',
  moved: '34',
  trimmed: '33',
  look: '36',
  sound: '36',
  shifted: '2',
  note: '2',
};

/**
 * Writes a comparison for people: the summary, then the changes by department, each with its timecode, tracks and words;
 * what could not be seen; how much is unchanged.
 */
export function diffText(changes: Changes, options: DiffTextOptions): string {
  const paint = (code: string, text: string): string => (options.color ? `\u001B[${code}m${text}\u001B[0m` : text);
  const writer: Writer = { ...options, paint, tracks: tracksWidth(changes.changes), start: startWidth(changes) };
  // One list that was asked for stands in record order: linked picture and sound belong to both.
  const [only, ...more] = options.only;
  const isOne = only !== undefined && more.length === 0;
  const groups = (isOne ? [only] : departmentNames).flatMap((name) => {
    const own = isOne ? changes.changes : changes.changes.filter(({ department }) => department === name);
    return own.length === 0 ? [] : [{ name, own }];
  });
  const lines = [
    ...wrapped(changes.changes.length === 0 ? noChange(options.only) : changes.summary, options.width, 0).map((line) =>
      paint('1', line),
    ),
    ...groups.flatMap(({ name, own }) => [
      ...(groups.length > 1 ? [`${paint('1;4', titles[name])} ${paint('2', counted(own.length, 'change'))}`] : []),
      ...foldedLines(own, writer),
    ]),
    ...changes.unknown.flatMap((each) =>
      wrapped(`  not seen: ${each}`, options.width, 4).map((line) => paint('33', line)),
    ),
    ...(changes.framesToRender === null ? [] : [`${counted(changes.framesToRender, 'frame')} to render`]),
    ...unchangedLines(changes, writer),
  ];
  return lines.join('\n');
}

function noChange(only: readonly Department[]): string {
  return only.length === 0 ? 'no change' : `no change for ${only.join(', ')}`;
}

interface Writer extends DiffTextOptions {
  readonly paint: (code: string, text: string) => string;
  /** Columns of the timecode and of the tracks. */
  readonly start: number;
  readonly tracks: number;
}

/** A list that fills the screen twice is folded in its middle, where the terminal scrolls it away. */
function foldedLines(changes: readonly Change[], writer: Writer): string[] {
  const { rows, all, paint } = writer;
  const linesOf = (some: readonly Change[]): string[] => some.flatMap((change) => changeLines(change, writer));
  if (rows === null || all || changes.length <= rows) return linesOf(changes);
  const [head, tail] = [Math.ceil((rows * 2) / 3), Math.floor(rows / 3)];
  const hidden = counted(changes.length - head - tail, 'more change');
  return [
    ...linesOf(changes.slice(0, head)),
    paint('2', `  … ${hidden}: --all or a pipe lists them, -o FILE writes them`),
    ...linesOf(changes.slice(-tail)),
  ];
}

function tracksWidth(changes: readonly Change[]): number {
  return Math.min(14, Math.max(0, ...changes.map(({ tracks }) => tracks.join('+').length)));
}

function startWidth(changes: Changes): number {
  const { rate, start } = changes.sides.new;
  return timecodeText(start.frame, rate, start.dropFrame).length;
}

function changeLines(change: Change, { paint, width, start, tracks }: Writer): string[] {
  const place = change.new ?? change.old;
  const timecode = (place?.recordTimecode[0] ?? '').padEnd(start);
  const label = change.tracks.join('+').padEnd(tracks);
  const indent = 2 + start + 2 + tracks + 2;
  const who = clipsText(change);
  const rendered =
    change.framesToRender === null || change.framesToRender === 0 ? '' : ` [${change.framesToRender} to render]`;
  const from = change.kind === 'move' && change.old !== null ? `, from ${change.old.recordTimecode[0]}` : '';
  const words = `${who === '' ? '' : `${who}: `}${change.text}${from}${rendered}`;
  const own = wrapped(`${' '.repeat(Math.max(indent, 2 + start + 2 + label.length + 2))}${words}`, width, indent);
  const code = colors[groupOf(change)];
  return own.map((line, index) =>
    index === 0
      ? `  ${paint('2', timecode)}  ${label}  ${paint(code, line.trimStart())}`
      : `${line.slice(0, line.length - line.trimStart().length)}${paint(code, line.trimStart())}`,
  );
}

function unchangedLines(changes: Changes, { all, paint, width }: Writer): string[] {
  if (changes.unchanged === 0) return [];
  const count = `${counted(changes.unchanged, 'clip')} unchanged`;
  if (!all) return [paint('2', `${count} (--all lists them)`)];
  const { rate, start } = changes.sides.new;
  return [
    count,
    ...changes.sides.new.tracks.flatMap(({ label, items }) =>
      items
        .filter(({ unchanged }) => unchanged)
        .flatMap(({ record, name }) =>
          wrapped(`  ${timecodeText(start.frame + record.in, rate, start.dropFrame)}  ${label}  ${name}`, width, 4).map(
            (line) => paint('2', line),
          ),
        ),
    ),
  ];
}

/** Names come from files: what a terminal would obey is a space. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** Breaks a line at spaces before a column, not between a number and its unit; what follows is indented. A longer word stands alone. */
function wrapped(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? '';
  let isEmpty = true;
  for (const word of printable(text)
    .trim()
    .split(/ (?!%)/)) {
    if (!isEmpty && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line += `${isEmpty ? '' : ' '}${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
