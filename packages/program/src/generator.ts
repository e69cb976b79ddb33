import { canonicalJson, type Json } from '@patchwork/kernel';
import { type GeneratorReference, plainJson } from '@patchwork/timeline';
import { anchorOfRest } from './anchor-map.ts';
import type { Expression } from './expression.ts';
import type { SolidPicture } from './picture.ts';
import type { ClipUse } from './program.ts';
import type { Lead } from './shown.ts';

/**
 * What a generator draws. `SolidColor` with a parameter `color` of three or four numbers (R'G'B', alpha; 0…1) and `black`
 * (in any case) are drawn; every other kind is unmodelled, over nothing. `isTold`: the reader has noted what it is on the
 * clip, so it need not be told twice.
 */
export function generator(reference: GeneratorReference, use: ClipUse, where: string, isTold: boolean): Expression {
  const lead: Lead = { name: use.name, timecode: { at: () => '', signature: 'none' } };
  const color = solidColor(reference);
  if (color !== null) {
    const isOpaque = color[3] === 1;
    return color[3] === 0
      ? { classAt: null, at: () => null }
      : {
          classAt: null,
          at: () => ({
            picture: { op: 'solid', color },
            opaque: isOpaque,
            resized: false,
            anchor: anchorOfRest(`solid ${color.join(' ')}`),
            clips: [use],
            lead,
            unmodelled: [],
          }),
        };
  }
  const content = canonicalJson({ generator: reference.generatorKind, parameters: plainJson(reference.parameters) });
  const label = `generator "${reference.generatorKind}" (${where})`;
  return {
    classAt: null,
    at: () => ({
      picture: { op: 'unmodelled', input: { op: 'solid', color: [0, 0, 0, 0] }, label, content },
      opaque: false,
      resized: false,
      anchor: anchorOfRest(content),
      clips: [use],
      lead,
      unmodelled: isTold ? [] : [label],
    }),
  };
}

function solidColor(reference: GeneratorReference): SolidPicture['color'] | null {
  const kind = reference.generatorKind.toLowerCase();
  if (kind === 'black') return [0, 0, 0, 1];
  if (kind !== 'solidcolor') return null;
  const parameters = plainJson(reference.parameters) as { readonly [name: string]: Json };
  const color = parameters['color'];
  if (!Array.isArray(color) || !color.every((value) => typeof value === 'number')) return null;
  const [red, green, blue, alpha = 1] = color.map((value) => Math.min(1, Math.max(0, value)));
  return red === undefined || green === undefined || blue === undefined ? null : [red, green, blue, alpha];
}
