import type { Digest } from '@patchwork/kernel';
import { historyOf, type LedgerChunk, type LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import { patchRenderer } from './record/renderers.ts';
import { readRevision, type HistoryContext, type Revision } from './record/history.ts';

/** Which run made some frames. Frames count from the deliverable's first. */
export interface Blame {
  readonly range: FrameRange;
  /** The run that rendered them, put them in, or found them. */
  readonly entry: LedgerEntry;
}

/** Says of every stretch of a revision which run made it. @throws as {@link readRevision} */
export async function blame(context: HistoryContext, revision: Revision): Promise<readonly Blame[]> {
  const { history, entry } = await readRevision(context, revision);
  return blamed(historyOf(history.ledger, entry));
}

/** A version, and who made each of its chunks. */
interface Made {
  readonly chunks: readonly LedgerChunk[];
  readonly makers: readonly LedgerEntry[];
}

/**
 * As {@link blame}, of an entry and its ancestors, newest first. A chunk is its parent's where that has it; else the entry
 * made it. A run that made nothing (`restore`) has what it brings back from whoever made it last; of a chunk that a patch
 * cut apart, what is left is still that of the film before.
 */
export function blamed(line: readonly LedgerEntry[]): readonly Blame[] {
  const ever = new Map<Digest, LedgerEntry>();
  let before: Made = { chunks: [], makers: [] };
  for (const entry of line.toReversed()) {
    const isPatch = entry.renderer === patchRenderer;
    // A patch moves nothing, and may put in what stands elsewhere already: the same piece twice.
    const namesOf = isPatch ? placedNames : plainNames;
    const oldNames = namesOf(before.chunks);
    const names = namesOf(entry.chunks);
    const known = new Map(oldNames.map((name, i) => [name, before.makers[i]]));
    const rests = isPatch ? restsOf(before, entry.chunks, oldNames, names) : new Map<number, LedgerEntry>();
    const makers = entry.chunks.map(
      ({ key }, i) =>
        known.get(names[i] ?? '') ?? rests.get(i) ?? (entry.counts.rendered === 0 ? ever.get(key) : undefined) ?? entry,
    );
    before = { chunks: entry.chunks, makers };
    before.chunks.forEach(({ key }, i) => ever.set(key, makers[i] ?? entry));
  }
  return stretchesOf(before);
}

function plainNames(chunks: readonly LedgerChunk[]): readonly string[] {
  return chunks.map(({ key }) => key);
}

/** Names chunks by what they are and the frame at which they begin. */
function placedNames(chunks: readonly LedgerChunk[]): readonly string[] {
  let frame = 0;
  return chunks.map(({ key, order }) => {
    const name = `${frame} ${key}`;
    frame += order.length;
    return name;
  });
}

/** Who made what is left of chunks that a patch cut apart, by place in the new list. */
function restsOf(
  before: Made,
  chunks: readonly LedgerChunk[],
  oldNames: readonly string[],
  names: readonly string[],
): ReadonlyMap<number, LedgerEntry> {
  const [known, fresh] = [new Set(oldNames), new Set(names)];
  const at = (list: readonly LedgerChunk[], i: number): LedgerChunk | undefined => list[i];
  const rests = new Map<number, LedgerEntry>();
  const note = (place: number, maker: LedgerEntry | undefined): void => {
    if (maker !== undefined) rests.set(place, maker);
  };
  // A patch replaces one run of chunks: what stands before it and behind it is in both lists.
  const first = names.findIndex((name) => !known.has(name));
  const last = names.findLastIndex((name) => !known.has(name));
  const oldFirst = oldNames.findIndex((name) => !fresh.has(name));
  const oldLast = oldNames.findLastIndex((name) => !fresh.has(name));
  const [head, oldHead] = [at(chunks, first), at(before.chunks, oldFirst)];
  const [tail, oldTail] = [at(chunks, last), at(before.chunks, oldLast)];
  if (isPart(head?.sizes, oldHead?.sizes)) note(first, before.makers[oldFirst]);
  // The first picture of the rest may have become a broken link, which changes its bytes and not its size.
  if (isPart(tail?.sizes.toReversed(), oldTail?.sizes.toReversed())) note(last, before.makers[oldLast]);
  return rests;
}

/** Tells whether a chunk's samples are the first ones of another, and not all of them. */
function isPart(sizes: readonly number[] = [], whole: readonly number[] = []): boolean {
  return sizes.length > 0 && sizes.length < whole.length && sizes.every((size, i) => size === whole[i]);
}

function stretchesOf({ chunks, makers }: Made): readonly Blame[] {
  const stretches: { range: { in: number; out: number }; entry: LedgerEntry }[] = [];
  let frame = 0;
  chunks.forEach(({ order }, i) => {
    const end = frame + order.length;
    const entry = makers[i];
    const last = stretches.at(-1);
    if (entry !== undefined && last?.entry.id === entry.id) last.range.out = end;
    else if (entry !== undefined) stretches.push({ range: { in: frame, out: end }, entry });
    frame = end;
  });
  return stretches;
}
