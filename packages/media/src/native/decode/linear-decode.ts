import { PatchworkError } from '@patchwork/kernel';
import { AV_NOPTS_VALUE, AVDISCARD_ALL, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { Frame, Packet } from 'node-av/lib';
import { endOfStream, libavText, tryAgain } from '../check.ts';
import { openInput } from './input.ts';
import { openDecoder } from './open-stream.ts';

/**
 * Decodes the first picture stream of a file from its first packet to its last, with nothing but a decoder: what every
 * seek is measured against. The frame handed to `use` is valid during the call only.
 *
 * @throws PW_MEDIA_DECODE at the first error
 */
export function decodeAll(path: string, use: (frame: Frame, pts: number) => void): void {
  const input = openInput(path);
  const packet = new Packet();
  const frame = new Frame();
  packet.alloc();
  frame.alloc();
  try {
    const source = input.streams.find((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO);
    if (source === undefined) {
      throw new PatchworkError('PW_MEDIA_NO_STREAMS', `${path}: it holds no picture`, {
        hint: 'Choose another file.',
        details: { path },
      });
    }
    for (const other of input.streams) if (other.index !== source.index) other.discard = AVDISCARD_ALL;
    const { codec } = openDecoder(source, path);
    const fail = (code: number): PatchworkError =>
      new PatchworkError('PW_MEDIA_DECODE', `${path}: ${libavText(code)}`, {
        hint: 'The file is damaged: copy it again.',
        details: { path },
      });
    const take = (): void => {
      for (;;) {
        const code = codec.receiveFrameSync(frame);
        if (code === tryAgain || code === endOfStream) return;
        if (code < 0) throw fail(code);
        use(frame, Number(frame.pts === AV_NOPTS_VALUE ? frame.bestEffortTimestamp : frame.pts));
      }
    };
    try {
      for (;;) {
        const read = input.readFrameSync(packet);
        if (read === endOfStream) break;
        if (read < 0) throw fail(read);
        const sent = packet.streamIndex === source.index ? codec.sendPacketSync(packet) : 0;
        packet.unref();
        if (sent < 0) throw fail(sent);
        take();
      }
      codec.sendPacketSync(null);
      take();
    } finally {
      codec.freeContext();
    }
  } finally {
    frame.free();
    packet.free();
    input.closeInputSync();
  }
}
