import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { planScript, type Timeline } from '@patchwork/timeline';
import { decodeText } from '../../text/decode.ts';
import { comparable } from '../../testing/comparable.ts';
import { hasSamples, sampleBytes, samplePaths } from '../../testing/samples.ts';
import { readFcpxml } from '../read.ts';
import { writeFcpxmlInto } from './write-into.ts';
import { writeFcpxml } from './write.ts';

/** Two projects, a keyworded clip of the browser, collections, a bookmark, a comment. */
const library = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>

<fcpxml version="1.11">
    <import-options><option key="copy assets" value="0"/></import-options>
    <resources>
        <format id="r1" name="FFVideoFormat1080p24" frameDuration="100/2400s" width="1920" height="1080"/>
        <asset id="r2" name="m01" uid="U1" start="0s" duration="200/24s" hasVideo="1" hasAudio="1" format="r1" audioSources="1" audioChannels="2" audioRate="48000">
            <media-rep kind="original-media" src="file:///m/m01.mov"><bookmark>Ym9vaw==</bookmark></media-rep>
            <metadata><md key="com.apple.proapps.studio.reel" value="A001"/></metadata>
        </asset>
    </resources>
    <library location="file:///m/L.fcpbundle/">
        <event name="day 1" uid="E1">
            <asset-clip ref="r2" name="rushes" duration="200/24s"><keyword start="0s" duration="1s" value="good &amp; bad"/></asset-clip>
            <project name="cut 1" uid="P1" modDate="2026-01-01 10:00:00 +0100">
                <sequence format="r1" duration="96/24s" tcStart="3600s" tcFormat="NDF" audioLayout="surround" renderFormat="FFRenderFormatProRes422">
                    <spine>
                        <asset-clip ref="r2" offset="3600s" name="a" start="1s" duration="48/24s" audioRole="dialogue"><keyword start="1s" duration="1s" value="kept"/></asset-clip>
                        <asset-clip ref="r2" offset="3602s" name="b" start="2s" duration="48/24s" audioRole="dialogue"/>
                    </spine>
                </sequence>
            </project>
            <!-- <sequence> in a comment -->
            <project name="cut 2"><sequence format="r1"><spine><asset-clip ref="r2" offset="0s" name="c" start="0s" duration="1s"/></spine></sequence></project>
            <keyword-collection name="good &amp; bad"/>
        </event>
        <smart-collection name="Favorites" match="all"><match-ratings value="favorites"/></smart-collection>
    </library>
</fcpxml>
`;

function projectsOf(text: string): readonly Timeline[] {
  return readFcpxml('f.fcpxml', text).timelines;
}

function projectOf(text: string, name: string): Timeline {
  const found = projectsOf(text).find((timeline) => timeline.name === name);
  if (found === undefined) throw new Error(`no project ${name}`);
  return found;
}

/** The first clip ten frames shorter, what follows moved up. */
function rippled(timeline: Timeline): Timeline {
  return planScript(timeline, [{ op: 'ripple', track: 0, index: 0, out: -10 }], { group: 'linked' }).after;
}

const into = (text: string, name: string, timeline: Timeline): string =>
  writeFcpxmlInto({ fileName: 'f.fcpxml', text, project: name }, timeline).text;

/** What a timeline says, without what stands around it in a file. */
const meaning = (timeline: Timeline): unknown => comparable(timeline, { without: ['fcpxml'] });

describe('F24: a timeline takes the place of its project, and all around it stays letter by letter', () => {
  test.each([
    ['as it stands', library],
    ['with the line ends of Windows', library.replaceAll('\n', '\r\n')],
    ['on one line', library.replace(/\n\s*/g, '')],
  ])('%s', (_name, text) => {
    const edited = rippled(projectOf(text, 'cut 1'));
    const written = into(text, 'cut 1', edited);
    const outside = (whole: string): string => whole.replace(/<sequence [^]*?<\/sequence>/, '…');
    expect(outside(written)).toBe(outside(text));
    expect(meaning(projectOf(written, 'cut 1'))).toEqual(meaning(projectOf(writeFcpxml(edited).text, 'cut 1')));
    expect(/<sequence [^>]*>/.exec(written)?.[0]).toBe(
      '<sequence format="r1" tcStart="3600s" tcFormat="NDF" audioLayout="surround" renderFormat="FFRenderFormatProRes422">',
    );
    expect(written).toContain('value="kept"');
    expect(written.includes('duration="48/24s" audioRole="dialogue"/>'), 'what did not change keeps its letters').toBe(
      true,
    );
    expect(into(written, 'cut 1', projectOf(written, 'cut 1')), 'and nothing grows').toBe(written);
  });

  test('a format that says more than a canvas stays: a projection, Final Cut’s own name', () => {
    const round = library.replace('name="FFVideoFormat1080p24"', 'projection="equirectangular" stereoscopic="mono"');
    const written = into(round, 'cut 1', rippled(projectOf(round, 'cut 1')));
    expect(written.match(/<format [^>]*>|<asset /g)).toEqual(round.match(/<format [^>]*>|<asset /g));
  });

  test('what the document does not hold yet is added under an id of its own', () => {
    const other = readFcpxml(
      'g',
      library.replaceAll('m01', 'm02').replace('uid="U1"', 'uid="U2"').replace('1920', '1280'),
    ).timelines[0];
    const written = other === undefined ? '' : into(library, 'cut 1', other);
    expect(written.match(/ id="[^"]*"/g)).toEqual([' id="r1"', ' id="r2"', ' id="r3"', ' id="r4"']);
    expect(written).toContain('src="file:///m/m02.mov"');
    expect(other === undefined ? null : meaning(projectOf(written, 'cut 1'))).toEqual(
      other === undefined ? undefined : meaning(projectOf(writeFcpxml(other).text, 'cut 1')),
    );
  });

  test.each([
    ['no such project', library, 'cut 3', 'no project of that name'],
    ['two of the name', library.replace('cut 2', 'cut 1'), 'cut 1', '2 projects of that name'],
    ['an old version', library.replace('1.11', '1.8'), 'cut 1', 'version "1.8"'],
  ])('refused: %s', (_name, text, project, why) => {
    const timeline = projectOf(library, 'cut 1');
    let error: unknown = null;
    try {
      into(text, project, timeline);
    } catch (thrown) {
      error = thrown;
    }
    expect(isPatchworkError(error) ? [error.code, error.message] : error).toEqual([
      'PW_FCPXML_PLACE',
      expect.stringContaining(why),
    ]);
  });

  test.runIf(hasSamples())('every project of the real files', { timeout: 60_000 }, () => {
    let count = 0;
    for (const path of samplePaths('fcpxml')) {
      if (!path.endsWith('.fcpxml')) continue;
      const { text } = decodeText(path, sampleBytes(path));
      let timelines: readonly Timeline[] = [];
      try {
        timelines = projectsOf(text);
      } catch (error) {
        if (!isPatchworkError(error)) throw error;
      }
      for (const timeline of timelines) {
        let written = '';
        try {
          written = into(text, timeline.name, timeline);
        } catch (error) {
          expect(isPatchworkError(error) ? error.code : error, path).toBe('PW_FCPXML_PLACE');
          continue;
        }
        count += 1;
        const anew = writeFcpxml(timeline).text;
        expect(meaning(projectOf(written, timeline.name)), path).toEqual(meaning(projectOf(anew, timeline.name)));
        expect(projectsOf(written).length, path).toBe(timelines.length);
        expect(into(written, timeline.name, projectOf(written, timeline.name)).length, path).toBe(written.length);
      }
    }
    expect(count).toBeGreaterThan(20);
  });
});
