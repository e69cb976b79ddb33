import type { Digest } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import type { ProofFinding } from './table-proof.ts';

/** A chunk in record order, and where it came from. */
export interface ChunkOrigin {
  readonly frames: number;
  /** Its place in the previous deliverable, whose decode is proven; null when it was rendered in this run. */
  readonly previous: number | null;
}

/** Frames to decode, in presentation order from 0. */
export interface DecodePlan {
  /** Decoded straight through: each range by a seek to its beginning, then on to its end. Ascending, apart. */
  readonly ranges: readonly FrameRange[];
  /** Single frames, each by a seek in a decoder that has just shown the one before. */
  readonly seeks: readonly number[];
}

/** Decodes frames of a movie. `media` fills it. */
export interface DecodePort {
  decodeDigests(job: DecodePlan & { readonly path: string }): Promise<DecodedFrames>;
}

/** What a decoder showed. */
export interface DecodedFrames {
  /** In the order of `ranges`, each in frame order. */
  readonly linear: readonly DecodedFrame[];
  /** In the order of `seeks`. */
  readonly sought: readonly DecodedFrame[];
  /** What the decoder complained of, in its words. */
  readonly findings: readonly string[];
}

/** One decoded frame; digest null when it could not be decoded. */
export interface DecodedFrame {
  readonly frame: number;
  readonly digest: Digest | null;
}

/** Random seeks of the deep proof. */
const deepSeeks = 60;

/**
 * Plans the default proof: all fresh chunks and one chunk on each side, and three seeks a seam, the second backwards.
 * A seam lies where a chunk has a neighbour it did not have before: fresh beside reused, or two reused ones that were
 * apart. Within a fresh run there is none: it is decoded as a whole.
 *
 *     | reused | reused | fresh | fresh | reused | reused |
 *              [========= decoded ==============]
 *                       ^ seam          ^ seam
 */
export function seams(chunks: readonly ChunkOrigin[]): DecodePlan {
  const starts = startsOf(chunks);
  const wanted = new Set<number>();
  const seeks: number[] = [];
  chunks.forEach((chunk, i) => {
    if (chunk.previous === null) wanted.add(i);
    const before = chunks[i - 1];
    if (before === undefined || !isSeam(before, chunk)) return;
    wanted.add(i - 1);
    wanted.add(i);
    const at = starts[i] ?? 0;
    seeks.push(at + (chunk.frames >> 1), at - 1, at);
  });
  return { ranges: rangesOf(chunks, starts, wanted), seeks };
}

/** Plans the deep proof: every frame, the default proof's seeks, and 60 seeks anywhere, equal for equal lengths. */
export function deepSeams(chunks: readonly ChunkOrigin[]): DecodePlan {
  const frames = chunks.reduce((sum, chunk) => sum + chunk.frames, 0);
  // A fixed generator (Lehmer): a proof that fails must fail again.
  let state = 48271;
  const anywhere = Array.from({ length: deepSeeks }, () => {
    state = (state * 48271) % 0x7fffffff;
    return state % Math.max(1, frames);
  });
  return { ranges: frames === 0 ? [] : [{ in: 0, out: frames }], seeks: [...seams(chunks).seeks, ...anywhere] };
}

/**
 * Carries out a plan: every frame must decode, without complaint, and look the same by a seek as in the straight pass.
 * Empty when all is well.
 */
export async function proveDecoding(
  port: DecodePort,
  path: string,
  plan: DecodePlan,
): Promise<readonly ProofFinding[]> {
  if (plan.ranges.length === 0 && plan.seeks.length === 0) return [];
  const decoded = await port.decodeDigests({ path, ...plan });
  const findings: ProofFinding[] = decoded.findings.map((text) => ({ code: 'PW_PROOF_DECODER', text, frame: null }));
  const linear = new Map<number, Digest>();
  const shown = new Set<number>();
  for (const { frame, digest } of decoded.linear) {
    shown.add(frame);
    if (digest === null) findings.push({ code: 'PW_PROOF_DECODE', text: `frame ${frame} cannot be decoded`, frame });
    else linear.set(frame, digest);
  }
  for (const range of plan.ranges) {
    for (let frame = range.in; frame < range.out; frame++) {
      if (!shown.has(frame)) findings.push({ code: 'PW_PROOF_DECODE', text: `frame ${frame} was not shown`, frame });
    }
  }
  plan.seeks.forEach((frame, i) => {
    const sought = decoded.sought[i];
    if (sought === undefined || sought.frame !== frame || sought.digest === null) {
      findings.push({ code: 'PW_PROOF_SEEK', text: `a seek to frame ${frame} shows nothing`, frame });
    } else if (linear.has(frame) && linear.get(frame) !== sought.digest) {
      findings.push({ code: 'PW_PROOF_SEEK', text: `frame ${frame} looks different after a seek`, frame });
    }
  });
  return findings;
}

function isSeam(before: ChunkOrigin, after: ChunkOrigin): boolean {
  if (before.previous === null && after.previous === null) return false;
  return before.previous === null || after.previous !== before.previous + 1;
}

function startsOf(chunks: readonly ChunkOrigin[]): readonly number[] {
  let at = 0;
  return chunks.map((chunk) => {
    const start = at;
    at += chunk.frames;
    return start;
  });
}

/** Joins the wanted chunks to ranges. */
function rangesOf(
  chunks: readonly ChunkOrigin[],
  starts: readonly number[],
  wanted: ReadonlySet<number>,
): readonly FrameRange[] {
  const ranges: { in: number; out: number }[] = [];
  chunks.forEach((chunk, i) => {
    if (!wanted.has(i)) return;
    const start = starts[i] ?? 0;
    const last = ranges.at(-1);
    if (last !== undefined && last.out === start) last.out = start + chunk.frames;
    else ranges.push({ in: start, out: start + chunk.frames });
  });
  return ranges;
}
