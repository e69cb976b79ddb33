import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RenderRequest } from '@patchwork/render';
import { checkPictures } from './kit/check-pictures.ts';
import { startEngine, soundOf, type Engine } from './kit/engine.ts';
import { lengthOfFilm, type Film, type FilmMedia } from './kit/film.ts';
import { naiveFrameMap } from './kit/naive-frame-map.ts';
import { naiveSoundError } from './kit/naive-sound.ts';
import { freshFolder } from './kit/patchwork.ts';
import { mediaPool, randomEdit, randomFilm } from './kit/random-film.ts';
import { sha256OfPath } from './kit/story.ts';

/**
 * The law: patched = clean, bit for bit; planned = rendered; every picture and every sample as the naive map says; and
 * nothing is rendered that was there. Random timelines, random edits. More runs: PW_LAW_RUNS=1000.
 */
const runs = Number(process.env['PW_LAW_RUNS'] ?? 100);
const gop = 12;

interface Case {
  readonly profile: RenderRequest['profile'];
  readonly extension: 'mp4' | 'mov';
  readonly runs: number;
  readonly isIntra: boolean;
  /** AAC is not what went in: its samples are not compared with the naive ones. */
  readonly isLossySound?: boolean;
}

/** The younger profiles share their whole way with the first two, save the encoder: a few films each are enough in CI. */
const few = Math.ceil(runs * 0.03);
/** DNxHR holds no smaller pictures. */
const large = { width: 256, height: 144 };
const quick = { 'x265-params.rc-lookahead': '5', 'x265-params.ctu': '16', 'x265-params.max-tu-size': '16' };

const cases: Record<string, Case> = {
  'H.264': {
    profile: { base: 'h264-mov', video: { gop, options: { preset: 'veryfast' } } },
    extension: 'mov',
    runs,
    isIntra: false,
  },
  ProRes: { profile: { base: 'prores-422-proxy' }, extension: 'mov', runs, isIntra: true },
  'HEVC in MP4': {
    profile: { base: 'hevc-mp4', video: { gop, options: quick } },
    extension: 'mp4',
    runs: few,
    isIntra: false,
    isLossySound: true,
  },
  'HEVC in MOV, 10 bit': {
    profile: { base: 'hevc-mov', video: { gop, pixelFormat: 'yuv420p10le', options: quick } },
    extension: 'mov',
    runs: few,
    isIntra: false,
  },
  'AV1 in MP4': {
    profile: { base: 'av1-mp4', video: { gop, options: { preset: '12' } } },
    extension: 'mp4',
    runs: few,
    isIntra: false,
    isLossySound: true,
  },
  'DNxHR LB': { profile: { base: 'dnxhr-lb-mov', video: large }, extension: 'mov', runs: few, isIntra: true },
  'DNxHR HQX': { profile: { base: 'dnxhr-hqx-mov', video: large }, extension: 'mov', runs: few, isIntra: true },
};

let engine: Engine;
let media: Readonly<Record<string, FilmMedia>>;

beforeAll(async () => {
  media = await mediaPool();
  engine = startEngine(2);
}, 300_000);

afterAll(() => engine.close());

describe.each(Object.entries(cases))('%s', (_, each) => {
  test(`patched = clean, ${each.runs} random films`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .constant(0)
          .chain(() =>
            fc.record({ film: randomFilm(media), edits: fc.array(randomEdit, { minLength: 1, maxLength: 3 }) }),
          ),
        async ({ film, edits }) => {
          const next = edits.reduce((changed, edit) => edit(changed), film);
          await holds(film, next, each);
        },
      ),
      {
        numRuns: each.runs,
        seed: 20_19,
        endOnFailure: false,
        interruptAfterTimeLimit: 1_500_000,
        markInterruptAsFailure: true,
      },
    );
  }, 1_600_000);
});

async function holds(
  old: Film,
  next: Film,
  { profile, extension, isIntra, isLossySound = false }: Case,
): Promise<void> {
  const folder = freshFolder('law');
  try {
    const deliverable = join(folder, `film.${extension}`);
    await engine.render(old, deliverable, join(folder, 'old-store'), profile);
    const store = join(folder, 'empty-store');
    const forecast = await engine.forecast(next, deliverable, store, profile);
    const delivery = await engine.render(next, deliverable, store, profile);
    const { rendered, reused } = forecast.plan;
    expect({ rendered: delivery.frames.rendered, reused: delivery.frames.reused }, 'planned = rendered').toEqual({
      rendered,
      reused,
    });
    const clean = join(folder, `clean.${extension}`);
    await engine.render(next, clean, join(folder, 'clean-store'), profile);
    expect(sha256OfPath(deliverable), 'patched = clean').toBe(sha256OfPath(clean));
    await checkPictures(deliverable, next, [], engine.workers);
    if (!isLossySound) {
      const error = await naiveSoundError(next, await soundOf(engine, deliverable));
      expect(error, 'every sample is the naive one').toBeLessThan(3e-4);
    }
    expect(rendered, 'nothing is rendered that was there').toBeLessThanOrEqual(mostToRender(old, next, isIntra));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The most that a sound plan may render, by the naive map alone. Intra: pictures that the old film did not hold, each once.
 * Long-GOP: everything but the head and tail that did not change, less two chunks at either side of the change.
 */
function mostToRender(old: Film, next: Film, isIntra: boolean): number {
  const before = signatures(old);
  const after = signatures(next);
  if (isIntra) {
    const known = new Set(before);
    return new Set(after.filter((each) => !known.has(each))).size;
  }
  let head = 0;
  while (head < after.length && after[head] === before[head]) head += 1;
  if (head === after.length && before.length === after.length) return 0;
  return Math.max(0, after.length - Math.max(0, head - 2 * (gop + 1)));
}

function signatures(film: Film): string[] {
  return Array.from({ length: lengthOfFilm(film) }, (_, frame) => JSON.stringify(naiveFrameMap(film, frame)));
}
