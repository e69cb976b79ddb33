/**
 * Cubic resampling weights (Catmull-Rom, a = −1/2) in whole numbers that add up to {@link weightUnit}, so that a flat
 * colour stays exactly itself and every machine draws the same.
 */

/** What the weights of one output sample add up to. */
export const weightUnit = 16384;
/** log2 of {@link weightUnit}. */
export const weightBits = 14;

/** Weights of consecutive input samples, the first at `first` (may lie outside the input). */
export interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.5 * x * x * x - 2.5 * x * x + 1;
  if (x < 2) return -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2;
  return 0;
}

/**
 * Weights for an output sample that lies at `center` (in input samples; integers are sample centres). `stretch` is how
 * many input samples one output sample spans: above 1 the kernel widens, so that a smaller picture does not alias.
 */
export function tapsAt(center: number, stretch: number): Taps {
  const width = Math.max(1, Math.abs(stretch));
  const first = Math.ceil(center - 2 * width);
  const last = Math.floor(center + 2 * width);
  const exact: number[] = [];
  let sum = 0;
  for (let index = first; index <= last; index += 1) {
    const weight = cubic((index - center) / width);
    exact.push(weight);
    sum += weight;
  }
  const weights = new Int32Array(exact.length);
  let total = 0;
  let largest = 0;
  exact.forEach((weight, index) => {
    const rounded = Math.round((weight / sum) * weightUnit);
    weights[index] = rounded;
    total += rounded;
    if (rounded > (weights[largest] ?? 0)) largest = index;
  });
  weights[largest] = (weights[largest] ?? 0) + weightUnit - total;
  return { first, weights };
}
