import { describe, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeMarker,
  makeTime,
  makeTimeline,
  makeTrack,
  makeTransition,
  type Clip,
  type Marker,
} from '@patchwork/timeline';
import { listing } from '../listing.ts';
import { readTimelineFile } from '../read-timeline-file.ts';
import { writeEdl } from './write.ts';

function read(bytes: Uint8Array): string {
  return readTimelineFile({ name: 'l.edl', bytes }, { edlRate: rational(24) })
    .timelines.map(listing)
    .join('');
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('CMX3600 as programs write it', () => {
  test('E6: Resolve’s speeds count in frames a second with a fraction, also backwards', () => {
    // 24 × 0.5 = 12 and −24 × 1.5 = −36.
    expect(
      read(
        ascii(`TITLE: r
001  A001_C001_0101AB V     C        01:00:00:00 01:00:00:12 01:00:00:00 01:00:01:00
M2   A001_C001_0101AB       012.0                01:00:00:00
002  A001_C001_0101AB V     C        01:00:10:00 01:00:11:12 01:00:01:00 01:00:02:00
M2   A001_C001_0101AB       -036.0                01:00:10:00
`),
      ),
    ).toBe(`timeline "r" at 24/1 from 01:00:00:00
  V1 (Video)
    [0, 24) 01:00:00:00 clip "A001_C001_0101AB" source 86400 @ 24/1 of missing media
        speed 0.5
    [24, 48) 01:00:01:00 clip "A001_C001_0101AB" source 86640 @ 24/1 of missing media
        speed -1.5
`);
  });

  test('E6: many tracks of picture and sound, reels of 32 letters', () => {
    const reel = 'B_0031C010_241010_133208_h1C2T_X';
    const event = (number: string, track: string): string =>
      `${number}  ${reel} ${track}     C        01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00\n`;
    const row = `    [0, 24) 01:00:00:00 clip "${reel}" source 86400 @ 24/1 of missing media\n`;
    expect(
      read(
        ascii(
          `TITLE: m\n${['V', 'V2', 'V3', 'A', 'A2', 'A4'].map((track, at) => event(`00${at + 1}`, track)).join('')}`,
        ),
      ),
    ).toBe(
      `timeline "m" at 24/1 from 01:00:00:00\n${[
        'V1 (Video)',
        'V2 (Video)',
        'V3 (Video)',
        'A1 (Audio)',
        'A2 (Audio)',
        'A4 (Audio)',
      ]
        .map((name) => `  ${name}\n${row}`)
        .join('')}`,
    );
  });

  test('E6: UTF-16, a byte order mark, Latin-1 and every line end give the same list', () => {
    const text = 'TITLE: é\n001  A V C 01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00\n* FROM CLIP NAME: Über\n';
    const wide = new Uint8Array(2 + text.length * 2);
    wide.set([0xff, 0xfe]);
    for (let at = 0; at < text.length; at += 1)
      wide.set([text.charCodeAt(at) & 255, text.charCodeAt(at) >> 8], 2 + at * 2);
    const expected = read(ascii(text));
    expect(expected).toContain('clip "Über"');
    expect(read(wide)).toBe(expected);
    expect(read(ascii(`\uFEFF${text}`))).toBe(expected);
    expect(read(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))).toBe(expected);
    expect(read(ascii(text.replaceAll('\n', '\r\n')))).toBe(expected);
    expect(read(ascii(text.replaceAll('\n', '\r')))).toBe(expected);
  });

  const event = (number: string, track: string, edit: string, times: string, reel: string = 'A001'): string =>
    `${number}  ${reel.padEnd(8)} ${track.padEnd(5)} ${edit.padEnd(8)} ${times}\n`;
  const second = '01:00:00:00 01:00:01:00';
  const rows = (text: string): string[] =>
    read(ascii(`TITLE: t\n${text}`))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  const clip = '[0, 24) 01:00:00:00 clip "A001" source 86400 @ 24/1 of missing media';

  test('E7: channels: A2/V, AA/V and B name their tracks, AUD lines add sounds, holes in the numbers stay', () => {
    const tracks = (text: string): string[] => rows(text).filter((row) => row.endsWith('o)'));
    expect(tracks(event('001', 'A2/V', 'C', `${second} ${second}`))).toEqual(['V1 (Video)', 'A2 (Audio)']);
    expect(tracks(event('001', 'AA/V', 'C', `${second} ${second}`))).toEqual([
      'V1 (Video)',
      'A1 (Audio)',
      'A2 (Audio)',
    ]);
    expect(tracks(event('001', 'B', 'C', `${second} ${second}`))).toEqual(['V1 (Video)', 'A1 (Audio)']);
    expect(rows(`${event('001', 'V', 'C', `${second} ${second}`)}* FROM CLIP NAME: A001\nAUD   3    4\n`)).toEqual([
      'V1 (Video)',
      clip,
      'A3 (Audio)',
      clip,
      'A4 (Audio)',
      clip,
    ]);
  });

  test('E7: levels and sides that comments name stand on their own sound alone', () => {
    const text = `${event('001', 'AA', 'C', `${second} ${second}`)}* A1 VOL =  -3.0 DB  PAN L100 \n* A2 VOL =  +0.0 DB  PAN R50\n`;
    expect(rows(text)).toEqual(['A1 (Audio)', clip, 'volume -3 dB', 'pan -1', 'A2 (Audio)', clip, 'pan 0.5']);
  });

  test('E7: keys stand above what they are laid over, with a blank in their letters too', () => {
    const later = '01:00:01:00 01:00:02:00';
    const text = event('001', 'V', 'K B', `${second} ${second}`) + event('001', 'V', 'K O', `${second} ${second}`, 'B');
    expect(rows(text + event('002', 'V', 'C', `${later} ${later}`))).toEqual([
      'V1 (Video)',
      clip,
      'not modelled: key KB',
      '[24, 48) 01:00:01:00 clip "A001" source 86424 @ 24/1 of missing media',
      'V2 (Video)',
      '[0, 24) 01:00:00:00 clip "B" source 86400 @ 24/1 of missing media',
      'not modelled: key KO',
    ]);
  });

  test('E7: of two speeds on a dissolve of one reel, each goes to the line that begins where it says', () => {
    const text = `${event('001', 'V', 'C', `${second} ${second}`)}${event('002', 'V', 'C', '01:00:05:00 01:00:05:00 01:00:01:00 01:00:01:00')}${event('002', 'V', 'D    012', '02:00:00:00 02:00:02:00 01:00:01:00 01:00:02:00')}M2   A001       012.0                01:00:05:00
M2   A001       048.0                02:00:00:00
`;
    expect(rows(text)).toEqual([
      'V1 (Video)',
      clip,
      '-- SMPTE_Dissolve "Dissolve" 0 before, 12 after',
      '[24, 48) 01:00:01:00 clip "A001" source 172800 @ 24/1 of missing media',
      'speed 2',
    ]);
  });

  test('E7: split edits of old machines are named, not left out in silence', () => {
    const { diagnostics } = readTimelineFile(
      {
        name: 'l.edl',
        bytes: ascii(`TITLE: t\n${event('001', 'B', 'C', `${second} ${second}`)}SPLIT:    AUDIO DELAY=  00:00:00:10\n`),
      },
      { edlRate: rational(24) },
    );
    expect(diagnostics.map(({ code, where }) => `${code} ${where ?? ''}`)).toEqual(['PW_EDL_LINE l.edl:3:1']);
  });

  test.each([
    // [rate, record in, record out, frames]: drop frame leaves out two numbers a minute but every tenth.
    [30, '01:00:59:28', '01:01:00:02', 4],
    [25, '01:00:59:24', '01:01:00:02', 3],
    [24, '01:00:59:23', '01:01:00:02', 3],
  ])('E3: non-drop lists at %i', (base, from, to, count) => {
    const text = `TITLE: n\nFCM: NON-DROP FRAME\n${event('001', 'V', 'C', `${from} ${to} ${from} ${to}`)}`;
    const { timelines } = readTimelineFile({ name: 'l.edl', bytes: ascii(text) }, { edlRate: rational(base) });
    expect(timelines.map(listing).join('')).toContain(`[0, ${count}) ${from} clip "A001"`);
  });

  test('E3: in drop frame a minute leaves out ;00 and ;01: 00:00:59;28 to 00:01:00;02 is two frames', () => {
    const text = `TITLE: n\nFCM: DROP FRAME\n${event('001', 'V', 'C', '00:00:59;28 00:01:00;02 00:00:59;28 00:01:00;02')}`;
    expect(
      readTimelineFile({ name: 'l.edl', bytes: ascii(text) })
        .timelines.map(listing)
        .join(''),
    ).toContain('[0, 2) 00:00:59;28 clip "A001" source 1798 @ 30000/1001');
  });

  test('E2: a wipe and a dissolve from black come in over 10 frames', () => {
    const black = event('001', 'V', 'C', '00:00:00:00 00:00:00:00 01:00:00:00 01:00:00:00', 'BL');
    expect(rows(black + event('001', 'V', 'W001 010', `${second} ${second}`))).toEqual([
      'V1 (Video)',
      '-- SMPTE_Wipe "W001" 0 before, 10 after',
      'not modelled: wipe W001',
      clip,
    ]);
  });

  test('E4: a neutral colour decision is none; a real one is kept with its saturation', () => {
    const neutral = '* ASC_SOP (1.0 1.0 1.0)(0.0 0.0 0.0)(1.0 1.0 1.0)\n* ASC_SAT 1.0\n';
    expect(rows(event('001', 'V', 'C', `${second} ${second}`) + neutral)).toEqual(['V1 (Video)', clip]);
    expect(rows(`${event('001', 'V', 'C', `${second} ${second}`)}* ASC_SAT 0.9\n`)).toEqual([
      'V1 (Video)',
      clip,
      'not modelled: ASC CDL',
    ]);
  });

  test('E1: freezes by comment, source files that are paths, and locators', () => {
    const text = `${event('001', 'V', 'C', `${second} ${second}`)}* FROM CLIP NAME: A001\n* FREEZE FRAME\n* SOURCE FILE: /m/a b.mov\n* LOC: 01:00:00:12 CYAN    note\n`;
    expect(rows(text)).toEqual([
      'V1 (Video)',
      '[0, 24) 01:00:00:00 clip "A001" source 86400 @ 24/1 of a b.mov',
      'freeze',
      'marker "note" at 86412 @ 24/1',
    ]);
  });
});

