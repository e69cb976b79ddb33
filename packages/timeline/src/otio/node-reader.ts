import type { PatchworkError } from '@patchwork/kernel';
import type { RationalTime, TimeRange } from '@patchwork/time';
import { isJsonObject, member } from '../json/json-member.ts';
import type { JsonScanner } from '../json/json-scanner.ts';
import { emptyObject, type JsonValue } from '../json-value.ts';
import type { MediaReference, NodeId, Stack, TimelineNode, UnknownNode } from '../model.ts';
import { draftOf, type Draft } from './draft.ts';
import { ReadExtra, type OriginFile } from './origin.ts';
import { keyAliases, schemaAliases, schemas, type FieldType, type Schema, type SchemaField } from './schema.ts';
import { TimeReader } from './time-reader.ts';
import { ValueReader } from './value-reader.ts';

/** Where a node stands: decides which kinds may stand there. */
type Place = 'anywhere' | 'track' | 'effects' | 'markers' | 'media';

/** A schema as a file names it: `Clip.2`. */
interface SchemaName {
  readonly text: string;
  readonly name: string;
  readonly version: number;
}

type KeyTable = ReadonlyMap<string, SchemaField>;

const keyTables: ReadonlyMap<string, KeyTable> = new Map(
  [...schemas.values()].map((schema) => {
    const table = new Map(schema.fields.map((field) => [field.key, field]));
    for (const [old, key] of keyAliases.get(schema.name) ?? []) {
      const field = table.get(key);
      if (field !== undefined) table.set(old, field);
    }
    return [schema.name, table];
  }),
);

const composables: ReadonlySet<string> = new Set(['Clip', 'Gap', 'Transition', 'Track', 'Stack']);
const effects: ReadonlySet<string> = new Set(['Effect', 'TimeEffect', 'LinearTimeWarp', 'FreezeFrame']);
const media: ReadonlySet<string> = new Set([
  'MissingReference',
  'ExternalReference',
  'GeneratorReference',
  'ImageSequenceReference',
]);

/** Copies that references of one file may ask for: a timeline of 20,000 clips mentioned twice, and still a matter of megabytes. */
const mostCopies = 200_000;

/** Reads OTIO objects straight from the text into the model, each with its place remembered. */
export class NodeReader {
  readonly #scanner: JsonScanner;
  readonly #times: TimeReader;
  readonly #values: ValueReader;
  readonly #nextId: () => NodeId;
  readonly #path: (string | number)[] = [];
  /** Objects by `OTIO_REF_ID`; `null` while the object is being read. */
  readonly #byReference = new Map<string, TimelineNode | null>();
  readonly #file: OriginFile;
  #copies = 0;

  constructor(scanner: JsonScanner, nextId: () => NodeId) {
    this.#scanner = scanner;
    this.#nextId = nextId;
    this.#file = { text: scanner.text, hasReferences: false };
    const path = (): string => this.#where();
    this.#times = new TimeReader(scanner, path);
    this.#values = new ValueReader(scanner, path);
  }

  /** Reads the object at the scanner's position. */
  readNode(place: Place): TimelineNode {
    const scanner = this.#scanner;
    if (scanner.peekType() !== 'object') {
      throw this.#error('PW_OTIO_TYPE', `an object should stand here, not a ${scanner.peekType()}`);
    }
    const start = scanner.position;
    const named = this.#readSchemaName();
    if (named.name === 'SerializableObjectRef') return this.#readReference(start);
    const schema = this.#schemaFor(named, place);
    return schema === null ? this.#readUnknown(named, start) : this.#readKnown(schema, named, start);
  }

