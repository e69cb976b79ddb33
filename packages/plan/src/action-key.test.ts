import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '@patchwork/kernel';
import type { Program } from '@patchwork/program';
import { fakeProgram, fixtureClips } from '../test/fake-program.ts';
import { actionKey, encodingDigest, planChunks } from './action-key.ts';
import { builtInProfile } from './built-in-profile.ts';
import { chunkGrid } from './grid.ts';
import type { Toolchain, VideoProfile } from './profile.ts';

const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');
const video = builtInProfile('h264', { width: 64, height: 36, rate: { num: 24, den: 1 } }).video;
const toolchain: Toolchain = { drawing: '1', ffmpeg: '8.1', encoder: 'x264 core 165', cpuClass: null };

/** A programme of which only the frame keys matter. */
function keyed(keys: readonly string[]): Program {
  const base = fakeProgram({ clips: [{ name: 'a', start: 0, length: 2 }] });
  return { ...base, frames: keys.length, frameKeyAt: (frame) => keys[frame] ?? '' };
}

function keyOf(keys: readonly string[]): string {
  return actionKey(keyed(keys), { in: 0, out: keys.length }, 'encoding', sha256);
}

/** Every leaf of a value, as the value with this leaf alone changed. */
function mutations(value: Json, path: string): { path: string; value: Json }[] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const object = value as { readonly [key: string]: Json };
    return Object.keys(object).flatMap((name) =>
      mutations(object[name] ?? null, `${path}.${name}`).map((inner) => ({
        path: inner.path,
        value: { ...object, [name]: inner.value },
      })),
    );
  }
  if (typeof value === 'number') return [{ path, value: value + 2 }];
  return [{ path, value: `${String(value)}?` }];
}

describe('action keys', () => {
  const whole = encodingDigest(video, toolchain, sha256);

  const labels: readonly string[] = ['video.color.primaries', 'video.color.transfer'];
  const isLabel = ({ path }: { path: string }): boolean => labels.includes(path);
  // Another codec may leave out other members: `codec` is tested on its own.
  const changed = mutations(video as unknown as Json, 'video').filter(({ path }) => path !== 'video.codec');

  test.each(changed.filter((each) => !isLabel(each)))('K1: $path is in the key', ({ value }) => {
    expect(encodingDigest(value as unknown as VideoProfile, toolchain, sha256)).not.toBe(whole);
  });

  test('K1: video.codec is in the key', () => {
    expect(encodingDigest({ ...video, codec: 'prores' }, toolchain, sha256)).not.toBe(whole);
  });

  test('K6: primaries and transfer of H.264 are not', () => {
    const labelled = changed.filter(isLabel);
    expect(labelled.map(({ path }) => path)).toEqual(labels);
    for (const { value } of labelled) {
      expect(encodingDigest(value as unknown as VideoProfile, toolchain, sha256)).toBe(whole);
    }
  });

  test('K6: nor are those of HEVC', () => {
    const { video: hevc } = builtInProfile('hevc-mp4', { width: 64, height: 36, rate: { num: 24, den: 1 } });
    const digest = (color: Partial<VideoProfile['color']>): string =>
      encodingDigest({ ...hevc, color: { ...hevc.color, ...color } }, toolchain, sha256);
    expect(digest({ primaries: 'bt2020', transfer: 'smpte2084' })).toBe(digest({}));
    expect(digest({ matrix: 'smpte170m' })).not.toBe(digest({}));
  });

  test.each(
    mutations(
      builtInProfile('prores-422', { width: 64, height: 36, rate: { num: 24, den: 1 } }).video.color as unknown as Json,
      'color',
    ),
  )('K6: of ProRes, $path is in the key', ({ value }) => {
    const { video: prores } = builtInProfile('prores-422', { width: 64, height: 36, rate: { num: 24, den: 1 } });
    const other = { ...prores, color: value as unknown as VideoProfile['color'] };
    expect(encodingDigest(other, toolchain, sha256)).not.toBe(encodingDigest(prores, toolchain, sha256));
  });

  test.each(mutations(toolchain as unknown as Json, 'toolchain'))('K1: $path is in the key', ({ value }) => {
    expect(encodingDigest(video, value as unknown as Toolchain, sha256)).not.toBe(whole);
  });

  test('K1: an option too many is in the key', () => {
    const more = { ...video, options: { ...video.options, tune: 'film' } };
    expect(encodingDigest(more, toolchain, sha256)).not.toBe(whole);
  });

  test('K2: the pictures and their order are in the key', () => {
    const base = keyOf(['a', 'b', 'c']);
    for (const other of [
      ['a', 'b'],
      ['a', 'c', 'b'],
      ['a', 'b', 'd'],
      ['b', 'b', 'c'],
      ['a', 'b', 'c', 'c'],
      ['a', 'a', 'b', 'c'],
    ]) {
      expect(keyOf(other)).not.toBe(base);
    }
    expect(actionKey(keyed(['a', 'b', 'c']), { in: 0, out: 3 }, 'other encoding', sha256)).not.toBe(base);
  });

  test('K3: the record position is not: equal pictures have one key wherever they stand', () => {
    const program = keyed(['x', 'a', 'a', 'b', 'y', 'a', 'a', 'b']);
    const at = (start: number): string => actionKey(program, { in: start, out: start + 3 }, 'encoding', sha256);
    expect(at(1)).toBe(at(5));
  });

  test('K4: no text of one frame key can pass for several', () => {
    expect(keyOf(['a\n1 1 b'])).not.toBe(keyOf(['a', 'b']));
    expect(keyOf(['1 1 a'])).not.toBe(keyOf(['a']));
    expect(keyOf(['a', 'a'])).not.toBe(keyOf(['aa']));
  });

  test('K5: the chunks of a programme are the grid with their keys', () => {
    const program = fakeProgram({ clips: fixtureClips() });
    const chunks = planChunks(program, video, toolchain, sha256);
    expect(chunks).toHaveLength(24);
    expect(chunks[3]).toEqual({ in: 144, out: 192, key: actionKey(program, { in: 144, out: 192 }, whole, sha256) });
    expect(new Set(chunks.map(({ key }) => key)).size).toBe(24);
  });

  test('K5: frame by frame as over the grid of one frame', () => {
    const intra = builtInProfile('prores-422', { width: 64, height: 36, rate: { num: 24, den: 1 } }).video;
    const encoding = encodingDigest(intra, toolchain, sha256);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'b:1'), { maxLength: 12 }), (keys) => {
        const program = keyed(keys);
        const grid = chunkGrid(program, 1).map((range) => ({
          ...range,
          key: actionKey(program, range, encoding, sha256),
        }));
        expect(planChunks(program, intra, toolchain, sha256)).toEqual(grid);
      }),
    );
  });
});
