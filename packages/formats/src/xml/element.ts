/** Where something stands in a text file. Both numbers are one-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** An XML element: its attributes and content in file order, and where its tag began. Comments are not kept. */
export interface XmlElement {
  readonly name: string;
  /** Name, value, name, value, in file order, no name twice. Flat: a long film has millions of them. */
  readonly attributes: readonly string[];
  /**
   * Elements and runs of text, in file order, references resolved. White space between elements is left out; white space
   * in an element that has no child elements is content and is kept.
   */
  readonly content: readonly (XmlElement | string)[];
  readonly position: Position;
}

/** An element that a parser has read. The position is made when it is asked for: nearly none ever is. */
export class ReadElement implements XmlElement {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly content: readonly (XmlElement | string)[];
  readonly #line: number;
  readonly #column: number;

  constructor(
    name: string,
    attributes: readonly string[],
    content: readonly (XmlElement | string)[],
    line: number,
    column: number,
  ) {
    this.name = name;
    this.attributes = attributes;
    this.content = content;
    this.#line = line;
    this.#column = column;
  }

  get position(): Position {
    return { line: this.#line, column: this.#column };
  }
}

const noElements: readonly XmlElement[] = [];

function isElements(content: readonly (XmlElement | string)[]): content is readonly XmlElement[] {
  for (const part of content) if (typeof part === 'string') return false;
  return true;
}

/** The child elements, in order; of one name if given. Where all content is wanted it is that itself. */
export function childElements(element: XmlElement, name?: string): readonly XmlElement[] {
  const { content } = element;
  if (name === undefined && isElements(content)) return content;
  let found: XmlElement[] | null = null;
  for (const part of content) {
    if (typeof part === 'string' || (name !== undefined && part.name !== name)) continue;
    if (found === null) found = [part];
    else found.push(part);
  }
  return found ?? noElements;
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
  const { attributes } = element;
  for (let at = 0; at < attributes.length; at += 2) if (attributes[at] === name) return attributes[at + 1] ?? null;
  return null;
}

/** The attributes as pairs of name and value, in file order. */
export function attributePairs(element: XmlElement): (readonly [name: string, value: string])[] {
  const { attributes } = element;
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at < attributes.length; at += 2) pairs.push([attributes[at] ?? '', attributes[at + 1] ?? '']);
  return pairs;
}

/** An element of another name with the child elements of some names, and no attributes. */
export function partsOf(element: XmlElement, name: string, names: readonly string[]): XmlElement {
  const content = childElements(element).filter((child) => names.includes(child.name));
  return { name, attributes: [], content, position: element.position };
}

/** Number of elements of a tree, the root included. */
export function countElements(element: XmlElement): number {
  let count = 1;
  for (const part of element.content) if (typeof part !== 'string') count += countElements(part);
  return count;
}
