import { rational } from '@patchwork/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeClip, makeMarker, makeRange, makeTimeline, makeTrack } from '../builders.ts';
import type { Clip, Timeline, TimelineNode } from '../model.ts';
import { activeReference } from '../ranges.ts';
import { clipsIn, tracksOf } from '../tracks.ts';
import { otioSamples } from '../testing/samples.ts';
import { randomTimeline, runs } from '../testing/random-track.ts';
import { readOtio } from './read-otio.ts';
import { writeOtio } from './write-otio.ts';

const samples = otioSamples();

/** A clip in a track in a timeline, around a part of the text. */
function file(clip: string): string {
  return `{"OTIO_SCHEMA":"Timeline.1","name":"t","tracks":{"OTIO_SCHEMA":"Stack.1","children":[{"OTIO_SCHEMA":"Track.1","kind":"Video","children":[${clip}]}]}}`;
}

function timelineOf(text: string): Timeline {
  const [timeline] = readOtio(text).timelines;
  if (timeline === undefined) throw new TypeError('no timeline');
  return timeline;
}

function firstClip(root: TimelineNode): Clip {
  const [clip] = clipsIn(root);
  if (clip === undefined) throw new TypeError('no clip');
  return clip;
}

describe('T1: what is read and not changed is written with the same bytes', () => {
  test.each(samples)('T1: %s', (name, text) => {
    const { root, diagnostics } = readOtio(text, { source: name });
    expect(writeOtio(root, { style: 'lossless' })).toBe(text);
    expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  });

  test('T1: spellings that a double or an object would lose', () => {
    const text =
      file(`{"OTIO_SCHEMA":"Clip.2","media_references":{},"metadata":{"n":[24.0,24,1e2,-0,9223372036854775808,NaN,-Infinity,Inf],
      "Key Frames":{"203":1,"3":2,"424":3},"\\u00e9":"\\/","dup":1,"dup":2},"x":  0.1000}`);
    const { root, diagnostics } = readOtio(text);
    expect(writeOtio(root, { style: 'lossless' })).toBe(text);
    expect(writeOtio({ ...root, name: 'u' }, { style: 'lossless' })).toBe(text.replace('"name":"t"', '"name":"u"'));
    expect(diagnostics.map((one) => one.code)).toEqual(['PW_JSON_DUPLICATE_KEY']);
  });
});

describe('T2: a change touches the bytes of what changed and nothing else', () => {
  test.each(samples)('T2: %s with one clip renamed', (_, text) => {
    const { root } = readOtio(text);
    if (root.kind !== 'Timeline') return;
    const [track] = tracksOf(root);
    const at = track?.children.findIndex((child) => child.kind === 'Clip') ?? -1;
    const child = track?.children[at];
    if (track === undefined || child === undefined) return;
    const renamed = { ...track, children: track.children.with(at, { ...child, name: 'RENAMED' }) };
    const children = root.tracks.children.map((one) => (one === track ? renamed : one));
    const written = writeOtio({ ...root, tracks: { ...root.tracks, children } }, { style: 'lossless' });
    const [before, after] = [text.split('\n'), written.split('\n')];
    const differing = before.flatMap((line, index) =>
      line === after[index] ? [] : [[line.trim(), after[index]?.trim()]],
    );
    expect(after).toHaveLength(before.length);
    expect(differing).toEqual([[`"name": ${JSON.stringify(child.name)},`, '"name": "RENAMED",']]);
  });

  test('T2: a changed time keeps the spelling of its rate', () => {
    const text = file(
      `{"OTIO_SCHEMA":"Clip.2","media_references":{},"source_range":{"OTIO_SCHEMA":"TimeRange.1","duration":{"OTIO_SCHEMA":"RationalTime.1","rate":23.976,"value":10},"start_time":{"OTIO_SCHEMA":"RationalTime.1","rate":23.976,"value":0}}}`,
    );
    const timeline = timelineOf(text);
    const clip = firstClip(timeline);
    expect(clip.sourceRange?.start.rate).toEqual({ num: 24000, den: 1001 });
    const changed: Clip = { ...clip, sourceRange: makeRange(5, 10, rational(24000, 1001)) };
    const [track] = tracksOf(timeline);
    if (track === undefined) throw new TypeError('no track');
    const root = { ...timeline, tracks: { ...timeline.tracks, children: [{ ...track, children: [changed] }] } };
    expect(writeOtio(root, { style: 'lossless' })).toBe(text.replace('"value":0', '"value":5'));
  });
});

