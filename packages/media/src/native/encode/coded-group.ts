import type { PatchworkError } from '@patchwork/kernel';
import { av1Group } from './av1-group.ts';
import { encoderFault } from './encoder-name.ts';
import { h264Group } from './h264-group.ts';
import { hevcGroup } from './hevc-group.ts';
import type { CodedGroup, CodedSample, EncoderOutput } from './encoder-output.ts';

/**
 * Makes a chunk of what a long-GOP encoder gave: parameter sets go into the configuration, what the encoder says of
 * itself is checked and left out.
 *
 * @throws PW_MEDIA_ENCODER where the encoder did not do what the profile says
 */
export function codedGroup(output: EncoderOutput): CodedGroup {
  const group = groupOf(output);
  checkGroup(output, group.samples);
  return group;
}

function groupOf(output: EncoderOutput): CodedGroup {
  const { codec } = output.video;
  switch (codec) {
    case 'h264':
      return h264Group(output);
    case 'hevc':
      return hevcGroup(output);
    case 'av1':
      return av1Group(output);
    case 'prores':
    case 'dnxhr':
      throw new TypeError(`${codec} has no groups of pictures`);
  }
}

/** Parses back what the encoder really did: one starting picture, first; every frame once; no deeper reordering than stated. */
function checkGroup({ packets, video }: EncoderOutput, samples: readonly CodedSample[]): void {
  const fault = (what: string): PatchworkError => encoderFault(video.codec, what);
  const shown = packets.map((packet) => packet.order).toSorted((a, b) => a - b);
  if (shown.some((order, index) => order !== index)) throw fault('a chunk does not show each of its frames once');
  samples.forEach(({ starts }, index) => {
    if (starts === (index === 0)) return;
    throw fault(
      index === 0 ? 'a chunk does not begin with an IDR picture' : `frame ${index} of a chunk is a second IDR picture`,
    );
  });
  packets.forEach((packet, index) => {
    if (packet.order >= index - video.reorder) return;
    throw fault(
      `decoding runs ${index - packet.order} frames ahead of showing, but the profile states ${video.reorder}`,
    );
  });
}
