import { readFileSync, readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { SoundProfile } from '@patchwork/plan';
import type { SoundPiece, SoundProgram } from '@patchwork/program';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobMedia, type TestSoundSpec, startWorkers } from '../index.ts';
import { makeBench, testMedia } from '../testing/bench.ts';
import { renderSound } from './render-sound.ts';
import { envelope } from './sound/sound-reader.ts';
import { toneAt } from './test-media/tone-track.ts';

Log.setLevel(AV_LOG_QUIET);
const workers = startWorkers({ count: 2 });
const bench = makeBench();
const runs = 8 * Number(process.env['PW_RUNS'] ?? '1');
const s16: SoundProfile = { codec: 'pcm_s16le', sampleRate: 48_000, layout: 'stereo', bitrate: null };
const s24: SoundProfile = { ...s16, codec: 'pcm_s24le' };
const aac: SoundProfile = { ...s16, codec: 'aac', bitrate: 192_000 };
const click = 30_011;
const specs = {
  pcm: {
    codec: 'pcm_s24le',
    sampleRate: 48_000,
    channels: 2,
    frequency: 440,
    channelStep: 0.5,
    clicks: [click],
    samples: 96_000,
  },
  short: { codec: 'pcm_s16le', sampleRate: 48_000, channels: 1, frequency: 300, clicks: [100], samples: 20_000 },
  cd: { codec: 'pcm_s16le', sampleRate: 44_100, channels: 1, frequency: 1000, samples: 88_200 },
  aac: { codec: 'aac', sampleRate: 48_000, channels: 2, frequency: 500, samples: 96_000 },
} satisfies { readonly [name: string]: TestSoundSpec };
const media = new Map<keyof typeof specs, JobMedia>();

beforeAll(async () => {
  for (const name of Object.keys(specs) as (keyof typeof specs)[]) {
    media.set(
      name,
      await testMedia(workers, {
        path: bench.path(`${name}.mov`),
        id: 1,
        container: 'mov',
        video: null,
        sound: specs[name],
      }),
    );
  }
});
afterAll(async () => {
  await workers.close();
  bench.remove();
});

function piece(name: keyof typeof specs, change: Partial<SoundPiece> = {}): SoundPiece {
  const channels = specs[name].channels;
  return {
    media: media.get(name)?.identity ?? '',
    stream: 0,
    at: 0,
    length: 48_000,
    sourceStart: { num: 0, den: 1 },
    speed: { num: 1, den: 1 },
    map: channels === 1 ? { left: [1], right: [1] } : { left: [1, 0], right: [0, 1] },
    gainLeft: [{ sample: 0, gain: 1 }],
    gainRight: [{ sample: 0, gain: 1 }],
    ...change,
  };
}

function programme(pieces: readonly SoundPiece[], samples: number = 48_000): SoundProgram {
  return { sampleRate: 48_000, layout: 'stereo', samples, pieces, key: 'key' };
}

/** Renders in this process and reads the PCM back: whole numbers, left and right in turn. */
function rendered(sound: SoundProgram, profile: SoundProfile = s24, block?: number): number[] {
  const outPath = bench.path('out.pcm');
  const result = renderSound(
    { media: [...media.values(), ...tones.values()], sound, profile, outPath },
    () => undefined,
    block,
  );
  const bytes = readFileSync(outPath);
  expect(bytes.length).toBe(result.packets * (result.bytesPerPacket ?? 0));
  const width = profile.codec === 'pcm_s16le' ? 2 : 3;
  return Array.from({ length: bytes.length / width }, (_, index) => bytes.readIntLE(index * width, width));
}

/** A test tone's sample as the file holds it. */
function recorded(spec: TestSoundSpec, channel: number, sample: number, full: number): number {
  if (sample < 0 || sample >= (spec.samples ?? 0)) return 0;
  if (spec.clicks?.includes(sample) === true) return full - 1;
  return Math.round(toneAt(spec, channel, sample) * full) + 0;
}

const full24 = 2 ** 23;
const full16 = 2 ** 15;

