/** An element as it is spelled: its tags letter by letter, and what stands between them. */
export interface TextElement {
  readonly kind: 'element';
  readonly name: string;
  /** The start tag; of an empty tag all of it. */
  readonly open: string;
  readonly parts: readonly TextNode[];
  /** Empty for an empty tag. */
  readonly close: string;
  /** All of it. */
  readonly text: string;
}

/** What stands between tags. */
export type TextNode =
  | TextElement
  /** Characters and CDATA. */
  | { readonly kind: 'run'; readonly text: string }
  /** A comment, a processing instruction, a document type. */
  | { readonly kind: 'aside'; readonly text: string };

const token =
  /<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[[^]*?\]\]>|<!DOCTYPE(?:"[^"]*"|'[^']*'|\[[^\]]*\]|[^>"'[])*>|<(\/?)([^\s/>]+)(?:"[^"]*"|'[^']*'|[^"'>])*>/g;

/**
 * A document letter by letter: an element without tags around prolog, root and what follows it. The text must be well-formed:
 * `parseXml` says whether it is. Joined again it is the same text.
 */
export function textTree(text: string): TextElement {
  const reader = new TextReader(text);
  return reader.read();
}

/** A tree as one text. */
export function textOf(node: TextNode): string {
  return node.kind === 'element' ? node.open + node.parts.map(textOf).join('') + node.close : node.text;
}

/** An element with other content; an empty tag gets an end where there is any. */
export function withParts(element: TextElement, open: string, content: string): string {
  const isEmptyTag = open.endsWith('/>');
  if (content === '' && (isEmptyTag || element.name === '')) return open;
  const start = isEmptyTag ? `${open.slice(0, -2).trimEnd()}>` : open;
  return `${start}${content}${element.name === '' ? '' : `</${element.name}>`}`;
}

interface Open {
  readonly name: string;
  readonly open: string;
  readonly start: number;
  readonly parts: TextNode[];
}

class TextReader {
  readonly #text: string;
  readonly #stack: Open[] = [{ name: '', open: '', start: 0, parts: [] }];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): TextElement {
    const tags = new RegExp(token.source, 'g');
    for (let tag = tags.exec(this.#text); tag !== null; tag = tags.exec(this.#text)) {
      const [whole, slash, name] = tag;
      if (name === undefined) {
        this.#runTo(tag.index);
        this.#put({ kind: whole.startsWith('<![') ? 'run' : 'aside', text: whole });
      } else {
        this.#runTo(tag.index);
        if (slash === '/') this.#close(whole, tags.lastIndex);
        else this.#open(whole, name, tag.index);
      }
      this.#at = tags.lastIndex;
    }
    this.#runTo(this.#text.length);
    return { kind: 'element', name: '', open: '', parts: this.#stack[0]?.parts ?? [], close: '', text: this.#text };
  }

  #put(node: TextNode): void {
    this.#stack.at(-1)?.parts.push(node);
  }

  #runTo(end: number): void {
    if (end > this.#at) this.#put({ kind: 'run', text: this.#text.slice(this.#at, end) });
  }

  #open(tag: string, name: string, start: number): void {
    if (tag.endsWith('/>')) this.#put({ kind: 'element', name, open: tag, parts: [], close: '', text: tag });
    else this.#stack.push({ name, open: tag, start, parts: [] });
  }

  #close(close: string, end: number): void {
    const { name, open, start, parts } = this.#stack.pop() as Open;
    this.#put({ kind: 'element', name, open, parts, close, text: this.#text.slice(start, end) });
  }
}
