import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256, sha256OfFile, startSha256 } from '@patchwork/files';
import { PatchworkError } from '@patchwork/kernel';
import { startWorkers } from '@patchwork/media';
import { openMediaCache, openStore } from '@patchwork/store';
import { rational } from '@patchwork/time';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RenderContext } from './context.ts';
import { forecastRender, renderDeliverable } from './delivery.ts';
import { readHistory } from './history.ts';
import type { RenderRequest } from './request.ts';
import { restoreRevision } from './restoration.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-delivery-'));
const media = join(folder, 'm01.mov');
const workers = startWorkers({ count: 1 });
const frames = 96;
let stores = 0;

beforeAll(async () => {
  const video = { codec: 'h264', width: 320, height: 180, rate: rational(24), frames } as const;
  await workers.writeTestMedia({ path: media, id: 1, container: 'mov', video, sound: null });
  const time = (value: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', rate: 24, value });
  const range = { OTIO_SCHEMA: 'TimeRange.1', start_time: time(0), duration: time(frames) };
  const reference = { OTIO_SCHEMA: 'ExternalReference.1', target_url: media, available_range: range };
  const clip = { OTIO_SCHEMA: 'Clip.1', name: 'm01', source_range: range, media_reference: reference };
  const track = { OTIO_SCHEMA: 'Track.1', name: 'V1', kind: 'Video', children: [clip] };
  const tracks = { OTIO_SCHEMA: 'Stack.1', name: 'tracks', children: [track] };
  writeFileSync(join(folder, 'film.otio'), JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: 'film', tracks }));
});

afterAll(async () => {
  await workers.close();
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly signal?: AbortSignal;
  readonly onProgress?: RenderContext['onProgress'];
  readonly store?: string;
}

async function within<Result>(run: Run, work: (context: RenderContext) => Promise<Result>): Promise<Result> {
  const files = nodeFiles();
  const path = run.store ?? join(folder, `store-${(stores += 1)}`);
  const store = await openStore(files, path, { sha256, capBytes: 1e9, clockMs: Date.now });
  try {
    return await work({
      files,
      sha256,
      hashing: { sha256, startSha256 },
      store,
      mediaCache: await openMediaCache(store.context, (each) => sha256OfFile(each)),
      workers: () => workers,
      clockMs: Date.now,
      onProgress: run.onProgress ?? ((): void => {}),
      signal: run.signal ?? new AbortController().signal,
    });
  } finally {
    await store.close();
  }
}

function request(deliverable: string, other: Partial<RenderRequest> = {}): RenderRequest {
  return {
    timelinePath: join(folder, 'film.otio'),
    timelineName: null,
    edlRate: null,
    deliverablePath: deliverable,
    profile: null,
    range: null,
    forceRanges: [],
    full: false,
    allowMixed: false,
    onUnknown: 'refuse',
    mediaMap: [],
    searchFolders: [],
    paranoid: false,
    proof: 'default',
    ...other,
  };
}

test('a file with bytes behind its movie is written anew from its own chunks, and is then up to date', async () => {
  const path = join(folder, 'tail.mp4');
  const first = await within({}, (context) => renderDeliverable(context, request(path)));
  appendFileSync(path, 'bytes that nobody asked for');
  const again = await within({}, (context) => renderDeliverable(context, request(path)));
  expect(again).toMatchObject({ upToDate: false, frames: { total: frames, rendered: 0, reused: frames } });
  expect(again.sha256).toBe(first.sha256);
  expect(await within({}, (context) => renderDeliverable(context, request(path)))).toMatchObject({ upToDate: true });
});

test('I7: a full render over a deliverable of ours names it as its parent, and restore brings it back', async () => {
  const path = join(folder, 'full.mp4');
  const store = join(folder, 'store-full');
  const first = await within({ store }, (context) => renderDeliverable(context, request(path)));
  const part = request(path, { full: true, range: '0:48' });
  await within({ store }, (context) => renderDeliverable(context, part));
  const { line } = await within({ store }, (context) => readHistory(context, path));
  expect(line.map(({ parent }) => parent)).toEqual([line[1]?.id, null]);
  const restored = await within({ store }, (context) => restoreRevision(context, { path, revision: '@{1}' }, null));
  expect(restored.sha256).toBe(first.sha256);
});

test('media of the timeline is never written over, whatever is asked', async () => {
  const before = await sha256OfFile(media);
  const onto = within({}, (context) => renderDeliverable(context, request(media, { full: true })));
  await expect(onto).rejects.toMatchObject({ code: 'PW_DELIVERABLE_IS_MEDIA' });
  expect(await sha256OfFile(media)).toBe(before);
});

test('a forced range must lie within what is delivered', async () => {
  const path = join(folder, 'forced.mp4');
  const plan = (forced: string, range: string | null): Promise<unknown> =>
    within({}, (context) => forecastRender(context, request(path, { forceRanges: [forced], range })));
  await expect(plan('90:97', null)).rejects.toMatchObject({ code: 'PW_RANGE_OUTSIDE' });
  await expect(plan('10:20', '20:40')).rejects.toMatchObject({ code: 'PW_RANGE_OUTSIDE' });
  await expect(plan('90:96', null)).resolves.toMatchObject({ kind: 'forecast' });
});

test('a stopped run says how many frames are kept, leaves the old state, and goes on where it stopped', async () => {
  const path = join(folder, 'stopped.mp4');
  const store = join(folder, 'store-stopped');
  const stop = new AbortController();
  const onProgress: RenderContext['onProgress'] = ({ phase, done }) => {
    if (phase === 'write' && done > 0) stop.abort(new PatchworkError('PW_INTERRUPTED', 'stopped by SIGINT'));
  };
  const run = within({ store, onProgress, signal: stop.signal }, (context) =>
    renderDeliverable(context, request(path)),
  );
  await expect(run).rejects.toMatchObject({ code: 'PW_INTERRUPTED', details: { kept: frames, total: frames } });
  const plan = await within({ store }, (context) => forecastRender(context, request(path)));
  expect(plan.plan).toMatchObject({ rendered: 0, reused: frames });
});
