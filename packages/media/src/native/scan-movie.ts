import { createHash } from 'node:crypto';
import { PatchworkError } from '@patchwork/kernel';
import { rational } from '@patchwork/time';
import { AV_NOPTS_VALUE, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { Packet, avGetCodecName } from 'node-av/lib';
import type { Stream } from 'node-av/lib';
import type { MovieScan, ScannedPacket, ScannedStream } from '../jobs.ts';
import { endOfStream, libavText } from './check.ts';
import { openInput } from './decode/input.ts';

/** Lists every packet of a movie as libav's demuxer gives them. @throws PW_MEDIA_* */
export function scanMovie(path: string): MovieScan {
  const input = openInput(path);
  const packet = new Packet();
  packet.alloc();
  try {
    const packets: ScannedPacket[][] = input.streams.map(() => []);
    for (;;) {
      const read = input.readFrameSync(packet);
      if (read === endOfStream) break;
      if (read < 0) {
        throw new PatchworkError('PW_MEDIA_UNREADABLE', `${path}: ${libavText(read)}`, {
          hint: 'The file is damaged.',
          details: { path },
        });
      }
      packets[packet.streamIndex]?.push({
        pts: packet.pts === AV_NOPTS_VALUE ? null : Number(packet.pts),
        dts: packet.dts === AV_NOPTS_VALUE ? null : Number(packet.dts),
        duration: Number(packet.duration),
        size: packet.size,
        key: packet.isKeyframe,
        digest: createHash('sha256')
          .update(packet.data ?? new Uint8Array(0))
          .digest('hex'),
      });
      packet.unref();
    }
    return {
      container: input.iformat?.name ?? 'unknown',
      streams: input.streams.map((stream) => scanned(stream, packets[stream.index] ?? [])),
    };
  } finally {
    packet.free();
    input.closeInputSync();
  }
}

function scanned(stream: Stream, packets: readonly ScannedPacket[]): ScannedStream {
  const { codecpar: parameters, timeBase } = stream;
  const kind =
    parameters.codecType === AVMEDIA_TYPE_VIDEO
      ? 'video'
      : parameters.codecType === AVMEDIA_TYPE_AUDIO
        ? 'sound'
        : 'other';
  return {
    index: stream.index,
    kind,
    codec: avGetCodecName(parameters.codecId) ?? 'unknown',
    timeBase: rational(timeBase.num, timeBase.den),
    packets,
    config: Buffer.from(parameters.extradata ?? []).toString('base64'),
  };
}
