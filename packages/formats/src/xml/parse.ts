import { PatchworkError } from '@patchwork/kernel';
import { SaxesParser } from 'saxes';
import { ReadElement, type Position, type XmlElement } from './element.ts';
import { parsePlainXml } from './plain-parse.ts';

/** Bounds that no honest timeline meets and every hostile one does. */
export interface XmlLimits {
  /** Nested elements. Default 256: a parameter tree of a title goes to about 30. */
  readonly depth: number;
  /** Elements of the whole document. Default 4,000,000. */
  readonly elements: number;
  /** Attributes of one element. Default 256. */
  readonly attributes: number;
}

const defaultLimits: XmlLimits = { depth: 256, elements: 4_000_000, attributes: 256 };

/** An element while it is being read. */
interface OpenElement {
  readonly name: string;
  readonly attributes: string[];
  readonly content: (XmlElement | string)[];
  readonly position: Position;
  hasElements: boolean;
}

function fail(code: string, fileName: string, position: Position, message: string, hint: string): never {
  throw new PatchworkError(code, `${fileName}:${position.line}:${position.column}: ${message}`, {
    hint,
    details: { file: fileName, line: position.line, column: position.column },
  });
}

/** Leaves out the white space that stands between elements; joins nothing, since the parser delivers whole runs. */
function closed(open: OpenElement): XmlElement {
  const content = open.hasElements
    ? open.content.filter((part) => typeof part !== 'string' || part.trim() !== '')
    : open.content;
  return new ReadElement(open.name, open.attributes, content, open.position.line, open.position.column);
}

/** Reads one document. One use. */
class TreeReader {
  readonly #fileName: string;
  readonly #limits: XmlLimits;
  readonly #parser: SaxesParser = new SaxesParser({ xmlns: false, position: true });
  readonly #open: OpenElement[] = [];
  #elements = 0;
  #root: XmlElement | null = null;

  constructor(fileName: string, limits: XmlLimits) {
    this.#fileName = fileName;
    this.#limits = limits;
    const parser = this.#parser;
    parser.on('error', (error) => {
      // The parser puts `line:column: ` before its message; the position is told once.
      this.#fail(
        'PW_XML_SYNTAX',
        error.message.replace(/^(?:[^:]*:)?\d+:\d+: /, ''),
        'The file is not well-formed XML; export it again.',
      );
    });
    parser.on('doctype', (text) => this.#refuseEntities(text));
    parser.on('opentagstart', (tag) => this.#openElement(tag.name));
    parser.on('attribute', ({ name, value }) => this.#addAttribute(name, value));
    parser.on('text', (text) => this.#addText(text));
    parser.on('cdata', (text) => this.#addText(text));
    parser.on('closetag', () => this.#closeElement());
  }

  read(text: string): XmlElement {
    this.#parser.write(text);
    this.#parser.close();
    return this.#root ?? this.#fail('PW_XML_SYNTAX', 'no element', 'The file is empty; export it again.');
  }

  #fail(code: string, message: string, hint: string): never {
    const position = { line: this.#parser.line, column: this.#parser.columnIndex + 1 };
    return fail(code, this.#fileName, position, message, hint);
  }

  #refuseEntities(doctype: string): void {
    // No timeline format declares entities of its own; a declaration is a bomb or reaches for another file.
    if (/<!ENTITY/i.test(doctype)) {
      this.#fail(
        'PW_XML_ENTITY',
        'the document type declares entities, which are refused',
        'Remove the <!ENTITY> declarations.',
      );
    }
  }

  #openElement(name: string): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.elements) {
      this.#fail('PW_XML_SIZE', `more than ${this.#limits.elements} elements`, 'Export the timelines one by one.');
    }
    if (this.#open.length >= this.#limits.depth) {
      this.#fail(
        'PW_XML_DEPTH',
        `elements nest deeper than ${this.#limits.depth}`,
        'No timeline nests so deep; export the file again.',
      );
    }
    const position = { line: this.#parser.line, column: Math.max(1, this.#parser.columnIndex - name.length - 1) };
    this.#open.push({ name, attributes: [], content: [], position, hasElements: false });
  }

  #addAttribute(name: string, value: string): void {
    const element = this.#open.at(-1);
    if (element === undefined) return;
    element.attributes.push(name, value);
    if (element.attributes.length > 2 * this.#limits.attributes) {
      this.#fail(
        'PW_XML_SIZE',
        `more than ${this.#limits.attributes} attributes on <${element.name}>`,
        'Export the file again.',
      );
    }
  }

  #addText(text: string): void {
    // Outside the root element only white space is well-formed; the parser refuses the rest itself.
    this.#open.at(-1)?.content.push(text);
  }

  #closeElement(): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    const element = closed(open);
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#root = element;
      return;
    }
    parent.content.push(element);
    parent.hasElements = true;
  }
}

/**
 * Reads an XML document into an ordered tree. Nothing outside the text is ever fetched; entity declarations are refused.
 * Linear in the length of the text.
 *
 * @throws PW_XML_SYNTAX, PW_XML_ENTITY, PW_XML_DEPTH, PW_XML_SIZE, each with `file:line:column`.
 */
export function parseXml(fileName: string, text: string, limits: Partial<XmlLimits> = {}): XmlElement {
  const all = { ...defaultLimits, ...limits };
  return parsePlainXml(text, all) ?? parseFullXml(fileName, text, all);
}

/** As {@link parseXml}, by the full parser alone: what all shortcuts are held against. */
export function parseFullXml(fileName: string, text: string, limits: XmlLimits = defaultLimits): XmlElement {
  return new TreeReader(fileName, limits).read(text);
}
