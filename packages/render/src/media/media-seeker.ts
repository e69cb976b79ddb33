import { isPatchworkError } from '@patchwork/kernel';
import type { RenderContext } from '../run/context.ts';
import type { IdentifiedMedia } from '../timeline/snapshot.ts';
import { identifyMedia } from './media-catalog.ts';
import { indexMedia, type MediaIndex } from './media-index.ts';
import { matchOf } from './media-match.ts';
import { decodedName, statedPlace, type MediaSearch } from './media-paths.ts';
import type { Sought } from './sought-media.ts';

/** What a search gave. */
export type Found =
  | { readonly kind: 'one'; readonly path: string; readonly isByName?: true }
  | { readonly kind: 'none'; readonly found: string }
  | { readonly kind: 'several'; readonly paths: readonly string[] };

/** Looks for files by name and by reel; lists the search folders at first need, once. */
export class Seeker {
  readonly #context: RenderContext;
  readonly #search: MediaSearch;
  readonly #known = new Map<string, IdentifiedMedia | null>();
  #index: Promise<MediaIndex> | null = null;

  constructor(context: RenderContext, search: MediaSearch) {
    this.#context = context;
    this.#search = search;
  }

  /** Null where no file is there. A relative name may be a path or a piece of a URL: it is tried as it stands first. */
  async atStatedPlace(name: string): Promise<Found | null> {
    for (const spelling of new Set([name, name.startsWith('file:') ? name : decodedName(name)])) {
      const path = statedPlace(spelling, this.#search);
      const stat = path === null ? null : await this.#context.files.stat(path);
      if (path !== null && stat !== null && !stat.isDirectory) return { kind: 'one', path };
    }
    return null;
  }

  async find(sought: Sought): Promise<Found> {
    if (this.#search.folders.length === 0) return { kind: 'none', found: '' };
    const index = await (this.#index ??= indexMedia(this.#context.files, this.#search.folders));
    for (const name of sought.fileNames) {
      const paths = index.named(name);
      const [first, second] = paths;
      if (first === undefined) continue;
      return second === undefined ? { kind: 'one', path: first, isByName: true } : this.#byFacts(sought, paths);
    }
    for (const reel of sought.reels) {
      const paths = index.ofReel(reel);
      if (paths.length > 0) return this.#byFacts(sought, paths);
    }
    return { kind: 'none', found: '' };
  }

  async #byFacts(sought: Sought, paths: readonly string[]): Promise<Found> {
    const infos: IdentifiedMedia[] = [];
    for (const path of paths) {
      const info = await this.#identified(path);
      if (info !== null) infos.push(info);
    }
    const verdict = matchOf(sought.wanted, infos);
    return verdict.kind === 'none'
      ? { kind: 'none', found: `${paths.join(', ')}: not at its timecode, or too short` }
      : verdict;
  }

  /** Null for what is no media: a search folder holds other files as well. */
  async #identified(path: string): Promise<IdentifiedMedia | null> {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    let info: IdentifiedMedia | null = null;
    try {
      info = await identifyMedia(this.#context, path);
    } catch (error) {
      if (!isPatchworkError(error) || !error.code.startsWith('PW_MEDIA_')) throw error;
    }
    this.#known.set(path, info);
    return info;
  }
}
