import type { KnownEffect } from '@patchwork/timeline';

/**
 * What an effect's picture at a frame depends on besides its parameters (DESIGN, "Frame keys").
 *
 * - `pointwise`: its input at the same frame, nothing else;
 * - `clip-relative`: the frame's place in its item;
 * - `source-relative`: the source frame's number;
 * - `absolute`: the record timecode, so every shift changes it;
 * - `temporal`: input frames around this one;
 * - `whole-clip`, `whole-program`: everything there is.
 */
export type Locality =
  | 'pointwise'
  | 'clip-relative'
  | 'source-relative'
  | 'absolute'
  | 'temporal'
  | 'whole-clip'
  | 'whole-program';

/**
 * Class of each effect of the vocabulary; what is not declared here is `whole-program`. Key-framed parameters are no
 * matter of locality: they enter a key by their value at the frame.
 */
const localities: { readonly [type in KnownEffect['type']]: Locality } = {
  transform: 'pointwise',
  crop: 'pointwise',
  opacity: 'pointwise',
  composite: 'pointwise',
  conform: 'pointwise',
  timeMap: 'temporal',
  volume: 'pointwise',
  pan: 'pointwise',
  fade: 'clip-relative',
  burnIn: 'absolute',
};

/**
 * The class of an effect type; the worst, `whole-program`, for one that nobody declared. A burn-in of source timecode or
 * clip name is gentler than its class: what it reads is resolved into the text that the picture holds.
 */
export function localityOf(type: string): Locality {
  return Object.hasOwn(localities, type) ? localities[type as KnownEffect['type']] : 'whole-program';
}
