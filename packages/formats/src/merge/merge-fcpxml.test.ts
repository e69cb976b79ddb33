import { describe, expect, test } from 'vitest';
import { planScript, type Timeline } from '@patchwork/timeline';
import { comparable } from '../testing/comparable.ts';
import { readFcpxml } from '../fcpxml/read.ts';
import { mergeFcpxml, type MergedDocument } from './merge-fcpxml.ts';
import { writeFcpxmlInto } from '../fcpxml/writer/write-into.ts';

const title = (id: string, text: string): string =>
  `<title ref="r3" lane="1" offset="1s" name="${text}" duration="1s"><text><text-style ref="${id}">${text}</text-style></text><text-style-def id="${id}"><text-style font="Helvetica"/></text-style-def></title>`;

/** Two projects with titles, a clip of the browser, collections. */
const library = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>

<fcpxml version="1.11">
    <resources>
        <format id="r1" frameDuration="100/2400s" width="1920" height="1080"/>
        <asset id="r2" name="m01" uid="U1" start="0s" duration="200/24s" hasVideo="1" format="r1">
            <media-rep kind="original-media" src="file:///m/m01.mov"><bookmark>Ym9vaw==</bookmark></media-rep>
        </asset>
        <effect id="r3" name="Basic Title" uid=".../Basic Title.moti"/>
    </resources>
    <library location="file:///m/L.fcpbundle/">
        <event name="day 1" uid="E1">
            <project name="cut 1" uid="P1" modDate="2026-01-01 10:00:00 +0100">
                <sequence format="r1" tcStart="3600s" tcFormat="NDF">
                    <spine>
                        <!-- opening -->
                        <asset-clip ref="r2" offset="3600s" name="a" start="1s" duration="48/24s">${title('ts1', 'one')}</asset-clip>
                        <asset-clip ref="r2" offset="3602s" name="b" start="2s" duration="48/24s"/>
                        <asset-clip ref="r2" offset="3604s" name="c" start="3s" duration="48/24s"/>
                    </spine>
                </sequence>
            </project>
            <project name="cut 2" uid="P2"><sequence format="r1"><spine><asset-clip ref="r2" offset="0s" name="c" start="0s" duration="2s">${title('ts2', 'two')}</asset-clip></spine></sequence></project>
            <keyword-collection name="good"/>
        </event>
    </library>
</fcpxml>
`;

/** The same, as another export numbers it. */
function shuffled(text: string): string {
  const ids = new Map([
    ['r1', 'r3'],
    ['r2', 'r1'],
    ['r3', 'r2'],
  ]);
  const names = { id: ids, ref: ids, format: ids };
  return text.replaceAll(/ (id|ref|format)="(r\d)"/g, (_, name: 'id' | 'ref' | 'format', id: string) => {
    return ` ${name}="${names[name].get(id) ?? id}"`;
  });
}

const rippled = (timeline: Timeline): Timeline =>
  planScript(timeline, [{ op: 'ripple', track: 0, index: 0, out: -10 }]).after;

const edited = (text: string): string => {
  const timeline = readFcpxml('f', text).timelines[0];
  return timeline === undefined
    ? ''
    : writeFcpxmlInto({ fileName: 'f', text, project: 'cut 1' }, rippled(timeline)).text;
};

function merged(base: string, ours: string, theirs: string): MergedDocument {
  // Which of them it is decides whose letters stand; a merge of timelines that both changed is for those who know how.
  const found = mergeFcpxml('f', { base, ours, theirs }, (three) => {
    const meaning = (timeline: Timeline): string => JSON.stringify(comparable(timeline, { without: ['fcpxml'] }));
    if (meaning(three.base) === meaning(three.ours)) return three.theirs;
    return meaning(three.base) === meaning(three.theirs) ? three.ours : rippled(three.theirs);
  });
  if (found === null) throw new TypeError('no projects');
  return found;
}

describe('F25: three versions of a document are one', () => {
  test('an export that numbers everything anew changed nothing', () => {
    expect(merged(library, library, shuffled(library)).text).toBe(library);
    expect(merged(library, edited(library), shuffled(library)).text).toBe(edited(library));
    expect(merged(shuffled(library), edited(library), shuffled(library)).text).toBe(edited(library));
  });

  test('an edit of the other side comes in our numbers, with what it needs', () => {
    const asset =
      '<asset id="r4" name="m02" start="0s" duration="9s" hasVideo="1" format="r3"><media-rep src="file:///m/m02.mov"/></asset>\n    ';
    const theirs = shuffled(edited(library))
      .replace('</resources>', `${asset}</resources>`)
      .replace('<keyword-collection', '<asset-clip ref="r4" name="new"/><keyword-collection');
    const { text, clashes } = merged(library, library.replace('name="good"', 'name="better"'), theirs);
    expect(clashes).toEqual([]);
    expect(text).toBe(
      edited(library)
        .replace('</resources>', `${asset.replace('format="r3"', 'format="r1"')}</resources>`)
        .replace(
          /( *)<keyword-collection name="good"\/>/,
          '$1<asset-clip ref="r4" name="new"/>\n$1<keyword-collection name="better"/>',
        ),
    );
  });

  test('two new files under one number are two', () => {
    const asset = (name: string): string =>
      `<asset id="r4" name="${name}" start="0s" duration="9s" hasVideo="1" format="r1"><media-rep src="file:///m/${name}.mov"/></asset>`;
    const withAsset = (name: string): string =>
      library
        .replace('</resources>', `${asset(name)}</resources>`)
        .replace('<keyword-collection', `<asset-clip ref="r4" name="of ${name}"/><keyword-collection`);
    const { text } = merged(library, withAsset('x'), withAsset('y'));
    expect(/<asset id="r4" name="x"/.test(text) && /<asset id="r5" name="y"/.test(text)).toBe(true);
    expect(text.match(/<asset-clip ref="r[45]" name="[^"]*"/g)).toEqual([
      '<asset-clip ref="r4" name="of x"',
      '<asset-clip ref="r5" name="of y"',
    ]);
  });

  test('style ids of titles occur once, whoever brought them', () => {
    const own = library.replace(
      'name="b" start="2s" duration="48/24s"/>',
      `name="b" start="2s" duration="48/24s">${title('ts3', 'ours')}</asset-clip>`,
    );
    const other = library.replace(
      '<keyword-collection',
      `<clip name="x" duration="1s">${title('ts3', 'theirs')}</clip><keyword-collection`,
    );
    const { text } = merged(library, own, other);
    const ids = [...text.matchAll(/<text-style-def id="([^"]*)"/g)].map(([, id]) => id);
    expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
    for (const id of ids) expect(text.split(`<text-style ref="${id}"`).length).toBe(2);
  });

  test('a project that both sides edited keeps the letters of what neither touched', () => {
    const theirs = library.replace('name="c" start="3s"', 'name="c" start="4s"');
    const { text } = merged(library, edited(library), theirs);
    expect(text).toBe(edited(theirs));
    expect(text).toContain('<!-- opening -->');
  });
});
