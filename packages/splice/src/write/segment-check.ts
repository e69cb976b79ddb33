import { PatchworkError } from '@patchwork/kernel';
import { chunkCorrupt } from '../container/chunk-bytes.ts';
import type { Hashing, RunningDigest } from '../bytes/hashing.ts';
import type { Segment } from './layout.ts';
import type { SoundSpec } from '../container/movie-spec.ts';

/** Hashes the segments as they pass and compares each with the digest that it was recorded under. */
export class SegmentCheck {
  readonly #segments: readonly Segment[];
  readonly #sound: SoundSpec | null;
  readonly #hashing: Hashing;
  readonly #trusted: (path: string) => boolean;
  readonly #soundDigest: RunningDigest | null;
  #run = -1;
  #piece: RunningDigest | null = null;

  constructor(
    segments: readonly Segment[],
    sound: SoundSpec | null,
    hashing: Hashing,
    trusted: (path: string) => boolean,
  ) {
    this.#segments = segments;
    this.#sound = sound;
    this.#hashing = hashing;
    this.#trusted = trusted;
    const unread = sound !== null && sound.places.every((place) => trusted(place.path));
    this.#soundDigest = sound === null || unread ? null : hashing.startSha256();
  }

  see(data: Uint8Array, run: number): void {
    if (this.#segments[run]?.index !== this.#segments[this.#run]?.index) this.#begin(run);
    if (this.#segments[run]?.piece === null) this.#soundDigest?.update(data);
    else this.#piece?.update(data);
  }

  finish(): void {
    this.#begin(-1);
    if (this.#soundDigest !== null && this.#soundDigest.digest() !== this.#sound?.digest) throw this.#soundCorrupt();
  }

  /** @throws PW_SPLICE_CHUNK_CORRUPT, PW_SPLICE_SOUND_CORRUPT */
  fail(run: number): never {
    const segment = this.#segments[run];
    if (segment?.piece == null) throw this.#soundCorrupt();
    throw chunkCorrupt(segment.piece);
  }

  /** Ends the piece in hand and begins the run's. */
  #begin(run: number): void {
    const done = this.#segments[this.#run];
    if (this.#piece !== null && done?.piece != null && this.#piece.digest() !== done.piece.digest) this.fail(this.#run);
    this.#run = run;
    const next = this.#segments[run];
    this.#piece = next?.piece == null || this.#trusted(next.path) ? null : this.#hashing.startSha256();
  }

  #soundCorrupt(): PatchworkError {
    const paths = [...new Set(this.#sound?.places.map((place) => place.path) ?? [])];
    return new PatchworkError('PW_SPLICE_SOUND_CORRUPT', `the sound in ${paths.join(', ')} is not what was recorded`, {
      hint: 'The sound must be rendered again; nothing was published.',
      details: { paths },
    });
  }
}
