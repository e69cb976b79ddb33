import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import type { JsonNumber, JsonObject, JsonValue } from '../json-value.ts';

/** How much a reader accepts before it takes a file for an attack or a mistake. */
export interface JsonLimits {
  /** Nested arrays and objects. */
  readonly depth: number;
  /** UTF-16 code units of the whole text. */
  readonly length: number;
}

/** Depth 512, 400 million characters: more than any timeline, less than what exhausts the stack or the memory. */
export const defaultJsonLimits: JsonLimits = { depth: 512, length: 400_000_000 };

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const bareNumberPattern = /(?:NaN|-?Infinity|-?Inf)(?![A-Za-z])/y;

/**
 * Walks over JSON text and keeps what `JSON.parse` loses: number spelling, key order, duplicate keys, places.
 * Grammar: RFC 8259 plus the bare tokens `NaN`, `Inf` and `Infinity` (with sign), which OTIO writes.
 * The caller drives it: `peek` looks at the next token, the `read…` methods take it.
 */
export class JsonScanner {
  readonly text: string;
  readonly source: string;
  readonly diagnostics: Diagnostic[] = [];
  /** Offset of the next character to look at. */
  position = 0;
  #depth = 0;
  readonly #limits: JsonLimits;
  readonly #keys = new Map<number, string>();

  /** @throws PW_JSON_TOO_LARGE */
  constructor(text: string, source: string, limits: JsonLimits) {
    this.text = text;
    this.source = source;
    this.#limits = limits;
    if (text.length > limits.length) {
      throw this.error('PW_JSON_TOO_LARGE', `text of ${text.length} characters exceeds the cap of ${limits.length}`, 0);
    }
    if (text.charCodeAt(0) === 0xfeff) this.position = 1;
  }

  /** `source:line:column` of an offset, both counted from 1. */
  placeOf(offset: number): string {
    let line = 1;
    let lineStart = 0;
    for (let at = this.text.indexOf('\n'); at !== -1 && at < offset; at = this.text.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = at + 1;
    }
    return `${this.source}:${line}:${offset - lineStart + 1}`;
  }

