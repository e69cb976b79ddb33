import type { Digest } from '@patchwork/kernel';
import type { PackIndex } from './pack-index.ts';

/** A record of a pack's index. */
export interface PackRecord {
  readonly pack: PackIndex;
  readonly record: number;
}

/** The key that is looked for, as bytes. One for all, as no search is interrupted: 200,000 buffers less. */
const wanted = Buffer.alloc(32);

/** One key with two digests. */
export interface Clash {
  readonly key: Digest;
  /** Of the bytes that came first, and stay. */
  readonly kept: Digest;
  readonly refused: Digest;
}

/**
 * All indexes in memory, and a hash table from key to record. Open addressing over the keys' first four bytes (they are
 * SHA-256 already): 200,000 chunks cost 4 MB and no string. A key may stand in several packs.
 */
export class PackShelf {
  readonly #packs: (PackIndex | null)[] = [];
  readonly #numbers = new Map<Digest, number>();
  /** Two numbers a slot: the pack's number + 1 (0: free), the record. */
  #slots = new Uint32Array(2 << 10);
  #used = 0;

  /** Ids of all packs. */
  get ids(): readonly Digest[] {
    return [...this.#numbers.keys()];
  }

  get packs(): readonly PackIndex[] {
    return this.#packs.filter((pack) => pack !== null);
  }

  pack(id: Digest): PackIndex | null {
    const number = this.#numbers.get(id);
    return number === undefined ? null : (this.#packs[number] ?? null);
  }

  /** Puts a pack on the shelf, unless it is there. Tells its keys that stand here with other bytes already. */
  add(pack: PackIndex): readonly Clash[] {
    if (this.#numbers.has(pack.id)) return [];
    const clashes: Clash[] = [];
    this.#reserve(pack.count);
    const number = this.#packs.push(pack) - 1;
    this.#numbers.set(pack.id, number);
    for (let record = 0; record < pack.count; record += 1) this.#insert(number, pack, record, clashes);
    return clashes;
  }

  /** Takes a pack off; its slots stay and are skipped. */
  drop(id: Digest): void {
    const number = this.#numbers.get(id);
    if (number === undefined) return;
    this.#numbers.delete(id);
    this.#packs[number] = null;
  }

  /** The first record of a key, or null. */
  first(key: Digest): PackRecord | null {
    wanted.write(key, 'hex');
    const slot = this.#next(wanted.readUInt32BE(0));
    return slot === -1 ? null : this.#recordAt(slot);
  }

  /** All records of a key, in the order the packs came. */
  find(key: Digest): readonly PackRecord[] {
    wanted.write(key, 'hex');
    const records: PackRecord[] = [];
    for (let slot = this.#next(wanted.readUInt32BE(0)); slot !== -1; slot = this.#next(slot + 1)) {
      records.push(this.#recordAt(slot));
    }
    return records;
  }

  /** The next slot, from this one on, that holds the wanted key in a pack that is there; -1 for none. */
  #next(from: number): number {
    const mask = this.#slots.length / 2 - 1;
    for (let slot = from & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[2 * slot] ?? 0;
      if (number === 0) return -1;
      const pack = this.#packs[number - 1] ?? null;
      if (pack?.hasKeyAt(this.#slots[2 * slot + 1] ?? 0, wanted) === true) return slot;
    }
  }

  #recordAt(slot: number): PackRecord {
    const pack = this.#packs[(this.#slots[2 * slot] ?? 0) - 1] ?? null;
    if (pack === null) throw new TypeError(`pack shelf: slot ${slot} is empty`);
    return { pack, record: this.#slots[2 * slot + 1] ?? 0 };
  }

  #insert(number: number, pack: PackIndex, record: number, clashes: Clash[] | null): void {
    const mask = this.#slots.length / 2 - 1;
    const prefix = pack.prefixAt(record);
    let slot = prefix & mask;
    for (; this.#slots[2 * slot] !== 0; slot = (slot + 1) & mask) {
      if (clashes === null) continue;
      const other = this.#packs[(this.#slots[2 * slot] ?? 0) - 1] ?? null;
      const at = this.#slots[2 * slot + 1] ?? 0;
      if (other?.prefixAt(at) !== prefix || other.keyAt(at) !== pack.keyAt(record)) continue;
      const [kept, refused] = [other.digestAt(at), pack.digestAt(record)];
      if (kept !== refused) clashes.push({ key: pack.keyAt(record), kept, refused });
    }
    this.#slots[2 * slot] = number + 1;
    this.#slots[2 * slot + 1] = record;
    this.#used += 1;
  }

  /** Keeps the table at most half full, which keeps the runs short. */
  #reserve(more: number): void {
    let slots = this.#slots.length / 2;
    if ((this.#used + more) * 2 <= slots) return;
    while ((this.#used + more) * 2 > slots) slots *= 2;
    this.#slots = new Uint32Array(2 * slots);
    this.#used = 0;
    this.#packs.forEach((pack, number) => {
      for (let record = 0; pack !== null && record < pack.count; record += 1) this.#insert(number, pack, record, null);
    });
  }
}
