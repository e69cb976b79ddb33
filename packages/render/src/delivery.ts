import { PatchworkError } from '@patchwork/kernel';
import { isSameFile, type SoundSpec, type WrittenMovie } from '@patchwork/splice';
import { recordTrust, trustOf, type WorkTimes } from '@patchwork/store';
import { forecastAdopted, renderAdopted } from './adopted/adopted-render.ts';
import { ChunkBench } from './pictures/chunk-bench.ts';
import type { RenderContext } from './run/context.ts';
import { fileDigest } from './record/file-digest.ts';
import { EarlyPictures } from './pictures/early-pictures.ts';
import { adoptedRenderer } from './record/renderers.ts';
import { forecastOf } from './plan/forecast.ts';
import { requireRoom } from './plan/forecast-cost.ts';
import { interruption, type KeptFrames } from './run/interruption.ts';
import { keptSound } from './sound/kept-sound.ts';
import { checkUnchanged } from './media/media-catalog.ts';
import { mixedNote } from './plan/mixture.ts';
import { movieSpec, piecesOf } from './publish/movie-spec.ts';
import type { Delivery, Forecast } from './plan/outcome.ts';
import { inspectDeliverable, prepare, type InspectedBase, type Preparation } from './plan/preparation.ts';
import { canAppend, publishOwn } from './publish/own-publication.ts';
import { proveMovie } from './proof/proof.ts';
import { keepOldChunks, recordDelivery, settleDelivery } from './publish/record-delivery.ts';
import { writeRepairing } from './publish/repairing-write.ts';
import type { RenderRequest } from './run/request.ts';
import { workAlone, lockWaitMs } from './record/leftovers.ts';
import { renderSoundTrack } from './sound/sound-track.ts';
import { isUpToDate } from './plan/up-to-date.ts';

/** Says what a render would do. Writes nothing but the caches of media digests. @throws as `prepare` */
export async function forecastRender(context: RenderContext, request: RenderRequest): Promise<Forecast> {
  const inspected = await inspectDeliverable(context, request);
  if (isAdopted(inspected, request)) return forecastAdopted(context, request);
  return forecastOf(context, await prepare(context, request, 'forecast', inspected));
}

/**
 * Renders what is missing, writes the new deliverable beside the old one, proves it, and publishes it by a rename. Until
 * that rename the old deliverable is untouched; what was rendered stays in the store whatever happens.
 *
 * @throws as `prepare`, and PW_MEDIA_DECODE, PW_MEDIA_CHANGED, PW_PROOF_FAILED, PW_FILE_NO_SPACE, PW_DELIVERABLE_BUSY,
 *   PW_INTERRUPTED …
 */
export async function renderDeliverable(context: RenderContext, request: RenderRequest): Promise<Delivery> {
  return workAlone(context, request.deliverablePath, () => renderAlone(context, request), lockWaitMs);
}

async function renderAlone(context: RenderContext, request: RenderRequest): Promise<Delivery> {
  const early = new EarlyPictures(context, request);
  try {
    const inspected = await inspectDeliverable(context, request);
    if (isAdopted(inspected, request)) return await renderAdopted(context, request);
    const preparation = await prepare(context, request, 'render', inspected, (ahead) => early.begin(ahead));
    const forecast = forecastOf(context, preparation);
    if (isUpToDate(preparation) && (await isWhole(context, request, preparation))) {
      return leaveAlone(request, preparation, forecast);
    }
    const isMixed = preparation.soundKey !== null && preparation.sound === null;
    const sound = isMixed ? preparation.program.sound : null;
    await requireRoom(context, request, forecast.estimate, { video: preparation.profile.video, sound });
    return await deliver(context, request, preparation, forecast, early);
  } finally {
    await early.stop();
  }
}

