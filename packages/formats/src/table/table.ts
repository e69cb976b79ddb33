import {
  add,
  canDropFrame,
  floor,
  formatRational,
  formatTimecode,
  isInteger,
  multiply,
  parseRate,
  secondsFromTime,
  toNumber,
  zero,
  type Rate,
  type Rational,
  type RationalTime,
} from '@patchwork/time';
import {
  activeReferenceOrNull,
  isJsonObject,
  member,
  trimmedRange,
  unmodelledOf,
  type Composable,
  type Item,
  type Timeline,
  type Track,
  type Transition,
} from '@patchwork/timeline';
import { keptIn, keptObject } from '../clip-metadata.ts';
import { describeMedia, timelineRate } from '../listing.ts';
import { cell, clippedTo, shownText, widthOf } from './cells.ts';
import { effectWords } from './effect-words.ts';

/** How a timeline is laid out for people. */
export interface TableOptions {
  /** Columns in all; names are cut to fit. Null writes everything in full. */
  readonly columns: number | null;
  /** Items of a track that are shown before the middle ones are folded away. Null shows all. */
  readonly rows: number | null;
  /** Marks what matters less; default: as it is. */
  readonly faint?: (text: string) => string;
  /** Marks headings; default: as it is. */
  readonly strong?: (text: string) => string;
}

/** How one timeline, nested or not, counts. */
interface Counting {
  readonly rate: Rate;
  readonly start: Rational;
  readonly dropFrame: boolean;
}

