import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { readTimelineFile } from '../read-timeline-file.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';

/** What a text comes to: `code line:column`, of the error or of the remarks that are no notes. */
function told(text: string): readonly string[] {
  const place = (where: string): string => /^f:(\d+:\d+)/.exec(where)?.[1] ?? where;
  try {
    const { diagnostics } = readTimelineFile({ name: 'f', bytes: new TextEncoder().encode(text) });
    return diagnostics
      .filter(({ severity }) => severity !== 'note')
      .map(({ code, where }) => `${code} ${place(where ?? '')}`);
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return [`${error.code} ${place(error.message)}`];
  }
}

/** The most that a hostile text of a few MB may cost: seconds of processor time (0.7 on a quiet machine), bytes of the heap. */
const most = { seconds: 15, bytes: 600e6 };

function bounded(text: string): readonly string[] {
  const cpu = process.cpuUsage();
  const heap = process.memoryUsage().heapUsed;
  const result = told(text);
  const { user, system } = process.cpuUsage(cpu);
  expect((user + system) / 1e6, 'seconds of processor time').toBeLessThan(most.seconds);
  expect(process.memoryUsage().heapUsed - heap, 'bytes of the heap').toBeLessThan(most.bytes);
  return result;
}

const clip = '<asset-clip ref="a1" offset="3600s" name="c" duration="48/24s" srcEnable="video"/>';
const holding = (inside: string): string => clip.replace('/>', `>${inside}</asset-clip>`);
const many = (count: number, part: (at: number) => string): string =>
  Array.from({ length: count }, (_unused, at) => part(at)).join('');
/** The spine of the document begins on this line. */
const first = 18;

describe('B8: text that is damaged or hostile ends in a code and a place, in bounded time and memory', () => {
  test.each([
    [
      'an entity bomb',
      `<?xml version="1.0"?>\n<!DOCTYPE fcpxml [\n<!ENTITY a "aaaa">${many(40, (at) => `<!ENTITY b${at} "${'&a;'.repeat(50)}">`)}]>\n<fcpxml version="1.10">&b39;</fcpxml>`,
      [expect.stringMatching(/^PW_XML_ENTITY 3:/)],
    ],
    [
      'an external entity',
      '<!DOCTYPE fcpxml [<!ENTITY x SYSTEM "file:///etc/passwd">]><fcpxml version="1.10">&x;</fcpxml>',
      [expect.stringMatching(/^PW_XML_ENTITY 1:/)],
    ],
    ['200,000 nested elements', `<fcpxml version="1.10">\n${'<event>'.repeat(200_000)}`, ['PW_XML_DEPTH 2:1793']],
    [
      '100,000 attributes',
      `<fcpxml version="1.10">\n<event ${many(100_000, (at) => `a${at}="1" `)}/></fcpxml>`,
      [expect.stringMatching(/^PW_XML_SIZE 2:/)],
    ],
    ['a name of 5 MB', fcpxmlDocument(clip.replace('"c"', `"${'x'.repeat(5e6)}"`)), []],
    [
      'another kind of document',
      '<?xml version="1.0"?>\n<!DOCTYPE fcpxml>\n<html/>',
      [expect.stringMatching(/^PW_FCPXML_ROOT/)],
    ],
    [
      'a document that was cut off',
      fcpxmlDocument(clip).slice(0, -30),
      [expect.stringMatching(/^PW_XML_SYNTAX \d+:\d+$/)],
    ],
  ])('%s', (_name, text, expected) => {
    expect(bounded(text)).toEqual(expected);
  });

  test.each([
    ['40,000 markers on a clip', holding('<marker start="1s" value="m"/>'.repeat(40_000)), []],
    [
      '40,000 key frames',
      holding(
        `<adjust-blend><param name="amount"><keyframeAnimation>${many(40_000, (at) => `<keyframe time="${at}/24s" value="${at % 2}"/>`)}</keyframeAnimation></param></adjust-blend>`,
      ),
      [],
    ],
    [
      '10,000 lanes',
      holding(many(10_000, (at) => `<asset-clip ref="a2" lane="${at + 1}" offset="0s" name="l" duration="1s"/>`)),
      [],
    ],
    [
      '10,000 clips in one place of one lane',
      `\n${holding('<asset-clip ref="a2" lane="1" offset="0s" name="l" duration="1s"/>\n'.repeat(10_000))}`,
      [`PW_FCPXML_OVERLAP ${first + 1 + 256}:1`],
    ],
    [
      'a title of 20,000 styles',
      `<title ref="e4" offset="3600s" name="t" duration="1s"><text>${many(20_000, (at) => `<text-style ref="ts${at}">x</text-style>`)}</text></title>`,
      [`PW_FCPXML_UNMODELLED ${first}:1`],
    ],
  ])('%s', (_name, story, expected) => {
    expect(bounded(fcpxmlDocument(story))).toEqual(expected);
  });
});

