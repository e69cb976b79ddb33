import { expect, test } from 'vitest';
import { makeMarker, makeTime, plainJson, readOtio, tracksOf, writeOtio } from '@patchwork/timeline';
import { rational } from '@patchwork/time';
import { changesOf, cut, shot, twoCuts } from '../test/cut.ts';
import { annotatedTimeline } from './annotated-timeline.ts';
import { changeEdl } from './change-edl.ts';
import { changeGroups } from './change-group.ts';
import { changeMarkers } from './change-markers.ts';

test('change EDL: where the old version stands in the new one, and what it did not hold', () => {
  expect(changeEdl(twoCuts().changes)).toBe(`TITLE: changes v1 to v2, V1
FCM: NON-DROP FRAME

001  OLD      V     C        01:00:00:00 01:00:03:16 01:00:00:00 01:00:03:16
* FROM CLIP NAME: A - B, 2 clips
002  NEW      V     C        00:00:00:00 00:00:00:12 01:00:03:16 01:00:04:04
* FROM CLIP NAME: NEW
003  OLD      V     C        01:00:04:00 01:00:06:00 01:00:04:04 01:00:06:04
* FROM CLIP NAME: C
* SHIFT: +4 FRAMES
004  OLD      V     C        01:00:08:00 01:00:10:00 01:00:06:04 01:00:08:04
* FROM CLIP NAME: E
* SHIFT: -44 FRAMES
* REMOVED: 01:00:06:00 01:00:08:00 D
`);
});

test('change EDL: its events cover the new track once, in order, and each old stretch lies where the clip lay', () => {
  const { changes } = twoCuts();
  const events = [...changeEdl(changes).matchAll(/^\d{3} {2}(\S+).* C {8}(\S+) (\S+) (\S+) (\S+)$/gm)];
  const frames = (timecode: string): number => {
    const [h = 0, m = 0, s = 0, f = 0] = timecode.split(':').map(Number);
    return ((h * 60 + m) * 60 + s) * 24 + f - 86_400;
  };
  let at = 0;
  for (const [, , from = '', to = '', start = '', end = ''] of events) {
    expect(frames(start)).toBe(at);
    expect(frames(to) - frames(from)).toBe(frames(end) - frames(start));
    at = frames(end);
  }
  expect(at).toBe(changes.sides.new.frames);
});

test('markers: one a frame, in the group’s colour, a name on one line', () => {
  expect(changeMarkers(twoCuts().changes)).toBe(`TITLE: changes in v2
FCM: NON-DROP FRAME

001  001      V     C        01:00:02:00 01:00:02:01 01:00:02:00 01:00:02:01  
 |C:ResolveColorYellow |M:B: ripple trim out −8 |D:40

002  001      V     C        01:00:03:16 01:00:03:17 01:00:03:16 01:00:03:17  
 |C:ResolveColorGreen |M:NEW: insert (12 frames) |D:12

003  001      V     C        01:00:04:04 01:00:04:05 01:00:04:04 01:00:04:05  
 |C:ResolveColorSky |M:1 clip shifted +4 |D:1

004  001      V     C        01:00:06:04 01:00:06:05 01:00:06:04 01:00:06:05  
 |C:ResolveColorRed |M:D: delete (48 frames); downstream 1 clip shifted −44 |D:1
`);
  const odd = (name: string): ReturnType<typeof cut> => cut('v', [{ ...shot('A', 0, 24), name }]);
  expect(changeMarkers(changesOf(odd('A'), odd('x\n002  EVIL | |C:')))).toContain(
    '|M:x 002  EVIL / C:: renamed A → x 002  EVIL / C: |D:24',
  );
});

test('markers: a colour that the host knows, a name of 200 columns at most', () => {
  const resolveColors = 'Blue Cyan Green Yellow Red Pink Purple Fuchsia Rose Lavender Sky Mint Lemon Sand Cocoa Cream';
  const otioColors = 'PINK RED ORANGE YELLOW GREEN CYAN BLUE PURPLE MAGENTA BLACK WHITE';
  for (const { resolve, otio } of Object.values(changeGroups)) {
    expect(resolveColors.split(' ')).toContain(resolve);
    expect(otioColors.split(' ')).toContain(otio);
  }
  const named = (name: string): ReturnType<typeof cut> => cut('v', [{ ...shot('A', 0, 24), name }]);
  const list = changeMarkers(changesOf(named('A'), named(`x\u2028${'🎬'.repeat(300)}`)));
  const [, name = ''] = /\|M:(.*) \|D:/.exec(list) ?? [];
  expect([name.startsWith('x 🎬'), name.endsWith('🎬…'), name.replaceAll('🎬', '').length]).toEqual([true, true, 3]);
  expect(name.match(/🎬/gu)?.length).toBeLessThanOrEqual(100);
});

test('markers of what went away at the end stand on the last frame', () => {
  const shots = [shot('A', 0, 24), shot('B', 0, 24)];
  const edl = changeMarkers(changesOf(cut('v', shots), cut('v', shots.slice(0, 1))));
  expect(edl).toContain('01:00:00:23 01:00:01:00');
  expect(edl).toContain('|M:B: delete (24 frames) |D:1');
});

test('annotated timeline: marks and colours, and nothing else, in a file that reads back', () => {
  const { next, changes } = twoCuts();
  const marked = annotatedTimeline(next, changes);
  const [again] = readOtio(writeOtio(marked, { style: 'lossless' })).timelines;
  if (again === undefined) throw new TypeError('no timeline');
  const clips = tracksOf(again).map((track) =>
    track.children.flatMap((child) =>
      child.kind === 'Clip'
        ? [
            [
              child.name,
              child.color === null ? null : (plainJson(child.color) as { name: string }).name,
              child.markers.map(({ name }) => name).join('; '),
            ],
          ]
        : [],
    ),
  );
  const expected = [
    ['A', null, ''],
    ['B', 'Trimmed', 'ripple trim out −8'],
    ['NEW', 'Added', 'insert (12 frames)'],
    ['C', 'Shifted', '1 clip shifted +4'],
    ['E', 'Shifted', 'downstream 1 clip shifted −44'],
  ];
  const heard = expected.map(([name, color, text]) => (color === 'Shifted' ? [name, null, ''] : [name, color, text]));
  expect(clips).toEqual([expected, heard]);
  expect(again.tracks.markers.map(({ name, markedRange }) => [name, markedRange.start.value.num])).toEqual([
    ['D: delete (48 frames)', 148],
  ]);
  const bare = { ...again, tracks: { ...again.tracks, markers: [] } };
  expect(changesOf(next, bare).changes.every(({ kind }) => kind === 'metadata')).toBe(true);
});

test('annotated timeline: marks that were there stay', () => {
  const range = { start: makeTime(0, rational(24)), duration: makeTime(1, rational(24)) };
  const old = cut('v', [shot('A', 0, 24)]);
  const next = cut('v', [{ ...shot('A', 4, 24), markers: [makeMarker({ name: 'mine', markedRange: range })] }]);
  const [track] = tracksOf(annotatedTimeline(next, changesOf(old, next)));
  const [clip] = track?.children ?? [];
  expect(clip?.kind === 'Clip' ? clip.markers.map(({ name }) => name) : null).toEqual([
    'mine',
    'slip +4',
    'marker added',
  ]);
});
