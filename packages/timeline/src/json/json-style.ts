/** How JSON text is laid out. */
export interface JsonStyle {
  /** White space of one level; empty puts everything on one line. */
  readonly indent: string;
  readonly endOfLine: string;
  readonly colon: string;
  /** Between members on one line. */
  readonly comma: string;
}

/** OTIO's own layout: four spaces. */
export const otioStyle: JsonStyle = { indent: '    ', endOfLine: '\n', colon: ': ', comma: ',' };

/** Recognises the layout of a text by its first two members. */
export function styleOf(text: string): JsonStyle {
  const opening = /^\ufeff?\s*\{(\s*)"(?:[^"\\]|\\.)*"(\s*:\s*)/.exec(text);
  if (opening === null) return otioStyle;
  const space = opening[1] ?? '';
  const lines = /(\r?\n)([ \t]*)$/.exec(space);
  const colon = opening[2] ?? ':';
  if (lines !== null) return { indent: lines[2] ?? '', endOfLine: lines[1] ?? '\n', colon, comma: ',' };
  return { indent: '', endOfLine: '', colon, comma: /\s$/.test(colon) ? ', ' : ',' };
}

/** Lays out an object or array from its written members. */
export function bracket(
  open: string,
  members: readonly string[],
  close: string,
  style: JsonStyle,
  depth: number,
): string {
  if (members.length === 0) return open + close;
  if (style.endOfLine === '') return open + members.join(style.comma) + close;
  const inner = style.endOfLine + style.indent.repeat(depth + 1);
  return open + inner + members.join(`,${inner}`) + style.endOfLine + style.indent.repeat(depth) + close;
}
