import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPictures } from './kit/check-pictures.ts';
import { codecStory, ownFilms } from './kit/codec-story.ts';
import { startEngine, type Engine } from './kit/engine.ts';
import { storyFilm } from './kit/fixture.ts';
import { freshFolder } from './kit/patchwork.ts';
import { sha256OfPath } from './kit/story.ts';

/** The ripple trim (story 3) in every codec and container of ours: what is trimmed away is all that happens. */
let engine: Engine;
let folder: string;

beforeAll(() => {
  engine = startEngine(2);
  folder = freshFolder('codecs');
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('3: a shot is trimmed by ten frames and everything behind it moves up', () => {
  test.each(ownFilms)('$name', async (own) => {
    const story = await codecStory(engine, folder, own);
    // 48 frames of m06 are two chunks; the second one loses its tail. An intra film loses frames and renders none.
    expect(story.rendered).toBe(own.isIntra ? 0 : 14);
    expect(sha256OfPath(story.patched), 'patched = clean').toBe(sha256OfPath(story.clean));
    expect(await checkPictures(story.patched, story.next, [], engine.workers)).toBe(134);
  });
});

/**
 * FFmpeg 8.1's HEVC decoder keeps pictures that came out and were not taken over a flush, and hands them out as the first of
 * the next place: a chunk at the end so short that it comes out in one go, left in its middle by a seek backwards.
 */
test('HEVC: after a seek out of the last pictures none of them is shown', async () => {
  const path = join(folder, 'short-end.mov');
  const story = await storyFilm();
  const shot = { ...story.video[0]?.[0], media: 'm01', from: 0, length: 15 };
  const film = { ...story, video: [[shot]], audio: [] };
  await engine.render(film, path, join(folder, 'short-end-store'), { base: 'hevc-mov', video: { gop: 12 } });
  const seeks = [13, 11, 12, 14, 0, 13, 5];
  const decoded = await engine.workers.decodeDigests({ path, ranges: [{ in: 0, out: 15 }], seeks });
  expect(decoded.findings).toEqual([]);
  expect(decoded.sought).toEqual(seeks.map((frame) => decoded.linear[frame]));
});
