import { ReadElement, type XmlElement } from './element.ts';

/** Most nested elements, elements in all, and attributes of one element. */
export interface PlainLimits {
  readonly depth: number;
  readonly elements: number;
  readonly attributes: number;
}

const tab = 0x09;
const lineFeed = 0x0a;
const blank = 0x20;
const quote = 0x22;
const ampersand = 0x26;
const apostrophe = 0x27;
const slash = 0x2f;
const lessThan = 0x3c;
const equalsSign = 0x3d;
const greaterThan = 0x3e;
const questionMark = 0x3f;

const nothing: readonly never[] = [];

/** By character code: 2 begins a name, 1 goes on with it. ASCII alone; other names are left to the full parser. */
const nameClass: Uint8Array = new Uint8Array(128).map((_, code) => {
  const character = String.fromCharCode(code);
  return /[A-Za-z_:]/.test(character) ? 2 : /[\w.-]/.test(character) ? 1 : 0;
});

const declaration = /^<\?xml version="1\.0"(?: encoding="[A-Za-z][A-Za-z0-9._-]*")?(?: standalone="(?:yes|no)")?\s*\?>/;
const doctype = /\s*<!DOCTYPE [A-Za-z_][\w.-]*>/y;
const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const references = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));|&/g;
const named: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** What is out of the ordinary, wrong or not. Thrown and caught in this file alone. */
class Unusual extends Error {}

/**
 * Reads documents as programs write them, in a third of the full parser's time and garbage. It knows a part of XML and
 * decides nothing: whatever it does not know — errors, limits, entities, processing instructions — gives null, and the
 * full parser says what that is. What it does read, it reads as the full parser does (`parse.test.ts`).
 */
export function parsePlainXml(text: string, limits: PlainLimits): XmlElement | null {
  if (notXml.test(text)) return null;
  try {
    // Line ends first, as XML 1.0 (2.11) has it.
    return new PlainReader(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text, limits).read();
  } catch (error) {
    if (error instanceof Unusual) return null;
    throw error;
  }
}

function refuse(): never {
  throw new Unusual();
}

/** Resolves references; an unknown one is left to the full parser. */
function resolved(text: string): string {
  return text.replace(references, (_, name?: string, decimal?: string, hexadecimal?: string) => {
    if (name !== undefined) return named.get(name) ?? refuse();
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
    if (!(code <= 0x10ffff)) refuse();
    const character = String.fromCodePoint(code);
    return notXml.test(character) ? refuse() : character;
  });
}

/** An element whose end has not been read. */
interface OpenElement {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly line: number;
  readonly column: number;
  /** Where its content begins among the parts. */
  readonly from: number;
  hasElements: boolean;
}

class PlainReader {
  readonly #text: string;
  readonly #limits: PlainLimits;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #elements = 0;
  readonly #names: (string | undefined)[] = Array.from({ length: 256 });
  /** Content of all open elements, one after another; what lies above `#top` is of no meaning. */
  readonly #parts: (XmlElement | string)[] = [];
  #top = 0;
  readonly #open: OpenElement[] = [];
  readonly #attributes: string[] = [];

