import { fileURLToPath } from 'node:url';
import { isAbsolute, resolve } from 'node:path';

/** How names in a timeline become files on this machine. */
export interface MediaSearch {
  /** Folder of the timeline file: relative names start there. */
  readonly timelineFolder: string;
  /** Prefixes to exchange, `OLD=NEW`; the first that fits is used. */
  readonly map: readonly { readonly from: string; readonly to: string }[];
  /** Folders in which a file of the same name is looked for when the stated place is empty. */
  readonly folders: readonly string[];
}

/**
 * Tells where a timeline says that a file is, moved by the first map rule that fits; null where it names no file. Pure but
 * for the platform's path rules; nothing is opened. `file:` URLs, percent-escapes, `file://localhost/`, Windows drive
 * letters and plain paths are understood; a URL of another scheme, and a name with a NUL, are no file: nothing is fetched.
 */
export function statedPlace(targetUrl: string, search: Pick<MediaSearch, 'timelineFolder' | 'map'>): string | null {
  const stated = statedPath(targetUrl);
  if (stated === null || stated.includes('\0')) return null;
  const mapped = mappedName(targetUrl, search.map);
  const base = mapped === null ? stated : (statedPath(mapped) ?? mapped);
  return isAbsolute(base) ? base : resolve(search.timelineFolder, base);
}

/** A name after the first map rule that fits its path or its spelling; null where none does. */
export function mappedName(targetUrl: string, map: MediaSearch['map']): string | null {
  const stated = statedPath(targetUrl);
  return (stated === null ? null : exchangePrefix(stated, map)) ?? exchangePrefix(targetUrl, map);
}

/** Percent-escapes of a relative name spelled out, as bundles write them; the name itself where there are none, or broken ones. */
export function decodedName(name: string): string {
  try {
    return name.includes('%') ? decodeURIComponent(name) : name;
  } catch {
    return name;
  }
}

/** The file name that a reference means, without its folders; empty where it means no file. */
export function statedName(targetUrl: string): string {
  const stated = statedPath(targetUrl);
  return stated === null || stated.includes('\0') ? '' : fileName(stated);
}

function exchangePrefix(path: string, map: MediaSearch['map']): string | null {
  const rule = map.find(({ from }) => path.startsWith(from));
  return rule === undefined ? null : rule.to + path.slice(rule.from.length);
}

/** The last part of a path written on any platform. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function statedPath(targetUrl: string): string | null {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(targetUrl)?.[1]?.toLowerCase();
  if (scheme === undefined) return targetUrl;
  if (scheme !== 'file') return targetUrl.includes('://') ? null : targetUrl;
  try {
    const url = new URL(targetUrl);
    url.host = '';
    return fileURLToPath(url);
  } catch {
    // Not a valid URL (a bare `%`, a space): take the text behind the slashes as a path.
    return targetUrl.replace(/^file:(?:\/\/(?:localhost)?)?/i, '');
  }
}
