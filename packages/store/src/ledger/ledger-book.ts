import { canonicalJson, type Digest, type Json, type Sha256 } from '@patchwork/kernel';
import type { MediaInfo } from '@patchwork/program';
import { ChunkDictionary } from './chunk-dictionary.ts';
import { byteLength, requireChunk } from '../chunks/encoded-chunk.ts';
import { fileStatFrom, isFields } from '../disk/json-fields.ts';
import { entryRecordFrom, isEntryRecord } from './ledger-check.ts';
import type { LedgerChunk, LedgerEntry, LedgerSound, NewLedgerEntry } from './ledger-entry.ts';
import { ledgerVersion, type EntryRecord, type PlacedRecord, type SoundRecord } from './ledger-record.ts';
import { packRuns, packSequences, unpackRuns, unpackSequences } from '../disk/number-runs.ts';
import { encodeRecord, type RecordLine } from '../disk/record-line.ts';

/** What an entry's writer may give; a whole entry that was read is more than that. */
const entryFields: { readonly [name in keyof Required<NewLedgerEntry>]: true } = {
  parent: true,
  timeMs: true,
  moovDigest: true,
  fileSize: true,
  fileSha256: true,
  profile: true,
  toolchain: true,
  keySchema: true,
  mixed: true,
  timeline: true,
  timelineName: true,
  media: true,
  epochs: true,
  range: true,
  renderer: true,
  counts: true,
  took: true,
  chunks: true,
  sound: true,
};

/** What became of a record given to {@link LedgerBook.apply}. */
export type Applied = 'known' | 'unknown' | 'broken' | 'newer';

/**
 * The state that the records of a ledger add up to. Reading applies a file's records; appending encodes an entry, writes
 * it, and applies the same lines: there is one way into the state.
 */
export class LedgerBook {
  readonly #sha256: Sha256;
  readonly #dictionary = new ChunkDictionary();
  readonly #parts = new Map<Digest, Json>();
  readonly #entries: LedgerEntry[] = [];
  readonly #places = new Map<Digest, number>();
  #unknown = 0;

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /** In the order they were appended. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries.slice();
  }

  /** Records of types this version does not know. */
  get unknown(): number {
    return this.#unknown;
  }

