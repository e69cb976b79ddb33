import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { expect, test } from 'vitest';
import { findBoundaries, widened } from './patch/boundaries.ts';
import { patchClone } from './patch/clone.ts';
import type { Movie } from './container/movie.ts';
import { readMovie } from './container/movie-reader.ts';
import { rewriteMovie } from './patch/movie-rewriter.ts';
import { patchInPlace } from './patch/patch.ts';
import { planPatch, type PatchPlan } from './patch/patch-plan.ts';
import { codedChunk, codedMovie, type StreamName } from './testing/coded-movie.ts';
import { decorateMovie, sideBoxes, textsOf } from './testing/decorated-movie.ts';
import { temporaryFolder } from './testing/folder.ts';
import { hashing } from './testing/hashing.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const chapters = [
  { frame: 0, title: 'Opening' },
  { frame: 10, title: 'The patched part' },
  { frame: 17, title: 'End' },
];

async function planFor(path: string, piece: StreamName): Promise<PatchPlan> {
  const base = await findBoundaries(files, await readMovie(files, path, sha256));
  const [start, length] = piece === 'hevc other' ? [9, 7] : [8, 8];
  const range = widened(base, { in: start, out: start + length }, 0);
  return planPatch(base, { range, pieces: [codedChunk(piece, folder, length)] });
}

/** Colours, pixel aspect and what else stands in the picture's sample entry beside its configuration. */
function entryBoxes(movie: Movie): readonly string[] {
  const entry = movie.tracks.find(({ handler }) => handler === 'vide')?.entries[0];
  const config = entry?.video?.config?.bytes ?? new Uint8Array(0);
  const text = Buffer.from(entry?.bytes ?? []).toString('hex');
  // Without the entry's own size, which the configuration decides.
  return text
    .slice(8)
    .split(Buffer.from(config).toString('hex'))
    .map((part, i) => (i === 0 ? part.slice(0, -16) : part));
}

test.each([
  ['h264', 'h264 other'],
  ['hevc open gop', 'hevc other'],
] as const)(
  'C1: tags, chapters, text tracks, boxes of other programs and colours keep their bytes, in each publication: %s',
  async (name, piece) => {
    const { path } = await codedMovie(name, folder);
    const before = await decorateMovie(path, { chapters, rate: 25, frames: 24 });
    expect(sideBoxes(before).filter((line) => / .*(6368706c|6d657461|75756964)/.test(line)).length).toBe(3);
    expect(entryBoxes(before).join().includes('636f6c72'), 'a colr box').toBe(name === 'h264');
    const whole = join(folder, `${name}-whole.mov`);
    await rewriteMovie(files, whole, before, await planFor(path, piece), join(folder, 'fitted'), hashing);
    const clone = join(folder, `${name}-clone.mov`);
    await patchClone(files, clone, await planFor(path, piece), hashing);
    const place = join(folder, `${name}-place.mov`);
    copyFileSync(path, place);
    await patchInPlace(files, await planFor(place, piece), hashing, async () => undefined);
    const compact = join(folder, `${name}-compact.mov`);
    await rewriteMovie(files, compact, await readMovie(files, place, sha256), null, join(folder, 'unused'), hashing);
    for (const each of [whole, clone, place, compact]) {
      const after = await readMovie(files, each, sha256);
      expect(after.moov.digest, 'nothing was patched').not.toBe(before.moov.digest);
      expect(sideBoxes(after), each).toEqual(sideBoxes(before));
      expect(textsOf(after), each).toEqual(chapters.map(({ title }) => title));
      expect(entryBoxes(after), each).toEqual(entryBoxes(before));
    }
  },
);
