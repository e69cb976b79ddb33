import { PatchworkError, type Digest } from '@patchwork/kernel';
import { actionKeySchema, estimate, guessRates, mergeReasons, type EncodedChunk, type Plan } from '@patchwork/plan';
import {
  base64FromBytes,
  bytesFromBase64,
  chunksOf,
  entryWithConfig,
  fitChunks,
  publish,
  readMovie,
  reorderOf,
  writeMovie,
  type MovedSideIndex,
  type MovieSpec,
  type PlacedChunk,
  type SoundSpec,
} from '@patchwork/splice';
import { appendEntry, trustOf, type NewLedgerEntry } from '@patchwork/store';
import { toNumber, type FrameRange } from '@patchwork/time';
import { canEncode, prepareAdopted, type AdoptedPreparation } from './adopted-preparation.ts';
import type { RenderContext } from '../context.ts';
import { encodeMissing } from '../encode-missing.ts';
import { otherTracks } from './other-tracks.ts';
import { adoptedRenderer } from './renderers.ts';
import { filmSound, newSound } from './film-sound.ts';
import { ledgerChunks } from '../ledger-chunks.ts';
import { checkUnchanged } from '../media/media-catalog.ts';
import { movedSide } from './moved-side.ts';
import type { Delivery, Forecast } from '../outcome.ts';
import { forgetOverwritten } from './overwritten-film.ts';
import { pieceOrders, piecesFrom } from './pieces.ts';
import { proveMovie } from '../proof.ts';
import { settleDelivery } from '../record-delivery.ts';
import type { RenderRequest } from '../request.ts';
import { runId } from '../run-id.ts';
import { timelineSnapshot } from '../snapshot.ts';
import { requireSpace } from '../space.ts';
import { patchStanding, standsStill } from './standing-patch.ts';
import { watchList } from '../watch-list.ts';

/** Says what a render on an adopted film would do. @throws as `prepareAdopted` */
export async function forecastAdopted(context: RenderContext, request: RenderRequest): Promise<Forecast> {
  return adoptedForecast(context, request, await prepareAdopted(context, request));
}

/**
 * Patches an edit into an adopted film: pieces that still show what is wanted are copied, wherever they stand now; the rest
 * is rendered here, or taken from files that another program rendered (`--renderer pieces`). The lock is held by the caller.
 *
 * @throws as `prepareAdopted`, PW_PATCH_ENCODER, PW_PIECE_*, PW_PROOF_FAILED, PW_FILE_*
 */
export async function renderAdopted(context: RenderContext, request: RenderRequest): Promise<Delivery> {
  const preparation = await prepareAdopted(context, request);
  const forecast = adoptedForecast(context, request, preparation);
  if (isSame(preparation)) return delivered(request, preparation, forecast, null, []);
  const { bytes, storeBytes } = forecast.estimate;
  await requireSpace(context, request.deliverablePath, { deliverableBytes: bytes, storeBytes });
  const temps: string[] = [];
  const temp = (purpose: string): string => {
    const path = context.store.tempPath(purpose);
    temps.push(path);
    return path;
  };
  try {
    const fresh = await freshChunks(context, request, preparation, temp);
    if (standsStill(preparation)) return await patchedInPlace(context, request, preparation, forecast, fresh);
    const sound = await soundOf(context, preparation, temps);
    const moved = await movedSide(context, preparation);
    const spec = await specOf(context, preparation, fresh, sound, moved, temp('fitted'));
    await checkUnchanged(context, preparation.catalog.named);
    const made = await published(context, request, preparation, spec, fresh);
    const notes = ['the file was written anew: tags and chapters went along, names and languages of tracks did not'];
    for (const lost of moved?.lost ?? []) notes.push(`not carried over: ${lost}`);
    if (preparation.sound === 'render') notes.push('the sound was rendered anew, as a whole, by the built-in renderer');
    if ((request.publication ?? 'whole') !== 'whole') notes.push('written whole: packets of an adopted film move');
    return delivered(request, preparation, forecast, made, notes);
  } finally {
    for (const path of temps) await context.files.remove(path);
  }
}

/** Nothing moves: fresh pictures are put into the film, and everything else of it is kept. */
async function patchedInPlace(
  context: RenderContext,
  request: RenderRequest,
  preparation: AdoptedPreparation,
  forecast: Forecast,
  fresh: ReadonlyMap<number, readonly PlacedChunk[]>,
): Promise<Delivery> {
  const { film, ledger, entry, stretches, missing } = preparation;
  await checkUnchanged(context, preparation.catalog.named);
  const patches = stretches.flatMap(({ kind, range }) =>
    kind === 'kept' ? [] : [{ range, pieces: piecesWithin(range, missing, fresh) }],
  );
  const made = await patchStanding(context, preparation, patches, request, async (done, chunks) => {
    const next = newEntry(context, preparation, chunks, {
      moovDigest: done.moovDigest,
      fileSize: done.sizeBytes,
      fileSha256: null,
      sound: entry.sound,
    });
    await appendEntry(context.files, ledger, next, context.sha256);
  });
  await settleDelivery(context, film.path, made.moovDigest, new Set());
  const notes =
    made.mode === (request.publication ?? 'whole') ? [] : ['several stretches: patched in a clone, not in place'];
  return delivered(request, preparation, forecast, { moovDigest: made.moovDigest, sha256: null }, notes);
}

