import { PatchworkError, type Digest } from '@patchwork/kernel';
import { actionKeySchema, estimate, guessRates, mergeReasons, type EncodedChunk, type Plan } from '@patchwork/plan';
import type { PlacedChunk } from '@patchwork/splice';
import { appendEntry, type LedgerSound, type NewLedgerEntry } from '@patchwork/store';
import { toNumber, type FrameRange } from '@patchwork/time';
import { canEncode, prepareAdopted, type AdoptedPreparation } from './adopted-preparation.ts';
import type { RenderContext } from '../run/context.ts';
import { encodeMissing } from '../pictures/encode-missing.ts';
import { newSound } from '../sound/film-sound.ts';
import { adoptedRenderer } from '../record/renderers.ts';
import { beforeText, keptBefore, type VersionBefore } from '../publish/kept-version.ts';
import { ledgerChunks } from '../record/ledger-chunks.ts';
import { checkUnchanged } from '../media/media-catalog.ts';
import { requireRoom } from '../plan/forecast-cost.ts';
import type { Delivery, Forecast } from '../plan/outcome.ts';
import { pieceOrders, piecesFrom } from './pieces.ts';
import { publishRecut, recutFilm } from './recut-film.ts';
import type { PublishedFilm } from '../publish/film-publication.ts';
import { settleDelivery } from '../publish/record-delivery.ts';
import type { RenderRequest } from '../run/request.ts';
import { timelineSnapshot } from '../timeline/snapshot.ts';
import { patchStanding, standsStill } from './standing-patch.ts';
import { watchList } from '../plan/watch-list.ts';
import { withTemps, type NameTemp } from '../run/temp-files.ts';

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
  const { sound, program, video } = preparation;
  const mixed = sound === 'render' ? program.sound : null;
  const { bytes, storeBytes } = forecast.estimate;
  const needed = { bytes, storeBytes: storeBytes + copyBytes(request, preparation) };
  await requireRoom(context, request, needed, { video, sound: mixed });
  return withTemps(context, async (temp) => {
    const fresh = await freshChunks(context, request, preparation, temp);
    if (standsStill(preparation)) return await patchedInPlace(context, request, preparation, forecast, fresh);
    return await recutAndPublished(context, request, preparation, forecast, fresh, temp);
  });
}

/** Several stretches that do not move are patched into a copy in the store's folder, of which the new film is written. */
function copyBytes({ publication = 'whole' }: RenderRequest, preparation: AdoptedPreparation): number {
  const { stretches, film } = preparation;
  const isCopied = stretches.filter(({ kind }) => kind === 'fresh').length > 1 && standsStill(preparation);
  return publication === 'whole' && isCopied ? film.base.movie.sizeBytes : 0;
}

/** Nothing moves: fresh pictures are put into the film, and everything else of it is kept. */
async function patchedInPlace(
  context: RenderContext,
  request: RenderRequest,
  preparation: AdoptedPreparation,
  forecast: Forecast,
  fresh: ReadonlyMap<number, readonly PlacedChunk[]>,
): Promise<Delivery> {
  const { film, entry, stretches, missing } = preparation;
  await checkUnchanged(context, preparation.catalog.named);
  const patches = stretches.flatMap(({ kind, range }) =>
    kind === 'kept' ? [] : [{ range, pieces: piecesWithin(range, missing, fresh) }],
  );
  let before: VersionBefore = { where: 'file' };
  const made = await patchStanding(context, preparation, patches, request, async (done, chunks) => {
    before = await recordVersion(context, preparation, done, { chunks, sound: entry.sound });
  });
  await settleDelivery(context, film.path, made.moovDigest, new Set());
  const notes = [
    ...(made.mode === (request.publication ?? 'whole') ? [] : ['several stretches: patched in a clone, not in place']),
    ...notesOf(before, film.path),
  ];
  return delivered(request, preparation, forecast, made.moovDigest, notes);
}

function notesOf(before: VersionBefore, path: string): readonly string[] {
  const text = beforeText(before, path);
  return text === null ? [] : [text];
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
  const inOrder = stretches.every((stretch) => stretch.kind === 'kept' && stretch.from === stretch.range.in);
  return missing.length === 0 && inOrder && film.frames === program.frames && sound !== 'render';
}

async function freshChunks(
  context: RenderContext,
  request: RenderRequest,
  preparation: AdoptedPreparation,
  temp: NameTemp,
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

/** Pictures move, or the sound is another one: the film's own index for another list of samples. */
async function recutAndPublished(
  context: RenderContext,
  request: RenderRequest,
  preparation: AdoptedPreparation,
  forecast: Forecast,
  fresh: ReadonlyMap<number, readonly PlacedChunk[]>,
  temp: NameTemp,
): Promise<Delivery> {
  const { film, missing, profile, program, catalog } = preparation;
  let before: VersionBefore = { where: 'file' };
  const mode = request.publication ?? 'whole';
  const isRendered = preparation.sound === 'render';
  const sound = isRendered ? await newSound(context, film, profile, program, catalog.named) : null;
  try {
    const freshOf = (range: FrameRange): readonly PlacedChunk[] => piecesWithin(range, missing, fresh);
    const made = await recutFilm(context, preparation, freshOf, sound?.spec ?? null, mode, temp);
    await checkUnchanged(context, catalog.named);
    const how = { mode, depth: request.proof };
    const done = await publishRecut(context, preparation, made, how, async (published) => {
      before = await recordVersion(context, preparation, published, made);
    });
    // The film names its chunks by their bytes: what the store holds under action keys stays of use.
    await settleDelivery(context, film.path, done.moovDigest, new Set());
    const notes = made.recut.lost.map((lost) => `not carried over: ${lost}`);
    notes.push(...notesOf(before, film.path));
    if (isRendered) notes.push('the sound was rendered anew, as a whole, by the built-in renderer');
    return delivered(request, preparation, forecast, done.moovDigest, notes);
  } finally {
    if (sound !== null) await context.files.remove(sound.path);
  }
}

/** Writes the history's entry of a new version, and keeps what is of the version before alone. */
async function recordVersion(
  context: RenderContext,
  preparation: AdoptedPreparation,
  { moovDigest, sizeBytes, anew }: PublishedFilm,
  { chunks, sound }: { readonly chunks: readonly EncodedChunk[]; readonly sound: LedgerSound | null },
): Promise<VersionBefore> {
  const { film, ledger, entry, profile, toolchain, loaded, catalog, program, missing } = preparation;
  const rendered = missing.reduce((sum, { range }) => sum + range.out - range.in, 0);
  const next: NewLedgerEntry = {
    parent: entry.id,
    timeMs: context.clockMs(),
    moovDigest,
    fileSize: sizeBytes,
    fileSha256: null,
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
    sound,
  };
  const appended = await appendEntry(context.files, ledger, next, context.sha256);
  return keptBefore(context, { movie: film.base.movie, entry }, { path: anew, entry: appended.entry });
}

function delivered(
  request: RenderRequest,
  { program, entry, sound }: AdoptedPreparation,
  forecast: Forecast,
  moovDigest: Digest | null,
  notes: readonly string[],
): Delivery {
  const { plan } = forecast;
  return {
    kind: 'delivery',
    deliverablePath: request.deliverablePath,
    upToDate: moovDigest === null,
    forecast,
    frames: { total: plan.frames, rendered: plan.rendered, reused: plan.reused },
    sound,
    verified: moovDigest === null ? null : true,
    sha256: null,
    moovDigest: moovDigest ?? entry.moovDigest,
    notes,
    program,
  };
}
