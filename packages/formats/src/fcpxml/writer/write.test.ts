import fc from 'fast-check';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeTime,
  makeTimeline,
  makeTrack,
  type Composable,
  type Effect,
} from '@patchwork/timeline';
import { describe, expect, test } from 'vitest';
import { listing } from '../../listing.ts';
import { comparable } from '../../testing/comparable.ts';
import { fcpxmlDocument } from '../../testing/fcpxml-document.ts';
import { randomTimeline } from '../../testing/random-timeline.ts';
import { hasSamples, sampleBytes, samplePaths } from '../../testing/samples.ts';
import { readTimelineFile } from '../../read-timeline-file.ts';
import { readFcpxml } from '../read.ts';
import { writeFcpxml } from './write.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);

describe('read → write → read', () => {
  test.runIf(hasSamples())('F20: every sample gives the same timelines again', () => {
    for (const path of samplePaths('fcpxml')) {
      for (const timeline of readTimelineFile({ name: path, bytes: sampleBytes(path) }).timelines) {
        const again = readFcpxml('again', writeFcpxml(timeline).text).timelines;
        expect(
          again.map((one) => comparable(one, { without: ['fcpxml'] })),
          path,
        ).toEqual([comparable(timeline, { without: ['fcpxml'] })]);
        expect(again.map(listing).join(''), path).toBe(listing(timeline));
      }
    }
  });

  test('F21: a random timeline is read as it was written', { timeout: 30_000 + runs * 100 }, () => {
    fc.assert(
      fc.property(randomTimeline({ hasEffects: true, hasTransitions: true }), (timeline) => {
        const written = writeFcpxml(timeline);
        expect(written.notSaid).toEqual([]);
        const again = readFcpxml('again', written.text);
        expect(again.timelines.map((one) => comparable(one, { without: ['fcpxml'] }))).toEqual([
          comparable(timeline, { without: ['fcpxml'] }),
        ]);
      }),
      { numRuns: runs },
    );
  });

  test('F22: what was read and written once is written the same ever after', { timeout: 30_000 + runs * 100 }, () => {
    fc.assert(
      fc.property(randomTimeline({ hasEffects: true, hasTransitions: true }), (timeline) => {
        const again = (text: string): string =>
          readFcpxml('again', text)
            .timelines.map((one) => writeFcpxml(one).text)
            .join('');
        const once = again(writeFcpxml(timeline).text);
        expect(again(once)).toBe(once);
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });
});

describe('what is written', () => {
  test('F23: filters the model cannot say come back with their resource and their key', () => {
    const [timeline] = readFcpxml(
      'f',
      fcpxmlDocument(`
      <asset-clip ref="a1" offset="3600s" name="c" duration="48/24s" srcEnable="video">
        <filter-video ref="e4" name="Gaussian"><param name="Amount" key="1" value="20"/></filter-video>
      </asset-clip>`),
    ).timelines;
    expect(timeline).toBeDefined();
    if (timeline === undefined) return;
    const { text, notSaid } = writeFcpxml(timeline);
    expect(notSaid).toEqual([]);
    expect(text).toContain('uid="FxPlug:BLUR"');
    const [again] = readFcpxml('again', text).timelines;
    expect(again === undefined ? null : comparable(again, { without: ['fcpxml'] })).toEqual(
      comparable(timeline, { without: ['fcpxml'] }),
    );
  });

  test('F20: several levels on one clip add up, and one that changes nothing hides none', () => {
    const volume = (gainDb: number): Effect => makeEffect({ type: 'volume', gainDb });
    const amounts = [
      [volume(-4), volume(0)],
      [volume(0), volume(-4)],
      [volume(-4), volume(-2)],
    ].map((effects) => {
      const range = { start: makeTime(0, rational(24)), duration: makeTime(24, rational(24)) };
      const clip = makeClip({
        name: 'c',
        sourceRange: range,
        effects,
        media: makeExternalReference({ targetUrl: 'file:///m/c.wav', availableRange: range }),
      });
      const track = makeTrack({ name: 'A1', trackKind: 'Audio', children: [clip] });
      const { text, notSaid } = writeFcpxml(makeTimeline({ name: 't', tracks: [track] }));
      return [/<adjust-volume amount="([^"]*)"/.exec(text)?.[1], notSaid.length];
    });
    expect(amounts).toEqual([
      ['-4dB', 0],
      ['-4dB', 0],
      ['-6dB', 0],
    ]);
  });

  test('F20: a hold goes to its last frame', () => {
    const moved = (effect: string): string => {
      const [timeline] = readFcpxml(
        'f',
        fcpxmlDocument(
          `<asset-clip ref="a1" offset="3600s" name="c" start="3600s" duration="24/24s" srcEnable="video"/>`,
        ),
      ).timelines;
      if (timeline === undefined) throw new TypeError('no timeline');
      const change = (node: Composable): Composable =>
        node.kind === 'Track' || node.kind === 'Stack'
          ? { ...node, children: node.children.map(change) }
          : node.kind === 'Clip'
            ? { ...node, effects: [makeEffect(JSON.parse(effect))] }
            : node;
      const tracks = change(timeline.tracks);
      return writeFcpxml(tracks.kind === 'Stack' ? { ...timeline, tracks } : timeline).text;
    };
    const key = (frame: number, value: number, interpolation: string): unknown => ({
      time: { num: 86400 + frame, den: 24 },
      value,
      interpolation,
    });
    const held = moved(
      JSON.stringify({ type: 'opacity', opacity: { keyframes: [key(0, 0.25, 'hold'), key(6, 1, 'linear')] } }),
    );
    expect([...held.matchAll(/time="([^"]*)" value="([^"]*)"/g)].map(([, time, value]) => `${time} ${value}`)).toEqual([
      '3600s 0.25',
      '86405/24s 0.25',
      '14401/4s 1',
    ]);
  });
});
