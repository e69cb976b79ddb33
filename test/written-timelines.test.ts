import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPatchworkError, type Sha256 } from '@patchwork/kernel';
import {
  readTimelineFile,
  timelineRate,
  writeEdl,
  writeFcpxml,
  writeOtioTimeline,
  writeXmeml,
  type WrittenText,
} from '@patchwork/formats';
import { compileProgram, type MediaInfo, type Program } from '@patchwork/program';
import { rational, toNumber, type Rate } from '@patchwork/time';
import {
  activeReferenceOrNull,
  clipsIn,
  isJsonObject,
  makeExternalReference,
  member,
  plainJson,
  type Composable,
  type Timeline,
} from '@patchwork/timeline';
import { hasSamples, sampleBytes, samplePaths } from '../packages/formats/src/testing/samples.ts';
import { fcpxmlDocument } from '../packages/formats/src/testing/fcpxml-document.ts';
import { randomTimeline } from '../packages/formats/src/testing/random-timeline.ts';

/** Read → write → read keeps what every frame shows and every sample plays, wherever the writer does not say otherwise. */
const runs = Number(process.env['PW_RUNS'] ?? 25);
const sha256: Sha256 = (data) => createHash('sha256').update(data).digest('hex');
const color = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };

const writers: { readonly [name: string]: (timeline: Timeline) => WrittenText } = {
  otio: (timeline) => writeOtioTimeline(timeline),
  'fcpxml for Final Cut': (timeline) => writeFcpxml(timeline, { profile: 'finalcut' }),
  'fcpxml for Resolve': (timeline) => writeFcpxml(timeline, { profile: 'resolve' }),
  xmeml: (timeline) => writeXmeml(timeline),
  edl: (timeline) => writeEdl(timeline),
};

/** Of how many timelines among the samples a writer says all. */
const said: { readonly [name: string]: string } = {
  otio: '54 of 62',
  'fcpxml for Final Cut': '51 of 62',
  'fcpxml for Resolve': '51 of 62',
  xmeml: '28 of 62',
  edl: '25 of 62',
};

/** Media as every clip would wish it: long, at its own rate, with stereo sound. Decided by the first reading alone. */
function mediaFor(timeline: Timeline): (url: string) => MediaInfo | null {
  const rates = new Map<string, Rate>();
  const starts = new Map<string, number>();
  for (const clip of clipsIn(timeline)) {
    const reference = activeReferenceOrNull(clip);
    if (reference?.kind !== 'ExternalReference') continue;
    const rate = reference.availableRange?.duration.rate;
    const start = reference.availableRange?.start;
    if (start?.value.den === 1) starts.set(reference.targetUrl, start.value.num);
    rates.set(reference.targetUrl, rate !== undefined && toNumber(rate) <= 240 ? rate : timelineRate(timeline));
  }
  return (url) => {
    const rate = rates.get(url);
    if (rate === undefined) return null;
    const picture = {
      codec: 'h264',
      profile: '',
      width: 1920,
      height: 1080,
      pixelFormat: 'yuv420p',
      pixelAspect: rational(1),
    };
    const clock = {
      rate,
      frames: 50_000_000,
      still: false,
      timeBase: rational(rate.den, rate.num),
      firstPts: 0,
      times: null,
    };
    return {
      identity: sha256(url),
      path: url,
      container: 'mov',
      video: { stream: 0, ...picture, rotation: 0, fieldOrder: 'progressive', color, ...clock },
      sound: [
        {
          stream: 1,
          codec: 'pcm',
          sampleRate: 48_000,
          channels: 2,
          layout: 'stereo',
          start: rational(0),
          samples: 1e12,
        },
      ],
      startTimecode: starts.has(url) ? { frame: starts.get(url) ?? 0, dropFrame: false } : null,
    };
  };
}

function compiled(timeline: Timeline, media: (url: string) => MediaInfo | null, canvasOf: Timeline): Program | string {
  // A list names no raster: both are drawn on the same one.
  const canvas = member(canvasOf.metadata, 'patchwork', 'canvas');
  const { width, height } = isJsonObject(canvas) ? (plainJson(canvas) as { width?: number; height?: number }) : {};
  try {
    return compileProgram({
      timeline,
      canvas: { width: width ?? 1920, height: height ?? 1080, rate: timelineRate(canvasOf), color },
      media,
      sha256,
      sampleRate: 48_000,
      epochs: [],
      font: sha256('font'),
      range: null,
    }).program;
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return error.code;
  }
}

/** What a programme shows, or the code of the error that it ends in. */
type Shown = string | { readonly [key: string]: unknown };

/** What a programme shows: the keys at both ends and in the middle of every span, and every 97th of all frames. */
function shown(program: Program | string): Shown {
  if (typeof program === 'string') return program;
  const frames = new Set<number>();
  for (const span of program.spans) for (const at of [span.in, (span.in + span.out) >> 1, span.out - 1]) frames.add(at);
  for (let at = 0; at < program.frames; at += 97) frames.add(at);
  return {
    frames: program.frames,
    start: program.start,
    keys: [...frames].toSorted((a, b) => a - b).map((at) => `${at} ${program.frameKeyAt(at)}`),
    unmodelled: program.unmodelled.map(({ range }) => [range.in, range.out]),
  };
}

