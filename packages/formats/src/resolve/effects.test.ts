import { describe, expect, test } from 'vitest';
import { readOtio, clipsIn, knownEffect } from '@patchwork/timeline';
import { listing } from '../listing.ts';
import { readTimelineFile } from '../read-timeline-file.ts';
import { hasSamples, sampleBytes } from '../testing/samples.ts';
import { withResolveEffects } from './effects.ts';

function timelineWith(effects: readonly object[]): Parameters<typeof withResolveEffects>[0] {
  const time = (value: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', rate: 24, value });
  const clip = {
    OTIO_SCHEMA: 'Clip.2',
    name: 'c',
    metadata: {},
    enabled: true,
    markers: [],
    media_references: {},
    active_media_reference_key: 'DEFAULT_MEDIA',
    source_range: { OTIO_SCHEMA: 'TimeRange.1', start_time: time(48), duration: time(96) },
    effects: effects.map((Resolve_OTIO) => ({
      OTIO_SCHEMA: 'Effect.1',
      effect_name: 'Resolve Effect',
      name: '',
      metadata: { Resolve_OTIO },
    })),
  };
  const track = {
    OTIO_SCHEMA: 'Track.1',
    kind: 'Video',
    name: 'V1',
    metadata: {},
    effects: [],
    markers: [],
    enabled: true,
    source_range: null,
    children: [clip],
  };
  const stack = {
    OTIO_SCHEMA: 'Stack.1',
    name: '',
    metadata: {},
    effects: [],
    markers: [],
    enabled: true,
    source_range: null,
    children: [track],
  };
  const [timeline] = readOtio(
    JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: 't', metadata: {}, global_start_time: null, tracks: stack }),
  ).timelines;
  if (timeline === undefined) throw new TypeError('no timeline');
  return timeline;
}

const parameter = (id: string, value: number, keys: Record<string, number> = {}): object => ({
  'Parameter ID': id,
  'Parameter Value': value,
  'Key Frames': Object.fromEntries(
    Object.entries(keys).map(([frame, at]) => [frame, { Value: at, 'Variant Type': 'Double' }]),
  ),
});

describe('Resolve’s effects', () => {
  test('R1: opacity and zoom with key frames counted from the clip’s first frame; pans need the raster', () => {
    const timeline = timelineWith([
      { Type: 1, Enabled: true, Parameters: [parameter('opacity', 0, { '12': 0, '24': 100 })] },
      {
        Type: 2,
        Enabled: true,
        Parameters: [parameter('transformationZoomX', 2), parameter('transformationPan', 0.25)],
      },
    ]);
    const lines = (aspect: number | null): string => listing(withResolveEffects(timeline, { aspect }).timeline);
    // Source starts at frame 48 = 2 s: key frame 12 stands at 2.5 s.
    expect(lines(16 / 9)).toContain(
      'opacity {5/2s:0, 3s:1}\n        transform position 0.4444444,0 scale 2,1 rotation 0 anchor 0,0',
    );
    expect(lines(null)).toContain('opacity {5/2s:0, 3s:1}\n        effect "Resolve Effect"');
    expect(
      withResolveEffects(timeline, { aspect: null }).diagnostics.map(({ code, where }) => `${code} ${where ?? ''}`),
    ).toEqual(['PW_RESOLVE_EFFECT V1 / c']);
  });

  test('R2: defaults and switched-off effects change nothing; unknown ones are kept under a key that ignores names', () => {
    const known = [
      ...clipsIn(
        withResolveEffects(
          timelineWith([
            { Type: 3, Enabled: true, Parameters: [] },
            { Type: 59, Enabled: false, Parameters: [parameter('dynamicZoomScale', 0.8)] },
            { Type: 72, Enabled: true, Parameters: [] },
          ]),
          { aspect: null },
        ).timeline,
      ),
    ].flatMap((clip) => clip.effects.map(knownEffect));
    expect(known).toEqual([
      { type: 'opacity', opacity: 1 },
      { type: 'opacity', opacity: 1 },
      { type: 'volume', gainDb: 0 },
    ]);
  });

  test.runIf(hasSamples())(
    'R3: the real export: every effect is said or named, nothing stays unknown in silence',
    () => {
      const { timelines, diagnostics } = readTimelineFile({
        name: 'effects.otio',
        bytes: sampleBytes('otio/effects.otio'),
      });
      const effects = timelines.flatMap((timeline) => [...clipsIn(timeline)].flatMap((clip) => clip.effects));
      const named = diagnostics.filter(
        ({ code, message }) => code === 'PW_RESOLVE_EFFECT' && message.startsWith('effect'),
      ).length;
      expect(effects.length).toBe(170);
      expect(effects.filter((effect) => knownEffect(effect) === null).length).toBe(named);
    },
  );
});
