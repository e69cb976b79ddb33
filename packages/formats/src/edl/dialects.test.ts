import { describe, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import { listing } from '../listing.ts';
import { readTimelineFile } from '../read-timeline-file.ts';

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
        'A3 (Audio)',
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
});
