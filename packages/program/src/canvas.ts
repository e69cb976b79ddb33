import type { Rate } from '@patchwork/time';

/** The raster and colour in which a programme is composed. */
export interface Canvas {
  /** Pixels, even. */
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  /** Colour of the composed picture, in FFmpeg's names (`bt709`, `tv`). */
  readonly color: ColorTags;
}

/** How numbers in a picture mean colours; FFmpeg's names; `unknown` where a file does not say. */
export interface ColorTags {
  readonly primaries: string;
  readonly transfer: string;
  readonly matrix: string;
  /** `tv` (limited) or `pc` (full) or `unknown`. */
  readonly range: string;
}
