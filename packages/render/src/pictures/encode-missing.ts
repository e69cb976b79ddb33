import { setMaxListeners } from 'node:events';
import { isPatchworkError, type Digest } from '@patchwork/kernel';
import type { MissingChunk, VideoProfile } from '@patchwork/plan';
import type { JobMedia, PictureJob } from '@patchwork/media';
import type { MediaInfo, Picture, Program } from '@patchwork/program';
import type { StoredChunk } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { interruption } from '../run/interruption.ts';
import { checkUnchanged } from '../media/media-catalog.ts';
import type { IdentifiedMedia } from '../timeline/snapshot.ts';

/** Frames of one job at most: long enough to keep a decoder running, short enough that a killed run loses little. */
const jobFrames = 48;

/** How often a run of chunks is rendered anew because the store lost it at once: more is no coincidence. */
const mostLosses = 3;

/** What {@link encodeMissing} works on. */
export interface EncodeRequest {
  readonly program: Program;
  readonly missing: readonly MissingChunk[];
  readonly video: VideoProfile;
  readonly media: readonly IdentifiedMedia[];
  readonly unmodelled: 'refuse' | 'pass-through';
  /** Digests under which the deliverable's history holds keys: a second encoding must give the same. Default: none. */
  readonly recorded?: ReadonlyMap<Digest, Digest>;
}

/**
 * Renders every missing chunk, in runs over all workers, and puts each run into the store as soon as it is done: what was
 * finished survives a kill. Memory is bounded by the runs under way, whatever the timeline's length.
 *
 * @throws PW_STORE_NONDETERMINISTIC, PW_MEDIA_CHANGED, PW_INTERRUPTED saying how many frames are kept, and what the workers and the store throw; the runs under way are stopped, the finished ones stay.
 */
export async function encodeMissing(context: RenderContext, request: EncodeRequest): Promise<readonly StoredChunk[]> {
  const runs = runsOf(request.missing);
  const total = request.missing.reduce((sum, { range }) => sum + range.out - range.in, 0);
  const stored: StoredChunk[] = [];
  const under = new Map<number, number>();
  let finished = 0;
  const report = (): void => {
    const running = [...under.values()].reduce((sum, frames) => sum + frames, 0);
    context.onProgress({ phase: 'render', done: finished + running, total, unit: 'frames' });
  };
  if (total > 0) report();
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  setMaxListeners(0, signal);
  let next = 0;
  // One lane a worker and one more, so that a child finds its next job waiting; pictures of a job exist only in its lane.
  const lane = async (): Promise<void> => {
    for (let index = next++; index < runs.length; index = next++) {
      const run = runs[index] ?? [];
      signal.throwIfAborted();
      const chunks = await encodeRun(context, request, run, signal, (done) => {
        under.set(index, done);
        report();
      });
      stored.push(...chunks);
      under.delete(index);
      finished += run.reduce((sum, { range }) => sum + range.out - range.in, 0);
      report();
    }
  };
  const lanes = Array.from({ length: Math.min(runs.length, context.workers().count + 1) }, lane);
  try {
    await Promise.all(lanes);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(lanes);
    throw interruption(context.signal, error, { kept: finished, total });
  }
  return stored;
}

async function encodeRun(
  context: RenderContext,
  request: EncodeRequest,
  run: readonly MissingChunk[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
  losses = 0,
): Promise<readonly StoredChunk[]> {
  const pictures = run.flatMap(({ range }) => picturesOf(request.program, range.in, range.out));
  const outPath = context.store.tempPath('chunks');
  const job: PictureJob = {
    media: mediaOf(pictures, request.media),
    pictures,
    lengths: run.map(({ range }) => range.out - range.in),
    keys: run.map(({ key }) => key),
    video: request.video,
    outPath,
    unmodelled: request.unmodelled,
  };
  const paths = new Set(job.media.map(({ path }) => path));
  const used = request.media.filter(({ path }) => paths.has(path));
  try {
    const chunks = await context.workers().encodePictures(job, { signal, onProgress });
    // What was drawn from other bytes must never be found under these keys, in this run or a later one.
    await checkUnchanged(context, used);
    if (request.recorded !== undefined) await context.store.requireSame(chunks, request.recorded);
    return await context.store.adoptPack(outPath, chunks);
  } catch (error) {
    await context.files.remove(outPath);
    // Another run let go of the same pack in the moment in which this one stored it.
    if (isPatchworkError(error) && error.code === 'PW_STORE_LOST' && losses < mostLosses)
      return await encodeRun(context, request, run, signal, onProgress, losses + 1);
    // A file that cannot be decoded because it is being written over is told as that.
    if (!signal.aborted && isPatchworkError(error) && error.code === 'PW_MEDIA_DECODE')
      await checkUnchanged(context, used);
    throw error;
  }
}

/** Cuts the missing chunks into runs: neighbours in record order, up to {@link jobFrames} together. */
function runsOf(missing: readonly MissingChunk[]): MissingChunk[][] {
  const runs: MissingChunk[][] = [];
  let frames = Infinity;
  let end = -1;
  for (const chunk of missing) {
    const length = chunk.range.out - chunk.range.in;
    if (chunk.range.in !== end || frames + length > jobFrames) {
      runs.push([]);
      frames = 0;
    }
    runs.at(-1)?.push(chunk);
    frames += length;
    end = chunk.range.out;
  }
  return runs;
}

function picturesOf(program: Program, start: number, end: number): Picture[] {
  return Array.from({ length: end - start }, (_, index) => program.pictureAt(start + index));
}

/** The files that some pictures name, each once. */
export function mediaOf(pictures: readonly Picture[], media: readonly MediaInfo[]): readonly JobMedia[] {
  const named = new Set<Digest>();
  for (const picture of pictures) collectMedia(picture, named);
  const byIdentity = new Map(media.map((info) => [info.identity, info]));
  return [...named].flatMap((identity) => {
    const info = byIdentity.get(identity);
    return info === undefined ? [] : [{ identity, path: info.path, info }];
  });
}

function collectMedia(picture: Picture, named: Set<Digest>): void {
  switch (picture.op) {
    case 'source':
      named.add(picture.media);
      return;
    case 'solid':
      return;
    case 'over':
      for (const layer of picture.layers) collectMedia(layer, named);
      return;
    case 'mix':
      collectMedia(picture.from, named);
      collectMedia(picture.to, named);
      return;
    case 'transform':
    case 'opacity':
    case 'nest':
    case 'text':
    case 'unmodelled':
      collectMedia(picture.input, named);
  }
}
