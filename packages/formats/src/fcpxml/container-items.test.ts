import { describe, expect, test } from 'vitest';
import { tracksOf } from '@patchwork/timeline';
import { keptIn } from '../clip-metadata.ts';
import { listing } from '../listing.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { readFcpxml } from './read.ts';

interface Read {
  /** The listing's lines below its head, indents kept. */
  readonly lines: readonly string[];
  readonly codes: readonly string[];
}

function read(story: string, resources: string = ''): Read {
  const { timelines, diagnostics } = readFcpxml('f.fcpxml', fcpxmlDocument(story, { resources }));
  const lines = timelines.flatMap((timeline) => listing(timeline).trimEnd().split('\n').slice(1));
  return { lines, codes: diagnostics.map(({ code }) => code) };
}

/** A compound clip of two shots on a timecode of its own: frames 0…47 of the first, 24…71 of the second. */
const compound = `<media id="c1" name="scene"><sequence format="r1" duration="4s" tcStart="10s"><spine>
  <asset-clip ref="a1" offset="10s" name="in1" duration="2s"/>
  <asset-clip ref="a2" offset="12s" name="in2" start="3601s" duration="2s"/></spine></sequence></media>`;

/** Two angles from 100 s; the second begins with half a second of gap. */
const multicam = `<media id="mc" name="MC"><multicam format="r1" tcStart="100s">
  <mc-angle name="A" angleID="A"><asset-clip ref="a1" offset="0s" name="camA" duration="8s"/></mc-angle>
  <mc-angle name="B" angleID="B"><gap offset="0s" duration="12/24s"/><asset-clip ref="a2" offset="12/24s" name="camB" duration="7s"/></mc-angle>
  </multicam></media>`;

const multicamClip = (inner: string, more: string = ''): string =>
  `<mc-clip ref="mc" offset="3600s" name="M" start="101s" duration="2s" ${more}>${inner}</mc-clip>`;

describe('F12: compound clips', () => {
  test('a window over two shots is a nested stack, entered where the clip starts', () => {
    const { lines, codes } = read('<ref-clip ref="c1" offset="3600s" name="s" start="11s" duration="2s"/>', compound);
    expect(codes).toEqual([]);
    expect(lines).toMatchInlineSnapshot(`
      [
        "  V1 (Video)",
        "    [0, 48) 01:00:00:00 nested "s" source 24 @ 24/1 link1",
        "        V1 (Video)",
        "          [0, 48) 00:00:00:00 clip "in1" source 0 @ 24/1 of m01.mov link2",
        "          [48, 96) 00:00:02:00 clip "in2" source 86424 @ 24/1 of m02.mov link3",
        "  A1 (Audio)",
        "    [0, 48) 01:00:00:00 nested "s" source 24 @ 24/1 link1",
        "        A1 (Audio)",
        "          [0, 48) 00:00:00:00 clip "in1" source 0 @ 24/1 of m01.mov link2",
        "          [48, 96) 00:00:02:00 clip "in2" source 86424 @ 24/1 of m02.mov link3",
      ]
    `);
  });

  test('a window that one clip fills is that clip; srcEnable leaves one side', () => {
    expect(
      read('<ref-clip ref="c1" offset="3600s" name="s" start="25/2s" duration="1s" srcEnable="video"/>', compound)
        .lines,
    ).toMatchInlineSnapshot(`
      [
        "  V1 (Video)",
        "    [0, 24) 01:00:00:00 clip "s" source 86436 @ 24/1 of m02.mov",
      ]
    `);
    expect(
      read('<ref-clip ref="c1" offset="3600s" name="s" start="25/2s" duration="1s" srcEnable="audio"/>', compound)
        .lines,
    ).toMatchInlineSnapshot(`
      [
        "  A1 (Audio)",
        "    [0, 24) 01:00:00:00 clip "s" source 86436 @ 24/1 of m02.mov",
      ]
    `);
  });
});

