import type { FilePort } from '@patchwork/kernel';
import { copyRuns, type ByteRun, type SeenBytes, type ShortRead } from '../bytes/byte-copy.ts';
import type { AppendBytes } from './append.ts';

/**
 * Appends runs one behind the other, as `copyRuns` copies them: one block is read while another is looked at and written.
 * Returns where the first begins; 0 where there is none.
 *
 * @throws as `copyRuns`
 */
export async function appendRuns(
  files: FilePort,
  runs: readonly ByteRun[],
  append: AppendBytes,
  seen: SeenBytes,
  shortRead: ShortRead,
): Promise<number> {
  let first: number | null = null;
  const write = async (data: Uint8Array): Promise<void> => {
    const at = await append(data);
    first ??= at;
  };
  await copyRuns(files, runs, { write }, 0, seen, shortRead);
  return first ?? 0;
}

/**
 * Offsets of runs in the file at `path`: of those that it holds, and of those of other files, which are appended, each once.
 * `seen` and `shortRead` get the run's place in the list.
 *
 * @throws as {@link appendRuns}
 */
export async function placeRuns(
  files: FilePort,
  path: string,
  runs: readonly ByteRun[],
  append: AppendBytes,
  seen: SeenBytes,
  shortRead: ShortRead,
): Promise<Float64Array> {
  const starts = new Map<string, number>();
  const missing: ByteRun[] = [];
  const indexes: number[] = [];
  let sizeBytes = 0;
  runs.forEach((run, index) => {
    if (run.path === path || starts.has(nameOf(run))) return;
    starts.set(nameOf(run), sizeBytes);
    missing.push(run);
    indexes.push(index);
    sizeBytes += run.sizeBytes;
  });
  const indexOf = (run: number): number => indexes[run] ?? -1;
  const first = await appendRuns(
    files,
    missing,
    append,
    (data, run) => seen(data, indexOf(run)),
    (run) => shortRead(indexOf(run)),
  );
  return Float64Array.from(runs, (run) => (run.path === path ? run.offset : first + (starts.get(nameOf(run)) ?? 0)));
}

function nameOf({ path, offset, sizeBytes }: ByteRun): string {
  return `${path}\n${offset}\n${sizeBytes}`;
}
