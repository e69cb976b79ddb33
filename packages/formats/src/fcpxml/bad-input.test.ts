import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { readTimelineFile } from '../read-timeline-file.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { listing } from '../listing.ts';

const encoder = new TextEncoder();

function outcome(
  bytes: Uint8Array | string,
  name = 'bad.fcpxml',
): { code: string | null; codes: string[]; message: string; list: string } {
  try {
    const read = readTimelineFile({ name, bytes: typeof bytes === 'string' ? encoder.encode(bytes) : bytes });
    return {
      code: null,
      codes: read.diagnostics.map(({ code }) => code),
      message: '',
      list: read.timelines.map(listing).join(''),
    };
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return { code: error.code, codes: [], message: error.message, list: '' };
  }
}

const clip = '<asset-clip ref="a1" offset="3600s" name="c" duration="48/24s" srcEnable="video"/>';

describe('hostile text', () => {
  test('B1: an empty file, another kind of file, a truncated one: coded, with place', () => {
    expect(outcome('').code).toBe('PW_FORMAT_UNKNOWN');
    expect(outcome('hello').code).toBe('PW_FORMAT_UNKNOWN');
    const cut = outcome(fcpxmlDocument(clip).slice(0, 900));
    expect(cut.code).toBe('PW_XML_SYNTAX');
    expect(cut.message).toMatch(/^bad\.fcpxml:\d+:\d+: /);
  });

  test('B2: entities, internal or external, are refused', () => {
    const bomb =
      '<?xml version="1.0"?><!DOCTYPE fcpxml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><fcpxml version="1.10">&b;</fcpxml>';
    const external = '<!DOCTYPE fcpxml [<!ENTITY x SYSTEM "file:///etc/passwd">]><fcpxml version="1.10"/>';
    expect(outcome(bomb).code).toBe('PW_XML_ENTITY');
    expect(outcome(external).code).toBe('PW_XML_ENTITY');
    expect(outcome('<fcpxml version="1.10">&undeclared;</fcpxml>').code).toBe('PW_XML_SYNTAX');
  });

  test('B3: 200,000 nested elements and 100,000 attributes end at the cap', () => {
    expect(outcome(`<fcpxml version="1.10">${'<event>'.repeat(200_000)}`).code).toBe('PW_XML_DEPTH');
    const attributes = Array.from({ length: 100_000 }, (_unused, at) => `a${at}="1"`).join(' ');
    expect(outcome(`<fcpxml version="1.10" ${attributes}/>`).code).toBe('PW_XML_SIZE');
  });

  test('B4: UTF-16 of both orders, byte order marks, Latin-1 and mixed line ends are read', () => {
    const text = fcpxmlDocument(clip.replace('name="c"', 'name="Größe"')).replace(
      'encoding="UTF-8"',
      'encoding="UTF-16"',
    );
    const wide = (isBig: boolean, hasMark: boolean): Uint8Array => {
      const bytes = new Uint8Array((text.length + (hasMark ? 1 : 0)) * 2);
      const view = new DataView(bytes.buffer);
      const codes = [
        ...(hasMark ? [0xfeff] : []),
        ...Array.from({ length: text.length }, (_unused, at) => text.charCodeAt(at)),
      ];
      codes.forEach((code, at) => view.setUint16(at * 2, code, !isBig));
      return bytes;
    };
    const wanted = outcome(text.replace('UTF-16', 'UTF-8')).list;
    expect(wanted).toContain('clip "Größe"');
    for (const isBig of [true, false])
      for (const hasMark of [true, false]) expect(outcome(wide(isBig, hasMark)).list).toBe(wanted);
    expect(outcome(`\ufeff${text.replace('UTF-16', 'UTF-8')}`).list).toBe(wanted);
    const latin = Uint8Array.from(Array.from(text.replace('UTF-16', 'ISO-8859-1'), (letter) => letter.charCodeAt(0)));
    expect(outcome(latin).list).toBe(wanted);
    const undeclared = Uint8Array.from(Array.from(text.replace('UTF-16', 'UTF-8'), (letter) => letter.charCodeAt(0)));
    expect(outcome(undeclared)).toMatchObject({ codes: ['PW_TEXT_ENCODING'], list: wanted });
    expect(outcome(text.replace('UTF-16', 'UTF-8').replaceAll('\n', '\r\n').replace('\r\n', '\r')).list).toBe(wanted);
    expect(outcome(text.replace('UTF-16', 'EBCDIC-US')).code).toBe('PW_TEXT_ENCODING');
  });
});

describe('hostile content', () => {
  test('B5: missing resources and formats are errors with line and timecode; the rest is read', () => {
    expect(
      outcome(
        fcpxmlDocument(
          `<asset-clip ref="none" offset="3600s" name="x" duration="1s"/>${clip.replace('3600s', '3601s')}`,
        ),
      ),
    ).toEqual({
      code: null,
      message: '',
      codes: ['PW_FCPXML_RESOURCE'],
      list: `timeline "p" at 24/1 from 01:00:00:00 1920x1080
  V1 (Video)
    [0, 24) 01:00:00:00 clip "x" source 0 @ 24/1 of missing media
    [24, 72) 01:00:01:00 clip "c" source 0 @ 24/1 of m01.mov
`,
    });
  });

  test('B6: zero denominators, negative lengths and absurd times are named and left out', () => {
    const story = `<asset-clip ref="a1" offset="3600s" name="zero" duration="1/0s"/>
      <asset-clip ref="a1" offset="3600s" name="negative" duration="-1s"/>
      <asset-clip ref="a1" offset="3600s" name="absurd" start="99999999999999999/3s" duration="1s" srcEnable="video"/>`;
    const { codes, code } = outcome(fcpxmlDocument(story));
    expect(code).toBe(null);
    expect(codes.filter((one) => one === 'PW_FCPXML_TIME').length).toBe(2);
    expect(codes).toContain('PW_FCPXML_LENGTH');
  });

  test('B7: a compound clip that holds itself is cut off, and one that unfolds without bound is refused', () => {
    const cycle =
      '<media id="m1" name="loop"><sequence format="r1" duration="1s"><spine><ref-clip ref="m1" offset="0s" name="me" duration="1s"/></spine></sequence></media>';
    const read = outcome(
      fcpxmlDocument('<ref-clip ref="m1" offset="3600s" name="loop" duration="1s"/>', { resources: cycle }),
    );
    expect(read.codes).toContain('PW_FCPXML_CYCLE');
    const level = (at: number): string =>
      `<media id="m${at}" name="l${at}"><sequence format="r1" duration="1s"><spine>${`<ref-clip ref="m${at + 1}" name="x" duration="1s"/>`.repeat(40)}</spine></sequence></media>`;
    const bomb = outcome(
      fcpxmlDocument('<ref-clip ref="m1" offset="3600s" name="b" duration="1s"/>', {
        resources: `${[1, 2, 3, 4, 5].map(level).join('')}<media id="m6" name="l6"><sequence format="r1"><spine>${clip.repeat(40)}</spine></sequence></media>`,
      }),
    );
    expect(bomb.code).toBe('PW_FCPXML_SIZE');
  });
});
