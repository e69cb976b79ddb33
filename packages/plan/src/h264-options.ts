import type { Rate } from '@patchwork/time';
import { pinValues, type EncoderOptions, type Pins } from './encoder-options.ts';
import { h264Level } from './h264-level.ts';

/**
 * Options that keep a chunk's bytes and decoded pictures the same on every machine and next to every neighbour, with what
 * breaks otherwise. A profile that sets one of them differently is refused.
 */
export const pinnedH264Options: Pins = {
  'x264-params.threads': { value: '1', why: 'decoded pictures change with the thread count' },
  'x264-params.lookahead-threads': { value: '1', why: 'bytes change with the lookahead thread count' },
  'x264-params.sliced-threads': { value: '0', why: 'bytes change with the slice threads' },
  'x264-params.cpu-independent': { value: '1', why: 'bytes would differ between processors' },
  'x264-params.non-deterministic': { value: '0', why: 'three runs give three results' },
  'x264-params.scenecut': { value: '0', why: 'the grid decides where key frames stand' },
  'x264-params.keyint': { value: 'infinite', why: 'each encoder sees one chunk, with one key frame at its head' },
  'x264-params.intra-refresh': { value: '0', why: 'a chunk must start with a key frame' },
  'x264-params.open-gop': { value: '0', why: 'a chunk must not refer to its neighbour' },
  'x264-params.repeat-headers': { value: '0', why: 'parameter sets stand in the sample entry, not in band' },
  'x264-params.aud': { value: '0', why: 'delimiters would differ between kept and fresh chunks of other makers' },
  'x264-params.nal-hrd': { value: 'none', why: 'buffer models run over the whole file, not over a chunk' },
  'x264-params.force-cfr': { value: '1', why: 'rate control must not read time stamps' },
  'x264-params.interlaced': { value: '0', why: 'only progressive pictures are rendered' },
};

/** x264's options that spread a bit budget over the whole programme. */
export const h264RateControl: readonly string[] = [
  'x264-params.bitrate',
  'x264-params.pass',
  'x264-params.stats',
  'x264-params.ratetol',
];

/** What the `h264` profile sets besides the pins: x264's medium preset, spelled out, so that no default can move. */
const chosen: EncoderOptions = {
  preset: 'medium',
  profile: 'high',
  crf: '20',
  'x264-params.ref': '3',
  'x264-params.bframes': '3',
  'x264-params.b-pyramid': 'normal',
  'x264-params.b-adapt': '1',
  'x264-params.b-bias': '0',
  'x264-params.weightb': '1',
  'x264-params.weightp': '2',
  'x264-params.direct': 'spatial',
  'x264-params.me': 'hex',
  'x264-params.merange': '16',
  'x264-params.subme': '7',
  'x264-params.trellis': '1',
  'x264-params.mixed-refs': '1',
  'x264-params.8x8dct': '1',
  'x264-params.partitions': 'i4x4,i8x8,p8x8,b8x8',
  'x264-params.fast-pskip': '1',
  'x264-params.cabac': '1',
  'x264-params.deblock': '0,0',
  'x264-params.psy-rd': '1.0,0.0',
  'x264-params.aq-mode': '1',
  'x264-params.aq-strength': '1.0',
  'x264-params.qcomp': '0.6',
  'x264-params.ipratio': '1.4',
  'x264-params.pbratio': '1.3',
  'x264-params.mbtree': '1',
  'x264-params.rc-lookahead': '40',
  'x264-params.slices': '1',
};

/** All options of the built-in H.264 encoding for a raster, rate and chunk length; every pin included. */
export function h264Options(width: number, height: number, rate: Rate, gop: number): EncoderOptions {
  return {
    ...chosen,
    ...pinValues(pinnedH264Options),
    'x264-params.min-keyint': String(gop + 1),
    'x264-params.level': h264Level(width, height, rate, bufferedPictures(chosen)),
  };
}

/** Pictures a decoder of these options must hold: x264 takes at least 4 for a B-pyramid. */
export function bufferedPictures(options: EncoderOptions): number {
  const references = Number(options['x264-params.ref'] ?? '3');
  return Math.max(references, h264Reorder(options) + 1, h264Reorder(options) === 2 ? 4 : 1);
}

/** By how many frames decoding precedes showing: 0 without B-frames, 1 with, 2 where B-frames are references. */
export function h264Reorder(options: EncoderOptions): 0 | 1 | 2 {
  const bframes = Number(options['x264-params.bframes'] ?? '0');
  if (bframes === 0) return 0;
  return bframes > 1 && (options['x264-params.b-pyramid'] ?? 'normal') !== 'none' ? 2 : 1;
}