describe('B9: every odd value is told where it stands', () => {
  test.each([
    ['a zero denominator', clip.replace('48/24s', '48/0s'), [`PW_FCPXML_TIME ${first}:1`]],
    ['a negative length', clip.replace('48/24s', '-48/24s'), [`PW_FCPXML_LENGTH ${first}:1`]],
    ['more than 53 bits', clip.replace('48/24s', '99999999999999999/3s'), [`PW_FCPXML_TIME ${first}:1`]],
    ['a time of three centuries', clip.replace('48/24s', '9999999999s'), [`PW_FCPXML_TIME ${first}:1`]],
    ['no time at all', clip.replace('48/24s', 'soon'), [`PW_FCPXML_TIME ${first}:1`]],
    ['a resource that is not there', clip.replace('a1', 'a9'), [`PW_FCPXML_RESOURCE ${first}:1`]],
    [
      'a compound clip that is an asset',
      '<ref-clip ref="a1" offset="3600s" name="l" duration="1s"/>',
      [`PW_FCPXML_RESOURCE ${first}:1`],
    ],
    ['two clips in one place', `${clip}\n${clip.replace('3600s', '3601s')}`, [`PW_FCPXML_OVERLAP ${first + 1}:1`]],
    ['a hole', `${clip}\n${clip.replace('3600s', '3603s')}`, [`PW_FCPXML_HOLE ${first + 1}:1`]],
    [
      'a clip that holds nothing',
      '<clip offset="3600s" name="e" start="0s" duration="1s"/>',
      [`PW_FCPXML_EMPTY ${first}:1`],
    ],
    [
      'a transition of negative length',
      `<transition offset="3600s" duration="-1s"/>${clip}`,
      [`PW_FCPXML_TRANSITION ${first}:1`],
    ],
    [
      'a lane that is no number',
      holding('\n<asset-clip ref="a2" lane="up" offset="0s" name="l" duration="1s"/>'),
      [`PW_FCPXML_VALUE ${first + 1}:1`],
    ],
    [
      'a lane beyond all',
      holding('\n<asset-clip ref="a2" lane="99999999999" offset="0s" name="l" duration="1s"/>'),
      [`PW_FCPXML_VALUE ${first + 1}:1`],
    ],
    ['a value that is no number', holding('\n<adjust-blend amount="much"/>'), [`PW_FCPXML_VALUE ${first + 1}:1`]],
    [
      'a value beyond all numbers',
      holding('\n<adjust-transform rotation="1e400"/>'),
      [`PW_FCPXML_VALUE ${first + 1}:1`],
    ],
    [
      'a point of a retime without a value',
      holding('<timeMap>\n<timept time="0s" value="0s"/>\n<timept time="1/0s" value="1s"/></timeMap>'),
      [`PW_FCPXML_TIME ${first + 2}:1`],
    ],
  ])('%s', (_name, story, expected) => {
    const codes = told(fcpxmlDocument(story));
    expect(codes.slice(0, expected.length)).toEqual(expected);
    expect(codes.length, codes.join()).toBeLessThan(3);
  });

  test('media whose times are beyond exact arithmetic: each clip of it is left out and told, the rest is read', () => {
    const resources =
      '<asset id="a9" name="m" start="99999999999999/1000003s" duration="10s" hasVideo="1" format="r9"/><format id="r9" frameDuration="1000003/100000007s"/>';
    const story = `${clip.replace('a1', 'a9')}\n${clip.replace('3600s', '3602s')}`;
    expect(told(fcpxmlDocument(story, { resources }))).toContain(`PW_TIME_RANGE ${first}:1`);
  });

  test.each(['0/24s', '1/0s', '-1/24s', 'x', '1/100000000s', '99999999s'])('a frame of %s', (length) => {
    expect(told(fcpxmlDocument(clip).replace('frameDuration="1/24s"', `frameDuration="${length}"`))).toEqual([
      'PW_FCPXML_TIME 5:5',
    ]);
  });

  test.each(['99999999999s', '1/0s', 'x'])('a sequence that begins at %s', (start) => {
    const text = fcpxmlDocument(clip).replace('tcStart="3600s"', `tcStart="${start}"`);
    expect(told(text)).toEqual(['PW_FCPXML_TIME 16:5', `PW_FCPXML_HOLE ${first}:1`]);
  });

  const sequence = (id: string, inside: string): string =>
    `<media id="${id}" name="${id}"><sequence format="r1" duration="1s"><spine>\n${inside}</spine></sequence></media>`;
  const nest = (id: string): string => `<ref-clip ref="${id}" offset="0s" name="n" duration="1s"/>`;
  test.each([
    ['itself', sequence('m1', nest('m1')), '<ref-clip ref="m1" offset="3600s" name="l" duration="1s"/>', '14:1'],
    [
      'itself by another',
      sequence('m1', nest('m2')) + sequence('m2', nest('m1')),
      '<ref-clip ref="m1" offset="3600s" name="l" duration="1s"/>',
      '15:1',
    ],
    [
      'itself by an angle of a multicam clip',
      `<media id="m1" name="m"><multicam format="r1" tcStart="0s"><mc-angle name="A" angleID="A">\n<mc-clip ref="m1" offset="0s" name="me" start="0s" duration="1s"><mc-source angleID="A"/></mc-clip></mc-angle></multicam></media>`,
      '<mc-clip ref="m1" offset="3600s" name="l" start="0s" duration="1s"><mc-source angleID="A"/></mc-clip>',
      '14:1',
    ],
  ])('a resource that holds %s', (_name, resources, story, place) => {
    const codes = new Set(told(fcpxmlDocument(story, { resources })));
    expect([...codes]).toEqual([`PW_FCPXML_CYCLE ${place}`]);
  });

  test('a chain of 40 compound clips, each in the next, is cut off and told', () => {
    const resources = many(40, (at) =>
      sequence(`m${at}`, at === 39 ? clip.replace('3600s', '0s') : nest(`m${at + 1}`)),
    );
    const codes = bounded(fcpxmlDocument('<ref-clip ref="m0" offset="3600s" name="l" duration="1s"/>', { resources }));
    expect(codes.map((code) => code.split(' ')[0])).toEqual(['PW_FCPXML_CYCLE']);
  });
});