  /** The first line of every ledger. */
  header(): Uint8Array {
    return encodeRecord({ type: 'ledger', version: ledgerVersion }, this.#sha256).bytes;
  }

  /** Takes in one record. After `broken` or `newer` the book is of no use. */
  apply(record: RecordLine): Applied {
    const { value, digest } = record;
    if (!isFields(value)) return 'broken';
    switch (value['type']) {
      case 'ledger':
        if (record.line !== 1 || typeof value['version'] !== 'number') return 'broken';
        return value['version'] > ledgerVersion ? 'newer' : 'known';
      case 'entry':
        return this.#applyEntry(value, digest) ? 'known' : 'broken';
      case 'trust':
        return this.#applyTrust(value) ? 'known' : 'broken';
      default:
        this.#unknown += 1;
        return 'unknown';
    }
  }

  /** Writes an entry as a line, whose digest is the entry's id. Changes nothing. @throws TypeError when it does not hold */
  encode(entry: NewLedgerEntry): { readonly bytes: Uint8Array; readonly digest: Digest } {
    const strange = Object.keys(entry).find((name) => !Object.hasOwn(entryFields, name));
    if (strange !== undefined) throw new TypeError(`appendEntry: entry.${strange} is no field of a new entry`);
    const parts = new Map<Digest, Json>();
    const part = (value: Json): Digest => {
      const digest = this.#partName(value);
      if (!this.#parts.has(digest)) parts.set(digest, value);
      return digest;
    };
    const { timeline, media, chunks, sound, mixed, ...plain } = entry;
    for (const chunk of [...chunks, ...(sound?.pieces ?? [])]) requireChunk(chunk, 'appendEntry: entry');
    // Picture and sound are planned as one list, so that their new chunks get their indexes in one sequence.
    const planned = this.#dictionary.plan([...chunks, ...(sound?.pieces ?? [])]);
    const settings = mixed === undefined ? undefined : { settings: mixed.settings, of: packRuns(mixed.of) };
    const record = {
      ...plain,
      type: 'entry',
      ...(settings === undefined ? {} : { mixed: settings }),
      timeline: { ...timeline, text: part(timeline.text) },
      media: media.map((info) => part(info as unknown as Json)),
      parts: [...parts.values()],
      fresh: planned.fresh,
      picture: placedRecord(chunks, planned.indexes.slice(0, chunks.length)),
      sound: sound === null ? null : soundRecord(sound, planned.indexes.slice(chunks.length)),
    };
    // A file may not hold what its reader would refuse.
    if (!isEntryRecord(record as unknown as Json) || !fitsMixed(settings, chunks.length))
      throw new TypeError('appendEntry: entry does not hold what its type says');
    return encodeRecord(record as unknown as Json, this.#sha256);
  }

  #partName(value: Json): Digest {
    return this.#sha256(canonicalJson(value));
  }

  #applyEntry(value: Json, id: Digest): boolean {
    const record = entryRecordFrom(value);
    if (record === null || !this.#dictionary.extend(record.fresh)) return false;
    for (const part of record.parts) this.#parts.set(this.#partName(part), part);
    const text = this.#parts.get(record.timeline.text);
    const media = record.media.map((part) => this.#parts.get(part));
    if (typeof text !== 'string' || !media.every(isFields)) return false;
    const picture = unpackPlaces(record.picture, this.#dictionary);
    const sound = record.sound === null ? null : unpackPlaces(record.sound, this.#dictionary);
    if (picture === null || (record.sound !== null && sound === null)) return false;
    if (!fitsMixed(record.mixed, picture.indexes.length)) return false;
    this.#places.set(id, this.#entries.length);
    this.#entries.push(entryFrom(id, record, text, media as unknown as readonly MediaInfo[], this.#dictionary));
    return true;
  }

  #applyTrust(value: { readonly [key: string]: Json }): boolean {
    const stat = fileStatFrom(value['stat']);
    const place = typeof value['entry'] === 'string' ? this.#places.get(value['entry']) : undefined;
    const entry = place === undefined ? undefined : this.#entries[place];
    if (stat === null || place === undefined || entry === undefined) return false;
    // Spreading would unpack the chunks: the getters are carried over instead.
    const trusted = Object.defineProperties(
      {},
      { ...Object.getOwnPropertyDescriptors(entry), trust: { value: stat, enumerable: true } },
    );
    this.#entries[place] = trusted as LedgerEntry;
    return true;
  }
}

/** Chunks and sound are unpacked at first use: a long history is read, but one entry of it is used. */
function entryFrom(
  id: Digest,
  record: EntryRecord,
  text: string,
  media: readonly MediaInfo[],
  dictionary: ChunkDictionary,
): LedgerEntry {
  const {
    type: _type,
    parts: _values,
    fresh: _fresh,
    picture,
    sound,
    timeline,
    media: _parts,
    mixed,
    ...plain
  } = record;
  let chunks: readonly LedgerChunk[] | null = null;
  let pieces: readonly LedgerChunk[] | null = null;
  return {
    ...plain,
    // A record may hold fields of any name.
    id,
    ...(mixed === undefined ? {} : { mixed: { settings: mixed.settings, of: unpackRuns(mixed.of) ?? [] } }),
    timeline: { ...timeline, text },
    media,
    get chunks() {
      chunks ??= placedChunks(picture, dictionary);
      return chunks;
    },
    sound:
      sound === null
        ? null
        : {
            key: sound.key,
            digest: sound.digest,
            config: sound.config,
            samplesPerPacket: sound.samplesPerPacket,
            priming: sound.priming,
            samples: sound.samples,
            get pieces() {
              pieces ??= placedChunks(sound, dictionary);
              return pieces;
            },
          },
    trust: null,
  };
}

/** Tells whether every chunk has settings. */
function fitsMixed(mixed: EntryRecord['mixed'], chunks: number): boolean {
  if (mixed === undefined) return true;
  const of = unpackRuns(mixed.of);
  return of !== null && of.length === chunks && of.every((index) => index >= 0 && index < mixed.settings.length);
}

function soundRecord(sound: LedgerSound, indexes: readonly number[]): SoundRecord {
  const { pieces, ...plain } = sound;
  return { ...plain, ...placedRecord(pieces, indexes) };
}

function placedRecord(chunks: readonly LedgerChunk[], indexes: readonly number[]): PlacedRecord {
  let end = 0;
  const gaps = chunks.map((chunk) => {
    const gap = chunk.offset - end;
    end = chunk.offset + byteLength(chunk);
    return gap;
  });
  return { order: packSequences(indexes), gaps: packRuns(gaps) };
}

/** Null when the record does not fit the dictionary. */
function unpackPlaces(
  record: PlacedRecord,
  dictionary: ChunkDictionary,
): { readonly indexes: readonly number[]; readonly gaps: readonly number[] } | null {
  const indexes = unpackSequences(record.order, dictionary.size);
  const gaps = unpackRuns(record.gaps);
  return indexes === null || gaps === null || indexes.length !== gaps.length ? null : { indexes, gaps };
}

function placedChunks(record: PlacedRecord, dictionary: ChunkDictionary): readonly LedgerChunk[] {
  const places = unpackPlaces(record, dictionary);
  if (places === null) throw new TypeError('ledger: a list of chunks that was checked when it was read no longer fits');
  let end = 0;
  return places.indexes.map((index, i) => {
    const chunk = dictionary.at(index);
    const offset = end + (places.gaps[i] ?? 0);
    end = offset + byteLength(chunk);
    return { ...chunk, offset };
  });
}
