import type { Digest } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import { byteLength, type StoredChunk } from './chunks/encoded-chunk.ts';
import type { LedgerChunk, LedgerEntry, LedgerSound } from './ledger/ledger-entry.ts';
import type { Store } from './store.ts';

/*
 * A deliverable is a pack: its ledger entry says where every chunk's bytes stand. Nothing it holds needs to be in the
 * store as well.
 */

/** The picture chunks of a deliverable, in record order, as chunks at hand. Bytes are to be trusted by `trustOf` only. */
export function deliverableChunks(entry: LedgerEntry, path: string): readonly StoredChunk[] {
  return entry.chunks.map((chunk) => ({ ...chunk, path }));
}

/** The same for the sound. Empty without sound. */
export function deliverableSound(entry: LedgerEntry, path: string): readonly StoredChunk[] {
  return (entry.sound?.pieces ?? []).map((piece) => ({ ...piece, path }));
}

/** A chunk of a revision that is nowhere. */
export interface LostChunk {
  readonly key: Digest;
  readonly track: 'picture' | 'sound';
  /** Where it shows first: frames of the deliverable, or samples of its sound. */
  readonly range: FrameRange;
}

/** Where every chunk of a revision can be taken from. */
export interface RestorePlan {
  /** Picture chunks in record order; null where a chunk is nowhere. */
  readonly picture: readonly (StoredChunk | null)[];
  readonly sound: readonly (StoredChunk | null)[];
  /** Each lost chunk once, at its first place. Empty: the revision can be brought back whole. */
  readonly lost: readonly LostChunk[];
}

/**
 * Finds the chunks of a revision: in the deliverable as it is now (`base`), then in the store. Reads nothing; bytes are
 * checked by whoever copies them.
 *
 * @param base the current entry and its file, or null when there is none that can be used.
 */
export function planRestore(
  entry: LedgerEntry,
  base: { readonly entry: LedgerEntry; readonly path: string } | null,
  store: Pick<Store, 'find'>,
): RestorePlan {
  const held = new Map<string, StoredChunk>();
  if (base !== null) {
    for (const chunk of deliverableSound(base.entry, base.path)) held.set(nameOf(chunk), chunk);
    for (const chunk of deliverableChunks(base.entry, base.path)) held.set(nameOf(chunk), chunk);
  }
  const pieces = entry.sound?.pieces ?? [];
  const wanted = [...entry.chunks, ...pieces].filter((chunk) => !held.has(nameOf(chunk)));
  for (const chunk of store.find(new Set(wanted.map(({ key }) => key))).values()) held.set(nameOf(chunk), chunk);
  const picture = locate(entry.chunks, held);
  const sound = locate(pieces, held);
  const lost = [
    ...lostOf(entry.chunks, picture, 'picture', (chunk) => chunk.sizes.length),
    ...lostOf(pieces, sound, 'sound', samplesOf(entry.sound)),
  ];
  return { picture, sound, lost };
}

function locate(
  chunks: readonly LedgerChunk[],
  held: ReadonlyMap<string, StoredChunk>,
): readonly (StoredChunk | null)[] {
  return chunks.map((chunk) => held.get(nameOf(chunk)) ?? null);
}

/** Each lost chunk once, at its first place. `lengthOf`: in the unit of the range. */
function lostOf(
  chunks: readonly LedgerChunk[],
  located: readonly (StoredChunk | null)[],
  track: LostChunk['track'],
  lengthOf: (chunk: LedgerChunk) => number,
): readonly LostChunk[] {
  const lost = new Map<Digest, LostChunk>();
  let at = 0;
  chunks.forEach((chunk, i) => {
    const range = { in: at, out: at + lengthOf(chunk) };
    at = range.out;
    if (located[i] === null && !lost.has(chunk.key)) lost.set(chunk.key, { key: chunk.key, track, range });
  });
  return [...lost.values()];
}

/** How many samples a piece of sound holds: by its packets, or in PCM by its share of the bytes. */
function samplesOf(sound: LedgerSound | null): (piece: LedgerChunk) => number {
  if (sound === null || sound.samplesPerPacket > 1)
    return (piece) => piece.sizes.length * (sound?.samplesPerPacket ?? 1);
  const bytes = sound.pieces.reduce((sum, piece) => sum + byteLength(piece), 0);
  return (piece) => Math.round((byteLength(piece) / bytes) * sound.samples);
}

/** A key alone would let another encoding of the same frames into a file whose digest is known. */
function nameOf(chunk: { readonly key: Digest; readonly digest: Digest }): string {
  return `${chunk.key} ${chunk.digest}`;
}
