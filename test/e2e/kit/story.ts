import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Film } from './film.ts';
import { checkPictures } from './check-pictures.ts';
import { otioText } from './otio-text.ts';
import { freshFolder, patchwork, type Ran } from './patchwork.ts';

/** The two outputs of the stories: long-GOP H.264 and intra ProRes, both with PCM sound in QuickTime. */
export type Output = 'A' | 'B';

/** A folder with an old deliverable in it, and the film that it was rendered from. */
export interface Delivered {
  readonly folder: string;
  readonly deliverable: string;
  readonly film: Film;
  readonly output: Output;
}

const profiles: Record<Output, string> = { A: 'h264-mov', B: 'prores-422' };
const rendered = new Map<string, Promise<Delivered>>();

/** SHA-256 of a file. */
export function sha256OfPath(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Renders a film from nothing, once for each film and output; later calls get the same folder. */
export function clean(film: Film, output: Output, extra: readonly string[] = []): Promise<Delivered> {
  const key = JSON.stringify([film, output, extra]);
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const made = renderClean(film, output, extra);
  rendered.set(key, made);
  return made;
}

async function renderClean(film: Film, output: Output, extra: readonly string[]): Promise<Delivered> {
  const folder = freshFolder('clean');
  const deliverable = join(folder, 'film.mov');
  const ran = await renderFilm(film, deliverable, output, join(folder, 'store'), extra);
  expect(ran.code, ran.stderr).toBe(0);
  return { folder, deliverable, film, output };
}

/** Runs `patchwork render` on a film. */
export function renderFilm(
  film: Film,
  deliverable: string,
  output: Output,
  store: string,
  extra: readonly string[] = [],
): Promise<Ran> {
  const timeline = `${deliverable}.otio`;
  writeFileSync(timeline, otioText(film));
  return patchwork(['render', timeline, '-o', deliverable, '--profile', profiles[output], ...extra], { store });
}

/** Copies a deliverable and its sidecar into a folder of its own, as if a year had passed: with no store at all. */
export function handedOver(old: Delivered): {
  readonly folder: string;
  readonly deliverable: string;
  readonly store: string;
} {
  const folder = freshFolder('patch');
  const deliverable = join(folder, 'film.mov');
  copyFileSync(old.deliverable, deliverable);
  copyFileSync(`${old.deliverable}.patchwork`, `${deliverable}.patchwork`);
  const store = join(folder, 'store');
  mkdirSync(store);
  return { folder, deliverable, store };
}

/** The outcome of a patch. */
export interface Patched {
  readonly ran: Ran;
  readonly deliverable: string;
  readonly folder: string;
  readonly store: string;
}

/**
 * The story in one call: an old deliverable, an empty store, a changed film. The dry run must predict the run (I8), the
 * result must be the clean render of the new film bit for bit (E1), and every frame must show what the naive map says.
 */
export async function patchTo(
  oldFilm: Film,
  newFilm: Film,
  output: Output,
  extra: readonly string[] = [],
): Promise<Patched> {
  const old = await clean(oldFilm, output);
  const place = handedOver(old);
  const forecast = await renderFilm(newFilm, place.deliverable, output, place.store, [...extra, '--dry-run']);
  const ran = await renderFilm(newFilm, place.deliverable, output, place.store, extra);
  expect(ran.code, ran.stderr).toBe(0);
  expect(forecast.json?.frames, 'I8: the dry run predicts the run').toEqual(ran.json.frames);
  expect(forecast.json?.dirty).toEqual(ran.json.dirty);
  const reference = await clean(newFilm, output, extra);
  expect(sha256OfPath(place.deliverable), 'E1: the patched file is the clean render').toBe(
    sha256OfPath(reference.deliverable),
  );
  await checkPictures(place.deliverable, newFilm, extra);
  return { ran, ...place };
}
