import { compare, type Rational } from '@patchwork/time';
import { attribute, childElements, type XmlElement } from '../xml/element.ts';
import { frameCount } from './values.ts';

/**
 * Tracks as a person sees them. Premiere writes a stereo track as two that say the same of either channel, save that around
 * a transition the first can hold its clips with their handles, so that they overlap: the second is taken then.
 */
export function wholeTracks(tracks: readonly XmlElement[]): XmlElement[] {
  return tracks.flatMap((track, index) => {
    if (isHalf(track, '1')) return [];
    const other = tracks[index + 1];
    const isBetter =
      isHalf(track, '0') && other !== undefined && isHalf(other, '1') && overlaps(track) && !overlaps(other);
    return [isBetter ? other : track];
  });
}

function isHalf(track: XmlElement, index: '0' | '1'): boolean {
  return attribute(track, 'totalExplodedTrackCount') === '2' && attribute(track, 'currentExplodedTrackIndex') === index;
}

function overlaps(track: XmlElement): boolean {
  let end: Rational | null = null;
  for (const item of childElements(track)) {
    if (item.name !== 'clipitem') continue;
    const [from, to] = [frameCount(item, 'start'), frameCount(item, 'end')];
    if (end !== null && from !== null && from.num >= 0 && compare(from, end) < 0) return true;
    if (to !== null && to.num >= 0) end = to;
  }
  return false;
}