describe('T3: the canonical writer', () => {
  test.each(samples)('T3: %s: a fixed point, read back the same', (_, text) => {
    const once = writeOtio(readOtio(text).root, { style: 'canonical' });
    const again = readOtio(once);
    expect(writeOtio(again.root, { style: 'canonical' })).toBe(once);
    expect(again.diagnostics).toEqual([]);
  });

  test('T3: made timelines are a fixed point, too', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: true }), (timeline) => {
        const text = writeOtio(timeline, { style: 'canonical' });
        expect(writeOtio(readOtio(text).root, { style: 'canonical' })).toBe(text);
        expect(writeOtio(readOtio(text).root, { style: 'lossless' })).toBe(text);
      }),
      { numRuns: runs(200) },
    );
  });

  test("T4: OTIO's field order, defaults and number spelling", () => {
    const clip = makeClip({
      name: 'c',
      sourceRange: makeRange(0, 24, rational(24000, 1001)),
      markers: [makeMarker({ markedRange: makeRange(1, 1, rational(24)), color: 'RED' })],
    });
    const text = writeOtio(makeTrack({ name: 'V1', children: [clip] }), { style: 'canonical' });
    const keys = [...text.matchAll(/^ {0,12}"(\w+)":/gm)].map((match) => match[1]);
    expect(keys).toEqual([
      'OTIO_SCHEMA',
      'metadata',
      'name',
      'source_range',
      'effects',
      'markers',
      'enabled',
      'color',
      'children',
      'OTIO_SCHEMA',
      'metadata',
      'name',
      'source_range',
      'effects',
      'markers',
      'enabled',
      'color',
      'media_references',
      'active_media_reference_key',
      'kind',
    ]);
    expect(text).toContain('"rate": 23.976023976023978,');
    expect(text).toContain('"OTIO_SCHEMA": "Marker.2"');
    expect(text).toContain('"media_references": {\n');
  });
});

