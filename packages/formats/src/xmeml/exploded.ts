import { compare, type Rational } from '@patchwork/time';
import { attribute, childElements, type XmlElement } from '../xml/element.ts';
import { panOf } from './media.ts';
import { frameCount } from './values.ts';

/** A track, and of a stereo track its clips with those of the other half. */
export interface WholeTrack {
  readonly track: XmlElement;
  readonly twins: ReadonlyMap<XmlElement, XmlElement>;
}

/**
 * Tracks as a person sees them. Premiere writes a stereo track as two that say the same of either channel, save that around
 * a transition the first can hold its clips with their handles, so that they overlap: the second is taken then.
 */
export function wholeTracks(tracks: readonly XmlElement[]): WholeTrack[] {
  return tracks.flatMap((track, index): WholeTrack[] => {
    if (isHalf(track, '1')) return [];
    const other = tracks[index + 1];
    const isBetter =
      isHalf(track, '0') && other !== undefined && isHalf(other, '1') && overlaps(track) && !overlaps(other);
    if (!isHalf(track, '0') || other === undefined || !isHalf(other, '1')) return [{ track, twins: new Map() }];
    const [whole, half] = isBetter ? [other, track] : [track, other];
    return [{ track: whole, twins: twinsOf(whole, half) }];
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

function twinsOf(whole: XmlElement, half: XmlElement): ReadonlyMap<XmlElement, XmlElement> {
  const clips = (of: XmlElement): XmlElement[] => childElements(of).filter(({ name }) => name === 'clipitem');
  const others = clips(half);
  return new Map(
    clips(whole).flatMap((clip, index): [XmlElement, XmlElement][] => {
      const other = others[index];
      return other === undefined ? [] : [[clip, other]];
    }),
  );
}

/** Tells whether a clip's balance only sends its half of a stereo track to its side: the other half says the opposite. */
export function isPannedApart(element: XmlElement, twins: WholeTrack['twins']): boolean {
  const twin = twins.get(element);
  return twin !== undefined && panOf(twin) === -panOf(element);
}
