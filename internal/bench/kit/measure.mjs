// Times programs in turns, so that a machine with other work slows all of them alike, and says what it ran on.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/**
 * Runs a program to its end. Returns `{ seconds, cpuSeconds, stdout, stderr }`: wall clock, and processor time of it and
 * all its children as the system counted it. @throws Error with the end of its stderr when it fails.
 */
export function timeProgram(command, args) {
  // bash's `times` knows the processor time of waited-for descendants; node's own call knows only its own.
  const script = '"$@" 3>&-; code=$?; times >&3; exit $code';
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn('bash', ['-c', script, 'bash', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const texts = ['', '', ''];
    [1, 2, 3].forEach((stream, at) => child.stdio[stream].on('data', (data) => (texts[at] += data)));
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = (performance.now() - start) / 1000;
      const [stdout, stderr, times] = texts;
      if (code === 0) resolve({ seconds, cpuSeconds: childSeconds(times), stdout, stderr });
      else reject(new Error(`${command} ended with ${code}:\n${(stderr + stdout).slice(-2000)}`));
    });
  });
}

/** Second line of `times`: user and system time of the children, `0m1.250s 0m0.310s`. */
function childSeconds(text) {
  const [, children = ''] = text.trim().split('\n');
  return children
    .split(' ')
    .map((part) => /^(\d+)m([\d.]+)s$/.exec(part))
    .reduce((sum, match) => (match === null ? sum : sum + 60 * Number(match[1]) + Number(match[2])), 0);
}

/**
 * Measures contenders A B C, A B C … `rounds` times, after one round that is not counted: it fills the page cache and wakes
 * the processor for all of them. Each is `{ name, run(round): Promise<{ seconds, cpuSeconds }> }`; the first round is -1.
 */
export async function inTurns(contenders, rounds) {
  const measured = new Map(contenders.map(({ name }) => [name, []]));
  for (const { run } of contenders) await run(-1);
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of contenders) measured.get(name).push(await run(round));
  }
  return new Map(
    [...measured].map(([name, runs]) => [
      name,
      { seconds: median(runs.map((run) => run.seconds)), cpuSeconds: median(runs.map((run) => run.cpuSeconds)), runs },
    ]),
  );
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** First line that a program says of its version; null when it is not installed. */
export function versionOf(command, args) {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return error === undefined ? (`${stdout}${stderr}`.split('\n')[0] ?? '') : null;
}

/** Machine, versions and load, in one line each. */
export function printConditions(versions = {}) {
  const [cpu] = cpus();
  const busy = loadavg()
    .map((load) => load.toFixed(1))
    .join(' ');
  const sha = /\bsha_ni\b/.test(readFileSync('/proc/cpuinfo', 'utf8')) ? 'with' : 'without';
  console.log(
    `machine: ${cpu?.model.trim()}, ${cpus().length} cores, ${sha} SHA instructions, ${Math.round(totalmem() / 2 ** 30)} GiB; load ${busy}`,
  );
  for (const [name, version] of Object.entries({ node: process.version, ...versions }))
    console.log(`${name}: ${version}`);
}

/** Prints one comparison: both times, their ratio by the clock and by processor time, and whether the target is met. */
export function printRatio(name, own, peer, target) {
  const ratio = own.seconds / peer.seconds;
  const verdict = target === null ? '' : `target ≤ ${target}: ${ratio <= target ? 'met' : 'MISSED'}`;
  const cpu = `cpu ${own.cpuSeconds.toFixed(2)} s : ${peer.cpuSeconds.toFixed(2)} s = ${(own.cpuSeconds / peer.cpuSeconds).toFixed(3)}`;
  console.log(
    `${name}: ${own.seconds.toFixed(2)} s : ${peer.seconds.toFixed(2)} s = ${ratio.toFixed(3)}  (${cpu})  ${verdict}`,
  );
}

/** Value of `--name value` among the suite's own words. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

/** Whether the suite was given `--name`. */
export function hasFlag(name) {
  return process.argv.includes(`--${name}`);
}
