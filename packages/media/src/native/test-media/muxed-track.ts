import { type CodecContext, type FormatContext, type Frame, Packet, type Stream } from 'node-av/lib';
import { checked, endOfStream, tryAgain } from '../check.ts';

/** A stream being written: its encoder, and the packets' way into the file. */
export class MuxedTrack {
  protected readonly context: CodecContext;
  protected readonly output: FormatContext;
  protected readonly stream: Stream;
  private readonly packet: Packet;

  constructor(output: FormatContext, context: CodecContext) {
    this.output = output;
    this.context = context;
    this.stream = output.newStream(null);
    checked(this.stream.codecpar.fromContext(context), 'avcodec_parameters_from_context');
    this.stream.timeBase = context.timeBase;
    this.packet = new Packet();
    this.packet.alloc();
  }

  protected send(frame: Frame | null, duration: (pts: number) => number): void {
    checked(this.context.sendFrameSync(frame), 'encoding');
    for (;;) {
      const code = this.context.receivePacketSync(this.packet);
      if (code === tryAgain || code === endOfStream) return;
      checked(code, 'taking a packet');
      if (this.packet.duration === 0n) this.packet.duration = BigInt(duration(Number(this.packet.pts)));
      this.packet.streamIndex = this.stream.index;
      this.packet.rescaleTs(this.context.timeBase, this.stream.timeBase);
      checked(this.output.interleavedWriteFrameSync(this.packet), 'writing a packet');
      this.packet.unref();
    }
  }

  close(): void {
    this.packet.free();
    this.context.freeContext();
  }
}
