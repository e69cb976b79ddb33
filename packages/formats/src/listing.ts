import {
  add,
  canDropFrame,
  floor,
  formatRate,
  formatRational,
  formatTimecode,
  isInteger,
  multiply,
  parseRate,
  rational,
  secondsFromTime,
  zero,
  type Rate,
  type Rational,
  type RationalTime,
} from '@patchwork/time';
import {
  isJsonObject,
  knownEffect,
  member,
  plainJson,
  trimmedRange,
  unmodelledOf,
  type Composable,
  type Effect,
  type Item,
  type KnownEffect,
  type MediaReference,
  type Param,
  type Timeline,
  type Track,
} from '@patchwork/timeline';

/** How record times are written in one timeline. */
interface Counting {
  readonly rate: Rate;
  readonly start: Rational;
  readonly dropFrame: boolean;
}

/** Rate of a timeline: its canvas's, else its start's, else its first clip's; 24 when nothing tells. */
export function timelineRate(timeline: Timeline): Rate {
  const canvas = member(timeline.metadata, 'patchwork', 'canvas', 'rate');
  const said = typeof canvas === 'string' ? parseRate(canvas) : null;
  if (said !== null) return said;
  if (timeline.globalStartTime !== null) return timeline.globalStartTime.rate;
  for (const track of timeline.tracks.children) {
    if (track.kind !== 'Track') continue;
    for (const child of track.children)
      if (child.kind !== 'Unknown' && child.kind !== 'Transition' && child.sourceRange !== null)
        return child.sourceRange.duration.rate;
  }
  return rational(24);
}

function frames(seconds: Rational, rate: Rate): string {
  return formatRational(multiply(seconds, rate));
}

function timecode(seconds: Rational, counting: Counting): string {
  const frame = multiply(add(seconds, counting.start), counting.rate);
  const { rate } = counting;
  if (rate.den !== 1 && rate.den !== 1001) return `+${formatRational(seconds)}s`;
  const text = formatTimecode(floor(frame), rate, counting.dropFrame && canDropFrame(rate));
  return isInteger(frame) ? text : `${text}+`;
}

function mediaTime(time: RationalTime): string {
  return formatRational(time.value);
}

/** What a reference shows, in a word or two: the name of its file, or what it is else. */
export function describeMedia(reference: MediaReference | undefined): string {
  switch (reference?.kind) {
    case 'ExternalReference':
      return decodeURIComponentSafely(reference.targetUrl.split(/[\\/]/).at(-1) ?? '');
    case 'MissingReference':
      return 'missing media';
    case 'GeneratorReference':
      return `generator ${reference.generatorKind}`;
    case 'ImageSequenceReference':
      return `${reference.namePrefix}#${reference.nameSuffix}`;
    case 'Unknown':
      return `unknown ${reference.schemaName}`;
    case undefined:
      return 'no media';
  }
}

/** The name behind a URL's escapes; where they are no UTF-8, those of plain letters alone. */
function decodeURIComponentSafely(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text.replaceAll(/%[2-7][0-9A-Fa-f]/g, (part) => decodeURIComponent(part));
  }
}

function number(value: number): string {
  return String(Number(value.toPrecision(7)));
}

function describeParam(param: Param): string {
  if (typeof param === 'number') return number(param);
  return `{${param.keyframes.map((key) => `${formatRational(key.time)}s:${number(key.value)}${key.interpolation === 'linear' ? '' : ` ${key.interpolation}`}`).join(', ')}}`;
}

function describeKnown(known: KnownEffect): string {
  const pair = (value: { readonly x: Param; readonly y: Param }): string =>
    `${describeParam(value.x)},${describeParam(value.y)}`;
  switch (known.type) {
    case 'transform':
      return `transform position ${pair(known.position)} scale ${pair(known.scale)} rotation ${describeParam(known.rotation)} anchor ${pair(known.anchor)}`;
    case 'crop':
      return `${known.inPlace === true ? 'trim' : 'crop'} left ${describeParam(known.left)} right ${describeParam(known.right)} top ${describeParam(known.top)} bottom ${describeParam(known.bottom)}`;
    case 'opacity':
      return `opacity ${describeParam(known.opacity)}`;
    case 'composite':
      return `composite ${known.mode}`;
    case 'conform':
      return `conform ${known.mode}`;
    case 'timeMap':
      return `time map ${known.sampling} ${known.points.map((point) => `${formatRational(point.time)}s->${formatRational(point.value)}s`).join(', ')}`;
    case 'volume':
      return `volume ${describeParam(known.gainDb)} dB`;
    case 'pan':
      return `pan ${describeParam(known.pan)}`;
    case 'fade':
      return `fade in ${formatRational(known.inSeconds)}s out ${formatRational(known.outSeconds)}s`;
    case 'burnIn':
      return `burn-in ${known.content}`;
  }
}

function describeEffect(effect: Effect): string {
  const off = effect.enabled ? '' : ' (off)';
  if (effect.schemaName === 'FreezeFrame') return `freeze${off}`;
  if (effect.timeScalar !== null) return `speed ${number(effect.timeScalar)}${off}`;
  const known = knownEffect(effect);
  return `${known === null ? `effect "${effect.effectName}"` : describeKnown(known)}${off}`;
}

