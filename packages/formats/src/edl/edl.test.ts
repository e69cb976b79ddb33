import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import { listing } from '../listing.ts';
import { randomTimeline } from '../testing/random-timeline.ts';
import { readEdl } from './read.ts';
import { writeEdl } from './write.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);

function read(text: string): string {
  return readEdl('l.edl', text, { rate: rational(24) })
    .timelines.map(listing)
    .join('');
}

describe('reading', () => {
  test('E1: cuts, channels, speeds, freezes, locators', () => {
    expect(
      read(`TITLE: Reel 1
FCM: NON-DROP FRAME
001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: one
* LOC: 01:00:01:00 RED     look here
002  A002     B     C        02:00:00:00 02:00:02:00 01:00:02:00 01:00:03:00
M2   A002       048.0                02:00:00:00
* FROM CLIP NAME: two
003  A003     V     C        03:00:00:00 03:00:01:00 01:00:04:00 01:00:05:00
M2   A003      -024.0                03:00:00:00
004  A004     AA/V  C        04:00:00:00 04:00:00:01 01:00:05:00 01:00:06:00
M2   A004       000.0                04:00:00:00
`),
    ).toBe(`timeline "Reel 1" at 24/1 from 01:00:00:00
  V1 (Video)
    [0, 48) 01:00:00:00 clip "one" source 86400 @ 24/1 of missing media
        marker "look here" at 86424 @ 24/1
    [48, 72) 01:00:02:00 clip "two" source 172800 @ 24/1 of missing media
        speed 2
    [72, 96) 01:00:03:00 gap
    [96, 120) 01:00:04:00 clip "A003" source 259200 @ 24/1 of missing media
        speed -1
    [120, 144) 01:00:05:00 clip "A004" source 345600 @ 24/1 of missing media
        freeze
  A1 (Audio)
    [0, 48) 01:00:00:00 gap
    [48, 72) 01:00:02:00 clip "two" source 172800 @ 24/1 of missing media
        speed 2
    [72, 120) 01:00:03:00 gap
    [120, 144) 01:00:05:00 clip "A004" source 345600 @ 24/1 of missing media
        freeze
  A2 (Audio)
    [0, 120) 01:00:00:00 gap
    [120, 144) 01:00:05:00 clip "A004" source 345600 @ 24/1 of missing media
        freeze
`);
  });

  test('E2: a dissolve begins at its record in point; from black it fades in', () => {
    expect(
      read(`TITLE: d
001  BL       V     C        00:00:00:00 00:00:00:00 01:00:00:00 01:00:00:00
001  A        V     D    012 01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00
002  A        V     C        01:00:02:00 01:00:02:00 01:00:02:00 01:00:02:00
002  B        V     D    024 02:00:00:00 02:00:02:00 01:00:02:00 01:00:04:00
* FROM CLIP NAME: a
* TO CLIP NAME: b
`),
    ).toBe(`timeline "d" at 24/1 from 01:00:00:00
  V1 (Video)
    -- SMPTE_Dissolve "Dissolve" 0 before, 12 after
    [0, 48) 01:00:00:00 clip "A" source 86400 @ 24/1 of missing media
    -- SMPTE_Dissolve "Dissolve" 0 before, 24 after
    [48, 96) 01:00:02:00 clip "b" source 172800 @ 24/1 of missing media
`);
  });

  test('E3: drop frame counts as SMPTE does: 00:59:59;29 to 01:00:00;02 is three frames', () => {
    const { timelines } = readEdl(
      'd.edl',
      'TITLE: d\nFCM: DROP FRAME\n001  A V C 00:59:59;29 01:00:00;02 00:59:59;29 01:00:00;02\n',
    );
    expect(timelines.map(listing).join('')).toContain('[0, 3) 00:59:59;29 clip "A" source 107891 @ 30000/1001');
  });

  test('E4: keys, CDLs, wipes and unreadable timecodes are named; nothing is dropped in silence', () => {
    const { diagnostics } = readEdl(
      'k.edl',
      `TITLE: k
001  A V KB   01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00
001  B V K    01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00
002  C V C    01:00:00:00 01:00:01:00 01:00:01:00 01:00:02:00
* ASC_SOP (1.1 1 1)(0 0 0)(1 1 1)
003  D V W001 010 01:00:00:00 01:00:01:00 01:00:02:00 01:00:03:00
004  E V C    99:99:00:00 01:00:01:00 01:00:03:00 01:00:04:00
what is this
`,
      { rate: rational(25) },
    );
    expect(diagnostics.map(({ code, where }) => `${code} ${where ?? ''}`)).toEqual([
      'PW_EDL_LINE k.edl:8:1',
      'PW_TIMECODE_FORM k.edl:7:1',
      'PW_EDL_KEY k.edl:2:1 @ 01:00:00:00',
      'PW_EDL_KEY k.edl:3:1 @ 01:00:00:00',
      'PW_EDL_UNMODELLED k.edl:4:1 @ 01:00:01:00',
      'PW_EDL_UNMODELLED k.edl:6:1 @ 01:00:02:00',
    ]);
  });

  test('E4: what follows an event that cannot be read is not taken for the event before it', () => {
    const { timelines, diagnostics } = readEdl(
      'l.edl',
      `TITLE: t
001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: one
002  A002     V     C        02:00:00:00 02:00:zz:00 01:00:02:00 01:00:03:00
M2   A002       048.0                02:00:00:00
* FROM CLIP NAME: two
003  A003     V     C        03:00:00:00 03:00:01:00 01:00:03:00 01:00:04:00
* FROM CLIP NAME: three
`,
      { rate: rational(24) },
    );
    expect(timelines.map(listing).join('')).toBe(`timeline "t" at 24/1 from 01:00:00:00
  V1 (Video)
    [0, 48) 01:00:00:00 clip "one" source 86400 @ 24/1 of missing media
    [48, 72) 01:00:02:00 gap
    [72, 96) 01:00:03:00 clip "three" source 259200 @ 24/1 of missing media
`);
    expect(diagnostics.map(({ code, where }) => `${code} ${where ?? ''}`)).toEqual([
      'PW_EDL_LINE l.edl:4:1',
      'PW_EDL_LINE l.edl:5:1',
      'PW_EDL_LINE l.edl:6:1',
    ]);
  });
});

