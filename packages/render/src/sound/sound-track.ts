import { canonicalJson, type Digest, type Json, type Sha256 } from '@patchwork/kernel';
import type { EncodedSound } from '@patchwork/media';
import type { SoundProfile, Toolchain } from '@patchwork/plan';
import type { MediaInfo, SoundProgram } from '@patchwork/program';
import type { SoundSpec } from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';

/** Raised when the sound pass gives other samples for the same programme. */
const soundSchema = 'patchwork.sound/1';

/** Key of a sound track: equal keys are equal bytes. Null when the profile asks for none. */
export function soundKey(
  sound: SoundProgram,
  profile: SoundProfile,
  toolchain: Toolchain,
  sha256: Sha256,
): Digest | null {
  if (profile.codec === 'none') return null;
  const parts = { schema: soundSchema, program: sound.key, profile, ffmpeg: toolchain.ffmpeg };
  return sha256(canonicalJson(parts as unknown as Json));
}

/** Renders the whole programme's sound in one pass and says where the stream is. The caller removes `path` afterwards. */
export async function renderSoundTrack(
  context: RenderContext,
  sound: SoundProgram,
  profile: SoundProfile,
  media: readonly MediaInfo[],
): Promise<{ readonly spec: SoundSpec; readonly path: string; readonly clipped: number }> {
  const path = context.store.tempPath('sound');
  const named = new Set(sound.pieces.map((piece) => piece.media));
  const encoded = await context.workers().renderSound(
    {
      media: media.flatMap((info) =>
        named.has(info.identity) ? [{ identity: info.identity, path: info.path, info }] : [],
      ),
      sound,
      profile,
      outPath: path,
    },
    {
      signal: context.signal,
      onProgress: (done, total) =>
        context.onProgress({
          phase: 'sound',
          done: done / sound.sampleRate,
          total: total / sound.sampleRate,
          unit: 'seconds',
        }),
    },
  );
  return { spec: specOf(encoded, profile, path), path, clipped: encoded.clipped };
}

function specOf(sound: EncodedSound, profile: SoundProfile, path: string): SoundSpec {
  const sizeBytes = sound.sizes?.reduce((sum, size) => sum + size, 0) ?? sound.packets * (sound.bytesPerPacket ?? 0);
  return {
    profile,
    config: sound.config,
    channels: sound.channels,
    samples: sound.samples,
    priming: sound.priming,
    packetSizes: sound.sizes,
    samplesPerPacket: sound.samplesPerPacket,
    places: [{ path, offset: 0, sizeBytes }],
    digest: sound.digest,
  };
}
