import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lengthOfFilm } from '../e2e/kit/film.ts';
import { freshFolder } from '../e2e/kit/patchwork.ts';
import { codeAt, codesOf, framesToSeek, patchedFilm, type PatchedFilm } from './kit/patched-film.ts';
import { codesByFfmpeg, output, probeByFfprobe } from './kit/reference-ffmpeg.ts';

/** A decoder that is not the one that made the file, and older by years: what it reads is in the file. */
describe.each([
  { fileName: 'film.mp4', profile: 'h264' },
  { fileName: 'film.mov', profile: 'prores-422' },
])('$profile, patched, read by Debian ffmpeg', ({ fileName, profile }) => {
  let patched: PatchedFilm;

  beforeAll(async () => {
    patched = await patchedFilm(fileName, profile);
  });

  test('decodes every frame from start to end, each the right one, with nothing to complain about', async () => {
    const { codes, complaints } = await codesByFfmpeg(patched.path, patched.film);
    expect(complaints).toBe('');
    expect(codes).toEqual(codesOf(patched.film));
  });

  test('finds every frame by seeking, on both sides of every seam', async () => {
    const [rate, base] = patched.film.rate;
    const frames = framesToSeek(patched);
    const found: unknown[] = [];
    for (const frame of frames) {
      // Just before the frame's own time: ffmpeg shows the first frame at or after it.
      const seconds = Math.max(0, ((frame - 0.25) * base) / rate).toFixed(6);
      const { codes } = await codesByFfmpeg(patched.path, patched.film, ['-ss', seconds], ['-frames:v', '1']);
      found.push(codes[0] ?? null);
    }
    expect(found).toEqual(frames.map((frame) => codeAt(patched.film, frame)));
  });

  test('survives a stream copy by another program', async () => {
    const copy = join(freshFolder('copy'), 'copy.mkv');
    await output('ffmpeg', ['-v', 'error', '-xerror', '-i', patched.path, '-map', '0:v:0', '-c', 'copy', copy]);
    const { codes, complaints } = await codesByFfmpeg(copy, patched.film);
    expect(complaints).toBe('');
    expect(codes).toEqual(codesOf(patched.film));
  });

  test('has the duration, raster, rate and start timecode that it says', async () => {
    const [rate, base] = patched.film.rate;
    const { streams } = (await probeByFfprobe(patched.path)) as {
      readonly streams: readonly { readonly [name: string]: unknown }[];
    };
    const video = streams.find((stream) => stream['codec_type'] === 'video');
    expect(video).toMatchObject({
      width: patched.film.width,
      height: patched.film.height,
      r_frame_rate: `${rate}/${base}`,
      nb_frames: String(lengthOfFilm(patched.film)),
    });
    const tags = streams.map((stream) => (stream['tags'] as { readonly timecode?: string } | undefined)?.timecode);
    expect(tags.filter((timecode) => timecode !== undefined)).toContain('01:00:00:00');
    const sound = streams.find((stream) => stream['codec_type'] === 'audio');
    const seconds = (lengthOfFilm(patched.film) * base) / rate;
    expect(Math.abs(Number(video?.['duration']) - seconds)).toBeLessThan(0.001);
    expect(Math.abs(Number(sound?.['duration']) - seconds), 'I5: within a frame').toBeLessThan(base / rate);
  });

  test('is as long for melt', async () => {
    const { stdout } = await output('melt', [patched.path, '-consumer', 'xml']);
    const length = /<property name="length">(\d+)<\/property>/.exec(stdout.toString('utf8'))?.[1];
    expect(Number(length)).toBe(lengthOfFilm(patched.film));
  });
});
