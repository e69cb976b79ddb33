import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestVideoSpec, startWorkers } from '../index.ts';
import { makeBench } from '../testing/bench.ts';
import { timecodeFrame, timecodeText } from './timecode.ts';

const workers = startWorkers({ count: 1 });
const bench = makeBench();
const rec709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
const small: TestVideoSpec = { codec: 'h264', width: 96, height: 64, rate: { num: 25, den: 1 }, frames: 20 };
const film = bench.path('film.mov');

beforeAll(async () => {
  await workers.writeTestMedia({
    path: film,
    id: 1,
    container: 'mov',
    video: small,
    startTimecode: { frame: 90_000, dropFrame: false },
    sound: { codec: 'aac', sampleRate: 48_000, channels: 2, frequency: 440 },
  });
});
afterAll(async () => {
  await workers.close();
  bench.remove();
});

describe('facts', () => {
  test('of a MOV with sound and timecode, whole', async () => {
    expect(await workers.probe(film)).toEqual({
      path: film,
      container: 'mov,mp4,m4a,3gp,3g2,mj2',
      content: expect.stringMatching(/^[0-9a-f]{64}$/),
      video: {
        stream: 0,
        codec: 'h264',
        profile: expect.stringMatching(/^avc1\.64/),
        width: 96,
        height: 64,
        pixelFormat: 'yuv420p',
        pixelAspect: { num: 1, den: 1 },
        rotation: 0,
        fieldOrder: 'progressive',
        color: rec709,
        rate: { num: 25, den: 1 },
        frames: 20,
        still: false,
        timeBase: { num: 1, den: 12_800 },
        firstPts: 0,
        times: null,
      },
      sound: [
        {
          stream: 1,
          codec: 'aac',
          sampleRate: 48_000,
          channels: 2,
          layout: 'stereo',
          start: { num: 0, den: 1 },
          samples: 38_400,
        },
      ],
      startTimecode: { frame: 90_000, dropFrame: false },
    });
  });

  test('the content is the same in a longer file and another one with one other picture', async () => {
    const { content } = await workers.probe(film);
    const longer = `${film}.longer.mov`;
    // A `free` box at the end: other bytes, the same packets.
    writeFileSync(longer, Buffer.concat([readFileSync(film), Buffer.from('0000000866726565', 'hex')]));
    expect((await workers.probe(longer)).content).toBe(content);
    const other = `${film}.other.mov`;
    const bytes = readFileSync(film);
    const at = bytes.indexOf('mdat', 0, 'latin1') + 4 + 600;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(other, bytes);
    expect((await workers.probe(other)).content).not.toBe(content);
  });

  test.each([
    [24_000, 1001],
    [30_000, 1001],
    [60_000, 1001],
    [24, 1],
    [30, 1],
    [50, 1],
  ])('a rate of %i/%i is constant, in MOV, MP4 and Matroska', async (num, den) => {
    for (const container of ['mov', 'mp4', 'mkv'] as const) {
      const path = bench.path(`rate-${num}.${container}`);
      await workers.writeTestMedia({
        path,
        id: 1,
        container,
        video: { ...small, rate: { num, den }, frames: 40 },
        sound: null,
      });
      const { video } = await workers.probe(path);
      const stated = (length: number): Promise<unknown> =>
        workers.statedVideo({ path, grid: { rate: { num, den }, frames: length } });
      expect(await stated(40), container).toEqual(container === 'mkv' ? null : video);
      expect(await stated(41), container).toBeNull();
      expect({ rate: video?.rate, frames: video?.frames, times: video?.times }, container).toEqual({
        rate: { num, den },
        frames: 40,
        times: null,
      });
    }
  });

  test('a variable rate lists its times', async () => {
    const durationsMs = [40, 80, 33, 20, 100, 40, 40];
    const path = bench.path('vfr.mp4');
    await workers.writeTestMedia({ path, id: 1, container: 'mp4', video: { ...small, durationsMs }, sound: null });
    const { video } = await workers.probe(path);
    let at = 0;
    const starts = durationsMs.map((duration) => (at += duration) - duration);
    expect(video?.times?.map((ticks) => (ticks * 1000) / (video.timeBase.den / video.timeBase.num))).toEqual(starts);
  });

  test('rotation, pixel aspect and colour are read; nothing is guessed', async () => {
    const path = bench.path('turned.mov');
    const color = { primaries: 'bt470bg', transfer: 'gamma28', matrix: 'bt470bg', range: 'pc' };
    await workers.writeTestMedia({
      path,
      id: 1,
      container: 'mov',
      video: { ...small, rotation: 90, pixelAspect: { num: 16, den: 11 }, color },
      sound: null,
    });
    const { video } = await workers.probe(path);
    expect({ rotation: video?.rotation, pixelAspect: video?.pixelAspect, color: video?.color }).toEqual({
      rotation: 90,
      pixelAspect: { num: 16, den: 11 },
      color,
    });
    for (const rotation of [180, 270] as const) {
      await workers.writeTestMedia({ path, id: 1, container: 'mov', video: { ...small, rotation }, sound: null });
      expect((await workers.probe(path)).video?.rotation).toBe(rotation);
    }
  });

  test.each(['png', 'jpeg'] as const)('a %s is a still of one frame', async (container) => {
    const path = bench.path(`still.${container}`);
    await workers.writeTestMedia({
      path,
      id: 1,
      container,
      video: { ...small, codec: container === 'png' ? 'png' : 'mjpeg' },
      sound: null,
    });
    const { video, sound } = await workers.probe(path);
    expect({ still: video?.still, frames: video?.frames, width: video?.width, sound }).toEqual({
      still: true,
      frames: 1,
      width: 96,
      sound: [],
    });
  });

  test('sound alone has no picture and no timecode', async () => {
    const path = bench.path('sound.mov');
    await workers.writeTestMedia({
      path,
      id: 1,
      container: 'mov',
      video: null,
      sound: { codec: 'pcm_s24le', sampleRate: 44_100, channels: 1, frequency: 440, samples: 12_345 },
    });
    const { video, sound, startTimecode } = await workers.probe(path);
    expect({ video, sound, startTimecode }).toEqual({
      video: null,
      startTimecode: null,
      sound: [
        {
          stream: 0,
          codec: 'pcm_s24le',
          sampleRate: 44_100,
          channels: 1,
          layout: 'mono',
          start: { num: 0, den: 1 },
          samples: 12_345,
        },
      ],
    });
  });
});

