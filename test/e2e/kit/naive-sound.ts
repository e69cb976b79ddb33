import { lengthOfFilm, type Film } from './film.ts';

const sampleRate = 48000;
const level = 0.25;

/**
 * The largest difference between a deliverable's sound and what the film should sound like, computed on its own: the sum
 * of sines, each from its media's first sample on. Where a shot plays AAC, its whole range on all tracks is left out:
 * what a lossy codec makes of a sine is not the sine.
 */
export async function naiveSoundError(film: Film, channels: readonly Float32Array[]): Promise<number> {
  const perFrame = (sampleRate * film.rate[1]) / film.rate[0];
  const total = lengthOfFilm(film) * perFrame;
  const expected = new Float64Array(total);
  const skipped = new Uint8Array(total);
  for (const track of film.audio) {
    let start = 0;
    for (const shot of track) {
      const at = start * perFrame;
      const count = shot.length * perFrame;
      start += shot.length;
      const media = shot.media === null ? undefined : film.media[shot.media];
      if (media === undefined) continue;
      if (shot.media === 'aac') {
        skipped.fill(1, at, at + count);
        continue;
      }
      const first = (shot.from * sampleRate * media.rate[1]) / media.rate[0];
      const last = (media.frames * sampleRate * media.rate[1]) / media.rate[0];
      const gain = 10 ** ((shot.gainDb ?? 0) / 20);
      for (let n = 0; n < count && first + n < last; n += 1) {
        expected[at + n] =
          (expected[at + n] ?? 0) + gain * level * Math.sin((2 * Math.PI * media.toneHz * (first + n)) / sampleRate);
      }
    }
  }
  let worst = channels.some((channel) => channel.length !== total) ? Number.POSITIVE_INFINITY : 0;
  for (const channel of channels) {
    for (let n = 0; n < total; n += 1) {
      if (skipped[n] === 0) worst = Math.max(worst, Math.abs((channel[n] ?? 0) - (expected[n] ?? 0)));
    }
  }
  return worst;
}
