import { isPatchworkError, type Digest } from '@patchwork/kernel';
import {
  actionKeySchema,
  planChunks,
  profileDifference,
  toolchainDifference,
  type MissingChunk,
  type Profile,
} from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import type { Base } from '../record/base.ts';
import type { RenderContext } from '../run/context.ts';
import { atHand, type Hand } from './hand.ts';
import { knownToolchain } from './known-toolchain.ts';
import type { MediaCatalog } from '../media/media-catalog.ts';
import { compileRequest, type Compiled, type CompileParts } from './request-program.ts';
import type { RenderRequest } from '../run/request.ts';
import { hasAmpleSpace } from '../run/space.ts';

/** What entries are of that do not name the schema of their keys. */
export const firstKeySchema = 'patchwork.action/2';

/** Chunks that will have to be rendered, known before the delivered version was read again: all but why. */
export interface AheadOfPlan {
  readonly program: Program;
  /** As the plan will name them, without reasons. */
  readonly missing: readonly MissingChunk[];
  readonly profile: Profile;
  readonly catalog: MediaCatalog;
  readonly base: Base;
}

/** What was found ahead of the plan, to be used at its place. */
export interface Ahead {
  readonly compiled: Compiled;
  readonly hand: Hand;
}

/**
 * Compiles the new timeline and looks what is at hand, and tells what is not. Null where more than the delivered version's
 * timeline has a say (other settings, a mixed film), or where something stands in the way: it is met again, and told, at
 * its place in the order of refusals.
 */
export async function lookAhead(
  context: RenderContext,
  request: RenderRequest,
  work: {
    readonly base: Base;
    readonly entry: LedgerEntry;
    readonly parts: CompileParts;
    readonly onAhead: (ahead: AheadOfPlan) => void;
  },
): Promise<Ahead | null> {
  const { base, entry, parts } = work;
  const { profile, catalog } = parts;
  if (entry.mixed !== undefined || (entry.keySchema ?? firstKeySchema) !== actionKeySchema) return null;
  if (profileDifference(entry.profile, profile).length > 0) return null;
  try {
    const toolchain = await knownToolchain(context, profile.video);
    if (toolchainDifference(entry.toolchain, toolchain).length > 0) return null;
    const compiled = compileRequest(context, request, parts);
    const { program } = compiled;
    if (program.unmodelled.length > 0 && request.onUnknown !== 'trust') return null;
    const chunks = planChunks(program, profile.video, toolchain, context.sha256);
    const hand = await atHand(context, request, base, { chunks, mixed: null });
    const missing = new Map<Digest, MissingChunk>();
    for (const { key, ...range } of chunks)
      if (!hand.good.has(key) && !missing.has(key)) missing.set(key, { key, range, reasons: [] });
    const ahead: AheadOfPlan = { program, missing: [...missing.values()], profile, catalog, base };
    if (await hasAmpleSpace(context, request.deliverablePath, mostBytesOf(ahead, entry))) work.onAhead(ahead);
    return { compiled, hand };
  } catch (error) {
    if (isPatchworkError(error)) return null;
    throw error;
  }
}

/** More than any run writes: the film twice, and its fresh pictures as samples of 16 bits without subsampling, twice too. */
function mostBytesOf({ missing, profile }: AheadOfPlan, { fileSize }: LedgerEntry): number {
  const frames = missing.reduce((sum, { range }) => sum + range.out - range.in, 0);
  return 2 * (fileSize + frames * profile.video.width * profile.video.height * 6);
}
