import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeGap,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  type Clip,
  type Effect,
} from '@patchwork/timeline';
import { randomTimeline } from '../testing/random-timeline.ts';
import { cell, clippedTo, shownText, widthOf } from './cells.ts';
import { timelineTable } from './table.ts';

const runs = Number(process.env['PW_RUNS'] ?? 60);
const rate = rational(24);
const frames = (count: number): ReturnType<typeof makeTime> => makeTime(count, rate);

function shot(name: string, length: number, parts: { effects?: Effect[]; enabled?: boolean } = {}): Clip {
  return makeClip({
    name,
    sourceRange: { start: frames(100), duration: frames(length) },
    effects: parts.effects ?? [],
    enabled: parts.enabled ?? true,
    media: makeExternalReference({ name, targetUrl: `file:///m/${encodeURIComponent(name)}.mov` }),
  });
}

describe('cells', () => {
  test('A10: wide signs and pictures take two columns, what stands upon another none', () => {
    const widths = ['abc', '東京', '한국', 'ｆｕ', 'e\u0301', '🎬', '👨‍👩‍👧', '🇩🇪', '❤️', 'é', '—'].map(widthOf);
    expect(widths).toEqual([3, 4, 4, 4, 1, 2, 2, 2, 2, 1, 1]);
    expect(clippedTo('東京の夜', 6)).toBe('東京…');
    expect(clippedTo('東京の夜', 8)).toBe('東京の夜');
    expect(cell('東', 4, 'right')).toBe('  東');
  });

  test('A10: nothing in a name moves the cursor, changes colours or turns the writing', () => {
    expect(shownText('a\u001B[31mb\r\nc\u202Ed\u0007')).toBe('a [31mb cd ');
  });

  test('A10: a cell is exactly as wide as it is asked to be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(widthOf(cell(shownText(text), columns))).toBe(columns);
      }),
      { numRuns: runs * 5 },
    );
  });
});

describe('a timeline as a table', () => {
  const children = [
    shot('東京の夜_テイク3_とても長い名前', 24),
    makeGap(frames(12)),
    shot('b', 48, { effects: [makeTimeWarp(0.5), makeEffect({ type: 'opacity', opacity: 0.25 })] }),
    shot('c', 10, { enabled: false }),
  ];
  const timeline = makeTimeline({
    name: 'Reel 1',
    globalStartTime: frames(86400),
    tracks: [makeTrack({ name: 'V1', trackKind: 'Video', children })],
  });

  test('A10: record and source timecodes, lengths, names and what is done, in columns', () => {
    expect(timelineTable(timeline, { columns: 80, rows: null })).toEqual([
      'Reel 1  24 fps  01:00:00:00 – 01:00:03:22  94 frames',
      '',
      'V1  picture, 3 items',
      '  record in     frames  name                      source in     media',
      '  01:00:00:00       24  東京の夜_テイク3_とても…  00:00:04:04   東京の夜_テイク…',
      '  01:00:01:00       12  —',
      '  01:00:01:12       48  b                         00:00:04:04   b.mov',
      '                        · speed 50 % · opacity 25 %',
      '  01:00:03:12       10  c                         00:00:04:04   c.mov',
      '                        · switched off',
    ]);
  });

  test('A10: long tracks are folded in their middle, and say by how much', () => {
    const long = makeTimeline({
      name: 'long',
      tracks: [
        makeTrack({
          name: 'V1',
          trackKind: 'Video',
          children: Array.from({ length: 20_000 }, (_unused, index) => shot(`shot ${index}`, 24)),
        }),
      ],
    });
    const lines = timelineTable(long, { columns: 100, rows: 8 });
    expect(lines).toHaveLength(4 + 8 + 1 + 2);
    expect(lines[12]).toBe('  … 19,990 more, all of them with --all or --json');
    expect(lines.slice(-2).map((line) => line.split(/ {2,}/)[3])).toEqual(['shot 19998', 'shot 19999']);
    // The record runs on under the fold.
    expect(lines.at(-1)).toContain('05:33:19:00');
  });

  test('A10: no line is wider than the terminal, whatever is in it', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        randomTimeline({ hasEffects: true, hasTransitions: true }),
        fc.integer({ min: 60, max: 200 }),
        (any, columns) => {
          for (const line of timelineTable(any, { columns, rows: 5 }))
            expect(widthOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
      { numRuns: runs },
    );
  });
});
