import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { drawingVersion } from './drawing-version.ts';

/** Raised when `toolchain` says other things of the same library. */
const answersVersion = '1';

/** The native library that the media processes load: what a toolchain depends on besides the profile. */
export interface NativeLibrary {
  /** Its one file. */
  readonly path: string;
  /** All else that an answer depends on: our own versions, and the processor. */
  readonly version: string;
  /**
   * Files that decide which library this is, besides its own: packages that are installed, lists of what is installed, and
   * absent ones that would come first.
   */
  readonly deciding: readonly string[];
}

/** Says which native library will be loaded, without loading it; null where only the loading itself would tell. */
export function nativeLibrary(): NativeLibrary | null {
  const door = resolved('node-av', import.meta.url);
  if (door === null || platform() === 'win32' || isBuiltHere(door)) return null;
  // As node-av itself looks for it.
  const path = resolved(`@seydx/node-av-${platform()}-${arch()}/node-av.node`, door);
  const nodeAv = nodeAvVersion(door);
  if (path === null || nodeAv === null) return null;
  const version = `${answersVersion} drawing ${drawingVersion} node-av ${nodeAv} ${processor()}`;
  return { path, version, deciding: [packageFile(door), ...ownBuilds(door), ...installLists([door, path])] };
}

/** The processor by name and, where the system lists them, instructions: some encoders give other bytes on another one. */
function processor(): string {
  const model = cpus()[0]?.model ?? '';
  if (platform() !== 'linux') return model;
  return `${model} ${/^(?:flags|Features)\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? ''}`;
}

/** Whether node-av has a library of its own making, which it would prefer. */
function isBuiltHere(door: string): boolean {
  return process.env['AV_FROM_SOURCE'] !== undefined || ownBuilds(door).some((place) => existsSync(place));
}

/** Where such a library would stand. */
function ownBuilds(door: string): readonly string[] {
  const places = ['../build/Release/node-av.node', '../binary/node-av.node', '../node-av.node'];
  return places.map((place) => fileURLToPath(new URL(place, pathToFileURL(door))));
}

/** npm writes these anew whenever it installs or removes anything. */
function installLists(paths: readonly string[]): readonly string[] {
  const folders = paths.flatMap((path) => {
    const at = path.indexOf(`${sep}node_modules${sep}`);
    return at < 0 ? [] : [path.slice(0, at)];
  });
  return [...new Set(folders)].map((folder) => join(folder, 'node_modules', '.package-lock.json'));
}

/** Version of the npm package, whose door stands one folder below its root; null when it does not say. */
function nodeAvVersion(door: string): string | null {
  const { version } = JSON.parse(readFileSync(packageFile(door), 'utf8')) as { readonly version?: unknown };
  return typeof version === 'string' ? version : null;
}

function packageFile(door: string): string {
  return fileURLToPath(new URL('../package.json', pathToFileURL(door)));
}

function resolved(name: string, from: string): string | null {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return null; // Not installed here: the media process will say so, or finds another one.
  }
}
