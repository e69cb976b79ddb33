import { attributePairs, type XmlElement } from './element.ts';

/** What an attribute becomes in the canonical text: its value, another one, or null for leaving it out. */
export type AttributeRule = (element: XmlElement, name: string, value: string) => string | null;

/** Writes an element so that equal meanings give equal texts: attributes sorted by name, rewritten by `rule`. */
export function canonicalXml(element: XmlElement, rule: AttributeRule): string {
  const attributes: string[] = [];
  for (const [name, spelled] of attributePairs(element).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const value = rule(element, name, spelled);
    if (value !== null) attributes.push(` ${name}=${JSON.stringify(value)}`);
  }
  const content = element.content.map((part) =>
    typeof part === 'string' ? JSON.stringify(part) : canonicalXml(part, rule),
  );
  return `<${element.name}${attributes.join('')}>${content.join('')}</>`;
}
