import {
  chunksOf,
  deadBytes,
  deepSeams,
  findBoundaries,
  proveDecoding,
  readMovie,
  seams,
  type ChunkOrigin,
  type DecodePort,
  type Movie,
  type ProofFinding,
} from '@patchwork/splice';
import type { EncodedChunk } from '@patchwork/plan';
import type { LedgerEntry } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { damageOf, framesOfChunks } from '../film/film-damage.ts';
import { gridOf } from './film-proof.ts';
import { framesText, placeOfEntry } from '../timeline/frames-text.ts';
import type { History } from '../record/history.ts';
import type { Finding } from './proof.ts';
import type { Verdict } from './verdict.ts';

/**
 * Checks a film that was not rendered here as a whole against its history. That its index is the recorded one, byte for
 * byte, is known: by it the entry was found.
 */
export async function verifyFilm(
  context: RenderContext,
  history: History,
  entry: LedgerEntry,
  depth: 'default' | 'deep',
): Promise<Verdict> {
  const { path } = history;
  const movie = await readMovie(context.files, path, context.sha256);
  const damage = await damageOf(context, movie, entry);
  const bad = new Set(damage.chunks);
  const place = placeOfEntry(entry);
  const findings = [
    ...chunksOf(movie, entry.chunks).flatMap(({ offset }, index): readonly Finding[] => {
      if (!bad.has(index)) return [];
      return framesOfChunks(entry.chunks, [index]).map((range) => ({
        code: 'PW_VERIFY_HASH',
        message: `${framesText(range, place)} (byte ${offset}) are not what was written`,
        details: { frames: [range.in, range.out] },
      }));
    }),
    ...damage.tracks.map((name) => ({ code: 'PW_VERIFY_SOUND_HASH', message: `${name} is not what was written` })),
  ];
  const checks = [`${entry.chunks.length} chunks and all other tracks hashed, the index compared`];
  if (findings.length === 0) {
    const parent = history.ledger.entries.find((each) => each.id === entry.parent) ?? entry;
    const found = await decodeFilm(context, movie, { chunks: entry.chunks, before: parent.chunks, depth });
    findings.push(...found.map(({ code, text }) => ({ code, message: text })));
    checks.push(depth === 'deep' ? 'every frame decoded, 60 random seeks' : 'decoding and seeking at the seams');
  }
  return { findings, checks, notes: [], deadBytes: deadBytes(movie) };
}

/**
 * Decodes a film at the seams that it has and the version before had not, or as a whole. Behind an open entry decoders
 * complain and skip, in this film as in the one that it was: of a film with such entries only frames that are missing count.
 */
export async function decodeFilm(
  context: RenderContext,
  movie: Movie,
  film: {
    readonly chunks: readonly Pick<EncodedChunk, 'digest' | 'sizes'>[];
    readonly before: readonly Pick<EncodedChunk, 'digest'>[];
    readonly depth: 'default' | 'deep';
  },
): Promise<readonly ProofFinding[]> {
  const places = new Map(film.before.map(({ digest }, index) => [digest, index]));
  const origins = film.chunks.map(({ digest, sizes }): ChunkOrigin => ({
    frames: sizes.length,
    previous: places.get(digest) ?? null,
  }));
  const plan = film.depth === 'deep' ? deepSeams(origins) : seams(origins);
  const base = await findBoundaries(context.files, movie);
  const port: DecodePort = {
    decodeDigests: (job) => context.workers().decodeDigests({ ...job, ...gridOf(base) }, { signal: context.signal }),
  };
  const found = await proveDecoding(port, movie.path, plan);
  const { ends, samples } = base;
  const hasOpenEntries = ends.filter(({ brokenLink }) => !brokenLink).length - 1 < samples.sync.filter(Boolean).length;
  return found.filter(({ code }) => !hasOpenEntries || code === 'PW_PROOF_DECODE');
}
