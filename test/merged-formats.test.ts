import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffTimelines, mergeTimelines, type Merge } from '@patchwork/diff';
import {
  readTimelineFile,
  writeEdl,
  writeFcpxml,
  writeOtioTimeline,
  writeXmeml,
  type WrittenText,
} from '@patchwork/formats';
import { isPatchworkError, type Json } from '@patchwork/kernel';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeRange,
  makeTimeline,
  makeTrack,
  planScript,
  withMember,
  type Clip,
  type Timeline,
} from '@patchwork/timeline';

/** What goes together as OTIO goes together in every format, whatever each export numbers anew: events, items, links. */
const runs = Number(process.env['PW_RUNS'] ?? 12);
const fps = rational(24);

const writers: { readonly [name: string]: (timeline: Timeline) => WrittenText } = {
  otio: (timeline) => writeOtioTimeline(timeline),
  fcpxml: (timeline) => writeFcpxml(timeline),
  xml: (timeline) => writeXmeml(timeline),
  edl: (timeline) => writeEdl(timeline),
};

/** Picture with its linked sound. */
function film(lengths: readonly number[]): Timeline {
  const clips = (kind: string): Clip[] =>
    lengths.map((length, at) => {
      const name = `m${at}`;
      const media = makeExternalReference({
        name: `${name}.mov`,
        targetUrl: `/media/${name}.mov`,
        availableRange: makeRange(0, 400, fps),
      });
      const clip = makeClip({ name, sourceRange: makeRange(100, length, fps), media });
      return {
        ...clip,
        metadata: withMember(clip.metadata, ['patchwork', 'link'], `link${at + 1}`),
        id: `${kind}${at}`,
      };
    });
  return makeTimeline({
    name: 'film',
    tracks: [
      makeTrack({ name: 'V1', children: clips('v') }),
      makeTrack({ name: 'A1', trackKind: 'Audio', children: clips('a') }),
    ],
  });
}

type Step = (count: number) => { readonly [key: string]: Json };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.nat(), fc.integer({ min: -9, max: 9 })).map(([at, delta]): Step => (count) => {
    return { op: 'ripple', track: 'V1', index: at % count, out: delta === 0 ? 1 : delta };
  }),
  fc.tuple(fc.nat(), fc.integer({ min: -9, max: 9 })).map(([at, delta]): Step => (count) => {
    return { op: 'slip', track: 'V1', index: at % count, delta: delta === 0 ? 1 : delta };
  }),
  fc.nat().map((at): Step => (count) => ({ op: 'remove', track: 'V1', index: at % count, fill: false })),
);

function edited(start: Timeline, count: number, steps: readonly Step[]): Timeline {
  return steps.reduce((now, step) => {
    try {
      return planScript(now, [step(count)], { group: 'linked' }).after;
    } catch (error) {
      // What the edit before it took away cannot be edited.
      if (isPatchworkError(error) && error.code.startsWith('PW_EDIT')) return now;
      throw error;
    }
  }, start);
}

function merged(base: Timeline, ours: Timeline, theirs: Timeline): Merge {
  return mergeTimelines({ base, ours, theirs, rates: { base: fps, ours: fps, theirs: fps } });
}

/** What differs but for marks, names and numbers. */
function differences(old: Timeline, next: Timeline): string[] {
  return diffTimelines({ old, new: next, oldProgram: null, newProgram: null, rate: fps })
    .changes.filter(({ department, kind }) => department !== 'metadata' && kind !== 'project')
    .map(({ clips, text }) => `${clips.join()}: ${text}`);
}

describe('G18: numbers of an export are no changes', () => {
  test.each(Object.keys(writers))('.%s', (ending) => {
    const read = (timeline: Timeline): Timeline => {
      const bytes = new TextEncoder().encode(writers[ending]?.(timeline).text);
      const [found] = readTimelineFile({ name: `film.${ending}`, bytes }, { edlRate: fps }).timelines;
      if (found === undefined) throw new TypeError('nothing was written');
      return found;
    };
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 20, max: 90 }), { minLength: 3, maxLength: 8 }),
        fc.array(anyStep, { minLength: 1, maxLength: 3 }),
        fc.array(anyStep, { minLength: 1, maxLength: 3 }),
        (lengths, first, second) => {
          const base = film(lengths);
          const [ours, theirs] = [first, second].map((steps) => edited(base, lengths.length, steps)) as [
            Timeline,
            Timeline,
          ];
          fc.pre(
            [ours, theirs].every(({ tracks }) =>
              tracks.children.every((track) => 'children' in track && track.children.length > 0),
            ),
          );
          const wanted = merged(base, ours, theirs);
          const found = merged(read(base), read(ours), read(theirs));
          const lines = ({ conflicts }: Merge): string[] =>
            conflicts.map(({ track, kind, subject }) => `${track} ${kind} ${subject}`);
          expect(lines(found)).toEqual(lines(wanted));
          if (wanted.conflicts.length === 0) expect(differences(wanted.timeline, found.timeline)).toEqual([]);
        },
      ),
      { numRuns: runs },
    );
  });
});
