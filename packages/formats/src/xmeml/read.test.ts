import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withTidyLinks } from '../links.ts';
import { listing } from '../listing.ts';
import { readTimelineFile } from '../read-timeline-file.ts';
import { hasSamples, sampleBytes } from '../testing/samples.ts';
import { randomTimeline } from '../testing/random-timeline.ts';
import { readXmeml } from './read.ts';
import { writeXmeml } from './write.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);

const rate = '<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>';
const file = `<file id="file-1"><name>a.mov</name><pathurl>file://localhost/m/a.mov</pathurl>${rate}<duration>200</duration><timecode>${rate}<frame>86400</frame></timecode><media><video/><audio><channelcount>2</channelcount></audio></media></file>`;

function sequence(video: string, audio: string = ''): string {
  return `<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="4"><sequence id="s"><name>seq</name>${rate}<timecode>${rate}<frame>86400</frame><displayformat>NDF</displayformat></timecode><media><video><format><samplecharacteristics><width>1920</width><height>1080</height></samplecharacteristics></format>${video}</video><audio>${audio}</audio></media></sequence></xmeml>`;
}

function clip(id: string, edges: string, inside: string = '<file id="file-1"/>'): string {
  return `<clipitem id="${id}"><name>${id}</name>${rate}${edges}${inside}</clipitem>`;
}

function read(text: string): string {
  return readXmeml('x.xml', text).timelines.map(listing).join('');
}

describe('xmeml', () => {
  test('X1: files are named once and found by id; source time holds the file’s timecode', () => {
    expect(
      read(
        sequence(
          `<track>${clip('one', '<start>0</start><end>48</end><in>10</in><out>58</out>', file)}${clip('two', '<start>60</start><end>72</end><in>0</in><out>12</out>')}</track>`,
        ),
      ),
    ).toBe(`timeline "seq" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 48) 01:00:00:00 clip "one" source 86410 @ 24/1 of a.mov
    [48, 60) 01:00:02:00 gap
    [60, 72) 01:00:02:12 clip "two" source 86400 @ 24/1 of a.mov
`);
  });

  test('X2: −1 stands for the transition’s cut: centred at frame 48, the source advances by its half', () => {
    const story = `<track>${clip('one', '<start>0</start><end>-1</end><in>0</in><out>54</out>', file)}
      <transitionitem><start>42</start><end>54</end><alignment>center</alignment><effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect></transitionitem>
      ${clip('two', '<start>-1</start><end>96</end><in>20</in><out>74</out>')}
      <transitionitem><start>90</start><end>96</end><alignment>end-black</alignment><effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect></transitionitem></track>`;
    expect(read(sequence(story))).toBe(`timeline "seq" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 48) 01:00:00:00 clip "one" source 86400 @ 24/1 of a.mov
    -- SMPTE_Dissolve "Cross Dissolve" 6 before, 6 after
    [48, 96) 01:00:02:00 clip "two" source 86426 @ 24/1 of a.mov
    -- SMPTE_Dissolve "Cross Dissolve" 6 before, 0 after
`);
  });

  test('X3: motion, opacity, levels and constant speeds enter the vocabulary; defaults say nothing', () => {
    const filter = (id: string, parameters: string): string =>
      `<filter><effect><name>${id}</name><effectid>${id}</effectid>${parameters}</effect></filter>`;
    const parameter = (id: string, value: string): string =>
      `<parameter><parameterid>${id}</parameterid><value>${value}</value></parameter>`;
    const inside = `${file}${filter('basic', parameter('scale', '50') + parameter('rotation', '90'))}${filter('opacity', '<parameter><parameterid>opacity</parameterid><value>100</value><keyframe><when>0</when><value>0</value></keyframe><keyframe><when>24</when><value>100</value></keyframe></parameter>')}${filter('crop', parameter('left', '0'))}`;
    const slow = `<file id="file-1"/>${filter('timeremap', parameter('variablespeed', '0') + parameter('speed', '50') + parameter('reverse', 'FALSE'))}`;
    expect(
      read(
        sequence(
          `<track>${clip('one', '<start>0</start><end>24</end><in>0</in><out>24</out>', inside)}${clip('two', '<start>24</start><end>48</end><in>48</in><out>72</out>', slow)}</track>`,
          `<track>${clip('s', '<start>0</start><end>24</end><in>0</in><out>24</out>', `<file id="file-1"/><sourcetrack><mediatype>audio</mediatype><trackindex>2</trackindex></sourcetrack>${filter('audiolevels', parameter('level', '0.5'))}`)}</track>`,
        ),
      ),
    ).toBe(`timeline "seq" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 24) 01:00:00:00 clip "one" source 86400 @ 24/1 of a.mov
        transform position 0,0 scale 0.5,0.5 rotation -90 anchor 0,0
        opacity {3600s:0, 3601s:1}
    [24, 48) 01:00:01:00 clip "two" source 86424 @ 24/1 of a.mov
        speed 0.5
  A1 (Audio)
    [0, 24) 01:00:00:00 clip "s" source 86400 @ 24/1 of a.mov
        volume -6.0206 dB
`);
  });

  test.runIf(hasSamples())(
    'X4: Premiere: a 15 fps clip over 100 frames of 30; the centred dissolve cuts at 1164',
    () => {
      const [timeline] = readTimelineFile({
        name: 'p.xml',
        bytes: sampleBytes('xmeml/premiere_example.xml'),
      }).timelines;
      const list = timeline === undefined ? '' : listing(timeline);
      // start 536, end 636, in 0, out 50 at 15 fps.
      expect(list).toContain('[536, 636) 00:00:17:26 clip "sc01_sh010_anim.mov" source 0 @ 30/1');
      // transition 1152 to 1177 centred: floor(1164.5); the source begins at 6 and 12 frames of it are handle.
      expect(list).toContain(
        '-- SMPTE_Dissolve "Cross Dissolve" 12 before, 13 after\n    [1164, 1246) 00:00:38:24 clip "sc01_sh010_anim.mov" source 18 @ 30/1',
      );
    },
  );

  test('X5: a sequence that holds itself is cut off by name', () => {
    const text = sequence(
      `<track>${clip('me', '<start>0</start><end>24</end><in>0</in><out>24</out>', '<sequence id="s"/>')}</track>`,
    );
    expect(readXmeml('x.xml', text).diagnostics.map(({ code }) => code)).toContain('PW_XMEML_CYCLE');
  });
});

