import { describe, expect, test } from 'vitest';
import { clipsIn, isJsonObject, makeTimeline, member, plainJson } from '@patchwork/timeline';
import { listing } from '../listing.ts';
import { readXmeml } from './read.ts';

/** What each of the programs that write xmeml does in its own way; every number below is worked out by hand. */

const rate = (base: number, ntsc: 'TRUE' | 'FALSE' = 'FALSE'): string =>
  `<rate><timebase>${base}</timebase><ntsc>${ntsc}</ntsc></rate>`;

function document(
  parts: {
    version?: string;
    rate?: string;
    video?: string;
    audio?: string;
    more?: string;
  } = {},
): string {
  const { version = '4', video = '', audio = '', more = '' } = parts;
  return `<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="${version}"><sequence id="s"><name>seq</name>${parts.rate ?? rate(24)}${more}<media>
    <video><format><samplecharacteristics><width>1920</width><height>1080</height></samplecharacteristics></format>${video}</video><audio>${audio}</audio></media></sequence></xmeml>`;
}

const file = (id: string, inside: string): string =>
  `<file id="${id}"><name>${id}.mov</name><pathurl>file:///m/${id}.mov</pathurl>${inside}</file>`;

const item = (id: string, edges: string, inside: string, attributes: string = ''): string =>
  `<clipitem id="${id}"${attributes}><name>${id}</name>${edges}${inside}</clipitem>`;

const edges = (start: number, end: number, from: number, to: number): string =>
  `<start>${start}</start><end>${end}</end><in>${from}</in><out>${to}</out>`;

