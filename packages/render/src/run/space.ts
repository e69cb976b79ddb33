import { dirname } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import type { VideoProfile } from '@patchwork/plan';
import type { SoundProgram } from '@patchwork/program';
import { toNumber } from '@patchwork/time';
import type { RenderContext } from './context.ts';

/** What a run writes before it takes anything away. */
export interface NeededSpace {
  /** The new deliverable, complete beside the old one. */
  readonly deliverableBytes: number;
  /** What goes into the store: fresh chunks and sound, and what only the old deliverable holds. */
  readonly storeBytes: number;
  /** What lies in the store's folder while pictures and sound are made, and is gone before the deliverable is written. Default: 0. */
  readonly temporaryBytes?: number;
}

/**
 * Refuses to begin what cannot end, on the disk of the deliverable and on that of the store, which may be one.
 *
 * @throws PW_FILE_NO_SPACE
 */
export async function requireSpace(
  context: Pick<RenderContext, 'files' | 'store'>,
  deliverablePath: string,
  { deliverableBytes, storeBytes, temporaryBytes = 0 }: NeededSpace,
): Promise<void> {
  const { files, store } = context;
  const folder = dirname(deliverablePath);
  const storeFolder = store.context.folder;
  const [own, other] = await Promise.all([files.stat(folder), files.stat(storeFolder)]);
  if (own !== null && own.dev === other?.dev) {
    await requireFree(
      files,
      folder,
      Math.max(deliverableBytes, temporaryBytes) + storeBytes,
      'the new deliverable and its fresh chunks need',
    );
    return;
  }
  await requireFree(files, folder, deliverableBytes, 'the new deliverable needs');
  await requireFree(
    files,
    storeFolder,
    storeBytes + temporaryBytes,
    'fresh chunks, decoded sound, and what the old deliverable alone holds, need',
  );
}

/**
 * By how much a file grows at most that is changed in place: what is fresh is appended. Pictures of one size are overwritten
 * where they stand: copies of them for the meantime, and the journal beside the file.
 */
export function growthInPlace(freshBytes: number, { codec }: Pick<VideoProfile, 'codec'>): number {
  return codec === 'dnxhr' ? 2 * freshBytes : freshBytes;
}

/** Bytes that the sources of a programme's sound take while it is mixed, as 32-bit floats: about, for sources may have another sample rate, and what plays twice counts twice. */
export function decodedSoundBytes({ pieces }: SoundProgram): number {
  const samples = pieces.map(({ length, speed, map }) => length * Math.abs(toNumber(speed)) * map.left.length);
  return Math.ceil(4 * samples.reduce((sum, count) => sum + count, 0));
}

/**
 * Tells whether both disks have room whatever a run turns out to need: then its rendering may begin before that is known.
 * What it needs is asked for by {@link requireSpace} all the same.
 *
 * @throws PW_FILE_*
 */
export async function hasAmpleSpace(
  { files, store }: Pick<RenderContext, 'files' | 'store'>,
  deliverablePath: string,
  mostBytes: number,
): Promise<boolean> {
  const free = await Promise.all([dirname(deliverablePath), store.context.folder].map((each) => files.freeBytes(each)));
  return free.every((bytes) => bytes > mostBytes);
}

async function requireFree(files: RenderContext['files'], folder: string, bytes: number, what: string): Promise<void> {
  const free = await files.freeBytes(folder);
  if (free >= bytes) return;
  throw new PatchworkError(
    'PW_FILE_NO_SPACE',
    `${folder} has ${megabytes(free)} MB free; ${what} about ${megabytes(bytes)} MB`,
    {
      hint: 'Make room, or use another disk: -o for the deliverable, --store for the chunks. Nothing was written.',
      details: { path: folder, freeBytes: free, neededBytes: bytes },
    },
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
