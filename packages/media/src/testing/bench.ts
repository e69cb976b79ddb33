import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInProfile, type BuiltInProfileName, type VideoProfile } from '@patchwork/plan';
import type { Picture, SourcePicture, VideoStreamInfo } from '@patchwork/program';
import type { JobMedia, MediaWorkers, ProbedMedia, TestMediaSpec } from '../index.ts';

/** A folder of a test file, removed at its end. */
export interface Bench {
  readonly folder: string;
  path(name: string): string;
  remove(): void;
}

/** Makes a temporary folder. */
export function makeBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'pw-media-'));
  return { folder, path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A small profile of a built-in kind. */
export function smallProfile(name: BuiltInProfileName, width: number = 160, height: number = 96): VideoProfile {
  return builtInProfile(name, { width, height, rate: { num: 24, den: 1 } }).video;
}

/** Writes and probes a test movie; its name is its identity. */
export async function testMedia(workers: MediaWorkers, spec: TestMediaSpec): Promise<JobMedia & { info: ProbedMedia }> {
  await workers.writeTestMedia(spec);
  const info = await workers.probe(spec.path);
  return { identity: spec.path, path: spec.path, info };
}

/** The picture stream; a test that has none is wrong. */
export function videoOf(media: JobMedia): VideoStreamInfo {
  const { video } = media.info;
  if (video === null) throw new TypeError(`${media.path} has no picture`);
  return video;
}

/** Presentation time of a frame by the contract of `VideoStreamInfo`. */
export function ptsOf(video: VideoStreamInfo, frame: number): number {
  if (video.times !== null) return video.times[frame] ?? -1;
  return (
    video.firstPts + Math.round((frame * video.rate.den * video.timeBase.den) / (video.rate.num * video.timeBase.num))
  );
}

/** A frame of a file on the canvas. */
export function sourcePicture(media: JobMedia, frame: number, change: Partial<SourcePicture> = {}): SourcePicture {
  const video = videoOf(media);
  return {
    op: 'source',
    media: media.identity,
    stream: video.stream,
    frame,
    pts: ptsOf(video, frame),
    color: video.color,
    pixelAspect: video.pixelAspect,
    rotation: video.rotation,
    conform: 'fit',
    crop: { left: 0, right: 0, top: 0, bottom: 0 },
    ...change,
  };
}

/** Encodes pictures as ProRes proxies and returns each frame's bytes: equal bytes are equal pixels, for a test's purpose. */
export async function drawnBytes(
  workers: MediaWorkers,
  bench: Bench,
  media: readonly JobMedia[],
  pictures: readonly Picture[],
  video: VideoProfile,
): Promise<Buffer[]> {
  const outPath = bench.path(`drawn-${Math.random().toString(36).slice(2)}.bin`);
  const chunks = await workers.encodePictures({
    media,
    pictures,
    lengths: pictures.map(() => 1),
    keys: pictures.map((_, index) => `key ${index}`),
    video,
    outPath,
  });
  const bytes = readFileSync(outPath);
  let at = 0;
  return chunks.map((chunk) => {
    const size = chunk.sizes.reduce((sum, one) => sum + one, 0);
    at += size;
    return bytes.subarray(at - size, at);
  });
}
