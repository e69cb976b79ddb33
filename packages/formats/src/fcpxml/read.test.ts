import { describe, expect, test } from 'vitest';
import { member, plainJson } from '@patchwork/timeline';
import { listing } from '../listing.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { readFcpxml } from './read.ts';

function read(
  story: string,
  options: Parameters<typeof fcpxmlDocument>[1] = {},
): { list: string; codes: string[]; places: (string | null)[] } {
  const { timelines, diagnostics } = readFcpxml('f.fcpxml', fcpxmlDocument(story, options));
  return {
    list: timelines.map(listing).join(''),
    codes: diagnostics.map(({ code }) => code),
    places: diagnostics.map(({ where }) => where),
  };
}

describe('spine', () => {
  test('F1: clips follow each other, picture and sound linked, source time with the media’s timecode', () => {
    const { list, codes } = read(`
      <asset-clip ref="a1" offset="3600s" name="one" duration="48/24s"/>
      <gap name="Gap" offset="3602s" start="3600s" duration="1s"/>
      <asset-clip ref="a2" offset="3603s" name="two" start="86412/24s" duration="24/24s" enabled="0"/>`);
    expect(list).toBe(`timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 48) 01:00:00:00 clip "one" source 0 @ 24/1 of m01.mov link1
    [48, 72) 01:00:02:00 gap
    [72, 96) 01:00:03:00 clip "two" source 86412 @ 24/1 of m02.mov DISABLED link2
  A1 (Audio)
    [0, 48) 01:00:00:00 clip "one" source 0 @ 24/1 of m01.mov link1
    [48, 72) 01:00:02:00 gap
    [72, 96) 01:00:03:00 clip "two" source 86412 @ 24/1 of m02.mov DISABLED link2
`);
    expect(codes).toEqual([]);
  });

  test('F2: a transition is centred on its cut; at the ends it reaches to one side; sound follows filter-audio alone', () => {
    const { list } = read(`
      <transition name="in" offset="3600s" duration="6/24s"><filter-video ref="e1"/></transition>
      <asset-clip ref="a1" offset="3600s" name="one" duration="48/24s"/>
      <transition name="x" offset="86442/24s" duration="12/24s"><filter-video ref="e1"/><filter-audio ref="e2"/></transition>
      <asset-clip ref="a2" offset="3602s" name="two" start="86412/24s" duration="24/24s"/>
      <transition name="out" offset="86468/24s" duration="4/24s"><filter-video ref="e1"/></transition>`);
    expect(list).toBe(`timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    -- SMPTE_Dissolve "in" 0 before, 6 after
    [0, 48) 01:00:00:00 clip "one" source 0 @ 24/1 of m01.mov link1
    -- SMPTE_Dissolve "x" 6 before, 6 after
    [48, 72) 01:00:02:00 clip "two" source 86412 @ 24/1 of m02.mov link2
    -- SMPTE_Dissolve "out" 4 before, 0 after
  A1 (Audio)
    [0, 48) 01:00:00:00 clip "one" source 0 @ 24/1 of m01.mov link1
    -- SMPTE_Dissolve "x" 6 before, 6 after
    [48, 72) 01:00:02:00 clip "two" source 86412 @ 24/1 of m02.mov link2
`);
  });

  test('F3: holes become gaps, overlaps a track above, both with a warning at line and timecode', () => {
    const { list, codes, places } = read(`
      <asset-clip ref="a1" offset="3600s" name="one" duration="48/24s" srcEnable="video"/>
      <asset-clip ref="a1" offset="86436/24s" name="two" duration="24/24s" srcEnable="video"/>
      <asset-clip ref="a1" offset="86472/24s" name="three" duration="24/24s" srcEnable="video"/>`);
    expect(list).toBe(`timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 48) 01:00:00:00 clip "one" source 0 @ 24/1 of m01.mov
    [48, 72) 01:00:02:00 gap
    [72, 96) 01:00:03:00 clip "three" source 0 @ 24/1 of m01.mov
  V2 (Video)
    [0, 36) 01:00:00:00 gap
    [36, 60) 01:00:01:12 clip "two" source 0 @ 24/1 of m01.mov
`);
    expect(codes).toEqual(['PW_FCPXML_OVERLAP', 'PW_FCPXML_HOLE']);
    expect(places).toEqual(['f.fcpxml:20:7 @ 01:00:01:12', 'f.fcpxml:21:7 @ 01:00:03:00']);
  });
});

