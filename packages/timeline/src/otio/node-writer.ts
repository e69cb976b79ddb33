import { rateFromNumber, toNumber, type Rational, type RationalTime, type TimeRange } from '@patchwork/time';
import { rationalFromDecimal } from '../json/decimal.ts';
import { formatDouble } from '../json/double.ts';
import { isJsonNumber, isJsonObject, member } from '../json/json-member.ts';
import { defaultJsonLimits } from '../json/json-limits.ts';
import { JsonScanner } from '../json/json-scanner.ts';
import { bracket, type JsonStyle } from '../json/json-style.ts';
import { quoted, sortedByKey, writeJson, type JsonSpelling } from '../json/json-writer.ts';
import type { JsonObject, JsonValue } from '../json-value.ts';
import type { MediaReference, TimelineNode } from '../model.ts';
import { sameValue } from './node-equality.ts';
import { ReadExtra, type Origin } from './origin.ts';
import { keyAliases, schemas, type Schema, type SchemaField } from './schema.ts';

/** How the times of a field were spelled, for a changed one to follow. */
interface TimeSpelling {
  /** Spellings of rates that occurred. */
  readonly rates: readonly string[];
  /** Whether whole values were written without a point. */
  readonly wholeValues: boolean;
}

/** A stretch of a file. */
interface Place {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const listTypes: ReadonlySet<string> = new Set(['effects', 'markers', 'composables', 'nodes']);

const canonicalTimes: TimeSpelling = { rates: [], wholeValues: false };

interface Fields {
  readonly [property: string]: unknown;
}

/** Writes nodes: as they were read where nothing changed (`asRead`), or all in OTIO's own form (`canonical`). */
export class NodeWriter {
  readonly #spelling: JsonSpelling;
  readonly #style: JsonStyle;

  constructor(spelling: JsonSpelling, style: JsonStyle) {
    this.#spelling = spelling;
    this.#style = style;
  }

  /** Writes a node that stands `depth` levels deep. */
  writeNode(node: TimelineNode, depth: number): string {
    const origin = this.#spelling === 'asRead' ? ReadExtra.originOf(node.extra) : null;
    if (origin === null || origin.file.hasReferences) return this.#writeFresh(node, depth);
    if (sameValue(node, origin.node)) return origin.file.text.slice(origin.start, origin.end);
    return this.#writePatched(node, origin, depth);
  }

