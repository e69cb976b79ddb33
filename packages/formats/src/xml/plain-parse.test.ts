import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { isPatchworkError } from '@patchwork/kernel';
import { decodeText } from '../text/decode.ts';
import { mutated, randomFrom } from '../testing/mutate.ts';
import { hasSamples, sampleBytes, samplePaths } from '../testing/samples.ts';
import { attributePairs, type XmlElement } from './element.ts';
import { parseFullXml, type XmlLimits } from './parse.ts';
import { parsePlainXml } from './plain-parse.ts';
import { inlineElement, inlineXml, outFromElement } from './write.ts';

const runs = Number(process.env['PW_RUNS'] ?? 300);
const limits: XmlLimits = { depth: 256, elements: 4_000_000, attributes: 256 };

/** All that a tree says; places only where wanted, since the full parser takes a tag that is broken by a line for one on the next. */
function said(element: XmlElement, withPlaces: boolean): unknown {
  return [
    element.name,
    attributePairs(element),
    withPlaces ? element.position : null,
    element.content.map((part) => (typeof part === 'string' ? part : said(part, withPlaces))),
  ];
}

/** What the full parser makes of a text: a tree or a code. */
function fully(text: string): XmlElement | string {
  try {
    return parseFullXml('f', text, limits);
  } catch (error) {
    if (isPatchworkError(error)) return error.code;
    throw error;
  }
}

/** Tells whether the short way was taken; it must then agree with the long one. */
function agrees(text: string, withPlaces: boolean): boolean {
  const short = parsePlainXml(text, limits);
  if (short === null) return false;
  const full = fully(text);
  expect(typeof full === 'string' ? full : said(full, withPlaces), JSON.stringify(text.slice(0, 400))).toEqual(
    said(short, withPlaces),
  );
  return true;
}

const name = fc.constantFrom('a', 'b:c', '_d', 'e-f.g', 'param', 'Ä', '1x');
const blank = fc.constantFrom('', ' ', '\n', '\t ', '\r\n', '\r', ' ');
const words = fc.constantFrom(
  'x',
  '3600/24s',
  '&amp;',
  '&lt;&gt;',
  '&#65;',
  '&#x1F600;',
  '&#13;&#10;',
  '&#0;',
  '&#xD800;',
  '&no;',
  '&',
  '<',
  '>',
  ']]>',
  '"',
  "'",
  'ü',
  '😀',
  '\ud800',
  '\u0001',
  '\ufffe',
  '\u00a0',
);
const piece = fc.oneof({ weight: 3, arbitrary: blank }, words);
const text = fc.array(piece, { maxLength: 3 }).map((parts) => parts.join(''));
const attribute = fc
  .tuple(fc.constantFrom(' ', '\n', '', '\t'), name, blank, blank, fc.constantFrom('"', "'"), text)
  .map(([before, key, left, right, quote, value]) => `${before}${key}${left}=${right}${quote}${value}${quote}`);
const { element } = fc.letrec<{ element: string; part: string }>((tie) => ({
  part: fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 4, arbitrary: tie('element') },
    fc.constantFrom('<!-- c -->', '<!-- a -- b -->', '<!---->', '<![CDATA[<x>]]>', '<?p i?>', '<!DOCTYPE a>'),
  ),
  element: fc
    .tuple(name, fc.array(attribute, { maxLength: 3 }), blank, fc.option(fc.array(tie('part'), { maxLength: 4 })), name)
    .chain(([tag, attributes, space, content, other]) =>
      fc.constantFrom(tag, tag, tag, tag, other).map((end) => {
        const head = `<${tag}${attributes.join('')}${space}`;
        return content === null ? `${head}/>` : `${head}>${content.join('')}</${end}${space}>`;
      }),
    ),
}));
const prolog = fc.constantFrom(
  '',
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n\n',
  "<?xml version='1.0'?>",
  '<?xml version="1.1"?>',
  '<!DOCTYPE a [<!ENTITY x "y">]>',
  ' <?xml version="1.0"?>',
  '\n<!-- Version="14" -->\n',
  'x',
);

describe('P1: what the short parser reads, the full one reads alike', () => {
  test('documents made of ordinary and odd parts', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.tuple(prolog, element, blank), (parts) => {
        if (agrees(parts.join(''), false)) taken += 1;
      }),
      { numRuns: 20 * runs },
    );
    expect(taken, 'the short way is taken often enough to say something').toBeGreaterThan(runs / 2);
  });

  test.runIf(hasSamples())('real files, whole and damaged', () => {
    const random = randomFrom(4);
    for (const folder of ['fcpxml', 'xmeml', 'resolve']) {
      for (const path of samplePaths(folder)) {
        if (!/\.(fcpxml|xml|drx)$/.test(path)) continue;
        const { text: whole } = decodeText(path, sampleBytes(path));
        if (whole.length > 400_000) continue;
        const isTaken = agrees(whole, true);
        if (folder === 'fcpxml' && isTaken === false) expect(typeof fully(whole), path).toBe('string');
        for (let run = 0; run < Math.max(3, runs / 100); run += 1) agrees(mutated(whole, random), false);
      }
    }
  });
});

test('P2: an element is written in one line as the two steps do it', () => {
  fc.assert(
    fc.property(element, (document) => {
      const tree = fully(document);
      if (typeof tree !== 'string') expect(inlineElement(tree)).toBe(inlineXml(outFromElement(tree)));
    }),
    { numRuns: 5 * runs },
  );
});
