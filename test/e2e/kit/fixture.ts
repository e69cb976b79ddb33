import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { rational } from '@patchwork/time';
import { startWorkers, type TestMediaSpec } from '@patchwork/media';
import type { Film, FilmMedia, Shot } from './film.ts';

/** Raster of the stories: small, and large enough for the code to survive H.264. */
export const storyWidth = 192;
export const storyHeight = 108;

const rate = [24, 1] as const;

/** Makes a test file once for each recipe and returns its path. The folder is named after the recipe, never reused for another. */
export async function testMedia(name: string, spec: Omit<TestMediaSpec, 'path'>): Promise<string> {
  const recipe = createHash('sha256')
    .update(JSON.stringify([3, spec]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(tmpdir(), 'patchwork-test-media', recipe);
  const path = join(folder, `${name}.${spec.container}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}.${spec.container}`);
  const workers = startWorkers({ count: 1 });
  try {
    await workers.writeTestMedia({ ...spec, path: temporary });
  } finally {
    await workers.close();
  }
  renameSync(temporary, path);
  return path;
}

/** m01 … m12 and NEW of SCENARIOS: 200 frames at 24/1, long-GOP H.264 with B-frames, PCM sound, tone 200 + 50 i Hz. */
export async function storyMedia(number: number, codeRow: 'top' | 'bottom' = 'top'): Promise<FilmMedia> {
  const name = number > 12 ? `new${number}` : `m${String(number).padStart(2, '0')}`;
  const toneHz = 200 + 50 * number;
  const path = await testMedia(name, {
    id: number,
    label: name,
    container: 'mov',
    video: {
      codec: 'h264',
      width: storyWidth,
      height: storyHeight,
      rate: rational(24),
      frames: 200,
      codeRow,
      gop: 48,
      bFrames: 2,
    },
    sound: { codec: 'pcm_s16le', sampleRate: 48000, channels: 2, frequency: toneHz },
  });
  return { path, id: number, rate, frames: 200, toneHz };
}

/** The film of the stories: 12 clips × 96 frames; m06 uses source [48,144). Sound follows picture. */
export async function storyFilm(): Promise<Film> {
  const media: Record<string, FilmMedia> = {};
  for (let number = 1; number <= 12; number += 1) media[nameOf(number)] = await storyMedia(number);
  const shots = Array.from({ length: 12 }, (_, index): Shot => {
    const name = nameOf(index + 1);
    return { media: name, from: name === 'm06' ? 48 : 0, length: 96 };
  });
  return {
    name: 'story',
    rate,
    start: 86400,
    width: storyWidth,
    height: storyHeight,
    video: [shots],
    audio: [shots],
    media,
  };
}

/** `m06`. */
export function nameOf(number: number): string {
  return `m${String(number).padStart(2, '0')}`;
}

/** The film with its first picture track and its sound changed the same way. */
export function recut(film: Film, change: (shots: readonly Shot[]) => readonly Shot[]): Film {
  const [first, ...upper] = film.video;
  return { ...film, video: [change(first ?? []), ...upper], audio: film.audio.map(change) };
}

/** The film with only its first picture track changed. */
export function repictured(film: Film, change: (shots: readonly Shot[]) => readonly Shot[]): Film {
  const [first, ...upper] = film.video;
  return { ...film, video: [change(first ?? []), ...upper] };
}

/** The shots with one of them changed. */
export function withShot(shots: readonly Shot[], name: string, change: (shot: Shot) => Shot): readonly Shot[] {
  return shots.map((shot) => (shot.media === name ? change(shot) : shot));
}
