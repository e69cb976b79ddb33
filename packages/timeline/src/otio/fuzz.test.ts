import { isPatchworkError } from '@patchwork/kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planScript } from '../edit/script.ts';
import { randomTimeline, runs } from '../testing/random-track.ts';
import { otioSamples } from '../testing/samples.ts';
import { readOtio } from './read-otio.ts';
import { writeOtio } from './write-otio.ts';

const small = otioSamples()
  .map(([, text]) => text)
  .filter((text) => text.length < 25_000);

/** Texts to damage: real files where there are some, and made ones. */
const texts = fc.oneof(
  ...(small.length > 0 ? [fc.constantFrom(...small)] : []),
  randomTimeline({ transitions: true }).map((timeline) => writeOtio(timeline, { style: 'canonical' })),
);

const damage = fc.array(
  fc.record({
    at: fc.nat({ max: 1_000_000 }),
    drop: fc.nat({ max: 12 }),
    put: fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      'null',
      '-1',
      '0',
      '1e999',
      'NaN',
      '"x"',
      '9007199254740993',
      '0.1',
      'true',
      '\\',
      '\u0000',
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

test('T11: a damaged file is read, or refused with a code; what is read is written again and can be edited or refused', () => {
  fc.assert(
    fc.property(texts, damage, (whole, wounds) => {
      let text = whole;
      for (const { at, drop, put } of wounds) {
        const place = at % text.length;
        text = text.slice(0, place) + put + text.slice(place + drop);
      }
      try {
        const { root, timelines } = readOtio(text);
        expect(writeOtio(root, { style: 'lossless' })).toBe(text);
        const canonical = writeOtio(root, { style: 'canonical' });
        expect(writeOtio(readOtio(canonical).root, { style: 'canonical' })).toBe(canonical);
        for (const timeline of timelines) planScript(timeline, [{ op: 'extract', track: 0, range: [3, 9] }]);
      } catch (error) {
        if (!isPatchworkError(error)) throw error;
      }
    }),
    { numRuns: runs(1000) },
  );
});
