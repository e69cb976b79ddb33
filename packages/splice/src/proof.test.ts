import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { describe, expect, test } from 'vitest';
import { deepSeams, proveDecoding, seams, type DecodePort } from './proof/decode-proof.ts';
import type { Movie } from './container/movie.ts';
import { readMovie } from './container/movie-reader.ts';
import { writeMovie } from './write/movie-writer.ts';
import { proveTables } from './proof/table-proof.ts';
import { temporaryFolder } from './testing/folder.ts';
import { hashing } from './testing/hashing.ts';
import { specOf, type DrawnMovie } from './testing/random-movie.ts';

const files = nodeFiles();
const folder = temporaryFolder();

const drawn: DrawnMovie = {
  format: 'mov',
  codec: 'h264',
  rate: { num: 30000, den: 1001 },
  reorder: 1,
  chunks: [{ sizes: [30, 9, 7], order: [0, 2, 1], sync: [true, false, false] }],
  use: [0, 0, 0],
  sound: 'aac',
  dropFrame: true,
  startFrame: 1800,
  tags: {},
};
const spec = specOf(drawn, folder, 0);

async function readChanged(change: (bytes: Buffer) => void): Promise<Movie> {
  const path = join(folder, `proof-${Math.random().toString(36).slice(2)}.mov`);
  await writeMovie(files, path, spec, hashing);
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
  return await readMovie(files, path, sha256);
}

function contentOf(bytes: Buffer, type: string): number {
  return bytes.indexOf(type, 0, 'latin1') + 4;
}

