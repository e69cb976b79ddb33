import {
  add,
  ceil,
  divide,
  floor,
  max,
  multiply,
  negate,
  rational,
  secondsFromTime,
  subtract,
  zero,
  type Rate,
  type Rational,
} from '@patchwork/time';
import type { Transition } from '@patchwork/timeline';
import { constantSpeed, fileOf } from '../fcpxml/writer/links.ts';
import type { Piece } from '../fcpxml/writer/pieces.ts';
import { xml, type XmlOut } from '../xml/write.ts';
import { text, type TrackContext } from './writing.ts';

/** How a transition's place is said: its edges and what they mean for the cut. Null where xmeml cannot say it. */
export function alignmentOf(transition: Transition, hasBefore: boolean, hasAfter: boolean, rate: Rate): string | null {
  const before = multiply(secondsFromTime(transition.inOffset), rate);
  const after = multiply(secondsFromTime(transition.outOffset), rate);
  if (before.num === 0) return hasBefore ? 'start' : 'start-black';
  if (after.num === 0) return hasAfter ? 'end' : 'end-black';
  return floor(divide(subtract(after, before), rational(2))) === 0 ? 'center' : null;
}

/** Frames of an item's record edges; −1 where a transition overlaps the edge and carries it. */
export function edgesOf(
  context: TrackContext,
  piece: Piece,
  where: string,
): { start: number; end: number; lead: Rational; trail: Rational } {
  const { writing, rate } = context;
  const reach = (transition: Transition | null, side: 'inOffset' | 'outOffset'): Rational =>
    transition === null ? zero : secondsFromTime(transition[side]);
  const lead = reach(piece.head, 'inOffset');
  const trail = reach(piece.tail, 'outOffset');
  return {
    start: piece.head !== null ? -1 : writing.frames(piece.start, rate, 'the start', where),
    end: piece.tail !== null ? -1 : writing.frames(piece.end, rate, 'the end', where),
    lead,
    trail,
  };
}

/** `in`, `out` and `duration` of a clip, in (retimed) frames of the sequence from the media's first one. */
export function sourceOf(
  context: TrackContext,
  piece: Piece,
  edges: ReturnType<typeof edgesOf>,
  where: string,
): XmlOut[] {
  const { writing, rate } = context;
  const { item } = piece;
  const file = fileOf(item);
  const range = file?.availableRange ?? null;
  const mediaStart = range === null ? zero : secondsFromTime(range.start);
  const own = item.sourceRange === null ? zero : subtract(secondsFromTime(item.sourceRange.start), mediaStart);
  const speed = constantSpeed(item) ?? rational(1);
  const retimed = speed.num === 0 ? rational(1) : speed.num < 0 ? negate(speed) : speed;
  // Backwards frames count from the end: the range's start is then what is left when the clip is over.
  const total = add(divide(own, retimed), piece.duration);
  const entry = speed.num < 0 ? zero : divide(own, retimed);
  const from = writing.frames(subtract(entry, edges.lead), rate, 'the source', where);
  const length = writing.frames(add(piece.duration, add(edges.lead, edges.trail)), rate, 'the length', where);
  const duration =
    speed.num < 0 ? total : range === null ? total : max(divide(secondsFromTime(range.duration), retimed), total);
  return [
    text(
      'duration',
      String(speed.num < 0 ? writing.frames(duration, rate, 'the source', where) : ceil(multiply(duration, rate))),
    ),
    context.writing.rate(rate, where),
    text('start', String(edges.start)),
    text('end', String(edges.end)),
    text('in', String(from)),
    text('out', String(from + length)),
  ];
}

/** Builds a `<transitionitem>`. */
export function transitionItem(
  context: TrackContext,
  transition: Transition,
  cut: Rational,
  alignment: string,
  where: string,
): XmlOut {
  const { writing, rate } = context;
  if (transition.transitionType !== 'SMPTE_Dissolve')
    writing.notSaid.add(
      'PW_WRITE_TRANSITION',
      'error',
      `the transition "${transition.transitionType}" was written as a dissolve`,
      where,
    );
  const isSound = context.side === 'audio';
  const name = isSound ? 'Cross Fade (+3dB)' : 'Cross Dissolve';
  return xml(
    'transitionitem',
    [],
    [
      text(
        'start',
        String(writing.frames(subtract(cut, secondsFromTime(transition.inOffset)), rate, 'a transition', where)),
      ),
      text('end', String(writing.frames(add(cut, secondsFromTime(transition.outOffset)), rate, 'a transition', where))),
      text('alignment', alignment),
      writing.rate(rate, where),
      xml(
        'effect',
        [],
        [
          text('name', name),
          text('effectid', isSound ? 'KGAudioTransCrossFade3dB' : 'Cross Dissolve'),
          text('effectcategory', 'Dissolve'),
          text('effecttype', 'transition'),
          text('mediatype', context.side),
        ],
      ),
    ],
  );
}
