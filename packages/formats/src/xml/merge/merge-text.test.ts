import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { tagAttributes } from '../tag.ts';
import { textTree } from '../text-tree.ts';
import { mergeXmlText, type MergedText } from './merge-text.ts';
import type { XmlMergeRules } from './rules.ts';

const runs = Number(process.env['PW_RUNS'] ?? 200);

const rules: XmlMergeRules = {
  identityOf: ({ open }) => [tagAttributes(open).get('id') ?? null],
  repeats: () => false,
  isKept: () => false,
  byMeaning: () => null,
  prefersTheirs: false,
  settledAttribute: () => null,
};

function merged(base: string, ours: string, theirs: string): MergedText {
  const [b, o, t] = [base, ours, theirs].map(textTree) as [
    ReturnType<typeof textTree>,
    ReturnType<typeof textTree>,
    ReturnType<typeof textTree>,
  ];
  return mergeXmlText({ base: b, ours: o, theirs: t }, rules);
}

/** Elements with ids, each once, texts, comments. */
const anyDocument = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 0, max: 9 }),
      value: fc.nat(2),
      inner: fc.constantFrom('', 'text', '<b id="x"/>', '<!-- c -->', '<b id="x" v="1"/><b id="y"/>'),
      lead: fc.constantFrom('', '\n  ', ' '),
    }),
    { selector: ({ id }) => id, maxLength: 8 },
  )
  .map(
    (elements) =>
      `<r>${elements.map(({ id, value, inner, lead }) => `${lead}<e id="${id}" v="${value}">${inner}</e>`).join('')}\n</r>`,
  );

describe('P3: three spellings of a document', () => {
  test('merge(b, b, x) = merge(b, x, b) = merge(b, x, x) = x, letter by letter', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, (b, x) => {
        for (const [ours, theirs] of [
          [b, x],
          [x, b],
          [x, x],
        ] as const)
          expect(merged(b, ours, theirs)).toEqual({ text: x, clashes: [] });
      }),
      { numRuns: runs },
    );
  });

  test('a clash is one from either side, what one side alone changed stands as it is, and the result is well-formed', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, anyDocument, (b, x, y) => {
        const [one, other] = [merged(b, x, y), merged(b, y, x)];
        expect(one.clashes.length).toBe(other.clashes.length);
        const elements = (text: string): string[] => {
          const standing = text.replaceAll(/<!-- MERGE CONFLICT [^]*?-->/g, '');
          return [...standing.matchAll(/<e id="\d"[^]*?<\/e>/g)].map(([whole]) => whole);
        };
        const idOf = (text: string): string => /id="(\d)"/.exec(text)?.[1] ?? '';
        const byId = (text: string): Map<string, string> => new Map(elements(text).map((each) => [idOf(each), each]));
        const [before, own, theirs, after] = [b, x, y, one.text].map(byId) as [
          Map<string, string>,
          Map<string, string>,
          Map<string, string>,
          Map<string, string>,
        ];
        expect(elements(one.text).length, 'each once').toBe(after.size);
        for (const id of new Set([...own.keys(), ...theirs.keys()])) {
          const [p, q, r] = [before.get(id), own.get(id), theirs.get(id)];
          if (p === q || q === r) expect(after.get(id)).toBe(r);
          else if (p === r) expect(after.get(id)).toBe(q);
          else expect(after.has(id), 'a changed thing is never lost').toBe(true);
        }
        expect(textTree(one.text).text).toBe(one.text);
      }),
      { numRuns: runs },
    );
  });

  test('attributes are merged one by one; a comment holds what does not stand, whatever is in it', () => {
    const base = '<r><e id="1" a="1" b="1"/></r>';
    expect(merged(base, base.replace('a="1"', 'a="2"'), base.replace('b="1"', 'b="3" c="4"')).text).toBe(
      '<r><e id="1" a="2" b="3" c="4"/></r>',
    );
    const clash = merged(base, base.replace('a="1"', 'a="2"'), base.replace('a="1"', 'a="--->"'));
    expect(clash.clashes).toEqual([{ subject: '<e> "1"', property: 'a', ours: '2', theirs: '--->', kept: 'ours' }]);
    const comments = clash.text.match(/<!--([^]*?)-->/g) ?? [];
    expect([comments.length, comments[0]?.slice(4, -3).includes('--')]).toEqual([1, false]);
  });

  test('an empty tag and one with content are merged', () => {
    expect(merged('<r><e id="1"/></r>', '<r><e id="1" v="2"/></r>', '<r><e id="1"><f/></e></r>').text).toBe(
      '<r><e id="1" v="2"><f/></e></r>',
    );
    expect(merged('<r/>', '<r><!-- a --></r>', '<r> <b/></r>').text).toBe('<r> <b/><!-- a --></r>');
  });
});