describe('names', () => {
  test.each([
    'with spaces and (brackets)',
    'it\'s "quoted"',
    'new\nline',
    '%03d',
    '100%',
    '-i',
    '--',
    'файл 映画 🎬',
    'a:b',
    'concat:x|y',
    'http:',
    '$(touch x)',
    '*?[a-z]',
    'trailing ',
  ])('%j is a plain file', async (name) => {
    const folder = bench.path('names');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.mov`);
    copyFileSync(film, path);
    const probed = await workers.probe(path);
    expect({ path: probed.path, frames: probed.video?.frames }).toEqual({ path, frames: 20 });
    expect(await workers.readCodes({ path, codeRow: 'top' })).toHaveLength(20);
  });

  test('a still whose name looks like a sequence is that one file', async () => {
    const path = bench.path('shot.%04d.png');
    await workers.writeTestMedia({ path, id: 7, container: 'png', video: { ...small, codec: 'png' }, sound: null });
    await workers.writeTestMedia({
      path: bench.path('shot.0001.png'),
      id: 8,
      container: 'png',
      video: { ...small, codec: 'png' },
      sound: null,
    });
    expect(await workers.readCodes({ path, codeRow: 'top' })).toEqual([{ id: 7, frame: 0 }]);
  });

  test('test media can be written under such names too', async () => {
    const path = bench.path("odd 'name' %d: x.mp4");
    await workers.writeTestMedia({ path, id: 1, container: 'mp4', video: small, sound: null });
    expect((await workers.probe(path)).video?.frames).toBe(20);
  });
});

describe('files that are no media', () => {
  const cases: readonly (readonly [name: string, content: string | Uint8Array, code: string])[] = [
    ['zero bytes', '', 'PW_MEDIA_TRUNCATED'],
    ['text', 'It was a dark and stormy night.\n'.repeat(50), 'PW_MEDIA_UNREADABLE'],
    ['subtitles', '1\n00:00:01,000 --> 00:00:02,000\nHello\n\n', 'PW_MEDIA_UNREADABLE'],
    ['noise', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)), 'PW_MEDIA_UNREADABLE'],
    ['a list of other files', `ffconcat version 1.0\nfile '${film}'\n`, 'PW_MEDIA_UNREADABLE'],
    ['a playlist', `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${film}\n#EXT-X-ENDLIST\n`, 'PW_MEDIA_UNREADABLE'],
  ];

  test.each(cases)('%s: a coded error with path and hint', async (name, content, code) => {
    const path = bench.path(`${name}.mov`);
    writeFileSync(path, content);
    await expect(workers.probe(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(path),
      hint: expect.stringMatching(/\w/),
      details: { path },
    });
  });

  test('a file that is not there, a folder, a movie cut anywhere', async () => {
    await expect(workers.probe(bench.path('absent.mov'))).rejects.toMatchObject({ code: 'PW_MEDIA_MISSING' });
    await expect(workers.probe(bench.folder)).rejects.toMatchObject({ code: 'PW_MEDIA_UNREADABLE' });
    const whole = readFileSync(film);
    for (const share of [0.001, 0.01, 0.3, 0.7, 0.95, 0.999]) {
      const path = bench.path(`cut-${share}.mov`);
      writeFileSync(path, whole.subarray(0, Math.ceil(whole.length * share)));
      await expect(workers.probe(path), `cut at ${share}`).rejects.toMatchObject({
        code: expect.stringMatching(/^PW_MEDIA_(TRUNCATED|UNREADABLE)$/),
      });
    }
  });

  test('a Matroska that is cut off is PW_MEDIA_TRUNCATED', async () => {
    const path = bench.path('cut.mkv');
    await workers.writeTestMedia({ path, id: 1, container: 'mkv', video: small, sound: null });
    expect((await workers.probe(path)).container).toContain('matroska');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length * 0.8));
    await expect(workers.probe(path)).rejects.toMatchObject({ code: 'PW_MEDIA_TRUNCATED' });
  });

  test('a still that is cut off is PW_MEDIA_TRUNCATED', async () => {
    const path = bench.path('whole.png');
    await workers.writeTestMedia({
      path,
      id: 1,
      container: 'png',
      video: { ...small, codec: 'png', width: 640, height: 360 },
      sound: null,
    });
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await expect(workers.probe(path)).rejects.toMatchObject({ code: 'PW_MEDIA_TRUNCATED' });
  });
});

