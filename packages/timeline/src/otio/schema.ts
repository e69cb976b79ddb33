/** What a value of a field is; decides how it is read and written. */
export type FieldType =
  | 'metadata'
  | 'text'
  | 'boolean'
  | 'double'
  | 'integer'
  | 'time'
  | 'range'
  | 'object'
  | 'color'
  | 'policy'
  | 'effects'
  | 'markers'
  | 'composables'
  | 'nodes'
  | 'stack'
  | 'references';

/** A field of an OTIO schema, in the order in which OTIO writes it. */
export interface SchemaField {
  /** As the file says it. */
  readonly key: string;
  /** As the model says it. */
  readonly property: string;
  readonly type: FieldType;
  readonly required: boolean;
}

/** An OTIO schema that the model knows. */
export interface Schema {
  readonly name: string;
  /** The version that is written. */
  readonly version: number;
  /** The highest version that is understood. */
  readonly newest: number;
  readonly fields: readonly SchemaField[];
}

function field(key: string, type: FieldType, required: boolean = false, property: string = camel(key)): SchemaField {
  return { key, property, type, required };
}

function camel(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const named = [field('metadata', 'metadata'), field('name', 'text')];
const item = [
  ...named,
  field('source_range', 'range'),
  field('effects', 'effects'),
  field('markers', 'markers'),
  field('enabled', 'boolean'),
  field('color', 'object'),
];
const composition = [...item, field('children', 'composables', true)];
const effect = [...named, field('effect_name', 'text'), field('enabled', 'boolean')];
const warp = [...effect, field('time_scalar', 'double', true)];
const reference = [...named, field('available_range', 'range'), field('available_image_bounds', 'object')];

function schema(name: string, fields: readonly SchemaField[], version: number = 1, newest: number = version): Schema {
  return { name, version, newest, fields };
}

/** All schemas that the model knows, by name. Marker.2 is written: every OTIO release reads it. */
export const schemas: ReadonlyMap<string, Schema> = new Map(
  [
    schema('Timeline', [...named, field('global_start_time', 'time'), field('tracks', 'stack')]),
    schema('Stack', composition),
    schema('Track', [...composition, field('kind', 'text', false, 'trackKind')]),
    schema(
      'Clip',
      [...item, field('media_references', 'references', true), field('active_media_reference_key', 'text')],
      2,
    ),
    schema('Gap', item),
    schema('Transition', [
      ...named,
      field('in_offset', 'time', true),
      field('out_offset', 'time', true),
      field('transition_type', 'text'),
      field('enabled', 'boolean'),
    ]),
    schema('SerializableCollection', [...named, field('children', 'nodes', true)]),
    schema(
      'Marker',
      [...named, field('color', 'color'), field('marked_range', 'range', true), field('comment', 'text')],
      2,
      3,
    ),
    schema('Effect', effect),
    schema('TimeEffect', effect),
    schema('LinearTimeWarp', warp),
    schema('FreezeFrame', warp),
    schema('MissingReference', reference),
    schema('ExternalReference', [...reference, field('target_url', 'text', true)]),
    schema('GeneratorReference', [...reference, field('generator_kind', 'text'), field('parameters', 'metadata')]),
    schema('ImageSequenceReference', [
      ...reference,
      field('target_url_base', 'text'),
      field('name_prefix', 'text'),
      field('name_suffix', 'text'),
      field('start_frame', 'integer'),
      field('frame_step', 'integer'),
      field('rate', 'double'),
      field('frame_zero_padding', 'integer'),
      field('missing_frame_policy', 'policy'),
    ]),
  ].map((entry) => [entry.name, entry]),
);

/** Older names of schemas. */
export const schemaAliases: ReadonlyMap<string, string> = new Map([
  ['Filler', 'Gap'],
  ['Sequence', 'Track'],
  ['SerializeableCollection', 'SerializableCollection'],
  // The base class alone says no more than that the media is not named.
  ['MediaReference', 'MissingReference'],
]);

/** Older keys of fields: schema, old key, new key. A Clip.1 has one reference, a Marker.1 its range under another key. */
export const keyAliases: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['Clip', new Map([['media_reference', 'media_references']])],
  ['Marker', new Map([['range', 'marked_range']])],
]);
