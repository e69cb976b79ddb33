import { join } from 'node:path';
import type { FilePort } from '@patchwork/kernel';

/** Files found under the search folders, by name. */
export interface MediaIndex {
  /** Files of exactly this name, in the order of the folders; without regard to case where none has its case. */
  readonly named: (name: string) => readonly string[];
  /** Files that may be what a reel name means, the likeliest kind of agreement first. */
  readonly ofReel: (reel: string) => readonly string[];
}

/** Folders below a search folder that are looked into. */
const deepest = 12;
/** Files beyond these are not looked at: a search folder that is a whole disk would not end. */
const mostFiles = 200_000;

interface FoundFile {
  readonly path: string;
  readonly name: string;
  /** Without its ending, in capitals. */
  readonly stem: string;
}

/** Lists everything under the search folders. Names that begin with a dot are passed over. @throws PW_FILE_* */
export async function indexMedia(files: FilePort, folders: readonly string[]): Promise<MediaIndex> {
  const found: FoundFile[] = [];
  const seen = new Set<string>();
  const walk = async (folder: string, depth: number): Promise<void> => {
    if (depth > deepest || found.length >= mostFiles) return;
    for (const name of await files.list(folder)) {
      if (name.startsWith('.') || found.length >= mostFiles) continue;
      const path = join(folder, name);
      const stat = await files.stat(path);
      if (stat === null) continue;
      const identity = `${stat.dev}:${stat.ino}`;
      // A folder met twice is a loop of links, or a search folder inside of another.
      if (seen.has(identity)) continue;
      seen.add(identity);
      if (stat.isDirectory) await walk(path, depth + 1);
      else found.push({ path, name, stem: stemOf(name) });
    }
  };
  for (const folder of folders) await walk(folder, 0);
  const byName = grouped(found, ({ name }) => name.toLowerCase());
  const byStem = grouped(found, ({ stem }) => stem);
  return {
    named: (name) => {
      const all = byName.get(name.toLowerCase()) ?? [];
      const exact = all.filter((file) => file.name === name);
      return (exact.length > 0 ? exact : all).map(({ path }) => path);
    },
    ofReel: (reel) => {
      const wanted = stemOf(reel);
      const plain = plainReel(wanted);
      if (plain === '') return [];
      const whole = byStem.get(wanted) ?? [];
      if (whole.length > 0) return whole.map(({ path }) => path);
      // Old machines take eight letters and digits; cameras write the reel and then the date.
      const begins = found.filter(({ stem }) => {
        const other = plainReel(stem);
        return other === plain || (plain.length >= 6 && other.startsWith(plain));
      });
      return begins.map(({ path }) => path);
    },
  };
}

function grouped(files: readonly FoundFile[], keyOf: (file: FoundFile) => string): Map<string, FoundFile[]> {
  const groups = new Map<string, FoundFile[]>();
  for (const file of files) {
    const key = keyOf(file);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return groups;
}

function stemOf(name: string): string {
  return name.replace(/\.[A-Za-z0-9]{1,5}$/, '').toUpperCase();
}

function plainReel(stem: string): string {
  return stem.replaceAll(/[^\p{L}\p{N}]/gu, '');
}
