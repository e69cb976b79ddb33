import { canonicalJson, type Json } from '@patchwork/kernel';
import {
  formatRate,
  formatRational,
  multiply,
  secondsFromTime,
  type Rate,
  type Rational,
  type RationalTime,
} from '@patchwork/time';
import {
  activeReferenceOrNull,
  isItem,
  knownEffect,
  plainJson,
  trimmedRange,
  type Composable,
  type Effect,
  type JsonObject,
  type Marker,
  type Timeline,
  withMember,
} from '@patchwork/timeline';
import { urlOf } from './track-item.ts';

/**
 * A timeline as lines of text, one thing a line, for tools that compare lines (Git). No line says where in the record it
 * stands: so a ripple changes one line and not all that follow.
 */
export function timelineText(timeline: Timeline, rate: Rate): string {
  const start = timeline.globalStartTime === null ? '0' : frames(timeline.globalStartTime, rate);
  const lines = [
    `timeline ${JSON.stringify(timeline.name)}, ${formatRate(rate)} frames a second, starts at frame ${start}`,
    ...metadataLines(timeline.metadata),
    ...timeline.tracks.children.flatMap((child) => childLines(child, rate)),
  ];
  return `${lines.join('\n')}\n`;
}

function childLines(node: Composable, rate: Rate): string[] {
  const inside =
    node.kind === 'Track' || node.kind === 'Stack' ? node.children.flatMap((child) => childLines(child, rate)) : [];
  const details = [...metadataLines(node.metadata), ...(isItem(node) ? itemLines(node, rate) : []), ...inside];
  return [headLine(node, rate), ...details.map((line) => `  ${line}`)];
}

function headLine(node: Composable, rate: Rate): string {
  const off = 'enabled' in node && !node.enabled ? ', disabled' : '';
  switch (node.kind) {
    case 'Track':
      return `track ${JSON.stringify(node.name)} ${node.trackKind}${off}`;
    case 'Transition':
      return `transition ${node.transitionType} ${frames(node.inOffset, rate)}/${frames(node.outOffset, rate)}${off}`;
    case 'Unknown':
      return `${node.schemaName}.${node.schemaVersion} ${JSON.stringify(node.name)}`;
    case 'Gap':
      return `gap of ${frames(trimmedRange(node).duration, rate)}${off}`;
    case 'Stack':
    case 'Clip': {
      const { start, duration } = trimmedRange(node);
      const range = `from ${frames(start, rate)}, ${frames(duration, rate)} frames`;
      return `${node.kind === 'Clip' ? 'clip' : 'compound'} ${JSON.stringify(node.name)} ${range}${off}`;
    }
  }
}

function itemLines(node: Extract<Composable, { markers: unknown }>, rate: Rate): string[] {
  return [
    ...(node.kind === 'Clip' ? mediaLines(node) : []),
    ...(node.color === null ? [] : [`color ${canonicalJson(plainJson(node.color))}`]),
    ...node.effects.map(effectLine),
    ...node.markers.map((marker) => markerLine(marker, rate)),
  ];
}

function mediaLines(clip: Extract<Composable, { kind: 'Clip' }>): string[] {
  const reference = activeReferenceOrNull(clip);
  if (reference === null) return [];
  if (reference.kind === 'GeneratorReference')
    return [`generator ${reference.generatorKind} ${canonicalJson(plainJson(reference.parameters))}`];
  return [`media ${urlOf(reference) ?? reference.kind}`, ...metadataLines(reference.metadata)];
}

function effectLine(effect: Effect): string {
  const known = knownEffect(effect);
  const value = known === null ? plainJson(effect.metadata) : (known as unknown as Json);
  const speed = effect.timeScalar === null ? '' : ` × ${effect.timeScalar}`;
  return `${effect.enabled ? 'effect' : 'effect, off,'} ${effect.effectName || effect.schemaName}${speed} ${canonicalJson(value)}`;
}

function markerLine({ name, comment, color, markedRange }: Marker, rate: Rate): string {
  const tint = typeof color === 'string' ? ` ${color}` : '';
  return `marker${tint} at ${frames(markedRange.start, rate)}: ${[name, comment].filter((text) => text !== '').join(' | ')}`;
}

function metadataLines(metadata: JsonObject): string[] {
  // What a merge keeps of the other side is named by its marker.
  return withMember(metadata, ['patchwork', 'conflicts'], undefined).entries.map(
    ([key, value]) => `${key}: ${canonicalJson(plainJson(value))}`,
  );
}

function frames(time: RationalTime, rate: Rate): string {
  const value: Rational = multiply(secondsFromTime(time), rate);
  return formatRational(value);
}
