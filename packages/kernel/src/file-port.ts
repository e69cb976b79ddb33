/** Facts about a file by which a change is noticed. Times are in nanoseconds as decimal text (they exceed 2^53). */
export interface FileStat {
  readonly dev: string;
  readonly ino: string;
  /** In bytes. */
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly isDirectory: boolean;
}

/** An open file. Positions and lengths are in bytes. */
export interface OpenFile {
  /** Reads up to `into.length` bytes at `position`; returns the count, less than asked only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `data` at `position`, whole or failing. */
  write(data: Uint8Array, position: number): Promise<void>;
  /** Makes the content durable (fsync). */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  stat(): Promise<FileStat>;
  close(): Promise<void>;
}

/**
 * The files, as seen by the packages that write what must survive a crash. Every write, sync and rename of the project
 * passes here, so that a test can fail or stop after any one of them. Errors: `PW_FILE_*`.
 */
export interface FilePort {
  /** `read`: must exist. `create`: must not exist, read and write. `update`: must exist, read and write. */
  open(path: string, mode: 'read' | 'create' | 'update'): Promise<OpenFile>;
  /** Returns null when nothing is there. */
  stat(path: string): Promise<FileStat | null>;
  /** Replaces `to` atomically; the file keeps the permissions of the one that it replaces. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; does nothing when it is absent. */
  remove(path: string): Promise<void>;
  /** Creates a folder and its parents; does nothing when it is there. */
  makeFolder(path: string): Promise<void>;
  /** Names (not paths) in a folder, sorted; empty when it is absent. */
  list(path: string): Promise<readonly string[]>;
  /** Makes a folder's entries durable (fsync of the folder), after a rename or a create. */
  syncFolder(path: string): Promise<void>;
  /** Copies a file, as a clone where the file system can. `to` must not exist. */
  copy(from: string, to: string): Promise<void>;
  /** Bytes free for this user on the file system that holds the path's nearest existing folder. */
  freeBytes(path: string): Promise<number>;
}