describe('F12: multicam', () => {
  test('the angles that are chosen, at the place where the clip is entered', () => {
    const stories: readonly (readonly [name: string, story: string])[] = [
      ['one angle for both', multicamClip('<mc-source angleID="B" srcEnable="all"/>')],
      [
        'picture and sound of different angles',
        multicamClip('<mc-source angleID="A" srcEnable="video"/><mc-source angleID="B" srcEnable="audio"/>'),
      ],
      ['no choice is the first angle', multicamClip('')],
      [
        'a J cut: the sound of the other angle begins half a second early',
        `<gap offset="3600s" duration="1s"/>${multicamClip('<mc-source angleID="A" srcEnable="video"/><mc-source angleID="B" srcEnable="audio"/>', 'audioStart="201/2s" audioDuration="2s"').replace('offset="3600s"', 'offset="3601s"')}`,
      ],
    ];
    expect(stories.map(([name, story]) => [name, read(story, multicam)])).toMatchInlineSnapshot(`
      [
        [
          "one angle for both",
          {
            "codes": [],
            "lines": [
              "  V1 (Video)",
              "    [0, 48) 01:00:00:00 clip "M" source 86412 @ 24/1 of m02.mov link1",
              "  A1 (Audio)",
              "    [0, 48) 01:00:00:00 clip "M" source 86412 @ 24/1 of m02.mov link1",
            ],
          },
        ],
        [
          "picture and sound of different angles",
          {
            "codes": [],
            "lines": [
              "  V1 (Video)",
              "    [0, 48) 01:00:00:00 clip "M" source 24 @ 24/1 of m01.mov link1",
              "  A1 (Audio)",
              "    [0, 48) 01:00:00:00 clip "M" source 86412 @ 24/1 of m02.mov link1",
            ],
          },
        ],
        [
          "no choice is the first angle",
          {
            "codes": [],
            "lines": [
              "  V1 (Video)",
              "    [0, 48) 01:00:00:00 clip "M" source 24 @ 24/1 of m01.mov link1",
              "  A1 (Audio)",
              "    [0, 48) 01:00:00:00 clip "M" source 24 @ 24/1 of m01.mov link1",
            ],
          },
        ],
        [
          "a J cut: the sound of the other angle begins half a second early",
          {
            "codes": [],
            "lines": [
              "  V1 (Video)",
              "    [0, 24) 01:00:00:00 gap",
              "    [24, 72) 01:00:01:00 clip "M" source 24 @ 24/1 of m01.mov link1",
              "  A1 (Audio)",
              "    [0, 12) 01:00:00:00 gap",
              "    [12, 60) 01:00:00:12 clip "M" source 86400 @ 24/1 of m02.mov link1",
            ],
          },
        ],
      ]
    `);
  });

  test('an angle that is not there is told', () => {
    expect(read(multicamClip('<mc-source angleID="Z" srcEnable="all"/>'), multicam).codes).toEqual([
      'PW_FCPXML_RESOURCE',
    ]);
  });
});

describe('F12: clips that hold their content', () => {
  test('pictures and sounds are trimmed by the clip around them', () => {
    const stories: readonly (readonly [name: string, story: string])[] = [
      [
        'a clip of a video with its audio',
        '<clip offset="3600s" name="k" start="3602s" duration="2s"><video ref="a2" offset="3600s" start="3600s" duration="8s"><audio lane="-1" ref="a2" offset="3600s" start="3600s" duration="8s" srcCh="1, 2"/></video></clip>',
      ],
      [
        'a clip of sound alone',
        '<clip offset="3600s" name="k" start="1s" duration="2s"><audio ref="w1" offset="0s" duration="60s" srcCh="1, 2"/></clip>',
      ],
      [
        'a split edit',
        '<clip offset="3600s" name="k" start="2s" duration="2s" audioStart="5/2s" audioDuration="2s"><video ref="a1" offset="0s" duration="8s"><audio lane="-1" ref="a1" offset="0s" duration="8s"/></video></clip>',
      ],
      [
        'a synchronised clip: the camera’s sound off, the recorder’s on',
        '<sync-clip offset="3600s" name="y" start="1s" duration="2s"><asset-clip ref="a1" offset="0s" name="cam" duration="8s"><asset-clip ref="w1" lane="-1" offset="0s" name="rec" start="5s" duration="8s"/></asset-clip><sync-source sourceID="storyline"><audio-role-source role="dialogue" active="0"/></sync-source></sync-clip>',
      ],
    ];
    expect(stories.map(([name, story]) => [name, read(story)])).toMatchInlineSnapshot(`
      [
        [
          "a clip of a video with its audio",
          {
            "codes": [],
            "lines": [
              "  V1 (Video)",
              "    [0, 48) 01:00:00:00 clip "k" source 86448 @ 24/1 of m02.mov link1",
              "  A1 (Audio)",
              "    [0, 48) 01:00:00:00 clip "k" source 86448 @ 24/1 of m02.mov link1",
            ],
          },
        ],
        [
          "a clip of sound alone",
          {
            "codes": [],
            "lines": [
              "  A1 (Audio)",
              "    [0, 48) 01:00:00:00 clip "k" source 48000 @ 48000/1 of tone.wav",
            ],
          },
        ],
        [
          "a split edit",
          {
            "codes": [],
            "lines": [
              "  V1 (Video)",
              "    [0, 48) 01:00:00:00 clip "k" source 48 @ 24/1 of m01.mov link1",
              "  A1 (Audio)",
              "    [0, 12) 01:00:00:00 gap",
              "    [12, 60) 01:00:00:12 clip "k" source 60 @ 24/1 of m01.mov link1",
            ],
          },
        ],
        [
          "a synchronised clip: the camera’s sound off, the recorder’s on",
          {
            "codes": [],
            "lines": [
              "  V1 (Video)",
              "    [0, 48) 01:00:00:00 clip "y" source 24 @ 24/1 of m01.mov link1",
              "  A1 (Audio)",
              "    [0, 48) 01:00:00:00 clip "y" source 24 @ 24/1 of m01.mov DISABLED link1",
              "  A2 (Audio)",
              "    [0, 48) 01:00:00:00 clip "y" source 288000 @ 48000/1 of tone.wav link1",
            ],
          },
        ],
      ]
    `);
  });
});

