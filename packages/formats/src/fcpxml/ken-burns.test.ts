import { expect, test } from 'vitest';
import { listing } from '../listing.ts';
import { comparable } from '../testing/comparable.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { readFcpxml } from './read.ts';
import { writeFcpxml } from './writer/write.ts';

/** A clip of four frames that begins at local 1 s, with a move between rectangles in hundredths of the height. */
const document = (...rectangles: readonly string[]): string =>
  fcpxmlDocument(
    `<asset-clip ref="a1" offset="3600s" name="c" start="1s" duration="4/24s" srcEnable="video"><adjust-crop mode="pan">${rectangles
      .map((edges) => `<pan-rect ${edges}/>`)
      .join('')}</adjust-crop></asset-clip>`,
  );

/** The clip's effects as the listing says them, and the codes of the remarks. */
function said(text: string): readonly [effects: string, ...codes: string[]] {
  const { timelines, diagnostics } = readFcpxml('f', text);
  const effects = timelines.flatMap((timeline) => listing(timeline).split('\n')).filter((line) => /^ {8}/.test(line));
  return [effects.map((line) => line.trim()).join('; '), ...diagnostics.map(({ code }) => code)];
}

test('F5: a Ken Burns move eases from its first rectangle at the head to its second at the end', () => {
  // 16 of 100 heights are 9 of 100 widths at 16:9. What does not move is a number.
  expect(said(document('left="16" top="0"', 'left="16" top="20" right="80" bottom="40"'))).toEqual([
    'crop left 0.09 right {1s:0 smooth, 7/6s:0.45 smooth} top {1s:0 smooth, 7/6s:0.2 smooth} bottom {1s:0 smooth, 7/6s:0.4 smooth}',
    'PW_FCPXML_PAN',
  ]);
});

test('F5: two equal rectangles are a crop, two whole ones nothing, other than two are unmodelled', () => {
  expect(said(document('top="20"', 'top="20"'))).toEqual(['crop left 0 right 0 top 0.2 bottom 0']);
  expect(said(document('top="0"', 'top="0"'))).toEqual(['']);
  for (const odd of [document('top="20"'), document('top="1"', 'top="2"', 'top="3"')])
    expect(said(odd)).toEqual(['not modelled: adjust-crop', 'PW_FCPXML_UNMODELLED']);
});

test('F20: it is written as a Ken Burns move again', () => {
  const read = (text: string): unknown =>
    readFcpxml('f', text).timelines.map((timeline) => comparable(timeline, { without: ['fcpxml'] }));
  const text = document('left="16" top="3.25"', 'left="16" top="20" right="80" bottom="40"');
  const [timeline] = readFcpxml('f', text).timelines;
  const written = timeline === undefined ? '' : writeFcpxml(timeline).text;
  expect(written.match(/<pan-rect[^>]*>/g)).toEqual([
    '<pan-rect left="16" top="3.25" right="0" bottom="0"/>',
    '<pan-rect left="16" top="20" right="80" bottom="40"/>',
  ]);
  expect(read(written)).toEqual(read(text));
});
