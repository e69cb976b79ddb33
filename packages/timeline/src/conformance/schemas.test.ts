import { describe, expect, test } from 'vitest';
import {
  makeClip,
  makeCollection,
  makeExternalReference,
  makeFreezeFrame,
  makeGap,
  makeGeneratorReference,
  makeImageSequenceReference,
  makeMarker,
  makeMissingReference,
  makePlainEffect,
  makeRange,
  makeStack,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  makeTransition,
} from '../builders.ts';
import { jsonFrom, member, plainJson } from '../json/json-member.ts';
import type { Clip, Marker, TimelineNode } from '../model.ts';
import { sameValue } from '../otio/node-equality.ts';
import { readOtio } from '../otio/read-otio.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { activeReference, durationOf, trimmedRange } from '../ranges.ts';
import { at, clip, fps } from '../testing/lane-text.ts';
import { childNodesOf, clipsIn } from '../tracks.ts';

/** What OTIO's tests of its schemas and of its file format say, one check a test of theirs. */
const foo = jsonFrom({ foo: 'bar' });
const range = makeRange(0, 10, fps);
const canonical = (node: TimelineNode): string => writeOtio(node, { style: 'canonical' });
const read = (text: string): TimelineNode => readOtio(text).root;
const plain = (node: TimelineNode): unknown => JSON.parse(canonical(node));

/** A node, written and read again, says the same. */
function survives<T extends TimelineNode>(node: T): T {
  const again = read(canonical(node)) as T;
  expect(canonical(again)).toBe(canonical(node));
  expect({ ...again, id: '', extra: null }).toMatchObject({ kind: node.kind, name: node.name });
  return again;
}

