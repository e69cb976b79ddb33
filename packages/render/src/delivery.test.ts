import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256, sha256OfFile, startSha256 } from '@patchwork/files';
import { PatchworkError } from '@patchwork/kernel';
import { startWorkers } from '@patchwork/media';
import { openMediaCache, openStore } from '@patchwork/store';
import { rational } from '@patchwork/time';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RenderContext } from './run/context.ts';
import { forecastRender, renderDeliverable } from './delivery.ts';
import { readHistory } from './record/history.ts';
import type { Forecast } from './plan/outcome.ts';
import type { RenderRequest } from './run/request.ts';
import { inspectBase } from './record/base.ts';
import { restoreRevision } from './restoration.ts';
import { verifyDeliverable } from './verify.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-delivery-'));
const media = join(folder, 'm01.mov');
const workers = startWorkers({ count: 1 });
const frames = 96;
let stores = 0;

beforeAll(async () => {
  const video = { codec: 'h264', width: 320, height: 180, rate: rational(24), frames } as const;
  await workers.writeTestMedia({ path: media, id: 1, container: 'mov', video, sound: null });
  writeFilm('film.otio', 0, frames);
});

/** A timeline of one clip: these frames of the one file. */
function writeFilm(name: string, start: number, length: number, metadata: object = {}): string {
  const time = (value: number): object => ({ OTIO_SCHEMA: 'RationalTime.1', rate: 24, value });
  const range = (from: number, count: number): object => {
    return { OTIO_SCHEMA: 'TimeRange.1', start_time: time(from), duration: time(count) };
  };
  const reference = { OTIO_SCHEMA: 'ExternalReference.1', target_url: media, available_range: range(0, frames) };
  const source = range(start, length);
  const clip = { OTIO_SCHEMA: 'Clip.1', name: 'm01', source_range: source, media_reference: reference };
  const track = { OTIO_SCHEMA: 'Track.1', name: 'V1', kind: 'Video', children: [clip] };
  const tracks = { OTIO_SCHEMA: 'Stack.1', name: 'tracks', children: [track] };
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', metadata, name: 'film', tracks }));
  return path;
}

/** Changes one byte of a file. */
function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

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

test('pictures that began before the plan stop where the delivered timeline forbids the patch', async () => {
  const path = join(folder, 'ahead.mp4');
  const store = join(folder, 'store-ahead');
  const canvas = (width: number): object => ({ patchwork: { canvas: { width, height: 180, rate: '24/1' } } });
  const old = writeFilm('ahead.otio', 0, frames, canvas(320));
  await within({ store }, (context) => renderDeliverable(context, request(path, { timelinePath: old })));
  const before = await sha256OfFile(path);
  // The film keeps its settings, so its pictures can be begun; only the old timeline says that its raster was another one.
  const next = writeFilm('ahead.otio', 5, 60, canvas(640));
  const phases = new Set<string>();
  const run = within({ store, onProgress: ({ phase }) => phases.add(phase) }, (context) =>
    renderDeliverable(context, request(path, { timelinePath: next })),
  );
  await expect(run).rejects.toMatchObject({ code: 'PW_FULL_REQUIRED' });
  expect([...phases], 'it had begun').toContain('render');
  expect(await sha256OfFile(path)).toBe(before);
  expect(readdirSync(join(store, 'tmp'))).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('ahead.'))).toEqual([
    'ahead.mp4',
    'ahead.mp4.patchwork',
    'ahead.otio',
  ]);
  // Nothing of it is in the way of the next run, which is a clean one.
  const again = writeFilm('ahead.otio', 5, 60, canvas(320));
  const patched = await within({ store }, (context) =>
    renderDeliverable(context, request(path, { timelinePath: again })),
  );
  const clean = join(folder, 'ahead-clean.mp4');
  await within({}, (context) => renderDeliverable(context, request(clean, { timelinePath: again })));
  expect(patched.sha256).toBe(await sha256OfFile(clean));
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

test('a copy that is whole is hashed once and trusted from then on', async () => {
  const path = join(folder, 'original.mp4');
  const copy = join(folder, 'copy.mp4');
  await within({}, (context) => renderDeliverable(context, request(path)));
  copyFileSync(path, copy);
  copyFileSync(`${path}.patchwork`, `${copy}.patchwork`);
  expect(await within({}, (context) => inspectBase(context, copy, false))).toMatchObject({ trusted: false });
  expect(await within({}, (context) => renderDeliverable(context, request(copy)))).toMatchObject({ upToDate: true });
  expect(await within({}, (context) => inspectBase(context, copy, false))).toMatchObject({ trusted: true });
});

