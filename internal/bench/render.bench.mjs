// A full render, cuts only, with sound, against Debian's ffmpeg command line at the same x264 settings (target ≤ 0.95 of
// its time) and against melt (≤ 0.75). Ours is the whole command: start, hashing of the media, an empty store, the default
// proof and the ledger. Every contender's file is checked to hold every frame.
//
//   npm run bench -- render                        1280 × 720, shots of 48 frames: 20 of cards, 4 of grain; about 3 minutes
//   npm run bench -- render -- --material cards --shots 40 --rounds 5 --require-peers

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorkers } from '@patchwork/media';
import { ffmpegRender, findPeers, meltRender, patchwork } from './kit/contenders.mjs';
import { makeCuts, makeSources, writeTimeline } from './kit/material.mjs';
import { hasFlag, inTurns, option, printConditions, printRatio } from './kit/measure.mjs';

const shotCounts = { cards: 20, grain: 4 };
const rounds = Number(option('rounds', '3'));
const shotFrames = 48;
const peers = findPeers(['ffmpeg', 'melt']);
const materials = option('material', peers.has('ffmpeg') ? 'cards,grain' : 'cards').split(',');
const folder = await mkdtemp(join(process.env.PW_BENCH_DIR ?? tmpdir(), 'patchwork-bench-render-'));

try {
  printConditions(Object.fromEntries(peers));
  for (const material of materials) await compare(material);
} finally {
  await rm(folder, { recursive: true });
}
if (hasFlag('require-peers') && peers.size < 2) process.exitCode = 1;

async function compare(material) {
  const shots = Number(option('shots', String(shotCounts[material])));
  const sources = await makeSources(material, { width: 1280, height: 720, count: 4, frames: 96 });
  const cuts = makeCuts(sources, shots, shotFrames);
  const timeline = join(folder, 'film.otio');
  writeTimeline(timeline, sources, { picture: cuts, sound: cuts });
  const out = (name) => join(folder, `${name}.mp4`);
  const contenders = [
    {
      name: 'patchwork',
      // A new name and an empty store each round: nothing may be reused.
      run: async (round) => {
        await rm(out('patchwork'), { force: true });
        await rm(`${out('patchwork')}.patchwork`, { force: true });
        return patchwork(['render', timeline, '-o', out('patchwork')], join(folder, `store-${material}-${round}`));
      },
    },
    { name: 'ffmpeg', run: () => ffmpegRender(sources, cuts, out('ffmpeg')) },
    { name: 'melt', run: () => meltRender(sources, cuts, out('melt'), folder) },
  ].filter(({ name }) => name === 'patchwork' || peers.has(name));
  const measured = await inTurns(contenders, rounds);
  console.log(
    `\n${shots} shots of ${shotFrames} frames, 1280 × 720, ${material}; medians of ${rounds} in turns after a warm-up`,
  );
  await checkFrames(
    shots * shotFrames,
    [...measured.keys()].map((name) => [name, out(name)]),
  );
  const own = measured.get('patchwork');
  for (const [name, target] of [
    ['ffmpeg', 0.95],
    ['melt', 0.75],
  ]) {
    if (measured.has(name)) printRatio(`patchwork : ${name}`, own, measured.get(name), target);
  }
}

/** Says the size of each file, and refuses one that lacks frames: a peer that drops frames is fast for nothing. */
async function checkFrames(frames, made) {
  const workers = startWorkers({ count: 1 });
  try {
    for (const [name, path] of made) {
      const { video } = await workers.probe(path);
      const { size } = await stat(path);
      console.log(`  ${name}: ${video?.frames} frames, ${(size / 1e6).toFixed(2)} MB`);
      if (video?.frames !== frames) throw new Error(`${name} wrote ${video?.frames} of ${frames} frames`);
    }
  } finally {
    await workers.close();
  }
}
