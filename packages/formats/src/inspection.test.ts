import { expect, test } from 'vitest';
import { readFcpxml } from './fcpxml/read.ts';
import { inspection } from './inspection.ts';
import { strip } from './strip.ts';
import { fcpxmlDocument } from './testing/fcpxml-document.ts';

test('A9: the inspect document: record frames from the start, source in media frames, transitions over their reach', () => {
  const { timelines, diagnostics } = readFcpxml(
    'f',
    fcpxmlDocument(`
    <asset-clip ref="a2" offset="3600s" name="one" start="86410/24s" duration="48/24s" srcEnable="video"/>
    <transition name="x" offset="86442/24s" duration="12/24s"><filter-video ref="e1"/></transition>
    <asset-clip ref="a1" offset="3602s" name="two" duration="24/24s" srcEnable="video" enabled="0"/>`),
  );
  expect(inspection(timelines, diagnostics)).toEqual({
    schema: 'patchwork.inspect/1',
    timelines: [
      {
        name: 'p',
        rate: '24/1',
        start: 86400,
        duration: 72,
        tracks: [
          {
            kind: 'Video',
            name: 'V1',
            items: [
              {
                kind: 'Clip',
                name: 'one',
                record: [0, 48],
                source: { rate: '24/1', in: 86410, out: 86458 },
                media: 'file:///m/m02.mov',
              },
              { kind: 'Transition', name: 'x', record: [42, 54], source: null, media: null },
              {
                kind: 'Clip',
                name: 'two',
                record: [48, 72],
                source: { rate: '24/1', in: 0, out: 24 },
                media: 'file:///m/m01.mov',
              },
            ],
          },
        ],
      },
    ],
    diagnostics: [],
  });
  expect(timelines.map((each) => strip(each, { columns: 75 }))).toEqual([`V1 ${'a'.repeat(48)}${'x'.repeat(24)}\n`]);
});