/** Reels, missing media and bare names get a path: nothing could be compiled, and a list takes a bare name for a reel. */
function withFiles(timeline: Timeline): Timeline {
  const change = (node: Composable): Composable => {
    if (node.kind === 'Track' || node.kind === 'Stack') return { ...node, children: node.children.map(change) };
    if (node.kind !== 'Clip') return node;
    const before = activeReferenceOrNull(node);
    const isBare = before?.kind === 'ExternalReference' && !before.targetUrl.includes('/');
    if (before?.kind !== 'MissingReference' && !isBare) return node;
    const media = makeExternalReference({
      name: node.name,
      targetUrl: `file:///missing/${encodeURIComponent(node.name)}.mov`,
    });
    return { ...node, mediaReferences: [[node.activeMediaReferenceKey, media]] };
  };
  const tracks = change(timeline.tracks);
  return tracks.kind === 'Stack' ? { ...timeline, tracks } : timeline;
}

/** Null where the writer says that it could not say all. */
function comparison(timeline: Timeline, write: (timeline: Timeline) => WrittenText): readonly [Shown, Shown] | null {
  const { text, notSaid } = write(timeline);
  if (notSaid.some(({ severity }) => severity !== 'note')) return null;
  const [again] = readTimelineFile(
    { name: 'again', bytes: new TextEncoder().encode(text) },
    { edlRate: timelineRate(timeline) },
  ).timelines;
  const media = mediaFor(timeline);
  const before = shown(compiled(timeline, media, timeline));
  if (typeof before === 'string') return null;
  return [again === undefined ? 'no timeline' : shown(compiled(again, media, timeline)), before];
}

function sampleTimelines(): { readonly path: string; readonly timeline: Timeline }[] {
  return ['fcpxml', 'xmeml', 'edl', 'otio'].flatMap((under) =>
    samplePaths(under).flatMap((path) => {
      try {
        return readTimelineFile({ name: path, bytes: sampleBytes(path) }).timelines.map((timeline) => ({
          path,
          timeline: withFiles(timeline),
        }));
      } catch (error) {
        if (!isPatchworkError(error)) throw error;
        return [];
      }
    }),
  );
}

/** Where two programmes part, in one line; null where they do not. */
function firstDifference(again: Shown, before: Shown): string | null {
  const [left, right] = [again, before].map((each) => JSON.stringify(each, null, 1).split('\n'));
  const at = right?.findIndex((line, index) => line !== left?.[index]) ?? -1;
  return at < 0 && left?.length === right?.length ? null : `${left?.[at] ?? 'end'} was ${right?.[at] ?? 'end'}`;
}

describe.each(Object.keys(writers))('%s', (name) => {
  const write = writers[name] ?? (() => ({ text: '', notSaid: [] }));

  test.runIf(hasSamples())('every sample that it can say is the same programme again', { timeout: 120_000 }, () => {
    const all = sampleTimelines();
    const differing: string[] = [];
    let compared = 0;
    for (const { path, timeline } of all) {
      const sides = comparison(timeline, write);
      if (sides === null) continue;
      compared += 1;
      const difference = firstDifference(sides[0], sides[1]);
      if (difference !== null) differing.push(`${path} "${timeline.name}": ${difference}`);
    }
    expect(differing).toEqual([]);
    // What a writer can say must not shrink unnoticed.
    expect(`${compared} of ${all.length}`).toBe(said[name]);
  });

  test('so is every generated timeline', { timeout: 60_000 + runs * 1000 }, () => {
    const scope = { hasEffects: true, hasTransitions: true };
    fc.assert(
      fc.property(randomTimeline(scope), (timeline) => {
        const sides = comparison(timeline, write);
        if (sides !== null) expect(sides[0]).toEqual(sides[1]);
      }),
      { numRuns: runs },
    );
  });
});

test('a Ken Burns move is drawn: first, middle and last frames of its crop by hand', () => {
  const clip = `<asset-clip ref="a1" offset="3600s" name="c" start="1s" duration="4/24s" srcEnable="video"><adjust-crop mode="pan"><pan-rect left="0" top="10"/><pan-rect left="16" top="20" right="80" bottom="40"/></adjust-crop></asset-clip>`;
  const bytes = new TextEncoder().encode(fcpxmlDocument(clip));
  const [timeline] = readTimelineFile({ name: 'f', bytes }).timelines;
  const program = timeline === undefined ? '' : compiled(timeline, mediaFor(timeline), timeline);
  const drawn = [0, 1, 2, 3].map((frame) => {
    const crop =
      typeof program === 'string' ? null : /"crop":(\{[^}]*\})/.exec(JSON.stringify(program.pictureAt(frame)));
    return crop?.[1] === undefined ? program : JSON.parse(crop[1]);
  });
  // u = 0, 1/4, 1/2, 3/4; u²(3 − 2u) = 0, 5/32, 1/2, 27/32. 16 of 100 heights are 9 of 100 widths at 16:9.
  const at = (share: number): unknown => ({
    left: 0.09 * share,
    right: 0.45 * share,
    top: 0.1 + (0.2 - 0.1) * share,
    bottom: 0.4 * share,
  });
  expect(drawn).toEqual([at(0), at(5 / 32), at(1 / 2), at(27 / 32)]);
});
