import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { clipsIn } from '@patchwork/timeline';
import { planBundle } from './bundle/plan.ts';
import { writeOtioz } from './bundle/otioz.ts';
import { writeEdl } from './edl/write.ts';
import { writeFcpxml } from './fcpxml/writer/write.ts';
import { inspection } from './inspection.ts';
import { listing } from './listing.ts';
import { readTimelineFile } from './read-timeline-file.ts';
import { readResolveProject, readResolveStill } from './resolve/project.ts';
import { strip } from './strip.ts';
import { timelineTable } from './table/table.ts';
import { mutated, randomFrom } from './testing/mutate.ts';
import { hasSamples, sampleBytes, samplePaths } from './testing/samples.ts';
import { writeXmeml } from './xmeml/write.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);
/** Number of the first run, so that many can be made in pieces. */
const first = Number(process.env['PW_FIRST'] ?? 0);
/** Above what vitest itself takes; damaged files of 60 kB must not need more. */
const mostBytes = 1500e6;
const decoder = new TextDecoder('latin1');
const encoder = new TextEncoder();

/** Reads, shows and writes a damaged file; gives the error's code, or how many timelines came of it. Anything else is a fault of ours. */
function outcomeOf(name: string, bytes: Uint8Array): string {
  try {
    const { timelines, diagnostics } = readTimelineFile({ name, bytes });
    inspection(timelines, diagnostics);
    for (const timeline of timelines) {
      listing(timeline);
      strip(timeline);
      timelineTable(timeline, { columns: 80, rows: 40 });
      writeFcpxml(timeline);
      writeEdl(timeline);
      writeXmeml(timeline);
    }
    return timelines.length === 0 ? 'no timeline' : 'timelines';
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return error.code;
  }
}

/** What the runs came to. */
class Tally {
  readonly #counts = new Map<string, number>();
  #slowestMs = 0;
  #largestBytes = 0;

  /** @param seed names the run in the error when it fails. */
  run(seed: string, attempt: () => string): void {
    // Processor time: the clock also counts what else the machine does.
    const start = process.cpuUsage();
    let outcome: string;
    try {
      outcome = attempt();
    } catch (error) {
      throw new Error(seed, { cause: error });
    }
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
    this.#slowestMs = Math.max(this.#slowestMs, took);
    expect(took, `${seed}: within five seconds of the processor`).toBeLessThan(5000);
  }

  /** Looked at now and then: asking costs more than a run. */
  weigh(): void {
    this.#largestBytes = Math.max(this.#largestBytes, process.memoryUsage.rss());
    expect(this.#largestBytes, 'bytes of the process').toBeLessThan(mostBytes);
  }

  print(name: string): void {
    if (process.env['PW_RUNS'] === undefined) return;
    const counts = [...this.#counts].toSorted((a, b) => b[1] - a[1]).map(([outcome, count]) => `${outcome} ${count}`);
    process.stderr.write(
      `${name}: ${runs} runs, slowest ${this.#slowestMs.toFixed(0)} ms, at most ${(this.#largestBytes / 1e6).toFixed(0)} MB\n  ${counts.join(', ')}\n`,
    );
  }
}

/** A bundle of a sample, and where its parts stand. */
async function bundleOf(path: string): Promise<Uint8Array> {
  const [timeline] = readTimelineFile({ name: path, bytes: sampleBytes(path) }).timelines;
  if (timeline === undefined) throw new Error(`no timeline in ${path}`);
  const urls = [...clipsIn(timeline)].length;
  const bytes = encoder.encode(`media of ${urls} clips`);
  const source = {
    size: bytes.length,
    read: async function* () {
      yield bytes;
    },
  };
  const plan = planBundle(timeline, 'missing-if-not-file', () => true);
  const parts: Uint8Array[] = [];
  for await (const part of writeOtioz(plan, () => source)) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

/** A text of a Resolve file: a still, or one of a project's, with the file made anew around a damaged one. */
interface ResolvePart {
  readonly path: string;
  readonly text: string;
  packed(bytes: Uint8Array): Uint8Array;
}

function partsOf(path: string): ResolvePart[] {
  if (path.endsWith('.drx')) return [{ path, text: decoder.decode(sampleBytes(path)), packed: (bytes) => bytes }];
  const files = unzipSync(sampleBytes(path));
  return Object.entries(files)
    .filter(([, bytes]) => bytes.length < 200_000)
    .map(([name, bytes]) => ({
      path: `${path}/${name}`,
      text: decoder.decode(bytes),
      packed: (damaged) => zipSync({ ...files, [name]: damaged }, { level: 0 }),
    }));
}

/** Blobs, protobuf messages and packed bytes inside are hexadecimal text, so damage to the text reaches all of them. */
function digestsOutcomeOf({ path, packed }: ResolvePart, bytes: Uint8Array): string {
  const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
  try {
    if (path.endsWith('.drx'))
      return readResolveStill(path, packed(bytes), sha256).clipGrade === null ? 'none' : 'digests';
    return readResolveProject(path, packed(bytes), sha256).sequences.length === 0 ? 'no sequence' : 'digests';
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return error.code;
  }
}

describe.runIf(hasSamples())('damaged samples', () => {
  const timeout = 60_000 + runs * 200;

  test.each(['fcpxml', 'xmeml', 'edl', 'otio'])(
    'Z1: %s: every outcome is a timeline or a coded error, in bounded time and memory',
    { timeout },
    (under) => {
      const tally = new Tally();
      const samples = samplePaths(under)
        .map((path) => ({ path, text: decoder.decode(sampleBytes(path)) }))
        .filter(({ path, text }) => text.length < 60_000 && outcomeOf(path, encoder.encode(text)) === 'timelines');
      for (let run = first; run < first + runs; run += 1) {
        const sample = samples[run % samples.length];
        if (sample === undefined) continue;
        const text = mutated(sample.text, randomFrom(run * 7919 + 13));
        tally.run(`seed ${run}, ${sample.path}`, () => outcomeOf(sample.path, encoder.encode(text)));
        if (run % 500 === 0) tally.weigh();
      }
      tally.print(under);
    },
  );

  test('Z2: otioz: damaged archives give a timeline or a coded error', { timeout }, async () => {
    const tally = new Tally();
    const archive = await bundleOf('otio/transition_test.otio');
    for (let run = first; run < first + runs; run += 1) {
      const random = randomFrom(run * 104729 + 7);
      const damaged = archive.slice(0, random() < 0.1 ? Math.floor(random() * archive.length) : archive.length);
      // The directory and the headers are a small part of the file: half of the damage goes there.
      for (let flip = 0; flip < 3 && damaged.length > 0; flip += 1) {
        const span = random() < 0.5 ? Math.min(400, damaged.length) : damaged.length;
        damaged[damaged.length - 1 - Math.floor(random() * span)] = Math.floor(random() * 256);
      }
      tally.run(`seed ${run}`, () => outcomeOf('b.otioz', damaged));
      if (run % 500 === 0) tally.weigh();
    }
    tally.print('otioz');
  });

  test('Z3: DRX and DRP: damaged stills and projects give digests or a coded error', { timeout }, () => {
    const tally = new Tally();
    const parts = samplePaths('resolve').flatMap(partsOf);
    for (let run = first; run < first + runs; run += 1) {
      const part = parts[run % parts.length];
      if (part === undefined) continue;
      const text = mutated(part.text, randomFrom(run * 15485863 + 29));
      tally.run(`seed ${run}, ${part.path}`, () => digestsOutcomeOf(part, encoder.encode(text)));
      if (run % 500 === 0) tally.weigh();
    }
    tally.print('drx, drp');
  });
});
