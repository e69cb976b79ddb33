import type { Json } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import { packRuns, unpackRuns } from '../disk/number-runs.ts';

/** In which order and from where samples decode. Nearly all chunks of a deliverable share a handful. */
interface Shape {
  readonly order: readonly number[];
  readonly sync: readonly boolean[];
}

/**
 * All chunks a ledger ever named, each once; entries refer to them by index, so an entry writes only what is new.
 * Shapes and configurations are kept once each as well. Grows only; earlier indexes never change their meaning.
 */
export class ChunkDictionary {
  readonly #chunks: EncodedChunk[] = [];
  /** By key. Made when first needed: reading a ledger needs none. */
  readonly #indexes = new Map<string, number>();
  /** The rare further chunks of a key, by {@link nameOf}. */
  readonly #otherIndexes = new Map<string, number>();
  #indexed = 0;
  readonly #shapes: Shape[] = [];
  readonly #shapeIndexes = new Map<string, number>();
  readonly #configs: string[] = [];

  get size(): number {
    return this.#chunks.length;
  }

  /** The chunk at an index. @throws TypeError when there is none: indexes are checked where they are read. */
  at(index: number): EncodedChunk {
    const chunk = this.#chunks[index];
    if (chunk === undefined) throw new TypeError(`chunk dictionary: no chunk ${index} of ${this.size}`);
    return chunk;
  }

