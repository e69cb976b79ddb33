import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { isAdjustment } from './adjust.ts';
import { canonicalEffect } from './canonical.ts';
import { readAdjustments, type ClipFrame, type SideSource } from './clip-frame.ts';
import type { Reading } from './reading.ts';
import { rawElement, type ChannelMap, type Side } from './side.ts';

/** Names of the elements that say which of a clip's sound components play. */
const sourceNames: ReadonlySet<string> = new Set(['audio-channel-source', 'audio-role-source']);

/** Tells whether an element names a sound component. */
export function isSoundSource(element: XmlElement): boolean {
  return sourceNames.has(element.name);
}

/** Channel numbers as `srcCh` spells them: `1, 2`. */
function channelsOf(text: string | null): number[] {
  return (text ?? '')
    .split(',')
    .map((part) => Number(part.trim()))
    .filter((channel) => Number.isSafeInteger(channel) && channel > 0);
}

/** Tells whether an element plays all channels of the file, the first two as left and right. */
function playsAll(element: XmlElement, channelCount: number | null): boolean {
  const channels = channelsOf(attribute(element, 'srcCh'));
  const outCh = (attribute(element, 'outCh') ?? '').replaceAll(' ', '').toUpperCase();
  const isPlainOut = outCh === '' || outCh === 'L,R';
  return (
    isPlainOut &&
    (channels.length === 0 ||
      channelCount === null ||
      (channels.length === channelCount && channels.every((channel, at) => channel === at + 1)))
  );
}

/** Which of the file's channels an element sends where; null where it cannot be said as weights of left and right. */
function mapOf(element: XmlElement, channelCount: number): ChannelMap | null {
  const channels = channelsOf(attribute(element, 'srcCh'));
  const outs = (attribute(element, 'outCh') ?? '')
    .toUpperCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (channelCount > 64 || channels.some((channel) => channel > channelCount) || channels.length > 2) return null;
  const places = outs.length > 0 ? outs : channels.length === 2 ? ['L', 'R'] : ['C'];
  if (places.length !== channels.length || places.some((place) => !['L', 'R', 'C'].includes(place))) return null;
  const side = (name: string): number[] =>
    Array.from({ length: channelCount }, (_unused, at) =>
      channels.some((channel, index) => channel === at + 1 && (places[index] === name || places[index] === 'C'))
        ? 1
        : 0,
    );
  return { left: side('L'), right: side('R') };
}

function sumOf(maps: readonly ChannelMap[]): ChannelMap {
  const add = (name: 'left' | 'right'): number[] =>
    maps.reduce<number[]>((sum, map) => map[name].map((weight, at) => weight + (sum[at] ?? 0)), []);
  return { left: add('left'), right: add('right') };
}

/** Reads an element's own choice of channels (`srcCh`, `outCh`) onto a side. */
export function chooseChannels(
  reading: Reading,
  frame: ClipFrame,
  choice: { readonly element: XmlElement; readonly channelCount: number | null },
  side: Side,
): void {
  const { element, channelCount } = choice;
  if (playsAll(element, channelCount)) return;
  const map = channelCount === null ? null : mapOf(element, channelCount);
  if (map !== null) {
    side.channelMap = map;
    return;
  }
  const srcCh = attribute(element, 'srcCh') ?? '';
  side.unmodelled.push({
    label: `channel ${srcCh}`,
    content: `srcCh=${srcCh} outCh=${attribute(element, 'outCh') ?? ''}`,
  });
  reportComponents(reading, frame, element, `plays channel ${srcCh} of ${channelCount ?? 'an unknown number'}`);
}

function reportComponents(reading: Reading, frame: ClipFrame, element: XmlElement, what: string): void {
  reading.remarks.add({
    code: 'PW_FCPXML_CHANNELS',
    severity: 'warning',
    at: element.position,
    timecode: frame.timecode,
    message: `${frame.element.name} "${frame.name}" ${what}, which is not modelled`,
    hint: 'It is kept and watched for changes; the built-in renderer cannot play it.',
  });
}

/**
 * Reads the sound components of a clip. One that plays all channels lends its adjustments to the whole sound; plain ones
 * that pick channels become a channel map; anything else is beyond the model and kept. Returns whether any sound plays.
 */
export function readSoundSources(
  reading: Reading,
  frame: ClipFrame,
  owner: XmlElement,
  place: {
    readonly source: SideSource;
    readonly duration: SideSource['ownStart'];
    readonly channelCount: number | null;
  },
  side: Side,
): boolean {
  const sources = childElements(owner).filter(isSoundSource);
  const [only] = sources;
  if (only === undefined) return true;
  const playing = sources.filter(isPlaying);
  if (playing.length === 0) return false;
  if (sources.length === 1 && !isCut(only) && playsAll(only, place.channelCount)) {
    readAdjustments(reading, frame, only, 'sound', { source: place.source, duration: place.duration, aspect: 1 }, side);
    return true;
  }
  if (sources.every(isBare)) {
    if (sources.length === playing.length && sources.every(({ name }) => name === 'audio-role-source')) return true;
    const count = place.channelCount;
    const maps =
      count === null
        ? []
        : playing.map((source) => (source.name === 'audio-channel-source' ? mapOf(source, count) : null));
    const known = maps.filter((map) => map !== null);
    if (known.length > 0 && known.length === playing.length) {
      side.channelMap = sumOf(known);
      side.raw.push(...sources.map((source) => rawElement(reading.resources, source)));
      return true;
    }
  }
  side.raw.push(...sources.map((source) => rawElement(reading.resources, source)));
  side.unmodelled.push({
    label: 'sound components',
    content: sources.map((source) => canonicalEffect(reading.resources, source)).join(' '),
  });
  reportComponents(reading, frame, only, `plays its sound components one by one (${sources.length})`);
  return true;
}

/** Tells whether the components of an element all play as they are: they name roles and nothing else. */
export function saysNothing(owner: XmlElement): boolean {
  return childElements(owner)
    .filter((child) => isSoundSource(child) || isAdjustment(child))
    .every((child) => child.name === 'audio-role-source' && isBare(child) && isPlaying(child));
}

function isPlaying(source: XmlElement): boolean {
  return attribute(source, 'enabled') !== '0' && attribute(source, 'active') !== '0';
}

/** Plays only from some time to another, or has holes. */
function isCut(source: XmlElement): boolean {
  return (
    childElement(source, 'mute') !== null ||
    attribute(source, 'start') !== null ||
    attribute(source, 'duration') !== null
  );
}

/** Nothing on it but its channels and its role. */
function isBare(source: XmlElement): boolean {
  return !isCut(source) && childElements(source).every((child) => !isAdjustment(child));
}
