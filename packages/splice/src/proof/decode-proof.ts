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
  /** Decodes a part of a proof. Content is wanted of the frames of `hashed` and of those of `seeks`. */
  decodeDigests(
    job: DecodePlan & { readonly path: string; readonly hashed: readonly number[] },
  ): Promise<DecodedFrames>;
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

/** One frame that was to be decoded. */
export interface DecodedFrame {
  readonly frame: number;
  /** Whether the decoder gave it whole. */
  readonly shown: boolean;
  /** Null when it was not shown, or its content was not wanted. */
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
 * Carries out a plan: every frame must decode, without complaint, and look the same by a seek as in the straight pass. The
 * plan may be carried out in parts at the same time (`proofParts`); what they leave out is a finding. Only what is compared
 * is hashed: of the straight pass the frames that are sought too. Empty when all is well.
 */
export async function proveDecoding(
  port: DecodePort,
  path: string,
  plan: DecodePlan,
  parts: readonly DecodePlan[] = [plan],
): Promise<readonly ProofFinding[]> {
  if (plan.ranges.length === 0 && plan.seeks.length === 0) return [];
  const decoded = await Promise.all(parts.map((part) => port.decodeDigests({ path, ...part, hashed: plan.seeks })));
  return [
    ...decoded.flatMap(({ findings }) => findings.map((text) => finding('PW_PROOF_DECODER', text, null))),
    ...straightFindings(
      plan,
      decoded.flatMap(({ linear }) => linear),
    ),
    ...soughtFindings(plan, decoded),
  ];
}

/** What the straight pass lacks. */
function straightFindings(plan: DecodePlan, linear: readonly DecodedFrame[]): readonly ProofFinding[] {
  const failed = linear.filter(({ shown }) => !shown);
  const shown = new Set(linear.map(({ frame }) => frame));
  return [
    ...failed.map(({ frame }) => finding('PW_PROOF_DECODE', `frame ${frame} cannot be decoded`, frame)),
    ...plan.ranges
      .flatMap((range) => Array.from({ length: range.out - range.in }, (_, i) => range.in + i))
      .filter((frame) => !shown.has(frame))
      .map((frame) => finding('PW_PROOF_DECODE', `frame ${frame} was not shown`, frame)),
  ];
}

/** Seeks that show nothing, or another picture than the straight pass; and frames that two straight passes show differently. */
function soughtFindings(plan: DecodePlan, decoded: readonly DecodedFrames[]): readonly ProofFinding[] {
  const findings: ProofFinding[] = [];
  const straight = new Map<number, Digest>();
  for (const { frame, digest } of decoded.flatMap(({ linear }) => linear)) {
    if (digest === null) continue;
    if ((straight.get(frame) ?? digest) !== digest)
      findings.push(finding('PW_PROOF_DECODE', `frame ${frame} looks different in a second pass`, frame));
    straight.set(frame, digest);
  }
  const sought = new Map<number, DecodedFrame[]>();
  for (const one of decoded.flatMap((part) => part.sought)) {
    const known = sought.get(one.frame);
    if (known === undefined) sought.set(one.frame, [one]);
    else known.push(one);
  }
  for (const frame of plan.seeks) {
    const digest = sought.get(frame)?.shift()?.digest ?? null;
    if (digest === null) findings.push(finding('PW_PROOF_SEEK', `a seek to frame ${frame} shows nothing`, frame));
    else if ((straight.get(frame) ?? digest) !== digest)
      findings.push(finding('PW_PROOF_SEEK', `frame ${frame} looks different after a seek`, frame));
  }
  return findings;
}

function finding(code: string, text: string, frame: number | null): ProofFinding {
  return { code, text, frame };
}

function isSeam(before: ChunkOrigin, after: ChunkOrigin): boolean {
  if (before.previous === null && after.previous === null) return false;
  return before.previous === null || after.previous !== before.previous + 1;
}

/** First frame of each chunk. */
export function startsOf(chunks: readonly ChunkOrigin[]): readonly number[] {
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
