import { canonicalJson, type Json } from '@patchwork/kernel';
import { add, secondsFromTime, zero, type FrameRange, type Rate, type Rational } from '@patchwork/time';
import { plainJson, trimmedRange, unmodelledOf, type Gap } from '@patchwork/timeline';
import { framesOf, type TrackView } from '../items/track-item.ts';
import type { Draft } from './draft.ts';
import { markersText } from './item-change.ts';

/** A gap that carries something, where it stands. */
interface MarkedGap {
  readonly range: FrameRange;
  readonly said: Json;
  readonly unmodelled: string;
}

/**
 * What gaps carry: markers, metadata, and what nobody models, which may be seen there. Null where that is as it was; gaps that moved
 * carry the same.
 */
export function gapMarkDraft(old: TrackView, next: TrackView, rate: Rate): Draft | null {
  const [before, after] = [markedGaps(old, rate), markedGaps(next, rate)];
  const saidBy = (gaps: readonly MarkedGap[]): Json[] => gaps.map(({ said }) => said);
  if (canonicalJson(saidBy(before)) === canonicalJson(saidBy(after))) return null;
  const seenBy = (gaps: readonly MarkedGap[]): string => canonicalJson(gaps.map(({ unmodelled }) => unmodelled));
  const isSeen = seenBy(before) !== seenBy(after);
  const extent = [...before, ...after].map(({ range }) => range);
  return {
    kind: isSeen ? 'unmodelled' : 'metadata',
    department: isSeen ? 'vfx' : 'metadata',
    text: `track ${next.label}: what gaps carry changed`,
    items: [],
    tracks: [next.label],
    delta: null,
    values: [{ name: 'gaps', old: saidBy(before), new: saidBy(after) }],
    ownExtent: extent,
    newExtent: extent,
    oldExtent: extent,
  };
}

function markedGaps({ node }: TrackView, rate: Rate): readonly MarkedGap[] {
  const gaps: MarkedGap[] = [];
  let at: Rational = zero;
  for (const child of node.children) {
    if (child.kind === 'Transition' || child.kind === 'Unknown') continue;
    const end = add(at, secondsFromTime(trimmedRange(child).duration));
    if (child.kind === 'Gap' && isMarked(child)) {
      const unmodelled = unmodelledOf(child).map(({ content }) => content);
      const said = { markers: markersText(child.markers), metadata: plainJson(child.metadata) };
      gaps.push({
        range: { in: framesOf(at, rate), out: framesOf(end, rate) },
        said,
        unmodelled: unmodelled.join('\n'),
      });
    }
    at = end;
  }
  return gaps;
}

function isMarked({ markers, metadata }: Gap): boolean {
  return markers.length + metadata.entries.length > 0;
}
