import { AV_NOPTS_VALUE, AV_PKT_DATA_SKIP_SAMPLES, AV_PKT_FLAG_CORRUPT, AV_PKT_FLAG_DISCARD } from 'node-av/constants';
import { Packet } from 'node-av/lib';
import type { FormatContext } from 'node-av/lib';
import { endOfStream, libavText } from './check.ts';

/** What the packets of one stream say. Times are ticks of the stream. */
export interface StreamPackets {
  /** Presentation times of packets that are shown, in file order; null where the file gives none. */
  readonly pts: (number | null)[];
  /** Duration of the packet shown last. */
  lastDuration: number;
  /** Sum of all durations. */
  duration: number;
  /** Samples that the decoder drops at the head and at the end. */
  skipped: number;
  /** Of these, the ones at the head. */
  skippedAtHead: number;
  /** Packets whose decoding precedes showing. */
  reordered: boolean;
}

/** What reading a file through found. */
export interface ScannedPackets {
  readonly streams: readonly StreamPackets[];
  /** In words; null when the file reads to its end. */
  readonly fault: string | null;
}

/** Reads all packets of a file once, keeping only their times. */
export function scanPackets(input: FormatContext): ScannedPackets {
  const streams: StreamPackets[] = input.streams.map(() => ({
    pts: [], lastDuration: 0, duration: 0, skipped: 0, skippedAtHead: 0, reordered: false,
  }));
  const latest = streams.map(() => Number.NEGATIVE_INFINITY);
  const packet = new Packet();
  packet.alloc();
  let fault: string | null = null;
  try {
    for (;;) {
      const read = input.readFrameSync(packet);
      if (read < 0) {
        if (read !== endOfStream) fault = libavText(read);
        return { streams, fault };
      }
      if (packet.hasFlags(AV_PKT_FLAG_CORRUPT)) fault ??= 'a packet is cut off';
      const stream = streams[packet.streamIndex];
      if (stream !== undefined) {
        notePacket(stream, packet, latest);
      }
      packet.unref();
    }
  } finally {
    packet.free();
  }
}

function notePacket(stream: StreamPackets, packet: Packet, latest: number[]): void {
  const pts = packet.pts === AV_NOPTS_VALUE ? null : Number(packet.pts);
  const duration = Number(packet.duration);
  stream.duration += duration;
  const skip = packet.getSideData(AV_PKT_DATA_SKIP_SAMPLES);
  if (skip !== null && skip.length >= 8) {
    stream.skipped += skip.readUInt32LE(0) + skip.readUInt32LE(4);
    stream.skippedAtHead += skip.readUInt32LE(0);
  }
  if (packet.hasFlags(AV_PKT_FLAG_DISCARD)) return;
  stream.pts.push(pts);
  const before = latest[packet.streamIndex] ?? Number.NEGATIVE_INFINITY;
  if (pts === null) return;
  if (pts < before) {
    stream.reordered = true;
  } else {
    latest[packet.streamIndex] = pts;
    stream.lastDuration = duration;
  }
}
