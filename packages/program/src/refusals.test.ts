import { rational } from '@patchwork/time';
import {
  type Composable,
  jsonFrom,
  makeClip,
  makeImageSequenceReference,
  makeRange,
  makeStack,
  makeTimeline,
  makeTrack,
  type Timeline,
} from '@patchwork/timeline';
import { describe, expect, test } from 'vitest';
import { mediaUrlsOf } from './media-urls.ts';
import { canvas24, clip, compile, fps24, gap, mediaOf, picture, stillOf } from './testing/fixture.ts';

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return null;
}

describe('refusals', () => {
  test('M1: missing media is told all at once: clip, track, timecode and path', () => {
    const nameless = makeClip({ name: 'lost', sourceRange: makeRange(0, 5, fps24) });
    const timeline: Timeline = {
      ...makeTimeline({
        tracks: [
          makeTrack({ name: 'V1', children: [clip('a', 0, 24), clip('b', 0, 24), clip('a', 0, 24), nameless] }),
          makeTrack({ name: 'A1', trackKind: 'Audio', children: [clip('b', 0, 24)] }),
        ],
      }),
      globalStartTime: { value: rational(86_400), rate: fps24 },
    };
    expect(failure(() => compile(timeline, { a: null, b: null }))).toMatchObject({
      code: 'PW_MEDIA_OFFLINE',
      message:
        'media is missing: V1 01:00:00:00 "a": a.mov; V1 01:00:01:00 "b": b.mov; V1 01:00:03:00 "lost": no file named; A1 01:00:00:00 "b": b.mov',
      details: {
        clips: [
          { clip: 'a', track: 'V1', frame: 0, timecode: '01:00:00:00', path: 'a.mov' },
          { clip: 'b', track: 'V1', frame: 24, timecode: '01:00:01:00', path: 'b.mov' },
          { clip: 'lost', track: 'V1', frame: 72, timecode: '01:00:03:00', path: null },
          { clip: 'b', track: 'A1', frame: 0, timecode: '01:00:00:00', path: 'b.mov' },
        ],
      },
    });
  });

  test('M2: media that nobody sees may be missing: out of range, disabled, hidden, unheard', () => {
    const disabled = { ...clip('gone', 0, 10), enabled: false } as Composable;
    expect(
      failure(() => compile(picture([disabled, clip('a', 0, 10)], [gap(5), clip('b', 0, 15)]), { gone: null })),
    ).toBe(null);
    expect(failure(() => compile(picture([clip('gone', 0, 10)], [clip('b', 0, 10)]), { gone: null }))).toBe(null);
    expect(
      failure(() =>
        compile(picture([clip('gone', 0, 10), clip('a', 0, 10)]), { gone: null }, { range: { in: 10, out: 20 } }),
      ),
    ).toBe(null);
    expect(
      failure(() =>
        compile(picture([clip('gone', 0, 10), clip('a', 0, 10)]), { gone: null }, { range: { in: 9, out: 20 } }),
      ),
    ).not.toBe(null);
  });

  test('M2: nor is what lies before the range, where only the grid looks', () => {
    const tracks = picture([clip('gone', 0, 10), gap(20), clip('a', 0, 5)]);
    expect(compile(tracks, { gone: null }, { range: { in: 15, out: 35 } }).program.spans[0]?.anchor.count).toBe(5);
  });

  test('M3: interlaced sources are refused by name; stills have no fields', () => {
    for (const fieldOrder of ['tt', 'bb', 'tb', 'bt']) {
      expect(failure(() => compile(picture([clip('a', 0, 1)]), { a: mediaOf('a', { fieldOrder }) }))).toMatchObject({
        code: 'PW_PICTURE_INTERLACED',
        message: expect.stringContaining(`/media/a.mov (field order ${fieldOrder})`),
      });
      expect(failure(() => compile(picture([clip('a', 0, 1)]), { a: stillOf('a', { fieldOrder }) }))).toBe(null);
    }
    expect(failure(() => compile(picture([clip('a', 0, 1)]), { a: mediaOf('a', { fieldOrder: 'unknown' }) }))).toBe(
      null,
    );
  });

  test('M4: HDR that would need conversion is refused, either way; the same transfer is not', () => {
    const color = (transfer: string): typeof canvas24.color => ({ ...canvas24.color, transfer });
    const run = (source: string, canvas: string): unknown =>
      failure(() =>
        compile(
          picture([clip('a', 0, 1)]),
          { a: mediaOf('a', { color: color(source) }) },
          { canvas: { ...canvas24, color: color(canvas) } },
        ),
      );
    for (const hdr of ['smpte2084', 'arib-std-b67']) {
      expect(run(hdr, 'bt709')).toMatchObject({ code: 'PW_PICTURE_HDR' });
      expect(run('bt709', hdr)).toMatchObject({ code: 'PW_PICTURE_HDR' });
      expect(run(hdr, hdr)).toBe(null);
    }
    expect(run('smpte170m', 'bt709')).toBe(null);
    const metadata = jsonFrom({ patchwork: { canvas: { color: { ...color('smpte2084') } } } });
    const nest = makeStack({ name: 'hdr', metadata, children: [makeTrack({ children: [clip('a', 0, 5)] })] });
    const media = { a: mediaOf('a', { color: color('smpte2084') }) };
    expect(failure(() => compile(picture([nest]), media))).toMatchObject({
      code: 'PW_PICTURE_HDR',
      message: expect.stringContaining('V1 00:00:00:00 "hdr"'),
    });
  });

  test('M5: a file without pictures and an image sequence are refused', () => {
    expect(failure(() => compile(picture([clip('a', 0, 1)]), { a: { ...mediaOf('a'), video: null } }))).toMatchObject({
      code: 'PW_MEDIA_NO_PICTURE',
    });
    const media = makeImageSequenceReference({
      targetUrlBase: '/seq/',
      namePrefix: 'x.',
      nameSuffix: '.exr',
      rate: 24,
    });
    const sequence = makeClip({ name: 's', sourceRange: makeRange(0, 5, fps24), media });
    expect(failure(() => compile(picture([sequence])))).toMatchObject({
      code: 'PW_MEDIA_SEQUENCE',
      message: expect.stringContaining('/seq/x.*.exr'),
    });
  });

  test('M6: the files to be probed: of enabled clips, each once, nested ones too', () => {
    const disabled = { ...clip('c', 0, 10), enabled: false } as Composable;
    expect(
      mediaUrlsOf(
        picture(
          [clip('a', 0, 1), clip('b', 0, 1), disabled],
          [makeTrack({ children: [clip('d', 0, 1), clip('a', 0, 1)] })],
        ),
      ),
    ).toEqual(['a.mov', 'b.mov', 'd.mov']);
  });
});
