import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestMediaSpec, TestVideoSpec } from '@patchwork/media';
import type { Film } from './film.ts';
import { recut, storyHeight, storyWidth, testMedia, withShot } from './fixture.ts';
import { otioText } from './otio-text.ts';
import { freshFolder, patchwork, type Ran } from './patchwork.ts';
import { filmOf } from './site.ts';

/** Frames of {@link nativeFilm}. */
export const nativeFrames = 160;

/** The edit that {@link nativeFilm} shows: three shots, of 60, 60 and 40 frames. */
export function nativeCut(): Promise<Film> {
  return filmOf([1, 0, 60], [2, 0, 60], [3, 20, 40]);
}

/** {@link nativeCut} as another program renders it: libavformat, x264 with other settings, a B-pyramid, AAC. */
export function nativeFilm(change: Partial<TestMediaSpec> = {}, video: Partial<TestVideoSpec> = {}): Promise<string> {
  const shots = [
    { id: 1, from: 0, frames: 60 },
    { id: 2, from: 0, frames: 60 },
    { id: 3, from: 20, frames: 40 },
  ];
  return testMedia('native', {
    id: 1,
    container: 'mp4',
    video: {
      codec: 'h264',
      width: storyWidth,
      height: storyHeight,
      rate: { num: 24, den: 1 },
      frames: nativeFrames,
      shots,
      gop: 20,
      bFrames: 3,
      crf: 21,
      x264: ['ref=4', 'b-pyramid=normal', 'deblock=1,1'],
      ...video,
    },
    sound: { codec: 'aac', sampleRate: 48000, channels: 2, frequency: 300 },
    startTimecode: { frame: 86400, dropFrame: false },
    ...change,
  });
}

/** A copy of a film in a folder of its own, and a way to run commands there. */
export interface NativeSite {
  readonly path: string;
  readonly folder: string;
  /** Writes a film's timeline and returns its path. */
  readonly timeline: (film: Film) => string;
  readonly run: (...args: string[]) => Promise<Ran>;
}

/** Copies a film into a {@link NativeSite}. */
export function nativeSite(source: string): NativeSite {
  const folder = freshFolder('adopt');
  const path = join(folder, 'film.mp4');
  copyFileSync(source, path);
  const timeline = (cut: Film): string => {
    writeFileSync(join(folder, 'cut.otio'), otioText(cut));
    return join(folder, 'cut.otio');
  };
  return { path, folder, timeline, run: (...args) => patchwork(args, { store: join(folder, 'store') }) };
}

/** Eight frames off the first shot; everything behind moves up. */
export function trimmed(cut: Film): Film {
  return recut(cut, (shots) => withShot(shots, 'm1', (shot) => ({ ...shot, length: 52 })));
}
