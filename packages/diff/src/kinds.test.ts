// One test a kind of change: its words, its values old and new. Kinds that stories or conforms test stand there.
import { describe, expect, test } from 'vitest';
import type { Json } from '@patchwork/kernel';
import { rational } from '@patchwork/time';
import {
  jsonFrom,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeFreezeFrame,
  makePlainEffect,
  makeRange,
  makeStack,
  makeTime,
  makeTrack,
  makeTransition,
  planScript,
  seenThing,
  withUnmodelled,
  type Clip,
  type Composable,
  type Timeline,
} from '@patchwork/timeline';
import { clip, compare, dissolve, fps24, gap, lines, must, storyClips, timeline } from '../test/fixture.ts';
import type { Change, Changes } from './changes/change.ts';
import { diffTimelines, type DiffInput } from './diff-timelines.ts';

function told(old: Timeline, next: Timeline, parts: Partial<DiffInput> = {}): Changes {
  return diffTimelines({ old, new: next, oldProgram: null, newProgram: null, rate: fps24, ...parts });
}

function one(old: Composable, next: Composable, parts: Partial<DiffInput> = {}): Change[] {
  const around = (item: Composable): Timeline => timeline([[clip('before', 0, 24), item, clip('after', 0, 24)]]);
  return [...told(around(old), around(next), parts).changes];
}

/** Kind, words, values. */
function gist(changes: readonly Change[]): unknown[] {
  return changes.map(({ kind, text, values }) => [
    kind,
    text,
    ...values.map((each) => [each.name, each.old, each.new]),
  ]);
}

function noted(item: Clip, patchwork: { readonly [key: string]: number | string | readonly number[] }): Clip {
  return { ...item, metadata: jsonFrom({ patchwork }) };
}

describe('retimes', () => {
  const ramp = (points: readonly (readonly [number, number])[]): Clip =>
    clip('a', 0, 48, [
      makeEffect({
        type: 'timeMap',
        points: points.map(([at, value]) => ({
          time: rational(at, 24),
          value: rational(value, 24),
        })),
        sampling: 'nearest',
      }),
    ]);
  test('a freeze on another frame', () => {
    const frozen = (frame: number): Clip => ({ ...clip('a', frame, 48), effects: [makeFreezeFrame()] });
    expect(gist(one(frozen(3), frozen(9)))).toEqual([['retime', 'freeze frame 3 → 9', ['freeze frame', '3', '9']]]);
  });
  test('a ramp with another key', () => {
    const changed = one(
      ramp([
        [0, 0],
        [48, 48],
      ]),
      ramp([
        [0, 0],
        [48, 60],
      ]),
    );
    expect(gist(changed)).toEqual([
      [
        'retime',
        'retime ramp changed',
        [
          'speed',
          [
            ['0', '0'],
            ['2', '2'],
          ],
          [
            ['0', '0'],
            ['2', '5/2'],
          ],
        ],
      ],
    ]);
  });
});

describe('media', () => {
  test('reinterpreted at another rate', () => {
    const counted = (rate: ReturnType<typeof rational>): Clip =>
      makeClip({
        name: 'a',
        sourceRange: makeRange(0, 48, fps24),
        media: makeExternalReference({ targetUrl: 'a.mov', availableRange: makeRange(0, 400, rate) }),
      });
    expect(gist(one(counted(rational(24_000, 1001)), counted(fps24)))).toEqual([
      ['interpretation', 'interpretation changed: 24000/1001 → 24/1', ['media rate', '24000/1001', '24/1']],
    ]);
  });
  test('a version up keeps its place, a trim beside it is a trim', () => {
    expect(gist(one(clip('sh010_v001', 8, 48), clip('sh010_v002', 8, 44)))).toEqual([
      ['ripple-trim', 'ripple trim out −4'],
      ['version', 'version v1 → v2', ['media', 'sh010_v001.mov', 'sh010_v002.mov']],
      ['shift', 'downstream 1 clip shifted −4'],
    ]);
  });
});

