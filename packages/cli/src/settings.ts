import { PatchworkError, type FilePort } from '@patchwork/kernel';
import { homedir, availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readWholeFile } from '@patchwork/render';
import { nearestName } from './nearest-name.ts';

/** Where a setting's value came from, strongest first. */
export type Origin = 'flag' | 'environment' | 'project file' | 'user file' | 'default';

/** A setting and its origin. */
export interface Setting<Value> {
  readonly value: Value;
  readonly origin: Origin;
  /** The flag, variable or file; null for a default. */
  readonly place: string | null;
}

/** All settings of the command line. */
export interface Settings {
  /** Folder of the chunk store. */
  readonly store: Setting<string>;
  /** The store's cap in bytes for chunks that no deliverable pins. Default 20 GB. */
  readonly storeCapBytes: Setting<number>;
  /** Child processes that render. Default: one a processor. */
  readonly workers: Setting<number>;
}

/** What settings are read from. */
export interface SettingSources {
  readonly files: FilePort;
  readonly env: { readonly [name: string]: string | undefined };
  readonly folder: string;
  readonly flags: { readonly store?: string; readonly workers?: string };
}

const fileName = 'patchwork.json';
/** What a settings file may say. */
const knownKeys: readonly string[] = ['store', 'storeCapBytes', 'workers'];
const largestFileBytes = 1 << 20;

/** Reads the settings: flag, then environment, then the project's `patchwork.json` (nearest folder upward), then the user's, then the default. @throws PW_SETTINGS_INVALID, PW_SETTINGS_UNKNOWN */
export async function readSettings(sources: SettingSources): Promise<Settings> {
  const { env, flags, files } = sources;
  const project = await nearestFile(files, sources.folder);
  const user = await readJson(files, join(configFolder(env), 'patchwork', fileName));
  const pick = (flag: string | undefined, variable: string, key: string, fallback: string): Setting<string> => {
    if (flag !== undefined) return { value: flag, origin: 'flag', place: `--${key}` };
    const fromEnv = env[variable];
    if (fromEnv !== undefined && fromEnv !== '') return { value: fromEnv, origin: 'environment', place: variable };
    for (const [origin, file] of [
      ['project file', project],
      ['user file', user],
    ] as const) {
      const value = file?.values[key];
      if (file !== null && value !== undefined) return { value: settingText(value), origin, place: file.path };
    }
    return { value: fallback, origin: 'default', place: null };
  };
  return {
    store: fromItsPlace(
      pick(flags.store, 'PATCHWORK_STORE', 'store', join(cacheFolder(env), 'patchwork')),
      sources.folder,
    ),
    storeCapBytes: wholeNumber(pick(undefined, 'PATCHWORK_STORE_CAP', 'storeCapBytes', '20000000000'), 'storeCapBytes'),
    workers: wholeNumber(
      pick(flags.workers, 'PATCHWORK_WORKERS', 'workers', String(availableParallelism())),
      'workers',
    ),
  };
}

/** A folder named in a file starts at that file; in a flag or variable, at the folder of the command. */
function fromItsPlace(setting: Setting<string>, folder: string): Setting<string> {
  const isFile = setting.origin === 'project file' || setting.origin === 'user file';
  const base = isFile && setting.place !== null ? dirname(setting.place) : folder;
  return { ...setting, value: resolve(base, setting.value) };
}

function settingText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function cacheFolder(env: SettingSources['env']): string {
  if (env['XDG_CACHE_HOME']) return env['XDG_CACHE_HOME'];
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32' && env['LOCALAPPDATA']) return env['LOCALAPPDATA'];
  return join(homedir(), '.cache');
}

function configFolder(env: SettingSources['env']): string {
  // Set and empty is as good as not set.
  return env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
}

function wholeNumber(setting: Setting<string>, name: string): Setting<number> {
  const value = Number(setting.value);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new PatchworkError(
      'PW_SETTINGS_INVALID',
      `${name} is "${setting.value}" (${setting.place ?? 'default'}), not a whole number from 1`,
      {
        hint: 'See where each setting comes from with: patchwork config --origin',
      },
    );
  }
  return { ...setting, value };
}

interface SettingsFile {
  readonly path: string;
  readonly values: { readonly [key: string]: unknown };
}

async function nearestFile(files: FilePort, folder: string): Promise<SettingsFile | null> {
  const found = await readJson(files, join(folder, fileName));
  if (found !== null) return found;
  const parent = dirname(folder);
  return parent === folder ? null : nearestFile(files, parent);
}

async function readJson(files: FilePort, path: string): Promise<SettingsFile | null> {
  if ((await files.stat(path)) === null) return null;
  const values = parsedObject(path, await readWholeFile(files, path, largestFileBytes));
  refuseUnknown(path, values);
  return { path, values };
}

function refuseUnknown(path: string, values: { readonly [key: string]: unknown }): void {
  const unknown = Object.keys(values).find((key) => !knownKeys.includes(key));
  if (unknown === undefined) return;
  const near = nearestName(unknown, knownKeys);
  throw new PatchworkError(
    'PW_SETTINGS_UNKNOWN',
    `${path} has a setting ${JSON.stringify(unknown)} that nobody reads`,
    {
      hint: near === null ? `Known settings: ${knownKeys.join(', ')}.` : `Did you mean ${JSON.stringify(near)}?`,
      details: { path, key: unknown, near },
    },
  );
}

function parsedObject(path: string, bytes: Uint8Array): { readonly [key: string]: unknown } {
  try {
    const values: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof values !== 'object' || values === null || Array.isArray(values)) throw new SyntaxError('not an object');
    return values as { readonly [key: string]: unknown };
  } catch (cause) {
    throw new PatchworkError('PW_SETTINGS_INVALID', `${path} is not a JSON object`, {
      cause,
      hint: 'Correct or remove it.',
    });
  }
}