describe('writing', () => {
  test('E5: what a list can say is read as it was written', { timeout: 30_000 + runs * 100 }, () => {
    fc.assert(
      fc.property(randomTimeline({ hasEffects: false, hasTransitions: true }), (timeline) => {
        const one = {
          ...timeline,
          tracks: { ...timeline.tracks, children: timeline.tracks.children.filter((track) => track.name === 'V1') },
        };
        const { text, notSaid } = writeEdl(one);
        fc.pre(notSaid.every(({ severity }) => severity !== 'error'));
        const start = timeline.globalStartTime;
        const again = readEdl('again', text, start === null ? {} : { rate: start.rate });
        const [back] = again.timelines;
        // Switched-off clips and leading gaps are not in a list, reels stand for files: places, lengths and sources are compared.
        const rows = (text: string): string[] =>
          text
            .split('\n')
            .filter((line) => line.includes(' clip ') && !line.includes('DISABLED'))
            .map((line) =>
              line
                .replace(/^.*?\) /, '')
                .replace(/ of .*$/, '')
                .replace(/ link\d+$/, ''),
            );
        expect(back === undefined ? [] : rows(listing(back))).toEqual(rows(listing(withEdgesOfDissolves(one))));
      }),
      { numRuns: runs },
    );
  });
});

/** A list has its dissolves begin at the record in point: the cut and the incoming source move by the reach before it. */
function withEdgesOfDissolves(
  timeline: ReturnType<typeof readEdl>['timelines'][number],
): ReturnType<typeof readEdl>['timelines'][number] {
  return {
    ...timeline,
    tracks: {
      ...timeline.tracks,
      children: timeline.tracks.children.map((track) =>
        track.kind !== 'Track'
          ? track
          : {
              ...track,
              children: track.children.map((child, index, all) => {
                if (child.kind !== 'Clip' || child.sourceRange === null) return child;
                const [before, after] = [all[index - 1], all[index + 1]];
                const head = before?.kind === 'Transition' ? before.inOffset.value.num : 0;
                const tail = after?.kind === 'Transition' ? after.inOffset.value.num : 0;
                const { start, duration } = child.sourceRange;
                return {
                  ...child,
                  sourceRange: {
                    start: { ...start, value: rational(start.value.num - head) },
                    duration: { ...duration, value: rational(duration.value.num + head - tail) },
                  },
                };
              }),
            },
      ),
    },
  };
}