describe('T5: older and newer versions', () => {
  test('T5: Clip.1 becomes a clip with one reference; a null reference is a missing one', () => {
    const clip = firstClip(
      timelineOf(
        file(
          '{"OTIO_SCHEMA":"Clip.1","name":"a","media_reference":{"OTIO_SCHEMA":"ExternalReference.1","target_url":"a.mov"}}',
        ),
      ),
    );
    expect(activeReference(clip)).toMatchObject({
      kind: 'ExternalReference',
      targetUrl: 'a.mov',
      availableRange: null,
    });
    const bare = firstClip(timelineOf(file('{"OTIO_SCHEMA":"Clip.1","name":"a","media_reference":null}')));
    expect(activeReference(bare).kind).toBe('MissingReference');
  });

  test.each([
    ['Marker.1', '"range":R,"color":"RED"', 'RED'],
    ['Marker.2', '"marked_range":R,"color":"RED"', 'RED'],
    [
      'Marker.3',
      '"marked_range":R,"color":{"OTIO_SCHEMA":"Color.1","r":1.0,"g":0.0,"b":0.0,"a":1.0,"name":"Red"}',
      'RED',
    ],
  ])('T5: %s is read; Marker.2 is written', (schema, fields, color) => {
    const range =
      '{"OTIO_SCHEMA":"TimeRange.1","duration":{"OTIO_SCHEMA":"RationalTime.1","rate":24.0,"value":1.0},"start_time":{"OTIO_SCHEMA":"RationalTime.1","rate":24.0,"value":7.0}}';
    const text = file(
      `{"OTIO_SCHEMA":"Clip.2","media_references":{},"markers":[{"OTIO_SCHEMA":"${schema}",${fields.replace('R', range).replace('ANGE', 'R')}}]}`,
    );
    const read = readOtio(text);
    const [marker] = firstClip(read.root).markers;
    expect(marker?.markedRange.start.value.num).toBe(7);
    const again = firstClip(readOtio(writeOtio(read.root, { style: 'canonical' })).root).markers[0];
    expect(again?.color).toBe(color);
    expect(writeOtio(read.root, { style: 'canonical' })).toContain('"OTIO_SCHEMA": "Marker.2"');
    expect(writeOtio(read.root, { style: 'lossless' })).toBe(text);
  });

  test('T5: old names: Filler, Sequence, SerializeableCollection', () => {
    const { root, timelines, diagnostics } = readOtio(
      '{"OTIO_SCHEMA":"SerializeableCollection.1","children":[{"OTIO_SCHEMA":"Timeline.1","tracks":{"OTIO_SCHEMA":"Stack.1","children":[{"OTIO_SCHEMA":"Sequence.1","kind":"Audio","children":[{"OTIO_SCHEMA":"Filler.1"}]}]}}]}',
    );
    expect(root.kind).toBe('SerializableCollection');
    expect(timelines.flatMap(tracksOf).map((track) => [track.trackKind, track.children[0]?.kind])).toEqual([
      ['Audio', 'Gap'],
    ]);
    expect(diagnostics).toEqual([]);
  });

  test('T6: unknown schemas stay in place, whole, wherever they stand', () => {
    const text = file(
      '{"OTIO_SCHEMA":"Clip.2","media_references":{"DEFAULT_MEDIA":{"OTIO_SCHEMA":"Cloud.4","bucket":1}},"effects":[{"OTIO_SCHEMA":"Blur.7","effect_name":"b","radius":2.50}]},{"OTIO_SCHEMA":"Note.3","text":"hi","name":"n"}',
    );
    const { root, diagnostics } = readOtio(text);
    expect(diagnostics.map((one) => one.code)).toEqual(['PW_OTIO_UNKNOWN_SCHEMA', 'PW_OTIO_UNKNOWN_SCHEMA']);
    expect(writeOtio(root, { style: 'lossless' })).toBe(text);
    const canonical = writeOtio(root, { style: 'canonical' });
    for (const kept of ['"Cloud.4"', '"bucket": 1', '"Blur.7"', '"radius": 2.5', '"Note.3"', '"text": "hi"'])
      expect(canonical).toContain(kept);
    expect(writeOtio(readOtio(canonical).root, { style: 'canonical' })).toBe(canonical);
  });

  test('T6: a newer version of a known schema is read as far as it is known and keeps its number', () => {
    const text = file('{"OTIO_SCHEMA":"Clip.9","name":"c","media_references":{},"mood":"blue"}');
    const { root, diagnostics } = readOtio(text);
    expect(diagnostics.map((one) => one.code)).toEqual(['PW_OTIO_SCHEMA_VERSION']);
    expect(writeOtio(root, { style: 'canonical' })).toContain('"OTIO_SCHEMA": "Clip.9"');
  });

  test('T7: a reference to an object gives a copy of its own', () => {
    const text =
      '{"OTIO_SCHEMA":"SerializableCollection.1","children":[{"OTIO_SCHEMA":"Clip.2","OTIO_REF_ID":"Clip-1","name":"a","media_references":{}},{"OTIO_SCHEMA":"SerializableObjectRef.1","id":"Clip-1"}]}';
    const { root } = readOtio(text);
    if (root.kind !== 'SerializableCollection') throw new TypeError('no collection');
    const [first, second] = root.children;
    expect([first?.name, second?.name, first?.id === second?.id]).toEqual(['a', 'a', false]);
    expect(writeOtio(root, { style: 'lossless' })).toBe(text);
    const changed = readOtio(writeOtio({ ...root, name: 'n' }, { style: 'lossless' })).root;
    expect(changed.kind === 'SerializableCollection' && changed.children.map((child) => child.name)).toEqual([
      'a',
      'a',
    ]);
  });

  test('T8: ids are the same for two readings with one prefix, and never else', () => {
    const text = file('{"OTIO_SCHEMA":"Gap.1"}');
    expect(readOtio(text, { idPrefix: 'a' }).root).toEqual(readOtio(text, { idPrefix: 'a' }).root);
    expect(readOtio(text).root.id).not.toBe(readOtio(text).root.id);
  });
});

