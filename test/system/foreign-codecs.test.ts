import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startWorkers, type MediaWorkers, type ReadCode } from '@patchwork/media';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testMedia } from '../e2e/kit/fixture.ts';
import { freshFolder, patchwork } from '../e2e/kit/patchwork.ts';

/** Insert edits into films that Debian's ffmpeg encoded in codecs other than H.264: encoded to match, and proven. */
const frames = 100;
const size = { width: 256, height: 144 };
const rate = { num: 24, den: 1 };
let folder: string;
let workers: MediaWorkers;

beforeAll(() => {
  folder = freshFolder('foreign-codecs');
  workers = startWorkers({ count: 1 });
});

afterAll(async () => {
  await workers.close();
  rmSync(folder, { recursive: true, force: true });
});

const x265 = (more: string): readonly string[] => [
  '-c:v',
  'libx265',
  '-x265-params',
  `log-level=error:keyint=24${more}`,
  '-tag:v',
  'hvc1',
];
const cases: readonly (readonly [name: string, file: string, args: readonly string[]])[] = [
  ['HEVC, closed GOPs', 'closed.mp4', x265(':open-gop=0')],
  ['HEVC, open GOPs', 'open.mp4', x265('')],
  ['HEVC, no B-frames, 10 bits', 'ten.mp4', [...x265(':bframes=0'), '-pix_fmt', 'yuv420p10le']],
  ['DNxHR HQ', 'dnx.mov', ['-c:v', 'dnxhd', '-profile:v', 'dnxhr_hq', '-pix_fmt', 'yuv422p']],
];

test.each(cases)('%s: shows the piece and nothing else changed', async (_name, file, args) => {
  const source = await testMedia('source', {
    id: 1,
    container: 'mov',
    video: { codec: 'h264', ...size, rate, frames, crf: 8 },
    sound: { codec: 'pcm_s16le', sampleRate: 48000, channels: 2, frequency: 400 },
  });
  const piece = await testMedia('piece', {
    id: 2,
    container: 'mov',
    video: { codec: 'prores', ...size, rate, frames: 10 },
    sound: null,
  });
  const path = join(folder, file);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', source, ...args, '-c:a', 'aac', path]);
  const options = { store: join(folder, 'store') };
  const ran = await patchwork(['patch', path, '--range', '40:50', '--with', piece], options);
  expect(ran.code, ran.stdout).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ how: 'encoded', verified: true });
  const expected = Array.from({ length: frames }, (_, frame): ReadCode =>
    frame >= 40 && frame < 50 ? { id: 2, frame: frame - 40 } : { id: 1, frame },
  );
  expect(await workers.readCodes({ path, codeRow: 'top' })).toEqual(expected);
  expect((await patchwork(['verify', path, '--deep'], options)).code).toBe(0);
});