describe('lanes', () => {
  test('F4: connected clips are offset in their host’s local time and stacked by lane, lower lanes below', () => {
    const { list } = read(`
      <asset-clip ref="a2" offset="3600s" name="host" start="86410/24s" duration="96/24s" srcEnable="video">
        <asset-clip ref="a1" lane="2" offset="86420/24s" name="upper" start="1s" duration="24/24s" srcEnable="video"/>
        <asset-clip ref="a1" lane="1" offset="86420/24s" name="lower" duration="24/24s" srcEnable="video"/>
        <asset-clip ref="a1" lane="-1" offset="86414/24s" name="below" duration="12/24s" srcEnable="video"/>
        <asset-clip ref="w1" lane="-1" offset="86416/24s" name="music" start="5s" duration="48/24s"/>
        <spine lane="1" offset="86458/24s">
          <asset-clip ref="a1" name="s1" offset="0s" duration="12/24s" srcEnable="video"/>
          <asset-clip ref="a1" name="s2" offset="12/24s" start="12/24s" duration="12/24s" srcEnable="video"/>
        </spine>
      </asset-clip>`);
    expect(list).toBe(`timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 4) 01:00:00:00 gap
    [4, 16) 01:00:00:04 clip "below" source 0 @ 24/1 of m01.mov
  V2 (Video)
    [0, 96) 01:00:00:00 clip "host" source 86410 @ 24/1 of m02.mov
  V3 (Video)
    [0, 10) 01:00:00:00 gap
    [10, 34) 01:00:00:10 clip "lower" source 0 @ 24/1 of m01.mov
    [34, 48) 01:00:01:10 gap
    [48, 60) 01:00:02:00 clip "s1" source 0 @ 24/1 of m01.mov
    [60, 72) 01:00:02:12 clip "s2" source 12 @ 24/1 of m01.mov
  V4 (Video)
    [0, 10) 01:00:00:00 gap
    [10, 34) 01:00:00:10 clip "upper" source 24 @ 24/1 of m01.mov
  A1 (Audio)
    [0, 6) 01:00:00:00 gap
    [6, 54) 01:00:00:06 clip "music" source 240000 @ 48000/1 of tone.wav
`);
  });
});

describe('adjustments', () => {
  test('F5: opacity, transform, crop, volume, pan and fades enter the vocabulary with key frames in own time', () => {
    const { list, codes } = read(`
      <asset-clip ref="a2" offset="3600s" name="c" start="86424/24s" duration="48/24s">
        <adjust-crop mode="crop"><crop-rect left="16" top="10"/></adjust-crop>
        <adjust-conform type="fill"/>
        <adjust-transform position="-5.36625 0.41956" scale="1.2 1.2" rotation="15"/>
        <adjust-blend amount="0.5"><param name="amount"><keyframeAnimation>
          <keyframe time="86424/24s" value="0"/><keyframe time="86436/24s" value="1" interp="ease"/></keyframeAnimation></param></adjust-blend>
        <adjust-volume amount="-6dB"><param name="amount"><fadeIn type="linear" duration="1/2s"/></param></adjust-volume>
        <adjust-panner mode="1" amount="-50"/>
      </asset-clip>`);
    expect(list).toBe(`timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 48) 01:00:00:00 clip "c" source 86424 @ 24/1 of m02.mov link1
        crop left 0.09 right 0 top 0.1 bottom 0
        conform fill
        transform position -0.0536625,0.0041956 scale 1.2,1.2 rotation 15 anchor 0,0
        opacity {3601s:0, 7203/2s:1 smooth}
  A1 (Audio)
    [0, 48) 01:00:00:00 clip "c" source 86424 @ 24/1 of m02.mov link1
        volume -6 dB
        fade in 1/2s out 0s
        pan -0.5
`);
    expect(codes).toEqual([]);
  });

  test('F6: neutral and switched-off adjustments say nothing; a filter is kept by name', () => {
    const { list, codes } = read(`
      <asset-clip ref="a1" offset="3600s" name="c" duration="48/24s" srcEnable="video">
        <adjust-transform position="0 0" anchor="0 0" scale="1 1"/>
        <adjust-stabilization enabled="0"/>
        <adjust-colorConform enabled="1" conformType="conformNone"/>
        <filter-video ref="e4" name="Gaussian"><param name="Amount" key="1" value="20"/></filter-video>
        <filter-video ref="e4" name="Off" enabled="0"/>
      </asset-clip>`);
    expect(list).toBe(`timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 48) 01:00:00:00 clip "c" source 0 @ 24/1 of m01.mov
        not modelled: video filter "Gaussian"
`);
    expect(codes).toEqual(['PW_FCPXML_UNMODELLED']);
  });
});

