import { formatTimecode, type Rate } from '@patchwork/time';
import type { BurnInEffect } from '@patchwork/timeline';
import type { Expression } from './expression.ts';
import type { Picture } from './picture.ts';
import type { Place, Resolver } from './resolver.ts';
import type { Lead, Mover } from './shown.ts';

/**
 * Draws burn-ins over an expression: record timecode at the bottom; clip name and source timecode at the top, read from
 * the topmost clip. Where there is no clip the top has no text.
 */
export function withBurnIns(
  input: Expression,
  contents: readonly BurnInEffect['content'][],
  place: Pick<Place, 'canvas' | 'track'>,
  resolver: Resolver,
): Expression {
  if (contents.length === 0) return input;
  const { font, refusals, start } = resolver;
  if (font === null) return refusing(input, () => refusals.add(missingFont(place.track)));
  let result = input;
  const top = topContents(contents);
  if (top.length > 0) result = withText(result, 'top', font, (lead) => joined(top.map((one) => leadText(one, lead))));
  if (contents.includes('record-timecode')) {
    const timecode = timecodeMover(place.canvas.rate, start.frame, start.dropFrame);
    result = withText(result, 'bottom', font, () => timecode);
  }
  return result;
}

function topContents(contents: readonly BurnInEffect['content'][]): readonly ('clip-name' | 'source-timecode')[] {
  return (['clip-name', 'source-timecode'] as const).filter((one) => contents.includes(one));
}

function leadText(content: 'clip-name' | 'source-timecode', lead: Lead | null): Mover {
  if (lead === null) return { at: () => '', signature: '' };
  return content === 'clip-name' ? { at: () => lead.name, signature: JSON.stringify(lead.name) } : lead.timecode;
}

function joined(movers: readonly Mover[]): Mover {
  return {
    at: (frame) =>
      movers
        .map((mover) => mover.at(frame))
        .filter((text) => text !== '')
        .join('  '),
    signature: movers.map((mover) => mover.signature).join(' '),
  };
}

/** Timecode that counts on with the frames from `first` at frame 0; where a rate has none, the frame number. */
export function timecodeMover(rate: Rate, first: number, dropFrame: boolean): Mover {
  return {
    at: (frame) => timecodeText(first + frame, rate, dropFrame),
    signature: `timecode ${first} ${dropFrame}`,
  };
}

/** A frame as timecode; as a plain number at a rate that has none (12.5, a variable rate's average). */
export function timecodeText(frame: number, rate: Rate, dropFrame: boolean): string {
  return hasTimecode(rate) ? formatTimecode(frame, rate, dropFrame) : String(frame);
}

function hasTimecode(rate: Rate): boolean {
  if (rate.den === 1) return rate.num <= 1000;
  return rate.den === 1001 && rate.num % 1000 === 0 && rate.num <= 1_000_000;
}

function missingFont(track: string): Parameters<Resolver['refusals']['add']>[0] {
  return { kind: 'font', clip: 'burn-in', track, path: null, found: '' };
}

/** An expression that tells of something missing whenever it is looked at. */
export function refusing(input: Expression, tell: () => void): Expression {
  return {
    classAt: input.classAt,
    at: (frame, trace) => {
      tell();
      return input.at(frame, trace);
    },
  };
}

/** A text over a picture that moves with the frame; `textOf` may read the topmost clip. Nothing carries no text. */
function withText(
  input: Expression,
  placement: 'top' | 'bottom',
  font: string,
  textOf: (lead: Lead | null) => Mover,
): Expression {
  return {
    classAt: input.classAt,
    at: (frame, trace) => {
      const shown = input.at(frame, trace);
      if (shown === null) return null;
      const mover = textOf(shown.lead);
      const picture: Picture = { op: 'text', input: shown.picture, text: mover.at(frame), placement, font };
      trace?.note(picture, { at: (f) => JSON.stringify(mover.at(f)), signature: mover.signature });
      return { ...shown, picture, resized: false };
    },
  };
}
