import { canonicalJson, isDigest, PatchworkError, type Digest, type FileStat, type Json } from '@patchwork/kernel';
import { openJournal, type Journal } from './disk/journal.ts';
import { fileStatFrom, isFields } from './disk/json-fields.ts';
import type { StoreContext } from './disk/store-context.ts';
import { sameStat } from './ledger/trust.ts';

/** What is known of media files from earlier runs. */
export interface MediaCache {
  /**
   * The SHA-256 of a file's whole content: looked up by (device, inode, size, modification and change time in ns), else
   * hashed. Two calls for one path at a time hash once.
   *
   * @param onBytes told how much of the file is hashed, now and then; never where the digest is known.
   *
   * @throws PW_MEDIA_OFFLINE when there is no file, PW_MEDIA_CHANGING when it is being written, PW_FILE_*
   */
  identityOf(path: string, onBytes?: (done: number) => void): Promise<Digest>;
  /** What a prober of this version said about this content; null when it was never asked. */
  probeOf(identity: Digest, proberVersion: string): Json | null;
  keepProbe(identity: Digest, proberVersion: string, probe: Json): Promise<void>;
}

/** Hashes a file's whole content (`sha256OfFile`), and tells how far it is. */
export type HashFile = (path: string, onBytes: (done: number) => void) => Promise<Digest>;

/** A file changed so shortly before it was hashed may change again without its times moving: coarsest common clock, FAT's. */
const racyMs = 2000;

/** Opens the cache of a store. */
export async function openMediaCache(context: StoreContext, hashFile: HashFile): Promise<MediaCache> {
  const identities = await openJournal(context, 'media', (records) =>
    [...identitiesFrom(records)].map(([, record]) => ({ ...record })),
  );
  const probes = await openJournal(context, 'probes', (records) =>
    [...probesFrom(records)].map(([, record]) => ({ ...record })),
  );
  return mediaCacheOver(context, hashFile, { identities, probes });
}

/** A media cache over journals that are open. */
export function mediaCacheOver(
  context: StoreContext,
  hashFile: HashFile,
  { identities, probes }: { readonly identities: Journal; readonly probes: Journal },
): MediaCache {
  const known = new Map([...identitiesFrom(identities.records)].map(([name, { identity }]) => [name, identity]));
  const knownProbes = new Map([...probesFrom(probes.records)].map(([name, { probe }]) => [name, probe]));
  const running = new Map<string, Promise<Digest>>();

  async function identify(path: string, onBytes: (done: number) => void): Promise<Digest> {
    const stat = await statOf(context, path);
    const cached = known.get(statName(stat));
    if (cached !== undefined) return cached;
    const startMs = context.clockMs();
    const identity = await hashFile(path, onBytes);
    if (!sameStat(stat, await statOf(context, path))) throw changing(path);
    const newest = Math.max(milliseconds(stat.mtimeNs), milliseconds(stat.ctimeNs));
    // Without this a file rewritten within one tick of the file system's clock would keep its first identity for ever.
    if (newest > startMs - racyMs) return identity;
    known.set(statName(stat), identity);
    await identities.append([{ identity, stat: { ...stat } }], 'fast');
    return identity;
  }

  return {
    identityOf: async (path, onBytes = (): void => {}) => {
      const already = running.get(path);
      if (already !== undefined) return await already;
      const promise = identify(path, onBytes).finally(() => running.delete(path));
      running.set(path, promise);
      return await promise;
    },
    probeOf: (identity, proberVersion) => knownProbes.get(probeName(identity, proberVersion)) ?? null,
    keepProbe: async (identity, proberVersion, probe) => {
      knownProbes.set(probeName(identity, proberVersion), probe);
      await probes.append([{ identity, proberVersion, probe }], 'fast');
    },
  };
}

async function statOf(context: StoreContext, path: string): Promise<FileStat> {
  const stat = await context.files.stat(path);
  if (stat !== null && !stat.isDirectory) return stat;
  throw new PatchworkError(
    'PW_MEDIA_OFFLINE',
    `media file ${JSON.stringify(path)} ${stat === null ? 'is not there' : 'is a folder'}`,
    {
      hint: 'Bring it back, or say where it is now with --media-map or --search.',
      details: { path },
    },
  );
}

function changing(path: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_CHANGING', `media file ${JSON.stringify(path)} changed while it was read`, {
    hint: 'Wait until the copy or recording is finished and run again.',
    details: { path },
  });
}

/** A line of the journal of identities. */
interface IdentityRecord {
  readonly identity: Digest;
  readonly stat: { readonly [key: string]: Json };
}

/** A line of the journal of probes. */
interface ProbeRecord {
  readonly identity: Digest;
  readonly proberVersion: string;
  readonly probe: Json;
}

function identitiesFrom(records: Journal['records']): Map<string, IdentityRecord> {
  const found = new Map<string, IdentityRecord>();
  for (const record of records) {
    if (!isFields(record) || typeof record['identity'] !== 'string' || !isDigest(record['identity'])) continue;
    const stat = fileStatFrom(record['stat']);
    if (stat !== null) found.set(statName(stat), { identity: record['identity'], stat: { ...stat } });
  }
  return found;
}

function probesFrom(records: Journal['records']): Map<string, ProbeRecord> {
  const found = new Map<string, ProbeRecord>();
  for (const record of records) {
    if (!isFields(record)) continue;
    const { identity, proberVersion, probe } = record;
    if (typeof identity !== 'string' || typeof proberVersion !== 'string' || probe === undefined) continue;
    found.set(probeName(identity, proberVersion), { identity, proberVersion, probe });
  }
  return found;
}

function statName(stat: FileStat): string {
  return `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

function probeName(identity: Digest, proberVersion: string): string {
  return canonicalJson([identity, proberVersion]);
}

function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000_000n);
}