describe('looks that nobody models', () => {
  const marked = (label: string, content: string): Clip => withUnmodelled(clip('a', 0, 48), [{ label, content }]);
  test.each([
    ['grade', 'ASC CDL'],
    ['grade', 'colour correction "Primary"'],
    ['fusion', 'Fusion composition'],
    ['effect', 'filter "Gaussian Blur"'],
    ['unmodelled', 'smoothed speed ramp'],
  ])('%s: %s', (kind, label) => {
    expect(gist(one(marked(label, '1'), marked(label, '2')))).toEqual([[kind, `${label} changed`, [label, '1', '2']]]);
    expect(gist(one(clip('a', 0, 48), marked(label, '2')))).toEqual([[kind, `${label} added`, [label, '', '2']]]);
  });
  test('a filter by its parameters and key frames, as FCPXML and FCP 7 spell them', () => {
    const filter = (text: string): Clip => marked('filter "Blur"', text);
    const fcp = (amount: number, key: number): string =>
      `effect Blur <filter-video><param name="Amount" value="${amount}"></><param name="Mix"><keyframeAnimation><keyframe time="1/2s" value="${key}"></></></></>`;
    expect(gist(one(filter(fcp(10, 1)), filter(fcp(20, 1))))).toEqual([
      ['effect', 'filter "Blur": Amount 10 → 20', ['Amount', '10', '20']],
    ]);
    expect(gist(one(filter(fcp(10, 1)), filter(fcp(10, 3))))).toEqual([
      ['effect', 'filter "Blur": Mix at 1/2s 1 → 3', ['Mix at 1/2s', '1', '3']],
    ]);
    const seven = (radius: number): string =>
      `<effect><name>"Blur"</><parameter><parameterid>"r"</><name>"Radius"</><value>"${radius}"</></></>`;
    expect(gist(one(filter(seven(1)), filter(seven(2))))).toEqual([
      ['effect', 'filter "Blur": radius 1 → 2', ['radius', '1', '2']],
    ]);
  });
  test('an effect by the path of its parameter', () => {
    const blurred = (radius: number): Clip =>
      clip('a', 0, 48, [makePlainEffect('Blur', { metadata: jsonFrom({ host: { Radius: radius, Edge: 'wrap' } }) })]);
    expect(gist(one(blurred(2), blurred(4)))).toEqual([
      ['effect', 'effect "Blur": Radius 2 → 4', ['host.Radius', 2, 4]],
    ]);
    expect(gist(one(clip('a', 0, 48), blurred(4)))).toEqual([
      ['effect', 'effect "Blur" added', ['effect "Blur"', null, { host: { Radius: 4, Edge: 'wrap' } }]],
    ]);
  });
});

describe('what is seen of a project, by digest', () => {
  type Parts = Parameters<typeof seenThing>[0];
  const digest = (letter: string): string => letter.repeat(64);
  const seen = (item: Clip, ...things: readonly (readonly [Partial<Parts>, string])[]): Clip =>
    withUnmodelled(
      item,
      things.map(([parts, label]) =>
        seenThing({ domain: 'grade', level: 'clip', digest: digest('a'), ...parts }, label),
      ),
    );
  const a = clip('a', 0, 48);
  test.each<[string, string, Parts['domain']]>([
    ['grade', 'grade', 'grade'],
    ['fusion', 'Fusion composition', 'fusion'],
    ['effect', 'effects in Resolve', 'effects'],
  ])('%s: added, changed, removed, with both digests', (kind, label, domain) => {
    const [old, next] = [seen(a, [{ domain }, label]), seen(a, [{ domain, digest: digest('b') }, label])];
    expect(gist(one(a, old))).toEqual([[kind, `${label} added`, [label, null, digest('a')]]]);
    expect(gist(one(old, next))).toEqual([[kind, `${label} changed`, [label, digest('a'), digest('b')]]]);
    expect(gist(one(next, a))).toEqual([[kind, `${label} removed`, [label, digest('b'), null]]]);
  });
  test('two levels are two lines; what a timeline says of effects is not said twice', () => {
    const both = (letter: string): Clip =>
      seen(
        a,
        [{ digest: digest(letter) }, 'grade'],
        [{ level: 'group', digest: digest(letter) }, 'group grade "Night"'],
      );
    expect(one(both('a'), both('b')).map(({ text }) => text)).toEqual(['grade changed', 'group grade "Night" changed']);
    const zoomed = (letter: string, scale: number): Clip => {
      const still = { x: 0, y: 0 };
      const zoom = {
        type: 'transform',
        position: still,
        scale: { x: scale, y: scale },
        rotation: 0,
        anchor: still,
      } as const;
      return {
        ...seen(a, [{ domain: 'effects', digest: digest(letter) }, 'effects in Resolve']),
        effects: [makeEffect(zoom)],
      };
    };
    expect(one(zoomed('a', 1), zoomed('b', 2)).map(({ text }) => text)).toEqual(['scale 100 % → 200 %']);
  });
  test('a group is one line; the timeline’s own grade is one, and everywhere', () => {
    const grouped = (letter: string): Timeline =>
      timeline([
        storyClips().map((each, at) =>
          at % 4 === 0 ? seen(each, [{ level: 'group', digest: digest(letter) }, 'group grade "Night"']) : each,
        ),
      ]);
    expect(lines(compare(grouped('a'), grouped('b')))).toEqual([
      'V1 m01 m05 m09: group grade "Night" changed on 3 clips | dirty 0-96 384-480 768-864',
    ]);
    const looked = (letter: string): Timeline =>
      withUnmodelled(timeline([storyClips()]), [
        seenThing({ domain: 'grade', level: 'timeline', digest: digest(letter) }, 'timeline grade'),
      ]);
    expect(lines(compare(looked('a'), looked('b')))).toEqual([': timeline grade changed | dirty 0-1152']);
  });
  test('inside of a compound it is told where the compound is used', () => {
    const nest = (letter: string): Composable =>
      makeStack({
        name: 'Scene',
        children: [makeTrack({ children: [seen(a, [{ digest: digest(letter) }, 'grade'])] })],
      });
    expect(one(nest('a'), nest('b')).map(({ text }) => text)).toEqual([
      'changed inside compound "Scene": a: grade changed',
    ]);
  });
});

