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
import { compileProgram, type MediaInfo, type Program, type SoundPiece } from '@patchwork/program';
import {
  add,
  compare,
  multiply,
  rational,
  round,
  secondsFromTime,
  subtract,
  toNumber,
  type FrameRange,
  type Rate,
  type Rational,
} from '@patchwork/time';
import {
  activeReferenceOrNull,
  clipsIn,
  isJsonObject,
  makeExternalReference,
  member,
  plainJson,
  trimmedRange,
  type Composable,
  type Marker,
  type Timeline,
} from '@patchwork/timeline';
import { hasSamples, sampleBytes, samplePaths } from '../packages/formats/src/testing/samples.ts';
import { fcpxmlDocument } from '../packages/formats/src/testing/fcpxml-document.ts';
import { everything, randomFilm, sayableInEdl, sayableInXmeml } from '../packages/formats/src/testing/random-film.ts';

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

/** What films are made of for a writer; for all others everything. */
const sayable: { readonly [name: string]: typeof everything } = { xmeml: sayableInXmeml, edl: sayableInEdl };

/** Of how many timelines among the samples a writer says all. */
const said: { readonly [name: string]: string } = {
  otio: '54 of 62',
  'fcpxml for Final Cut': '50 of 62',
  'fcpxml for Resolve': '50 of 62',
  xmeml: '27 of 62',
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

/** Both ends and the middle of every span, and every 97th of all frames. A list's cuts stand elsewhere, so its spans do. */
function tellingFrames(programs: readonly (Program | string)[]): readonly number[] {
  const frames = new Set<number>();
  for (const program of programs) {
    if (typeof program === 'string') continue;
    for (const { in: from, out } of program.spans) for (const at of [from, (from + out) >> 1, out - 1]) frames.add(at);
    for (let at = 0; at < program.frames; at += 97) frames.add(at);
  }
  return [...frames].toSorted((a, b) => a - b);
}

/** What a programme shows at some frames, and all that it plays. */
function shown(program: Program | string, frames: readonly number[]): Shown {
  if (typeof program === 'string') return program;
  return {
    frames: program.frames,
    start: program.start,
    keys: frames.filter((at) => at < program.frames).map((at) => `${at} ${program.frameKeyAt(at)}`),
    unmodelled: framesOf(program.unmodelled.map(({ range }) => range)),
    sound: program.sound.pieces.map(pieceText).toSorted(),
  };
}

/** Ranges that follow each other are one. */
function framesOf(ranges: readonly FrameRange[]): readonly FrameRange[] {
  const joined: FrameRange[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last?.out === range.in) joined.splice(-1, 1, { in: last.in, out: range.out });
    else joined.push(range);
  }
  return joined;
}

/** A piece of sound as text: what is summed has no order, and levels are read back to nine digits. */
function pieceText({ gainLeft, gainRight, ...piece }: SoundPiece): string {
  const gains = [gainLeft, gainRight].map((points) =>
    points.map(({ sample, gain }) => `${sample}=${Number(gain.toPrecision(9))}`).join(' '),
  );
  return JSON.stringify({ ...piece, gains });
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

/** Markers by their frame on the record, those of clips where the clip shows them: a list has none of its own. */
function marksOf(timeline: Timeline): readonly string[] {
  const rate = timelineRate(timeline);
  const mark = ({ name, markedRange }: Marker, at: Rational): string =>
    `${round(multiply(add(secondsFromTime(markedRange.start), at), rate))} ${name}`;
  const marks = timeline.tracks.markers.map((marker) => mark(marker, rational(0)));
  for (const track of timeline.tracks.children) {
    if (track.kind !== 'Track') continue;
    let at = rational(0);
    for (const item of track.children) {
      if (item.kind === 'Transition' || item.kind === 'Unknown') continue;
      const { start, duration } = trimmedRange(item);
      const [from, length] = [secondsFromTime(start), secondsFromTime(duration)];
      const shown = item.markers.filter(({ markedRange }) => {
        const own = subtract(secondsFromTime(markedRange.start), from);
        return own.num >= 0 && compare(own, length) < 0;
      });
      for (const marker of shown) marks.push(mark(marker, subtract(at, from)));
      at = add(at, length);
    }
  }
  // Sound and picture of one clip can both carry what the file says once.
  return [...new Set(marks)].toSorted();
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
  const programs = [timeline, again].map((one) => (one === undefined ? 'no timeline' : compiled(one, media, timeline)));
  const frames = tellingFrames(programs);
  const [before = '', after = ''] = programs.map((program) => shown(program, frames));
  if (typeof before === 'string') return null;
  const isMarked = notSaid.every(({ code }) => code !== 'PW_WRITE_MARKER');
  if (typeof after === 'string' || !isMarked || again === undefined) return [after, before];
  return [
    { ...after, marks: marksOf(again) },
    { ...before, marks: marksOf(timeline) },
  ];
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

  test('so is every generated film of what it can say', { timeout: 60_000 + runs * 1000 }, () => {
    let compared = 0;
    let made = 0;
    fc.assert(
      fc.property(randomFilm(sayable[name] ?? everything), (timeline) => {
        made += 1;
        const sides = comparison(timeline, write);
        if (sides === null) return;
        compared += 1;
        expect(sides[0]).toEqual(sides[1]);
      }),
      { numRuns: runs },
    );
    // A law that holds because nothing is compared says nothing.
    if (made >= 20) expect(compared / made).toBeGreaterThan(0.3);
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
