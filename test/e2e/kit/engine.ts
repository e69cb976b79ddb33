import { readFileSync, writeFileSync } from 'node:fs';
import { nodeFiles, sha256, sha256OfFile, startSha256 } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import {
  forecastRender,
  renderDeliverable,
  type Delivery,
  type Forecast,
  type RenderContext,
  type RenderRequest,
} from '@patchwork/render';
import { openMediaCache, openStore } from '@patchwork/store';
import type { Film } from './film.ts';
import { otioText } from './otio-text.ts';

/** The use cases in this process, over one set of workers: many small renders without the start of a command each. */
export interface Engine {
  readonly workers: MediaWorkers;
  render(
    film: Film,
    deliverable: string,
    store: string,
    profile: RenderRequest['profile'],
    files?: FilePort,
  ): Promise<Delivery>;
  forecast(film: Film, deliverable: string, store: string, profile: RenderRequest['profile']): Promise<Forecast>;
  close(): Promise<void>;
}

/** Starts an engine with so many workers. */
export function startEngine(count: number): Engine {
  const workers = startWorkers({ count });
  const within = async <Result>(
    store: string,
    files: FilePort,
    work: (context: RenderContext) => Promise<Result>,
  ): Promise<Result> => {
    const opened = await openStore(files, store, { sha256, capBytes: 1e9, clockMs: Date.now });
    try {
      return await work({
        files,
        sha256,
        hashing: { sha256, startSha256 },
        store: opened,
        mediaCache: await openMediaCache(opened.context, (path) => sha256OfFile(path)),
        workers: () => workers,
        clockMs: Date.now,
        onProgress: () => {},
        signal: new AbortController().signal,
      });
    } finally {
      await opened.close();
    }
  };
  return {
    workers,
    render: (film, deliverable, store, profile, files = nodeFiles()) =>
      within(store, files, (context) => renderDeliverable(context, requestFor(film, deliverable, profile))),
    forecast: (film, deliverable, store, profile) =>
      within(store, nodeFiles(), (context) => forecastRender(context, requestFor(film, deliverable, profile))),
    close: () => workers.close(),
  };
}

function requestFor(film: Film, deliverable: string, profile: RenderRequest['profile']): RenderRequest {
  const timelinePath = `${deliverable}.otio`;
  writeFileSync(timelinePath, otioText(film));
  return {
    timelinePath,
    timelineName: null,
    edlRate: null,
    deliverablePath: deliverable,
    profile,
    range: null,
    forceRanges: [],
    full: false,
    onUnknown: 'refuse',
    mediaMap: [],
    searchFolders: [],
    allowMixed: false,
    paranoid: false,
    proof: 'default',
  };
}

/** The sound of a deliverable as 32-bit floats, one array a channel. */
export async function soundOf(engine: Engine, deliverable: string): Promise<readonly Float32Array[]> {
  const outPath = `${deliverable}.f32`;
  const { channels, samples } = await engine.workers.decodeSound({ path: deliverable, outPath });
  const bytes = readFileSync(outPath);
  return Array.from(
    { length: channels },
    (_, channel) =>
      new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + channel * samples * 4, bytes.byteOffset + (channel + 1) * samples * 4),
      ),
  );
}
