import { PatchworkError, type Diagnostic } from '@patchwork/kernel';

/** `"`. */
export const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const bareNumberPattern = /(?:NaN|-?Infinity|-?Inf)(?![A-Za-z])/y;

/** Takes the tokens of JSON text one by one, knows the place of each and collects what is odd about them. */
export class JsonLexer {
  readonly text: string;
  readonly source: string;
  readonly diagnostics: Diagnostic[] = [];
  /** Offset of the next character to look at. */
  position = 0;
  readonly #recurring = new Map<number, string>();

  constructor(text: string, source: string) {
    this.text = text;
    this.source = source;
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

  /** Skips white space; returns the code of the next character, NaN at the end of the text. */
  peek(): number {
    const text = this.text;
    let at = this.position;
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt((at += 1));
    this.position = at;
    return code;
  }

  /** Takes a string. */
  readString(): string {
    if (this.peek() !== quote) throw this.unexpected('a string');
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
    throw this.unexpected('true or false');
  }

  /** Takes `null`. */
  readNull(): null {
    if (!this.text.startsWith('null', this.position)) throw this.unexpected('a value');
    this.position += 4;
    return null;
  }

  /** Takes a string that recurs (a key) and whose quote was seen: the same text object each time, without allocation. */
  protected takeRecurring(): string {
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
    const known = this.#recurring.get(hash);
    if (known !== undefined && known.length === at - start && text.startsWith(known, start)) return known;
    const fresh = text.slice(start, at);
    if (this.#recurring.size < 4096) this.#recurring.set(hash, fresh);
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
    if (match === null) throw this.unexpected('a value');
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

  /** The error for what stands here instead of what should. */
  protected unexpected(wanted: string): PatchworkError {
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