describe('writing', () => {
  // Sound's dissolves have a name of their own; a retimed file's tail that nobody sees has no length of its own.
  const lines = (one: Parameters<typeof withTidyLinks>[0]): string =>
    listing(withTidyLinks(one)).replaceAll('"Cross Fade (+3dB)"', '"Cross Dissolve"');
  const again = (one: Parameters<typeof withTidyLinks>[0]): string => {
    const { text, notSaid } = writeXmeml(one);
    expect(notSaid).toEqual([]);
    return readXmeml('again', text).timelines.map(lines).join('');
  };

  test('X6: cuts, sounds, links and switches are read as they were written', { timeout: 30_000 + runs * 100 }, () => {
    fc.assert(
      fc.property(randomTimeline({ hasEffects: false, hasTransitions: false }), (timeline) => {
        expect(again(timeline)).toBe(lines(timeline));
      }),
      { numRuns: Math.ceil(runs / 2) },
    );
  });

  test('X7: so are dissolves, speeds both ways, opacity and levels', () => {
    const story = (
      inside: string,
    ): string => `<track>${clip('one', '<start>0</start><end>-1</end><in>0</in><out>54</out>', file)}
      <transitionitem><start>42</start><end>54</end><alignment>center</alignment><effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect></transitionitem>
      ${clip('two', '<start>-1</start><end>96</end><in>20</in><out>74</out>')}
      ${clip('three', '<start>96</start><end>120</end><in>48</in><out>72</out><duration>100</duration>', `<file id="file-1"/>${inside}`)}</track>`;
    for (const [speed, reverse] of [
      ['50', 'FALSE'],
      ['200', 'TRUE'],
      ['100', 'TRUE'],
    ]) {
      const remap = `<filter><effect><name>Time Remap</name><effectid>timeremap</effectid><parameter><parameterid>speed</parameterid><value>${speed}</value></parameter><parameter><parameterid>reverse</parameterid><value>${reverse}</value></parameter></effect></filter>`;
      const opacity =
        '<filter><effect><name>Opacity</name><effectid>opacity</effectid><parameter><parameterid>opacity</parameterid><value>50</value></parameter></effect></filter>';
      const [timeline] = readXmeml('x', sequence(story(remap + opacity))).timelines;
      expect(timeline).toBeDefined();
      if (timeline !== undefined) expect(again(timeline)).toBe(lines(timeline));
    }
  });
});
