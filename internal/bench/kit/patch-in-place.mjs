// Patches a film in place and nothing else, for its memory and processor time. On stdin: `{ movie, chunk, range }`, the chunk
// again and again over the range; on stdout what it cost.

import { readFileSync } from 'node:fs';

// The kernel's high-water mark of this program alone: `maxRSS` begins with that of the process that started it.
const megabytes = () =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024);
const cpuMs = (since) => {
  const { user, system } = process.cpuUsage(since);
  return Math.round((user + system) / 1000);
};

const nodeMb = megabytes();
const { movie: path, chunk, range } = JSON.parse(readFileSync(0, 'utf8'));
const { nodeFiles, sha256, startSha256 } = await import('@patchwork/files');
const { findBoundaries, patchInPlace, planPatch, readMovie, widened } = await import('@patchwork/splice');
const files = nodeFiles();
const began = process.cpuUsage();
const movie = await readMovie(files, path, sha256);
const indexCpuMs = cpuMs(began);
const base = await findBoundaries(files, movie);
const count = (range.out - range.in) / chunk.sizes.length;
const plan = planPatch(base, { range: widened(base, range, 0), pieces: Array.from({ length: count }, () => chunk) });
await patchInPlace(files, plan, { sha256, startSha256 }, async () => {});
const facts = { samples: base.samples.count, indexCpuMs, cpuMs: cpuMs(began), peakMb: megabytes(), nodeMb };
process.stdout.write(JSON.stringify(facts));
