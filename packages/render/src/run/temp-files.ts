import type { RenderContext } from './context.ts';

/** Names a new file in the store's folder. @param purpose a plain word */
export type NameTemp = (purpose: string) => string;

/** Runs work with temporary files that are gone afterwards, whatever becomes of it. */
export async function withTemps<T>(
  { store, files }: Pick<RenderContext, 'store' | 'files'>,
  work: (temp: NameTemp) => Promise<T>,
): Promise<T> {
  const paths: string[] = [];
  try {
    return await work((purpose) => {
      const path = store.tempPath(purpose);
      paths.push(path);
      return path;
    });
  } finally {
    for (const path of paths) await files.remove(path);
  }
}
