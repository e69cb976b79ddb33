import { formatRational, type Rational, rational } from '@patchwork/time';
import { classesOf, type Expression } from './expression.ts';
import type { Picture } from './picture.ts';

/**
 * A dissolve of `length` frames from record frame `start`; at frame k of N the share is (k + ½) ÷ N. A side that shows
 * nothing makes it a fade. `side` says which side the grid follows there.
 */
export function dissolve(
  from: Expression,
  to: Expression,
  start: number,
  length: number,
  side: 'from' | 'to',
): Expression {
  const shareAt = (frame: number): Rational => rational(2 * (frame - start) + 1, 2 * length);
  const signature = `dissolve ${start} ${length}`;
  return {
    classAt: classesOf([from.classAt, to.classAt]),
    at: (frame, trace) => {
      const a = from.at(frame, trace);
      const b = to.at(frame, trace);
      const share = shareAt(frame);
      if (a !== null && b !== null) {
        const picture: Picture = { op: 'mix', from: a.picture, to: b.picture, share };
        trace?.note(picture, { at: (f) => formatRational(shareAt(f)), signature });
        const lead = side === 'from' ? a : b;
        const sides = side === 'from' ? [a, b] : [b, a];
        return {
          picture,
          opaque: a.opaque && b.opaque,
          resized: false,
          anchor: lead.anchor,
          clips: sides.flatMap((one) => one.clips),
          lead: lead.lead,
          unmodelled: sides.flatMap((one) => one.unmodelled),
        };
      }
      const shown = a ?? b;
      if (shown === null) return null;
      const opacityAt = (f: number): number => {
        const { num, den } = shareAt(f);
        return a === null ? num / den : (den - num) / den;
      };
      const picture: Picture = { op: 'opacity', input: shown.picture, opacity: opacityAt(frame) };
      trace?.note(picture, { at: (f) => String(opacityAt(f)), signature: `${signature} ${a === null ? 'in' : 'out'}` });
      return { ...shown, picture, opaque: false };
    },
  };
}
