import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@patchwork/files';
import type { FrameRange } from '@patchwork/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adoptMovie } from './adoption.ts';
import { findBoundaries } from './boundaries.ts';
import { corruptChunks } from './extraction.ts';
import { keptPieces, type KeptRun } from './kept-pieces.ts';
import { runsOf } from '../container/movie-spec.ts';
import { brokenLink } from '../parameters/fresh-samples.ts';
import { codedMovie, codedSamples } from '../testing/coded-movie.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const links = join(folder, 'links');
const runs = Number(process.env['PW_RUNS'] ?? 40);

test('A8: runs of a movie are its samples, whole chunks by their names; a CRA that is cut off is a broken link', async () => {
  for (const name of ['h264', 'h264 open gop', 'hevc open gop'] as const) {
    const base = await findBoundaries(files, await codedMovie(name, folder));
    const { chunks } = await adoptMovie(files, base, hashing);
    const known = new Set(chunks.map(({ digest }) => digest));
    const samples = codedSamples(name);
    const bounds = framesOf(chunks);
    const starts = base.ends.filter(({ sample }) => sample < samples.length);
    const closed = [...base.closed].flatMap((mark, place) => (mark === 1 ? [place] : []));
    const run = fc.record({ start: fc.constantFrom(...starts), end: fc.constantFrom(...closed), isCut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(run, { maxLength: 4 }), async (drawn) => {
        rmSync(links, { force: true });
        const wanted = drawn.filter(({ start, end }) => end > start.frame);
        const list = wanted.map(({ start, end, isCut }): KeptRun => {
          // What stood before an open GOP is cut off, or its leading pictures are not what is shown first.
          return { from: start.frame, frames: end - start.frame, isCut: isCut || start.leading > 0 };
        });
        const found = await keptPieces(files, base, chunks, list, links, hashing);
        for (const [i, pieces] of found.entries()) {
          const start = wanted[i]?.start ?? starts[0];
          const { from, frames, isCut } = list[i] ?? { from: 0, frames: 0, isCut: false };
          const all = samples.slice(from, from + frames);
          if (isCut && start?.brokenLink === true) all[0] = brokenLink(samples[start.sample] ?? new Uint8Array(0), 4);
          const bytes = pieces.flatMap((piece) =>
            runsOf(piece).map((place) =>
              readFileSync(piece.path).subarray(place.offset, place.offset + place.sizeBytes),
            ),
          );
          expect(Buffer.compare(Buffer.concat(bytes), Buffer.concat(all)), `${name} from ${from}`).toBe(0);
          expect(pieces.flatMap(({ sizes }) => sizes)).toEqual(all.map(({ length }) => length));
          for (const { order } of pieces) expect(order.toSorted((a, b) => a - b)).toEqual(order.map((_, at) => at));
          expect(await corruptChunks(files, pieces, hashing)).toEqual([]);
          const first = from + (isCut && start?.brokenLink === true ? 1 : 0);
          const whole = bounds.filter((each) => each.in >= first && each.out <= from + frames);
          expect(pieces.filter(({ digest }) => known.has(digest)).length).toBe(whole.length);
        }
      }),
      { numRuns: runs },
    );
  }
});

function framesOf(chunks: readonly { readonly sizes: readonly number[] }[]): readonly FrameRange[] {
  let at = 0;
  return chunks.map(({ sizes }) => ({ in: at, out: (at += sizes.length) }));
}