function linesOfItem(item: Item, indent: string): string[] {
  const lines = item.effects.map((effect) => `${indent}${describeEffect(effect)}`);
  for (const { label } of unmodelledOf(item)) lines.push(`${indent}not modelled: ${label}`);
  for (const marker of item.markers) {
    const { start } = marker.markedRange;
    lines.push(`${indent}marker "${marker.name}" at ${mediaTime(start)} @ ${formatRate(start.rate)}`);
  }
  return lines;
}

function nameOf(item: Item): string {
  return `"${item.name.replaceAll('\n', '\\n')}"`;
}

function lineOfItem(
  item: Item,
  record: { readonly start: Rational; readonly end: Rational },
  counting: Counting,
): string {
  const place = `[${frames(record.start, counting.rate)}, ${frames(record.end, counting.rate)}) ${timecode(record.start, counting)}`;
  const link = member(item.metadata, 'patchwork', 'link');
  const extras = `${item.enabled ? '' : ' DISABLED'}${typeof link === 'string' ? ` ${link}` : ''}`;
  if (item.kind === 'Gap') return `${place} gap${item.enabled ? '' : ' DISABLED'}`;
  const range = trimmedRange(item);
  const source = `source ${mediaTime(range.start)} @ ${formatRate(range.start.rate)}`;
  if (item.kind === 'Clip') {
    const reference = item.mediaReferences.find(([key]) => key === item.activeMediaReferenceKey)?.[1];
    return `${place} clip ${nameOf(item)} ${source} of ${describeMedia(reference)}${extras}`;
  }
  return `${place} nested ${nameOf(item)} ${source}${extras}`;
}

function linesOfChildren(children: readonly Composable[], counting: Counting, indent: string): string[] {
  const lines: string[] = [];
  let start: Rational = zero;
  for (const child of children) {
    if (child.kind === 'Transition') {
      const [before, after] = [secondsFromTime(child.inOffset), secondsFromTime(child.outOffset)];
      lines.push(
        `${indent}-- ${child.transitionType} "${child.name}" ${frames(before, counting.rate)} before, ${frames(after, counting.rate)} after`,
      );
      for (const { label } of unmodelledOf(child)) lines.push(`${indent}   not modelled: ${label}`);
      continue;
    }
    if (child.kind === 'Unknown') {
      lines.push(`${indent}unknown ${child.schemaName}`);
      continue;
    }
    const end = add(start, secondsFromTime(trimmedRange(child).duration));
    lines.push(`${indent}${lineOfItem(child, { start, end }, counting)}`, ...linesOfItem(child, `${indent}    `));
    if (child.kind === 'Stack' || child.kind === 'Track')
      lines.push(...linesOfNested(child, counting, `${indent}    `));
    start = end;
  }
  return lines;
}

function linesOfNested(item: Item, counting: Counting, indent: string): string[] {
  if (item.kind === 'Track') return linesOfTrack(item, counting, indent);
  if (item.kind !== 'Stack') return [];
  const said = member(item.metadata, 'patchwork', 'canvas', 'rate');
  const rate = (typeof said === 'string' ? parseRate(said) : null) ?? counting.rate;
  return item.children.flatMap((child) =>
    child.kind === 'Track'
      ? linesOfTrack(child, { rate, start: zero, dropFrame: false }, indent)
      : linesOfChildren([child], counting, indent),
  );
}

function linesOfTrack(track: Track, counting: Counting, indent: string): string[] {
  const head = `${indent}${track.name === '' ? track.trackKind : track.name} (${track.trackKind})${track.enabled ? '' : ' DISABLED'}`;
  return [head, ...linesOfItem(track, `${indent}  `), ...linesOfChildren(track.children, counting, `${indent}  `)];
}

function describeCanvas(timeline: Timeline): string {
  const canvas = member(timeline.metadata, 'patchwork', 'canvas');
  if (!isJsonObject(canvas)) return '';
  const { width, height, colorSpace } = plainJson(canvas) as { readonly [key: string]: unknown };
  const raster = typeof width === 'number' && typeof height === 'number' ? ` ${width}x${height}` : '';
  return `${raster}${typeof colorSpace === 'string' && colorSpace !== '' ? ` ${colorSpace}` : ''}`;
}

/**
 * Writes a timeline as a list for people: tracks, items with record frames `[in, out)` and timecode, source frames with
 * their rate, effects, markers and what is not modelled. Ids are left out: two readings of one file give one listing.
 */
export function listing(timeline: Timeline): string {
  const rate = timelineRate(timeline);
  const start = timeline.globalStartTime === null ? zero : secondsFromTime(timeline.globalStartTime);
  const dropFrame = member(timeline.metadata, 'patchwork', 'dropFrame') === true;
  const counting = { rate, start, dropFrame };
  const head = `timeline "${timeline.name}" at ${formatRate(rate)} from ${timecode(zero, counting)}${describeCanvas(timeline)}`;
  const body = timeline.tracks.children.flatMap((child) =>
    child.kind === 'Track' ? linesOfTrack(child, counting, '  ') : linesOfChildren([child], counting, '  '),
  );
  return `${[head, ...linesOfItem(timeline.tracks, '  '), ...body].join('\n')}\n`;
}