/** Lines of a listing without its head. */
function lines(text: string): string[] {
  return readXmeml('x.xml', text)
    .timelines.map(listing)
    .join('')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

function codes(text: string): string[] {
  return readXmeml('x.xml', text).diagnostics.map(({ code }) => code);
}

function producer(text: string): string {
  const [timeline] = readXmeml('x.xml', text).timelines;
  return JSON.stringify(timeline?.metadata).match(/premiere|resolve|fcp7/)?.[0] ?? '';
}

describe('all of them', () => {
  test('X12: a rate is inherited from sequence to clip to file, slowed by ntsc; timecodes count in it', () => {
    const story = item(
      'a',
      edges(0, 24, 10, 34),
      file('f', '<duration>200</duration><timecode><frame>86400</frame></timecode>'),
    );
    expect(lines(document({ rate: rate(24, 'TRUE'), video: `<track>${story}</track>` }))).toEqual([
      'V1 (Video)',
      // 86400 + 10.
      '[0, 24) 00:00:00:00 clip "a" source 86410 @ 24000/1001 of f.mov',
    ]);
  });

  test('X12: a file has its own rate; a sequence inside of another has the outer one’s where it names none', () => {
    const inner = `<sequence id="n"><name>nest</name><media><video><track>${item('b', edges(0, 24, 0, 24), file('f', rate(25)))}</track></video></media></sequence>`;
    const story = item('a', edges(0, 24, 0, 24), inner);
    expect(lines(document({ rate: rate(25), video: `<track>${story}</track>` }))).toEqual([
      'V1 (Video)',
      '[0, 24) 00:00:00:00 nested "a" source 0 @ 25/1',
      'V1 (Video)',
      '[0, 24) 00:00:00:00 clip "b" source 0 @ 25/1 of f.mov',
    ]);
    expect(codes(document({ rate: rate(25), video: `<track>${story}</track>` }))).toEqual([]);
  });

  test('X1: what is named by id is found where it is written in full, before or after', () => {
    const full = file('f', `${rate(24)}<timecode>${rate(24)}<frame>100</frame></timecode>`);
    const first = item('a', edges(0, 24, 0, 24), '<file id="f"/>');
    const second = item('b', edges(24, 48, 24, 48), full);
    expect(lines(document({ video: `<track>${first}${second}</track>` })).slice(1)).toEqual([
      '[0, 24) 00:00:00:00 clip "a" source 100 @ 24/1 of f.mov',
      '[24, 48) 00:00:01:00 clip "b" source 124 @ 24/1 of f.mov',
    ]);
  });

  test('X7: links join picture and sound, and name a group of two tracks of sound', () => {
    const links = ['a', 'b', 'c'].map((id) => `<link><linkclipref>${id}</linkclipref></link>`).join('');
    const whole = edges(0, 24, 0, 24);
    const picture = item('a', whole, file('f', rate(24)) + links);
    const sound = (id: string): string => `<track>${item(id, whole, `<file id="f"/>${links}`)}</track>`;
    expect(lines(document({ video: `<track>${picture}</track>`, audio: sound('b') + sound('c') }))).toEqual([
      'V1 (Video)',
      '[0, 24) 00:00:00:00 clip "a" source 0 @ 24/1 of f.mov link1',
      'A1 (Audio)',
      '[0, 24) 00:00:00:00 clip "b" source 0 @ 24/1 of f.mov link1',
      'A2 (Audio)',
      '[0, 24) 00:00:00:00 clip "c" source 0 @ 24/1 of f.mov link1',
    ]);
  });

  test.each([
    // [alignment, transition, cut, before, after, source of the second clip: in 20, plus what of the transition is before]
    ['center', 42, 54, 48, 6, 6, 26],
    ['center', 42, 55, 48, 6, 7, 26],
    ['start', 48, 54, 48, 0, 6, 20],
    ['end', 42, 48, 48, 6, 0, 26],
  ])(
    'X2: a transition aligned at its %s from %i to %i cuts at %i',
    (alignment, from, to, cut, before, after, source) => {
      const full = file('f', rate(24));
      const story = `<track>${item('a', `<start>0</start><end>-1</end><in>0</in><out>${to}</out>`, full)}
      <transitionitem><start>${from}</start><end>${to}</end><alignment>${alignment}</alignment><effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect></transitionitem>
      ${item('b', '<start>-1</start><end>96</end><in>20</in><out>74</out>', '<file id="f"/>')}</track>`;
      expect(lines(document({ video: story })).slice(1)).toEqual([
        `[0, ${cut}) 00:00:00:00 clip "a" source 0 @ 24/1 of f.mov`,
        `-- SMPTE_Dissolve "Cross Dissolve" ${before} before, ${after} after`,
        `[${cut}, 96) 00:00:02:00 clip "b" source ${source} @ 24/1 of f.mov`,
      ]);
    },
  );

  test('X2: fades from and to black stand on the edges', () => {
    const fade = (from: number, to: number, alignment: string): string =>
      `<transitionitem><start>${from}</start><end>${to}</end><alignment>${alignment}</alignment><effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect></transitionitem>`;
    const story = `<track>${fade(24, 30, 'start-black')}${item('a', '<start>-1</start><end>-1</end><in>0</in><out>48</out>', file('f', rate(24)))}${fade(66, 72, 'end-black')}</track>`;
    expect(lines(document({ video: story })).slice(1)).toEqual([
      '[0, 24) 00:00:00:00 gap',
      '-- SMPTE_Dissolve "Cross Dissolve" 0 before, 6 after',
      '[24, 72) 00:00:01:00 clip "a" source 0 @ 24/1 of f.mov',
      '-- SMPTE_Dissolve "Cross Dissolve" 6 before, 0 after',
    ]);
  });

  test('X3: a colour is drawn, other generators are kept by name', () => {
    const generator = (id: string, effect: string): string =>
      `<generatoritem id="${id}"><name>${id}</name>${id === 'a' ? edges(0, 24, 0, 24) : edges(24, 48, 0, 24)}<effect>${effect}</effect></generatoritem>`;
    const fill =
      '<parameter><parameterid>fillcolor</parameterid><value><alpha>0</alpha><red>255</red><green>0</green><blue>51</blue></value></parameter>';
    const story = `<track>${generator('a', `<name>Color</name><effectid>Color</effectid>${fill}`)}${generator('b', '<name>Text</name><effectid>Text</effectid>')}</track>`;
    const text = document({ video: story });
    expect(lines(text).slice(1)).toEqual([
      '[0, 24) 00:00:00:00 clip "a" source 0 @ 24/1 of generator SolidColor',
      '[24, 48) 00:00:01:00 clip "b" source 0 @ 24/1 of generator Text',
      'not modelled: generator "Text"',
    ]);
    expect(codes(text)).toEqual(['PW_XMEML_UNMODELLED']);
  });
});

describe('Premiere', () => {
  const ticks = (frames: number): number => (frames * 254_016_000_000) / 24;

  test('X4: its own clock wins over in, and an out that is one short shortens nothing', () => {
    const story = item('a', `${edges(0, 24, 6, 29)}<pproTicksIn>${ticks(18)}</pproTicksIn>`, file('f', rate(24)));
    const text = document({ video: `<track>${story}</track>` });
    expect(producer(text)).toBe('premiere');
    expect(lines(text)[1]).toBe('[0, 24) 00:00:00:00 clip "a" source 18 @ 24/1 of f.mov');
  });

  test('X4: a stereo track written as two is one, and plays both channels', () => {
    const exploded = (index: number): string =>
      `<track currentExplodedTrackIndex="${index}" totalExplodedTrackCount="2" premiereTrackType="Stereo">${item(
        `a${index}`,
        edges(0, 24, 0, 24),
        `${index === 0 ? file('f', `${rate(24)}<media><audio><channelcount>2</channelcount></audio></media>`) : '<file id="f"/>'}<sourcetrack><mediatype>audio</mediatype><trackindex>${index + 1}</trackindex></sourcetrack>`,
        ' premiereChannelType="stereo"',
      )}</track>`;
    const text = document({ audio: exploded(0) + exploded(1) });
    expect(lines(text)).toEqual(['A1 (Audio)', '[0, 24) 00:00:00:00 clip "a0" source 0 @ 24/1 of f.mov']);
    expect(JSON.stringify(readXmeml('x', text).timelines)).not.toContain('channelMap');
  });
});

describe('Resolve', () => {
  test('X4: in and out count on the sequence’s grid although the clip names the file’s rate', () => {
    // 50 of 25 are two seconds; on the file's 50 frames a second that is frame 100.
    const story = item('a 0', `${rate(50)}${edges(0, 100, 50, 150)}`, file('f 1', rate(50)));
    const text = document({
      version: '5',
      rate: rate(25),
      video: `<track>${story}</track>`,
      more: '<in>-1</in><out>-1</out>',
    });
    expect(producer(text)).toBe('resolve');
    expect(lines(text)[1]).toBe('[0, 100) 00:00:00:00 clip "a 0" source 100 @ 50/1 of f 1.mov');
  });

  test('X10: motion, crop and opacity at their defaults say nothing; stills start an hour in and have no end', () => {
    const filter = (id: string, parameters: string): string =>
      `<filter><enabled>TRUE</enabled><start>0</start><end>24</end><effect><name>${id}</name><effectid>${id}</effectid>${parameters}</effect></filter>`;
    const parameter = (id: string, value: string): string =>
      `<parameter><name>${id}</name><parameterid>${id}</parameterid><value>${value}</value></parameter>`;
    const defaults = [
      filter(
        'basic',
        parameter('scale', '100') +
          parameter('center', '<horiz>0</horiz><vert>0</vert>') +
          parameter('rotation', '0') +
          parameter('centerOffset', '<horiz>0</horiz><vert>0</vert>'),
      ),
      filter('crop', ['left', 'right', 'bottom', 'top'].map((id) => parameter(id, '0')).join('')),
      filter('opacity', parameter('opacity', '100')),
    ].join('');
    const still = '<file id="p"><name>p.png</name><pathurl>file:///m/p.png</pathurl><duration>1</duration></file>';
    const story = item(
      'p 0',
      `<duration>3600001</duration>${edges(0, 24, 90_000, 90_024)}`,
      `${still}<compositemode>normal</compositemode>${defaults}`,
    );
    const text = document({ version: '5', rate: rate(25), video: `<track>${story}</track>` });
    expect(lines(text)).toEqual(['V1 (Video)', '[0, 24) 00:00:00:00 clip "p 0" source 90000 @ 25/1 of p.png']);
    expect(codes(text)).toEqual([]);
  });
});

describe('Final Cut Pro 7', () => {
  test('X8: version 5 is Final Cut’s own where it left its marks', () => {
    const text = document({ version: '5', more: '<updatebehavior>add</updatebehavior>' });
    expect(producer(text)).toBe('fcp7');
    expect(producer(document({ version: '5' }))).toBe('resolve');
    expect(producer(document())).toBe('fcp7');
  });

  test('X4: in and out count at the clip’s own rate', () => {
    // 30 of 25 are 1.2 s; the record is 29 frames of 24, the source 30 of 25.
    const story = item('a', `${rate(25)}${edges(0, 29, 30, 60)}`, file('f', rate(25)));
    expect(lines(document({ video: `<track>${story}</track>` }))[1]).toBe(
      '[0, 29) 00:00:00:00 clip "a" source 30 @ 25/1 of f.mov',
    );
  });

  test('X3: two mono tracks that are panned apart are the two sides of one file', () => {
    const side = (index: number, pan: number): string =>
      `<track>${item(
        `m${index}`,
        edges(0, 24, 0, 24),
        `${index === 1 ? file('f', `${rate(24)}<media><audio><channelcount>2</channelcount></audio></media>`) : '<file id="f"/>'}<sourcetrack><mediatype>audio</mediatype><trackindex>${index}</trackindex></sourcetrack>
        <filter><effect><name>Audio Pan</name><effectid>audiopan</effectid><parameter><parameterid>pan</parameterid><value>${pan}</value></parameter></effect></filter>`,
      )}</track>`;
    const [timeline] = readXmeml('x', document({ audio: side(1, -1) + side(2, 1) })).timelines;
    const maps = [...clipsIn(timeline ?? makeTimeline({ tracks: [] }))].map(({ metadata }) => {
      const map = member(metadata, 'patchwork', 'channelMap');
      return isJsonObject(map) ? plainJson(map) : null;
    });
    expect(maps).toEqual([
      { left: [1, 0], right: [0, 0] },
      { left: [0, 0], right: [0, 1] },
    ]);
  });

  test('X3: a mono file that is panned hard is heard on that side alone', () => {
    const story = item(
      'mono',
      edges(0, 24, 0, 24),
      `${file('f', `${rate(24)}<media><audio><channelcount>1</channelcount></audio></media>`)}<sourcetrack><mediatype>audio</mediatype><trackindex>1</trackindex></sourcetrack>
      <filter><effect><name>Audio Pan</name><effectid>audiopan</effectid><parameter><parameterid>pan</parameterid><value>-1</value></parameter></effect></filter>`,
    );
    expect(lines(document({ audio: `<track>${story}</track>` })).slice(1)).toEqual([
      '[0, 24) 00:00:00:00 clip "mono" source 0 @ 24/1 of f.mov',
      'pan -1',
    ]);
  });

  test('X9: a constant speed backwards plays the range from its end', () => {
    const remap =
      '<filter><effect><name>Time Remap</name><effectid>timeremap</effectid><parameter><parameterid>speed</parameterid><value>100</value></parameter><parameter><parameterid>reverse</parameterid><value>TRUE</value></parameter></effect></filter>';
    const story = item('a', `<duration>200</duration>${edges(0, 24, 10, 34)}`, file('f', rate(24)) + remap);
    expect(lines(document({ video: `<track>${story}</track>` })).slice(1)).toEqual([
      // Backwards frame 10 of 200 is media frame 190; 24 frames end at 166.
      '[0, 24) 00:00:00:00 clip "a" source 166 @ 24/1 of f.mov',
      'speed -1',
    ]);
  });
});
