// A file system that clones, in a file: XFS, made and mounted for one benchmark. Takes root, mkfs.xfs and a loop device.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes one of so many gigabytes within a folder; what is not written takes no room. Returns `{ folder, release }`, or
 * `{ missing }`: in words, why there is none.
 */
export function cloningDisk(within, gigabytes) {
  const image = join(within, 'cloning.img');
  const folder = join(within, 'cloning');
  writeFileSync(image, '');
  truncateSync(image, gigabytes * 1e9);
  mkdirSync(folder);
  const failed = run('mkfs.xfs', ['-q', '-m', 'reflink=1', image]) ?? run('mount', ['-o', 'loop', image, folder]);
  if (failed !== null) {
    rmSync(image);
    return { missing: failed };
  }
  return {
    folder,
    release: () => {
      const left = run('umount', [folder]);
      if (left !== null) throw new TypeError(`${folder} is still mounted: ${left}`);
      rmSync(image);
    },
  };
}

/** Null where it went well; else what it said. */
function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return null;
  return `${command}: ${error?.code === 'ENOENT' ? 'not installed' : stderr.trim().split('\n')[0]}`;
}