describe('writing', () => {
  const rate = rational(24);
  const frames = (count: number): ReturnType<typeof makeTime> => makeTime(count, rate);
  const shot = (url: string): Clip =>
    makeClip({
      name: url.slice(url.lastIndexOf('/') + 1),
      sourceRange: { start: frames(0), duration: frames(24) },
      media: makeExternalReference({ name: url.slice(url.lastIndexOf('/') + 1), targetUrl: url }),
    });

  test('E8: two files never share a reel; one has the same reel everywhere', () => {
    const urls = ['/m/A001C001_a.mov', '/m/A001C001_b.mov', '/m/A001C001_a.mov', '/n/A001C001_a.mov'];
    const { text } = writeEdl(
      makeTimeline({
        name: 't',
        tracks: [makeTrack({ name: 'V1', trackKind: 'Video', children: urls.map(shot) })],
      }),
    );
    const reels = text.split('\n').flatMap((line) => /^\d{3} {2}(\S+)/.exec(line)?.[1] ?? []);
    expect(reels).toEqual(['A001C001', 'A001C0_2', 'A001C001', 'A001C0_3']);
  });

  test('E8: sounds go to the channels that their names say', () => {
    const { text } = writeEdl(
      makeTimeline({
        name: 't',
        tracks: ['A2', 'A7'].map((name) => makeTrack({ name, trackKind: 'Audio', children: [shot('/m/a.wav')] })),
      }),
    );
    expect(text.split('\n').flatMap((line) => /^\d{3} {2}\S+\s+(\S+)/.exec(line)?.[1] ?? [])).toEqual(['A7', 'A2']);
  });

  test('E8: everything that a list cannot say is named', () => {
    const effects = [
      makeEffect({ type: 'opacity', opacity: 0.5 }),
      makeEffect({ type: 'volume', gainDb: -3 }),
      makeEffect({ type: 'composite', mode: 'screen' }),
    ];
    const one = { ...shot('/m/a.mov'), effects };
    const { notSaid } = writeEdl(
      makeTimeline({
        name: 't',
        tracks: [
          makeTrack({ name: 'V1', trackKind: 'Video', children: [one] }),
          makeTrack({ name: 'V2', trackKind: 'Video', children: [shot('/m/b.mov')] }),
        ],
      }),
    );
    expect(notSaid.map(({ code, message, where }) => `${code} ${message} (${where ?? ''})`)).toEqual([
      'PW_WRITE_TRACK a list holds one picture track; this one was left out (V2)',
      'PW_WRITE_EFFECT the effect "opacity" has no place in a list (V1 / a.mov)',
      'PW_WRITE_EFFECT the effect "volume" has no place in a list (V1 / a.mov)',
      'PW_WRITE_EFFECT the effect "composite" has no place in a list (V1 / a.mov)',
    ]);
  });

  test('E9: a fade to black at a track’s end, and markers of clips and of the timeline', () => {
    const rate24 = rational(24);
    const range = (start: number, length: number): Clip['sourceRange'] => ({
      start: makeTime(start, rate24),
      duration: makeTime(length, rate24),
    });
    const mark = (name: string, frame: number): Marker =>
      makeMarker({
        name,
        color: 'RED',
        markedRange: { start: makeTime(frame, rate24), duration: makeTime(1, rate24) },
      });
    const one = makeClip({
      name: 'one',
      sourceRange: range(100, 48),
      // The second lies in the media behind what is shown.
      markers: [mark('seen', 110), mark('cut off', 200)],
      media: makeExternalReference({ targetUrl: 'file:///m/one.mov', name: 'one.mov' }),
    });
    const fade = makeTransition({
      inOffset: makeTime(12, rate24),
      outOffset: makeTime(0, rate24),
      transitionType: 'SMPTE_Dissolve',
    });
    const made = makeTimeline({
      name: 'f',
      globalStartTime: makeTime(86400, rate24),
      tracks: [makeTrack({ name: 'V1', trackKind: 'Video', children: [one, fade] })],
    });
    const timeline = { ...made, tracks: { ...made.tracks, markers: [mark('of the film', 20), mark('behind', 60)] } };
    const { text, notSaid } = writeEdl(timeline);
    expect(text.split('\n').filter((line) => !line.startsWith('* S'))).toEqual([
      'TITLE: f',
      'FCM: NON-DROP FRAME',
      '',
      '001  ONE      V     C        00:00:04:04 00:00:05:16 01:00:00:00 01:00:01:12',
      '* FROM CLIP NAME: one',
      '* LOC: 01:00:00:10 RED seen',
      '* LOC: 01:00:00:20 RED of the film',
      '002  ONE      V     C        00:00:05:16 00:00:05:16 01:00:01:12 01:00:01:12',
      '002  BL       V     D    012 00:00:00:00 00:00:00:12 01:00:01:12 01:00:02:00',
      '',
    ]);
    expect(notSaid.map(({ severity, message, where }) => [severity, message, where])).toEqual([
      ['note', 'a marker stands where no event of the list plays; left out', 'V1 / one'],
      ['note', 'a marker stands where no event of the list plays; left out', 'f'],
    ]);
  });
});
