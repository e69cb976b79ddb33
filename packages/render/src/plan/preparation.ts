import { basename } from 'node:path';
import { seenOf } from '@patchwork/formats';
import type { Digest, Diagnostic, FileStat } from '@patchwork/kernel';
import {
  dirtyRanges,
  makePlan,
  planChunks,
  type Chunk,
  type Plan,
  type PreviousDelivery,
  type Profile,
  type Toolchain,
} from '@patchwork/plan';
import type { Epoch, Program } from '@patchwork/program';
import { historyOf, type LedgerEntry, type LedgerSound, type StoredChunk } from '@patchwork/store';
import { type FrameRange } from '@patchwork/time';
import type { Timeline } from '@patchwork/timeline';
import { lookAhead, type AheadOfPlan } from './ahead-of-plan.ts';
import { inspectBase, type Base } from '../record/base.ts';
import type { RenderContext } from '../run/context.ts';
import { atHand } from './hand.ts';
import type { MediaCatalog } from '../media/media-catalog.ts';
import { chunkRanges } from './chunk-ranges.ts';
import { MixedPlan, type MixedChunk, type Mixture } from './mixture.ts';
import { openRequest, type Purpose } from './opened-request.ts';
import { checkBase } from './refusal.ts';
import { runSettings } from './run-settings.ts';
import type { RenderRequest } from '../run/request.ts';
import { compileRequest } from './request-program.ts';
import { requireDrawable, requireSeen, trustedRemark, unseenBetween } from '../timeline/seen-domains.ts';
import { compileEntry } from '../timeline/snapshot.ts';
import { soundAtHand } from '../sound/sound-at-hand.ts';
import { soundKey } from '../sound/sound-track.ts';
import type { LoadedTimeline } from '../timeline/timeline-file.ts';
import type { TimelineFacts } from '../timeline/timeline-facts.ts';