describe('PCM at its own rate', () => {
  test('24 bits pass bit-exact, from any sample, to their place, and past the end comes silence', () => {
    const sound = programme([piece('pcm', { at: 1000, length: 40_000, sourceStart: { num: 70_003, den: 48_000 } })]);
    const expected = Array.from({ length: 48_000 * 2 }, (_, index) => {
      const sample = Math.floor(index / 2) - 1000;
      return sample < 0 || sample >= 40_000 ? 0 : recorded(specs.pcm, index % 2, 70_003 + sample, full24);
    });
    expect(rendered(sound)).toEqual(expected);
  });

  test('16 bits pass bit-exact; mono is centred', () => {
    const sound = programme([piece('short', { length: 20_000 })], 20_000);
    expect(rendered(sound, s16)).toEqual(
      Array.from({ length: 40_000 }, (_, index) => recorded(specs.short, 0, Math.floor(index / 2), full16)),
    );
  });

  test('backwards, sample by sample', () => {
    const sound = programme(
      [piece('pcm', { length: 30_000, sourceStart: { num: 40_000, den: 48_000 }, speed: { num: -1, den: 1 } })],
      30_000,
    );
    expect(rendered(sound)).toEqual(
      Array.from({ length: 60_000 }, (_, index) =>
        recorded(specs.pcm, index % 2, 39_999 - Math.floor(index / 2), full24),
      ),
    );
  });

  test('a click stands at its sample', () => {
    const loud = rendered(programme([piece('pcm', { at: 5000, length: 43_000, sourceStart: { num: 1, den: 4 } })])).map(
      (value) => value > 0.9 * full24,
    );
    expect([loud.indexOf(true), loud.lastIndexOf(true)].map((index) => Math.floor(index / 2))).toEqual([
      5000 + click - 12_000,
      5000 + click - 12_000,
    ]);
  });

  test('an offset of less than half a sample is the nearest sample', () => {
    const at = (num: number, den: number): number[] =>
      rendered(programme([piece('pcm', { length: 1000, sourceStart: { num, den } })], 1000));
    expect(at(10_004, 480_000)).toEqual(at(1000, 48_000));
    expect(at(10_006, 480_000)).toEqual(at(1001, 48_000));
  });
});

describe('gains and sums', () => {
  test('an envelope is straight between its points and held outside', () => {
    expect([
      ...envelope(
        [
          { sample: 2, gain: 0 },
          { sample: 6, gain: 1 },
          { sample: 8, gain: 0.5 },
        ],
        0,
        11,
      ),
    ]).toEqual([0, 0, 0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.5, 0.5]);
    expect([...envelope([], 0, 2)]).toEqual([1, 1]);
    expect([...envelope([{ sample: 5, gain: 0.5 }], 3, 5)]).toEqual([0.5, 0.5]);
  });

  test('pieces add up, each by its own gain on each side, rounded once, a half away from zero', () => {
    const one = piece('pcm', {
      length: 48_000,
      gainLeft: [{ sample: 0, gain: 0.5 }],
      gainRight: [
        { sample: 0, gain: 0 },
        { sample: 48_000, gain: 1 },
      ],
    });
    const two = piece('short', {
      at: 10_000,
      length: 20_000,
      gainLeft: [{ sample: 0, gain: 0.25 }],
      gainRight: [{ sample: 0, gain: 1 }],
    });
    const expected = Array.from({ length: 96_000 }, (_, index) => {
      const sample = Math.floor(index / 2);
      const left = index % 2 === 0;
      const first = recorded(specs.pcm, index % 2, sample, full24) / full24;
      const second = sample < 10_000 ? 0 : recorded(specs.short, 0, sample - 10_000, full16) / full16;
      const value =
        (left ? 0.5 : sample / 48_000) * first + (left ? 0.25 : 1) * (sample - 10_000 < 20_000 ? second : 0);
      const whole = Math.floor(Math.abs(value) * full24 + 0.5) * Math.sign(value);
      return Math.max(-full24, Math.min(full24 - 1, whole)) + 0;
    });
    expect(rendered(programme([one, two]))).toEqual(expected);
  });

  test('what leaves the range is clipped and counted', () => {
    const outPath = bench.path('clip.pcm');
    const loud = Array.from({ length: 5 }, () => piece('pcm', { length: 1000 }));
    const result = renderSound(
      { media: [...media.values()], sound: programme(loud, 1000), profile: s16, outPath },
      () => undefined,
    );
    expect(result.clipped).toBeGreaterThan(100);
    const bytes = readFileSync(outPath);
    const values = Array.from({ length: 2000 }, (_, index) => bytes.readInt16LE(index * 2));
    expect([Math.min(...values), Math.max(...values)]).toEqual([-32768, 32767]);
  });

  test('a channel map is obeyed', () => {
    const swapped = rendered(programme([piece('pcm', { length: 1000, map: { left: [0, 1], right: [0.5, 0] } })], 1000));
    expect(swapped.filter((_, index) => index % 2 === 0)).toEqual(
      Array.from({ length: 1000 }, (_, sample) => recorded(specs.pcm, 1, sample, full24)),
    );
  });
});

let toned = 0;
const tones = new Map<string, JobMedia>();

/** Renders a piece of a tone of its own, written for the occasion. */
async function renderedTone(spec: TestSoundSpec, change: Partial<SoundPiece>): Promise<number[]> {
  toned += 1;
  const path = bench.path(`tone-${toned}.mov`);
  const one = await testMedia(workers, { path, id: 1, container: 'mov', video: null, sound: spec });
  tones.set(path, one);
  return rendered(programme([piece('pcm', { media: path, ...change })], change.length));
}

