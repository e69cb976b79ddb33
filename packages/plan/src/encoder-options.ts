/** Encoder options by FFmpeg's name; an encoder's own as `x264-params.NAME`, `x265-params.NAME` or `svtav1-params.NAME`. */
export interface EncoderOptions {
  readonly [name: string]: string;
}

/** Options that no profile may set otherwise, each with what would break. */
export interface Pins {
  readonly [name: string]: { readonly value: string; readonly why: string };
}

/** The pinned options as an encoder takes them. */
export function pinValues(pins: Pins): EncoderOptions {
  return Object.fromEntries(Object.entries(pins).map(([name, pin]) => [name, pin.value]));
}
