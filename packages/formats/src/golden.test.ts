import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { listing } from './listing.ts';
import { readTimelineFile } from './read-timeline-file.ts';
import { hasSamples, sampleBytes, samplePaths } from './testing/samples.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

/** What a person reviews: the listings of a file's timelines and everything the reader had to say. */
function review(path: string): string {
  try {
    const { timelines, diagnostics } = readTimelineFile({
      name: path.split('/').at(-1) ?? path,
      bytes: sampleBytes(path),
    });
    const remarks = diagnostics.map(
      ({ severity, code, where, message }) => `${severity} ${code} ${where ?? ''}\n    ${message}`,
    );
    return [...timelines.map(listing), ...remarks.map((line) => `${line}\n`)].join('');
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return `${error.code}: ${error.message}\n`;
  }
}

describe.runIf(hasSamples())('samples', () => {
  for (const under of ['fcpxml', 'xmeml', 'edl', 'otio']) {
    for (const path of hasSamples() ? samplePaths(under) : []) {
      test(`${path} reads as reviewed`, async () => {
        await expect(review(path)).toMatchFileSnapshot(`${golden}${path.replaceAll('/', '_')}.txt`);
      });
    }
  }
});
