import type { XmlElement } from './element.ts';

/** What an attribute becomes in the canonical text: its value, another one, or null for leaving it out. */
export type AttributeRule = (element: XmlElement, name: string, value: string) => string | null;

/** Writes an element so that equal meanings give equal texts: attributes sorted by name, rewritten by `rule`. */
export function canonicalXml(element: XmlElement, rule: AttributeRule): string {
  const attributes: string[] = [];
  for (const name of [...element.attributes.keys()].toSorted()) {
    const value = rule(element, name, element.attributes.get(name) ?? '');
    if (value !== null) attributes.push(` ${name}=${JSON.stringify(value)}`);
  }
  const content = element.content.map((part) =>
    typeof part === 'string' ? JSON.stringify(part) : canonicalXml(part, rule),
  );
  return `<${element.name}${attributes.join('')}>${content.join('')}</>`;
}