describe('auditions and storylines', () => {
  test('an audition shows its first clip; the others are told by name', () => {
    const { lines, codes } = read(
      '<audition offset="3600s"><asset-clip ref="a1" name="take 3" duration="1s" srcEnable="video"/><asset-clip ref="a2" name="take 1" duration="1s"/></audition>',
    );
    expect(lines).toEqual(['  V1 (Video)', '    [0, 24) 01:00:00:00 clip "take 3" source 0 @ 24/1 of m01.mov']);
    expect(codes).toEqual(['PW_FCPXML_AUDITION']);
  });

  test('a storyline on a storyline’s clip hangs above it, transitions and all', () => {
    expect(
      read(`<asset-clip ref="a1" offset="3600s" name="host" duration="4s" srcEnable="video">
        <spine lane="1" offset="1s" format="r1"><asset-clip ref="a2" offset="0s" name="s1" duration="1s" srcEnable="video">
          <asset-clip ref="a1" lane="1" offset="7201/2s" name="rider" duration="1s" srcEnable="video"/></asset-clip>
          <transition offset="21/24s" duration="6/24s" name="x"/><asset-clip ref="a2" offset="1s" name="s2" start="3602s" duration="1s" srcEnable="video"/></spine>
      </asset-clip>`),
    ).toMatchInlineSnapshot(`
      {
        "codes": [],
        "lines": [
          "  V1 (Video)",
          "    [0, 96) 01:00:00:00 clip "host" source 0 @ 24/1 of m01.mov",
          "  V2 (Video)",
          "    [0, 24) 01:00:00:00 gap",
          "    [24, 48) 01:00:01:00 clip "s1" source 86400 @ 24/1 of m02.mov",
          "    -- SMPTE_Dissolve "x" 3 before, 3 after",
          "    [48, 72) 01:00:02:00 clip "s2" source 86448 @ 24/1 of m02.mov",
          "  V3 (Video)",
          "    [0, 36) 01:00:00:00 gap",
          "    [36, 60) 01:00:01:12 clip "rider" source 0 @ 24/1 of m01.mov",
        ],
      }
    `);
  });
});

describe('what draws nothing stands beside', () => {
  test('markers in own time; notes, keywords, ratings and roles are kept', () => {
    const { timelines, diagnostics } = readFcpxml(
      'f.fcpxml',
      fcpxmlDocument(`<asset-clip ref="a2" offset="3600s" name="c" start="3601s" duration="2s" srcEnable="video" videoRole="vfx" audioRole="dialogue">
        <note>n</note><marker start="3602s" duration="1/24s" value="plain"/><marker start="3602s" value="todo" completed="0"/>
        <chapter-marker start="3603s" duration="1/24s" value="ch" posterOffset="1s"/>
        <keyword start="3601s" duration="1s" value="day"/><rating value="favorite"/></asset-clip>`),
    );
    expect(diagnostics).toEqual([]);
    const [clip] = timelines.flatMap((timeline) => tracksOf(timeline).flatMap(({ children }) => children));
    if (clip?.kind !== 'Clip') throw new TypeError('no clip was read');
    expect(clip.markers.map(({ name, color, markedRange }) => [name, color, markedRange.start.value.num])).toEqual([
      ['plain', 'BLUE', 86448],
      ['todo', 'RED', 86448],
      ['ch', 'ORANGE', 86472],
    ]);
    expect(keptIn(clip.metadata, 'fcpxml')).toMatchObject({
      attributes: { videoRole: 'vfx', audioRole: 'dialogue' },
      kept: ['<note>n</note>', '<keyword start="3601s" duration="1s" value="day"/>', '<rating value="favorite"/>'],
    });
  });
});