  #readSchemaName(): SchemaName {
    const scanner = this.#scanner;
    const at = scanner.position;
    const value = scanner.ahead(() => {
      let more = scanner.openObject();
      while (more) {
        if (scanner.readKey() === 'OTIO_SCHEMA') return scanner.readValue();
        scanner.skipValue();
        more = scanner.nextMember();
      }
      return undefined;
    });
    if (value === undefined) {
      throw this.#error(
        'PW_OTIO_MISSING_SCHEMA',
        'the object has no "OTIO_SCHEMA"',
        'Is this an OpenTimelineIO file?',
        at,
      );
    }
    const match = typeof value === 'string' ? /^([^.]+)\.(\d{1,9})$/.exec(value) : null;
    if (match === null || typeof value !== 'string') {
      throw this.#error(
        'PW_OTIO_SCHEMA',
        `${JSON.stringify(value)} is no schema name of the form "Name.1"`,
        undefined,
        at,
      );
    }
    const name = match[1] ?? '';
    return { text: value, name: schemaAliases.get(name) ?? name, version: Number(match[2]) };
  }

  /** The schema to read by; null for one that is not known, or not at this place: it is then kept whole. */
  #schemaFor(named: SchemaName, place: Place): Schema | null {
    const { name } = named;
    const schema = schemas.get(name) ?? null;
    switch (place) {
      case 'anywhere':
        break;
      case 'track':
        if (schema === null || composables.has(name)) break;
        this.#scanner.blame(
          'PW_OTIO_MISPLACED',
          `${this.#where()}: a ${name} cannot stand in a track or stack; it is kept unread`,
          this.#scanner.position,
        );
        return null;
      case 'effects':
        // An effect of a program's own: read by the common fields, its schema name and the rest kept.
        if (schema === null) return schemas.get('Effect') ?? null;
        if (!effects.has(name)) throw this.#error('PW_OTIO_TYPE', `a ${name} is no effect`);
        break;
      case 'markers':
        if (name !== 'Marker') throw this.#error('PW_OTIO_TYPE', `a ${name} is no marker`);
        break;
      case 'media':
        if (schema !== null && !media.has(name)) throw this.#error('PW_OTIO_TYPE', `a ${name} is no media reference`);
        break;
    }
    if (schema === null) {
      this.#scanner.warn(
        'PW_OTIO_UNKNOWN_SCHEMA',
        `${this.#where()}: schema ${named.text} is not known; it is kept whole`,
        this.#scanner.position,
      );
    } else if (named.version > schema.newest || named.version < 1) {
      this.#scanner.warn(
        'PW_OTIO_SCHEMA_VERSION',
        `${this.#where()}: ${named.text} is not known, it is read as ${schema.name}.${schema.newest}`,
        this.#scanner.position,
        'Fields that are new in this version are kept and written back.',
      );
    }
    return schema;
  }

  #readKnown(schema: Schema, named: SchemaName, start: number): TimelineNode {
    const draft = draftOf(schema.name, this.#nextId());
    const table = keyTables.get(schema.name);
    const seen = new Set<string>();
    const extra: [string, JsonValue][] = [];
    const isForeign = named.name !== schema.name;
    // A name or version that the writer would not choose by itself travels as an extra field.
    if (isForeign || named.version > schema.newest || named.version < 1) extra.push(['OTIO_SCHEMA', named.text]);
    if (isForeign) draft['schemaName'] = named.name;
    const reference = this.#readMembers((key, at) => {
      const field = table?.get(key);
      if (seen.has(field?.key ?? key)) return this.#dropDuplicate(key, at);
      seen.add(field?.key ?? key);
      if (field === undefined) extra.push([key, this.#scanner.readValue()]);
      else this.#readField(draft, field, key);
    });
    this.#checkRequired(schema, seen, start);
    return this.#finish(draft, extra, start, reference);
  }

  #readUnknown(named: SchemaName, start: number): UnknownNode {
    const draft: Draft = {
      kind: 'Unknown',
      id: this.#nextId(),
      name: '',
      metadata: emptyObject,
      extra: emptyObject,
      schemaName: named.name,
      schemaVersion: named.version,
    };
    const extra: [string, JsonValue][] = [];
    const reference = this.#readMembers((key) => {
      const value = this.#scanner.readValue();
      if (key === 'name' && typeof value === 'string') draft['name'] = value;
      else if (key === 'metadata' && isJsonObject(value)) draft['metadata'] = value;
      else extra.push([key, value]);
    });
    return this.#finish(draft, extra, start, reference) as UnknownNode;
  }

  /** Walks over the members, the schema left out; returns the object's `OTIO_REF_ID`, null for none. */
  #readMembers(read: (key: string, at: number) => void): string | null {
    const scanner = this.#scanner;
    let reference: string | null = null;
    let more = scanner.openObject();
    while (more) {
      const at = scanner.position;
      const key = scanner.readKey();
      if (key === 'OTIO_SCHEMA') {
        scanner.skipValue();
      } else if (key === 'OTIO_REF_ID') {
        reference = this.#values.text(key, '');
        // A part copied alone might repeat the name that another part refers to.
        this.#file.hasReferences = true;
        this.#byReference.set(reference, null);
      } else {
        this.#path.push(key);
        read(key, at);
        this.#path.pop();
      }
      more = scanner.nextMember();
    }
    return reference;
  }

  #finish(draft: Draft, extra: [string, JsonValue][], start: number, reference: string | null): TimelineNode {
    const readExtra = new ReadExtra(extra.length === 0 ? noEntries : extra);
    draft['extra'] = readExtra;
    if (draft['kind'] === 'Timeline' && draft['tracks'] === null) {
      draft['tracks'] = { ...draftOf('Stack', this.#nextId()), name: 'tracks' };
    }
    const node = draft as unknown as TimelineNode;
    ReadExtra.remember(readExtra, { file: this.#file, start, end: this.#scanner.position, node });
    if (reference !== null) this.#byReference.set(reference, node);
    return node;
  }

  /** Another mention of an object that the file holds once: a copy of its own, since one node has one place. */
  #readReference(start: number): TimelineNode {
    const id = member(this.#scanner.readObject(), 'id');
    const original = typeof id === 'string' ? this.#byReference.get(id) : undefined;
    if (typeof id !== 'string' || original === undefined) {
      throw this.#error(
        'PW_OTIO_REFERENCE',
        `no object ${JSON.stringify(id ?? null)} stands before this reference to it`,
        undefined,
        start,
      );
    }
    if (original === null) {
      throw this.#error(
        'PW_OTIO_CYCLE',
        `the object ${JSON.stringify(id)} contains itself`,
        'Remove the cycle in the program that wrote the file.',
        start,
      );
    }
    this.#file.hasReferences = true;
    return this.#copyOf(original, start);
  }

  /** References to objects of references multiply: thirty lines can stand for a billion objects. */
  #copyOf<T>(value: T, at: number): T {
    if (Array.isArray(value)) return value.map((item: unknown) => this.#copyOf(item, at)) as T;
    if (typeof value !== 'object' || value === null || !('kind' in value)) return value;
    this.#copies += 1;
    if (this.#copies > mostCopies) {
      throw this.#error(
        'PW_OTIO_REFERENCE',
        `references make more than ${mostCopies} objects of this file`,
        'Write the file without references.',
        at,
      );
    }
    const copy = Object.entries(value).map(([key, field]) => [
      key,
      key === 'id' ? this.#nextId() : this.#copyOf(field, at),
    ]);
    return Object.fromEntries(copy) as T;
  }

  #readField(draft: Draft, field: SchemaField, key: string): void {
    const value = this.#readByType(field.type, key);
    // Null where a value is needed: the default stays, as OTIO reads it.
    if (value !== null || field.type === 'range' || field.type === 'time' || field.type === 'object') {
      draft[field.property] = value ?? (field.required ? draft[field.property] : null);
    } else if (field.type === 'color') {
      draft[field.property] = null;
    }
  }

  #readByType(type: FieldType, key: string): unknown {
    switch (type) {
      case 'metadata':
      case 'object':
        return this.#values.object(key);
      case 'text':
        return this.#values.text(key, null);
      case 'boolean':
        return this.#values.boolean(key);
      case 'double':
      case 'integer':
        return this.#values.number(key);
      case 'time':
        return this.#times.readTime() satisfies RationalTime | null;
      case 'range':
        return this.#times.readRange() satisfies TimeRange | null;
      case 'color':
        return this.#scanner.peekType() === 'string' ? this.#scanner.readString() : this.#values.object(key);
      case 'policy':
        return this.#values.policy(key);
      case 'effects':
        return this.#list(key, 'effects');
      case 'markers':
        return this.#list(key, 'markers');
      case 'composables':
        return this.#list(key, 'track');
      case 'nodes':
        return this.#list(key, 'anywhere');
      case 'stack':
        return this.#stack();
      case 'references':
        return this.#references(key);
    }
  }

  #list(key: string, place: Place): TimelineNode[] | null {
    const scanner = this.#scanner;
    if (scanner.peekType() === 'null') return scanner.readNull();
    if (scanner.peekType() !== 'array') throw this.#values.wrongType(key, 'a list');
    const nodes: TimelineNode[] = [];
    let more = scanner.openArray();
    while (more) {
      this.#path.push(nodes.length);
      nodes.push(this.readNode(place));
      this.#path.pop();
      more = scanner.nextItem();
    }
    return nodes;
  }

  #stack(): Stack | null {
    const scanner = this.#scanner;
    if (scanner.peekType() === 'null') return scanner.readNull();
    const node = this.readNode('anywhere');
    if (node.kind !== 'Stack') throw this.#error('PW_OTIO_TYPE', `a timeline's tracks are a Stack, not a ${node.kind}`);
    return node;
  }

  /** `media_references` of a Clip.2, `media_reference` of a Clip.1. */
  #references(key: string): (readonly [string, MediaReference])[] {
    const scanner = this.#scanner;
    if (key === 'media_reference') return [['DEFAULT_MEDIA', this.#reference()]];
    if (scanner.peekType() !== 'object') throw this.#values.wrongType(key, 'an object of media references');
    const references: [string, MediaReference][] = [];
    let more = scanner.openObject();
    while (more) {
      const at = scanner.position;
      const name = scanner.readKey();
      this.#path.push(name);
      if (references.some((entry) => entry[0] === name)) this.#dropDuplicate(name, at);
      else references.push([name, this.#reference()]);
      this.#path.pop();
      more = scanner.nextMember();
    }
    return references;
  }

  #reference(): MediaReference {
    const scanner = this.#scanner;
    if (scanner.peekType() !== 'null') return this.readNode('media') as MediaReference;
    scanner.readNull();
    return draftOf('MissingReference', this.#nextId()) as unknown as MediaReference;
  }

  #dropDuplicate(key: string, at: number): void {
    this.#scanner.warnDuplicate(key, at);
    this.#scanner.skipValue();
  }

  #checkRequired(schema: Schema, seen: ReadonlySet<string>, start: number): void {
    for (const field of schema.fields) {
      if (!field.required || seen.has(field.key)) continue;
      throw this.#error('PW_OTIO_MISSING_FIELD', `a ${schema.name} needs "${field.key}"`, undefined, start);
    }
  }

  #error(code: string, message: string, hint?: string, offset: number = this.#scanner.position): PatchworkError {
    return this.#scanner.error(code, `${this.#where()}: ${message}`, offset, hint);
  }

  /** `tracks.children[0].children[3]`; `the root` at the top. */
  #where(): string {
    const path = this.#path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return path === '' ? 'the root' : path.replace(/^\./, '');
  }
}

const noEntries: readonly (readonly [string, JsonValue])[] = [];