const time = (value: number, rate: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', rate, value });

/** A Marker.1 as a file says it. */
function oldMarker(parts: object): Marker {
  const zero = { OTIO_SCHEMA: 'TimeRange.1', start_time: time(0, 5), duration: time(0, 5) };
  const text = JSON.stringify({ OTIO_SCHEMA: 'Marker.1', metadata: {}, name: null, range: zero, ...parts });
  return read(text) as Marker;
}

/** The colour that a Marker.2 gets from a Marker.3's Color. */
function downgraded(name: string): unknown {
  const range = { OTIO_SCHEMA: 'TimeRange.1', start_time: time(0, 24), duration: time(0, 24) };
  const color = { OTIO_SCHEMA: 'Color.1', r: 0.5, g: 0.5, b: 0.5, a: 1, name };
  const marker = read(JSON.stringify({ OTIO_SCHEMA: 'Marker.3', marked_range: range, color })) as Marker;
  return (plain(marker) as { readonly color: unknown }).color;
}

const unknownText = JSON.stringify({
  OTIO_SCHEMA: 'Clip.1',
  name: 'c',
  media_reference: {
    OTIO_SCHEMA: 'ExternalReference.1',
    target_url: 'a.mov',
    metadata: { stuff: { OTIO_SCHEMA: 'MyOwnDangSchema.3', some_data: 895, howlongami: time(30, 100) } },
  },
});

const checks: { readonly [upstream: string]: () => void } = {
  'GapTester.test_convert_from_filler': () => {
    const text = canonical(makeGap(at(5))).replace('Gap.1', 'Filler.1');
    expect(read(text).kind).toBe('Gap');
  },
  'GapTester.test_not_both_source_range_and_duration': () => expect(makeGap(at(10)).sourceRange).toEqual(range),
  'ItemTests.test_constructor': () => {
    expect(survives(clip('foo', 0, 10))).toMatchObject({ name: 'foo', sourceRange: range });
  },
  'ItemTests.test_duration': () => expect(durationOf(clip('it', 0, 10))).toEqual(at(10)),
  'ItemTests.test_available_range': () => {
    expect(() => trimmedRange(makeClip())).toThrow(expect.objectContaining({ code: 'PW_TIMELINE_RANGE' }));
  },
  'ItemTests.test_metadata': () => expect(member(survives(makeClip({ metadata: foo })).metadata, 'foo')).toBe('bar'),
  'ItemTests.test_add_effect': () => {
    const effects = [makePlainEffect('blur', { metadata: jsonFrom({ amount: '100' }) })];
    expect(survives(makeClip({ effects })).effects).toMatchObject([{ effectName: 'blur', schemaName: 'Effect' }]);
  },
  'ItemTests.test_add_marker': () => {
    const markers = [makeMarker({ name: 'mark', markedRange: range, metadata: foo })];
    expect(survives(makeClip({ markers })).markers).toMatchObject([{ name: 'mark', markedRange: range }]);
  },
  'ItemTests.test_enabled': () => {
    expect([makeClip().enabled, survives(makeClip({ enabled: false })).enabled]).toEqual([true, false]);
  },
  'TimelineTests.test_metadata': () => {
    const timeline = makeTimeline({ tracks: [], metadata: foo, globalStartTime: at(12) });
    expect(survives(timeline)).toMatchObject({ metadata: { entries: [['foo', 'bar']] }, globalStartTime: at(12) });
  },
  'TimelineTests.test_big_integers': () => {
    const numbers = [
      '2147483647',
      '2147483648',
      '3450100000',
      '-2147483648',
      '-3450100000',
      '9223372036854775807',
      '4294967295',
    ];
    const text = `{"OTIO_SCHEMA":"Clip.2","media_references":{},"metadata":{"numbers":[${numbers.join(',')}]}}`;
    expect(writeOtio(read(text), { style: 'lossless' })).toBe(text);
    expect(canonical(read(text)).match(/-?\d{8,}/g)).toEqual(numbers);
  },
  'TimelineTests.test_unicode': () => {
    const metadata = jsonFrom({ utf8: 'Viel glück und hab spaß!' });
    expect(member(survives(makeTimeline({ tracks: [], metadata })).metadata, 'utf8')).toBe('Viel glück und hab spaß!');
  },
  'TimelineTests.test_serialize_timeline': () => {
    const text = canonical(makeTimeline({ tracks: [makeTrack({ children: [makeClip({ name: 'test_clip' })] })] }));
    expect(canonical(read(text))).toBe(text);
  },
  'TimelineTests.test_serialization_of_subclasses': () => {
    const media = makeExternalReference({ targetUrl: '/tmp/foo.mov' });
    const timeline = makeTimeline({
      name: 'Testing',
      tracks: [makeTrack({ children: [makeClip({ name: 'Clip', media })] })],
    });
    expect(Array.from(clipsIn(survives(timeline)), (one) => [one.name, activeReference(one)])).toMatchObject([
      ['Clip', { kind: 'ExternalReference', targetUrl: '/tmp/foo.mov' }],
    ]);
  },
  'TimelineTests.test_tracks_set_null_tracks': () => {
    const timeline = read('{"OTIO_SCHEMA":"Timeline.1","tracks":null}');
    expect(timeline).toMatchObject({ kind: 'Timeline', tracks: { kind: 'Stack', children: [] } });
  },
  'ClipTests.test_cons': () => {
    const media = makeExternalReference({ targetUrl: '/var/tmp/test.mov', availableRange: makeRange(5, 10, fps) });
    const effects = [makeTimeWarp(1.5)];
    const markers = [makeMarker({ name: 'red_marker', markedRange: makeRange(0, 0, fps), color: 'RED' })];
    const made = makeClip({ name: 'test', media, sourceRange: makeRange(5, 5, fps), effects, markers });
    expect(survives(made)).toMatchObject({
      name: 'test',
      sourceRange: makeRange(5, 5, fps),
      effects: [{ schemaName: 'LinearTimeWarp', timeScalar: 1.5 }],
      markers: [{ color: 'RED' }],
    });
  },
  'ClipTests.test_ref_default': () => {
    expect(activeReference(makeClip()).kind).toBe('MissingReference');
    const text = '{"OTIO_SCHEMA":"Clip.1","media_reference":null}';
    expect(activeReference(read(text) as Clip).kind).toBe('MissingReference');
  },
  'ClipTests.test_multi_ref': () => {
    const made: Clip = {
      ...makeClip(),
      mediaReferences: [
        ['DEFAULT_MEDIA', makeExternalReference({ targetUrl: '' })],
        ['high_quality', makeGeneratorReference({ generatorKind: '' })],
        ['proxy_quality', makeImageSequenceReference({ targetUrlBase: '', namePrefix: '', nameSuffix: '', rate: 1 })],
      ],
    };
    const kindUnder = (activeMediaReferenceKey: string): string =>
      activeReference(survives({ ...made, activeMediaReferenceKey })).kind;
    expect([kindUnder('DEFAULT_MEDIA'), kindUnder('high_quality'), kindUnder('proxy_quality')]).toEqual([
      'ExternalReference',
      'GeneratorReference',
      'ImageSequenceReference',
    ]);
    expect(() => kindUnder('cloud')).toThrow(expect.objectContaining({ code: 'PW_TIMELINE_REFERENCE' }));
  },
  test_clip_v1_to_v2: () => {
    const text = '{"OTIO_SCHEMA":"Clip.1","media_reference":{"OTIO_SCHEMA":"MissingReference.1","name":"m"}}';
    expect(plain(read(text))).toMatchObject({
      OTIO_SCHEMA: 'Clip.2',
      media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'MissingReference.1', name: 'm' } },
      active_media_reference_key: 'DEFAULT_MEDIA',
    });
  },
  'MarkerTest.test_cons': () => {
    const made = makeMarker({ name: 'marker_1', markedRange: range, color: 'GREEN', metadata: foo });
    expect(survives(made)).toMatchObject({ name: 'marker_1', markedRange: range, color: 'GREEN', comment: '' });
  },
  'MarkerTest.test_upgrade_from_1': () => {
    expect(oldMarker({}).markedRange).toEqual({
      start: { value: { num: 0, den: 1 }, rate: { num: 5, den: 1 } },
      duration: { value: { num: 0, den: 1 }, rate: { num: 5, den: 1 } },
    });
  },
  'MarkerTest.test_upgrade_from_2': () => {
    expect(['RED', 'Green', 'something unknown'].map((color) => oldMarker({ color }).color)).toEqual([
      'RED',
      'Green',
      'something unknown',
    ]);
  },
  'MarkerTest.test_downgrade_to_2': () => {
    expect(['Red', 'green', 'Blue', 'something unknown'].map(downgraded)).toEqual([
      'RED',
      'GREEN',
      'BLUE',
      'something unknown',
    ]);
  },
  'MarkerTest.test_comment': () => {
    expect(oldMarker({ comment: 'foo bar' }).comment).toBe('foo bar');
    expect(survives(makeMarker({ markedRange: range, comment: 'foo bar2' })).comment).toBe('foo bar2');
  },
  'ImageSequenceReferenceTests.test_create': () => {
    const made = makeImageSequenceReference({
      targetUrlBase: 'file:///show/seq/',
      namePrefix: 'shot.',
      nameSuffix: '.exr',
      startFrame: 1,
      frameStep: 3,
      rate: 24,
      frameZeroPadding: 5,
      missingFramePolicy: 'hold',
      availableRange: range,
      metadata: foo,
    });
    expect(plain(survives(made))).toMatchObject({
      OTIO_SCHEMA: 'ImageSequenceReference.1',
      target_url_base: 'file:///show/seq/',
      name_prefix: 'shot.',
      name_suffix: '.exr',
      start_frame: 1,
      frame_step: 3,
      rate: 24,
      frame_zero_padding: 5,
      missing_frame_policy: 'hold',
    });
  },
  'ImageSequenceReferenceTests.test_deserialize_invalid_enum_value': () => {
    const text = '{"OTIO_SCHEMA":"ImageSequenceReference.1","missing_frame_policy":"BOGUS"}';
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'PW_OTIO_TYPE' }));
  },
  'MediaReferenceTests.test_cons': () => {
    expect([
      makeMissingReference({ availableRange: range }).availableRange,
      makeMissingReference().availableRange,
    ]).toEqual([range, null]);
  },
  'MediaReferenceTests.test_filepath': () => {
    expect(survives(makeExternalReference({ targetUrl: '/var/tmp/foo.mov' })).targetUrl).toBe('/var/tmp/foo.mov');
    survives(makeMissingReference());
  },
  'MediaReferenceTests.test_equality': () => {
    const at = (targetUrl: string): unknown => ({ ...makeExternalReference({ targetUrl }), id: '' });
    expect([
      sameValue(at('foo.mov'), at('foo.mov')),
      sameValue(at('foo.mov'), at('foo2.mov')),
      sameValue(at(''), { ...makeMissingReference(), id: '' }),
    ]).toEqual([true, false, false]);
  },
  'TestTimeRange.test_valid': () => {
    const text = canonical(makeGap(at(48))).replace('"value": 48.0', '"value": -48.0');
    const { root, diagnostics } = readOtio(text);
    expect([diagnostics.map(({ code, severity }) => [code, severity]), canonical(root)]).toEqual([
      [['PW_OTIO_NEGATIVE_DURATION', 'error']],
      text,
    ]);
  },
  'UnknownSchemaTests.test_serialize_deserialize': () => {
    expect(writeOtio(read(unknownText), { style: 'lossless' })).toBe(unknownText);
    expect(canonical(read(canonical(read(unknownText))))).toBe(canonical(read(unknownText)));
  },
  'UnknownSchemaTests.test_unknown_to_dict': () => {
    const stuff = member(activeReference(read(unknownText) as Clip).metadata, 'stuff');
    expect(plainJson(stuff ?? null)).toEqual({
      OTIO_SCHEMA: 'MyOwnDangSchema.3',
      some_data: 895,
      howlongami: time(30, 100),
    });
  },
  'SerializableColTests.test_ctor': () => {
    const made = survives(
      makeCollection({
        name: 'test',
        children: [makeClip({ name: 'testClip' }), makeMissingReference()],
        metadata: foo,
      }),
    );
    expect(made).toMatchObject({ name: 'test', children: [{ name: 'testClip' }, { kind: 'MissingReference' }] });
  },
  'SerializableColTests.test_iterable': () => {
    const inner = makeCollection({ children: [makeClip({ name: 'c' }), makeMissingReference()] });
    expect(Array.from(clipsIn(makeCollection({ children: [inner] })), ({ name }) => name)).toEqual(['c']);
    expect(childNodesOf(inner)).toBe(inner.children);
  },
  'GeneratorRefTests.test_constructor': () => {
    const made = makeGeneratorReference({
      name: 'SMPTEBars',
      generatorKind: 'SMPTEBars',
      availableRange: makeRange(0, 100, fps),
      parameters: jsonFrom({ test_param: 5 }),
      metadata: foo,
      availableImageBounds: { min: { x: 0, y: 0 }, max: { x: 16, y: 9 } },
    });
    expect(plain(survives(made))).toMatchObject({
      generator_kind: 'SMPTEBars',
      parameters: { test_param: 5 },
      available_image_bounds: {
        OTIO_SCHEMA: 'Box2d.1',
        min: { OTIO_SCHEMA: 'V2d.1', x: 0, y: 0 },
        max: { x: 16, y: 9 },
      },
    });
  },
  'ComposableTests.test_serialize': () => {
    const box = {
      OTIO_SCHEMA: 'Box2d.1',
      min: { OTIO_SCHEMA: 'V2d.1', x: 0.1, y: 0.2 },
      max: { OTIO_SCHEMA: 'V2d.1', x: 16, y: 9 },
    };
    const metadata = jsonFrom({ box });
    expect(plainJson(member(survives(makeClip({ metadata })).metadata, 'box') ?? null)).toEqual(box);
  },
  'EffectTest.test_cons': () => {
    const made = { ...makePlainEffect('blur', { name: 'blur it', metadata: foo }), enabled: false };
    expect(survives(made)).toMatchObject({ name: 'blur it', effectName: 'blur', enabled: false });
  },
  'EffectTest.test_eq': () => {
    const make = (): string => canonical(makePlainEffect('blur', { name: 'blur it', metadata: foo }));
    expect(make()).toBe(make());
  },
  'TestLinearTimeWarp.test_cons': () => {
    expect(survives(makeTimeWarp(2.5, { name: 'Foo', metadata: foo }))).toMatchObject({
      effectName: 'LinearTimeWarp',
      name: 'Foo',
      timeScalar: 2.5,
      enabled: true,
    });
  },
  'TestFreezeFrame.test_cons': () => {
    expect(survives(makeFreezeFrame({ name: 'Foo' }))).toMatchObject({ effectName: 'FreezeFrame', timeScalar: 0 });
  },
  'TransitionTests.test_constructor': () => {
    const made = {
      ...makeTransition({
        name: 'AtoB',
        inOffset: at(1),
        outOffset: at(2),
        transitionType: 'SMPTE.Dissolve',
        metadata: foo,
      }),
      enabled: false,
    };
    expect(survives(made)).toMatchObject({
      name: 'AtoB',
      transitionType: 'SMPTE.Dissolve',
      enabled: false,
      inOffset: at(1),
      outOffset: at(2),
    });
  },
  'SerializableObjTest.test_equivalence_symmetry': () => {
    const of = (metadata: Parameters<typeof jsonFrom>[0]): unknown => ({
      ...makeClip(),
      id: '',
      mediaReferences: [],
      metadata: jsonFrom(metadata),
    });
    const [a, b, c] = [of({ key: { a: 0 } }), of({ key: { a: 0 } }), of({ key: { a: 0, sub: 1 } })];
    expect([sameValue(a, b), sameValue(b, a), sameValue(a, c), sameValue(c, a)]).toEqual([true, true, false, false]);
  },
  'SerializableObjTest.test_cycle_detection': () => {
    const text =
      '{"OTIO_SCHEMA":"Stack.1","OTIO_REF_ID":"a","children":[{"OTIO_SCHEMA":"SerializableObjectRef.1","id":"a"}]}';
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'PW_OTIO_CYCLE' }));
  },
  'SerializableObjTest.test_instancing_without_instancing_support': () => {
    const shared = makeClip({ name: 'c' });
    const again = survives(makeStack({ children: [shared, shared] }));
    expect([again.children.length, new Set(again.children.map(({ id }) => id)).size]).toEqual([2, 2]);
  },
  'VersioningTests.test_schema_definition (inverted: a newer version is read as far as it is known)': () => {
    const { root, diagnostics } = readOtio('{"OTIO_SCHEMA":"Gap.7","name":"g","fresh":1}');
    expect([root.kind, root.name, diagnostics.map(({ code }) => code)]).toEqual([
      'Gap',
      'g',
      ['PW_OTIO_SCHEMA_VERSION'],
    ]);
    expect(writeOtio(root, { style: 'canonical' })).toContain('"OTIO_SCHEMA": "Gap.7"');
  },
  'success with default indent': () =>
    expect(canonical(makeGap(at(1)))).toMatch(/^\{\n {4}"OTIO_SCHEMA": "Gap\.1",\n {4}"metadata"/),
};

describe('conformance: schemas', () => {
  test.each(Object.entries(checks))('%s', (_, check) => check());
});
