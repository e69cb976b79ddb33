import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { isAdjustment } from './adjust.ts';
import { canonicalEffect } from './canonical.ts';
import { readAdjustments, type ClipFrame, type SideSource } from './clip-frame.ts';
import type { Reading } from './reading.ts';
import { rawElement, type Side } from './side.ts';

/** Names of the elements that say which of a clip's sound components play. */
const sourceNames: ReadonlySet<string> = new Set(['audio-channel-source', 'audio-role-source']);

/** Tells whether an element names a sound component. */
export function isSoundSource(element: XmlElement): boolean {
  return sourceNames.has(element.name);
}

/** Channel numbers as `srcCh` spells them: `1, 2`. */
function channelsOf(text: string | null): number[] {
  return (text ?? '').split(',').map((part) => Number(part.trim())).filter((channel) => Number.isSafeInteger(channel) && channel > 0);
}

/** Tells whether a list of channels leaves some of the asset's out; unknown counts leave nothing out. */
export function isPartOfChannels(srcCh: string | null, channelCount: number | null): boolean {
  const channels = channelsOf(srcCh);
  if (channels.length === 0) return false;
  return channelCount !== null ? channels.length < channelCount : false;
}

/**
 * Reads the sound components of a clip. One that plays all channels lends its adjustments to the whole sound; several, or
 * a part of the channels, or one with mutes are beyond the model and kept. Returns whether the sound plays at all.
 */
export function readSoundSources(
  reading: Reading, frame: ClipFrame, owner: XmlElement,
  place: { readonly source: SideSource; readonly duration: SideSource['ownStart']; readonly channelCount: number | null },
  side: Side,
): boolean {
  const sources = childElements(owner).filter(isSoundSource);
  if (sources.length === 0) return true;
  const playing = sources.filter((source) => attribute(source, 'enabled') !== '0' && attribute(source, 'active') !== '0');
  if (playing.length === 0) return false;
  const [only] = sources;
  const isWhole = sources.length === 1 && only !== undefined && isPlainSource(only, place.channelCount);
  if (isWhole && only !== undefined) {
    readAdjustments(reading, frame, only, 'sound', { source: place.source, duration: place.duration, aspect: 1 }, side);
    return true;
  }
  const isTrivial = sources.length === playing.length && sources.every((source) => isBare(source) && source.name === 'audio-role-source');
  if (isTrivial) return true;
  side.raw.push(...sources.map((source) => rawElement(reading.resources, source)));
  side.unmodelled.push({
    label: 'sound components',
    content: sources.map((source) => canonicalEffect(reading.resources, source)).join(' '),
  });
  reading.remarks.add({
    code: 'PW_FCPXML_CHANNELS', severity: 'warning', at: only?.position ?? frame.element.position, timecode: frame.timecode,
    message: `${frame.element.name} "${frame.name}" plays its sound components one by one (${sources.length}), which is not modelled`,
    hint: 'They are kept and watched for changes; the built-in renderer cannot play them.',
  });
  return true;
}

/** Nothing on it but its name. */
function isBare(source: XmlElement): boolean {
  return childElements(source).every((child) => !isAdjustment(child) && child.name !== 'mute');
}

function isPlainSource(source: XmlElement, channelCount: number | null): boolean {
  if (childElement(source, 'mute') !== null) return false;
  if (attribute(source, 'start') !== null || attribute(source, 'duration') !== null) return false;
  const outCh = attribute(source, 'outCh');
  if (outCh !== null && outCh.replaceAll(' ', '').toUpperCase() !== 'L,R') return false;
  return !isPartOfChannels(attribute(source, 'srcCh'), channelCount);
}
