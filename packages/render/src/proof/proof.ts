import { PatchworkError, type Digest, type Json } from '@patchwork/kernel';
import {
  deepParts,
  deepSeams,
  proofParts,
  proveDecoding,
  proveTables,
  readMovie,
  seams,
  type ChunkOrigin,
  type DecodePlan,
  type DecodePort,
  type MovieSpec,
  type ProofFinding,
} from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';

/** A movie to prove. */
export interface ProofRequest {
  readonly path: string;
  /** What it must be. */
  readonly spec: MovieSpec;
  /** Keys of the chunk list that the previous deliverable held, in order: its joins are proven already. Empty: none are. */
  readonly previousKeys: readonly Digest[];
  /** Chunks rendered in this run: decoded whole. */
  readonly fresh: ReadonlySet<Digest>;
  readonly depth: 'default' | 'deep';
}

/** Something wrong with a file. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly details?: { readonly [key: string]: Json };
}

/** Proves a movie before it is published. @throws PW_PROOF_FAILED with everything that was found */
export async function proveMovie(context: RenderContext, request: ProofRequest): Promise<void> {
  requireProof(await findingsOfMovie(context, request));
}

/** @throws PW_PROOF_FAILED with everything that was found */
export function requireProof(findings: readonly Finding[]): void {
  const [first] = findings;
  if (first === undefined) return;
  throw new PatchworkError('PW_PROOF_FAILED', `the new file did not stand its proof: ${first.message}`, {
    hint: 'Nothing was published and the old file is untouched. Please report this with the details from --json.',
    details: { findings: findings.slice(0, 100).map(({ code, message }) => ({ code, message })) },
  });
}

/** What a proof of a movie finds: tables against the spec, then decoding. Empty when all is well. */
export async function findingsOfMovie(context: RenderContext, request: ProofRequest): Promise<readonly Finding[]> {
  const movie = await readMovie(context.files, request.path, context.sha256);
  const tables = proveTables(movie, request.spec);
  if (tables.length > 0) return tables.map(findingFrom);
  const origins = originsOf(request);
  const plan = request.depth === 'deep' ? deepSeams(origins) : seams(origins);
  const workers = context.workers();
  // As many as the run has started already: another process takes longer to start than a small part takes to prove. Of a
  // deep proof the straight pass takes longest, and the seeks fit beside it.
  const parts =
    request.depth === 'deep'
      ? deepParts(plan, origins, Math.min(workers.count, 2))
      : proofParts(plan, origins, Math.min(workers.count, request.fresh.size + 1));
  const progress = progressOf(context, parts);
  const port: DecodePort = {
    decodeDigests: (job) => workers.decodeDigests(job, { signal: context.signal, onProgress: progress() }),
  };
  return (await proveDecoding(port, request.path, plan, parts)).map(findingFrom);
}

/** Adds up what the parts of a proof report. */
function progressOf(context: RenderContext, parts: readonly DecodePlan[]): () => (done: number) => void {
  const total = parts.reduce(
    (sum, { ranges, seeks }) => sum + seeks.length + ranges.reduce((frames, range) => frames + range.out - range.in, 0),
    0,
  );
  const doneOf: number[] = [];
  return () => {
    const part = doneOf.push(0) - 1;
    return (done) => {
      doneOf[part] = done;
      const all = doneOf.reduce((sum, each) => sum + each, 0);
      context.onProgress({ phase: 'prove', done: Math.min(all, total), total, unit: 'frames' });
    };
  };
}

/** Says of each chunk where it stood before, so that only new joins count as seams. */
function originsOf({ spec, previousKeys, fresh }: ProofRequest): readonly ChunkOrigin[] {
  const places = new Map<Digest, number[]>();
  previousKeys.forEach((key, index) => {
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else known.push(index);
  });
  let last = -1;
  return spec.video.pieces.map((piece) => {
    const known = fresh.has(piece.key) ? undefined : places.get(piece.key);
    // Of a picture that stood in several places, the one that goes on from the chunk before.
    const previous = known === undefined ? null : (known.find((place) => place === last + 1) ?? known[0] ?? null);
    last = previous ?? -2;
    return { frames: piece.sizes.length, previous };
  });
}

/** A finding of the container layer as this package tells it. */
export function findingFrom({ code, text, frame }: ProofFinding): Finding {
  return { code, message: text, ...(frame === null ? {} : { details: { frame } }) };
}