describe('T9: bad input', () => {
  const clip = (fields: string): string => file(`{"OTIO_SCHEMA":"Clip.2","media_references":{}${fields}}`);
  test.each([
    ['nothing', '', 'PW_JSON_TRUNCATED', '1:1'],
    ['a cut-off file', '{"OTIO_SCHEMA":"Timeline.1",\n "name": "t', 'PW_JSON_TRUNCATED', '2:12'],
    ['a missing comma', '{"OTIO_SCHEMA":"Timeline.1"\n "name":"t"}', 'PW_JSON_SYNTAX', '2:2'],
    ['a trailing comma', '{"OTIO_SCHEMA":"Timeline.1",}', 'PW_JSON_SYNTAX', '1:29'],
    ['two values', '{"OTIO_SCHEMA":"Timeline.1"} {}', 'PW_JSON_SYNTAX', '1:30'],
    ['a number with a leading zero', clip(',"metadata":{"a":012}'), 'PW_JSON_SYNTAX', '012'],
    ['a list', '[]', 'PW_OTIO_TYPE', '1:1'],
    ['no schema', '{"name":"t"}', 'PW_OTIO_MISSING_SCHEMA', '1:1'],
    ['a schema without version', '{"OTIO_SCHEMA":"Timeline"}', 'PW_OTIO_SCHEMA', '1:1'],
    ['a track without children', '{"OTIO_SCHEMA":"Track.1","kind":"Video"}', 'PW_OTIO_MISSING_FIELD', '1:1'],
    [
      'an external reference without target',
      clip(',"media_references":{}').replace(
        '"media_references":{}',
        '"media_references":{"a":{"OTIO_SCHEMA":"ExternalReference.1"}}',
      ),
      'PW_OTIO_MISSING_FIELD',
      null,
    ],
    ['a name of the wrong type', '{"OTIO_SCHEMA":"Timeline.1","name":5}', 'PW_OTIO_TYPE', '1:36'],
    ['a clip as an effect', clip(',"effects":[{"OTIO_SCHEMA":"Clip.2","media_references":{}}]'), 'PW_OTIO_TYPE', null],
    [
      'a reference to nothing',
      '{"OTIO_SCHEMA":"SerializableCollection.1","children":[{"OTIO_SCHEMA":"SerializableObjectRef.1","id":"x"}]}',
      'PW_OTIO_REFERENCE',
      '1:55',
    ],
    [
      'a cycle',
      '{"OTIO_SCHEMA":"SerializableCollection.1","OTIO_REF_ID":"x","children":[{"OTIO_SCHEMA":"SerializableObjectRef.1","id":"x"}]}',
      'PW_OTIO_CYCLE',
      '1:73',
    ],
    ['too deep', `${'['.repeat(600)}`, 'PW_OTIO_TYPE', '1:1'],
    ['metadata too deep', `{"OTIO_SCHEMA":"Timeline.1","metadata":{"a":${'['.repeat(600)}`, 'PW_JSON_TOO_DEEP', null],
  ])('T9: %s', (_, text, code, place) => {
    const failed = ((): unknown => {
      try {
        readOtio(text, { source: 'f.otio' });
        return null;
      } catch (error) {
        return error;
      }
    })();
    expect(failed).toMatchObject({ code });
    if (place !== null)
      expect((failed as { details: unknown }).details).toEqual({ where: `f.otio:${placeIn(text, place)}` });
  });

  test('T9: references that multiply: forty levels of two stand for a billion objects and more', () => {
    const ref = (level: number): string => `{"OTIO_SCHEMA":"SerializableObjectRef.1","id":"s${level}"}`;
    const levels = Array.from(
      { length: 40 },
      (_, level) =>
        `{"OTIO_SCHEMA":"Stack.1","OTIO_REF_ID":"s${level}","children":[${level === 0 ? '' : `${ref(level - 1)},${ref(level - 1)}`}]}`,
    );
    const text = `{"OTIO_SCHEMA":"SerializableCollection.1","children":[${levels.join(',')}]}`;
    expect(() => readOtio(text)).toThrow(
      expect.objectContaining({ code: 'PW_OTIO_REFERENCE', message: expect.stringContaining('200000') as string }),
    );
  });

  test('T9: a text beyond the cap', () => {
    expect(() => readOtio(' '.repeat(100), { limits: { depth: 5, length: 99 } })).toThrow(
      expect.objectContaining({ code: 'PW_JSON_TOO_LARGE' }),
    );
  });

  test('T10: times that are none are unknown, and said to be errors', () => {
    const { root, diagnostics } = readOtio(
      clip(
        ',"source_range":{"OTIO_SCHEMA":"TimeRange.1","duration":{"OTIO_SCHEMA":"RationalTime.1","rate":0,"value":1},"start_time":{"OTIO_SCHEMA":"RationalTime.1","rate":24,"value":NaN}}',
      ),
    );
    expect(firstClip(root).sourceRange).toBeNull();
    expect(diagnostics.map((one) => [one.code, one.severity])).toEqual([
      ['PW_OTIO_TIME', 'error'],
      ['PW_OTIO_TIME', 'error'],
    ]);
  });

  test('T11: cut anywhere, a real file gives a coded error with a place, never anything else', () => {
    const text = writeOtio(
      makeTimeline({
        name: 't',
        tracks: [makeTrack({ children: [makeClip({ name: 'c', sourceRange: makeRange(0, 24, rational(24)) })] })],
      }),
      { style: 'canonical' },
    );
    for (let length = 0; length < text.length; length += 7) {
      expect(() => readOtio(text.slice(0, length))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^PW_(JSON|OTIO)_/) as unknown }),
      );
    }
  });
});

/** `line:column`, or that of a part of the text. */
function placeIn(text: string, place: string): string {
  return /^\d+:\d+$/.test(place) ? place : `1:${text.indexOf(place) + 1}`;
}
