import type { Picture } from './picture.ts';

/**
 * What the pictures' operations mean, as numbers. Raise a number in the commit that changes the pixels of its operation:
 * every key that holds the operation changes with it, and nothing else does.
 */
export const pictureSemantics: { readonly [op in Picture['op']]: number } = {
  source: 1,
  solid: 1,
  // 2: moves the whole of a picture that its conform made larger than the canvas.
  transform: 2,
  opacity: 1,
  over: 1,
  mix: 1,
  nest: 1,
  text: 1,
  unmodelled: 1,
};

/** Covers what every picture passes through: decoding, scaling, conversion of colour. */
export const coreSemantics = 1;

/** Covers how sound pieces become samples: decoding, resampling, gain, sum. */
export const soundSemantics = 1;
