import { expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeGap,
  makeTime,
  makeTimeline,
  makeTrack,
} from '@patchwork/timeline';
import { conversionLines, conversionTable } from './conversion.ts';
import { writeEdl } from './edl/write.ts';
import { readFcpxml } from './fcpxml/read.ts';
import { readTimelineFile } from './read-timeline-file.ts';
import { strip } from './strip.ts';
import { fcpxmlDocument } from './testing/fcpxml-document.ts';

const [timeline] = readFcpxml(
  'f',
  fcpxmlDocument(`
    <asset-clip ref="a1" offset="3600s" name="one" duration="48/24s" srcEnable="video">
      <adjust-transform scale="1.5 1.5"/>
      <asset-clip ref="a2" lane="1" offset="12/24s" name="over" duration="24/24s" srcEnable="video"/>
      <marker start="4/24s" duration="1/24s" value="look"/>
    </asset-clip>
    <asset-clip ref="a2" offset="3602s" name="off" duration="24/24s" srcEnable="video" enabled="0"/>
    <asset-clip ref="a2" offset="3603s" name="two" duration="24/24s" srcEnable="video"/>`),
).timelines;

test('C1: what a list keeps and drops is counted on the written text; the columns add up', () => {
  expect(timeline).toBeDefined();
  if (timeline === undefined) return;
  const { text, notSaid } = writeEdl(timeline);
  const [again] = readTimelineFile({ name: 'f.edl', bytes: new TextEncoder().encode(text) }).timelines;
  const table = conversionTable(timeline, again ?? null, notSaid);
  expect(table.every(({ total, kept, approximated, dropped }) => total === kept + approximated + dropped)).toBe(true);
  expect(conversionLines(table)).toEqual([
    '                  in  kept  approximated  dropped',
    '  picture tracks   2     1             ·        1',
    '  clips            4     2             ·        2',
    '  transforms       1     ·             ·        1',
    '  markers          1     1             ·        ·',
  ]);
});

test('C1: what changes nothing, and tracks of gaps, are not counted: nothing of them can be lost', () => {
  const frames = (count: number): ReturnType<typeof makeTime> => makeTime(count, rational(24));
  const clip = makeClip({
    name: 'one',
    sourceRange: { start: frames(0), duration: frames(24) },
    effects: [
      makeEffect({ type: 'opacity', opacity: 1 }),
      makeEffect({ type: 'volume', gainDb: 0 }),
      makeEffect({ type: 'opacity', opacity: 0.5 }),
    ],
    media: makeExternalReference({ targetUrl: '/m/a.mov' }),
  });
  const plain = makeTimeline({
    tracks: [
      makeTrack({ name: 'V1', trackKind: 'Video', children: [clip] }),
      makeTrack({ name: 'V2', trackKind: 'Video', children: [makeGap(frames(24))] }),
    ],
  });
  expect(conversionTable(plain, plain, [])).toEqual([
    { what: 'picture tracks', total: 1, kept: 1, approximated: 0, dropped: 0 },
    { what: 'clips', total: 1, kept: 1, approximated: 0, dropped: 0 },
    { what: 'opacities', total: 1, kept: 1, approximated: 0, dropped: 0 },
  ]);
});

test('A9: a strip is as wide as it is asked to be; quiet stretches are faint', () => {
  expect(timeline).toBeDefined();
  if (timeline === undefined) return;
  expect(strip(timeline, { columns: 35 })).toBe(
    `V2 ${'.'.repeat(4)}${'a'.repeat(8)}\nV1 ${'a'.repeat(16)}${'x'.repeat(8)}${'c'.repeat(8)}\n`,
  );
  expect(strip(timeline, { columns: 35, faint: (text) => `(${text})` })).toContain(`(${'x'.repeat(8)})`);
  expect(
    strip(timeline)
      .split('\n')
      .map(({ length }) => length),
  ).toEqual([expect.any(Number), 80, 0]);
});
