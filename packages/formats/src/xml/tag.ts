const attributePattern = /\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')/g;

/** The attributes of a start tag, values as they are spelled, without quotes. */
export function tagAttributes(open: string): ReadonlyMap<string, string> {
  return new Map(
    [...open.matchAll(attributePattern)].map(([, name, value]) => [name ?? '', (value ?? '').slice(1, -1)]),
  );
}

/** A start tag with one attribute in another spelling; null takes it away, a new one goes to the end. */
export function withTagAttribute(open: string, name: string, value: string | null): string {
  let isFound = false;
  const replaced = open.replace(attributePattern, (whole: string, each: string, quoted: string) => {
    if (each !== name) return whole;
    isFound = true;
    if (value === null) return '';
    const head = whole.slice(0, whole.length - quoted.length);
    return `${head}${quotedValue(value)}`;
  });
  if (isFound || value === null) return replaced;
  return replaced.replace(/\s*\/?>$/, (end) => ` ${name}=${quotedValue(value)}${end}`);
}

function quotedValue(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
