import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { constants, Script } from 'node:vm';

/*
 * What V8 made of the bundle is kept beside it, by the tag of everything that it depends on besides the source (V8's version
 * and flags, the processor's features):
 *
 *   bundled-process.<tag>.cache     SHA-256 of the bundle and all that follows, 64 hex | `r` when a render made it, else `-`
 *                                   | V8's code cache
 *
 * Node 20 has no such cache of its own: parsing takes longer than most commands. A render goes through more of the program
 * than anything else, so the first one makes it anew.
 */

/** A bundle that was loaded. */
export interface LoadedBundle {
  readonly exports: unknown;
  /** Keeps V8's code for the next start, where there is none yet or it is of a smaller part. Call it when the work is done. */
  keepCode(command: string | undefined): void;
}

const digestLength = 64;

/** Loads a bundle of this folder. */
export function loadBundle(name: string): LoadedBundle {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const cachePath = `${path.replace(/\.cjs$/, '')}.${cachedDataVersionTag()}.cache`;
  const bytes = readFileSync(path);
  const kept = readCode(cachePath, bytes);
  const script = new Script(`(function (exports, require, module, __filename) {${bytes.toString()}\n})`, {
    filename: path,
    ...(kept === null ? {} : { cachedData: kept.subarray(1) }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const isUsed = kept !== null && script.cachedDataRejected === false;
  const hasRender = isUsed && kept[0] === 'r'.charCodeAt(0);
  const module = { exports: {} };
  (script.runInThisContext() as (...parts: readonly unknown[]) => void)(
    module.exports,
    createRequire(path),
    module,
    path,
  );
  return {
    exports: module.exports,
    keepCode: (command) => {
      const isRender = command === 'render';
      if (hasRender || (isUsed && !isRender)) return;
      writeCode(cachePath, bytes, Buffer.concat([Buffer.from(isRender ? 'r' : '-'), script.createCachedData()]));
    },
  };
}

/** Null where there is none that is whole and of this bundle. */
function readCode(path: string, bundle: Uint8Array): Buffer | null {
  if (!existsSync(path)) return null;
  const content = readFileSync(path);
  const code = content.subarray(digestLength);
  return content.toString('latin1', 0, digestLength) === digestOf(bundle, code) ? code : null;
}

function writeCode(path: string, bundle: Uint8Array, code: Uint8Array): void {
  try {
    const aside = `${path}.${process.pid}`;
    writeFileSync(aside, Buffer.concat([Buffer.from(digestOf(bundle, code)), code]));
    renameSync(aside, path);
  } catch {
    // A program folder that may not be written: every start is as slow as the first.
    return;
  }
}

function digestOf(bundle: Uint8Array, code: Uint8Array): string {
  return createHash('sha256').update(bundle).update(code).digest('hex');
}