describe('another rate or speed', () => {
  /** Peak of the difference to the tone itself, relative to full scale, away from the ends. */
  function errorOf(values: readonly number[], spec: TestSoundSpec, speed: number, start: number): number {
    let worst = 0;
    for (let sample = 4000; sample < values.length / 2 - 4000; sample += 1) {
      const source = (start + (speed * sample) / 48_000) * spec.sampleRate - (speed < 0 ? 1 : 0);
      worst = Math.max(worst, Math.abs((values[sample * 2] ?? 0) / full24 - toneAt(spec, 0, source)));
    }
    return worst;
  }

  test.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [-3, 2],
    [1001, 1000],
  ])('a tone at %i/%i of its speed is that tone, from its exact place', (num, den) => {
    const start = num < 0 ? 3 / 2 : 1 / 10;
    const sound = programme(
      [
        piece('cd', {
          length: 36_000,
          sourceStart: num < 0 ? { num: 3, den: 2 } : { num: 1, den: 10 },
          speed: { num, den },
        }),
      ],
      36_000,
    );
    // The file itself is rounded to 16 bits: half a step of 1/32768.
    expect(errorOf(rendered(sound), specs.cd, num / den, start)).toBeLessThan(4e-5);
  });

  test('twice as fast is filtered, not thinned out: what the new rate cannot hold is gone', async () => {
    const spec = { ...specs.pcm, frequency: 16_000, channelStep: 0, clicks: [] };
    const values = await renderedTone(spec, { speed: { num: 2, den: 1 }, length: 20_000 });
    expect(Math.max(...values.slice(8000, 30_000).map(Math.abs)) / full24).toBeLessThan(2e-4);
  });

  test('does not depend on the blocks it is mixed in, nor on how a piece is cut', () => {
    const sound = (cuts: readonly number[]): SoundProgram => {
      const edges = [0, ...cuts, 30_000];
      return programme(
        edges.slice(1).map((out, index) => {
          const from = edges[index] ?? 0;
          return piece('cd', {
            at: from,
            length: out - from,
            sourceStart: { num: 480 + 3 * from, den: 96_000 },
            speed: { num: 3, den: 2 },
          });
        }),
        30_000,
      );
    };
    const whole = rendered(sound([]));
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 50_000 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 29_999 }), { maxLength: 4 }),
        (block, cuts) => {
          expect(rendered(sound(cuts.toSorted((a, b) => a - b)), s24, block)).toEqual(whole);
        },
      ),
      { numRuns: runs },
    );
  });
});

describe('AAC', () => {
  test('as a source is the linear decode, wherever a piece begins', async () => {
    const path = media.get('aac')?.path ?? '';
    const pcm = bench.path('aac.f32');
    const decoded = await workers.decodeSound({ path, outPath: pcm });
    expect(decoded).toEqual({ sampleRate: 48_000, channels: 2, samples: 96_000 });
    const bytes = readFileSync(pcm);
    const start = 61_234;
    const values = rendered(
      programme([piece('aac', { length: 20_000, sourceStart: { num: start, den: 48_000 } })], 20_000),
    );
    const expected = Array.from({ length: 40_000 }, (_, index) => {
      const value = bytes.readFloatLE(((index % 2) * 96_000 + start + Math.floor(index / 2)) * 4) * full24;
      return value < 0 ? 0 - Math.floor(-value + 0.5) : Math.floor(value + 0.5);
    });
    expect(values.map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
  });

  test('as a deliverable: packets, priming, AudioSpecificConfig; the same bytes twice', async () => {
    const sound = programme([piece('pcm', { length: 90_000 })], 90_001);
    const job = { media: [...media.values()], sound, profile: aac };
    const [one, two] = await Promise.all([
      workers.renderSound({ ...job, outPath: bench.path('one.aac') }),
      workers.renderSound({ ...job, outPath: bench.path('two.aac') }),
    ]);
    expect(two).toEqual(one);
    expect(readFileSync(bench.path('two.aac'))).toEqual(readFileSync(bench.path('one.aac')));
    expect({ ...one, sizes: one.sizes?.reduce((sum, size) => sum + size, 0), digest: null }).toEqual({
      codec: 'aac',
      sampleRate: 48_000,
      channels: 2,
      samples: 90_001,
      packets: Math.ceil((90_001 + 1024) / 1024),
      samplesPerPacket: 1024,
      sizes: readFileSync(bench.path('one.aac')).length,
      bytesPerPacket: null,
      priming: 1024,
      config: one.config,
      digest: null,
      clipped: 0,
    });
    // AAC-LC (2), 48 kHz (3), two channels (2): 00010 0011 0010 …
    expect(Buffer.from(one.config, 'base64').readUInt16BE(0) >> 3).toBe(0b00010_0011_0010);
  });
});

test('a source of another length than stated, and one that is missing', () => {
  expect(() => rendered(programme([piece('pcm', { media: 'nobody' })]))).toThrowError(
    expect.objectContaining({ code: 'PW_MEDIA_OFFLINE' }),
  );
  expect(() => rendered(programme([]), { ...s24, sampleRate: 44_100 })).toThrowError(TypeError);
  expect(rendered(programme([], 100))).toEqual(Array.from({ length: 200 }, () => 0));
});

test('decoded sound leaves no file behind', () => {
  expect(readdirSync(bench.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
