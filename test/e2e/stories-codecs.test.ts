import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPictures } from './kit/check-pictures.ts';
import { codecStory, ownFilms } from './kit/codec-story.ts';
import { startEngine, type Engine } from './kit/engine.ts';
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
