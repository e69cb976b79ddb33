import { zipSync, unzipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import {
  clipsIn,
  makeClip,
  makeImageSequenceReference,
  makeTimeline,
  makeTrack,
  readOtio,
  writeOtio,
  type Timeline,
} from '@patchwork/timeline';
import { conversionTable } from '../conversion.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { everything, randomFilm } from '../testing/random-film.ts';
import { readFcpxml } from '../fcpxml/read.ts';
import { readTimelineFile } from '../read-timeline-file.ts';
import { openArchive } from '../zip/unpack.ts';
import { openOtioz, openOtiozBytes, writeOtioz } from './otioz.ts';
import { planBundle } from './plan.ts';

const runs = Math.ceil(Number(process.env['PW_RUNS'] ?? 20));
const encoder = new TextEncoder();

function timeline(): ReturnType<typeof readFcpxml>['timelines'][number] {
  const [read] = readFcpxml(
    'f',
    fcpxmlDocument(
      `
    <asset-clip ref="a1" offset="3600s" name="one" duration="1s" srcEnable="video"/>
    <asset-clip ref="a2" offset="3601s" name="two" duration="1s" srcEnable="video"/>
    <asset-clip ref="b1" offset="3602s" name="three" start="0s" duration="1s" srcEnable="video"/>`,
      {
        resources:
          '<asset id="b1" name="m01" start="0s" duration="9s" hasVideo="1" format="r1" src="file:///other/M01.mov"/>',
      },
    ),
  ).timelines;
  if (read === undefined) throw new TypeError('no timeline');
  return read;
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield encoder.encode(text.slice(0, 2));
  yield encoder.encode(text.slice(2));
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'no error';
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return error.code;
  }
}