/** The fresh pieces of a stretch, in order. */
function piecesWithin(
  range: FrameRange,
  missing: AdoptedPreparation['missing'],
  fresh: ReadonlyMap<number, readonly PlacedChunk[]>,
): readonly PlacedChunk[] {
  return missing
    .filter((each) => each.range.in >= range.in && each.range.in < range.out)
    .flatMap((each) => fresh.get(each.range.in) ?? []);
}

function adoptedForecast(context: RenderContext, request: RenderRequest, preparation: AdoptedPreparation): Forecast {
  const { program, profile, missing, stretches, film, previous } = preparation;
  const rendered = missing.reduce((sum, { range }) => sum + range.out - range.in, 0);
  const plan: Plan = {
    frames: program.frames,
    chunks: stretches.map(({ range }, i) => ({ ...range, key: String(i) })),
    missing,
    rendered,
    reused: program.frames - rendered,
    sound: preparation.sound === 'render' ? 'render' : 'reuse',
  };
  const seconds = program.frames / toNumber(program.canvas.rate);
  const cost = estimate(plan, seconds, guessRates(profile, context.workers().count));
  return {
    kind: 'forecast',
    isStanding: false,
    plan,
    canvas: program.canvas,
    place: { rate: program.canvas.rate, offset: 0, start: program.start },
    dirty: preparation.dirty,
    reasons: mergeReasons(missing.flatMap(({ reasons }) => reasons)),
    watch: watchList(previous, program),
    diagnostics: preparation.diagnostics,
    estimate: {
      seconds: cost.seconds,
      bytes: film.stat.size + cost.freshBytes,
      storeBytes: cost.freshBytes,
      measured: cost.measured,
    },
    ...(request.renderer === 'pieces' ? { pieces: pieceOrders(context, preparation) } : {}),
  };
}

/** Tells whether the film is what would be written. */
function isSame({ stretches, sound, film, program, missing }: AdoptedPreparation): boolean {
  const inOrder = stretches.every((stretch, i) => stretch.kind === 'kept' && stretch.chunk === i);
  return missing.length === 0 && inOrder && film.frames === program.frames && sound !== 'render';
}

async function freshChunks(
  context: RenderContext,
  request: RenderRequest,
  preparation: AdoptedPreparation,
  temp: (purpose: string) => string,
): Promise<ReadonlyMap<number, readonly PlacedChunk[]>> {
  const { missing, program, video, catalog, film } = preparation;
  if (request.renderer === 'pieces') return piecesFrom(context, request.piecesFolder ?? '.', preparation, temp);
  const chunks = new Map<number, readonly PlacedChunk[]>();
  if (missing.length === 0) return chunks;
  if (!canEncode(video)) {
    throw new PatchworkError('PW_PATCH_ENCODER', `pictures for ${JSON.stringify(film.path)} cannot be encoded here`, {
      hint: 'Render them elsewhere in the film’s codec and hand them over with --renderer pieces.',
      details: { path: film.path },
    });
  }
  const known = context.store.find(missing.map(({ key }) => key));
  const wanted = missing.filter(({ key }) => !known.has(key));
  for (const chunk of await encodeMissing(context, {
    program,
    missing: wanted,
    video,
    media: catalog.named,
    unmodelled: 'pass-through',
  })) {
    known.set(chunk.key, chunk);
  }
  for (const { key, range } of missing) {
    const chunk = known.get(key);
    if (chunk !== undefined) chunks.set(range.in, [chunk]);
  }
  return chunks;
}

async function soundOf(
  context: RenderContext,
  { sound, film, profile, program, catalog }: AdoptedPreparation,
  temps: string[],
): Promise<SoundSpec | null> {
  if (sound === 'none') return null;
  if (sound === 'reuse') return filmSound(context, film, profile);
  const made = await newSound(context, film, profile, program, catalog.named);
  temps.push(made.path);
  return made.spec;
}

