import { describe, expect, test } from 'vitest';
import { tracksOf, unmodelledOf } from '@patchwork/timeline';
import { listing } from '../listing.ts';
import { fcpxmlDocument } from '../testing/fcpxml-document.ts';
import { readFcpxml } from './read.ts';

interface Said {
  /** The clips' effects as the listing writes them. */
  readonly effects: readonly string[];
  readonly codes: readonly string[];
  readonly unmodelled: readonly string[];
}

/** What a two-second clip of the second asset says that has these children. */
function said(children: string): Said {
  const { timelines, diagnostics } = readFcpxml(
    'f.fcpxml',
    fcpxmlDocument(`<asset-clip ref="a2" offset="3600s" name="c" start="3601s" duration="2s">${children}</asset-clip>`),
  );
  const lines = timelines.flatMap((timeline) => listing(timeline).split('\n'));
  return {
    effects: lines.filter((line) => line.startsWith('        ')).map((line) => line.trim()),
    codes: diagnostics.map(({ code }) => code),
    unmodelled: timelines.flatMap((timeline) =>
      tracksOf(timeline).flatMap(({ children: items }) =>
        items.flatMap((item) => unmodelledOf(item).map(({ content }) => content)),
      ),
    ),
  };
}

const keys = (first: string, last: string): string =>
  `<keyframeAnimation><keyframe time="3601s" value="${first}"/><keyframe time="3602s" value="${last}"/></keyframeAnimation>`;

describe('F5: what the vocabulary says', () => {
  test.each([
    // 16 of 100 heights are 9 of 100 widths at 16:9.
    [
      'a crop',
      '<adjust-crop mode="crop"><crop-rect left="16"/></adjust-crop>',
      'crop left 0.09 right 0 top 0 bottom 0',
    ],
    [
      'a trim',
      '<adjust-crop mode="trim"><trim-rect right="16" bottom="25"/></adjust-crop>',
      'trim left 0 right 0.09 top 0 bottom 0.25',
    ],
    [
      'a trim that moves',
      `<adjust-crop mode="trim"><trim-rect><param name="top">${keys('0', '50')}</param></trim-rect></adjust-crop>`,
      'trim left 0 right 0 top {3601s:0, 3602s:0.5} bottom 0',
    ],
    [
      'a position that moves',
      `<adjust-transform><param name="position">${keys('0 0', '10 -5')}</param></adjust-transform>`,
      'transform position {3601s:0, 3602s:0.1},{3601s:0, 3602s:-0.05} scale 1,1 rotation 0 anchor 0,0',
    ],
    [
      'a position whose axes move apart',
      `<adjust-transform><param name="position"><param name="X" key="1">${keys('0', '10')}</param></param></adjust-transform>`,
      'transform position {3601s:0, 3602s:0.1},0 scale 1,1 rotation 0 anchor 0,0',
    ],
    [
      'a rotation and a scale that move',
      `<adjust-transform><param name="rotation">${keys('0', '90')}</param><param name="scale">${keys('1 1', '2 3')}</param></adjust-transform>`,
      'transform position 0,0 scale {3601s:1, 3602s:2},{3601s:1, 3602s:3} rotation {3601s:0, 3602s:90} anchor 0,0',
    ],
    ['an anchor', '<adjust-transform anchor="50 -50"/>', 'transform position 0,0 scale 1,1 rotation 0 anchor 0.5,-0.5'],
    ['a conform', '<adjust-conform type="none"/>', 'conform none'],
    ['an opacity', '<adjust-blend amount="0.25"/>', 'opacity 0.25'],
    [
      'a volume that moves',
      `<adjust-volume><param name="amount">${keys('-96dB', '0dB')}</param></adjust-volume>`,
      'volume {3601s:-96, 3602s:0} dB',
    ],
    ['a volume without a unit', '<adjust-volume amount="-3.5"/>', 'volume -3.5 dB'],
    [
      'a pan that moves',
      `<adjust-panner mode="1"><param name="amount">${keys('-100', '100')}</param></adjust-panner>`,
      'pan {3601s:-1, 3602s:1}',
    ],
  ])('%s', (_name, children, effect) => {
    expect(said(children)).toEqual({ effects: [effect], codes: [], unmodelled: [] });
  });

  test('a fade of the picture lies at the clip’s edges', () => {
    const fades =
      '<adjust-blend><param name="amount"><fadeIn duration="1/2s"/></param><param name="amount"><fadeOut duration="1/2s"/></param></adjust-blend>';
    expect(said(fades)).toEqual({
      effects: ['opacity {3601s:0, 7203/2s:1, 7205/2s:1, 3603s:0}'],
      codes: [],
      unmodelled: [],
    });
  });

  test('a blend mode is kept and told', () => {
    expect(said('<adjust-blend mode="14"/>')).toEqual({
      effects: [expect.stringMatching(/^composite /)],
      codes: ['PW_FCPXML_BLEND'],
      unmodelled: [],
    });
  });
});

