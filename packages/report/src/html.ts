/** Markup that is safe to put into a page as it stands. Made by {@link html} and {@link raw} only. */
export interface Markup {
  readonly markup: string;
}

/** Text with everything that means something in HTML or in a quoted attribute written as entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Takes markup as it stands: for constants of this package, never for text from a file. */
export function raw(markup: string): Markup {
  return { markup };
}

/** What {@link html} takes: markup stands as it is, lists follow each other, everything else is escaped; null is nothing. */
export type HtmlPart = Markup | string | number | null | readonly HtmlPart[];

/** Builds markup; every inserted value is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Markup {
  const [first = '', ...rest] = tight(strings);
  let text = first;
  parts.forEach((part, index) => {
    text += partText(part) + (rest[index] ?? '');
  });
  return { markup: text };
}

const tightened = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Without the indentation of our source, of which a thousand cards would be half made. */
function tight(strings: TemplateStringsArray): readonly string[] {
  const known = tightened.get(strings);
  if (known !== undefined) return known;
  const made = strings.map((each) => each.replaceAll(/\s*\n\s*/g, '\n'));
  tightened.set(strings, made);
  return made;
}

function partText(part: HtmlPart): string {
  if (part === null) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(partText).join('');
}
