import { expect } from 'vitest';
import { startWorkers, type MediaWorkers, type ReadCode } from '@patchwork/media';
import { lengthOfFilm, type Film } from './film.ts';
import { naiveFrameMap, type SeenLayer } from './naive-frame-map.ts';

/** Read back the codes of a deliverable: the row of the lower layer, and the row of the upper ones. */
export async function readCodeRows(deliverable: string, shared: MediaWorkers | null = null): Promise<CodeRows> {
  const workers = shared ?? startWorkers({ count: 2 });
  try {
    const [top, bottom] = await Promise.all([
      workers.readCodes({ path: deliverable, codeRow: 'top' }),
      workers.readCodes({ path: deliverable, codeRow: 'bottom' }),
    ]);
    return { top, bottom };
  } finally {
    if (shared === null) await workers.close();
  }
}

/** The codes of every frame, by row. */
export interface CodeRows {
  readonly top: readonly ReadCode[];
  readonly bottom: readonly ReadCode[];
}

/**
 * Holds every frame of a deliverable against the naive map: each layer in which one picture has at least three quarters
 * of the weight must show its id and frame number. Layers of `film.video[0]` carry their code on top, upper ones at the
 * bottom. Returns how many frames could be read, so that a caller can insist on enough of them.
 */
export async function checkPictures(
  deliverable: string,
  film: Film,
  args: readonly string[] = [],
  workers: MediaWorkers | null = null,
): Promise<number> {
  const { top, bottom } = await readCodeRows(deliverable, workers);
  const [start, end] = rangeOf(film, args);
  expect(top.length, 'frame count').toBe(end - start);
  let read = 0;
  const wrong: string[] = [];
  for (let frame = start; frame < end; frame += 1) {
    const lowest = naiveFrameMap({ ...film, video: film.video.slice(0, 1) }, frame)[0] ?? [];
    const upper = naiveFrameMap({ ...film, video: film.video.slice(1) }, frame).at(-1) ?? [];
    const covered = upper.reduce((sum, picture) => sum + picture.weight, 0) > 0.75;
    const checks: [string, SeenLayer, ReadCode | undefined][] = [['bottom row', upper, bottom[frame - start]]];
    if (!covered) checks.push(['top row', lowest, top[frame - start]]);
    for (const [row, layer, code] of checks) {
      const main = mainPicture(layer);
      if (main === null) continue;
      const media = film.media[main.media];
      const same = code !== null && code !== undefined && code.id === media?.id && code.frame === main.frame;
      if (same) read += 1;
      else
        wrong.push(
          `frame ${frame}, ${row}: expected ${main.media} ${main.frame} (id ${media?.id}), read ${JSON.stringify(code)}`,
        );
    }
  }
  expect(wrong.slice(0, 10), 'every frame shows what the naive map says').toEqual([]);
  return read;
}

function mainPicture(layer: SeenLayer): { media: string; frame: number } | null {
  const total = layer.reduce((sum, picture) => sum + picture.weight, 0);
  const main = layer.find((picture) => picture.weight >= 0.75 * total);
  return main === undefined || main.weight < 0.4 ? null : main;
}

function rangeOf(film: Film, args: readonly string[]): [number, number] {
  const text = args[args.indexOf('--range') + 1];
  if (!args.includes('--range') || text === undefined) return [0, lengthOfFilm(film)];
  const [start, end] = text.split(':').map(Number);
  return [start ?? 0, end ?? 0];
}
