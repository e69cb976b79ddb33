import { describe, expect, test } from 'vitest';
import { formatRational, rational } from '@patchwork/time';
import { tracksOf, unmodelledOf } from '@patchwork/timeline';
import { listing } from '../listing.ts';
import { comparable } from '../testing/comparable.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { readFcpxml } from './read.ts';
import { conformSpeed } from './retime.ts';
import { writeFcpxml } from './writer/write.ts';

const document = (inner: string): string =>
  fcpxmlDocument(
    `<asset-clip ref="a1" offset="3600s" name="c" start="1s" duration="2s" srcEnable="video">${inner}</asset-clip>`,
  );

/** A time map by its points, `time value`. */
const timeMap = (...points: readonly string[]): string =>
  `<timeMap>${points
    .map((point) => point.split(' '))
    .map(([time, value]) => `<timept time="${time}s" value="${value}s" interp="linear"/>`)
    .join('')}</timeMap>`;

/** Where the clip's source begins, and its retime. */
function shown(inner: string): readonly [source: string, retime: string] {
  const list = readFcpxml('f', document(inner)).timelines.map(listing).join('');
  const [, source = '', retime = ''] = /source (\S+) @ 24\/1 of m01\.mov\n(?: {8}(.*)\n)?/.exec(list) ?? [];
  return [source, retime];
}

describe('F7, F8: a timeMap is value over time, entered at the clip’s start', () => {
  test.each([
    // The clip starts at local 1 s and is 2 s long.
    ['as shot', timeMap('0 0', '8 8'), ['24', '']],
    ['as shot, from elsewhere', timeMap('0 2', '8 10'), ['72', '']],
    ['twice the speed', timeMap('0 0', '4 8'), ['48', 'speed 2']],
    // Entered at 1/3 s = frame 8.
    ['a third', timeMap('0 0', '6 2'), ['8', 'speed 0.3333333']],
    // Entered at 7 s, played back to 5 s = frame 120.
    ['backwards', timeMap('0 8', '8 0'), ['120', 'speed -1']],
    // Entered at 6 s, played back four seconds to 2 s = frame 48.
    ['backwards at twice the speed', timeMap('0 8', '4 0'), ['48', 'speed -2']],
    ['a hold', timeMap('0 3', '8 3'), ['72', 'freeze']],
    ['one point is a hold', timeMap('0 3'), ['72', 'freeze']],
    [
      'a hold in the middle',
      timeMap('0 0', '2 2', '3 2', '5 4'),
      ['24', 'time map nearest 0s->0s, 2s->2s, 3s->2s, 5s->4s'],
    ],
    ['out and back', timeMap('0 0', '2 2', '4 0'), ['24', 'time map nearest 0s->0s, 2s->2s, 4s->0s']],
  ])('%s', (_name, inner, expected) => {
    expect(shown(inner)).toEqual(expected);
  });

  test('rounded corners are kept, keyed, told and written again; the straight pieces stand beside them', () => {
    const smooth = (outTime: string): string =>
      document(
        `<timeMap><timept time="0s" value="0s"/><timept time="2s" value="2s" interp="smooth2" inTime="1/2s" outTime="${outTime}"/><timept time="4s" value="6s"/></timeMap>`,
      );
    const unmodelled = (text: string): string[] =>
      readFcpxml('f', text).timelines.flatMap((timeline) =>
        tracksOf(timeline).flatMap(({ children }) =>
          children.flatMap((item) => unmodelledOf(item).map(({ label, content }) => `${label}: ${content}`)),
        ),
      );
    const half = 'smoothed speed ramp: <smoothing><timept time="2s" inTime="1/2s" outTime="1/2s"/></smoothing>'.replace(
      '2/1',
      '2',
    );
    expect(unmodelled(smooth('1/2s'))).toEqual([half]);
    expect(unmodelled(smooth('2/4s')), 'the same time in other words').toEqual([half]);
    expect(unmodelled(smooth('1/4s'))).not.toEqual([half]);
    const read = readFcpxml('f', smooth('1/2s'));
    expect(read.diagnostics.map(({ code }) => code)).toEqual(['PW_FCPXML_PITCH', 'PW_FCPXML_RAMP']);
    for (const timeline of read.timelines) {
      const written = writeFcpxml(timeline);
      expect(written.notSaid).toEqual([]);
      expect(
        readFcpxml('again', written.text).timelines.map((again) => comparable(again, { without: ['fcpxml'] })),
      ).toEqual([comparable(timeline, { without: ['fcpxml'] })]);
    }
  });
});

describe('F11: conformed rates', () => {
  test.each([
    // Final Cut's own files: near rates play frame for frame, others keep their speed.
    ['24000/1001', '24', '1001/1000'],
    ['25', '24', '24/25'],
    ['24', '25', '25/24'],
    ['30000/1001', '24', '1'],
    ['30000/1001', '60000/1001', '1'],
    ['30', '60000/1001', '1000/1001'],
    ['50', '24', '24/25'],
    ['12', '24', '1'],
    ['48', '24000/1001', '1000/1001'],
  ])('%s in %s plays at %s', (media, timeline, speed) => {
    const rate = (text: string): ReturnType<typeof rational> => {
      const [num = 0, den = 1] = text.split('/').map(Number);
      return rational(num, den);
    };
    expect(formatRational(conformSpeed(rate(media), rate(timeline)))).toBe(speed);
  });

  test.each([
    ['<conform-rate srcFrameRate="25"/>', ['24', 'speed 0.96']],
    ['<conform-rate srcFrameRate="25" scaleEnabled="0"/>', ['24', '']],
    ['<conform-rate srcFrameRate="30"/>', ['24', '']],
  ])('%s', (inner, expected) => {
    expect(shown(inner)).toEqual(expected);
  });
});
