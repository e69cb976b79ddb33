import {
  AV_NOPTS_VALUE,
  AV_PKT_DATA_SKIP_SAMPLES,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
  AVMEDIA_TYPE_AUDIO,
} from 'node-av/constants';
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
  /** Sound samples that the decoder drops at the head (priming). */
  skippedAtHead: number;
  /** Those that it drops at the end, as far as the durations do not leave them out already. */
  skippedAtEnd: number;
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
    pts: [],
    lastDuration: 0,
    duration: 0,
    skippedAtHead: 0,
    skippedAtEnd: 0,
  }));
  const isSound = input.streams.map((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO);
  const latest = streams.map(() => Number.NEGATIVE_INFINITY);
  const usual = streams.map(() => 0);
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
        const index = packet.streamIndex;
        if (isSound[index] === true) noteSound(stream, packet, usual);
        else notePicture(stream, packet, latest);
      }
      packet.unref();
    }
  } finally {
    packet.free();
  }
}

function ptsOf(packet: Packet): number | null {
  return packet.pts === AV_NOPTS_VALUE ? null : Number(packet.pts);
}

function notePicture(stream: StreamPackets, packet: Packet, latest: number[]): void {
  const duration = Number(packet.duration);
  stream.duration += duration;
  // Outside the edit list: decoded for its successors' sake, never shown.
  if (packet.hasFlags(AV_PKT_FLAG_DISCARD)) return;
  const pts = ptsOf(packet);
  stream.pts.push(pts);
  if (pts === null || pts < (latest[packet.streamIndex] ?? Number.NEGATIVE_INFINITY)) return;
  latest[packet.streamIndex] = pts;
  stream.lastDuration = duration;
}

/** Side data: samples to skip at the head (4 bytes, little-endian), then at the end (4). */
function noteSound(stream: StreamPackets, packet: Packet, usual: number[]): void {
  const duration = Number(packet.duration);
  stream.duration += duration;
  if (stream.pts.length === 0) stream.pts.push(ptsOf(packet));
  const skip = packet.getSideData(AV_PKT_DATA_SKIP_SAMPLES);
  if (skip !== null && skip.length >= 8) {
    stream.skippedAtHead += skip.readUInt32LE(0);
    // MOV states the shortened duration of the last packet, Matroska the full one.
    if (duration === (usual[packet.streamIndex] ?? 0)) stream.skippedAtEnd += skip.readUInt32LE(4);
  }
  usual[packet.streamIndex] = duration;
}
