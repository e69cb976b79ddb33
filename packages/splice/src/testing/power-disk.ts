import { dirname } from 'node:path';
import { PatchworkError, type FilePort, type FileStat, type OpenFile } from '@patchwork/kernel';

/** What was done to a file since it was last synced: bytes at a place, or a new length. */
type Change = { readonly at: number; readonly data: Uint8Array } | { readonly size: number };

interface Inode {
  readonly ino: number;
  bytes: Uint8Array;
  durable: Uint8Array;
  pending: Change[];
  changed: number;
}

/** Files in memory that lose what was not synced when the power is cut, in any order, sector by sector. */
export interface PowerDisk {
  readonly files: FilePort;
  /** The disk as it may be found after a power cut: `random` says of each sector and name that was not synced whether it was written. */
  afterPowerCut(random: () => number): PowerDisk;
  /** Content of a file; null where there is none. */
  contentOf(path: string): Uint8Array | null;
}

/** What a disk writes at once. */
const sectorBytes = 512;

/**
 * Makes a disk with some files, all of them durable. Harder than real disks are: sectors of one write reach it in any order,
 * and so do the writes between two syncs; names in the order in which they changed. What it does not have is read from
 * `beside`.
 */
export function powerDisk(contents: ReadonlyMap<string, Uint8Array>, beside: FilePort): PowerDisk {
  const inodes = [...contents].map(([path, bytes], i): [string, Inode] => [
    path,
    { ino: i + 1, bytes: bytes.slice(), durable: bytes.slice(), pending: [], changed: 0 },
  ]);
  return diskOf(new Map(inodes), beside);
}

function diskOf(start: ReadonlyMap<string, Inode>, beside: FilePort): PowerDisk {
  const names = new Map(start);
  const durableNames = new Map(start);
  let pendingNames: { readonly path: string; readonly inode: Inode | null }[] = [];
  let tick = 0;

  function name(path: string, inode: Inode | null): void {
    if (inode === null) names.delete(path);
    else names.set(path, inode);
    pendingNames.push({ path, inode });
  }

  const files: FilePort = {
    ...beside,
    open: async (path, mode) => {
      const known = names.get(path);
      if (mode === 'create') {
        if (known !== undefined) throw new PatchworkError('PW_FILE_EXISTS', `cannot create ${path}`);
        const made = { ino: names.size + 1000 + tick, bytes: none, durable: none, pending: [], changed: (tick += 1) };
        name(path, made);
        return openInode(made, () => (tick += 1));
      }
      if (known === undefined) return await beside.open(path, mode);
      return openInode(known, () => (tick += 1));
    },
    stat: async (path) => {
      const known = names.get(path);
      return known === undefined ? await beside.stat(path) : statOf(known);
    },
    remove: async (path) => name(path, null),
    rename: async (from, to) => {
      const known = names.get(from);
      if (known === undefined) throw new PatchworkError('PW_FILE_ABSENT', `cannot rename ${from}`);
      name(to, known);
      name(from, null);
    },
    syncFolder: async (folder) => {
      for (const { path, inode } of pendingNames.filter((each) => dirname(each.path) === folder))
        if (inode === null) durableNames.delete(path);
        else durableNames.set(path, inode);
      pendingNames = pendingNames.filter(({ path }) => dirname(path) !== folder);
    },
  };

  return {
    files,
    afterPowerCut: (random) => {
      const left = new Map(durableNames);
      for (const { path, inode } of pendingNames.slice(0, Math.floor(random() * (pendingNames.length + 1))))
        if (inode === null) left.delete(path);
        else left.set(path, inode);
      const found = new Map<Inode, Inode>();
      for (const inode of left.values()) {
        const bytes = survivingBytes(inode, random);
        found.set(inode, { ...inode, bytes, durable: bytes.slice(), pending: [] });
      }
      return diskOf(new Map([...left].map(([path, inode]) => [path, found.get(inode) ?? inode])), beside);
    },
    contentOf: (path) => names.get(path)?.bytes.slice() ?? null,
  };
}

const none = new Uint8Array(0);

function survivingBytes({ durable, pending }: Inode, random: () => number): Uint8Array {
  // Mostly all or nothing, as disks do; now and then any mixture.
  const share = [0, 1, 0.5, random()][Math.floor(random() * 4)] ?? 0.5;
  let bytes: Uint8Array = durable.slice();
  for (const change of pending) {
    if ('size' in change) {
      if (random() < share) bytes = resized(bytes, change.size);
      continue;
    }
    const { at, data } = change;
    for (let from = 0; from < data.length;) {
      const to = Math.min(data.length, from + sectorBytes - ((at + from) % sectorBytes));
      if (random() < share) bytes = written(bytes, at + from, data.subarray(from, to));
      from = to;
    }
  }
  return bytes;
}

function openInode(inode: Inode, next: () => number): OpenFile {
  const change = (done: Change, bytes: Uint8Array): void => {
    inode.pending.push(done);
    inode.bytes = bytes;
    inode.changed = next();
  };
  return {
    read: async (into, position) => {
      const part = inode.bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    write: async (data, position) => change({ at: position, data: data.slice() }, written(inode.bytes, position, data)),
    truncate: async (size) => change({ size }, resized(inode.bytes, size)),
    sync: async () => {
      inode.durable = inode.bytes.slice();
      inode.pending = [];
    },
    stat: async () => statOf(inode),
    close: async () => undefined,
  };
}

function written(bytes: Uint8Array, at: number, data: Uint8Array): Uint8Array {
  const now = resized(bytes, Math.max(bytes.length, at + data.length));
  now.set(data, at);
  return now;
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const now = new Uint8Array(size);
  now.set(bytes.subarray(0, size));
  return now;
}

function statOf({ ino, bytes, changed }: Inode): FileStat {
  const time = String(changed);
  return { dev: '1', ino: String(ino), size: bytes.length, mtimeNs: time, ctimeNs: time, isDirectory: false };
}
