import { pinValues, type EncoderOptions, type Pins } from './encoder-options.ts';

/** The ProRes encoding of a flavour: `proxy`, `lt`, `standard`, `hq`. Any split gives the same packets. */
export function proresOptions(flavour: string): EncoderOptions {
  return { profile: flavour, vendor: 'apl0', mbs_per_slice: '8', quant_mat: 'auto', alpha_bits: '0', threads: '1' };
}

/** Options that keep a DNxHR frame's bytes the same on every machine. */
export const pinnedDnxhrOptions: Pins = {
  dct: { value: 'int', why: 'the faster transforms differ between processors' },
  threads: { value: '1', why: 'many frames are encoded at once, each on one thread' },
};

/** The DNxHR encoding of a flavour: `dnxhr_lb`, `dnxhr_sq`, `dnxhr_hq`, `dnxhr_hqx`, `dnxhr_444`. Every frame has one size. */
export function dnxhrOptions(flavour: string): EncoderOptions {
  return { profile: flavour, ...pinValues(pinnedDnxhrOptions) };
}

/** The pixel format that a DNxHR flavour takes; null for a flavour that does not exist. */
export function dnxhrPixelFormat(flavour: string): string | null {
  switch (flavour) {
    case 'dnxhr_lb':
    case 'dnxhr_sq':
    case 'dnxhr_hq':
      return 'yuv422p';
    case 'dnxhr_hqx':
      return 'yuv422p10le';
    case 'dnxhr_444':
      return 'yuv444p10le';
    default:
      return null;
  }
}
