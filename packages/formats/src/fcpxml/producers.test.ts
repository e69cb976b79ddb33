import { describe, expect, test } from 'vitest';
import { isJsonObject, member, plainJson, tracksOf, type Timeline } from '@patchwork/timeline';
import { listing } from '../listing.ts';
import { comparable } from '../testing/comparable.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { readFcpxml } from './read.ts';
import { writeFcpxml } from './writer/write.ts';

function timelineIn(text: string): Timeline {
  const [timeline] = readFcpxml('f.fcpxml', text).timelines;
  if (timeline === undefined) throw new Error('no timeline');
  return timeline;
}

/** The listing's lines under its head, and the remarks' codes. */
function read(text: string): { readonly lines: readonly string[]; readonly codes: readonly string[] } {
  const { timelines, diagnostics } = readFcpxml('f.fcpxml', text);
  const lines = timelines.flatMap((timeline) => listing(timeline).trimEnd().split('\n').slice(1));
  return { lines: lines.map((line) => line.trim()), codes: diagnostics.map(({ code }) => code) };
}

/** As Resolve writes it: a document at a frame duration, with one medium of 24 fps from 01:00:00:00. */
const resolve = (frame: string, story: string, sequence = 'tcStart="3600/1s" tcFormat="NDF"'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.9"><resources><format width="1920" frameDuration="${frame}" id="r0" height="1080" name="FFVideoFormatRateUndefined"/><format id="r1" frameDuration="1/24s" height="1080" width="1920"/>
<asset format="r1" duration="100/1s" hasAudio="1" name="A.mov" id="r2" audioChannels="2" start="3600/1s" hasVideo="1"><media-rep src="file://localhost/E:/A.mov" kind="original-media"/></asset></resources>
<library><event name="Timeline 1 (Resolve)"><project name="Timeline 1 (Resolve)"><sequence format="r0" ${sequence}><spine>${story}</spine></sequence></project></event></library></fcpxml>`;

describe('F35: Resolve’s habits', () => {
  test('media of another rate without conform-rate, starting on its own grid, keeps its speed; neutral adjustments say nothing', () => {
    const story = `<asset-clip tcFormat="NDF" enabled="1" start="43517/12s" ref="r2" format="r1" name="A.mov" duration="59059/24000s" offset="3600/1s"><adjust-conform type="fit"/><adjust-transform scale="1 1" anchor="0 0" position="0 0"/></asset-clip>`;
    // 59059/24000 s are 59 frames of 24000/1001; 43517/12 s are frame 87,034 at 24.
    expect(read(resolve('1001/24000s', story))).toEqual({
      lines: [
        'V1 (Video)',
        '[0, 59) 00:59:56:09+ clip "A.mov" source 87034 @ 24/1 of A.mov link1',
        'A1 (Audio)',
        '[0, 59) 00:59:56:09+ clip "A.mov" source 87034 @ 24/1 of A.mov link1',
      ],
      codes: [],
    });
    expect(timelineIn(resolve('1001/24000s', story)).name).toBe('Timeline 1 (Resolve)');
  });

  test('a clip that is longer than the video in it is a stack that ends early', () => {
    const story = `<clip name="A.mov" start="3600/1s" enabled="1" duration="2/1s" offset="3600/1s"><video offset="3600/1s" ref="r2" start="3600/1s" duration="1/1s"/></clip>`;
    expect(read(resolve('1/24s', story)).lines).toEqual([
      'V1 (Video)',
      '[0, 48) 01:00:00:00 nested "A.mov" source 0 @ 24/1',
      'V1 (Video)',
      '[0, 24) 00:00:00:00 clip "" source 86400 @ 24/1 of A.mov',
    ]);
  });

  test('the two profiles spell volumes and other rates each in its own way, and both are read alike', () => {
    const story = `<asset-clip ref="r2" offset="3600/1s" name="A.mov" start="3600/1s" duration="1001/500s"><adjust-volume amount="-3dB"/></asset-clip>`;
    const timeline = timelineIn(resolve('1001/24000s', story));
    const spelled = (['finalcut', 'resolve'] as const).map((profile) => writeFcpxml(timeline, { profile }).text);
    expect(spelled.map((text) => /amount="[^"]*"/.exec(text)?.[0])).toEqual(['amount="-3dB"', 'amount="-3"']);
    expect(spelled.map((text) => text.includes('<conform-rate'))).toEqual([true, false]);
    const [finalcut, resolved] = spelled.map((text) => comparable(timelineIn(text), { without: ['fcpxml'] }));
    expect(resolved).toEqual(finalcut);
  });
});

describe('F36: timecode in and out', () => {
  test.each([
    ['DF', '01:00:00;00', true],
    ['NDF', '00:59:56:12', false],
  ])('29.97 %s', (format, timecode, dropFrame) => {
    // 107,892 frames: an hour of drop-frame timecode; without dropping 3596 seconds and 12 frames.
    const text = resolve(
      '1001/30000s',
      '<gap offset="107999892/30000s" duration="1001/1000s"/>',
      `tcStart="107999892/30000s" tcFormat="${format}"`,
    );
    const timeline = timelineIn(text);
    expect(listing(timeline)).toContain(`from ${timecode} `);
    expect(member(timeline.metadata, 'patchwork', 'dropFrame')).toBe(dropFrame);
    const written = writeFcpxml(timeline).text;
    expect(/tcStart="[^"]*" tcFormat="[^"]*"/.exec(written)?.[0]).toBe(`tcStart="8999991/2500s" tcFormat="${format}"`);
    expect(comparable(timelineIn(written), { without: ['fcpxml'] })).toEqual(
      comparable(timeline, { without: ['fcpxml'] }),
    );
  });
});

const dissolve = (offset: string, duration: string): string =>
  `<transition name="Cross Dissolve" offset="${offset}" duration="${duration}"><filter-video ref="e1"/></transition>`;

test('F2: transitions at the head, on a cut whose clips have no handles, and at the tail', () => {
  const clip = (ref: string, offset: string, start: string): string =>
    `<asset-clip ref="${ref}" offset="${offset}" name="${ref}" start="${start}" duration="2s" srcEnable="video"/>`;
  const story = `${dissolve('3600s', '12/24s')}${clip('a1', '3600s', '0s')}${dissolve('86436/24s', '24/24s')}${clip('a2', '3602s', '3600s')}${dissolve('86484/24s', '12/24s')}`;
  const text = fcpxmlDocument(story);
  expect(read(text)).toEqual({
    lines: [
      'V1 (Video)',
      '-- SMPTE_Dissolve "Cross Dissolve" 0 before, 12 after',
      '[0, 48) 01:00:00:00 clip "a1" source 0 @ 24/1 of m01.mov',
      '-- SMPTE_Dissolve "Cross Dissolve" 12 before, 12 after',
      '[48, 96) 01:00:02:00 clip "a2" source 86400 @ 24/1 of m02.mov',
      '-- SMPTE_Dissolve "Cross Dissolve" 12 before, 0 after',
    ],
    codes: [],
  });
  expect(read(writeFcpxml(timelineIn(text)).text).lines).toEqual(read(text).lines);
});

describe('F12: nests', () => {
  const multicam = `<media id="m1" name="mc"><multicam format="r1" tcStart="3600s"><mc-angle name="A" angleID="A"><asset-clip ref="a1" offset="0s" name="camA" start="0s" duration="8s"/></mc-angle><mc-angle name="B" angleID="B"><gap offset="0s" duration="1s"/><asset-clip ref="a2" offset="1s" name="camB" start="3600s" duration="7s"/></mc-angle></multicam></media>`;

  test('a multicam switched from one angle to another, its sound’s cut half a second before the picture’s', () => {
    const story = `<mc-clip ref="m1" offset="3600s" name="mc" start="3602s" duration="2s" audioStart="3602s" audioDuration="36/24s"><mc-source angleID="A" srcEnable="all"/></mc-clip>
      <mc-clip ref="m1" offset="3602s" name="mc" start="3604s" duration="2s" audioStart="86484/24s" audioDuration="60/24s"><mc-source angleID="B" srcEnable="video"/><mc-source angleID="A" srcEnable="audio"/></mc-clip>`;
    // Multicam second 2 is camA's frame 48; second 4 less the gap of one is camB's third second, 86,400 + 72.
    expect(read(fcpxmlDocument(story, { resources: multicam }))).toEqual({
      lines: [
        'V1 (Video)',
        '[0, 48) 01:00:00:00 clip "mc" source 48 @ 24/1 of m01.mov link1',
        '[48, 96) 01:00:02:00 clip "mc" source 86472 @ 24/1 of m02.mov link2',
        'A1 (Audio)',
        '[0, 36) 01:00:00:00 clip "mc" source 48 @ 24/1 of m01.mov link1',
        '[36, 96) 01:00:01:12 clip "mc" source 84 @ 24/1 of m01.mov link2',
      ],
      codes: [],
    });
  });

  test('a compound clip in a compound clip', () => {
    const compound = (id: string, inside: string): string =>
      `<media id="${id}" name="${id}"><sequence format="r1" duration="4s"><spine>${inside}</spine></sequence></media>`;
    const shot = (ref: string, offset: string, start: string): string =>
      `<asset-clip ref="${ref}" offset="${offset}" name="${ref}" start="${start}" duration="2s" srcEnable="video"/>`;
    const resources =
      compound(
        'm1',
        `${shot('a1', '0s', '0s')}<ref-clip ref="m2" offset="2s" name="inner" start="1s" duration="2s"/>`,
      ) + compound('m2', `${shot('a2', '0s', '3600s')}${shot('a1', '2s', '4s')}`);
    const text = fcpxmlDocument('<ref-clip ref="m1" offset="3600s" name="outer" start="1s" duration="2s"/>', {
      resources,
    });
    const lines = [
      'V1 (Video)',
      '[0, 48) 01:00:00:00 nested "outer" source 24 @ 24/1',
      'V1 (Video)',
      '[0, 48) 00:00:00:00 clip "a1" source 0 @ 24/1 of m01.mov',
      '[48, 96) 00:00:02:00 nested "inner" source 24 @ 24/1',
      'V1 (Video)',
      '[0, 48) 00:00:00:00 clip "a2" source 86400 @ 24/1 of m02.mov',
      '[48, 96) 00:00:02:00 clip "a1" source 96 @ 24/1 of m01.mov',
    ];
    expect(read(text)).toEqual({ lines, codes: [] });
    expect(read(writeFcpxml(timelineIn(text)).text)).toEqual({ lines, codes: [] });
  });
});

test('F4: storylines that hang above and below, one with a transition', () => {
  const shot = (name: string, offset: string, start: string): string =>
    `<asset-clip ref="a2" offset="${offset}" name="${name}" start="${start}" duration="1s" srcEnable="video"/>`;
  const text = fcpxmlDocument(
    `<asset-clip ref="a1" offset="3600s" name="host" start="1s" duration="4s" srcEnable="video"><spine lane="2" offset="2s">${shot('s1', '0s', '3600s')}${dissolve('18/24s', '12/24s')}${shot('s2', '1s', '3602s')}</spine><spine lane="-1" offset="2s"><asset-clip ref="w1" offset="0s" name="w" start="0s" duration="1s"/></spine></asset-clip>`,
  );
  // Offset 2 s in a host that starts at local 1 s is one second after it.
  expect(read(text)).toEqual({
    lines: [
      'V1 (Video)',
      '[0, 96) 01:00:00:00 clip "host" source 24 @ 24/1 of m01.mov',
      'V2 (Video)',
      '[0, 24) 01:00:00:00 gap',
      '[24, 48) 01:00:01:00 clip "s1" source 86400 @ 24/1 of m02.mov',
      '-- SMPTE_Dissolve "Cross Dissolve" 6 before, 6 after',
      '[48, 72) 01:00:02:00 clip "s2" source 86448 @ 24/1 of m02.mov',
      'A1 (Audio)',
      '[0, 24) 01:00:00:00 gap',
      '[24, 48) 01:00:01:00 clip "w" source 0 @ 48000/1 of tone.wav',
    ],
    codes: [],
  });
});

test('A8: sound components that are on, off, and sent to one side', () => {
  const sources = (...children: readonly string[]): readonly unknown[] => {
    const text = fcpxmlDocument(
      `<asset-clip ref="a1" offset="3600s" name="c" start="0s" duration="1s" srcEnable="audio">${children.map((each) => `<audio-channel-source ${each}/>`).join('')}</asset-clip>`,
    );
    return [text, writeFcpxml(timelineIn(text)).text].map((each) => {
      const [item] = tracksOf(timelineIn(each)).flatMap((track) => track.children);
      const map = item === undefined ? undefined : member(item.metadata, 'patchwork', 'channelMap');
      return [item?.kind === 'Clip' && item.enabled, isJsonObject(map) ? plainJson(map) : null];
    });
  };
  const left = { left: [1, 0], right: [0, 0] };
  const twice = (value: unknown): readonly unknown[] => [value, value];
  expect(
    sources('srcCh="1" outCh="L" role="dialogue.d1"', 'srcCh="2" outCh="R" role="dialogue.d2" enabled="0"'),
  ).toEqual(twice([true, left]));
  expect(sources('srcCh="1, 2" outCh="L, R" role="dialogue"')).toEqual(twice([true, null]));
  expect(sources('srcCh="1" enabled="0"', 'srcCh="2" enabled="0"')).toEqual(twice([false, null]));
});

test('A1: markers, ratings, keywords, notes, roles and captions come through a writer', () => {
  const story = `<asset-clip ref="a1" offset="3600s" name="a" start="1s" duration="2s" srcEnable="video" videoRole="video.v1"><note>N</note><caption lane="1" offset="36/24s" name="C" start="3600s" duration="12/24s" role="iTT?captionFormat=ITT.en"><text><text-style ref="ts1">Hi</text-style></text><text-style-def id="ts1"><text-style font="H"/></text-style-def></caption><marker start="1s" duration="1/24s" value="plain" note="n"/><marker start="1s" duration="1/24s" value="to do" completed="0"/><marker start="1s" duration="1/24s" value="done" completed="1"/><chapter-marker start="48/24s" duration="1/24s" value="ch" posterOffset="11/24s"/><keyword start="1s" duration="1s" value="k1, k2"/><rating name="Favorite" start="1s" duration="1s" value="favorite"/></asset-clip>`;
  const written = writeFcpxml(timelineIn(fcpxmlDocument(story))).text;
  for (const part of [
    '<note>N</note>',
    'videoRole="video.v1"',
    'value="plain" note="n"',
    'value="to do" completed="0"',
    'value="done" completed="1"',
    '<chapter-marker start="2s" duration="1/24s" value="ch" posterOffset="11/24s"/>',
    '<keyword start="1s" duration="1s" value="k1, k2"/>',
    '<rating name="Favorite" start="1s" duration="1s" value="favorite"/>',
    'role="iTT?captionFormat=ITT.en"',
    '>Hi</text-style>',
  ])
    expect(written).toContain(part);
});
