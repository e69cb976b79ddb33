import { dirname } from 'node:path';
import { PatchworkError, type FilePort, type FileStat, type OpenFile } from '@patchwork/kernel';

/** What happened to the machine. */
export type Mishap =
  /** The process was killed: the system keeps everything it was given. */
  | 'kill'
  /** The power failed, and nothing that was not synced had reached the disk: neither bytes nor names. */
  | 'power cut'
  /** The power failed, and all names had reached the disk, but of the bytes only what was synced; the rest are zeros. */
  | 'power cut, names kept';

/** A disk in memory that knows what is durable. Absolute POSIX paths; no links, no permissions. */
export interface MemoryDisk {
  readonly files: FilePort;
  /** What stands on the disk after a mishap, as a disk of its own. */
  after(mishap: Mishap): MemoryDisk;
  /** Content of all files, by path. */
  contents(): ReadonlyMap<string, Uint8Array>;
  /** Changes a byte behind everybody's back: the file's times move, as they do on a real disk when a program does it. */
  corrupt(path: string, offset: number): void;
}

interface Inode {
  readonly ino: number;
  bytes: Uint8Array;
  /** As of the last sync; null when there was none. */
  durable: Uint8Array | null;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

interface DiskState {
  readonly entries: Map<string, Inode>;
  readonly folders: Set<string>;
  /** As a power cut would leave them. */
  readonly durableEntries: Map<string, Inode>;
  readonly durableFolders: Set<string>;
}

/** Makes an empty disk. @param clockMs stamps the files. */
export function memoryDisk(clockMs: () => number): MemoryDisk {
  const root = new Set(['/']);
  return diskFrom(
    { entries: new Map(), folders: root, durableEntries: new Map(), durableFolders: new Set(root) },
    clockMs,
    1,
  );
}

function diskFrom(state: DiskState, clockMs: () => number, firstIno: number): MemoryDisk {
  let nextIno = firstIno;
  let ticks = 0n;
  /** Every change has a time of its own, as on a file system with a fine clock. */
  const nowNs = (): bigint => BigInt(clockMs()) * 1_000_000n + (ticks += 1n);

  function inodeAt(path: string, action: string): Inode {
    const inode = state.entries.get(path);
    if (inode === undefined) throw absent(action, path);
    return inode;
  }

  function create(path: string): Inode {
    if (state.entries.has(path) || state.folders.has(path)) {
      throw new PatchworkError('PW_FILE_EXISTS', `cannot create ${path}: it is there`);
    }
    if (!state.folders.has(dirname(path))) throw absent('create', path);
    const time = nowNs();
    const inode = { ino: (nextIno += 1), bytes: new Uint8Array(0), durable: null, mtimeNs: time, ctimeNs: time };
    state.entries.set(path, inode);
    return inode;
  }

  const files: FilePort = {
    open: async (path, mode) => openInode(mode === 'create' ? create(path) : inodeAt(path, 'open'), mode, nowNs),
    stat: async (path) => {
      const inode = state.entries.get(path);
      if (inode !== undefined) return statFrom(inode);
      return state.folders.has(path) ? folderStat : null;
    },
    rename: async (from, to) => {
      const inode = inodeAt(from, 'rename');
      if (!state.folders.has(dirname(to))) throw absent('rename to', to);
      inode.ctimeNs = nowNs();
      state.entries.delete(from);
      state.entries.set(to, inode);
    },
    remove: async (path) => {
      state.entries.delete(path);
    },
    makeFolder: async (path) => {
      for (let at = path; !state.folders.has(at); at = dirname(at)) state.folders.add(at);
    },
    list: async (path) => namesIn(state, path),
    syncFolder: async (path) => {
      if (!state.folders.has(path)) throw absent('sync', path);
      syncNames(state, path);
    },
    copy: async (from, to) => {
      const { bytes } = inodeAt(from, 'copy');
      create(to).bytes = bytes.slice();
    },
    freeBytes: async () => 2 ** 40,
  };

  return {
    files,
    after: (mishap) => diskFrom(stateAfter(state, mishap), clockMs, nextIno),
    contents: () => new Map([...state.entries].map(([path, { bytes }]) => [path, bytes.slice()])),
    corrupt: (path, offset) => {
      const inode = inodeAt(path, 'corrupt');
      const bytes = inode.bytes.slice();
      bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
      inode.bytes = bytes;
      inode.mtimeNs = inode.ctimeNs = nowNs();
    },
  };
}

function openInode(inode: Inode, mode: 'read' | 'create' | 'update', nowNs: () => bigint): OpenFile {
  function change(bytes: Uint8Array): void {
    if (mode === 'read') throw new TypeError('memory disk: the file was opened to read');
    inode.bytes = bytes;
    inode.mtimeNs = inode.ctimeNs = nowNs();
  }
  return {
    read: async (into, position) => {
      const part = inode.bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    write: async (data, position) => {
      const bytes = new Uint8Array(Math.max(inode.bytes.length, position + data.length));
      bytes.set(inode.bytes);
      bytes.set(data, position);
      change(bytes);
    },
    sync: async () => {
      inode.durable = inode.bytes.slice();
    },
    truncate: async (size) => {
      const bytes = new Uint8Array(size);
      bytes.set(inode.bytes.subarray(0, size));
      change(bytes);
    },
    stat: async () => statFrom(inode),
    close: async () => {},
  };
}

function syncNames(state: DiskState, folder: string): void {
  for (const [path] of state.durableEntries) {
    if (dirname(path) === folder && !state.entries.has(path)) state.durableEntries.delete(path);
  }
  for (const [path, inode] of state.entries) if (dirname(path) === folder) state.durableEntries.set(path, inode);
  for (const path of state.folders) if (dirname(path) === folder) state.durableFolders.add(path);
}

function stateAfter(state: DiskState, mishap: Mishap): DiskState {
  const entries = new Map<string, Inode>();
  const folders = new Set(mishap === 'power cut' ? state.durableFolders : state.folders);
  // Names of one file stay names of one file.
  const copies = new Map<Inode, Inode>();
  for (const [path, inode] of mishap === 'power cut' ? state.durableEntries : state.entries) {
    if (!hasParents(folders, path)) continue;
    const copy = copies.get(inode) ?? {
      ...inode,
      bytes: bytesAfter(inode, mishap),
      durable: bytesAfter(inode, mishap),
    };
    copies.set(inode, copy);
    entries.set(path, copy);
  }
  return { entries, folders, durableEntries: new Map(entries), durableFolders: new Set(folders) };
}

function bytesAfter(inode: Inode, mishap: Mishap): Uint8Array {
  const durable = inode.durable ?? new Uint8Array(0);
  switch (mishap) {
    case 'kill':
      return inode.bytes.slice();
    case 'power cut':
      return durable.slice();
    case 'power cut, names kept': {
      const bytes = new Uint8Array(inode.bytes.length);
      bytes.set(durable.subarray(0, bytes.length));
      return bytes;
    }
  }
}

function hasParents(folders: ReadonlySet<string>, path: string): boolean {
  for (let at = dirname(path); at !== '/'; at = dirname(at)) if (!folders.has(at)) return false;
  return true;
}

function namesIn(state: DiskState, folder: string): readonly string[] {
  const names: string[] = [];
  for (const path of [...state.entries.keys(), ...state.folders]) {
    if (path !== '/' && dirname(path) === folder) names.push(path.slice(folder === '/' ? 1 : folder.length + 1));
  }
  return names.toSorted();
}

const folderStat: FileStat = { dev: '1', ino: '0', size: 0, mtimeNs: '0', ctimeNs: '0', isDirectory: true };

function statFrom({ ino, bytes, mtimeNs, ctimeNs }: Inode): FileStat {
  return {
    dev: '1',
    ino: String(ino),
    size: bytes.length,
    mtimeNs: mtimeNs.toString(),
    ctimeNs: ctimeNs.toString(),
    isDirectory: false,
  };
}

function absent(action: string, path: string): PatchworkError {
  return new PatchworkError('PW_FILE_ABSENT', `cannot ${action} ${path}: nothing is there`);
}
