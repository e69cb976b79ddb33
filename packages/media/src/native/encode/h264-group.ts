import type { VideoProfile } from '@patchwork/plan';
import type { CodedGroup, CodedSample, EncoderOutput } from './encoder-output.ts';
import { encoderFault } from './encoder-name.ts';
import { avcConfig, keptNals, lengthPrefixed, nalType, splitAnnexB, typeOfNal, x264Settings } from './nal.ts';
import { chromaFormat, rasterFormat } from '../frame/raster.ts';
import type { EncodedPacket } from './video-encoder.ts';
import { x264Pins } from './x264-names.ts';

/** A chunk of x264's packets. @throws PW_MEDIA_ENCODER */
export function h264Group({ extradata, packets, video }: EncoderOutput): CodedGroup {
  checkPins(packets);
  const config = h264Config(extradata, video);
  return { config, samples: packets.map((packet) => h264Sample(packet, config)) };
}

function h264Config(extradata: Uint8Array, video: VideoProfile): Buffer {
  const nals = splitAnnexB(extradata);
  const sps = nals.filter((nal) => typeOfNal(nal) === nalType.sps);
  const pps = nals.filter((nal) => typeOfNal(nal) === nalType.pps);
  const [oneSps] = sps;
  const [onePps] = pps;
  if (sps.length !== 1 || pps.length !== 1 || oneSps === undefined || onePps === undefined) {
    throw encoderFault('h264', `${sps.length} sequence and ${pps.length} picture parameter sets instead of one each`);
  }
  const format = rasterFormat(video.pixelFormat);
  return avcConfig(oneSps, onePps, format.depth, chromaFormat(format));
}

/** Parameter sets in a packet must be the configuration's own; they are left out of the sample. */
function h264Sample(packet: EncodedPacket, config: Buffer): CodedSample {
  const nals = splitAnnexB(packet.data);
  for (const nal of nals) {
    const type = typeOfNal(nal);
    if ((type === nalType.sps || type === nalType.pps) && !config.includes(Buffer.from(nal))) {
      throw encoderFault('h264', 'a packet carries parameter sets that differ from the configuration');
    }
  }
  return { data: lengthPrefixed(keptNals(nals)), starts: nals.some((nal) => typeOfNal(nal) === nalType.idr) };
}

/** The options that x264 says it ran with, as far as they decide whether the same pictures are the same bytes. */
function checkPins(packets: readonly EncodedPacket[]): void {
  const text = packets
    .slice(0, 1)
    .map((packet) => x264Settings(splitAnnexB(packet.data)))
    .join('');
  for (const [name, value] of Object.entries(x264Pins)) {
    // Without B-frames x264 says nothing of open GOPs: there are none.
    if (name === 'open_gop' && / bframes=0 /.test(text)) continue;
    const stated = new RegExp(` ${name}=(\\S+)`).exec(text)?.[1];
    if (stated !== value) throw encoderFault('h264', `it ran with ${name}=${stated ?? '?'} instead of ${value}`);
  }
}
