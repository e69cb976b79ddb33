import { plainName, type PlacedItem } from './placed-item.ts';
import type { ResolveClip } from './project.ts';

/** Which clip of a Resolve sequence stands for which item of a timeline. */
export interface ClipMatch {
  readonly clipOf: ReadonlyMap<PlacedItem, ResolveClip>;
  /** Clips of the sequence that stand for none. */
  readonly left: readonly ResolveClip[];
}

/**
 * Matches items with the clips of a sequence, one to one: those that stand at the same record frames and share a name, on
 * their own track first and then on any; then those at the same place of the same track, whatever they are called. Record
 * frames are compared as they are and, where that matches fewer, counted from the first clip. Linear, the same for every run.
 *
 * @param start record frame of the timeline's first frame, as its timecode counts
 */
export function matchClips(clips: readonly ResolveClip[], items: readonly PlacedItem[], start: number): ClipMatch {
  const pictures = clips.filter(({ track }) => track.startsWith('V'));
  const asSaid = matchAt(pictures, items, start);
  const [firstClip, firstItem] = [earliest(pictures.map((each) => each.start)), earliest(items.map((each) => each.in))];
  if (firstClip === null || firstItem === null || asSaid.left.length === 0) return asSaid;
  const shifted = matchAt(pictures, items, firstClip - firstItem);
  return shifted.clipOf.size > asSaid.clipOf.size ? shifted : asSaid;
}

function earliest(frames: readonly number[]): number | null {
  return frames.length === 0 ? null : frames.reduce((first, frame) => Math.min(first, frame));
}

function matchAt(clips: readonly ResolveClip[], items: readonly PlacedItem[], start: number): ClipMatch {
  const places = new Map<string, ResolveClip[]>();
  for (const clip of clips) {
    const place = `${clip.start} ${clip.start + clip.duration}`;
    const known = places.get(place);
    if (known === undefined) places.set(place, [clip]);
    else known.push(clip);
  }
  const clipOf = new Map<PlacedItem, ResolveClip>();
  const taken = new Set<ResolveClip>();
  const pass = (fits: (item: PlacedItem, clip: ResolveClip) => boolean): void => {
    for (const item of items) {
      if (clipOf.has(item)) continue;
      const there = places.get(`${item.in + start} ${item.out + start}`) ?? [];
      const clip = there.find((each) => !taken.has(each) && fits(item, each));
      if (clip === undefined) continue;
      clipOf.set(item, clip);
      taken.add(clip);
    }
  };
  pass((item, clip) => item.track === clip.track && isNamed(item, clip));
  pass(isNamed);
  pass((item, clip) => item.track === clip.track);
  return { clipOf, left: clips.filter((clip) => !taken.has(clip)) };
}

function isNamed({ names }: PlacedItem, { name, mediaPath }: ResolveClip): boolean {
  return names.includes(name) || (mediaPath !== '' && names.includes(plainName(mediaPath)));
}
