import { canonicalJson, type Digest, type Json, type Sha256 } from '@patchwork/kernel';
import type { Program } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';
import { chunkGrid } from './grid.ts';
import type { Chunk } from './chunk.ts';
import type { Toolchain, VideoProfile } from './profile.ts';

/** Raised when the way an action key is made up changes. Every chunk made before is then a stranger. */
export const actionKeySchema = 'patchwork.action/2';

/**
 * Digests all that turns pictures into bytes, whatever the pictures: schema, toolchain and the video profile, save the
 * tags that stand in the file alone (SPEC, "Action keys"). Compute it once for a run.
 */
export function encodingDigest(video: VideoProfile, toolchain: Toolchain, sha256: Sha256): Digest {
  const parts = { schema: actionKeySchema, toolchain, video: encodedProfile(video) } as unknown as Json;
  return sha256(canonicalJson(parts));
}

/**
 * The part of a video profile that reaches the bytes of a chunk. A deny-list: a new member counts until proven harmless.
 * The pixels of every codec know matrix and range only. H.264 and HEVC say primaries and transfer in the parameter sets,
 * which stand in the file's sample entry and are written there from the profile; ProRes says them in every frame, AV1 in
 * every key frame.
 */
function encodedProfile(video: VideoProfile): unknown {
  switch (video.codec) {
    case 'h264':
    case 'hevc': {
      const { primaries: _primaries, transfer: _transfer, ...color } = video.color;
      return { ...video, color };
    }
    case 'av1':
    case 'prores':
    case 'dnxhr':
      return video;
  }
}

/** Key of the chunk that shows the program's frames of `range`. Equal keys are equal bytes, wherever the chunk stands. */
export function actionKey(program: Program, range: FrameRange, encoding: Digest, sha256: Sha256): Digest {
  // `n length key`: a repeated picture is written once; the length makes any text safe.
  let text = encoding;
  let key = program.frameKeyAt(range.in);
  let count = 1;
  for (let frame = range.in + 1; frame < range.out; frame += 1) {
    const next = program.frameKeyAt(frame);
    if (next === key) {
      count += 1;
      continue;
    }
    text += `\n${count} ${key.length} ${key}`;
    key = next;
    count = 1;
  }
  return sha256(`${text}\n${count} ${key.length} ${key}`);
}

/** Cuts a programme into chunks for a profile and keys each. Linear in frames: about 1 µs a frame. */
export function planChunks(program: Program, video: VideoProfile, toolchain: Toolchain, sha256: Sha256): Chunk[] {
  const encoding = encodingDigest(video, toolchain, sha256);
  return video.gop === 1
    ? planFrames(program, encoding, sha256)
    : chunkGrid(program, video.gop).map((range) => {
        return { in: range.in, out: range.out, key: actionKey(program, range, encoding, sha256) };
      });
}

/** As the grid of `gop` 1 would have it, without a list of ranges between; a picture that stands is digested once. */
function planFrames(program: Program, encoding: Digest, sha256: Sha256): Chunk[] {
  const chunks: Chunk[] = [];
  let shown: string | null = null;
  let key = '';
  for (let frame = 0; frame < program.frames; frame += 1) {
    const next = program.frameKeyAt(frame);
    if (next !== shown) {
      shown = next;
      key = sha256(`${encoding}\n1 ${next.length} ${next}`);
    }
    chunks.push({ in: frame, out: frame + 1, key });
  }
  return chunks;
}