test('an audio route', () => {
  expect(gist(one(clip('a', 0, 48), noted(clip('a', 0, 48), { soundStream: 2 })))).toEqual([
    ['route', 'audio stream as in the file → 2', ['audio stream', null, 2]],
  ]);
});

test('a transition by type, length and alignment', () => {
  const cut = (transition: Composable): Timeline =>
    timeline([[...storyClips().slice(0, 5), transition, ...storyClips().slice(5)]]);
  const wipe = makeTransition({
    transitionType: 'SMPTE_Wipe',
    inOffset: makeTime(12, fps24),
    outOffset: makeTime(12, fps24),
  });
  const words = (next: Composable): string[] => told(cut(dissolve(12, 12)), cut(next)).changes.map(({ text }) => text);
  expect(words(dissolve(24, 0))).toEqual(['dissolve alignment 12+12 → 24+0']);
  expect(words(dissolve(12, 20))).toEqual(['dissolve 24 → 32 frames']);
  expect(words(wipe)).toEqual(['transition SMPTE_Dissolve → SMPTE_Wipe']);
  const [typed] = told(cut(dissolve(12, 12)), cut(wipe)).changes;
  expect([typed?.old?.name, typed?.new?.name, typed?.values]).toEqual([
    'm05',
    'm05',
    [
      { name: 'length', old: 24, new: 24 },
      { name: 'type', old: 'SMPTE_Dissolve', new: 'SMPTE_Wipe' },
    ],
  ]);
  const marked = { ...dissolve(12, 12), name: 'soft', metadata: jsonFrom({ note: { by: 'me' } }) };
  expect(told(cut(dissolve(12, 12)), cut(marked)).changes.map(({ kind, text }) => [kind, text])).toEqual([
    ['metadata', 'dissolve named soft'],
  ]);
});

test('what a track and the timeline carry is told, by path and value', () => {
  const plain = timeline([[clip('a', 0, 24)]]);
  const steps = [
    { op: 'set', track: 'V1', color: { r: 1 }, metadata: [{ path: 'notes.lab', value: 'x' }] },
    { op: 'set', of: 'stack', color: { r: 1 }, metadata: [{ path: 'deep.key', value: 2 }] },
  ];
  const { changes } = told(plain, planScript(plain, steps).after);
  expect(gist(changes)).toEqual([
    ['metadata', 'timeline metadata changed: deep.key', ['timeline.metadata', [{}, {}], [{}, { deep: { key: 2 } }]]],
    ['metadata', 'timeline colour changed', ['timeline.color', null, { r: 1 }]],
    ['metadata', 'track V1 colour changed', ['color', null, { r: 1 }]],
    ['metadata', 'track V1 metadata changed: notes.lab', ['notes.lab', null, 'x']],
  ]);
});

test('a split and a join say where', () => {
  const whole = timeline([[clip('a', 0, 24), clip('b', 0, 48)]]);
  const cut = planScript(whole, { op: 'slice', track: 'V1', at: 40 }).after;
  expect(gist(told(whole, cut).changes)).toEqual([['split', 'split, no picture change', ['cuts', [], [40]]]]);
  expect(gist(told(cut, whole).changes)).toEqual([['join', 'joined, no picture change', ['cuts', [40], []]]]);
});