/** The new version: kept and fresh pieces in order, in one stream with the film's own sample entry. */
async function specOf(
  context: RenderContext,
  preparation: AdoptedPreparation,
  fresh: ReadonlyMap<number, readonly PlacedChunk[]>,
  sound: SoundSpec | null,
  moved: MovedSideIndex | null,
  fittedPath: string,
): Promise<MovieSpec> {
  const { film, entry, stretches, missing, profile, video } = preparation;
  const { movie, track } = film.base;
  const sampleEntry = track.entries[0];
  if (sampleEntry === undefined || moved === null) {
    const others = movie.tracks.filter(({ handler }) => !['vide', 'soun', 'tmcd'].includes(handler));
    throw new PatchworkError(
      'PW_ADOPT_OTHER_TRACKS',
      `${JSON.stringify(film.path)} has text or data tracks that cannot follow the edit`,
      {
        hint: 'Patch it with patchwork patch, which leaves them as they are.',
        details: { path: film.path, tracks: others.map(({ handler }) => handler) },
      },
    );
  }
  const kept = chunksOf(movie, entry.chunks);
  const config = base64FromBytes(sampleEntry.video?.config?.bytes ?? new Uint8Array(0));
  const isIntra = film.base.stream.family === 'intra';
  const own = kept.map((chunk) => ({ ...chunk, config: isIntra ? '' : config }));
  const pieces = stretches.flatMap((stretch): readonly PlacedChunk[] => {
    if (stretch.kind === 'kept') return own.slice(stretch.chunk, stretch.chunk + 1);
    return piecesWithin(stretch.range, missing, fresh);
  });
  // The film's own configuration comes first, so that its pictures keep their bytes.
  const fitted = await fitChunks(
    context.files,
    sampleEntry.format,
    [...own.slice(0, 1), ...pieces],
    fittedPath,
    context.hashing,
  );
  const chunks = fitted.chunks.slice(1);
  return {
    format: profile.container.format,
    video: {
      profile: { ...video, reorder: reorderOf(chunks) },
      pieces: chunks,
      entry: entryWithConfig(sampleEntry, isIntra ? null : bytesFromBase64(fitted.config)),
    },
    sound,
    timecode: profile.container.startTimecode,
    tags: {},
    side: moved.side,
  };
}

interface Made {
  readonly moovDigest: Digest;
  readonly sha256: Digest | null;
}

async function published(
  context: RenderContext,
  { proof }: Pick<RenderRequest, 'proof'>,
  preparation: AdoptedPreparation,
  spec: MovieSpec,
  fresh: ReadonlyMap<number, readonly PlacedChunk[]>,
): Promise<Made> {
  const { files, hashing, sha256 } = context;
  const { film, ledger, entry } = preparation;
  const isTrusted = trustOf(entry, film.stat) === 'trusted';
  const freshKeys = new Set([...fresh.values()].flat().map(({ key }) => key));
  let path = film.path;
  const { written } = await publish(files, {
    destination: film.path,
    expected: film.stat,
    run: runId(context),
    write: (temporary) => {
      path = temporary;
      return writeMovie(files, temporary, spec, hashing, {
        trusted: (source) => isTrusted && source === film.path,
        onProgress: (done, total) => {
          context.signal.throwIfAborted();
          context.onProgress({ phase: 'write', done, total, unit: 'bytes' });
        },
      });
    },
    prove: (temporary) =>
      proveMovie(context, {
        path: temporary,
        spec,
        previousKeys: entry.chunks.map(({ key }) => key),
        fresh: freshKeys,
        depth: proof,
      }),
    record: async (made) => {
      const movie = await readMovie(files, path, sha256);
      const next = newEntry(context, preparation, namedByBytes(spec), {
        moovDigest: made.moovDigest,
        fileSize: made.sizeBytes,
        fileSha256: made.sha256,
        sound: await otherTracks(context, movie),
      });
      await appendEntry(files, ledger, next, sha256);
    },
  });
  await forgetOverwritten(context, film.path);
  // The film names its chunks by their bytes: what the store holds under action keys stays of use.
  await settleDelivery(context, film.path, written.moovDigest, new Set());
  return written;
}

function newEntry(
  context: RenderContext,
  { entry, profile, toolchain, loaded, catalog, program, missing }: AdoptedPreparation,
  chunks: readonly EncodedChunk[],
  made: Pick<NewLedgerEntry, 'moovDigest' | 'fileSize' | 'fileSha256' | 'sound'>,
): NewLedgerEntry {
  const rendered = missing.reduce((sum, { range }) => sum + range.out - range.in, 0);
  return {
    ...made,
    parent: entry.id,
    timeMs: context.clockMs(),
    profile,
    toolchain,
    keySchema: actionKeySchema,
    timeline: timelineSnapshot(loaded),
    timelineName: loaded.timeline.name,
    media: catalog.named,
    epochs: [],
    range: null,
    renderer: adoptedRenderer,
    counts: { rendered, reused: program.frames - rendered },
    chunks: ledgerChunks(chunks),
  };
}

/** What stands in the film now is what later versions keep: chunks are named by their bytes. */
function namedByBytes({ video }: MovieSpec): readonly EncodedChunk[] {
  return video.pieces.map((chunk) => ({ ...chunk, key: chunk.digest }));
}

function delivered(
  request: RenderRequest,
  { program, entry, sound }: AdoptedPreparation,
  forecast: Forecast,
  made: Made | null,
  notes: readonly string[],
): Delivery {
  const { plan } = forecast;
  return {
    kind: 'delivery',
    deliverablePath: request.deliverablePath,
    upToDate: made === null,
    forecast,
    frames: { total: plan.frames, rendered: plan.rendered, reused: plan.reused },
    sound,
    verified: made === null ? null : true,
    sha256: made?.sha256 ?? null,
    moovDigest: made?.moovDigest ?? entry.moovDigest,
    notes,
    program,
  };
}
