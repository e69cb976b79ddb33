import type { Position } from './element.ts';

/** Offset of a position in a text, whatever its line ends; null beyond its end. */
export function offsetOf(text: string, { line, column }: Position): number | null {
  const ends = /\r\n?|\n/g;
  for (let at = 1; at < line; at += 1) if (ends.exec(text) === null) return null;
  const offset = ends.lastIndex + column - 1;
  return line === 1 ? column - 1 : offset;
}

/** Where an element of a well-formed text begins and ends. */
export interface ElementPlace {
  readonly start: number;
  /** After its start tag. */
  readonly inner: number;
  /** Before its end tag; where it has none, as `inner`. */
  readonly innerEnd: number;
  readonly end: number;
}

/** The place of an element whose tag begins at an offset; null where no such tag stands there. */
export function placeOfElement(text: string, name: string, start: number): ElementPlace | null {
  // Comments, CDATA and processing instructions may hold anything; attributes hold no `<`.
  const tags = new RegExp(
    `<!--[^]*?-->|<!\\[CDATA\\[[^]*?\\]\\]>|<\\?[^]*?\\?>|<(/?)${name}(?=[\\s/>])(?:"[^"]*"|'[^']*'|[^"'>/]|/(?!>))*(/?)>`,
    'g',
  );
  tags.lastIndex = start;
  let depth = 0;
  let inner = 0;
  for (let tag = tags.exec(text); tag !== null; tag = tags.exec(text)) {
    if (depth === 0 && (tag.index !== start || tag[1] !== '')) return null;
    if (tag[1] === undefined) continue;
    if (depth === 0) inner = tags.lastIndex;
    if (tag[1] === '/') depth -= 1;
    else if (tag[2] === '') depth += 1;
    if (depth > 0) continue;
    return { start, inner, innerEnd: tag[1] === '/' ? tag.index : inner, end: tags.lastIndex };
  }
  return null;
}

/** A document whose declaration says that it is UTF-8, whatever it was read as: that is what is written. */
export function asUtf8(text: string): string {
  return text.replace(/^(\s*<\?xml[^>]*?\bencoding\s*=\s*)(["'])[^"']*\2/, '$1$2UTF-8$2');
}
