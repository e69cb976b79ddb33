import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { codecStory, type OwnFilm } from '../../e2e/kit/codec-story.ts';
import type { Engine } from '../../e2e/kit/engine.ts';
import { lengthOfFilm, type Film } from '../../e2e/kit/film.ts';
import { naiveFrameMap } from '../../e2e/kit/naive-frame-map.ts';
import { sha256OfPath } from '../../e2e/kit/story.ts';
import type { BrowserPage } from './chromium.ts';
import {
  differing,
  ffmpegDigests,
  frameDigests,
  readerDisagreements,
  seeksOver,
  whyUnplayed,
  wrongInBrowser,
  type Evidence,
} from './evidence.ts';
import { output } from './reference-ffmpeg.ts';

/** The evidence of a deliverable of ours, and whether its bytes are those of a clean render. */
export interface OwnEvidence extends Evidence {
  readonly isClean: boolean;
}

/**
 * Renders the codec's story and counts what every reader shows of the patched file: outside of what was rendered the
 * pictures of the old file, at their new places; inside those of the clean one.
 */
export async function ownEvidence(
  engine: Engine,
  browser: BrowserPage,
  folder: string,
  own: OwnFilm,
): Promise<OwnEvidence> {
  const { workers } = engine;
  const story = await codecStory(engine, folder, own);
  const { patched, clean, before } = story;
  const count = lengthOfFilm(story.next);
  // Only what was rendered has other bytes than before: frames 48 to 86 of the programme hold its chunk.
  const places = placesBefore(story.old, story.next);
  const isInside = (frame: number): boolean => !own.isIntra && frame >= 72 && frame < 86;
  const wantedOf = (old: readonly string[], fresh: readonly string[]): readonly string[] =>
    places.map((place, frame) => (isInside(frame) ? (fresh[frame] ?? 'none') : (old[place] ?? 'none')));
  const wanted = wantedOf(
    await frameDigests(workers, before, lengthOfFilm(story.old)),
    await frameDigests(workers, clean, count),
  );
  const byFfmpeg = wantedOf(await ffmpegDigests(before), await ffmpegDigests(clean));
  const seeks = seeksOver(count, [48, 72, 86]);
  const decoded = await workers.decodeDigests({ path: patched, ranges: [{ in: 0, out: count }], seeks });
  const shown = decoded.linear.map(({ digest }) => digest ?? 'none');
  const copy = join(folder, `copy.${own.container}`);
  rmSync(copy, { force: true });
  await output('ffmpeg', ['-v', 'error', '-y', '-i', patched, '-map', '0:v', '-c', 'copy', copy]);
  const codes = await workers.readCodes({ path: patched, codeRow: 'top' });
  const unplayed = await whyUnplayed(workers, browser, before, lengthOfFilm(story.old));
  return {
    isClean: sha256OfPath(patched) === sha256OfPath(clean),
    frames: count,
    outside: differing(shown, wanted, (frame) => !isInside(frame)),
    inside: differing(shown, wanted, isInside),
    wrongSeeks: decoded.sought.filter(({ frame, digest }) => digest !== shown[frame]).length,
    disagreements: await readerDisagreements(workers, patched),
    ffmpeg: differing(await ffmpegDigests(patched), byFfmpeg) + differing(await ffmpegDigests(copy), byFfmpeg),
    chromium: unplayed ?? (await wrongInBrowser(browser, patched, seeks.slice(40), codes)).length,
  };
}

/** For each frame of the new film, where the old one shows the same. */
function placesBefore(old: Film, next: Film): readonly number[] {
  const known = new Map<string, number>();
  for (let frame = lengthOfFilm(old) - 1; frame >= 0; frame -= 1)
    known.set(JSON.stringify(naiveFrameMap(old, frame)), frame);
  return Array.from(
    { length: lengthOfFilm(next) },
    (_, frame) => known.get(JSON.stringify(naiveFrameMap(next, frame))) ?? -1,
  );
}
