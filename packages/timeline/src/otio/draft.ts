import { zero, one, type RationalTime, type TimeRange } from '@patchwork/time';
import { emptyObject } from '../json-value.ts';

/** A node under construction: all fields of its schema, at their defaults at first. */
export interface Draft {
  [property: string]: unknown;
}

const noTime: RationalTime = { value: zero, rate: one };
const noRange: TimeRange = { start: noTime, duration: noTime };

const itemFields = { sourceRange: null, effects: [], markers: [], enabled: true, color: null };
const referenceFields = { availableRange: null, availableImageBounds: null };
const compositionFields = { ...itemFields, children: [] };

const effectDefaults = { effectName: '', enabled: true };
const markerDefaults = { markedRange: noRange, color: 'GREEN', comment: '' };

/** Defaults of each schema's fields, as OTIO has them. */
const defaults: ReadonlyMap<string, { readonly kind: string; readonly [property: string]: unknown }> = new Map(
  Object.entries({
    Timeline: { kind: 'Timeline', globalStartTime: null, tracks: null },
    Stack: { kind: 'Stack', ...compositionFields },
    Track: { kind: 'Track', ...compositionFields, trackKind: 'Video' },
    Clip: { kind: 'Clip', ...itemFields, mediaReferences: [], activeMediaReferenceKey: 'DEFAULT_MEDIA' },
    Gap: { kind: 'Gap', ...itemFields },
    Transition: { kind: 'Transition', transitionType: '', inOffset: noTime, outOffset: noTime, enabled: true },
    SerializableCollection: { kind: 'SerializableCollection', children: [] },
    Marker: { kind: 'Marker', ...markerDefaults },
    Effect: { kind: 'Effect', schemaName: 'Effect', ...effectDefaults, timeScalar: null },
    TimeEffect: { kind: 'Effect', schemaName: 'TimeEffect', ...effectDefaults, timeScalar: null },
    LinearTimeWarp: { kind: 'Effect', schemaName: 'LinearTimeWarp', ...effectDefaults, timeScalar: 1 },
    FreezeFrame: { kind: 'Effect', schemaName: 'FreezeFrame', ...effectDefaults, timeScalar: 0 },
    MissingReference: { kind: 'MissingReference', ...referenceFields },
    ExternalReference: { kind: 'ExternalReference', ...referenceFields, targetUrl: '' },
    GeneratorReference: { kind: 'GeneratorReference', ...referenceFields, generatorKind: '', parameters: emptyObject },
    ImageSequenceReference: {
      kind: 'ImageSequenceReference',
      ...referenceFields,
      targetUrlBase: '',
      namePrefix: '',
      nameSuffix: '',
      startFrame: 1,
      frameStep: 1,
      rate: 1,
      frameZeroPadding: 0,
      missingFramePolicy: 'error',
    },
  }),
);

/** Begins a node of a known schema. @throws TypeError for a schema that is none. */
export function draftOf(schemaName: string, id: string): Draft {
  const fields = defaults.get(schemaName);
  if (fields === undefined) throw new TypeError(`draftOf: ${schemaName} is no known schema`);
  return { id, name: '', metadata: emptyObject, extra: emptyObject, ...fields };
}
