/**
 * Spells a double as OTIO's writer does: the shortest digits that read back as the same number, always with a point or
 * an exponent (`24.0`, `1e21`), `NaN`, `Infinity`.
 */
export function formatDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (text.includes('e')) return text.replace('e+', 'e');
  return text.includes('.') ? text : `${text}.0`;
}