  #writeFresh(node: TimelineNode, depth: number): string {
    const schema = schemaOf(node);
    const named = member(node.extra, 'OTIO_SCHEMA');
    const extra = node.extra.entries.filter((entry) => entry[0] !== 'OTIO_SCHEMA');
    const name = typeof named === 'string' ? named : schemaText(node, schema);
    const written: [string, string][] = [];
    if (schema !== null) {
      for (const field of schema.fields) {
        const value = (node as unknown as Fields)[field.property];
        // A foreign effect gets no field that its program did not write.
        if (named !== undefined && node.kind === 'Effect' && isDefaultOfEffect(field, value)) continue;
        written.push([field.key, this.#writeField(field, value, depth + 1, canonicalTimes)]);
      }
    }
    const unknown = node.kind === 'Unknown' ? withNameAndMetadata(node, extra) : extra;
    const ordered = this.#spelling === 'canonical' ? sortedByKey(unknown) : unknown;
    const members = [
      ['OTIO_SCHEMA', quoted(name)] as const,
      ...ordered.map(([key, value]) => [key, writeJson(value, this.#spelling, this.#style, depth + 1)] as const),
      ...written,
    ];
    return bracket(
      '{',
      members.map(([key, text]) => quoted(key) + this.#style.colon + text),
      '}',
      this.#style,
      depth,
    );
  }

  /** The node's own text with the values of the changed fields replaced, all else left as it is. */
  #writePatched(node: TimelineNode, origin: Origin, depth: number): string {
    const { text } = origin.file;
    const schema = schemaOf(node);
    const was = origin.node as unknown as Fields;
    const is = node as unknown as Fields;
    const changed = new Map(
      fieldsOf(schema)
        .filter((field) => !sameValue(is[field.property], was[field.property]))
        .map((field) => [field.key, field]),
    );
    if (schemaOf(origin.node) !== schema || this.#needsNewVersion(schema, origin, changed))
      return this.#writeFresh(node, depth);
    const scanner = new JsonScanner(text, 'otio', defaultJsonLimits);
    scanner.position = origin.start;
    let out = '';
    let done = origin.start;
    let lastEnd = -1;
    let more = scanner.openObject();
    while (more) {
      const key = scanner.readKey();
      scanner.peek();
      const from = scanner.position;
      const field = changed.get(key);
      if (field === undefined) {
        scanner.skipValue();
      } else {
        changed.delete(key);
        const isTime = field.type === 'time' || field.type === 'range';
        const spelling = isTime ? timeSpelling(scanner.readValue()) : canonicalTimes;
        if (!isTime) scanner.skipValue();
        const list = this.#writePatchedList(field, was, is, { text, start: from, end: scanner.position }, depth + 1);
        out += text.slice(done, from) + (list ?? this.#writeField(field, is[field.property], depth + 1, spelling));
        done = scanner.position;
      }
      lastEnd = scanner.position;
      more = scanner.nextMember();
    }
    const added = [...changed.values()].map(
      (field) =>
        this.#separator(depth) +
        quoted(field.key) +
        this.#style.colon +
        this.#writeField(field, is[field.property], depth + 1, canonicalTimes),
    );
    return `${out}${text.slice(done, lastEnd)}${added.join('')}${text.slice(lastEnd, origin.end)}`;
  }

  /** A list of nodes with the white space that stood between those that still follow one another; null for other fields. */
  #writePatchedList(field: SchemaField, was: Fields, is: Fields, place: Place, depth: number): string | null {
    if (!listTypes.has(field.type)) return null;
    const nodes = is[field.property] as readonly TimelineNode[];
    const spans = (was[field.property] as readonly TimelineNode[]).map((node) => ReadExtra.originOf(node.extra));
    const numbers = new Map(spans.map((span, number) => [span?.start, number]));
    const oldNumber = (node: TimelineNode | undefined): number => {
      const origin = node === undefined ? null : ReadExtra.originOf(node.extra);
      return origin?.file.text === place.text ? (numbers.get(origin.start) ?? -2) : -2;
    };
    const [head, last] = [spans[0], spans.at(-1)];
    if (
      nodes.length === 0 ||
      spans.includes(null) ||
      head === undefined ||
      head === null ||
      last === undefined ||
      last === null
    )
      return null;
    const style = this.#style;
    const line = (level: number): string => style.endOfLine + style.indent.repeat(level);
    let out = oldNumber(nodes[0]) === 0 ? place.text.slice(place.start, head.start) : `[${line(depth + 1)}`;
    nodes.forEach((node, at) => {
      if (at > 0) {
        const [before, now] = [oldNumber(nodes[at - 1]), oldNumber(node)];
        const [left, right] = [spans[before], spans[now]];
        const isKept =
          now === before + 1 && left !== undefined && left !== null && right !== undefined && right !== null;
        out += isKept
          ? place.text.slice(left.end, right.start)
          : style.endOfLine === ''
            ? style.comma
            : `,${line(depth + 1)}`;
      }
      out += this.writeNode(node, depth + 1);
    });
    return (
      out + (oldNumber(nodes.at(-1)) === spans.length - 1 ? place.text.slice(last.end, place.end) : `${line(depth)}]`)
    );
  }

  /** Whether a changed field is one that an older or newer version of the schema says in another way. */
  #needsNewVersion(schema: Schema | null, origin: Origin, changed: ReadonlyMap<string, SchemaField>): boolean {
    if (schema === null) return false;
    const older = [...(keyAliases.get(schema.name)?.values() ?? [])];
    if (![...changed.keys()].some((key) => key === 'color' || older.includes(key))) return false;
    const head = origin.file.text.slice(origin.start, origin.start + 200);
    return !head.includes(`"${schema.name}.${schema.version}"`);
  }

  #separator(depth: number): string {
    const style = this.#style;
    return style.endOfLine === '' ? style.comma : `,${style.endOfLine}${style.indent.repeat(depth + 1)}`;
  }

  #writeField(field: SchemaField, value: unknown, depth: number, times: TimeSpelling): string {
    if (value === null || value === undefined) return 'null';
    switch (field.type) {
      case 'text':
      case 'policy':
        return quoted(value as string);
      case 'boolean':
        return value === true ? 'true' : 'false';
      case 'double':
        return formatDouble(value as number);
      case 'integer':
        return Number.isInteger(value) ? (value as number).toFixed(0) : formatDouble(value as number);
      case 'metadata':
      case 'object':
        return writeJson(value as JsonObject, this.#spelling, this.#style, depth);
      case 'color':
        return writeJson(markerColor(value as string | JsonObject), this.#spelling, this.#style, depth);
      case 'time':
        return this.#writeTime(value as RationalTime, depth, times);
      case 'range':
        return this.#writeRange(value as TimeRange, depth, times);
      case 'stack':
        return this.writeNode(value as TimelineNode, depth);
      case 'effects':
      case 'markers':
      case 'composables':
      case 'nodes':
        return bracket(
          '[',
          (value as readonly TimelineNode[]).map((node) => this.writeNode(node, depth + 1)),
          ']',
          this.#style,
          depth,
        );
      case 'references':
        return this.#writeReferences(value as readonly (readonly [string, MediaReference])[], depth);
    }
  }

  #writeReferences(references: readonly (readonly [string, MediaReference])[], depth: number): string {
    const ordered = this.#spelling === 'canonical' ? sortedByKey(references) : references;
    const members = ordered.map(([key, node]) => quoted(key) + this.#style.colon + this.writeNode(node, depth + 1));
    return bracket('{', members, '}', this.#style, depth);
  }

  #writeTime(time: RationalTime, depth: number, times: TimeSpelling): string {
    const rate =
      times.rates.find((lexeme) => sameValue(rateFromNumber(Number(lexeme)), time.rate)) ??
      formatDouble(toNumber(time.rate));
    const value = times.wholeValues && time.value.den === 1 ? String(time.value.num) : formatExact(time.value);
    return this.#object(
      [
        ['OTIO_SCHEMA', '"RationalTime.1"'],
        ['rate', rate],
        ['value', value],
      ],
      depth,
    );
  }

  #writeRange(range: TimeRange, depth: number, times: TimeSpelling): string {
    const duration = this.#writeTime(range.duration, depth + 1, times);
    const start = this.#writeTime(range.start, depth + 1, times);
    return this.#object(
      [
        ['OTIO_SCHEMA', '"TimeRange.1"'],
        ['duration', duration],
        ['start_time', start],
      ],
      depth,
    );
  }

  #object(members: readonly (readonly [string, string])[], depth: number): string {
    return bracket(
      '{',
      members.map(([key, text]) => `"${key}"${this.#style.colon}${text}`),
      '}',
      this.#style,
      depth,
    );
  }
}

/** The schema by which a node is written; null for a node that is kept whole. */
function schemaOf(node: TimelineNode): Schema | null {
  if (node.kind === 'Unknown') return null;
  const name = node.kind === 'Effect' ? node.schemaName : node.kind;
  return schemas.get(name) ?? schemas.get('Effect') ?? null;
}

function schemaText(node: TimelineNode, schema: Schema | null): string {
  if (node.kind === 'Unknown') return `${node.schemaName}.${node.schemaVersion}`;
  if (node.kind === 'Effect' && schema?.name !== node.schemaName) return `${node.schemaName}.1`;
  return `${schema?.name ?? node.kind}.${schema?.version ?? 1}`;
}

const nodeFields: readonly SchemaField[] = [
  { key: 'metadata', property: 'metadata', type: 'metadata', required: false },
  { key: 'name', property: 'name', type: 'text', required: false },
];

function fieldsOf(schema: Schema | null): readonly SchemaField[] {
  return schema?.fields ?? nodeFields;
}

/** Name and metadata of a node that is kept whole, where they say anything. */
function withNameAndMetadata(
  node: TimelineNode,
  extra: readonly (readonly [string, JsonValue])[],
): (readonly [string, JsonValue])[] {
  const entries: (readonly [string, JsonValue])[] = [...extra];
  if (node.metadata.entries.length > 0) entries.push(['metadata', node.metadata]);
  if (node.name !== '') entries.push(['name', node.name]);
  return entries;
}

function isDefaultOfEffect(field: SchemaField, value: unknown): boolean {
  switch (field.key) {
    case 'name':
    case 'effect_name':
      return value === '';
    case 'enabled':
      return value === true;
    case 'metadata':
      return (value as JsonObject).entries.length === 0;
    default:
      return false;
  }
}

const markerColors: ReadonlySet<string> = new Set(
  'PINK RED ORANGE YELLOW GREEN CYAN BLUE PURPLE MAGENTA BLACK WHITE TRANSPARENT'.split(' '),
);

/** A Marker.2 has a colour's name; of a Marker.3's Color those that OTIO knows are named in capitals, as its own downgrade does. */
function markerColor(color: string | JsonObject): JsonValue {
  if (typeof color === 'string') return color;
  const name = member(color, 'name');
  if (typeof name !== 'string') return null;
  return markerColors.has(name.toUpperCase()) ? name.toUpperCase() : name;
}

function timeSpelling(value: JsonValue): TimeSpelling {
  const rates: string[] = [];
  let wholeValues = false;
  collect(value, (key, lexeme) => {
    if (key === 'rate') rates.push(lexeme);
    if (key === 'value') wholeValues = !/[.eE]/.test(lexeme);
  });
  return { rates, wholeValues };
}

function collect(value: JsonValue, visit: (key: string, lexeme: string) => void): void {
  if (!isJsonObject(value)) return;
  for (const [key, item] of value.entries) {
    if (isJsonNumber(item)) visit(key, item.lexeme);
    else collect(item, visit);
  }
}

/**
 * A double that is read as the fraction it came from. With 15 digits or less a decimal would be taken at its word
 * (`0.0416666666666` is no 1/24): more digits of the same double say that it is a rounded one.
 */
function formatExact(value: Rational): string {
  const double = toNumber(value);
  const text = formatDouble(double);
  if (value.den === 1 || sameValue(rationalFromDecimal(text), value)) return text;
  const longer = double.toPrecision(17);
  return sameValue(rationalFromDecimal(longer), value) ? longer : text;
}
