import { describe, expect, test } from 'vitest';
import { comparable } from '../testing/comparable.ts';
import { randomFrom } from '../testing/mutate.ts';
import { hasSamples, sampleBytes, samplePaths } from '../testing/samples.ts';
import { parseXml } from '../xml/parse.ts';
import { outFromElement, writeXml, type XmlOut } from '../xml/write.ts';
import { readFcpxml } from './read.ts';

/** The same document as another export spells it: attributes in another order, resource and style ids drawn anew. */
function shuffled(element: XmlOut, random: () => number, renamed: (id: string) => string): XmlOut {
  const attributes = element.attributes
    .map(
      ([name, value]) =>
        [name, value !== null && ['id', 'ref', 'format', 'angleID'].includes(name) ? renamed(value) : value] as const,
    )
    .map((attribute) => ({ attribute, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ attribute }) => attribute);
  const content = element.content.map((part) => (typeof part === 'string' ? part : shuffled(part, random, renamed)));
  const isList = element.name === 'resources';
  return { ...element, attributes, content: isList ? content.toReversed() : content };
}

describe.runIf(hasSamples())('two exports of one timeline', () => {
  test('F40: shuffled attributes, ids and resources give the same timeline, unmodelled contents included', () => {
    for (const path of samplePaths('fcpxml')) {
      const text = new TextDecoder().decode(sampleBytes(path));
      const random = randomFrom(path.length);
      const other = writeXml(
        shuffled(outFromElement(parseXml(path, text)), random, (id) => `x${id.split('').toReversed().join('')}`),
        'fcpxml',
      );
      const read = (document: string): unknown =>
        readFcpxml('f', document).timelines.map((timeline) => comparable(timeline, { without: ['fcpxml'] }));
      expect(read(other), path).toEqual(read(text));
    }
  });
});

describe('cost', () => {
  test('F41: reading is linear: eight times the clips cost less than forty times the time', () => {
    const document = (clips: number): string =>
      `<fcpxml version="1.10"><resources><format id="r1" frameDuration="1/24s" width="64" height="36"/><asset id="a" name="m" start="0s" duration="900s" hasVideo="1" hasAudio="1" format="r1" src="file:///m.mov"/></resources><project name="p"><sequence format="r1"><spine>${Array.from({ length: clips }, (_unused, at) => `<asset-clip ref="a" name="c${at}" start="${at % 800}s" duration="2s"><adjust-volume amount="-3dB"/></asset-clip>`).join('')}</spine></sequence></project></fcpxml>`;
    const timeOf = (clips: number): number => {
      const text = document(clips);
      const times = [1, 2, 3, 4, 5].map(() => {
        // Processor time: the clock also counts what else the machine does.
        const start = process.cpuUsage();
        readFcpxml('f', text);
        const { user, system } = process.cpuUsage(start);
        return user + system;
      });
      return Math.min(...times);
    };
    // Each by itself is 8 and squared 64; a busy machine alone makes up to 20 of the 8. Small documents end before the first collection of garbage, and are no measure.
    timeOf(1000);
    expect(timeOf(8000) / timeOf(1000)).toBeLessThan(40);
  });
});
