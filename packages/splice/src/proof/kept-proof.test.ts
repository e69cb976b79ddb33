import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptFindings, movedFindings, type ReplacedSamples } from './kept-proof.ts';
import type { Movie, SampleColumns, Track } from '../container/movie.ts';
import { codedMovie } from '../testing/coded-movie.ts';
import { temporaryFolder } from '../testing/folder.ts';

const folder = temporaryFolder();
const runs = Number(process.env['PW_RUNS'] ?? 200);

/** The movie with one number of one sample of a track changed. */
function changed(movie: Movie, handler: string, column: 'offsets' | 'sizes' | 'sync', sample: number): Movie {
  const tracks = movie.tracks.map((track): Track => {
    if (track.handler !== handler || track.samples === null) return track;
    const values = track.samples[column].slice();
    values[sample] = (values[sample] ?? 0) ^ 1;
    return { ...track, samples: { ...track.samples, [column]: values } satisfies SampleColumns };
  });
  return { ...movie, tracks };
}

test('V8: what differs outside of every replaced stretch is found, between two of them too; inside nothing is', async () => {
  const movie = await codedMovie('h264', folder, 'aac');
  const count = movie.tracks.find(({ handler }) => handler === 'vide')?.samples?.count ?? 0;
  const stretch = fc
    .tuple(fc.nat(count), fc.nat(count))
    .map(([a, b]): ReplacedSamples => ({ from: Math.min(a, b), to: Math.max(a, b) }));
  fc.assert(
    fc.property(
      fc.array(stretch, { maxLength: 3 }),
      fc.nat(count - 1),
      fc.constantFrom('offsets' as const, 'sizes' as const, 'sync' as const),
      (replaced, sample, column) => {
        const isFree = replaced.some(({ from, to }) => sample >= from && sample < to);
        const find = column === 'offsets' ? movedFindings : keptFindings;
        expect(find(movie, movie, replaced)).toEqual([]);
        expect(find(movie, changed(movie, 'vide', column, sample), replaced).length).toBe(isFree ? 0 : 1);
        // Only pictures are replaced.
        expect(find(movie, changed(movie, 'soun', column, 0), replaced).length).toBe(1);
      },
    ),
    { numRuns: runs },
  );
});