describe('retimes', () => {
  const clip = (start: string, inner: string): string =>
    `<asset-clip ref="a1" offset="3600s" name="c" start="${start}" duration="48/24s" srcEnable="video">${inner}</asset-clip>`;

  test('F7: a straight map is a speed; the source begins where the map says', () => {
    const half = read(
      clip('2s', '<timeMap><timept time="0s" value="0s"/><timept time="16s" value="8s"/></timeMap>'),
    ).list;
    expect(half).toContain('clip "c" source 24 @ 24/1 of m01.mov\n        speed 0.5\n');
    const reverse = read(
      clip('2s', '<timeMap><timept time="0s" value="8s"/><timept time="8s" value="0s"/></timeMap>'),
    ).list;
    expect(reverse).toContain('clip "c" source 96 @ 24/1 of m01.mov\n        speed -1\n');
    const hold = read(
      clip('2s', '<timeMap><timept time="0s" value="30/24s"/><timept time="8s" value="30/24s"/></timeMap>'),
    ).list;
    expect(hold).toContain('clip "c" source 30 @ 24/1 of m01.mov\n        freeze\n');
  });

  test('F8: a ramp, and blended frames, are a time map in own time', () => {
    const ramp = read(
      clip(
        '2s',
        '<timeMap><timept time="0s" value="0s"/><timept time="3s" value="3s"/><timept time="4s" value="5s"/></timeMap>',
      ),
    ).list;
    expect(ramp).toContain('clip "c" source 48 @ 24/1 of m01.mov\n        time map nearest 0s->0s, 3s->3s, 4s->5s\n');
    const blend = read(
      clip(
        '2s',
        '<timeMap frameSampling="frame-blending"><timept time="0s" value="0s"/><timept time="16s" value="8s"/></timeMap>',
      ),
    ).list;
    expect(blend).toContain('clip "c" source 24 @ 24/1 of m01.mov\n        time map blend 1s->1s, 3s->2s\n');
  });

  test('F9: key frames follow the picture when a retime moves the source', () => {
    const { list } = read(
      clip(
        '2s',
        `<timeMap><timept time="0s" value="0s"/><timept time="16s" value="8s"/></timeMap>
      <adjust-blend><param name="amount"><keyframeAnimation><keyframe time="2s" value="0"/><keyframe time="4s" value="1"/></keyframeAnimation></param></adjust-blend>`,
      ),
    );
    expect(list).toContain('opacity {1s:0, 3s:1}');
  });
});

describe('generators, stills, titles, captions', () => {
  test('F10: a solid is a colour; a title is kept whole; a caption stands on its own kind of track', () => {
    const { list } = read(
      `
      <video ref="e3" offset="3600s" name="red" start="3600s" duration="24/24s"><param name="Color" key="1" value="1 0 0"/></video>
      <title ref="e4" offset="3601s" name="T" start="3600s" duration="24/24s"><text><text-style ref="ts1">Hello</text-style></text><text-style-def id="ts1"><text-style font="F"/></text-style-def>
        <caption lane="1" offset="3600s" start="3600s" duration="12/24s" name="cap"><text>hi</text></caption></title>
      <video ref="s1" offset="3602s" name="still" start="3600s" duration="24/24s"/>`,
      {
        resources:
          '<format id="r9" name="FFVideoFormatRateUndefined" width="640" height="480"/><asset id="s1" name="still" start="0s" duration="0s" hasVideo="1" format="r9" src="file:///m/s.png"/>',
      },
    );
    expect(list).toBe(`timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 24) 01:00:00:00 clip "red" source 86400 @ 24/1 of generator SolidColor
    [24, 48) 01:00:01:00 clip "T" source 86400 @ 24/1 of generator Title
        not modelled: title "Hello"
    [48, 72) 01:00:02:00 clip "still" source 86400 @ 24/1 of s.png
  C1 (Caption)
    [0, 24) 01:00:00:00 gap
    [24, 36) 01:00:01:00 clip "cap" source 86400 @ 24/1 of generator Caption
`);
  });
});

describe('sound and timecode', () => {
  test('A8: chosen channels become a channel map; split edits begin where audioStart says', () => {
    const { timelines } = readFcpxml(
      'f.fcpxml',
      fcpxmlDocument(`
      <asset-clip ref="a1" offset="3600s" name="split" start="1s" duration="48/24s" audioStart="36/24s" audioDuration="60/24s"/>
      <asset-clip ref="a1" offset="3602s" name="left" duration="24/24s"><audio-channel-source srcCh="1" role="dialogue"/></asset-clip>`),
    );
    // The split sound begins 12 frames after its picture and ends 24 frames after it.
    expect(timelines.map(listing).join('')).toContain(
      '[12, 72) 01:00:00:12 clip "split" source 36 @ 24/1 of m01.mov link1\n',
    );
    const sounds = timelines.flatMap((timeline) =>
      timeline.tracks.children.flatMap((track) =>
        track.kind === 'Track' && track.trackKind === 'Audio' ? track.children : [],
      ),
    );
    expect(sounds.map((item) => plainJson(member(item.metadata, 'patchwork', 'channelMap') ?? null))).toContainEqual({
      left: [1, 0],
      right: [1, 0],
    });
  });

  test('A4: drop frame: 107,892 frames from zero are 01:00:00;00', () => {
    const text = fcpxmlDocument(
      '<asset-clip ref="a1" offset="27000/7500s" name="x" duration="2002/30000s" srcEnable="video"/>',
    )
      .replace('frameDuration="1/24s"', 'frameDuration="1001/30000s"')
      .replace('tcStart="3600s" tcFormat="NDF"', 'tcStart="107999892/30000s" tcFormat="DF"')
      .replace('offset="27000/7500s"', 'offset="107999892/30000s"');
    const [timeline] = readFcpxml('f.fcpxml', text).timelines;
    expect(timeline?.globalStartTime).toEqual({ value: { num: 107892, den: 1 }, rate: { num: 30000, den: 1001 } });
    expect(timeline === undefined ? '' : listing(timeline)).toContain(
      'at 30000/1001 from 01:00:00;00 1920x1080\n  V1 (Video)\n    [0, 2) 01:00:00;00',
    );
  });
});
