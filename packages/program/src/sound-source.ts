import { PatchworkError } from '@patchwork/kernel';
import { multiply, type Rational, rational, subtract, zero } from '@patchwork/time';
import { type Clip, member, plainJson } from '@patchwork/timeline';
import type { MediaInfo, SoundStreamInfo } from './media-info.ts';
import type { SoundPiece } from './sound.ts';

/** Which stream of a file a clip plays, and how its channels become left and right. */
export interface SoundSource {
  readonly stream: SoundStreamInfo;
  readonly map: SoundPiece['map'];
}

/**
 * Chooses a clip's sound: the file's one stream, or the one named by `metadata.patchwork.soundStream` (index in the
 * container). Mono is centred, stereo passes; `metadata.patchwork.channelMap` `{ "left": […], "right": […] }` gives the
 * weight of every channel instead. Returns what is wrong, as text, where nothing says how the channels are meant.
 *
 * @throws PW_SOUND_MAP for a malformed note.
 */
export function soundSource(clip: Clip, info: MediaInfo): SoundSource | string {
  const chosen = member(clip.metadata, 'patchwork', 'soundStream');
  const index = chosen === undefined || chosen === null ? null : plainJson(chosen);
  const [first] = info.sound;
  const stream = index === null ? first : info.sound.find((one) => one.stream === index);
  if (stream === undefined)
    throw malformed(clip, `metadata.patchwork.soundStream is ${JSON.stringify(index)}, which the file does not have`);
  if (index === null && info.sound.length > 1) return `${info.sound.length} sound streams`;
  const map = noted(clip, stream.channels) ?? standardMap(stream.channels);
  return map === null ? `${stream.channels} channels (${stream.layout})` : { stream, map };
}

function standardMap(channels: number): SoundPiece['map'] | null {
  if (channels === 1) return { left: [1], right: [1] };
  return channels === 2 ? { left: [1, 0], right: [0, 1] } : null;
}

function noted(clip: Clip, channels: number): SoundPiece['map'] | null {
  const note = member(clip.metadata, 'patchwork', 'channelMap');
  if (note === undefined || note === null) return null;
  const side = (name: 'left' | 'right'): readonly number[] => {
    const value = member(note, name);
    const weights = value === undefined ? null : plainJson(value);
    if (
      Array.isArray(weights) &&
      weights.length === channels &&
      weights.every((weight) => typeof weight === 'number')
    ) {
      return weights;
    }
    throw malformed(clip, `metadata.patchwork.channelMap.${name} should be ${channels} numbers, one for each channel`);
  };
  return { left: side('left'), right: side('right') };
}

function malformed(clip: Clip, problem: string): PatchworkError {
  return new PatchworkError('PW_SOUND_MAP', `clip "${clip.name}": ${problem}`, {
    hint: 'Correct the note in the clip’s metadata.',
    details: { clip: clip.name },
  });
}

/**
 * Where the stream's first sample lies, in seconds from the file's first picture (without pictures: from its own start):
 * what is to be taken away from a time in the media to get a time in the stream.
 */
export function streamDelay(info: MediaInfo, stream: SoundStreamInfo): Rational {
  const { video } = info;
  if (video === null || video.still) return zero;
  return subtract(stream.start, multiply(rational(video.firstPts), video.timeBase));
}
