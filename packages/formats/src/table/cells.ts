const segmenter: Intl.Segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Code points that take two columns: East Asian wide and full-width ones. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}]/u;
/** Pictures: those shown as such by themselves, and those that ask for it. */
const emoji = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{Regional_Indicator}/u;
/** What is drawn upon the sign before it, or not at all. */
const nothing = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const plain = /^[\u0020-\u007E]*$/;

/**
 * A text as a terminal may have it: one line, and nothing in it that moves the cursor, changes colours or turns the
 * direction of writing. Names in a file are anybody's.
 */
export function shownText(text: string): string {
  return plain.test(text)
    ? text
    : text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll(/[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g, '');
}

function graphemeWidth(grapheme: string): number {
  if (nothing.test(grapheme)) return 0;
  return wide.test(grapheme) || emoji.test(grapheme) ? 2 : 1;
}

/** Columns that a text takes in a terminal. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text, or as much of it as fits beside an ellipsis into so many columns. */
export function clippedTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let shown = '';
  for (const { segment } of segmenter.segment(text)) {
    width += graphemeWidth(segment);
    if (width > columns - 1) break;
    shown += segment;
  }
  return columns < 1 ? '' : `${shown}…`;
}

/** The text filled with blanks, or cut, to exactly so many columns. */
export function cell(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const shown = clippedTo(text, columns);
  const blanks = ' '.repeat(Math.max(0, columns - widthOf(shown)));
  return side === 'left' ? shown + blanks : blanks + shown;
}