  /** An error at an offset, for the caller to throw. */
  error(code: string, message: string, offset: number, hint?: string): PatchworkError {
    const where = this.placeOf(offset);
    return new PatchworkError(code, `${where}: ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      details: { where },
    });
  }

  /** Notes something odd that does not stop the reading. */
  warn(code: string, message: string, offset: number, hint: string | null = null): void {
    this.diagnostics.push({ code, severity: 'warning', message, where: this.placeOf(offset), hint });
  }

  /** Notes what does not stop the reading but must stop a rendering. */
  blame(code: string, message: string, offset: number, hint: string | null = null): void {
    this.diagnostics.push({ code, severity: 'error', message, where: this.placeOf(offset), hint });
  }

  /** Reads ahead and comes back to where it stood; diagnostics met on the way are dropped, they come again. */
  ahead<T>(read: () => T): T {
    const { position } = this;
    const depth = this.#depth;
    const count = this.diagnostics.length;
    try {
      return read();
    } finally {
      this.position = position;
      this.#depth = depth;
      this.diagnostics.length = count;
    }
  }

  /** Skips white space; returns the code of the next character, NaN at the end of the text. */
  peek(): number {
    const text = this.text;
    let at = this.position;
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt((at += 1));
    this.position = at;
    return code;
  }

  /** Tells what the next value is by its first character. @throws PW_JSON_SYNTAX */
  peekType(): 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object' {
    switch (this.peek()) {
      case quote:
        return 'string';
      case openBrace:
        return 'object';
      case openBracket:
        return 'array';
      case 0x6e:
        return 'null';
      case 0x74:
      case 0x66:
        return 'boolean';
      default:
        if (this.position >= this.text.length) throw this.#unexpected('a value');
        return 'number';
    }
  }

  /** Enters `{`; true when a member follows (its key is next). */
  openObject(): boolean {
    this.#expect(openBrace, '"{"');
    this.#descend();
    if (this.peek() !== closeBrace) return true;
    this.position += 1;
    this.#depth -= 1;
    return false;
  }

  /** Takes the key and its colon. */
  readKey(): string {
    if (this.peek() !== quote) throw this.#unexpected('a key in double quotes');
    const key = this.#shortString();
    if (this.peek() !== colon) throw this.#unexpected('":"');
    this.position += 1;
    return key;
  }

  /** After a member's value: true when another member follows, false when the object was closed. */
  nextMember(): boolean {
    return this.#next(closeBrace, '"," or "}"');
  }

  /** Enters `[`; true when an item follows. */
  openArray(): boolean {
    this.#expect(openBracket, '"["');
    this.#descend();
    if (this.peek() !== closeBracket) return true;
    this.position += 1;
    this.#depth -= 1;
    return false;
  }

  /** After an item: true when another follows, false when the array was closed. */
  nextItem(): boolean {
    return this.#next(closeBracket, '"," or "]"');
  }

  /** Takes a string. */
  readString(): string {
    if (this.peek() !== quote) throw this.#unexpected('a string');
    const text = this.text;
    const start = this.position + 1;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.position = at + 1;
        return text.slice(start, at);
      }
      if (code === backslash) return this.#escapedString(start);
      if (!(code >= 0x20)) throw this.#badString(at);
      at += 1;
    }
  }

  /** Takes a number; returns its spelling. */
  readNumber(): string {
    this.peek();
    const { text } = this;
    const start = this.position;
    let at = start;
    let code = text.charCodeAt(at);
    if (code === minus) code = text.charCodeAt((at += 1));
    // Plain digits, with at most a fraction of digits: nearly every number of a timeline. No leading zero.
    if (code >= 0x31 && code <= 0x39) {
      do code = text.charCodeAt((at += 1));
      while (code >= 0x30 && code <= 0x39);
    } else if (code === 0x30) {
      code = text.charCodeAt((at += 1));
    } else {
      return this.#unusualNumber(start);
    }
    if (code === 0x2e) {
      const point = at;
      do code = text.charCodeAt((at += 1));
      while (code >= 0x30 && code <= 0x39);
      if (at === point + 1) throw this.error('PW_JSON_SYNTAX', 'a digit must follow the decimal point', at);
    }
    if (code === 0x65 || code === 0x45 || (code >= 0x30 && code <= 0x39)) return this.#unusualNumber(start);
    this.position = at;
    return text.slice(start, at);
  }

  /** Takes `true` or `false`. */
  readBoolean(): boolean {
    if (this.text.startsWith('true', this.position)) {
      this.position += 4;
      return true;
    }
    if (this.text.startsWith('false', this.position)) {
      this.position += 5;
      return false;
    }
    throw this.#unexpected('true or false');
  }

  /** Takes `null`. */
  readNull(): null {
    if (!this.text.startsWith('null', this.position)) throw this.#unexpected('a value');
    this.position += 4;
    return null;
  }

  /** Takes any value, whole. */
  readValue(): JsonValue {
    switch (this.peek()) {
      case quote:
        return this.readString();
      case openBrace:
        return this.readObject();
      case openBracket:
        return { type: 'array', items: this.#readItems() };
      case 0x6e:
        return this.readNull();
      case 0x74:
      case 0x66:
        return this.readBoolean();
      default:
        return { type: 'number', lexeme: this.readNumber() } satisfies JsonNumber;
    }
  }

  /** Takes an object. A repeated key is kept and diagnosed; `member` finds the first. */
  readObject(): JsonObject {
    const entries: [string, JsonValue][] = [];
    let names: Set<string> | null = null;
    let more = this.openObject();
    while (more) {
      const at = this.position;
      const key = this.readKey();
      // A set pays only in large objects; a walk over a few keys is cheaper.
      if (names === null && entries.length > 12) names = new Set(entries.map((entry) => entry[0]));
      if (names === null ? entries.some((entry) => entry[0] === key) : names.has(key)) this.warnDuplicate(key, at);
      names?.add(key);
      entries.push([key, this.readValue()]);
      more = this.nextMember();
    }
    return { type: 'object', entries };
  }

  /** Diagnoses a repeated key. */
  warnDuplicate(key: string, offset: number): void {
    this.warn(
      'PW_JSON_DUPLICATE_KEY',
      `key ${JSON.stringify(key)} occurs twice in one object; the first counts`,
      offset,
    );
  }

  /** Passes over any value without building it. */
  skipValue(): void {
    switch (this.peek()) {
      case quote:
        this.readString();
        break;
      case openBrace: {
        let more = this.openObject();
        while (more) {
          this.readKey();
          this.skipValue();
          more = this.nextMember();
        }
        break;
      }
      case openBracket: {
        let more = this.openArray();
        while (more) {
          this.skipValue();
          more = this.nextItem();
        }
        break;
      }
      default:
        this.readValue();
    }
  }

  /** Makes sure that nothing but white space follows. @throws PW_JSON_SYNTAX */
  expectEnd(): void {
    if (!Number.isNaN(this.peek())) throw this.#unexpected('the end of the text');
  }

  #readItems(): JsonValue[] {
    const items: JsonValue[] = [];
    let more = this.openArray();
    while (more) {
      items.push(this.readValue());
      more = this.nextItem();
    }
    return items;
  }

  #next(close: number, wanted: string): boolean {
    const code = this.peek();
    if (code === comma) {
      this.position += 1;
      return true;
    }
    if (code !== close) throw this.#unexpected(wanted);
    this.position += 1;
    this.#depth -= 1;
    return false;
  }

  #expect(code: number, wanted: string): void {
    if (this.peek() !== code) throw this.#unexpected(wanted);
    this.position += 1;
  }

  #descend(): void {
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) {
      throw this.error('PW_JSON_TOO_DEEP', `more than ${this.#limits.depth} nested arrays and objects`, this.position);
    }
  }

  /** A string that recurs (keys, schema names): the same text object each time, without allocation. */
  #shortString(): string {
    const { text } = this;
    const start = this.position + 1;
    let at = start;
    let hash = 0;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === backslash) return this.#escapedString(start);
      if (!(code >= 0x20)) throw this.#badString(at);
      hash = (Math.imul(hash, 31) + code) | 0;
      at += 1;
    }
    this.position = at + 1;
    const known = this.#keys.get(hash);
    if (known !== undefined && known.length === at - start && text.startsWith(known, start)) return known;
    const fresh = text.slice(start, at);
    if (this.#keys.size < 4096) this.#keys.set(hash, fresh);
    return fresh;
  }

  #escapedString(start: number): string {
    const { text } = this;
    let at = start;
    let code = text.charCodeAt(at);
    while (code !== quote) {
      if (!(code >= 0x20)) throw this.#badString(at);
      code = text.charCodeAt((at += code === backslash ? 2 : 1));
    }
    this.position = at + 1;
    try {
      // The engine knows the escapes; the slice is one string token, nothing that JSON.parse could lose.
      return JSON.parse(text.slice(start - 1, at + 1)) as string;
    } catch (cause) {
      const error = this.error('PW_JSON_SYNTAX', 'malformed escape in a string', start);
      throw new PatchworkError(error.code, error.message, { details: error.details, cause });
    }
  }

  #unusualNumber(start: number): string {
    const pattern = numberPattern;
    pattern.lastIndex = start;
    bareNumberPattern.lastIndex = start;
    const match = pattern.exec(this.text) ?? bareNumberPattern.exec(this.text);
    if (match === null) throw this.#unexpected('a value');
    const end = start + match[0].length;
    if (/[0-9A-Za-z.+-]/.test(this.text.charAt(end))) throw this.error('PW_JSON_SYNTAX', 'malformed number', start);
    this.position = end;
    return match[0];
  }

  #badString(at: number): PatchworkError {
    return at >= this.text.length
      ? this.error('PW_JSON_TRUNCATED', 'the text ends inside a string', at, 'Export or copy the file again.')
      : this.error('PW_JSON_SYNTAX', 'control character in a string', at);
  }

  #unexpected(wanted: string): PatchworkError {
    const at = this.position;
    if (at >= this.text.length) {
      return this.error(
        'PW_JSON_TRUNCATED',
        `the text ends where ${wanted} should follow`,
        at,
        'Export or copy the file again.',
      );
    }
    return this.error('PW_JSON_SYNTAX', `${JSON.stringify(this.text.charAt(at))} where ${wanted} should stand`, at);
  }
}