/** Tells whether a film of another program that is bound to a timeline stands there. @throws PW_RENDERER_PIECES when it must */
function isAdopted({ base }: InspectedBase, request: RenderRequest): boolean {
  if (!request.full && base.kind === 'film' && base.entry.renderer === adoptedRenderer) return true;
  if (request.renderer !== 'pieces') return false;
  throw new PatchworkError(
    'PW_RENDERER_PIECES',
    `${request.deliverablePath} is no adopted film: there is nothing that pieces could join`,
    {
      hint: 'Bind the film to its timeline with patchwork adopt first.',
      details: { path: request.deliverablePath },
    },
  );
}

async function deliver(
  context: RenderContext,
  request: RenderRequest,
  preparation: Preparation,
  forecast: Forecast,
  early: EarlyPictures,
): Promise<Delivery> {
  const notes: string[] = [];
  const { missing } = preparation.plan;
  // One process more than there are chunks: it starts beside the encoding and shares in the proof.
  const workers = context.workers().count;
  if (missing.length > 0) context.workers().warm(Math.min(missing.length + 1, workers));
  const bench = new ChunkBench(context, request, preparation, early);
  const startMs = early.begunAtMs ?? context.clockMs();
  const sound = await renderBoth(context, request, preparation, bench, notes);
  const renderedMs = context.clockMs();
  const fitted = context.store.tempPath('fitted');
  try {
    await bench.fit(fitted);
    noteMixed(preparation, bench, notes);
    await checkUnchanged(context, preparation.catalog.named);
    const mode = request.publication ?? 'whole';
    if (mode !== 'whole' && !canAppend(preparation)) notes.push(wholeNote(mode));
    const written = await publishOwn(context, preparation, {
      mode,
      write: (writer) => writeRepairing(context, preparation, bench, sound.spec, writer, notes),
      prove: (path) =>
        proveMovie(context, {
          path,
          spec: movieSpec(preparation, bench, sound.spec),
          previousKeys: preparation.previous?.entry.chunks.map(({ key }) => key) ?? [],
          fresh: bench.fresh,
          depth: request.proof,
        }),
      keep: () => keepOldChunks(context, request, preparation, piecesOf(preparation, bench)),
      record: (made) =>
        recordDelivery(context, request, preparation, {
          written: made,
          pieces: piecesOf(preparation, bench),
          mixed: bench.mixed,
          sound: sound.spec,
          rendered: bench.renderedFrames(),
          took: { ...timesOf(startMs, renderedMs, context.clockMs()), withSound: sound.path !== null, workers },
        }),
    });
    await settleDelivery(context, request.deliverablePath, written.moovDigest, bench.fresh);
    return deliveryOf(request, preparation, forecast, { written, rendered: bench.renderedFrames(), notes });
  } catch (error) {
    throw interruption(context.signal, error, keptBy(bench));
  } finally {
    await context.files.remove(fitted);
    if (sound.path !== null) await context.files.remove(sound.path);
  }
}

/** In milliseconds. The clock on the wall may be set back. */
function timesOf(startMs: number, renderedMs: number, endMs: number): Pick<WorkTimes, 'renderMs' | 'restMs'> {
  const lasted = (from: number, to: number): number => Math.max(0, Math.round(to - from));
  return { renderMs: lasted(startMs, renderedMs), restMs: lasted(renderedMs, endMs) };
}

function wholeNote(mode: 'fast' | 'in-place'): string {
  return `written whole: there is no file of ours to be patched ${mode === 'fast' ? 'as a clone' : 'in place'}`;
}

function noteMixed(preparation: Preparation, bench: ChunkBench, notes: string[]): void {
  if (bench.mixed === null) return;
  const chunks = piecesOf(preparation, bench);
  const note = mixedNote({ mixed: bench.mixed, chunks });
  if (note !== null) notes.push(note);
}

/** A sound track ready to be written, and the temporary file that holds it; null for one that stands in the base. */
interface ReadySound {
  readonly spec: SoundSpec | null;
  readonly path: string | null;
}

/**
 * Renders pictures and sound side by side: the sound is one job of one worker. Where the pictures fail, the sound stops;
 * where the sound fails, the pictures are finished first, for they are kept. The pictures' progress is the one that is told.
 */