  constructor(text: string, limits: PlainLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  read(): XmlElement {
    this.#readProlog();
    while (this.#at < this.#text.length) {
      this.#readText();
      if (this.#at < this.#text.length) this.#readTag();
    }
    const root = this.#parts[0];
    return this.#open.length === 0 && typeof root === 'object' ? root : refuse();
  }

  #readProlog(): void {
    const head = declaration.exec(this.#text.slice(0, 200))?.[0].length ?? 0;
    doctype.lastIndex = head;
    this.#moveTo(doctype.exec(this.#text) === null ? head : doctype.lastIndex);
  }

  /** Goes on to a place, counting lines on the way. */
  #moveTo(end: number): void {
    const text = this.#text;
    for (let at = text.indexOf('\n', this.#at); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) {
      this.#line += 1;
      this.#lineStart = at + 1;
    }
    this.#at = end;
  }

  /** A run of text up to the next tag. */
  #readText(): void {
    const text = this.#text;
    const start = this.#at;
    let isBlank = true;
    let hasReference = false;
    let at = start;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === lessThan) break;
      if (code === lineFeed) {
        this.#line += 1;
        this.#lineStart = at + 1;
      } else if (code !== blank && code !== tab) {
        isBlank = false;
        if (code === ampersand) hasReference = true;
      }
    }
    this.#at = at;
    if (at === start) return;
    const open = this.#open.at(-1);
    if (open === undefined) {
      if (!isBlank) refuse();
      return;
    }
    // Between elements it would be thrown away at the end; before the first one nobody knows yet.
    if (isBlank && open.hasElements) return;
    const run = text.slice(start, at);
    if (!isBlank && run.includes(']]>')) refuse();
    this.#parts[this.#top] = hasReference ? resolved(run) : run;
    this.#top += 1;
  }

  #readTag(): void {
    const next = this.#text.charCodeAt(this.#at + 1);
    if (next === slash) this.#readEndTag();
    else if (next === questionMark) refuse();
    else if (next === 0x21) this.#readComment();
    else this.#readStartTag();
  }

  #readComment(): void {
    const text = this.#text;
    if (!text.startsWith('<!--', this.#at)) refuse();
    const end = text.indexOf('--', this.#at + 4);
    if (end === -1 || text.charCodeAt(end + 2) !== greaterThan) refuse();
    this.#moveTo(end + 3);
  }

  /** A name at the place; one string for all its uses. */
  #readName(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    if ((nameClass[text.charCodeAt(at)] ?? 0) !== 2) refuse();
    at += 1;
    while ((nameClass[text.charCodeAt(at)] ?? 0) > 0) at += 1;
    this.#at = at;
    // A place by length and two letters; what stands there is compared, so that a clash costs a slice and no more.
    const length = at - start;
    const slot = (length * 53 + text.charCodeAt(start) * 17 + text.charCodeAt(at - 1)) & 255;
    const known = this.#names[slot];
    if (known !== undefined && known.length === length && text.startsWith(known, start)) return known;
    const name = text.slice(start, at);
    this.#names[slot] = name;
    return name;
  }

  /** Passes white space; tells the character after it. */
  #skipBlanks(): number {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === lineFeed) {
        this.#line += 1;
        this.#lineStart = this.#at + 1;
      } else if (code !== blank && code !== tab) return code;
      this.#at += 1;
    }
  }

  #readStartTag(): void {
    const line = this.#line;
    const column = this.#at - this.#lineStart + 1;
    this.#elements += 1;
    if (this.#elements > this.#limits.elements || this.#open.length >= this.#limits.depth) refuse();
    if (this.#open.length === 0 && this.#top > 0) refuse();
    this.#at += 1;
    const name = this.#readName();
    const attributes = this.#readAttributes();
    if (this.#text.charCodeAt(this.#at) === slash) {
      if (this.#text.charCodeAt(this.#at + 1) !== greaterThan) refuse();
      this.#at += 2;
      this.#add(new ReadElement(name, attributes, nothing, line, column));
      return;
    }
    this.#at += 1;
    this.#open.push({ name, attributes, line, column, from: this.#top, hasElements: false });
  }

  /** Attributes up to the `>` or `/` that ends them. */
  #readAttributes(): readonly string[] {
    const list = this.#attributes;
    let count = 0;
    for (;;) {
      const before = this.#at;
      const code = this.#skipBlanks();
      if (code === greaterThan || code === slash) break;
      if (this.#at === before || count >= 2 * this.#limits.attributes) refuse();
      const name = this.#readName();
      for (let at = 0; at < count; at += 2) if (list[at] === name) refuse();
      if (this.#skipBlanks() !== equalsSign) refuse();
      this.#at += 1;
      list[count] = name;
      list[count + 1] = this.#readValue(this.#skipBlanks());
      count += 2;
    }
    return count === 0 ? nothing : list.slice(0, count);
  }

  #readValue(delimiter: number): string {
    if (delimiter !== quote && delimiter !== apostrophe) refuse();
    const text = this.#text;
    const start = this.#at + 1;
    let isPlain = true;
    let at = start;
    for (; ; at += 1) {
      const code = text.charCodeAt(at);
      if (code === delimiter) break;
      if (code > ampersand && code !== lessThan) continue;
      if (code === lessThan || Number.isNaN(code)) refuse();
      if (code === lineFeed) {
        this.#line += 1;
        this.#lineStart = at + 1;
      }
      if (code === ampersand || code < blank) isPlain = false;
    }
    this.#at = at + 1;
    const value = text.slice(start, at);
    // White space becomes blanks, save where it is a reference (XML 1.0, 3.3.3).
    return isPlain ? value : resolved(value.replace(/[\t\n]/g, ' '));
  }

  #readEndTag(): void {
    const open = this.#open.pop();
    if (open === undefined) refuse();
    const end = this.#at + 2 + open.name.length;
    if (!this.#text.startsWith(open.name, this.#at + 2)) refuse();
    this.#at = end;
    if (this.#skipBlanks() !== greaterThan) refuse();
    this.#at += 1;
    const { from } = open;
    const content = this.#top === from ? nothing : contentOf(this.#parts, from, this.#top, open.hasElements);
    this.#top = from;
    this.#add(new ReadElement(open.name, open.attributes, content, open.line, open.column));
  }

  #add(element: XmlElement): void {
    this.#parts[this.#top] = element;
    this.#top += 1;
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.hasElements = true;
  }
}

/** The parts of an element; white space that stands beside elements is left out. */
function contentOf(
  parts: readonly (XmlElement | string)[],
  from: number,
  to: number,
  hasElements: boolean,
): readonly (XmlElement | string)[] {
  const content = parts.slice(from, to);
  const isKept = (part: XmlElement | string): boolean => typeof part !== 'string' || part.trim() !== '';
  return hasElements && !content.every(isKept) ? content.filter(isKept) : content;
}
