import type { Digest } from '@patchwork/kernel';
import { actionKeySchema, type EncodedChunk } from '@patchwork/plan';
import type { MovieSpec, SoundPlace, SoundSpec, WrittenMovie } from '@patchwork/splice';
import {
  appendEntry,
  emptyLedger,
  keepReplaced,
  readLedger,
  recordTrust,
  type Ledger,
  type LedgerChunk,
  type LedgerEntry,
  type LedgerSound,
  type MixedSettings,
  type NewLedgerEntry,
  type WorkTimes,
} from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { runDigest } from '../record/file-digest.ts';
import { ledgerChunks } from '../record/ledger-chunks.ts';
import type { Preparation } from '../plan/preparation.ts';
import type { RenderRequest } from '../run/request.ts';
import { timelineSnapshot, type NamedMedia } from '../timeline/snapshot.ts';

/** A new deliverable, complete and proven, not yet under its name. */
export interface MadeMovie {
  readonly written: WrittenMovie;
  /** In record order. */
  readonly pieces: readonly EncodedChunk[];
  /** Null where all are of one kind. */
  readonly mixed: MixedSettings | null;
  readonly sound: SoundSpec | null;
  readonly rendered: number;
  readonly took: WorkTimes;
}

/**
 * Writes the history entry of a deliverable that is about to get its name, and saves what only the old one holds. Both are
 * durable when this returns; a crash before the rename leaves an entry that fits no file and harms nobody.
 */
export async function recordDelivery(
  context: RenderContext,
  request: RenderRequest,
  preparation: Preparation,
  made: MadeMovie,
): Promise<void> {
  const { files, sha256 } = context;
  const replaced = replacedEntry(preparation);
  const entry = await entryOf(context, preparation, made);
  // Of a damaged file what still holds its hash is kept.
  if (replaced !== null) {
    const survivors = new Set([
      ...made.pieces.map(({ key }) => key),
      ...(entry.sound?.pieces ?? []).map(({ key }) => key),
    ]);
    await keepReplaced(context.store, { entry: replaced, path: request.deliverablePath, survivors });
  }
  const ledger =
    ledgerOf(preparation) ??
    (await readLedger(files, request.deliverablePath, sha256)) ??
    emptyLedger(request.deliverablePath, sha256);
  await appendEntry(files, ledger, entry, sha256);
}

/**
 * Saves into the store what only the old deliverable holds, before its bytes are overwritten. What is kept of its sound is
 * kept whole.
 */
export async function keepOldChunks(
  context: RenderContext,
  request: RenderRequest,
  preparation: Preparation,
  pieces: readonly EncodedChunk[],
): Promise<void> {
  const entry = replacedEntry(preparation);
  if (entry === null) return;
  const sound = preparation.sound === null ? [] : (entry.sound?.pieces ?? []);
  const survivors = new Set([...pieces, ...sound].map(({ key }) => key));
  await keepReplaced(context.store, { entry, path: request.deliverablePath, survivors });
}

/** The entry whose file is replaced, also by a full render: the parent, and what `restore` brings back. */
function replacedEntry({ base }: Preparation): LedgerEntry | null {
  return base.kind === 'ours' || base.kind === 'damaged' ? base.entry : null;
}

function ledgerOf({ base }: Preparation): Ledger | null {
  return base.kind === 'unreadable' ? null : base.ledger;
}

/** Trusts the new file from now on, keeps a copy of its history in the store, and lets go of chunks that it holds itself. */
export async function settleDelivery(
  context: RenderContext,
  path: string,
  moovDigest: Digest,
  fresh: ReadonlySet<Digest>,
): Promise<void> {
  const { files, sha256, store } = context;
  const ledger = await readLedger(files, path, sha256);
  const entry = ledger?.entries.findLast((each) => each.moovDigest === moovDigest);
  const stat = await files.stat(path);
  if (ledger === null || entry === undefined || stat === null) return;
  await store.keepLedger(await recordTrust(files, ledger, entry.id, stat, sha256));
  if (fresh.size > 0) await store.release(fresh);
}

async function entryOf(context: RenderContext, preparation: Preparation, made: MadeMovie): Promise<NewLedgerEntry> {
  const { loaded, profile, toolchain, catalog, program, range, epochs } = preparation;
  const { written } = made;
  return {
    parent: replacedEntry(preparation)?.id ?? null,
    timeMs: context.clockMs(),
    moovDigest: written.moovDigest,
    fileSize: written.sizeBytes,
    fileSha256: written.sha256,
    profile,
    toolchain,
    keySchema: actionKeySchema,
    ...(made.mixed === null ? {} : { mixed: made.mixed }),
    timeline: timelineSnapshot(loaded),
    timelineName: loaded.timeline.name,
    media: catalog.named satisfies readonly NamedMedia[],
    epochs,
    range,
    renderer: 'ffmpeg',
    counts: { rendered: made.rendered, reused: program.frames - made.rendered },
    took: made.took,
    chunks: ledgerChunks(made.pieces, written.placed),
    sound:
      made.sound === null || preparation.soundKey === null
        ? null
        : await soundOf(context, preparation.soundKey, made.sound, written.soundPlaced),
  };
}

/**
 * The sound of a file that was made anew of an older version, which may have had it in other runs.
 *
 * @throws PW_FILE_*
 */
export async function copiedSound(
  context: RenderContext,
  { sound }: LedgerEntry,
  spec: MovieSpec,
  { soundPlaced }: Pick<WrittenMovie, 'soundPlaced'>,
): Promise<LedgerSound | null> {
  return sound === null || spec.sound === null ? null : await soundOf(context, sound.key, spec.sound, soundPlaced);
}

/** The sound of a new file as its history names it, run by run. @throws PW_FILE_* */
async function soundOf(
  context: RenderContext,
  key: Digest,
  sound: SoundSpec,
  places: readonly SoundPlace[],
): Promise<LedgerSound> {
  const { digest, config, samplesPerPacket, priming, samples } = sound;
  const pieces: LedgerChunk[] = [];
  let packet = 0;
  for (const place of places) {
    const first = packet;
    let size = 0;
    while (sound.packetSizes !== null && size < place.sizeBytes) size += sound.packetSizes[packet++] ?? place.sizeBytes;
    const sizes =
      sound.packetSizes === null
        ? [place.sizeBytes]
        : Array.from({ length: packet - first }, (_, index) => sound.packetSizes?.[first + index] ?? 0);
    const pieceDigest = await runDigest(context, place);
    pieces.push({
      key: pieceDigest,
      digest: pieceDigest,
      sizes,
      order: sizes.map((_, index) => index),
      sync: sizes.map(() => true),
      config: '',
      offset: place.offset,
    });
  }
  return { key, digest, config, samplesPerPacket, priming, samples, pieces };
}
