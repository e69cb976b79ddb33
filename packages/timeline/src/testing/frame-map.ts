import type { Clip, Composable, Item, Track } from '../model.ts';

/**
 * What each record frame of a track shows, said naively and apart from the library: `name@source frame`, `-` for a gap. All
 * lengths must be whole frames of one rate. Speeds may be any.
 */
export function frameMap(track: Track): string[] {
  return track.children.filter((child) => isTimed(child)).flatMap((child) => framesOf(child));
}

/** {@link frameMap}, and within a transition what both of its sides show, and how far it has come. */
export function seenMap(track: Track): string[] {
  const seen = frameMap(track);
  let cut = 0;
  track.children.forEach((child, index) => {
    if (isTimed(child)) cut += lengthIn(child);
    if (child.kind !== 'Transition') return;
    const [left, right] = [track.children[index - 1], track.children[index + 1]];
    const [back, forth] = [value(child.inOffset.value), value(child.outOffset.value)];
    for (let frame = Math.max(0, cut - back); frame < cut + forth; frame += 1) {
      const outgoing = left !== undefined && isTimed(left) ? frameOf(left, lengthIn(left) + frame - cut) : '';
      const incoming = right !== undefined && isTimed(right) ? frameOf(right, frame - cut) : '';
      seen[frame] = `${outgoing} ${frame - cut + back}/${back + forth} ${incoming}`;
    }
  });
  return seen;
}

/** What an item shows at frames [from, to) counted from its first one; also beyond its edges. */
export function framesOf(item: Item, from: number = 0, to: number = lengthIn(item)): string[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, step) => frameOf(item, from + step));
}

/** What an item shows at a frame counted from its first one. */
export function frameOf(item: Item, offset: number): string {
  if (item.kind === 'Gap') return '-';
  const speed = item.effects.reduce((product, effect) => product * (effect.timeScalar ?? 1), 1);
  const start = value(item.sourceRange?.start.value);
  // Backwards, the media of the clip plays from its end.
  const source = speed >= 0 ? start + speed * offset : start + speed * (offset - lengthIn(item));
  return `${item.name}@${Math.round(source * 1e6) / 1e6}`;
}

/** Frames of an item. */
export function lengthIn(item: Item): number {
  return value(item.sourceRange?.duration.value);
}

/** Source frames that a clip uses, `[first, end)`. */
export function usedMedia(clip: Clip): readonly [number, number] {
  const speed = clip.effects.reduce((product, effect) => product * (effect.timeScalar ?? 1), 1);
  const start = value(clip.sourceRange?.start.value);
  return [start, start + Math.abs(speed) * lengthIn(clip)];
}

function isTimed(child: Composable): child is Item {
  return child.kind !== 'Transition' && child.kind !== 'Unknown';
}

function value(rational: { readonly num: number; readonly den: number } | undefined): number {
  if (rational === undefined) throw new TypeError('frameMap: every item needs a source range');
  return rational.num / rational.den;
}