/** Everything that is known before the first frame is rendered. A dry run ends here. */
export interface Preparation {
  readonly deliverablePath: string;
  readonly loaded: LoadedTimeline;
  readonly facts: TimelineFacts;
  readonly profile: Profile;
  readonly toolchain: Toolchain;
  readonly catalog: MediaCatalog;
  readonly program: Program;
  /** The part of the timeline that is delivered; null for all of it. */
  readonly range: FrameRange | null;
  readonly epochs: readonly Epoch[];
  readonly base: Base;
  /** Facts of the file at the deliverable's path; null for none. */
  readonly baseStat: FileStat | null;
  /** The entry that is patched, and its programme; null for a full render. */
  readonly previous: { readonly entry: LedgerEntry; readonly program: Program; readonly facts: TimelineFacts } | null;
  readonly chunks: readonly Chunk[];
  /** Where chunks of other settings may stay: `chunks` with their settings; else null. */
  readonly mixed: { readonly mixture: Mixture; readonly chunks: readonly MixedChunk[] } | null;
  readonly plan: Plan;
  readonly atHand: ReadonlyMap<Digest, StoredChunk>;
  /** Null when the profile asks for no sound. */
  readonly soundKey: Digest | null;
  /** The old sound track, its bytes checked, when its key is the wanted one. */
  readonly sound: LedgerSound | null;
  /** From the timeline's start. */
  readonly dirty: readonly FrameRange[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What stands at the deliverable's path. */
export interface InspectedBase {
  readonly base: Base;
  readonly baseStat: FileStat | null;
}

/** Looks at the deliverable: first at its facts, so that a later change is noticed. @throws as `inspectBase` */
export async function inspectDeliverable(context: RenderContext, request: RenderRequest): Promise<InspectedBase> {
  const baseStat = await context.files.stat(request.deliverablePath);
  return { baseStat, base: await inspectBase(context, request.deliverablePath, request.paranoid) };
}

/**
 * Walks the corridor up to the plan: timeline, media, programme, chunks, what is at hand. Writes nothing but caches.
 *
 * @param onAhead told what will be missing as soon as that is known, where nothing but the delivered version's own timeline
 *   could still forbid the patch: reading that takes as long as all that came before it. Whoever has begun by then stops
 *   where this throws.
 *
 * @throws everything that makes the render impossible, before anything is rendered: PW_MEDIA_*, PW_TIMELINE_*,
 *   PW_PROFILE_*, PW_FULL_REQUIRED, PW_MIXED_UNSUPPORTED, PW_DELIVERABLE_FOREIGN,
 *   PW_DELIVERABLE_IS_MEDIA, PW_UNKNOWN_REFUSED, PW_RANGE_*.
 */
export async function prepare(
  context: RenderContext,
  request: RenderRequest,
  purpose: Purpose,
  { base, baseStat }: InspectedBase,
  onAhead?: (ahead: AheadOfPlan) => void,
): Promise<Preparation> {
  if (!request.full) checkBase(base, request.deliverablePath);
  const entry = !request.full && (base.kind === 'ours' || base.kind === 'damaged') ? base.entry : null;
  const opened = await openRequest(context, request, purpose, { baseStat, entry });
  const parts = { ...opened, line: lineOf(base) };
  const { loaded, facts, profile, catalog } = opened;
  const ahead =
    onAhead === undefined || entry === null ? null : await lookAhead(context, request, { base, entry, parts, onAhead });
  const previous = entry === null ? null : { entry, ...compileEntry(context, entry) };
  const unseen = lostSight(previous?.loaded.timeline ?? null, loaded.timeline);
  if (request.onUnknown !== 'trust') requireSeen(request.deliverablePath, unseen, showAgain);
  const { toolchain, mixture } = await runSettings(context, request, opened, previous);
  const compiled = ahead?.compiled ?? compileRequest(context, request, parts);
  const { program, epochs, range } = compiled;
  if (request.onUnknown !== 'trust') requireDrawable(program.unmodelled, null);
  const shift = (range?.in ?? 0) - (entry?.range?.in ?? 0);
  const hand =
    mixture === null && ahead !== null
      ? ahead.hand
      : await atHand(context, request, request.full ? { kind: 'absent', ledger: null } : base, {
          chunks: planChunks(program, profile.video, toolchain, context.sha256),
          mixed: mixture === null ? null : new MixedPlan(mixture, program, context.sha256),
        });
  const { chunks } = hand;
  const key = soundKey(program.sound, profile.sound, toolchain, context.sha256);
  const sound = request.full ? null : await soundAtHand(context, request.deliverablePath, base, key);
  const plan = makePlan({
    program,
    chunks,
    video: profile.video,
    toolchain,
    soundAtHand: key === null || sound !== null,
    isAtHand: (chunkKey) => hand.good.has(chunkKey),
    previous: previousDelivery(previous, shift, mixture),
  });
  return {
    deliverablePath: request.deliverablePath,
    loaded,
    facts,
    profile,
    toolchain,
    catalog,
    program,
    range,
    epochs,
    base,
    baseStat,
    previous,
    chunks,
    mixed: mixture === null || hand.mixed === null ? null : { mixture, chunks: hand.mixed },
    plan: withFailed(plan, hand.failed),
    atHand: hand.good,
    soundKey: key,
    sound,
    dirty:
      previous === null
        ? [{ in: range?.in ?? 0, out: (range?.in ?? 0) + program.frames }]
        : placed(clipped(dirtyRanges(previous.program, program, shift), program.frames), range),
    diagnostics: [
      ...loaded.diagnostics,
      ...compiled.diagnostics,
      ...trustedRemark(basename(request.deliverablePath), unseen),
    ],
  };
}

const showAgain =
  'Show the project as before, with --grades; or say with --on-unknown trust that nothing but the edit changed.';

/** What was seen of the delivered version and is not of the new one. The built-in renderer itself reads the timeline alone. */
function lostSight(old: Timeline | null, next: Timeline): readonly string[] {
  return old === null || seenOf(old) === null || seenOf(next) !== null ? [] : unseenBetween(old, next);
}

function lineOf(base: Base): readonly LedgerEntry[] {
  return base.kind === 'ours' || base.kind === 'damaged' ? historyOf(base.ledger, base.entry) : [];
}

function previousDelivery(
  previous: Preparation['previous'],
  shift: number,
  mixture: Mixture | null,
): PreviousDelivery | null {
  if (previous === null) return null;
  const { entry, program } = previous;
  // In a mixture other settings are no reason to render anything.
  const { video, toolchain } = mixture?.current ?? { video: entry.profile.video, toolchain: entry.toolchain };
  return { program, chunks: chunkRanges(entry), video, toolchain, shift };
}

/** Says of chunks whose bytes failed their hash that this is why they are rendered. */
function withFailed(plan: Plan, failed: ReadonlySet<Digest>): Plan {
  if (failed.size === 0) return plan;
  const missing = plan.missing.map((chunk) =>
    failed.has(chunk.key)
      ? { ...chunk, reasons: [{ code: 'lost', text: 'reused span failed hash', range: chunk.range }] }
      : chunk,
  );
  return { ...plan, missing };
}

/** Frames that only the old film had are nowhere in the new one. */
function clipped(ranges: readonly FrameRange[], frames: number): readonly FrameRange[] {
  return ranges.flatMap((each) => {
    const [start, end] = [Math.max(0, each.in), Math.min(frames, each.out)];
    return start < end ? [{ in: start, out: end }] : [];
  });
}

function placed(ranges: readonly FrameRange[], range: FrameRange | null): readonly FrameRange[] {
  const offset = range?.in ?? 0;
  return offset === 0 ? ranges : ranges.map((each) => ({ in: each.in + offset, out: each.out + offset }));
}
