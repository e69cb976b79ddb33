import type { SoundProfile } from '@patchwork/plan';
import type { SoundSpec } from '@patchwork/splice';
import { byteLength, type LedgerSound } from '@patchwork/store';

/** The sound track of an old deliverable, as a source for the new one: its bytes are copied. */
export function keptSound(sound: LedgerSound, profile: SoundProfile, path: string): SoundSpec {
  const isPcm = sound.samplesPerPacket === 1;
  return {
    profile,
    config: sound.config,
    channels: 2,
    samples: sound.samples,
    priming: sound.priming,
    packetSizes: isPcm ? null : sound.pieces.flatMap((piece) => piece.sizes),
    samplesPerPacket: sound.samplesPerPacket,
    places: sound.pieces.map((piece) => ({
      path,
      offset: piece.offset,
      sizeBytes: byteLength(piece),
    })),
    digest: sound.digest,
  };
}
