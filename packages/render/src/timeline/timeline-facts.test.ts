import { rational, zero } from '@patchwork/time';
import { jsonFrom, makeClip, makeTimeline, makeTrack, withMember, type Timeline } from '@patchwork/timeline';
import { expect, test } from 'vitest';
import { timelineFacts } from './timeline-facts.ts';

function track(trackKind: string, rate: number): ReturnType<typeof makeTrack> {
  const time = (value: number): { value: ReturnType<typeof rational>; rate: ReturnType<typeof rational> } => ({
    value: rational(value),
    rate: rational(rate),
  });
  const clip = makeClip({ name: 'a', sourceRange: { start: time(0), duration: time(48) } });
  return makeTrack({ trackKind, children: [clip] });
}

test('the rate comes from the picture: a sound track counted in samples, and below it, says nothing', () => {
  const film = makeTimeline({ tracks: [track('Audio', 48_000), track('Video', 25)] });
  expect(timelineFacts(film)).toEqual({
    width: null,
    height: null,
    rate: rational(25),
    startFrame: 0,
    dropFrame: false,
  });
  expect(timelineFacts(makeTimeline({ tracks: [track('Audio', 48_000)] })).rate).toBeNull();
});

test('a noted canvas beats the start timecode, which beats the first clip', () => {
  const start = { value: rational(86_400), rate: rational(24) };
  const started = makeTimeline({ tracks: [track('Video', 25)], globalStartTime: start });
  expect(timelineFacts(started)).toMatchObject({ rate: rational(24), startFrame: 86_400 });
  const canvas = { canvas: { width: 1920, height: 1080, rate: '24000/1001' }, dropFrame: false };
  const noted: Timeline = {
    ...started,
    metadata: withMember(started.metadata, ['patchwork'], jsonFrom(canvas)),
  };
  expect(timelineFacts(noted)).toMatchObject({ width: 1920, height: 1080, rate: rational(24_000, 1001) });
  expect(timelineFacts(makeTimeline({ tracks: [], globalStartTime: { ...start, value: zero } })).startFrame).toBe(0);
});
