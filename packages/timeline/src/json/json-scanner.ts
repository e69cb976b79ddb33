import type { JsonLimits } from './json-limits.ts';
import { JsonLexer, quote } from './json-lexer.ts';
import type { JsonNumber, JsonObject, JsonValue } from '../json-value.ts';

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/**
 * Walks over JSON text and keeps what `JSON.parse` loses: number spelling, key order, duplicate keys, places.
 * Grammar: RFC 8259 plus the bare tokens `NaN`, `Inf` and `Infinity` (with sign), which OTIO writes.
 * The caller drives it: `peek` looks at the next token, the `read…` methods take it.
 */
export class JsonScanner extends JsonLexer {
  #depth = 0;
  readonly #limits: JsonLimits;

  /** @throws PW_JSON_TOO_LARGE */
  constructor(text: string, source: string, limits: JsonLimits) {
    super(text, source);
    this.#limits = limits;
    if (text.length > limits.length) {
      throw this.error('PW_JSON_TOO_LARGE', `text of ${text.length} characters exceeds the cap of ${limits.length}`, 0);
    }
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
        if (this.position >= this.text.length) throw this.unexpected('a value');
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
    if (this.peek() !== quote) throw this.unexpected('a key in double quotes');
    const key = this.takeRecurring();
    if (this.peek() !== colon) throw this.unexpected('":"');
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
    if (!Number.isNaN(this.peek())) throw this.unexpected('the end of the text');
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
    if (code !== close) throw this.unexpected(wanted);
    this.position += 1;
    this.#depth -= 1;
    return false;
  }

  #expect(code: number, wanted: string): void {
    if (this.peek() !== code) throw this.unexpected(wanted);
    this.position += 1;
  }

  #descend(): void {
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) {
      throw this.error('PW_JSON_TOO_DEEP', `more than ${this.#limits.depth} nested arrays and objects`, this.position);
    }
  }
}
