import { gapAnchor } from './anchor-map.ts';
import type { Expression } from './expression.ts';
import type { SolidPicture } from './picture.ts';
import type { Shown } from './shown.ts';

const black: SolidPicture = { op: 'solid', color: [0, 0, 0, 1] };

const gap: Shown = {
  picture: black,
  opaque: true,
  resized: false,
  anchor: gapAnchor,
  clips: [],
  lead: null,
  unmodelled: [],
};

/**
 * Lays layers on opaque black, which shows where they do not: a programme has no alpha. Black is no layer, so the grid
 * still follows the lowest layer that contributes.
 */
export function overBlack(layers: Expression): Expression {
  return {
    classAt: layers.classAt,
    at: (frame, trace) => {
      const shown = layers.at(frame, trace);
      if (shown === null) return gap;
      if (shown.opaque) return shown;
      const { picture } = shown;
      const upper = picture.op === 'over' ? picture.layers : [picture];
      return { ...shown, picture: { op: 'over', layers: [black, ...upper] }, opaque: true, resized: false };
    },
  };
}
