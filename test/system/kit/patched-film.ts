import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { lengthOfFilm, type Film } from '../../e2e/kit/film.ts';
import { recut, storyFilm, withShot } from '../../e2e/kit/fixture.ts';
import { naiveFrameMap } from '../../e2e/kit/naive-frame-map.ts';
import { otioText } from '../../e2e/kit/otio-text.ts';
import { freshFolder, patchwork } from '../../e2e/kit/patchwork.ts';
import type { Code } from './reference-ffmpeg.ts';

/** A deliverable that was patched, and what it must show. */
export interface PatchedFilm {
  readonly path: string;
  readonly film: Film;
  /** Record frames rendered in the patch: its seams are the bounds. */
  readonly dirty: readonly (readonly [number, number])[];
}

/**
 * Renders the story film, slips one shot, trims another with a ripple, and patches. So the file holds kept chunks, fresh
 * ones between them, and kept ones that moved.
 */
export async function patchedFilm(fileName: string, profile: string): Promise<PatchedFilm> {
  const old = await storyFilm();
  const film = recut(old, (shots) =>
    withShot(
      withShot(shots, 'm06', (shot) => ({ ...shot, from: 72 })),
      'm09',
      (shot) => ({ ...shot, length: 86 }),
    ),
  );
  const folder = freshFolder('system');
  const path = join(folder, fileName);
  await deliver(old, path, profile);
  const { frames, dirty } = await deliver(film, path, profile);
  expect(frames.rendered, 'a patch, not a full render').toBeLessThan(frames.total / 2);
  expect(frames.rendered).toBeGreaterThan(0);
  return { path, film, dirty };
}

interface Outcome {
  readonly frames: { readonly total: number; readonly rendered: number; readonly reused: number };
  readonly dirty: readonly (readonly [number, number])[];
}

async function deliver(film: Film, path: string, profile: string): Promise<Outcome> {
  const timeline = `${path}.otio`;
  writeFileSync(timeline, otioText(film));
  const ran = await patchwork(['render', timeline, '-o', path, '--profile', profile], { store: `${path}.store` });
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json;
}

/** The code that a record frame must show, by the naive map: the film has no upper layers and no dissolves. */
export function codeAt(film: Film, frame: number): Code {
  const picture = naiveFrameMap(film, frame)[0]?.[0];
  const media = picture === undefined ? undefined : film.media[picture.media];
  return picture === undefined || media === undefined ? null : { id: media.id, frame: picture.frame };
}

/** Every frame's code. */
export function codesOf(film: Film): readonly Code[] {
  return Array.from({ length: lengthOfFilm(film) }, (_, frame) => codeAt(film, frame));
}

/** Frames on both sides of every seam, and a spread over the rest, in an order that seeks forwards and backwards. */
export function framesToSeek({ film, dirty }: PatchedFilm): readonly number[] {
  const length = lengthOfFilm(film);
  const seams = dirty.flatMap(([start, end]) => [start - 1, start, end - 1, end]);
  const spread = Array.from({ length: 40 }, (_, index) => (index * 389) % length);
  const frames = [...new Set([...spread, ...seams])].filter((frame) => frame >= 0 && frame < length);
  // A fixed shuffle: neighbours in the list are far apart in the film.
  return frames.toSorted((a, b) => ((a * 7919) % 1009) - ((b * 7919) % 1009));
}
