/** Numbers from a seed; the same on every machine (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const nastyNumbers = [
  '0',
  '-1',
  '1/0',
  '99999999999999999999',
  '0.1',
  '-0',
  '1e9',
  '9007199254740993',
  '1/3',
  'NaN',
  '',
];

/**
 * Damages a text in one to four places: flips, cuts, repeats, or a number turned nasty. Half of the texts get nasty
 * numbers alone: most other damage ends in the parser and tries nothing behind it.
 */
export function mutated(text: string, random: () => number): string {
  let result = text;
  const count = 1 + Math.floor(random() * 4);
  const kinds = random() < 0.5 ? 1 : 6;
  for (let step = 0; step < count; step += 1) {
    const at = Math.floor(random() * result.length);
    const length = Math.floor(random() * 80);
    switch (kinds - 1 - Math.floor(random() * kinds)) {
      case 5:
        result = `${result.slice(0, at)}${String.fromCharCode(Math.floor(random() * 0x250))}${result.slice(at + 1)}`;
        break;
      case 1:
        result = result.slice(0, at) + result.slice(at + length);
        break;
      case 2:
        result =
          result.slice(0, at) + result.slice(at, at + length).repeat(1 + Math.floor(random() * 5)) + result.slice(at);
        break;
      case 3:
        result =
          result.slice(0, at) + result.slice(Math.floor(random() * result.length)).slice(0, length) + result.slice(at);
        break;
      default:
        result = withNastyNumber(result, at, nastyNumbers[Math.floor(random() * nastyNumbers.length)] ?? '0');
    }
  }
  return result;
}

function withNastyNumber(text: string, from: number, nasty: string): string {
  const match = /\d+/.exec(text.slice(from, from + 400));
  if (match === null) return text;
  const at = from + match.index;
  return text.slice(0, at) + nasty + text.slice(at + match[0].length);
}
