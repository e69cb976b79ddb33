import type { Rate } from '@patchwork/time';
import { pinValues, type EncoderOptions, type Pins } from './encoder-options.ts';
import { hevcLevel } from './hevc-level.ts';

/**
 * Options that keep an HEVC chunk's bytes the same next to every neighbour and on every machine of one instruction class
 * (x265's inter pictures differ between processor families; the toolchain names the class).
 */
export const pinnedHevcOptions: Pins = {
  'x265-params.pools': { value: 'none', why: 'bytes change with the thread pool' },
  'x265-params.frame-threads': { value: '1', why: 'bytes change with the number of frame threads' },
  'x265-params.wpp': { value: '0', why: 'bytes change with wavefronts' },
  'x265-params.pmode': { value: '0', why: 'bytes change with parallel mode decision' },
  'x265-params.pme': { value: '0', why: 'bytes change with parallel motion search' },
  'x265-params.lookahead-slices': { value: '0', why: 'bytes change with the slices of the lookahead' },
  'x265-params.asm': { value: 'auto', why: 'the toolchain of a chunk names the instructions that ran' },
  'x265-params.scenecut': { value: '0', why: 'the grid decides where key frames stand' },
  'x265-params.keyint': { value: '-1', why: 'each encoder sees one chunk, with one key frame at its head' },
  'x265-params.intra-refresh': { value: '0', why: 'a chunk must start with a key frame' },
  'x265-params.open-gop': { value: '0', why: 'a chunk must not refer to its neighbour' },
  'x265-params.radl': { value: '0', why: 'a chunk shows nothing before its key frame' },
  'x265-params.repeat-headers': { value: '0', why: 'parameter sets stand in the sample entry, not in band' },
  'x265-params.aud': { value: '0', why: 'delimiters would differ between kept and fresh chunks of other makers' },
  'x265-params.hrd': { value: '0', why: 'buffer models run over the whole file, not over a chunk' },
  'x265-params.info': { value: '1', why: 'what x265 says of itself is checked, then left out of the chunk' },
  'x265-params.high-tier': { value: '0', why: 'level and tier are fixed: content must not choose them' },
  'x265-params.interlace': { value: '0', why: 'only progressive pictures are rendered' },
};

/** x265's options that spread a bit budget, or a memory of earlier runs, over the whole programme. */
export const hevcRateControl: readonly string[] = [
  'x265-params.bitrate',
  'x265-params.pass',
  'x265-params.stats',
  'x265-params.strict-cbr',
  'x265-params.multi-pass-opt-analysis',
  'x265-params.multi-pass-opt-distortion',
];

/** What the HEVC profiles set besides the pins: x265's medium preset, spelled out, so that no default can move. */
const chosen: EncoderOptions = {
  preset: 'medium',
  crf: '22',
  'x265-params.ref': '3',
  'x265-params.bframes': '4',
  'x265-params.b-adapt': '2',
  'x265-params.b-pyramid': '1',
  'x265-params.bframe-bias': '0',
  'x265-params.weightp': '1',
  'x265-params.weightb': '0',
  'x265-params.rc-lookahead': '20',
  'x265-params.me': 'hex',
  'x265-params.merange': '57',
  'x265-params.subme': '2',
  'x265-params.max-merge': '3',
  'x265-params.temporal-mvp': '1',
  'x265-params.rd': '3',
  'x265-params.rdoq-level': '0',
  'x265-params.psy-rd': '2.0',
  'x265-params.psy-rdoq': '0.0',
  'x265-params.ctu': '64',
  'x265-params.min-cu-size': '8',
  'x265-params.max-tu-size': '32',
  'x265-params.tu-intra-depth': '1',
  'x265-params.tu-inter-depth': '1',
  'x265-params.rect': '0',
  'x265-params.amp': '0',
  'x265-params.early-skip': '1',
  'x265-params.rskip': '1',
  'x265-params.signhide': '1',
  'x265-params.strong-intra-smoothing': '1',
  'x265-params.sao': '1',
  'x265-params.deblock': '0,0',
  'x265-params.aq-mode': '2',
  'x265-params.aq-strength': '1.0',
  'x265-params.cutree': '1',
  'x265-params.qcomp': '0.6',
  'x265-params.ipratio': '1.4',
  'x265-params.pbratio': '1.3',
  'x265-params.slices': '1',
};

/** All options of the built-in HEVC encoding for a raster and rate; every pin included. */
export function hevcOptions(width: number, height: number, rate: Rate): EncoderOptions {
  return { ...chosen, ...pinValues(pinnedHevcOptions), 'x265-params.level-idc': hevcLevel(width, height, rate) };
}

/** By how many frames decoding precedes showing: 0 without B-frames, 1 with, 2 where B-frames are references. */
export function hevcReorder(options: EncoderOptions): 0 | 1 | 2 {
  const bframes = Number(options['x265-params.bframes'] ?? '0');
  if (bframes === 0) return 0;
  return bframes > 1 && (options['x265-params.b-pyramid'] ?? '1') !== '0' ? 2 : 1;
}