test('tracks that came below others, or changed places, are told as tracks: no clip moved', () => {
  const two = timeline([[clip('a', 0, 24), clip('c', 0, 24)], [clip('b', 0, 10)]]);
  const words = (step: { readonly [key: string]: Json }): string[] => {
    const changes = compare(two, planScript(two, step).after);
    return lines(changes);
  };
  expect(words({ op: 'addTrack', track: 'V1', name: 'Under' })).toEqual([
    'V1: track V1 added',
    'V2 a c: track V1 is V2 now',
    'V3 b: track V2 is V3 now',
  ]);
  const [, moved] = compare(two, planScript(two, { op: 'addTrack', track: 'V1' }).after).changes;
  expect([moved?.kind, moved?.values]).toEqual(['track', [{ name: 'track', old: 'V1', new: 'V2' }]]);
  expect(words({ op: 'moveTrack', track: 'V2', place: 0 })).toEqual([
    'V1 b: track V2 is V1 now | dirty 0-10',
    'V2 a c: track V1 is V2 now | dirty 0-10',
  ]);
  expect(words({ op: 'removeTrack', track: 'V1' })).toEqual([
    'V1: track V1 removed',
    'V1 a c: delete of 2 clips (48 frames) | dirty 10-48',
    'V1 b: track V2 is V1 now',
  ]);
});

test('a track that came, went, was switched or renamed', () => {
  const two = timeline([[clip('a', 0, 24)], [gap(4), clip('b', 0, 10)]]);
  const tracks = two.tracks.children.map((child, at) =>
    child.kind === 'Track' && at === 1 ? { ...child, enabled: false, name: 'Titles' } : child,
  );
  const off = { ...two, tracks: { ...two.tracks, children: tracks } };
  expect(told(two, off).changes.map(({ text }) => text)).toEqual([
    'track V2 renamed Video 2 → Titles',
    'track V2 disabled',
  ]);
  expect(told(two, timeline([[clip('a', 0, 24)]])).changes.map(({ text }) => text)).toEqual([
    'track V2 removed',
    'delete (10 frames)',
  ]);
});

test('a deliverable setting', () => {
  const same = timeline([[clip('a', 0, 24)]]);
  const changes = told(same, same, {
    settings: [{ key: 'video.options.crf', old: '20', new: '18', domain: 'video' }],
  });
  expect([changes.summary, ...gist(changes.changes)]).toEqual([
    'video.options.crf 20 → 18',
    ['deliverable', 'video.options.crf 20 → 18', ['video.options.crf', '20', '18']],
  ]);
});

test('an unknown domain is said, and no change is made of it', () => {
  const same = timeline([[clip('a', 0, 24)]]);
  const changes = told(same, same, { unknown: ['colour: no grades at hand'] });
  expect([changes.summary, changes.unknown[0]]).toEqual(['no change', 'colour: no grades at hand']);
});

describe('handles', () => {
  const handed = (start: number, length: number): Composable => clip('a', start, length);
  const words = (old: Composable, next: Composable, frames: number): string[] =>
    one(old, next, { handles: { frames } }).flatMap(({ kind, text }) => (kind === 'extend' ? [text] : []));
  test('within them nothing is told, beyond them by how much', () => {
    expect(words(handed(100, 48), handed(92, 56), 8)).toEqual([]);
    expect(words(handed(100, 48), handed(88, 70), 8)).toEqual([
      'beyond the handles of 8: 4 frames at the head, 2 frames at the tail',
    ]);
  });
  test('slips add up against what was delivered, not against the cut before', () => {
    const delivered = handed(100, 48);
    expect(words(handed(104, 48), handed(109, 48), 8)).toEqual([]);
    expect(words(delivered, handed(109, 48), 8)).toEqual(['beyond the handles of 8: 1 frame at the tail']);
  });
  test('what another use of the file brought along is there; a file that was not delivered is new', () => {
    const twice = timeline([[clip('a', 0, 40), clip('a', 40, 40)]]);
    const longer = timeline([[clip('a', 0, 80), clip('new', 0, 40)]]);
    const kinds = told(twice, longer, { handles: { frames: 0 } }).changes.map(({ kind }) => kind);
    expect(kinds).not.toContain('extend');
  });
  test('linked sound is told with its picture', () => {
    const both = (start: number): Timeline => timeline([[clip('a', start, 48)]], [[clip('a', start, 48)]]);
    const found = told(both(100), both(110), { handles: { frames: 8 } }).changes.filter(
      ({ kind }) => kind === 'extend',
    );
    expect(found.map(({ tracks }) => tracks)).toEqual([['V1', 'A1']]);
  });
});

