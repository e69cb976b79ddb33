import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { nodeFiles, sha256, sha256OfFile, startSha256 } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import type { MediaWorkers } from '@patchwork/media';
import {
  forecastRender,
  renderDeliverable,
  type Delivery,
  type Forecast,
  type ProgressListener,
  type RenderContext,
  type RenderRequest,
} from '@patchwork/render';
import { nodeProcesses, openMediaCache, openStore, type ProcessPort, type Store } from '@patchwork/store';
import type { Film, Shot } from './film.ts';
import { storyHeight, storyMedia, storyWidth } from './fixture.ts';
import { otioText } from './otio-text.ts';
import { freshFolder } from './patchwork.ts';
import { sha256OfPath } from './story.ts';

/** A folder with a deliverable, its timeline and its store, where something is about to go wrong. */
export interface Site {
  readonly folder: string;
  readonly deliverable: string;
  readonly timeline: string;
  readonly store: string;
}

/** Names the files of a site. */
export function siteIn(folder: string): Site {
  const deliverable = join(folder, 'film.mov');
  return { folder, deliverable, timeline: `${deliverable}.otio`, store: join(folder, 'store') };
}

/** A copy of a site with its deliverable, sidecar and store, and another film beside it. The copy is not trusted: new file, new stat. */
export function copyOfSite(site: Site, film: Film): Site {
  const copy = siteIn(freshFolder('site'));
  cpSync(site.folder, copy.folder, { recursive: true });
  writeFileSync(copy.timeline, otioText(film));
  return copy;
}

/** Takes a site away. */
export function removeSite(site: Site): void {
  rmSync(site.folder, { recursive: true, force: true, maxRetries: 10 });
}

/** Film of `[story media number, first source frame, frames]`, sound with the picture. */
export async function filmOf(...clips: readonly (readonly [number, number, number])[]): Promise<Film> {
  const media = Object.fromEntries(
    await Promise.all(clips.map(async ([number]) => [`m${number}`, await storyMedia(number)] as const)),
  );
  const shots = clips.map(([number, from, length]): Shot => ({ media: `m${number}`, from, length }));
  return {
    name: 'site',
    rate: [24, 1],
    start: 86400,
    width: storyWidth,
    height: storyHeight,
    video: [shots],
    audio: [shots],
    media,
  };
}

/** What a run at a site is given in place of the machine's own. */
export interface SiteRun {
  readonly workers: MediaWorkers;
  readonly profile?: RenderRequest['profile'];
  readonly files?: FilePort;
  readonly processes?: ProcessPort;
  /** Milliseconds since 1970. Default: now. */
  readonly clockMs?: () => number;
  readonly onProgress?: ProgressListener;
  readonly publication?: RenderRequest['publication'];
}

/** Renders the timeline of a site in this process. */
export function renderSite(site: Site, run: SiteRun): Promise<Delivery> {
  return atSite(site, run, (context) => renderDeliverable(context, requestFor(site, run)));
}

/** Says what a render at a site would do. */
export function forecastSite(site: Site, run: SiteRun): Promise<Forecast> {
  return atSite(site, run, (context) => forecastRender(context, requestFor(site, run)));
}

async function atSite<Result>(
  site: Site,
  run: SiteRun,
  work: (context: RenderContext) => Promise<Result>,
): Promise<Result> {
  const files = run.files ?? nodeFiles();
  const { onProgress = () => {} } = run;
  const store = await openStoreAt(site, files, run);
  try {
    return await work({
      files,
      sha256,
      store,
      onProgress,
      hashing: { sha256, startSha256 },
      mediaCache: await openMediaCache(store.context, (path) => sha256OfFile(path)),
      workers: () => run.workers,
      clockMs: run.clockMs ?? Date.now,
      signal: new AbortController().signal,
    });
  } finally {
    await store.close();
  }
}

function requestFor(site: Site, run: SiteRun): RenderRequest {
  return {
    timelinePath: site.timeline,
    timelineName: null,
    edlRate: null,
    deliverablePath: site.deliverable,
    profile: run.profile ?? 'h264-mov',
    range: null,
    forceRanges: [],
    full: false,
    onUnknown: 'refuse',
    mediaMap: [],
    searchFolders: [],
    allowMixed: false,
    paranoid: false,
    proof: 'default',
    ...(run.publication === undefined ? {} : { publication: run.publication }),
  };
}

