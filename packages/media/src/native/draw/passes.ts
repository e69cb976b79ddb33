import { weightBits } from './kernel.ts';

/** Fractional bits kept between the two passes of a scale. */
const middleBits = 4;
/** Bits that the pass along rows takes off. */
export const firstShift: number = weightBits - middleBits;
/** Half of what they stand for: rounds. */
export const firstHalf: number = 1 << (firstShift - 1);
/** Bits that the pass along columns takes off. */
export const finalShift: number = weightBits + middleBits;
