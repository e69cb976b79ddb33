import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { listing } from './listing.ts';
import { writeEdl } from './edl/write.ts';
import { readTimelineFile } from './read-timeline-file.ts';
import { writeFcpxml } from './fcpxml/writer/write.ts';
import { mutated, randomFrom } from './testing/mutate.ts';
import { hasSamples, sampleBytes, samplePaths } from './testing/samples.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);
const decoder = new TextDecoder('latin1');
const encoder = new TextEncoder();

/** Reads, lists and writes a damaged file. Anything but a coded error is a fault of ours. */
function tryOut(name: string, text: string): void {
  try {
    for (const timeline of readTimelineFile({ name, bytes: encoder.encode(text) }).timelines) {
      listing(timeline);
      writeFcpxml(timeline);
      writeEdl(timeline);
    }
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
  }
}

describe.runIf(hasSamples())('damaged samples', () => {
  test.each(['fcpxml', 'xmeml', 'edl', 'otio'])(
    'Z1: %s: every outcome is a timeline or a coded error, within five seconds',
    { timeout: 60_000 + runs * 100 },
    (under) => {
      const samples = samplePaths(under)
        .map((path) => ({ path, text: decoder.decode(sampleBytes(path)) }))
        .filter(({ text }) => text.length < 60_000);
      for (let run = 0; run < runs; run += 1) {
        const sample = samples[run % samples.length];
        if (sample === undefined) continue;
        const text = mutated(sample.text, randomFrom(run * 7919 + 13));
        const start = performance.now();
        try {
          tryOut(sample.path, text);
        } catch (error) {
          throw new Error(`seed ${run}, ${sample.path}`, { cause: error });
        }
        expect(performance.now() - start, `seed ${run}, ${sample.path}`).toBeLessThan(5000);
      }
    },
  );
});