/** SHA-256 of the deliverable; `absent` where there is none. */
export function digestAt(site: Site): string {
  return existsSync(site.deliverable) ? sha256OfPath(site.deliverable) : 'absent';
}

/** What a site must be like after an accident, and after the run that follows it. */
export interface Expected {
  /** What the accident happened to: forecast there, before it. */
  readonly forecast: Forecast;
  readonly oldSha256: string;
  readonly cleanSha256: string;
}

/** What was found after an accident. */
export interface Aftermath {
  readonly published: boolean;
  /** Of the chunks that the run had to render, those that the store or the new file holds. */
  readonly survived: number;
  readonly rendered: number;
}

/**
 * Holds a site after an accident: the old deliverable is intact or the new one complete; the next run renders exactly the
 * chunks that are not at hand, its result is the clean render, nothing is left lying about, and the store is sound.
 */
export async function expectRecovery(site: Site, expected: Expected, run: SiteRun, label: string): Promise<Aftermath> {
  const now = digestAt(site);
  expect([expected.oldSha256, expected.cleanSha256], `${label}: the old deliverable or the new one, whole`).toContain(
    now,
  );
  const published = now === expected.cleanSha256;
  const { missing } = expected.forecast.plan;
  const stored = await storedKeys(site, run, expected.forecast);
  const lost = published ? [] : missing.filter(({ key }) => !stored.has(key));
  const next = await renderSite(site, run);
  const wanted = lost.reduce((sum, { range }) => sum + range.out - range.in, 0);
  expect(next.frames.rendered, `${label}: no finished chunk is rendered again`).toBe(wanted);
  expect(digestAt(site), `${label}: the next run ends at the clean render`).toBe(expected.cleanSha256);
  await expectTidy(site, run, label);
  return { published, survived: missing.length - lost.length, rendered: wanted };
}

async function storedKeys(site: Site, run: SiteRun, forecast: Forecast): Promise<ReadonlySet<string>> {
  const store = await openStoreAt(site, nodeFiles(), run);
  const stored = store.find(forecast.plan.missing.map(({ key }) => key));
  await store.close();
  return new Set(stored.keys());
}

async function expectTidy(site: Site, run: SiteRun, label: string): Promise<void> {
  const store = await openStoreAt(site, nodeFiles(), run);
  const { findings } = await store.fsck('report');
  await store.close();
  expect(findings, `${label}: fsck`).toEqual([]);
  expect(readdirSync(site.folder), `${label}: nothing is left beside the deliverable`).toEqual([
    'film.mov',
    'film.mov.otio',
    'film.mov.patchwork',
    'store',
  ]);
  expect(readdirSync(join(site.store, 'tmp')), `${label}: nothing is left in the store`).toEqual([]);
}

function openStoreAt(site: Site, files: FilePort, run: SiteRun): Promise<Store> {
  return openStore(files, site.store, {
    sha256,
    capBytes: 1e9,
    clockMs: run.clockMs ?? Date.now,
    processes: run.processes ?? nodeProcesses(),
  });
}

/** Prepares an accident: what is there before, and what a render from nothing of the site's timeline is. */
export async function expectedAt(site: Site, run: SiteRun): Promise<Expected> {
  const fresh = siteIn(freshFolder('clean'));
  cpSync(site.timeline, fresh.timeline);
  await renderSite(fresh, run);
  const expected = { forecast: await forecastSite(site, run), oldSha256: digestAt(site), cleanSha256: digestAt(fresh) };
  removeSite(fresh);
  return expected;
}

/** A site with the deliverable of a film, and an empty store: as handed over by another machine. */
export async function deliveredSite(film: Film, run: SiteRun): Promise<Site> {
  const site = siteIn(freshFolder('delivered'));
  writeFileSync(site.timeline, otioText(film));
  await renderSite(site, run);
  rmSync(site.store, { recursive: true });
  return site;
}

/** A site with nothing but a timeline. */
export function emptySite(film: Film): Site {
  const site = siteIn(freshFolder('empty'));
  writeFileSync(site.timeline, otioText(film));
  return site;
}
