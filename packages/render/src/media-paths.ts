import { fileURLToPath } from 'node:url';
import { isAbsolute, join, resolve } from 'node:path';

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
 * Lists where a media reference may be, the likeliest first. Pure but for the platform's path rules; nothing is opened.
 * `file:` URLs, percent-escapes, `file://localhost/`, Windows drive letters and plain paths are understood; a URL of
 * another scheme gives an empty list: nothing is fetched.
 */
export function candidatePaths(targetUrl: string, search: MediaSearch): readonly string[] {
  const stated = statedPath(targetUrl);
  if (stated === null || stated.includes('\0')) return [];
  const mapped = exchangePrefix(stated, search.map) ?? exchangePrefix(targetUrl, search.map);
  const base = mapped === null ? stated : (statedPath(mapped) ?? mapped);
  const absolute = isAbsolute(base) ? base : resolve(search.timelineFolder, base);
  const name = fileName(stated);
  const found = name === '' ? [] : search.folders.map((folder) => join(folder, name));
  return [absolute, ...found];
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