async function renderBoth(
  context: RenderContext,
  request: RenderRequest,
  preparation: Preparation,
  bench: ChunkBench,
  notes: string[],
): Promise<ReadySound> {
  const stop = new AbortController();
  let arePicturesDone = false;
  const beside: RenderContext = {
    ...context,
    signal: AbortSignal.any([context.signal, stop.signal]),
    onProgress: (event) => {
      if (arePicturesDone) context.onProgress(event);
    },
  };
  const sound = soundFor(beside, request, preparation, notes);
  const settled = Promise.allSettled([sound]);
  try {
    await bench.render(preparation.plan.missing);
  } catch (error) {
    stop.abort();
    const [outcome] = await settled;
    if (outcome.status === 'fulfilled' && outcome.value.path !== null) await context.files.remove(outcome.value.path);
    throw error;
  }
  arePicturesDone = true;
  return sound.catch((error: unknown) => {
    throw interruption(context.signal, error, keptBy(bench));
  });
}

/** After the pictures are rendered, all of them are kept whatever happens. */
function keptBy(bench: ChunkBench): KeptFrames {
  const frames = bench.renderedFrames();
  return { kept: frames, total: frames };
}

function deliveryOf(
  request: RenderRequest,
  preparation: Preparation,
  forecast: Forecast,
  done: { readonly written: WrittenMovie; readonly rendered: number; readonly notes: readonly string[] },
): Delivery {
  const total = preparation.plan.frames;
  return {
    kind: 'delivery',
    deliverablePath: request.deliverablePath,
    upToDate: false,
    forecast,
    frames: { total, rendered: done.rendered, reused: total - done.rendered },
    sound: preparation.soundKey === null ? 'none' : preparation.sound === null ? 'render' : 'reuse',
    verified: true,
    sha256: done.written.sha256,
    moovDigest: done.written.moovDigest,
    notes: done.notes,
    program: preparation.program,
  };
}

/** The wanted sound: the old track's bytes where its key is the same, else one pass over the whole programme. */
async function soundFor(
  context: RenderContext,
  request: RenderRequest,
  preparation: Preparation,
  notes: string[],
): Promise<ReadySound> {
  const { profile, program, catalog } = preparation;
  if (preparation.soundKey === null) return { spec: null, path: null };
  if (preparation.sound !== null)
    return { spec: keptSound(preparation.sound, profile.sound, request.deliverablePath), path: null };
  const { spec, path, clipped } = await renderSoundTrack(context, program.sound, profile.sound, catalog.named);
  if (clipped > 0) notes.push(`${clipped} sound samples were above full scale and were clipped`);
  return { spec, path };
}

/**
 * Tells whether an up-to-date file is so in every byte. Of one that is trusted this is not asked. Any other was hashed
 * chunk by chunk already; one that is whole in between as well is trusted from now on.
 */
async function isWhole(context: RenderContext, request: RenderRequest, preparation: Preparation): Promise<boolean> {
  const { base, baseStat } = preparation;
  if (base.kind !== 'ours') return false;
  if (base.trusted) return true;
  // What was appended to was not hashed whole: there is nothing to compare with.
  if (base.entry.fileSha256 === null) return true;
  const path = request.deliverablePath;
  if ((await fileDigest(context, path)) !== base.entry.fileSha256) return false;
  const stat = await context.files.stat(path);
  if (stat !== null && isSameFile(stat, baseStat) && trustOf(base.entry, stat) !== 'trusted') {
    await context.store.keepLedger(await recordTrust(context.files, base.ledger, base.entry.id, stat, context.sha256));
  }
  return true;
}

/** The deliverable is as it should be. */
function leaveAlone(request: RenderRequest, preparation: Preparation, forecast: Forecast): Delivery {
  const { plan, previous, program } = preparation;
  return {
    kind: 'delivery',
    deliverablePath: request.deliverablePath,
    upToDate: true,
    forecast,
    frames: { total: plan.frames, rendered: 0, reused: plan.frames },
    sound: preparation.soundKey === null ? 'none' : 'reuse',
    verified: null,
    sha256: null,
    moovDigest: previous?.entry.moovDigest ?? '',
    notes: [],
    program,
  };
}
