import { describe, expect, test } from 'vitest';
import { canDropFrame, formatRational, secondsFromTime, type Rational } from '@patchwork/time';
import { member, rangeOfChildAt, tracksOf, type Timeline } from '@patchwork/timeline';
import { readTimelineFile } from '../read-timeline-file.ts';
import { hasSamples, sampleBytes } from '../testing/samples.ts';

interface Row {
  readonly track: string;
  readonly name: string;
  /** Record frame of the first frame, and number of frames, at the timeline's rate. */
  readonly record: readonly [string, string];
  /** Seconds in the media at which the item begins. */
  readonly source: string;
}

function read(path: string): Timeline {
  const [timeline] = readTimelineFile({ name: path, bytes: sampleBytes(path) }).timelines;
  if (timeline === undefined) throw new TypeError(`${path} holds no timeline`);
  return timeline;
}

function rows(timeline: Timeline, names: readonly string[]): Row[] {
  const text = (value: Rational): string => formatRational(value);
  return tracksOf(timeline)
    .filter(({ name }) => names.includes(name))
    .flatMap((track) =>
      track.children.flatMap((child, index): Row[] => {
        if (child.kind !== 'Clip' || child.sourceRange === null) return [];
        const range = rangeOfChildAt(track, index);
        const rate = child.sourceRange.duration.rate;
        const frames = (seconds: Rational): string =>
          text({ ...seconds, ...reduced(seconds.num * rate.num, seconds.den * rate.den) });
        return [
          {
            track: track.name,
            name: child.name,
            record: [frames(secondsFromTime(range.start)), frames(secondsFromTime(range.duration))],
            source: text(secondsFromTime(child.sourceRange.start)),
          },
        ];
      }),
    );
}

function reduced(num: number, den: number): Rational {
  const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));
  const divisor = gcd(num, den);
  return { num: num / divisor, den: den / divisor };
}

// Every number below was worked out by hand from the file's attributes.
describe.runIf(hasSamples())('real files', () => {
  test('F30: Resolve’s 90 fps transitions: offsets 0, 11, 21.311… s are frames 0, 990, 1918', () => {
    expect(rows(read('fcpxml/resolve_fcpcafe_transitions_1_11.fcpxml'), ['V1'])).toEqual([
      { track: 'V1', name: 'A002_02091448_C046.braw', record: ['0', '990'], source: '0' },
      // start 206/45 s = frame 412; length 464/45 s = 928 frames.
      { track: 'V1', name: 'A002_02091554_C053.braw', record: ['990', '928'], source: '206/45' },
      // length 407/30 s = 1221 frames; ends at 3139 = 3139/90 s, the sequence's length.
      { track: 'V1', name: 'A002_02091625_C065.braw', record: ['1918', '1221'], source: '104/45' },
    ]);
  });

  test('F31: 25 fps media conformed to 24: 54 frames from frame 684 end with the file’s frame 738', () => {
    const timeline = read('fcpxml/fcp_24With25Media.fcpxml');
    expect(rows(timeline, ['V1'])).toEqual([
      { track: 'V1', name: 'TestVideo', record: ['240', '54'], source: '684/25' },
      { track: 'V1', name: 'TestVideo2', record: ['360', '3551'], source: '0' },
    ]);
    expect(timeline.globalStartTime).toEqual({ value: { num: 86400, den: 1 }, rate: { num: 24, den: 1 } });
  });

  test('F32: 23.976 media conformed to 24: a storyline hung on frame 280 of a clip starts 280 frames after it', () => {
    // Host at 298000/2400 s = frame 2980; its local start is frame 4288 at 23.976, the storyline hangs on frame 4568.
    expect(rows(read('fcpxml/fcp_24.fcpxml'), ['V2']).map(({ record }) => record[0])).toEqual([
      '3260',
      '3351',
      '5222',
      '5955',
      '5959',
      '5966',
      '5973',
    ]);
  });

  test('F33: Final Cut’s multicam: the angle’s clip is entered where the multicam is, less the angle’s leading gap', () => {
    expect(rows(read('fcpxml/fcp_MulticamMarkers.fcpxml'), ['V1', 'A1'])).toEqual([
      // start 19299280/1920000 s = frame 241; angle D begins with a gap of 101 frames: frame 140 of Cam 4.
      { track: 'V1', name: 'MC', record: ['0', '960'], source: '7007/1200' },
      // start 313313/24000 s = frame 313; angle B begins with 125 frames of gap: frame 188 of Cam 2.
      { track: 'V1', name: 'MC', record: ['960', '240'], source: '47047/6000' },
      { track: 'A1', name: 'MC', record: ['0', '960'], source: '7007/1200' },
      { track: 'A1', name: 'MC', record: ['960', '240'], source: '47047/6000' },
    ]);
  });

  test('F34: rate, raster, start and drop frame stand on the timeline', () => {
    const timeline = read('fcpxml/fcp_MulticamMarkers.fcpxml');
    // tcStart 6918912000/1920000 s = 3603.6 s = frame 86400 at 23.976: one hour.
    expect(timeline.globalStartTime).toEqual({ value: { num: 86400, den: 1 }, rate: { num: 24000, den: 1001 } });
    expect(member(timeline.metadata, 'patchwork', 'dropFrame')).toBe(false);
    expect(member(timeline.metadata, 'patchwork', 'canvas', 'rate')).toBe('24000/1001');
    expect(canDropFrame({ num: 24000, den: 1001 })).toBe(false);
  });
});
