import { av1RateControl, pinnedAv1Options } from './av1-options.ts';
import type { EncoderOptions, Pins } from './encoder-options.ts';
import { h264RateControl, h264Reorder, pinnedH264Options } from './h264-options.ts';
import { hevcRateControl, hevcReorder, pinnedHevcOptions } from './hevc-options.ts';
import { pinnedDnxhrOptions } from './intra-options.ts';
import type { ContainerProfile, VideoCodec } from './profile.ts';

/** What a codec allows, whatever the profile. */
export interface CodecFacts {
  /** As people write it. */
  readonly title: string;
  /** Every frame stands alone: one frame is one chunk. */
  readonly isIntra: boolean;
  /** Containers in which it has a place. */
  readonly containers: readonly ContainerProfile['format'][];
  readonly pins: Pins;
  /** Options that spread a bit budget over the whole programme, so that a chunk's bytes depend on the others. */
  readonly rateControl: readonly string[];
  /** By how many frames decoding precedes showing. */
  readonly reorder: (options: EncoderOptions) => number;
}

/** FFmpeg's own options for whole-programme rate control. */
const rateControl: readonly string[] = ['b', 'pass', 'passlogfile', 'stats', 'abr'];

const none = (): number => 0;

const facts: { readonly [codec in VideoCodec]: CodecFacts } = {
  h264: {
    title: 'H.264',
    isIntra: false,
    containers: ['mp4', 'mov'],
    pins: pinnedH264Options,
    rateControl: [...rateControl, ...h264RateControl],
    reorder: h264Reorder,
  },
  hevc: {
    title: 'HEVC',
    isIntra: false,
    containers: ['mp4', 'mov'],
    pins: pinnedHevcOptions,
    rateControl: [...rateControl, ...hevcRateControl],
    reorder: hevcReorder,
  },
  av1: {
    title: 'AV1',
    isIntra: false,
    containers: ['mp4'],
    pins: pinnedAv1Options,
    rateControl: [...rateControl, ...av1RateControl],
    // Pictures that are not shown stand in one sample with the one that is: samples are decoded as they are shown.
    reorder: none,
  },
  prores: { title: 'ProRes', isIntra: true, containers: ['mov'], pins: {}, rateControl: [], reorder: none },
  dnxhr: {
    title: 'DNxHR',
    isIntra: true,
    containers: ['mov'],
    pins: pinnedDnxhrOptions,
    rateControl: [],
    reorder: none,
  },
};

/** What a codec allows, whatever the profile. */
export function codecFacts(codec: VideoCodec): CodecFacts {
  return facts[codec];
}

/** All codecs that can be rendered to. */
export const videoCodecs: readonly VideoCodec[] = Object.keys(facts) as VideoCodec[];
