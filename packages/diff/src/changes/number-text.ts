/** A number with its sign, as editors write it: `+8`, `−10`. */
export function signed(value: number): string {
  return value < 0 ? `−${-value}` : `+${value}`;
}

/** A number with a true minus sign and at most three digits after the point. */
export function plainNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000).replace('-', '−');
}

/** `1 clip`, `3 clips`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