  /** Gives each chunk its index, and the record of those that are not in yet. Changes nothing: see {@link extend}. */
  plan(chunks: readonly EncodedChunk[]): { readonly indexes: number[]; readonly fresh: Json } {
    const staged = new Map<string, number>();
    const fresh: EncodedChunk[] = [];
    const indexes = chunks.map((chunk) => {
      const known = this.#indexOf(chunk);
      if (known !== undefined) return known;
      const name = nameOf(chunk);
      const again = staged.get(name);
      if (again !== undefined) return again;
      const index = this.size + fresh.length;
      staged.set(name, index);
      fresh.push(chunk);
      return index;
    });
    return { indexes, fresh: this.#pack(fresh) };
  }

  /** Takes in a record that {@link plan} made; false when it is not one, and then nothing has changed. */
  extend(record: Json | undefined): boolean {
    const added = this.#unpack(record);
    if (added === null) return false;
    for (const shape of added.shapes) {
      this.#shapeIndexes.set(shapeName(shape), this.#shapes.length);
      this.#shapes.push(shape);
    }
    this.#configs.push(...added.configs);
    for (const chunk of added.chunks) this.#chunks.push(chunk);
    return true;
  }

  #indexOf(chunk: EncodedChunk): number | undefined {
    for (; this.#indexed < this.#chunks.length; this.#indexed += 1) {
      const known = this.at(this.#indexed);
      if (this.#indexes.has(known.key)) this.#otherIndexes.set(nameOf(known), this.#indexed);
      else this.#indexes.set(known.key, this.#indexed);
    }
    const first = this.#indexes.get(chunk.key);
    if (first === undefined || isSame(this.at(first), chunk)) return first;
    return this.#otherIndexes.get(nameOf(chunk));
  }

  #pack(fresh: readonly EncodedChunk[]): Json {
    const newShapes: Shape[] = [];
    const stagedShapes = new Map<string, number>();
    const newConfigs: string[] = [];
    const shapeOf: number[] = [];
    const configOf: number[] = [];
    for (const chunk of fresh) {
      const name = shapeName(chunk);
      let shape = this.#shapeIndexes.get(name) ?? stagedShapes.get(name);
      if (shape === undefined) {
        shape = this.#shapes.length + newShapes.length;
        stagedShapes.set(name, shape);
        newShapes.push({ order: chunk.order, sync: chunk.sync });
      }
      shapeOf.push(shape);
      let config = this.#configs.indexOf(chunk.config);
      if (config === -1) {
        const staged = newConfigs.indexOf(chunk.config);
        config = this.#configs.length + (staged === -1 ? newConfigs.push(chunk.config) - 1 : staged);
      }
      configOf.push(config);
    }
    return {
      keys: base64FromHex(fresh.map((chunk) => chunk.key)),
      digests: base64FromHex(fresh.map((chunk) => chunk.digest)),
      sizes: packRuns(fresh.flatMap((chunk) => chunk.sizes)),
      shapes: newShapes.map(({ order, sync }) => ({ order, sync: packRuns(sync.map(Number)) })),
      shapeOf: packRuns(shapeOf),
      configs: newConfigs,
      configOf: packRuns(configOf),
    };
  }

  #unpack(record: Json | undefined): { shapes: Shape[]; configs: readonly string[]; chunks: EncodedChunk[] } | null {
    if (!isObject(record)) return null;
    const keys = hexFromBase64(record['keys']);
    const digests = hexFromBase64(record['digests']);
    const sizes = unpackRuns(listOf(record['sizes']));
    const shapeOf = unpackRuns(listOf(record['shapeOf']));
    const configOf = unpackRuns(listOf(record['configOf']));
    const shapes = listOf(record['shapes']).map(shapeFrom);
    const configs = listOf(record['configs']);
    if (keys === null || digests === null || sizes === null || shapeOf === null || configOf === null) return null;
    if (!shapes.every((shape) => shape !== null) || !configs.every((config) => typeof config === 'string')) return null;
    const count = keys.length / 64;
    if (digests.length !== keys.length || shapeOf.length !== count || configOf.length !== count) return null;
    if (sizes.some((size) => size < 0)) return null;
    const allShapes = [...this.#shapes, ...shapes];
    const allConfigs = [...this.#configs, ...configs];
    const chunks: EncodedChunk[] = [];
    let at = 0;
    for (let i = 0; i < count; i += 1) {
      const shape = allShapes[shapeOf[i] ?? -1];
      const config = allConfigs[configOf[i] ?? -1];
      if (shape === undefined || config === undefined) return null;
      chunks.push({
        key: keys.slice(64 * i, 64 * i + 64),
        digest: digests.slice(64 * i, 64 * i + 64),
        sizes: sizes.slice(at, at + shape.order.length),
        order: shape.order,
        sync: shape.sync,
        config,
      });
      at += shape.order.length;
    }
    return at === sizes.length ? { shapes, configs, chunks } : null;
  }
}

/** Chunks with one name are one chunk. */
function nameOf(chunk: EncodedChunk): string {
  return `${chunk.key} ${chunk.digest} ${chunk.sizes.join(' ')} ${shapeName(chunk)} ${chunk.config}`;
}

function isSame(a: EncodedChunk, b: EncodedChunk): boolean {
  return (
    a.digest === b.digest &&
    a.config === b.config &&
    sameList(a.sizes, b.sizes) &&
    sameList(a.order, b.order) &&
    sameList(a.sync, b.sync)
  );
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
}

function shapeName(shape: Shape): string {
  return `${shape.order.join(' ')}/${shape.sync.map(Number).join('')}`;
}

function shapeFrom(value: Json): Shape | null {
  if (!isObject(value)) return null;
  const order = listOf(value['order']);
  const sync = unpackRuns(listOf(value['sync']));
  if (sync === null || order.length === 0 || sync.length !== order.length) return null;
  if (!order.every((place) => typeof place === 'number' && Number.isSafeInteger(place) && place >= 0)) return null;
  return { order: order as readonly number[], sync: sync.map((flag) => flag !== 0) };
}

function base64FromHex(digests: readonly string[]): string {
  return Buffer.from(digests.join(''), 'hex').toString('base64');
}

function hexFromBase64(value: Json | undefined): string | null {
  if (typeof value !== 'string') return null;
  const hex = Buffer.from(value, 'base64').toString('hex');
  return hex.length % 64 === 0 ? hex : null;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [null];
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
