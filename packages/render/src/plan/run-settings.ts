import { actionKeySchema, type Toolchain } from '@patchwork/plan';
import type { LedgerEntry } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import type { RenderRequest } from '../run/request.ts';
import type { TimelineFacts } from '../timeline/timeline-facts.ts';
import { firstKeySchema } from './ahead-of-plan.ts';
import { knownToolchain } from './known-toolchain.ts';
import { checkOneEntry, mixedNote, mixtureOf, type Mixture } from './mixture.ts';
import type { OpenedRequest } from './opened-request.ts';
import { checkMixed, checkSettings } from './refusal.ts';

/** What a run encodes with, and beside which older settings; `mixture` is null where all chunks are of one kind. */
export interface RunSettings {
  readonly toolchain: Toolchain;
  readonly mixture: Mixture | null;
}

/**
 * Holds the settings of a run against those of the version that is patched.
 *
 * @param previous null for a full render.
 * @throws PW_FULL_REQUIRED, PW_MIXED_UNSUPPORTED
 */
export async function runSettings(
  context: RenderContext,
  request: RenderRequest,
  { facts, profile }: Pick<OpenedRequest, 'facts' | 'profile'>,
  previous: { readonly entry: LedgerEntry; readonly facts: TimelineFacts } | null,
): Promise<RunSettings> {
  if (previous === null) return { toolchain: await knownToolchain(context, profile.video), mixture: null };
  const { entry } = previous;
  const path = request.deliverablePath;
  const old = {
    timeline: previous.facts,
    profile: entry.profile,
    toolchain: entry.toolchain,
    keySchema: entry.keySchema ?? firstKeySchema,
  };
  // First what the files say, so that a profile which no encoder would take is refused by the key that differs.
  const next = { timeline: facts, profile, keySchema: actionKeySchema };
  checkSettings(old, { ...old, ...next }, path, request);
  const toolchain = await knownToolchain(context, profile.video);
  const isOther = checkSettings(old, { ...next, toolchain }, path, request).length > 0;
  checkMixed(mixedNote(entry), path, request);
  if (!isOther && entry.mixed === undefined) return { toolchain, mixture: null };
  const container = profile.container.format;
  checkOneEntry(entry, container, profile.video, path);
  return { toolchain, mixture: mixtureOf(entry, container, profile.video, toolchain) };
}