describe('marks', () => {
  const linked = (offset: number): Timeline =>
    timeline([
      Array.from({ length: 6 }, (_, i) => ({
        ...clip(`m${i}`, 0, 24),
        metadata: jsonFrom({ Resolve_OTIO: { 'Link Group ID': i + offset } }),
      })),
    ]);
  test('that changed alike on many clips are one line', () => {
    const changes = told(linked(1), linked(7));
    expect(changes.changes.map(({ text, clips }) => [text, clips.length])).toEqual([
      ['metadata changed on 6 clips: Resolve_OTIO.Link Group ID', 6],
    ]);
    expect(changes.changes[0]?.others).toHaveLength(1);
  });
  test('on three clips or fewer are told one by one, with their values', () => {
    const few = (offset: number): Timeline => {
      const all = linked(offset);
      const [track] = all.tracks.children;
      if (track?.kind !== 'Track') throw new TypeError('no track');
      return { ...all, tracks: { ...all.tracks, children: [makeTrack({ children: track.children.slice(0, 2) })] } };
    };
    expect(gist(told(few(1), few(7)).changes)).toEqual([
      ['metadata', 'metadata changed: Resolve_OTIO.Link Group ID', ['Resolve_OTIO.Link Group ID', 1, 7]],
      ['metadata', 'metadata changed: Resolve_OTIO.Link Group ID', ['Resolve_OTIO.Link Group ID', 2, 8]],
    ]);
  });
});

test('a slip on an upper track is dirty where its clip shows, not in the gaps around it', () => {
  const above = (start: number): Timeline => timeline([storyClips(), [gap(200), clip('T', start, 60), gap(300)]]);
  expect(lines(compare(above(0), above(5)))).toEqual(['V2 T: slip +5 | dirty 200-260']);
});

test('timelines of two rates: each side’s places are in its own frames, and the rate is told', () => {
  const at = (rate: number): Timeline =>
    timeline([
      [0, 1, 2].map((i) => ({ ...must(storyClips()[i]), sourceRange: makeRange(0, rate * 4, rational(rate)) })),
    ]);
  const changes = diffTimelines({
    old: at(24),
    new: at(25),
    oldProgram: null,
    newProgram: null,
    rate: rational(25),
    oldRate: rational(24),
  });
  expect(changes.sides.old.tracks[0]?.items.map(({ record }) => record.in)).toEqual([0, 96, 192]);
  expect(changes.sides.new.tracks[0]?.items.map(({ record }) => record.in)).toEqual([0, 100, 200]);
  expect(changes.changes.map(({ text }) => text)).toEqual(['timeline.rate 24/1 → 25/1']);
});

test('a title that goes along with a ripple below it is pushed, and its gap is no change; a gap of its own is', () => {
  const clips = storyClips();
  const above = (...before: readonly number[]): Composable[] =>
    before.flatMap((length, i) => [gap(length), clip(`T${i}`, 0, 20)]);
  const old = timeline([clips, above(200, 300, 300)]);
  const inserted = clips.toSpliced(4, 0, clip('NEW', 0, 48));
  expect(lines(compare(old, timeline([inserted, above(200, 348, 300)])))).toEqual([
    'V1 NEW: insert (48 frames) | dirty 384-432',
    'V1+V2: downstream 10 clips shifted +48 | dirty 432-1200',
  ]);
  expect(lines(compare(old, timeline([inserted, above(200, 348, 310)])))).toEqual([
    'V1 NEW: insert (48 frames) | dirty 384-432',
    'V1+V2: 9 clips shifted +48 | dirty 432-1200',
    'V2 T2: gap +10 | dirty 898-918',
    'V2: downstream 1 clip shifted +58 | dirty 898-918',
  ]);
  // Inserted and taken out again: what stands behind both was pushed by neither.
  const both = inserted.filter(({ name }) => name !== 'm09').toSpliced(8, 0, clip('more', 0, 48));
  expect(lines(compare(old, timeline([both, above(200, 348, 252)]))).filter((line) => line.includes('gap'))).toEqual(
    [],
  );
  expect(lines(compare(old, timeline([clips, above(200, 310, 300)])))).toContainEqual(
    expect.stringMatching(/^V2 T1: gap \+10/),
  );
});
