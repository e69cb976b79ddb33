// The programs that are compared: our command, and peers given the same cuts and the same encoder settings.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInProfile } from '@patchwork/plan';
import { timeProgram, versionOf } from './measure.mjs';

const main = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));
const framesPerSecond = 24;

/** Runs our command in a process of its own and returns its times and its document. */
export async function patchwork(args, store) {
  const ran = await timeProgram(process.execPath, [main, ...args, '--store', store, '--json']);
  return { ...ran, document: JSON.parse(ran.stdout) };
}

/** Peers that are installed, by name, each with its version; those that are not are named on stderr. */
export function findPeers(names) {
  const found = new Map();
  for (const name of names) {
    const version = versionOf(name, name === 'ffmpeg' ? ['-version'] : ['--version']);
    if (version === null) process.stderr.write(`${name} is not installed: its comparison is skipped\n`);
    else found.set(name, version);
  }
  return found;
}

/**
 * Our profile's x264 settings as a peer takes them: the same analysis, quality and groups of pictures (the shots are as
 * long as a group), with x264's own choice of threads in place of our one thread a chunk, and without what we pay for
 * equal bytes on every processor.
 */
function x264Settings({ width, height }) {
  const { video } = builtInProfile('h264', { width, height, rate: { num: framesPerSecond, den: 1 } });
  const left = new Set([
    'threads',
    'lookahead-threads',
    'sliced-threads',
    'cpu-independent',
    'non-deterministic',
    'keyint',
    'min-keyint',
  ]);
  const params = Object.entries(video.options)
    .filter(([name]) => name.startsWith('x264-params.'))
    .map(([name, value]) => [name.slice('x264-params.'.length), value])
    .filter(([name]) => !left.has(name))
    .map(([name, value]) => `${name}=${value}`);
  const { preset, crf, profile } = video.options;
  return {
    preset,
    crf,
    profile,
    gop: video.gop,
    params: [...params, `keyint=${video.gop}`, `min-keyint=${video.gop}`].join(':'),
  };
}

/** Renders the shots with ffmpeg's own decoders, `concat` filter, x264 and AAC encoder; both cores. */
export function ffmpegRender(sources, shots, out) {
  const { preset, crf, profile, params } = x264Settings(sources);
  const inputs = shots.flatMap(({ path, from, length }) => ['-ss', seconds(from), '-t', seconds(length), '-i', path]);
  const graph = `${shots.map((_, at) => `[${at}:v:0][${at}:a:0]`).join('')}concat=n=${shots.length}:v=1:a=1[v][a]`;
  const video = ['-c:v', 'libx264', '-preset', preset, '-crf', crf, '-profile:v', profile, '-x264-params', params];
  const sound = ['-c:a', 'aac', '-b:a', '256k'];
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-y',
    ...inputs,
    '-filter_complex',
    graph,
    '-map',
    '[v]',
    '-map',
    '[a]',
    ...video,
    ...sound,
    out,
  ];
  return timeProgram('ffmpeg', args);
}

/** Renders the shots with melt: every frame, two threads that draw, x264's own threads. */
export function meltRender(sources, shots, out, folder) {
  const { preset, crf, profile, gop, params } = x264Settings(sources);
  const profilePath = join(folder, 'melt.profile');
  writeFileSync(profilePath, meltProfile(sources));
  const clips = shots.flatMap(({ path, from, length }) => [path, `in=${from}`, `out=${from + length - 1}`]);
  const video = [
    'vcodec=libx264',
    `preset=${preset}`,
    `crf=${crf}`,
    `vprofile=${profile}`,
    `g=${gop}`,
    `x264-params=${params}`,
  ];
  const sound = ['acodec=aac', 'ab=256k', 'ar=48000', 'channels=2'];
  const args = [
    '-silent',
    '-profile',
    profilePath,
    ...clips,
    '-consumer',
    `avformat:${out}`,
    ...video,
    ...sound,
    'real_time=-2',
    'threads=0',
  ];
  return timeProgram('melt', args);
}

function meltProfile({ width, height }) {
  const facts = {
    description: 'bench',
    frame_rate_num: framesPerSecond,
    frame_rate_den: 1,
    width,
    height,
    progressive: 1,
    sample_aspect_num: 1,
    sample_aspect_den: 1,
    display_aspect_num: width,
    display_aspect_den: height,
    colorspace: 709,
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function seconds(frames) {
  return (frames / framesPerSecond).toFixed(9);
}