describe('otioz', () => {
  test('O1: written, read by another program and by us: timeline, media and their names, flat and unique', async () => {
    const plan = planBundle(timeline(), 'error-if-not-file', () => true);
    expect(plan.media).toEqual([
      { targetUrl: 'file:///m/m01.mov', bundlePath: 'media/m01.mov' },
      { targetUrl: 'file:///m/m02.mov', bundlePath: 'media/m02.mov' },
      { targetUrl: 'file:///other/M01.mov', bundlePath: 'media/M01-2.mov' },
    ]);
    const bytes = await whole(writeOtioz(plan, (url) => ({ size: url.length, read: () => bytesOf(url) })));
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toEqual([
      'version.txt',
      'content.otio',
      'media/m01.mov',
      'media/m02.mov',
      'media/M01-2.mov',
    ]);
    expect(new TextDecoder().decode(files['media/m02.mov'])).toBe('file:///m/m02.mov');
    const ours = readTimelineFile({ name: 'b.otioz', bytes });
    expect(
      ours.timelines.flatMap((one) =>
        [...clipsIn(one)].map((clip) =>
          clip.mediaReferences.map(([, reference]) =>
            reference.kind === 'ExternalReference' ? reference.targetUrl : reference.kind,
          ),
        ),
      ),
    ).toEqual([['media/m01.mov'], ['media/m02.mov'], ['media/M01-2.mov']]);
    const port = {
      size: bytes.length,
      read: async (offset: number, length: number) => bytes.slice(offset, offset + length),
    };
    expect((await openOtioz('b.otioz', port)).media.map(({ name, method }) => `${name} ${method}`)).toEqual([
      'media/m01.mov stored',
      'media/m02.mov stored',
      'media/M01-2.mov stored',
    ]);
    expect(readTimelineFile({ name: 'b.otioz', bytes }).timelines.length).toBe(1);
  });

  test('O2: the three policies for media that is not there', () => {
    const isFile = (url: string): boolean => url.endsWith('m01.mov');
    expect(codeOf(() => planBundle(timeline(), 'error-if-not-file', isFile))).toBe('PW_BUNDLE_MEDIA');
    const kinds = (policy: 'missing-if-not-file' | 'all-missing'): string[] =>
      [...clipsIn(planBundle(timeline(), policy, isFile).root)].map((clip) => clip.mediaReferences[0]?.[1].kind ?? '');
    expect(kinds('missing-if-not-file')).toEqual(['ExternalReference', 'MissingReference', 'MissingReference']);
    expect(kinds('all-missing')).toEqual(['MissingReference', 'MissingReference', 'MissingReference']);
  });

  test('O2: an image sequence is refused, or missing, by its name', () => {
    const media = makeImageSequenceReference({
      targetUrlBase: 'file:///m/',
      namePrefix: 'shot.',
      nameSuffix: '.exr',
      rate: 24,
      frameZeroPadding: 4,
    });
    const one = makeTimeline({
      tracks: [makeTrack({ trackKind: 'Video', children: [makeClip({ name: 'shot', media })] })],
    });
    expect(() => planBundle(one, 'error-if-not-file', () => true)).toThrowError(
      expect.objectContaining({
        code: 'PW_BUNDLE_MEDIA',
        message: 'clip "shot": file:///m/shot.#.exr is an image sequence, which no bundle holds',
        hint: expect.stringContaining('one movie file'),
      }),
    );
    const plan = planBundle(one, 'missing-if-not-file', () => true);
    expect(plan.diagnostics.map(({ message }) => message)).toEqual([
      'file:///m/shot.#.exr is an image sequence, which no bundle holds; the bundle says it is missing',
    ]);
    expect(conversionTable(one, one, plan.diagnostics).find(({ what }) => what === 'clips')).toEqual({
      what: 'clips',
      total: 1,
      kept: 0,
      approximated: 1,
      dropped: 0,
    });
  });

  test('O4: read(write(film)) = film but for the places of its media', { timeout: 30_000 + runs * 100 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomFilm(everything), async (film) => {
        const plan = planBundle(film, 'error-if-not-file', () => true);
        const bytes = await whole(writeOtioz(plan, (url) => ({ size: url.length, read: () => bytesOf(url) })));
        const names = new Map(plan.media.map(({ targetUrl, bundlePath }) => [targetUrl, bundlePath]));
        const back = readTimelineFile({ name: 'b.otioz', bytes }).timelines;
        const text = (one: Timeline): string => writeOtio(one, { style: 'canonical' });
        const expected = [...names].reduce(
          (so, [url, path]) => so.replaceAll(JSON.stringify(url), JSON.stringify(path)),
          text(film),
        );
        expect(back.map(text)).toEqual([expected]);
      }),
      { numRuns: runs },
    );
  });

  test('O3: slips, bombs, damage and truncation are refused by code', () => {
    const content = encoder.encode('{}');
    for (const name of ['../evil', '/etc/evil', 'C:/evil', 'media/../../evil', 'a\\..\\..\\evil']) {
      expect(
        codeOf(() => openArchive('x', zipSync({ [name]: content }))),
        name,
      ).toBe('PW_ZIP_PATH');
    }
    expect(codeOf(() => openOtiozBytes('x', zipSync({ 'other.txt': content })))).toBe('PW_BUNDLE_CONTENT');
    const honest = zipSync({ 'content.otio': encoder.encode('x'.repeat(100_000)) }, { level: 9 });
    // The directory claims less, or far more, than the data holds.
    const lying = (size: number): Uint8Array => {
      const bytes = honest.slice();
      const view = new DataView(bytes.buffer);
      const directory = bytes.length - 22 - (46 + 'content.otio'.length);
      view.setUint32(directory + 24, size, true);
      return bytes;
    };
    expect(codeOf(() => openOtiozBytes('x', lying(10)))).toBe('PW_ZIP_DAMAGED');
    expect(codeOf(() => openOtiozBytes('x', lying(4_000_000_000)))).toBe('PW_ZIP_SIZE');
    expect(codeOf(() => openOtiozBytes('x', honest.slice(0, -30)))).toBe('PW_ZIP_DAMAGED');
    expect(
      codeOf(() =>
        openOtiozBytes(
          'x',
          honest.map((byte, at) => (at === 60 ? byte ^ 0xff : byte)),
        ),
      ),
    ).toBe('PW_ZIP_DAMAGED');
    expect(codeOf(() => openOtiozBytes('x', new Uint8Array(0)))).toBe('PW_ZIP_DAMAGED');
  });

  test('O4: a bundle’s content reads as the timeline that went in', async () => {
    const plan = planBundle(timeline(), 'all-missing', () => false);
    const bytes = await whole(
      writeOtioz(plan, () => {
        throw new TypeError('nothing to open');
      }),
    );
    const files = unzipSync(bytes);
    expect(readOtio(new TextDecoder().decode(files['content.otio'])).diagnostics).toEqual([]);
  });
});
