import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import { drawingVersion } from './drawing-version.ts';

/** Raised when `toolchain` says other things of the same library. */
const answersVersion = '1';

/** The native library that the media processes load: what a toolchain depends on besides the profile. */
export interface NativeLibrary {
  /** Its one file. */
  readonly path: string;
  /** All else that an answer depends on: our own versions, and the processor. */
  readonly version: string;
}

/** Says which native library will be loaded, without loading it; null where only the loading itself would tell. */
export function nativeLibrary(): NativeLibrary | null {
  // A library built from source stands elsewhere, and node-av alone knows where.
  if (process.env['AV_FROM_SOURCE'] !== undefined || platform() === 'win32') return null;
  const path = resolved(`@seydx/node-av-${platform()}-${arch()}/node-av.node`);
  if (path === null) return null;
  return { path, version: `${answersVersion} drawing ${drawingVersion} ${cpus()[0]?.model ?? ''}` };
}

function resolved(name: string): string | null {
  try {
    // As node-av itself looks for it.
    return createRequire(createRequire(import.meta.url).resolve('node-av')).resolve(name);
  } catch {
    return null; // Not installed here: the media process will say so, or has another one.
  }
}
