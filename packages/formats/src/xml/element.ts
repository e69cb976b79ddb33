/** Where something stands in a text file. Both numbers are one-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** An XML element: its attributes and content in file order, and where its tag began. Comments are not kept. */
export interface XmlElement {
  readonly name: string;
  /** In file order, no name twice. Pairs and no map: a long film has millions of elements with three of them each. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /**
   * Elements and runs of text, in file order, references resolved. White space between elements is left out; white space
   * in an element that has no child elements is content and is kept.
   */
  readonly content: readonly (XmlElement | string)[];
  readonly position: Position;
}

/** The child elements, in order; of one name if given. */
export function childElements(element: XmlElement, name?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (const part of element.content) {
    if (typeof part !== 'string' && (name === undefined || part.name === name)) found.push(part);
  }
  return found;
}

/** The first child element of a name, or null. */
export function childElement(element: XmlElement, name: string): XmlElement | null {
  for (const part of element.content) if (typeof part !== 'string' && part.name === name) return part;
  return null;
}

/** All text directly inside the element, joined. */
export function ownText(element: XmlElement): string {
  let text = '';
  for (const part of element.content) if (typeof part === 'string') text += part;
  return text;
}

/** Text of the first child of a name, trimmed; null where there is no such child. */
export function childText(element: XmlElement, name: string): string | null {
  const child = childElement(element, name);
  return child === null ? null : ownText(child).trim();
}

/** An attribute's value, or null. */
export function attribute(element: XmlElement, name: string): string | null {
  for (const pair of element.attributes) if (pair[0] === name) return pair[1];
  return null;
}

/** Number of elements of a tree, the root included. */
export function countElements(element: XmlElement): number {
  let count = 1;
  for (const part of element.content) if (typeof part !== 'string') count += countElements(part);
  return count;
}
