import { pinValues, type EncoderOptions, type Pins } from './encoder-options.ts';

/**
 * Options that keep an AV1 chunk one group of pictures that stands alone. SVT-AV1 gives the same bytes for any number of
 * threads and on any processor, as long as no bit rate is asked for.
 */
export const pinnedAv1Options: Pins = {
  err_detect: { value: 'explode', why: 'an option that SVT-AV1 does not know must be an error' },
  'svtav1-params.lp': { value: '1', why: 'many chunks are encoded at once, each on one thread' },
  'svtav1-params.keyint': { value: '-1', why: 'each encoder sees one chunk, with one key frame at its head' },
  'svtav1-params.irefresh-type': { value: '2', why: 'a chunk must start with a key frame' },
  'svtav1-params.scd': { value: '0', why: 'the grid decides where key frames stand' },
  'svtav1-params.rc': { value: '0', why: 'a bit rate would spread bits over the whole programme' },
  'svtav1-params.level': { value: '0', why: 'the level follows from raster and rate, not from content' },
  'svtav1-params.tier': { value: '0', why: 'level and tier are fixed: content must not choose them' },
};

/** SVT-AV1's options that spread a bit budget over the whole programme. */
export const av1RateControl: readonly string[] = [
  'maxrate',
  'svtav1-params.tbr',
  'svtav1-params.mbr',
  'svtav1-params.pass',
  'svtav1-params.passes',
  'svtav1-params.stats',
];

/** What the AV1 profile sets besides the pins; the preset stands for the search. */
const chosen: EncoderOptions = {
  preset: '8',
  crf: '30',
  'svtav1-params.tune': '1',
  'svtav1-params.pred-struct': '2',
  'svtav1-params.aq-mode': '2',
  'svtav1-params.enable-tf': '1',
  'svtav1-params.enable-overlays': '0',
  'svtav1-params.film-grain': '0',
  'svtav1-params.fast-decode': '0',
  'svtav1-params.tile-columns': '0',
  'svtav1-params.tile-rows': '0',
};

/** All options of the built-in AV1 encoding; every pin included. */
export function av1Options(): EncoderOptions {
  return { ...chosen, ...pinValues(pinnedAv1Options) };
}
