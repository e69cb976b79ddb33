/** Letters of East Asia and pictures take two columns where others take one. */
const isWide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
/** Accents and joiners that stand upon the letter before. */
const isNarrow = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Counts the columns that a text takes up, in a terminal or in letters of one width. Linear. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += isNarrow.test(letter) ? 0 : isWide.test(letter) ? 2 : 1;
  return columns;
}

/** As much of a text as so many columns hold, and an ellipsis where something is left out. */
export function shortenedTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let used = 1;
  let kept = '';
  for (const letter of text) {
    used += columnsOf(letter);
    if (used > columns && kept !== '') break;
    kept += letter;
  }
  return `${kept}…`;
}