describe('A1: what it does not say is named, keyed by its content, and told', () => {
  test.each([
    ['stabilization', '<adjust-stabilization type="automatic"/>', 'automatic', 'inertiaCam', 'adjust-stabilization'],
    ['rolling shutter', '<adjust-rollingShutter amount="low"/>', 'low', 'high', 'adjust-rollingShutter'],
    ['distortion', '<adjust-corners topLeft="1 1"/>', '1 1', '1 2', 'adjust-corners'],
    ['360° reorientation', '<adjust-reorient tilt="10"/>', '10', '20', 'adjust-reorient'],
    ['a colour conform', '<adjust-colorConform conformType="conformPQtoSDR"/>', 'PQ', 'HLG', 'adjust-colorConform'],
    ['a surround pan', '<adjust-panner mode="5" amount="10"/>', '"10"', '"20"', 'adjust-panner'],
    ['loudness', '<adjust-loudness amount="10" uniformity="20"/>', '"20"', '"30"', 'adjust-loudness'],
    ['noise removal', '<adjust-noiseReduction amount="50"/>', '50', '60', 'adjust-noiseReduction'],
    ['hum removal', '<adjust-humReduction frequency="50"/>', '50', '60', 'adjust-humReduction'],
    ['an equaliser', '<adjust-EQ mode="bass_boost"/>', 'bass', 'voice', 'adjust-EQ'],
    ['isolated voices', '<adjust-voiceIsolation amount="50"/>', '50', '60', 'adjust-voiceIsolation'],
    [
      'a transform that follows a tracker',
      '<adjust-transform tracking="t1" scale="2 2"/>',
      '2 2',
      '3 3',
      'adjust-transform',
    ],
    [
      'a filter',
      '<filter-video ref="e4" name="Blur"><param name="Amount" key="1" value="20"/></filter-video>',
      '"20"',
      '"21"',
      'video filter "Blur"',
    ],
    [
      'a filter that moves',
      `<filter-video ref="e4" name="Blur"><param name="Amount" key="1">${keys('0', '9')}</param></filter-video>`,
      '"9"',
      '"8"',
      'video filter "Blur"',
    ],
    [
      'a masked filter',
      '<filter-video-mask><mask-shape name="Shape"/><filter-video ref="e4" name="Blur"><param name="A" value="1"/></filter-video></filter-video-mask>',
      '"1"',
      '"2"',
      'video-mask filter',
    ],
    [
      'a filter of the sound',
      '<filter-audio ref="e2" name="Echo"><param name="Mix" value="1"/></filter-audio>',
      '"1"',
      '"2"',
      'audio filter "Echo"',
    ],
  ])('%s', (_name, children, from, to, label) => {
    const before = said(children);
    expect(before).toEqual({
      effects: [`not modelled: ${label}`],
      codes: ['PW_FCPXML_UNMODELLED'],
      unmodelled: [expect.any(String)],
    });
    expect(said(children.replace(from, to)).unmodelled, 'another value is another key').not.toEqual(before.unmodelled);
    expect(said(children.replace(/^<([\w-]+)/, '<$1 enabled="0"')).effects, 'switched off').toEqual([]);
  });
});
