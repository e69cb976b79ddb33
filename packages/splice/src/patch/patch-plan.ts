import { PatchworkError } from '@patchwork/kernel';
import type { PatchableMovie, WidenedRange } from './boundaries.ts';
import type { PlacedChunk } from '../container/movie-spec.ts';
import type { SampleColumns } from '../container/movie.ts';
import { mergedConfig, type MergedConfig } from '../parameters/parameter-merge.ts';
import { bytesFromBase64 } from '../bytes/base64.ts';

/** Fresh pictures for a range of a finished movie. */
export interface Patch {
  /** As `widened` gave it. */
  readonly range: WidenedRange;
  /** In order; together as many frames as the range. */
  readonly pieces: readonly PlacedChunk[];
}

/** A patch, checked, and how its parts join the movie. */
export interface PatchPlan {
  readonly base: PatchableMovie;
  readonly patch: Patch;
  readonly merge: MergedConfig;
  /** Samples that are replaced, in decoding order: [from, to). */
  readonly from: number;
  readonly to: number;
  /** A sync sample of the movie that moves behind the fresh ones and becomes a broken link; null for none. */
  readonly brokenLink: number | null;
}

/**
 * Checks that fresh pieces can take the place of a range, and works out how.
 *
 * @throws PW_PATCH_LENGTH, PW_PATCH_CODEC, PW_PATCH_FORMAT, PW_SPLICE_CONFIG_DIFFERS, PW_STREAM_*
 */
export function planPatch(base: PatchableMovie, patch: Patch): PatchPlan {
  const { range, pieces } = patch;
  const frames = pieces.reduce((sum, piece) => sum + piece.sizes.length, 0);
  if (frames !== range.out - range.in || frames === 0) {
    throw new PatchworkError(
      'PW_PATCH_LENGTH',
      `the pieces have ${frames} frames, the range ${range.in}…${range.out} has ${range.out - range.in}`,
      {
        hint: 'Give exactly the frames of the widened range.',
        details: { frames, in: range.in, out: range.out },
      },
    );
  }
  const config = pieces[0]?.config ?? '';
  if (pieces.some((piece) => piece.config !== config)) {
    throw new PatchworkError(
      'PW_SPLICE_CONFIG_DIFFERS',
      'the pieces of the patch have different decoder configurations',
      {
        hint: 'Render the range in one run.',
      },
    );
  }
  if ((config === '') !== (base.stream.family === 'intra')) {
    throw new PatchworkError('PW_PATCH_CODEC', `the pieces are not coded as the movie is (${base.stream.family})`, {
      hint: 'Encode them with the codec of the deliverable.',
      details: { family: base.stream.family },
    });
  }
  const { sample, leading, brokenLink } = range.end;
  return {
    base,
    patch,
    merge: mergedConfig(base.stream, base.ids, bytesFromBase64(config)),
    from: range.in,
    to: brokenLink ? sample + leading + 1 : sample,
    brokenLink: brokenLink ? sample : null,
  };
}

/** A sample that takes the place of an old one. */
export interface NewSample {
  readonly sizeBytes: number;
  readonly offset: number;
}

/**
 * The columns after a patch: the replaced samples' decoding times stay, so the movie's clock does not move; each fresh
 * picture is shown when the frame it replaces was.
 */
export function patchedColumns(plan: PatchPlan, fresh: readonly NewSample[]): SampleColumns {
  const { base, from, to } = plan;
  const { samples, times } = base;
  if (fresh.length !== to - from)
    throw new TypeError(`patchedColumns: ${fresh.length} samples for ${to - from} places`);
  const columns = {
    ...samples,
    sizes: samples.sizes.slice(),
    offsets: samples.offsets.slice(),
    compositionOffsets: samples.compositionOffsets.slice(),
    sync: samples.sync.slice(),
  };
  let at = from;
  let frame = plan.patch.range.in;
  const place = (shown: number, isSync: boolean): void => {
    const sample = fresh[at - from];
    columns.sizes[at] = sample?.sizeBytes ?? 0;
    columns.offsets[at] = sample?.offset ?? 0;
    columns.compositionOffsets[at] = shown - (samples.dts[at] ?? 0);
    columns.sync[at] = isSync ? 1 : 0;
    at += 1;
  };
  for (const piece of plan.patch.pieces) {
    piece.order.forEach((order, i) => place(times[frame + order] ?? 0, piece.sync[i] === true));
    frame += piece.order.length;
  }
  if (plan.brokenLink !== null) place(times[frame] ?? 0, true);
  return columns;
}
