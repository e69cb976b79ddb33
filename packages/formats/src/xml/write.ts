import { attributePairs, type XmlElement } from './element.ts';

/** An element to be written; attributes in the order given, null ones left out. */
export interface XmlOut {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string | null])[];
  readonly content: readonly (XmlOut | string)[];
}

/** Builds an {@link XmlOut}. */
export function xml(
  name: string,
  attributes: readonly (readonly [name: string, value: string | null])[] = [],
  content: readonly (XmlOut | string)[] = [],
): XmlOut {
  return { name, attributes, content };
}

/** The same element as one to be written. */
export function outFromElement(element: XmlElement): XmlOut {
  return {
    name: element.name,
    attributes: attributePairs(element),
    content: element.content.map((part) => (typeof part === 'string' ? part : outFromElement(part))),
  };
}

// Characters that XML 1.0 cannot say at all, not even as a reference; lone surrogates among them.
const unspeakable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Replaces what XML cannot say by U+FFFD. */
export function speakable(text: string): string {
  return text.replace(unspeakable, '\ufffd');
}

/** Escapes text content. A carriage return is written as a reference: a reader would turn it into a line feed. */
function escapeText(text: string): string {
  return speakable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

// What an escaped text can differ in; surrogates, whole or not, are looked at closer.
const special = /[^\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\ud7ff\ue000-\ufffd]/;

/** Escapes an attribute; white space as references, or a reader would turn it into blanks. */
function escapeAttribute(text: string): string {
  if (!special.test(text)) return text;
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
}

function writeElement(element: XmlOut, indent: string, lines: string[]): void {
  let tag = `${indent}<${element.name}`;
  for (const [name, value] of element.attributes) if (value !== null) tag += ` ${name}="${escapeAttribute(value)}"`;
  if (element.content.length === 0) {
    lines.push(`${tag}/>`);
  } else if (element.content.every((part) => typeof part === 'string')) {
    lines.push(`${tag}>${element.content.map(escapeText).join('')}</${element.name}>`);
  } else {
    lines.push(`${tag}>`);
    for (const part of element.content) {
      if (typeof part === 'string') lines.push(`${indent}    ${escapeText(part)}`);
      else writeElement(part, `${indent}    `, lines);
    }
    lines.push(`${indent}</${element.name}>`);
  }
}

/** Writes a document, indented by four blanks, UTF-8 declared. `doctype` is the root's name in `<!DOCTYPE …>`; null for none. */
export function writeXml(root: XmlOut, doctype: string | null): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  if (doctype !== null) lines.push(`<!DOCTYPE ${doctype}>`);
  lines.push('');
  writeElement(root, '', lines);
  return `${lines.join('\n')}\n`;
}

/** An element on lines of its own, indented by some blanks; without the first line's indent and the last line's end. */
export function indentedXml(element: XmlOut, indent: string): string {
  const lines: string[] = [];
  writeElement(element, indent, lines);
  return lines.join('\n').slice(indent.length);
}

/** An element that was read, without line breaks: as {@link inlineXml} of {@link outFromElement}, in one go. */
export function inlineElement(element: XmlElement): string {
  const parts: string[] = [];
  pushElement(element, parts);
  // Joined and not added up: what stays in a timeline by the hundred thousand should be one string, not a tree of them.
  return parts.join('');
}

function pushElement({ name, attributes, content }: XmlElement, parts: string[]): void {
  parts.push('<', name);
  for (let at = 0; at < attributes.length; at += 2)
    parts.push(' ', attributes[at] ?? '', '="', escapeAttribute(attributes[at + 1] ?? ''), '"');
  if (content.length === 0) {
    parts.push('/>');
    return;
  }
  parts.push('>');
  for (const part of content) {
    if (typeof part === 'string') parts.push(escapeText(part));
    else pushElement(part, parts);
  }
  parts.push('</', name, '>');
}

/** One element without line breaks, attributes as given: for keeping XML inside a metadata text. */
export function inlineXml(element: XmlOut): string {
  let tag = `<${element.name}`;
  for (const [name, value] of element.attributes) if (value !== null) tag += ` ${name}="${escapeAttribute(value)}"`;
  if (element.content.length === 0) return `${tag}/>`;
  const content = element.content
    .map((part) => (typeof part === 'string' ? escapeText(part) : inlineXml(part)))
    .join('');
  return `${tag}>${content}</${element.name}>`;
}