interface Layout {
  readonly name: number;
  readonly media: number;
  /** Columns in all; infinite where nothing is cut. */
  readonly columns: number;
  readonly rows: number;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** Two blanks, a record timecode, a length, a source timecode, and what stands between them. */
const fixedColumns = 2 + 12 + 1 + 7 + 2 + 2 + 12 + 2;
const widestName = 60;

/**
 * Writes a timeline as aligned columns: a head line, and for every track its items with record in point, length in frames,
 * name, source in point and media, what is done to them below. Times are timecodes of the record and of the media.
 */
export function timelineTable(timeline: Timeline, options: TableOptions): readonly string[] {
  const rate = timelineRate(timeline);
  const start = timeline.globalStartTime === null ? zero : secondsFromTime(timeline.globalStartTime);
  const dropFrame = member(timeline.metadata, 'patchwork', 'dropFrame') === true;
  const counting = { rate, start, dropFrame };
  const layout = layoutOf(timeline, options);
  const tracks = timeline.tracks.children.filter((child): child is Track => child.kind === 'Track');
  const notes = effectWords(timeline.tracks).map((word) =>
    layout.faint(clippedTo(`  · ${shownText(word)}`, layout.columns)),
  );
  return [
    layout.strong(clippedTo(headOf(timeline, tracks, counting), layout.columns)),
    ...notes,
    ...tracks.flatMap((track) => ['', ...linesOfTrack(track, counting, layout, '')]),
  ];
}

function layoutOf(timeline: Timeline, options: TableOptions): Layout {
  const faint = options.faint ?? ((text: string) => text);
  const strong = options.strong ?? ((text: string) => text);
  const rows = options.rows ?? Number.MAX_SAFE_INTEGER;
  if (options.columns === null) {
    const widest = Math.max(4, ...timeline.tracks.children.flatMap(namesOf).map(widthOf));
    return { name: Math.min(widestName, widest), media: 0, columns: Infinity, rows, faint, strong };
  }
  const rest = Math.max(16, options.columns - fixedColumns);
  const name = Math.min(widestName, Math.ceil(rest * 0.6));
  return { name, media: Math.max(4, rest - name), columns: Math.max(40, options.columns), rows, faint, strong };
}

function namesOf(node: Composable): readonly string[] {
  if (node.kind === 'Track' || node.kind === 'Stack') return [node.name, ...node.children.flatMap(namesOf)];
  return node.kind === 'Clip' ? [shownText(node.name)] : [];
}

function headOf(timeline: Timeline, tracks: readonly Track[], counting: Counting): string {
  const length = tracks.reduce((most, track) => {
    const end = track.children.reduce<Rational>((sum, child) => add(sum, lengthOf(child)), zero);
    return toNumber(end) > toNumber(most) ? end : most;
  }, zero);
  const frames = floor(multiply(length, counting.rate));
  const { width, height } = keptObject(keptIn(timeline.metadata, 'patchwork'), 'canvas');
  const raster = typeof width === 'number' && typeof height === 'number' ? [`${width}×${height}`] : [];
  const name = shownText(timeline.name);
  return [
    name === '' ? '(no name)' : name,
    `${fps(counting.rate)} fps${counting.dropFrame ? ' drop frame' : ''}`,
    `${timecode(zero, counting)} – ${timecode(length, counting)}`,
    `${frames.toLocaleString('en-US')} frames`,
    ...raster,
  ].join('  ');
}

function lengthOf(child: Composable): Rational {
  return child.kind === 'Unknown' || child.kind === 'Transition' ? zero : secondsFromTime(trimmedRange(child).duration);
}

/** `24`, `23.976`, `12.5`. */
function fps(rate: Rate): string {
  return String(Number(toNumber(rate).toFixed(3)));
}

function timecode(seconds: Rational, { rate, start, dropFrame }: Counting): string {
  const frame = multiply(add(seconds, start), rate);
  if (rate.den !== 1 && rate.den !== 1001) return `${Number(toNumber(add(seconds, start)).toFixed(3))}s`;
  const text = formatTimecode(floor(frame), rate, dropFrame && canDropFrame(rate));
  return isInteger(frame) ? text : `${text}+`;
}

/** Timecode of the media; frames where its rate has none, seconds of what is counted in samples. */
function sourceText(time: RationalTime): string {
  const { rate, value } = time;
  const isTimecode = (rate.den === 1 || rate.den === 1001) && toNumber(rate) <= 120 && value.num >= 0;
  if (isTimecode) return `${formatTimecode(floor(value), rate, false)}${isInteger(value) ? '' : '+'}`;
  return toNumber(rate) > 240 ? `${Number(toNumber(secondsFromTime(time)).toFixed(4))}s` : formatRational(value);
}

function linesOfTrack(track: Track, counting: Counting, layout: Layout, indent: string): readonly string[] {
  const clips = track.children.filter(({ kind }) => kind !== 'Gap' && kind !== 'Transition').length;
  const transitions = track.children.filter(({ kind }) => kind === 'Transition').length;
  const counts = [
    `${clips.toLocaleString('en-US')} ${clips === 1 ? 'item' : 'items'}`,
    ...(transitions === 0
      ? []
      : [`${transitions.toLocaleString('en-US')} ${transitions === 1 ? 'transition' : 'transitions'}`]),
    ...(track.enabled ? [] : ['switched off']),
    ...effectWords(track),
  ].join(', ');
  const name = shownText(track.name === '' ? track.trackKind : track.name);
  const kind = track.trackKind === 'Video' ? 'picture' : track.trackKind === 'Audio' ? 'sound' : track.trackKind;
  const head = `${indent}${layout.strong(name)}  ${layout.faint(clippedTo(`${kind}, ${counts}`, layout.columns - indent.length - widthOf(name) - 2))}`;
  const titles = `${indent}  ${cell('record in', 12)} ${cell('frames', 7, 'right')}  ${cell('name', layout.name)}  ${cell('source in', 12)}  media`;
  return [
    head,
    ...(clips === 0 ? [] : [layout.faint(clippedTo(titles, layout.columns))]),
    ...itemLines(track, counting, layout, indent),
  ];
}

/** The items of a track; of many the first and the last. */
function itemLines(track: Track, counting: Counting, layout: Layout, indent: string): readonly string[] {
  const { children } = track;
  const last = Math.ceil(layout.rows / 4);
  const isFolded = children.length > layout.rows + last;
  const lines: string[] = [];
  let start: Rational = zero;
  children.forEach((child, index) => {
    const end = add(start, lengthOf(child));
    const isHidden = isFolded && index >= layout.rows && index < children.length - last;
    if (isHidden && index === layout.rows) {
      const hidden = children.length - layout.rows - last;
      lines.push(layout.faint(`${indent}  … ${hidden.toLocaleString('en-US')} more, all of them with --all or --json`));
    }
    if (!isHidden) lines.push(...linesOfChild(child, { start, end }, counting, layout, indent));
    start = end;
  });
  return lines;
}

interface Record {
  readonly start: Rational;
  readonly end: Rational;
}

function linesOfChild(
  child: Composable,
  record: Record,
  counting: Counting,
  layout: Layout,
  indent: string,
): readonly string[] {
  const place = (from: Rational, frames: string): string =>
    `${indent}  ${cell(timecode(from, counting), 12)} ${cell(frames, 7, 'right')}  `;
  const frames = (seconds: Rational): string => formatRational(multiply(seconds, counting.rate));
  if (child.kind === 'Unknown') return [`${indent}  ${layout.faint(`unknown ${shownText(child.schemaName)}`)}`];
  if (child.kind === 'Transition') return [transitionLine(child, place, frames, record, layout)];
  const head = place(record.start, frames(trimmedLength(record)));
  if (child.kind === 'Gap') return [layout.faint(`${head}—${child.enabled ? '' : ' (off)'}`)];
  const name = shownText(child.name);
  const words = [
    ...(child.enabled ? [] : ['switched off']),
    ...effectWords(child),
    ...(child.markers.length === 0
      ? []
      : [`${child.markers.length} ${child.markers.length === 1 ? 'marker' : 'markers'}`]),
  ];
  const row = `${head}${cell(name === '' ? '(no name)' : name, layout.name)}  ${cell(sourceText(trimmedRange(child).start), 12)}  ${mediaText(child, name)}`;
  const cut = clippedTo(row, layout.columns).trimEnd();
  return [
    child.enabled ? cut : layout.faint(cut),
    ...noteLines(words, `${indent}${' '.repeat(24)}`, layout),
    ...nestedLines(child, counting, layout, indent),
  ];
}

function trimmedLength({ start, end }: Record): Rational {
  return add(end, { num: -start.num, den: start.den });
}

function transitionLine(
  transition: Transition,
  place: (from: Rational, frames: string) => string,
  frames: (seconds: Rational) => string,
  record: Record,
  layout: Layout,
): string {
  const [before, after] = [secondsFromTime(transition.inOffset), secondsFromTime(transition.outOffset)];
  const name = shownText(transition.name === '' ? transition.transitionType : transition.name);
  const unmodelled = unmodelledOf(transition).length > 0 ? ', not modelled' : '';
  const from = add(record.start, { num: -before.num, den: before.den });
  const head = place(from, frames(add(before, after)));
  return layout.faint(
    clippedTo(
      `${head}~ ${name} (${frames(before)} before the cut, ${frames(after)} after${unmodelled})`,
      layout.columns,
    ),
  );
}

/** Words under a row, as many on a line as fit. */
function noteLines(words: readonly string[], indent: string, layout: Layout): readonly string[] {
  const lines: string[] = [];
  for (const word of words.map(shownText)) {
    const last = lines.at(-1);
    const joined = last === undefined ? '' : `${last} · ${word}`;
    if (last !== undefined && widthOf(joined) <= layout.columns) lines[lines.length - 1] = joined;
    else lines.push(`${indent}· ${word}`);
  }
  return lines.map((line) => layout.faint(clippedTo(line, layout.columns)));
}

/** What is shown of a clip's media: nothing where its name says it. */
function mediaText(item: Item, name: string): string {
  if (item.kind !== 'Clip') return 'nested';
  const media = shownText(describeMedia(activeReferenceOrNull(item) ?? undefined));
  return media === name ? '' : media;
}

function nestedLines(item: Item, counting: Counting, layout: Layout, indent: string): readonly string[] {
  const inner = `${indent}    `;
  // Deeper than this there is no room for a name.
  if (inner.length > 12) return [];
  const narrower = { ...layout, name: Math.max(8, layout.name - 4) };
  if (item.kind === 'Track') return linesOfTrack(item, { ...counting, start: zero }, narrower, inner);
  if (item.kind !== 'Stack') return [];
  const canvas = member(item.metadata, 'patchwork', 'canvas');
  const said = isJsonObject(canvas) ? member(canvas, 'rate') : undefined;
  const rate = (typeof said === 'string' ? parseRate(said) : null) ?? counting.rate;
  return item.children.flatMap((child) =>
    child.kind === 'Track' ? linesOfTrack(child, { rate, start: zero, dropFrame: false }, narrower, inner) : [],
  );
}
