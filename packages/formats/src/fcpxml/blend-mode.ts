/** The numbers that `adjust-blend mode` uses, and what we call them. */
const names: ReadonlyMap<string, string> = new Map([
  ['0', 'normal'],
  ['2', 'subtract'],
  ['3', 'darken'],
  ['4', 'multiply'],
  ['5', 'color-burn'],
  ['6', 'linear-burn'],
  ['8', 'add'],
  ['9', 'lighten'],
  ['10', 'screen'],
  ['11', 'color-dodge'],
  ['12', 'linear-dodge'],
  ['14', 'overlay'],
  ['15', 'soft-light'],
  ['16', 'hard-light'],
  ['17', 'vivid-light'],
  ['18', 'linear-light'],
  ['19', 'pin-light'],
  ['20', 'hard-mix'],
  ['22', 'difference'],
  ['23', 'exclusion'],
  ['25', 'stencil-alpha'],
  ['26', 'stencil-luma'],
  ['27', 'silhouette-alpha'],
  ['28', 'silhouette-luma'],
  ['29', 'behind'],
  ['31', 'alpha-add'],
  ['32', 'premultiplied-mix'],
]);

const numbers: ReadonlyMap<string, string> = new Map([...names].map(([number, name]) => [name, number]));

/** The name of a blend mode as the file spells it: a number, `10 (Screen)`, or already a word. */
export function blendModeName(text: string): string {
  const number = /^\s*(\d+)/.exec(text)?.[1];
  if (number === undefined) return text.trim().toLowerCase().replaceAll(' ', '-') || 'normal';
  return names.get(number) ?? `mode-${number}`;
}

/** The number of a blend mode, or null for one that FCPXML does not have. */
export function blendModeNumber(name: string): string | null {
  return numbers.get(name) ?? /^mode-(\d+)$/.exec(name)?.[1] ?? null;
}
