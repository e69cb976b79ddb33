import { describe, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import { listing } from './listing.ts';
import { readTimelineFile } from './read-timeline-file.ts';
import { hasSamples, sampleBytes } from './testing/samples.ts';

/** Clips of one track: record frames, name, first source frame @ its rate, and the line of its speed where it has one. */
function clips(path: string, track: string, edlRate: number = 24): string[] {
  const [timeline] = readTimelineFile(
    { name: path, bytes: sampleBytes(path) },
    path.endsWith('.edl') ? { edlRate: rational(edlRate) } : {},
  ).timelines;
  if (timeline === undefined) throw new TypeError(`${path} holds no timeline`);
  const found: string[] = [];
  let isInside = false;
  for (const line of listing(timeline).split('\n')) {
    const heading = /^ {2}(\S.*) \((?:Video|Audio)\)$/.exec(line);
    if (heading !== null) isInside = heading[1] === track;
    const row = /^ {4}(\[\d+, \d+\)) \S+ clip "(.*)" source (\S+ @ \S+) of /.exec(line);
    if (isInside && row !== null) found.push(`${row[1]} ${row[2]} ${row[3]}`);
    const speed = /^ {8}(speed \S+|freeze)$/.exec(line);
    if (isInside && speed !== null) found.push(`${found.pop()} ${speed[1]}`);
  }
  return found;
}

// Every number below was worked out by hand from the numbers of the file itself, as the comment beside it shows.
describe.runIf(hasSamples())('real files of other programs', () => {
  test('H1: Premiere, sc01_sh010_layerA: pictures', () => {
    expect(clips('xmeml/premiere_example.xml', 'V2')).toEqual([
      // start 13, end 113, in 0; the file's timecode is frame 0.
      '[13, 113) sc01_sh010_anim.mov 0 @ 30/1',
      '[165, 322) sc01_sh020_anim.mov 0 @ 30/1',
      // end −1: the transition of 538 to 557 is aligned at its end (end-black), so the clip ends at 557.
      '[322, 557) sc01_sh030_anim.mov 0 @ 30/1',
    ]);
    expect(clips('xmeml/premiere_example.xml', 'V4')).toEqual([
      // end −1: centred from 1152 to 1177, ⌊2329 ÷ 2⌋ = 1164. in 34 + the file's timecode 99 = 133.
      '[956, 1164) sc01_master_layerA_sh030_temp.mov 133 @ 30/1',
      // start −1: in 6 stands where the transition begins, 1164 − 1152 = 12 frames before the cut: 18.
      '[1164, 1246) sc01_sh010_anim.mov 18 @ 30/1',
    ]);
  });

  test('H2: Premiere, sc01_sh010_layerA: sounds', () => {
    // in 0 + the file's timecode.
    expect(clips('xmeml/premiere_example.xml', 'A2')).toEqual(['[335, 505) sc01_placeholder.wav 8497 @ 30/1']);
    expect(clips('xmeml/premiere_example.xml', 'A3')).toEqual(['[153, 351) track_08.wav 6896 @ 30/1']);
    // The first half of the pair overlaps itself (956 to 1177, 1164 to 1258); the second says what the pictures say.
    // in 34 + the file's timecode 99 = 133; Premiere's own clock says 152409600000 ÷ 254016000000 = 0.6 s = 18 frames of 30.
    expect(clips('xmeml/premiere_example.xml', 'A4')).toEqual([
      '[956, 1164) sc01_master_layerA_sh030_temp.mov 133 @ 30/1',
      '[1164, 1246) sc01_sh010_anim.mov 18 @ 30/1',
    ]);
  });

  test('H3: Premiere, myshow at 23.976: one file cut seven times', () => {
    expect(clips('xmeml/empty_name_tags.xml', 'V1').slice(0, 5)).toEqual([
      '[0, 15) Grey 86313 @ 24000/1001',
      // The file's timecode 01:23:49:21 is frame 5029 × 24 + 21 = 120717; in 0, 75, 207, 381.
      '[15, 90) mymovie.mov 120717 @ 24000/1001',
      '[90, 222) mymovie.mov 120792 @ 24000/1001',
      '[222, 396) mymovie.mov 120924 @ 24000/1001',
      '[396, 493) mymovie.mov 121098 @ 24000/1001',
    ]);
  });

  test('H4: Avid, Avid_Example.01: two shots with their media', () => {
    expect(clips('edl/otio_avid_example.edl', 'V1')).toEqual([
      // 53:11 to 54:18 = 31 frames; 01:00:04:05 = 3604 × 24 + 5.
      '[0, 31) take_1 86501 @ 24/1',
      // 54:18 to 56:20 = 50 frames; 01:00:06:13 = 3606 × 24 + 13.
      '[31, 81) take_2 86557 @ 24/1',
    ]);
  });

  test('H5: Avid, Speed_Effects_Test: holds and 47.6 frames a second', () => {
    expect(clips('edl/otio_speed_effects_small.edl', 'V1')).toEqual([
      // 01:00:01:21 = 3601 × 24 + 21; 5 × 24 + 6 = 126 frames.
      '[0, 126) Z677_4C (ANIM10) 86445 @ 24/1',
      // 01:08:30:00 is 510 s × 24 = 12240 after the first record in; 01:00:10:21 = 3610 × 24 + 21; M2 000.0 holds.
      '[12240, 12257) Z682_156 (LAY3) FF 86661 @ 24/1 freeze',
      '[12257, 12258) Z682_157 (LAY2) FF 86660 @ 24/1 freeze',
      '[12258, 12276) Z682_157 (LAY2) 86660 @ 24/1',
      // 01:11:31:16 = 691 s × 24 + 16 = 16600; to 33:04 are 36 frames; 47.6 ÷ 24 = 1.98333.
      '[16600, 16636) Z686_5A (LAY2) (47.56 FPS) 86544 @ 24/1 speed 1.983333',
    ]);
  });

  test('H6: Avid, a reel of a feature: leaders, a hole, and a hold of one source frame', () => {
    expect(clips('edl/pycmx_INS4_R1_010417.edl', 'V1').slice(0, 4)).toEqual([
      // 8 s × 24 = 192 frames of 01:00:00:00 = 86400.
      '[0, 192) FKI_LEADER_HEAD_1920X1080.MOV 86400 @ 24/1',
      '[192, 768) UNILOGO_2012_S235_MONO_DNX175X.MOV 0 @ 24/1',
      '[768, 1104) BLUMHOUSE_PRODUCTIONS_2.40_PRORES.MOV 86400 @ 24/1',
      // 01:00:50:18 = 50 × 24 + 18 = 1218; 19:26:32:20 = 69992 × 24 + 20.
      '[1218, 1247) V1A-6A 1679828 @ 24/1 freeze',
    ]);
  });

  test('H7: Resolve’s native timeline: record places are sums of lengths', () => {
    expect(clips('otio/effects.otio', 'Video 5')).toEqual([
      // 500; 500 + 316 = 816; 816 + 211 = 1027; 1027 + 98 = 1125.
      '[0, 500) sq0100_sh0010_layout_v004.mp4 0 @ 24/1',
      '[500, 816) sq0100_sh0020_layout_v005.mp4 0 @ 24/1',
      '[816, 1027) sq0100_sh0030_layout_v004.mp4 0 @ 24/1',
      '[1027, 1125) sq0100_sh0050_layout_v004.mp4 0 @ 24/1',
    ]);
    expect(clips('otio/effects.otio', 'Audio 2')).toEqual([
      // A gap of 347, 85 frames from 40; a gap of 40 to 472, 28 frames from 354; 500 + 625 = 1125.
      '[347, 432) 06_Mayu_Sfx_ladderStruggleAhhagg.wav 40 @ 24/1',
      '[472, 500) 06_Mayu_Sfx_ladderStruggleAhhagg.wav 354 @ 24/1',
    ]);
    // 220 + 53 + 717 = 990.
    expect(clips('otio/effects.otio', 'Audio 3').map((row) => row.replace(/ \S+\.wav/, ''))).toEqual([
      '[220, 273) 0 @ 24/1',
      '[990, 1027) 0 @ 24/1',
    ]);
  });

  test('H9: Avid, a mix of twelve sounds: tracks have the numbers that the list gives them', () => {
    // 01:00:00:00 to 01:04:24:07 is 264 s × 24 + 7 = 6343 frames; 01:04:45:16 is 285 s × 24 + 16 = 6856.
    expect(clips('edl/pycmx_TEST.edl', 'A7').slice(0, 2)).toEqual([
      '[0, 6343) TC R1 V6 TEMP2 ST FX.WAV 0 @ 24/1',
      '[6343, 6856) TC R1 V6 TEMP2 ST FX.WAV 0 @ 24/1',
    ]);
  });

  test('H10: Premiere at 25: an AUD line adds two sounds to its event, a speed of −25 plays it backwards', () => {
    // 00:00:59:24 is 59 × 25 + 24 = 1499 frames after the first record in; 00:01:30:00 is 2250.
    for (const track of ['A3', 'A4'])
      expect(clips('edl/pycmx_test_25.edl', track, 25)).toEqual(['[1499, 2250) Test rename 0 @ 25/1']);
    // 00:02:10:21 is 130 × 25 + 21 = 3271; to 00:02:40:22 are 751 frames.
    expect(clips('edl/pycmx_test_25.edl', 'V1', 25).slice(-1)).toEqual(['[3271, 4022) Test rename 0 @ 25/1 speed -1']);
  });

  test('H8: a conform list of Resolve: long reels, and a hole where an event was taken out', () => {
    expect(clips('edl/pycmx_ISSUE_14_conform_edl_issue_03.edl', 'V1').slice(0, 4)).toEqual([
      // 20:23 to 36:17 = 15 × 24 + 18 = 378 frames; 10:32:32:22 = 37952 × 24 + 22.
      '[0, 378) AP002A-3* 910870 @ 24/1',
      // 14 s × 24 = 336 frames; 10:11:34:01 = 36694 × 24 + 1.
      '[378, 714) AP002-4* 880657 @ 24/1',
      // 01:01:15:17 − 01:00:20:23 = 54 × 24 + 18 = 1314; 12:24:03:12 = 44643 × 24 + 12.
      '[1314, 1343) AP002E-3-A* 1071444 @ 24/1',
      // 01:01:20:21 − 01:00:20:23 = 60 × 24 − 2 = 1438; 12:24:05:22 = 44645 × 24 + 22.
      '[1438, 1730) AP002E-3-A* 1071502 @ 24/1',
    ]);
  });
});
