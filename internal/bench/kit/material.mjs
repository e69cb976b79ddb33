// What the benchmarks render: source files made once and kept in the system's temporary folder, and timelines of cuts.
// `cards` are the project's own test cards: flat, still pictures that cost an encoder next to nothing, so that everything
// else weighs most. `grain` is moving detail with film grain, as heavy as real footage; Debian's ffmpeg makes it.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execFileSync } from 'node:child_process';
import { startWorkers } from '@patchwork/media';

const rate = { num: 24, den: 1 };
const folder = join(process.env.PW_BENCH_DIR ?? tmpdir(), 'patchwork-bench-material');

/**
 * Long-GOP H.264 with B-frames and PCM stereo, `count` files of `frames`. Returns
 * `{ kind, width, height, frames, paths }`.
 */
export async function makeSources(kind, { width, height, count, frames }) {
  const paths = [];
  for (let id = 1; id <= count; id += 1) {
    paths.push(
      await madeOnce([kind, width, height, frames, id], (path) => writers[kind](path, { width, height, frames, id })),
    );
  }
  return { kind, width, height, frames, paths };
}

const writers = { cards: writeCard, grain: writeGrain };

async function writeCard(path, { width, height, frames, id }) {
  const workers = startWorkers({ count: 1 });
  try {
    await workers.writeTestMedia({
      path,
      id,
      container: 'mov',
      video: { codec: 'h264', width, height, rate, frames, gop: 48, bFrames: 2 },
      sound: { codec: 'pcm_s16le', sampleRate: 48_000, channels: 2, frequency: 200 + 20 * id },
    });
  } finally {
    await workers.close();
  }
}

function writeGrain(path, { width, height, frames, id }) {
  const seconds = String(frames / rate.num);
  const zoom = `mandelbrot=s=${width}x${height}:r=${rate.num}:start_scale=${0.4 / id}:end_scale=${0.1 / id}:end_pts=${frames}`;
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', `${zoom},noise=alls=3:allf=t:all_seed=${id},format=yuv420p`];
  args.push('-f', 'lavfi', '-i', `sine=f=${200 + 20 * id}:r=48000,aformat=channel_layouts=stereo`, '-t', seconds);
  args.push('-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-g', '48', '-bf', '2');
  args.push('-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv');
  args.push('-c:a', 'pcm_s16le', path);
  execFileSync('ffmpeg', args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function madeOnce(recipe, make) {
  const name = createHash('sha256')
    .update(JSON.stringify([1, ...recipe]))
    .digest('hex')
    .slice(0, 16);
  const path = join(folder, `${recipe[0]}-${name}.mov`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `${process.pid}-${name}.mov`);
  await make(temporary);
  renameSync(temporary, path);
  return path;
}

/** `count` shots of `length` frames over the sources in turn, each a little further into its source than the last one. */
export function makeCuts(sources, count, length) {
  const starts = Math.max(1, sources.frames - length);
  return Array.from({ length: count }, (_, at) => ({
    path: sources.paths[at % sources.paths.length],
    from: (7 * Math.floor(at / sources.paths.length)) % starts,
    length,
  }));
}

/** The shots with those at `indexes` slipped to begin at source frame `from`. */
export function slipped(shots, indexes, from) {
  const chosen = new Set(indexes);
  return shots.map((shot, at) => (chosen.has(at) ? { ...shot, from } : shot));
}

/** Writes picture and sound cuts as an `.otio` timeline. */
export function writeTimeline(path, sources, { picture, sound }) {
  const children = [trackOf('Video', picture, sources), ...(sound === null ? [] : [trackOf('Audio', sound, sources)])];
  const canvas = { width: sources.width, height: sources.height, rate: `${rate.num}/${rate.den}` };
  const timeline = {
    OTIO_SCHEMA: 'Timeline.1',
    metadata: { patchwork: { canvas } },
    name: 'bench',
    global_start_time: time(0),
    tracks: {
      OTIO_SCHEMA: 'Stack.1',
      metadata: {},
      name: 'tracks',
      source_range: null,
      effects: [],
      markers: [],
      children,
    },
  };
  writeFileSync(path, `${JSON.stringify(timeline, null, 1)}\n`);
}

function trackOf(kind, shots, sources) {
  const children = shots.map((shot) => ({
    OTIO_SCHEMA: 'Clip.1',
    metadata: {},
    name: 'shot',
    source_range: range(shot.from, shot.length),
    effects: [],
    markers: [],
    media_reference: {
      OTIO_SCHEMA: 'ExternalReference.1',
      metadata: {},
      name: '',
      available_range: range(0, sources.frames),
      target_url: pathToFileURL(shot.path).href,
    },
  }));
  return {
    OTIO_SCHEMA: 'Track.1',
    metadata: {},
    name: kind,
    source_range: null,
    effects: [],
    markers: [],
    kind,
    children,
  };
}

function time(value) {
  return { OTIO_SCHEMA: 'RationalTime.1', rate: rate.num / rate.den, value };
}

function range(start, length) {
  return { OTIO_SCHEMA: 'TimeRange.1', start_time: time(start), duration: time(length) };
}
