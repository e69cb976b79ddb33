import type { FilePort } from '@patchwork/kernel';
import { copyRuns, type ByteRun } from '../bytes/byte-copy.ts';
import { removeFailed } from '../bytes/failed-file.ts';
import type { ByteSpan } from '../container/movie-spec.ts';

/** Bytes that stand in two files. */
export interface SharedRun {
  /** In the file that is to be built again. */
  readonly at: number;
  /** In the file that it is built from. */
  readonly from: number;
  readonly sizeBytes: number;
}

/** The same bytes in two files, in runs of their own each. */
export interface SharedBytes {
  readonly at: readonly ByteSpan[];
  readonly from: readonly ByteSpan[];
}

/**
 * Says which bytes of a file another one holds as well, run by run in its order; what overlaps counts once.
 *
 *     at     | a a a a | b b |          from   | a a | a a b b |
 *     shared | a a | a a | b b |
 */
export function sharedRuns(shared: readonly SharedBytes[]): readonly SharedRun[] {
  const all = shared.flatMap(dividedAlike).toSorted((a, b) => a.at - b.at);
  const runs: { at: number; from: number; sizeBytes: number }[] = [];
  for (const { at, from, sizeBytes } of all) {
    const last = runs.at(-1);
    const end = last === undefined ? 0 : last.at + last.sizeBytes;
    const skipped = Math.max(0, end - at);
    if (skipped >= sizeBytes) continue;
    const next = { at: at + skipped, from: from + skipped, sizeBytes: sizeBytes - skipped };
    if (last !== undefined && end === next.at && last.from + last.sizeBytes === next.from) {
      last.sizeBytes += next.sizeBytes;
    } else runs.push(next);
  }
  return runs;
}

/** Cuts both lists where either is cut. */
function dividedAlike({ at, from }: SharedBytes): readonly SharedRun[] {
  const runs: SharedRun[] = [];
  let [i, k, inAt, inFrom] = [0, 0, 0, 0];
  for (;;) {
    const [a, b] = [at[i], from[k]];
    if (a === undefined || b === undefined) return runs;
    const sizeBytes = Math.min(a.sizeBytes - inAt, b.sizeBytes - inFrom);
    if (sizeBytes > 0) runs.push({ at: a.offset + inAt, from: b.offset + inFrom, sizeBytes });
    inAt += sizeBytes;
    inFrom += sizeBytes;
    if (inAt === a.sizeBytes) [i, inAt] = [i + 1, 0];
    if (inFrom === b.sizeBytes) [k, inFrom] = [k + 1, 0];
  }
}

/** The bytes of a file that are in none of the runs: with them it can be built again. */
export function otherSpans(runs: readonly SharedRun[], sizeBytes: number): readonly ByteSpan[] {
  const spans: ByteSpan[] = [];
  let end = 0;
  for (const run of [...runs, { at: sizeBytes, sizeBytes: 0 }]) {
    if (run.at > end) spans.push({ offset: end, sizeBytes: run.at - end });
    end = Math.max(end, run.at + run.sizeBytes);
  }
  return spans;
}

/** Writes runs of files one behind the other into a new file, durable when this returns; removed on failure. @throws PW_FILE_*, and what `shortRead` throws */
export async function joinRuns(
  files: FilePort,
  path: string,
  runs: readonly ByteRun[],
  shortRead: (run: number) => never,
): Promise<void> {
  const out = await files.open(path, 'create');
  try {
    await copyRuns(files, runs, out, 0, () => undefined, shortRead);
    await out.sync();
    await out.close();
  } catch (error) {
    throw await removeFailed(files, out, path, error);
  }
}
