import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { readTimelineFile } from './read-timeline-file.ts';
import { comparable } from './testing/comparable.ts';
import { randomFrom } from './testing/mutate.ts';
import { hasSamples, sampleBytes, samplePaths } from './testing/samples.ts';
import { parseXml } from './xml/parse.ts';
import { outFromElement, writeXml, type XmlOut } from './xml/write.ts';

/**
 * A program that exports one timeline twice draws ids anew and spells the rest another way. What is equal here, all that
 * reaches a frame key is equal in: a format's own notes, which reach none, are left out.
 */
const rounds = Math.min(20, Math.max(2, Number(process.env['PW_RUNS'] ?? 2)));
const decoder = new TextDecoder();
const encoder = new TextEncoder();

function read(path: string, text: string, own: string): unknown {
  try {
    const { timelines } = readTimelineFile({ name: path, bytes: encoder.encode(text) });
    return settled(timelines.map((timeline) => comparable(timeline, { without: [own] })));
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return error.code;
  }
}

/** JSON that the model keeps as it was spelled (raster bounds, colours), as the values it stands for. */
function settled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== 'object' || value === null) return value;
  const kept = value as { type?: unknown; entries?: [string, unknown][]; lexeme?: string };
  if (kept.type === 'number' && kept.lexeme !== undefined) return Number(kept.lexeme);
  if (kept.type === 'object' && kept.entries !== undefined)
    return Object.fromEntries(kept.entries.map(([key, member]) => [key, settled(member)]));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, settled(member)]));
}

function inAnyOrder<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

/** Which elements hold an id as their text. */
const idTexts: ReadonlySet<string> = new Set(['linkclipref', 'masterclipid', 'uuid']);

function withoutDefinition(element: XmlOut): XmlOut {
  return { ...element, content: [] };
}

/** The same xmeml as another export spells it: other ids, attributes in another order, files defined at their last use. */
function otherXmeml(root: XmlOut, random: () => number): XmlOut {
  const renamed = (id: string): string => `x ${id.split('').toReversed().join('')}`;
  const definitions = new Map<string, XmlOut>();
  const lastUse = new Map<string, XmlOut>();
  const idOf = (element: XmlOut): string | null =>
    element.name === 'file' ? (element.attributes.find(([name]) => name === 'id')?.[1] ?? null) : null;
  const collect = (element: XmlOut): void => {
    const id = idOf(element);
    if (id !== null) {
      if (element.content.length > 0 && !definitions.has(id)) definitions.set(id, element);
      lastUse.set(id, element);
    }
    for (const part of element.content) if (typeof part !== 'string') collect(part);
  };
  collect(root);
  const walk = (element: XmlOut): XmlOut => {
    const id = idOf(element);
    const defined = id === null ? undefined : definitions.get(id);
    const used =
      id === null || defined === undefined
        ? element
        : lastUse.get(id) === element
          ? { ...defined, attributes: element.attributes }
          : withoutDefinition(element);
    const attributes = inAnyOrder(
      used.attributes.map(([name, value]) => [name, name === 'id' && value !== null ? renamed(value) : value] as const),
      random,
    );
    const content = used.content.map((part) =>
      typeof part === 'string' ? (idTexts.has(used.name) ? renamed(part) : part) : walk(part),
    );
    return { ...used, attributes, content };
  };
  return walk(root);
}

/** The same list as another export spells it: other numbers, blanks, line ends and letters in front of comments. */
function otherEdl(text: string, random: () => number): string {
  const step = 1 + Math.floor(random() * 9);
  return text
    .split(/\r\n|\r|\n/)
    .map((line) =>
      line
        .replace(/^(\s*)(\d{3,6})(\s)/, (_all, _lead: string, number: string, blank: string) => {
          const other = String(Number(number) * step).padStart(number.length, '0');
          return `${' '.repeat(Math.floor(random() * 3))}${other}${blank}`;
        })
        .replace(/\s+$/, ' '.repeat(Math.floor(random() * 4))),
    )
    .join('\r\n');
}

/** The same JSON with its members in another order and in another layout. */
function otherJson(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => otherJson(item, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    inAnyOrder(Object.entries(value), random).map(([key, member]) => [key, otherJson(member, random)]),
  );
}

/** Leaves out a fragment that is no document, and a file whose numbers JSON has none for. */
function isWhole(path: string): boolean {
  return !/(?:premiere_example_filter\.xml|big_int\.otio)$/.test(path);
}

describe.runIf(hasSamples())('two exports of one timeline', { timeout: 60_000 + rounds * 20_000 }, () => {
  const cases = ['xmeml', 'edl', 'otio'].flatMap((under) =>
    (hasSamples() ? samplePaths(under) : []).filter(isWhole).map((path) => [under, path] as const),
  );

  test.each(cases)('A11: %s, %s: other ids, orders and blanks give the same timeline', (under, path) => {
    const text = decoder.decode(sampleBytes(path));
    for (let round = 0; round < rounds; round += 1) {
      const random = randomFrom(path.length * 31 + round);
      const other =
        under === 'xmeml'
          ? writeXml(otherXmeml(outFromElement(parseXml(path, text)), random), 'xmeml')
          : under === 'edl'
            ? otherEdl(text, random)
            : JSON.stringify(otherJson(JSON.parse(text), random), null, 1 + Math.floor(random() * 3));
      const own = under === 'edl' ? 'cmx' : under;
      expect(read(path, other, own)).toEqual(read(path, text, own));
    }
  });
});
