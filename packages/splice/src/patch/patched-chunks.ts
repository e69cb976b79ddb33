import type { Digest, FilePort } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import { configOf, runsWithin, shapeOf } from './adoption.ts';
import { base64FromBytes } from '../bytes/base64.ts';
import { readRuns } from '../bytes/byte-copy.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { runDigests } from '../bytes/run-digests.ts';
import { patchedColumns, type PatchPlan } from './patch-plan.ts';
import { fittedPieces } from './fresh-pictures.ts';

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
  const { pieces, link } = await fittedPieces(files, plan, hashing);
  const fresh = [...pieces.flatMap(({ sizes }) => sizes), ...(link === null ? [] : [link.length])];
  // Where they will stand is not known yet, and no chunk's name says it.
  const columns = patchedColumns(
    plan,
    fresh.map((sizeBytes) => ({ sizeBytes, offset: 0 })),
  );
  const named = (digest: Digest, first: number, next: number, key = digest): EncodedChunk => {
    const { sizes, order, sync } = shapeOf(columns, first, next);
    return { key, digest, sizes, order, sync, config };
  };
  const list: EncodedChunk[] = [];
  const addFresh = (): void => {
    let at = from;
    for (const { digest, sizes } of pieces) {
      list.push(named(digest, at, at + sizes.length));
      at += sizes.length;
    }
  };
  const addRest = async (next: number): Promise<void> => {
    const first = link === null ? to : to - 1;
    if (first >= next) return;
    const hash = hashing.startSha256();
    if (link !== null) hash.update(link);
    const runs = runsWithin(base, { in: to, out: next });
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
  let first = 0;
  for (const chunk of chunks) {
    const next = first + chunk.sizes.length;
    if (next <= from || first >= to) list.push(named(chunk.digest, first, next, chunk.key));
    else {
      if (first < from) {
        const [digest = ''] = await runDigests(files, [runsWithin(base, { in: first, out: from })], hashing);
        list.push(named(digest, first, from));
      }
      if (next >= to) {
        addFresh();
        await addRest(next);
      }
    }
    first = next;
  }
  return list;
}
