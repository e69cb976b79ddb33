import type { Digest, FilePort } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import { configOf, hashedChunk, shapeOf } from './adoption.ts';
import { base64FromBytes } from '../bytes/base64.ts';
import { readRuns } from '../bytes/byte-copy.ts';
import { sampleRuns } from './extraction.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { patchedColumns, type PatchPlan } from './patch-plan.ts';
import { writeFresh } from './patch.ts';

/**
 * Works out the chunk list of a movie after a patch, before anything is written: chunks outside keep their names, fresh
 * pictures are hashed as they will stand in the file, and so is what is left of a chunk that is cut apart. A picture that
 * becomes a broken link begins the chunk of what follows it.
 *
 * @param chunks those of the movie as it is.
 * @throws as `patchInPlace`
 */
export async function patchedChunks(
  files: FilePort,
  plan: PatchPlan,
  chunks: readonly EncodedChunk[],
  hashing: Hashing,
): Promise<readonly EncodedChunk[]> {
  const { base, from, to } = plan;
  const config = plan.merge.config === null ? configOf(base) : base64FromBytes(plan.merge.config);
  const written: Uint8Array[] = [];
  let end = 0;
  const fresh = await writeFresh(files, plan, hashing, async (data) => {
    written.push(data);
    end += data.length;
    return end - data.length;
  });
  const columns = patchedColumns(plan, fresh);
  const named = (digest: Digest, first: number, next: number, key = digest): EncodedChunk => {
    const { sizes, order, sync } = shapeOf(columns, first, next);
    return { key, digest, sizes, order, sync, config };
  };
  const list: EncodedChunk[] = [];
  const addFresh = (): void => {
    let at = from;
    plan.patch.pieces.forEach((piece, i) => {
      list.push(named(hashing.sha256(written[i] ?? new Uint8Array(0)), at, at + piece.sizes.length));
      at += piece.sizes.length;
    });
  };
  const link = plan.brokenLink === null ? null : (written.at(-1) ?? null);
  const addRest = async (next: number): Promise<void> => {
    const first = link === null ? to : to - 1;
    if (first >= next) return;
    const hash = hashing.startSha256();
    if (link !== null) hash.update(link);
    const runs = sampleRuns(base.samples, to, next).map((run) => ({ path: base.movie.path, ...run }));
    await readRuns(
      files,
      runs,
      (data) => hash.update(data),
      () => {
        throw new TypeError(`patchedChunks: ${base.movie.path} became shorter`);
      },
    );
    list.push(named(hash.digest(), first, next));
  };
  const file = await files.open(base.movie.path, 'read');
  try {
    let first = 0;
    for (const chunk of chunks) {
      const next = first + chunk.sizes.length;
      if (next <= from || first >= to) list.push(named(chunk.digest, first, next, chunk.key));
      else {
        if (first < from) {
          const head = await hashedChunk(file, base, { in: first, out: from }, hashing);
          list.push(named(head.digest, first, from));
        }
        if (next >= to) {
          addFresh();
          await addRest(next);
        }
      }
      first = next;
    }
  } finally {
    await file.close();
  }
  return list;
}
