import { rational } from '@patchwork/time';
import type { Film, FilmMedia, Shot } from './film.ts';
import { testMedia } from './fixture.ts';

/** A small seeded generator (mulberry32): the same film for the same seed on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Story 2: 1,800 clips of 2 to 9 frames at 64×36, and the same with 48 frames inserted before clip 900. */
export async function makeLongFilm(seed: number): Promise<{ old: Film; next: Film; at: number }> {
  const random = seeded(seed);
  const rate = [24, 1] as const;
  const media: Record<string, FilmMedia> = {};
  for (const id of [1, 2, 3, 4]) {
    const path = await testMedia(`long${id}`, {
      id,
      container: 'mov',
      video: { codec: 'mjpeg', width: 64, height: 36, rate: rational(24), frames: 200 },
      sound: null,
    });
    media[`long${id}`] = { path, id, rate, frames: 200, toneHz: 0 };
  }
  const shots = Array.from({ length: 1800 }, (_, index): Shot => {
    const length = 2 + Math.floor(random() * 8);
    return { media: `long${1 + (index % 3)}`, from: Math.floor(random() * (200 - length)), length };
  });
  const film: Film = { name: 'long', rate, start: 0, width: 64, height: 36, video: [shots], audio: [], media };
  const fresh: Shot = { media: 'long4', from: 0, length: 48 };
  const at = shots.slice(0, 900).reduce((sum, shot) => sum + shot.length, 0);
  return { old: film, next: { ...film, video: [[...shots.slice(0, 900), fresh, ...shots.slice(900)]] }, at };
}
