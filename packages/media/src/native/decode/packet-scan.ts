import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '@patchwork/kernel';
import {
  AV_NOPTS_VALUE,
  AV_PKT_DATA_NEW_EXTRADATA,
  AV_PKT_DATA_PALETTE,
  AV_PKT_DATA_PARAM_CHANGE,
  AV_PKT_DATA_SKIP_SAMPLES,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
  AVMEDIA_TYPE_AUDIO,
} from 'node-av/constants';
import { Packet } from 'node-av/lib';
import type { FormatContext } from 'node-av/lib';
import { endOfStream, libavText } from '../check.ts';

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
  /** SHA-256 of every packet as a decoder gets it: presentation time, whether it is shown, bytes and side data. */
  content: Digest;
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
    content: '',
  }));
  const hashes = streams.map(() => createHash('sha256'));
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
        streams.forEach((stream, index) => (stream.content = hashes[index]?.digest('hex') ?? ''));
        return { streams, fault };
      }
      if (packet.hasFlags(AV_PKT_FLAG_CORRUPT)) fault ??= 'a packet is cut off';
      const stream = streams[packet.streamIndex];
      if (stream !== undefined) {
        const index = packet.streamIndex;
        hashPacket(hashes[index], packet);
        if (isSound[index] === true) noteSound(stream, packet, usual);
        else notePicture(stream, packet, latest);
      }
      packet.unref();
    }
  } finally {
    packet.free();
  }
}

/** Side data that a decoder heeds. */
const heededSideData = [
  AV_PKT_DATA_SKIP_SAMPLES,
  AV_PKT_DATA_NEW_EXTRADATA,
  AV_PKT_DATA_PALETTE,
  AV_PKT_DATA_PARAM_CHANGE,
];

/** Each part behind its length, so that no two packets read alike. */
function hashPacket(hash: Hash | undefined, packet: Packet): void {
  if (hash === undefined) return;
  const data = packet.data;
  const discard = packet.hasFlags(AV_PKT_FLAG_DISCARD) ? 1 : 0;
  hash.update(`${packet.pts} ${discard} ${data?.length ?? -1}\n`);
  if (data !== null) hash.update(data);
  for (const type of heededSideData) {
    const side = packet.getSideData(type);
    if (side !== null) hash.update(`${type} ${side.length}\n`).update(side);
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
