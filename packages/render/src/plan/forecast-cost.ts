import { canonicalJson, type Digest, type Json } from '@patchwork/kernel';
import { estimate, guessRates, measuredRates, type MeasuredRun, type VideoProfile } from '@patchwork/plan';
import type { SoundProgram } from '@patchwork/program';
import { byteLength, historyOf, type LedgerEntry } from '@patchwork/store';
import { toNumber } from '@patchwork/time';
import type { RenderContext } from '../run/context.ts';
import type { RenderRequest } from '../run/request.ts';
import { decodedSoundBytes, growthInPlace, requireSpace } from '../run/space.ts';
import type { Preparation } from './preparation.ts';

/** What a run will take. */
export interface ForecastCost {
  readonly seconds: number;
  /** Bytes of the new deliverable. */
  readonly bytes: number;
  /** Bytes that go into the store: fresh pictures and sound, and what only the old deliverable holds. */
  readonly storeBytes: number;
  /** Whether time follows from earlier runs of these settings here; false: from raster and cores. */
  readonly measured: boolean;
}

/** Runs that are looked at: pace changes with the machine's other work. */
const latestRuns = 10;

/** Says what a run will take, from the deliverable's own history where there is one. */
export function costOf(context: RenderContext, preparation: Preparation): ForecastCost {
  const { plan, program, profile } = preparation;
  const workers = context.workers().count;
  const seconds = program.frames / toNumber(program.canvas.rate);
  const rates = measuredRates(runsBefore(preparation, workers), guessRates(profile, workers));
  const cost = estimate(plan, seconds, rates);
  const kept = keptSize(preparation);
  const soundBytes = preparation.sound?.pieces.reduce((sum, piece) => sum + byteLength(piece), 0) ?? 0;
  const freshPictures =
    kept.frames > 0 ? (kept.bytes / kept.frames) * plan.rendered : plan.rendered * rates.bytesPerFrame;
  const fresh = freshPictures + cost.freshBytes - plan.rendered * rates.bytesPerFrame;
  return {
    seconds: cost.seconds,
    bytes: Math.ceil(kept.bytes + soundBytes + Math.max(0, fresh)),
    storeBytes: Math.ceil(Math.max(0, fresh)) + leavingBytes(context, preparation),
    measured: cost.measured,
  };
}

/**
 * Refuses a run for which there is no room.
 *
 * @param fresh.video how fresh pictures are encoded.
 * @param fresh.sound what is mixed anew; null for none.
 * @throws PW_FILE_NO_SPACE
 */
export async function requireRoom(
  context: RenderContext,
  { deliverablePath, publication }: Pick<RenderRequest, 'deliverablePath' | 'publication'>,
  { bytes, storeBytes }: Pick<ForecastCost, 'bytes' | 'storeBytes'>,
  { video, sound }: { readonly video: VideoProfile; readonly sound: SoundProgram | null },
): Promise<void> {
  await requireSpace(context, deliverablePath, {
    deliverableBytes: publication === 'in-place' ? growthInPlace(Math.min(bytes, storeBytes), video) : bytes,
    storeBytes,
    temporaryBytes: sound === null ? 0 : decodedSoundBytes(sound),
  });
}

/** Kept chunks count with their true size; only what is to be rendered is guessed, by the kept ones where there are some. */
function keptSize({ chunks, atHand }: Preparation): { readonly bytes: number; readonly frames: number } {
  let bytes = 0;
  let frames = 0;
  for (const chunk of chunks) {
    const stored = atHand.get(chunk.key);
    if (stored === undefined) continue;
    bytes += byteLength(stored);
    frames += chunk.out - chunk.in;
  }
  return { bytes, frames };
}

/** What `keepReplaced` will save, as far as the store's cap lets it. */
function leavingBytes({ store }: RenderContext, { base, chunks, sound }: Preparation): number {
  if (base.kind !== 'ours' && base.kind !== 'damaged') return 0;
  const survivors = new Set(chunks.map(({ key }) => key));
  const leaving = new Map<Digest, number>();
  for (const chunk of base.entry.chunks) if (!survivors.has(chunk.key)) leaving.set(chunk.key, byteLength(chunk));
  if (sound === null) for (const piece of base.entry.sound?.pieces ?? []) leaving.set(piece.key, byteLength(piece));
  for (const key of store.find(leaving.keys()).keys()) leaving.delete(key);
  return Math.min(
    store.context.capBytes,
    [...leaving.values()].reduce((sum, bytes) => sum + bytes, 0),
  );
}

/** Earlier runs with the same settings and as many processes, newest first. */
function runsBefore({ base, profile, toolchain }: Preparation, workers: number): readonly MeasuredRun[] {
  if (base.kind !== 'ours' && base.kind !== 'damaged') return [];
  const wanted = settingsText({ profile, toolchain });
  return historyOf(base.ledger, base.entry)
    .filter((entry) => entry.took?.workers === workers && settingsText(entry) === wanted)
    .slice(0, latestRuns)
    .flatMap(({ took, counts, profile: { video } }) => {
      if (took === undefined) return [];
      const frames = counts.rendered + counts.reused;
      return [
        {
          rendered: counts.rendered,
          frames,
          programSeconds: frames / toNumber(video.rate),
          withSound: took.withSound,
          renderSeconds: took.renderMs / 1000,
          restSeconds: took.restMs / 1000,
        },
      ];
    });
}

function settingsText({ profile, toolchain }: Pick<LedgerEntry, 'profile' | 'toolchain'>): string {
  return canonicalJson({ video: profile.video, toolchain } as unknown as Json);
}
