import type { Digest, FilePort } from '@patchwork/kernel';
import type { Hashing } from '../bytes/hashing.ts';
import { trackDigests } from '../proof/kept-proof.ts';
import type { Movie, SampleColumns, Track } from '../container/movie.ts';
import type { ProofFinding } from '../proof/table-proof.ts';
import type { Recut, RecutTrack } from './recut-model.ts';

/**
 * Says what of a movie, as read back, is not what its recut says: tracks, times, sizes, marks, edits and sample entries, and
 * the bytes of all tracks but the pictures, whose chunks have digests of their own. Empty when all is well.
 *
 * @param digests as `recutDigests` gave them.
 */
export async function recutFindings(
  files: FilePort,
  recut: Recut,
  after: Movie,
  digests: readonly (Digest | null)[],
  hashing: Hashing,
): Promise<readonly ProofFinding[]> {
  const findings: ProofFinding[] = [];
  const find = (code: string, text: string): void => {
    findings.push({ code, text, frame: null });
  };
  const { movie } = recut;
  if (after.tracks.length !== movie.tracks.length || after.timescale !== movie.timescale) {
    find('PW_PROOF_TRACKS', `${after.tracks.length} tracks instead of ${movie.tracks.length}`);
    return findings;
  }
  movie.tracks.forEach((old, i) => {
    const now = after.tracks[i];
    if (now === undefined) return;
    const change = recut.tracks.get(i);
    const edits = change?.edits ?? old.edits;
    if (headOf({ ...old, edits }) !== headOf(now)) find('PW_PROOF_TRACKS', `track ${old.id}: its header or edit list`);
    const entry = change?.entry ?? old.entries[0]?.bytes;
    if (entry !== undefined && !sameBytes(entry, now.entries[0]?.bytes))
      find('PW_PROOF_CONFIG', `track ${old.id}: another sample entry`);
    const wrong = change === undefined ? keptDifference(old, now) : difference(change, now);
    if (wrong !== null) find('PW_PROOF_TIME', `track ${old.id}: ${wrong}`);
  });
  if (findings.length > 0) return findings;
  const found = await trackDigests(files, after, hashing, { wanted: ({ handler }) => handler !== 'vide' });
  found.forEach((digest, i) => {
    if (digest !== digests[i])
      find('PW_PROOF_BYTES', `track ${movie.tracks[i]?.id}: other bytes than were to be written`);
  });
  return findings;
}

function headOf({ id, handler, enabled, timescale, width, height, edits, references }: Track): string {
  return JSON.stringify([id, handler, enabled, timescale, width, height, edits, references]);
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}

function difference(change: RecutTrack, { tables, samples, duration }: Track): string | null {
  if (tables.count !== change.count) return `${tables.count} samples instead of ${change.count}`;
  if (duration !== change.mediaDuration) return `it lasts ${duration} ticks instead of ${change.mediaDuration}`;
  if (samples === null) return tables.sizes === change.sizes ? null : 'samples of another size';
  let run = 0;
  let inRun = 0;
  for (let i = 0; i < change.count; i++) {
    if (inRun === change.durationRuns.counts[run]) [run, inRun] = [run + 1, 0];
    inRun += 1;
    const isSame =
      samples.sizes[i] === (typeof change.sizes === 'number' ? change.sizes : change.sizes[i]) &&
      samples.durations[i] === change.durationRuns.values[run] &&
      samples.compositionOffsets[i] === (change.composition?.[i] ?? 0) &&
      samples.sync[i] === (change.sync?.[i] ?? 1);
    if (!isSame) return `sample ${i} has another time, size or sync mark`;
  }
  return null;
}

/** A track that stays is the same in everything but its places. */
function keptDifference({ tables: old, samples: a }: Track, { tables: now, samples: b }: Track): string | null {
  if (old.count !== now.count) return `${now.count} samples instead of ${old.count}`;
  if (a === null || b === null) return a === b && old.sizes === now.sizes ? null : 'samples of another size';
  const columns: readonly (keyof SampleColumns)[] = ['sizes', 'dts', 'durations', 'compositionOffsets', 'sync'];
  for (let i = 0; i < a.count; i++) {
    if (columns.some((column) => valueAt(a, column, i) !== valueAt(b, column, i))) return `sample ${i} changed`;
  }
  return null;
}

function valueAt(columns: SampleColumns, name: keyof SampleColumns, index: number): number | undefined {
  const column = columns[name];
  return typeof column === 'number' ? column : column[index];
}
