import type { Digest } from '@patchwork/kernel';
import { fontPath, nativeLibrary } from '@patchwork/media';
import { writeAnswer, readAnswer } from './answer-file.ts';
import { absent, isAsSeen } from './observation.ts';
import type { ObservedFiles } from './observed-files.ts';

/** Says of a command's outcome that it stands as long as the files it looked at stay as they are. */
export interface Standing {
  /** The deliverable, trusted by the facts that its history recorded. */
  readonly deliverable: string;
}

/**
 * Keeps what a command line printed. Called after the run: what it saw first must be what is there now, so that nothing
 * changed under its eyes. What the program itself reads of its packages is noted as well. While anybody holds the deliverable's lock, the answer will not be given.
 */
export function keepAnswer(
  storeFolder: string,
  key: Digest,
  observed: ObservedFiles,
  { deliverable }: Standing,
  stdout: string,
): void {
  const library = nativeLibrary();
  if (library === null) return;
  observed.note([fontPath(), library.path, ...library.deciding]);
  const seen = observed.observations(deliverable);
  if (seen === null || !seen.every(isAsSeen)) return;
  const unlocked = { path: `${deliverable}.patchwork.lock`, kind: 'file', seen: absent, digest: null } as const;
  writeAnswer(storeFolder, key, {
    stdout,
    observations: [unlocked, ...seen.filter(({ path }) => path !== unlocked.path)],
  });
}

/** What a command line printed last time, if all that it looked at is as it was; else null. */
export function standingAnswer(storeFolder: string, key: Digest): string | null {
  const kept = readAnswer(storeFolder, key);
  return kept !== null && kept.observations.every(isAsSeen) ? kept.stdout : null;
}
