import { PatchworkError, type Digest, type FilePort } from '@patchwork/kernel';
import { readRuns, type ByteRun } from './byte-copy.ts';
import type { Hashing, RunningDigest } from './hashing.ts';

/**
 * Hashes groups of runs, each group as one value, in one pass: the next block is read while one is hashed. Memory: 16 MiB
 * at most, however long the runs are.
 *
 * @param onBytes told the bytes hashed so far and the group in hand.
 * @throws PW_SPLICE_SOURCE_CHANGED when a file ends before a run does; PW_FILE_*
 */
export async function runDigests(
  files: FilePort,
  groups: readonly (readonly ByteRun[])[],
  hashing: Pick<Hashing, 'startSha256'>,
  onBytes: (doneBytes: number, group: number) => void = (): void => undefined,
): Promise<readonly Digest[]> {
  const owners = groups.flatMap((runs, group) => runs.map(() => group));
  const runs = groups.flat();
  const digests: Digest[] = [];
  let running: RunningDigest = hashing.startSha256();
  let done = 0;
  // A group without a byte has a digest too.
  const finishUntil = (group: number): void => {
    for (; digests.length < group; running = hashing.startSha256()) digests.push(running.digest());
  };
  await readRuns(
    files,
    runs,
    (data, run) => {
      const group = owners[run] ?? 0;
      finishUntil(group);
      running.update(data);
      done += data.length;
      onBytes(done, group);
    },
    (run) => {
      throw shorter(runs[run]?.path ?? '');
    },
  );
  finishUntil(groups.length);
  return digests;
}

function shorter(path: string): PatchworkError {
  return new PatchworkError('PW_SPLICE_SOURCE_CHANGED', `${JSON.stringify(path)} became shorter while it was read`, {
    hint: 'Wait until the program that writes it is done, then run again.',
    details: { path },
  });
}