describe('the proof of the tables', () => {
  test('V1: a movie as written is proven; a change of any table is found by name', async () => {
    expect(proveTables(await readChanged(() => undefined), spec)).toEqual([]);
    const cases: readonly (readonly [string, (bytes: Buffer) => void])[] = [
      ['PW_PROOF_PTS', (b) => b.writeUInt32BE(0, contentOf(b, 'ctts') + 12)],
      ['PW_PROOF_DTS', (b) => b.writeUInt32BE(1000, contentOf(b, 'stts') + 12)],
      ['PW_PROOF_SYNC', (b) => b.writeUInt32BE(5, contentOf(b, 'stss') + 12)],
      ['PW_PROOF_SIZE', (b) => b.writeUInt32BE(29, contentOf(b, 'stsz') + 12)],
      ['PW_PROOF_EDITS', (b) => b.writeUInt32BE(0, contentOf(b, 'elst') + 12)],
      ['PW_PROOF_TIME', (b) => b.writeUInt32BE(24000, contentOf(b, 'mdhd') + 12)],
      ['PW_PROOF_CONFIG', (b) => b.writeUInt8(0x42, contentOf(b, 'avcC') + 1)],
      ['PW_PROOF_CONFIG', (b) => b.writeUInt16BE(98, contentOf(b, 'avc1') + 24)],
      ['PW_PROOF_TIMECODE', (b) => b.writeUInt32BE(7, contentOf(b, 'mdat'))],
      ['PW_PROOF_TIMECODE', (b) => b.write('hint', b.indexOf('tref') + 8, 'latin1')],
      ['PW_PROOF_TRACKS', (b) => b.write('free', b.lastIndexOf('trak'), 'latin1')],
    ];
    for (const [code, change] of cases) {
      const findings = proveTables(await readChanged(change), spec);
      expect(
        findings.map((finding) => finding.code),
        code,
      ).toContain(code);
    }
  });

  test('V1: a configuration that says another raster than the profile is found', async () => {
    const wide = { ...spec, video: { ...spec.video, profile: { ...spec.video.profile, width: 98 } } };
    const path = join(folder, 'wide.mov');
    await writeMovie(files, path, wide, hashing);
    const findings = proveTables(await readMovie(files, path, sha256), wide);
    expect(findings.map((finding) => finding.text)).toEqual(['the decoder is told 96 x 64, progressive true']);
  });

  test('V1: a configuration that says other colours than the profile is found', async () => {
    const color = { primaries: 'smpte170m', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
    const other = { ...spec, video: { ...spec.video, profile: { ...spec.video.profile, color } } };
    const path = join(folder, 'colours.mov');
    await writeMovie(files, path, spec, hashing);
    const findings = proveTables(await readMovie(files, path, sha256), other);
    expect(findings.map((finding) => finding.text)).toEqual([
      'the picture has another sample entry than the profile and the chunks ask for',
      'the decoder is told the colours 1/1/1, full range false',
    ]);
  });

  test('V2: sound that ends more than a frame from the picture is found', async () => {
    const movie = await readChanged(() => undefined);
    const sound = spec.sound === null ? null : { ...spec.sound, samples: spec.sound.samples + 600 };
    expect(proveTables(movie, { ...spec, sound }).map((finding) => finding.code)).toContain('PW_PROOF_END');
  });
});

describe('what is decoded', () => {
  test('V3: fresh chunks and one on each side; three seeks a seam, the second backwards', () => {
    const plan = seams([
      { frames: 10, previous: 0 },
      { frames: 10, previous: 1 },
      { frames: 10, previous: null },
      { frames: 4, previous: null },
      { frames: 10, previous: 3 },
      { frames: 10, previous: 4 },
    ]);
    expect(plan).toEqual({ ranges: [{ in: 10, out: 44 }], seeks: [25, 19, 20, 39, 33, 34] });
  });

  test('V4: two reused chunks that were apart are a seam; a first render has none and is decoded whole', () => {
    expect(
      seams([
        { frames: 10, previous: 0 },
        { frames: 10, previous: 5 },
        { frames: 10, previous: 6 },
      ]),
    ).toEqual({
      ranges: [{ in: 0, out: 20 }],
      seeks: [15, 9, 10],
    });
    expect(
      seams([
        { frames: 10, previous: null },
        { frames: 3, previous: null },
      ]),
    ).toEqual({
      ranges: [{ in: 0, out: 13 }],
      seeks: [],
    });
    expect(seams([{ frames: 10, previous: 2 }])).toEqual({ ranges: [], seeks: [] });
  });

  test('V5: the deep proof decodes everything and seeks 60 times more, each time the same way', () => {
    const chunks = [
      { frames: 50, previous: 0 },
      { frames: 50, previous: null },
    ];
    const plan = deepSeams(chunks);
    expect(plan.ranges).toEqual([{ in: 0, out: 100 }]);
    expect(plan.seeks.length).toBe(63);
    expect(plan.seeks.every((frame) => frame >= 0 && frame < 100)).toBe(true);
    expect(new Set(plan.seeks).size).toBeGreaterThan(30);
    expect(deepSeams(chunks)).toEqual(plan);
  });

  test('V6: a frame that is missing, undecodable or different after a seek is found', async () => {
    const plan = { ranges: [{ in: 5, out: 8 }], seeks: [6, 5] };
    const port = (change: Partial<Awaited<ReturnType<DecodePort['decodeDigests']>>>): DecodePort => ({
      decodeDigests: async () => ({
        linear: [5, 6, 7].map((frame) => ({ frame, shown: true, digest: `d${frame}` })),
        sought: [6, 5].map((frame) => ({ frame, shown: true, digest: `d${frame}` })),
        findings: [],
        ...change,
      }),
    });
    const codes = async (change: Parameters<typeof port>[0]): Promise<readonly string[]> =>
      (await proveDecoding(port(change), 'x', plan)).map((finding) => `${finding.code} ${finding.frame}`);
    expect(await codes({})).toEqual([]);
    expect(await codes({ linear: [5, 7].map((frame) => ({ frame, shown: true, digest: `d${frame}` })) })).toEqual([
      'PW_PROOF_DECODE 6',
    ]);
    expect(await codes({ linear: [5, 6, 7].map((frame) => ({ frame, shown: frame < 7, digest: null })) })).toEqual([
      'PW_PROOF_DECODE 7',
    ]);
    expect(
      await codes({
        sought: [
          { frame: 6, shown: true, digest: 'd6' },
          { frame: 5, shown: true, digest: 'other' },
        ],
      }),
    ).toEqual(['PW_PROOF_SEEK 5']);
    expect(await codes({ sought: [{ frame: 6, shown: true, digest: 'd6' }] })).toEqual(['PW_PROOF_SEEK 5']);
    expect(await codes({ findings: ['no picture'] })).toEqual(['PW_PROOF_DECODER null']);
  });
});
