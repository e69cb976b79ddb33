import type { Digest } from '@patchwork/kernel';
import type { MissingChunk } from '@patchwork/plan';
import type { AheadOfPlan } from '../plan/ahead-of-plan.ts';
import type { Base } from '../record/base.ts';
import type { RenderRequest } from '../run/request.ts';
import type { EncodeRequest } from './encode-missing.ts';

/** What a run asks to be rendered of the chunks that are missing. */
export function encodeRequest(
  { onUnknown }: Pick<RenderRequest, 'onUnknown'>,
  { program, profile, catalog, base }: Pick<AheadOfPlan, 'program' | 'profile' | 'catalog' | 'base'>,
  missing: readonly MissingChunk[],
): EncodeRequest {
  return {
    program,
    missing,
    video: profile.video,
    media: catalog.named,
    unmodelled: onUnknown === 'trust' ? 'pass-through' : 'refuse',
    recorded: recordedDigests(base),
  };
}

/** What the deliverable that is patched holds under each key; chunks of other settings have digests of their own. */
function recordedDigests(base: Base): ReadonlyMap<Digest, Digest> {
  if ((base.kind !== 'ours' && base.kind !== 'damaged') || base.entry.mixed !== undefined) return new Map();
  return new Map(base.entry.chunks.map(({ key, digest }) => [key, digest]));
}
