import type { FilePort } from '@patchwork/kernel';
import { contentOf, lookAt, namesIn, type Observation } from './observation.ts';

/** A file port, and what was looked at through it. */
export interface ObservedFiles {
  readonly files: FilePort;
  /**
   * What was seen at each path when it was first asked about, before the run read it; null where one of them cannot be held
   * against a later look.
   *
   * @param recorded a file whose facts are those that its history recorded: they are enough (rule S3 of the store).
   */
  observations(recorded: string): readonly Observation[] | null;
  /** Writes down files that were asked about by another way. */
  note(paths: readonly string[]): void;
}

/** A file that changed so shortly before the run may change again without its times moving: coarsest common clock, FAT's. */
const racyMs = 2000;

/** Paths that are looked at. A search through a whole disk keeps no answer: to hold it against the disk takes as long again. */
const mostLooks = 20_000;

/** A first look at a path. Of a young file the facts are not enough: its content is hashed as well, where it can be. */
interface Look extends Observation {
  readonly isYoung: boolean;
}

/**
 * Writes down every file, folder and absence that a run asks about. By construction nothing is left out: what the run does
 * not ask for cannot change its answer. A file whose times lie less than 2 s before `startMs` is hashed before it is read.
 */
export function observedFiles(files: FilePort, startMs: number): ObservedFiles {
  const looks = new Map<string, Look | null>();
  const see = (path: string, kind: Observation['kind']): void => {
    const name = `${kind} ${path}`;
    if (looks.size <= mostLooks && !looks.has(name))
      looks.set(name, kind === 'names' ? firstNames(path) : firstLook(path, startMs));
  };
  return {
    files: {
      ...files,
      open: async (path, mode) => {
        see(path, 'file');
        return await files.open(path, mode);
      },
      stat: async (path) => {
        see(path, 'file');
        return await files.stat(path);
      },
      list: async (path) => {
        see(path, 'names');
        return await files.list(path);
      },
    },
    note: (paths) => {
      for (const path of paths) see(path, 'file');
    },
    observations: (recorded) => {
      const all: Observation[] = [];
      if (looks.size > mostLooks) return null;
      for (const look of looks.values()) {
        if (look === null) return null;
        const { isYoung, ...observation } = look;
        if (look.path === recorded) all.push({ ...observation, digest: null });
        else if (isYoung && look.digest === null) return null;
        else all.push(observation);
      }
      return all;
    },
  };
}

function firstLook(path: string, startMs: number): Look | null {
  const look = lookAt(path);
  if (look === null) return null;
  const isYoung = look.newestMs >= startMs - racyMs;
  return { path, kind: 'file', seen: look.seen, digest: isYoung ? contentOf(path) : null, isYoung };
}

function firstNames(path: string): Look | null {
  const seen = namesIn(path);
  return seen === null ? null : { path, kind: 'names', seen, digest: null, isYoung: false };
}
