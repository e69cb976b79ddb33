/** A number as FCPXML writes it, without exponent; reads back as the same double. */
export function decimal(value: number): string {
  const text = String(value === 0 ? 0 : value);
  return /e/.test(text) ? plainDecimal(text) : text;
}

/** `1.5e-7` → `0.00000015`. */
function plainDecimal(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The decimal × 10^places, shifted in the text, so that the reader's shift back gives the same double. */
export function shifted(value: number, places: number): string {
  const [mantissa = '0', exponent = '0'] = String(value === 0 ? 0 : value).split('e');
  return decimalOfText(mantissa, Number(exponent) + places);
}

function decimalOfText(mantissa: string, exponent: number): string {
  const negative = mantissa.startsWith('-');
  const [whole = '0', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${digits}` : digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const right = padded.slice(at).replace(/0+$/, '');
  const text = right === '' ? left : `${left}.${right}`;
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}