describe('timecode', () => {
  const ntsc = { num: 30_000, den: 1001 };
  test.each([
    ['01:00:00:00', { num: 24_000, den: 1001 }, 86_400, false],
    ['00:01:00;02', ntsc, 1800, true],
    ['00:10:00;00', ntsc, 17_982, true],
    ['01:00:00;00', { num: 60_000, den: 1001 }, 215_784, true],
    ['23:59:59:24', { num: 25, den: 1 }, 2_159_999, false],
  ])('%s', (text, rate, frame, dropFrame) => {
    expect(timecodeFrame(text, rate)).toEqual({ frame, dropFrame });
    expect(timecodeText(frame, rate, dropFrame)).toBe(text);
  });

  test('other text is none', () => {
    expect(
      ['', '1:2:3:4', '01:00:00', '01:60:00:00', '01:00:00:25', 'x'].map((text) =>
        timecodeFrame(text, { num: 25, den: 1 }),
      ),
    ).toEqual([null, null, null, null, null, null]);
  });

  test('survives a file, drop frame too', async () => {
    const path = bench.path('drop.mov');
    const startTimecode = { frame: 107_892, dropFrame: true };
    await workers.writeTestMedia({
      path,
      id: 1,
      container: 'mov',
      video: { ...small, rate: ntsc },
      sound: null,
      startTimecode,
    });
    expect((await workers.probe(path)).startTimecode).toEqual(startTimecode);
  });
});