test('a byte outside of pictures and sound is found by verify, and by a render of a file that is not as we left it', async () => {
  const path = join(folder, 'brand.mp4');
  const first = await within({}, (context) => renderDeliverable(context, request(path)));
  // The minor version of `ftyp`: no index and no packet.
  flipByte(path, 15);
  const verdict = await within({}, (context) => verifyDeliverable(context, path, 'default'));
  expect(verdict.findings.map(({ code }) => code)).toEqual(['PW_VERIFY_FILE']);
  const again = await within({}, (context) => renderDeliverable(context, request(path, { paranoid: true })));
  expect(again).toMatchObject({ upToDate: false, sha256: first.sha256, frames: { rendered: 0 } });
});

test('a full render keeps epochs, so that it finds no stale chunk in the store', async () => {
  const path = join(folder, 'epochs.mp4');
  const store = join(folder, 'store-epochs');
  const render = (other: Partial<RenderRequest>): Promise<unknown> =>
    within({ store }, (context) => renderDeliverable(context, request(path, other)));
  await render({});
  await render({ forceRanges: ['0:48'] });
  // The stale chunks are in the store: they were replaced.
  await render({ full: true });
  const { current } = await within({ store }, (context) => readHistory(context, path));
  expect(current?.epochs).toEqual([{ range: { in: 0, out: 48 }, number: 1 }]);
});

test('a forced picture that was gone for a while comes back with its epoch', async () => {
  const path = join(folder, 'gone.mp4');
  const store = join(folder, 'store-gone');
  const tail = writeFilm('tail.otio', 48, 48);
  const render = (other: Partial<RenderRequest>): Promise<unknown> =>
    within({ store }, (context) => renderDeliverable(context, request(path, other)));
  await render({});
  await render({ forceRanges: ['10:20'] });
  await render({ timelinePath: tail });
  await render({});
  const { current } = await within({ store }, (context) => readHistory(context, path));
  expect(current?.epochs).toEqual([{ range: { in: 10, out: 20 }, number: 1 }]);
  await render({ timelinePath: tail });
  await render({ forceRanges: ['30:40'] });
  const { current: last } = await within({ store }, (context) => readHistory(context, path));
  expect(last?.epochs.map(({ number }) => number)).toEqual([1, 2]);
});

test('the forecast of a second run goes by the first one', async () => {
  const path = join(folder, 'forecast.mp4');
  const forecast = (): Promise<Forecast> => within({}, (context) => forecastRender(context, request(path)));
  expect((await forecast()).estimate.measured).toBe(false);
  await within({}, (context) => renderDeliverable(context, request(path)));
  const forced = await within({}, (context) => forecastRender(context, request(path, { forceRanges: ['0:96'] })));
  expect(forced.estimate).toMatchObject({ measured: true, seconds: expect.any(Number) });
  // All of the old pictures leave: they go into the store.
  expect(forced.estimate.storeBytes).toBeGreaterThan(forced.estimate.bytes);
});

test('dirty frames are frames of the new film', async () => {
  const path = join(folder, 'shorter.mp4');
  await within({}, (context) => renderDeliverable(context, request(path)));
  const shorter = request(path, { timelinePath: writeFilm('shorter.otio', 0, 60) });
  const forecast = await within({}, (context) => forecastRender(context, shorter));
  expect([forecast.plan.frames, forecast.dirty]).toEqual([60, []]);
});

test('what a damaged file still holds, and the new version does not, can be restored', async () => {
  const path = join(folder, 'damaged.mp4');
  const store = join(folder, 'store-damaged');
  const first = await within({ store }, (context) => renderDeliverable(context, request(path)));
  const fresh = join(folder, 'store-damaged-later');
  const whole = readFileSync(path);
  truncateSync(path, statSync(path).size - 1);
  const tail = request(path, { timelinePath: writeFilm('kept.otio', 48, 48) });
  const patched = await within({ store: fresh }, (context) => renderDeliverable(context, tail));
  expect(patched.frames.total).toBe(48);
  // The first chunk is in no deliverable now; the last one is rendered, as its end was cut off.
  const { line } = await within({ store: fresh }, (context) => readHistory(context, path));
  const [head] = line[1]?.chunks ?? [];
  const found = await within({ store: fresh }, async (context) => context.store.find([head?.key ?? '']));
  expect([...found.keys()]).toEqual([head?.key]);
  expect(first.sha256).toBe(sha256(whole));
});
