import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const source = new URL('../', import.meta.url);
const page = readFileSync(new URL('../../conformance.md', import.meta.url), 'utf8');
const suites = page.split(/^## /m).slice(1);

interface Row {
  readonly upstream: readonly string[];
  readonly here: string;
}

function rowsOf(suite: string): readonly Row[] {
  return [...suite.matchAll(/^\| (`.*`) \| (.+) \|$/gm)].map(([, names = '', here = '']) => ({
    upstream: names.split(', ').map((name) => name.slice(1, -1)),
    here,
  }));
}

/** What a row names that is not there. */
function absent({ upstream, here }: Row): readonly string[] {
  if (/^not applicable: .{10,}/.test(here)) return [];
  const [, reason, file = '', named] = /^(?:inverted, (.+?): )?`([^`]+)`(?:: (.+))?$/.exec(here) ?? [];
  const path = new URL(`${file}.test.ts`, source);
  if (file === '' || reason === '' || !existsSync(path)) return [`${here}: no such file`];
  const text = readFileSync(path, 'utf8');
  const titles = named === undefined ? upstream : named.split(' + ');
  const isTold = (title: string): boolean =>
    ["'", '"', '`'].some((quote) => text.includes(quote + title.replaceAll("'", quote === "'" ? "\\'" : "'"))) ||
    text.includes(`\n  ${title}: () =>`);
  return titles.filter((title) => !isTold(title)).map((title) => `${file}: no test "${title}"`);
}

describe('the page of conformance', () => {
  test.each(suites.map((suite) => [suite.split('\n', 1)[0] ?? '', suite]))('%s', (heading, suite) => {
    const rows = rowsOf(suite);
    expect(rows.flatMap(absent)).toEqual([]);
    const count = rows.reduce((sum, { upstream }) => sum + upstream.length, 0);
    expect(`${heading.split(' ')[0]} (${count})`, 'every test of the suite has a row').toBe(heading);
  });

  test('the suites add up', () => {
    const counts = suites.map((suite) => Number(/\((\d+)\)/.exec(suite)?.[1]));
    expect(page).toContain(`All ${counts.reduce((sum, count) => sum + count, 0)} tests`);
  });
});
